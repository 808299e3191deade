"""Who answers: the rates of two arms, and what those who do not answer could hide."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pasperdus_collector.analysis.arms import arm_facts
from pasperdus_collector.analysis.inputs import Floats
from pasperdus_collector.analysis.response import by_week, response_rate
from support.weekly_arms import MONDAY, arm_of

SEED = 20260105


def weeks(count: int, ratings: float, satisfied: float, exits: float) -> Floats:
    return np.tile(np.array([ratings, satisfied, exits]), (count, 1))


def test_a_week_needs_exits_and_counts_the_ratings_of_its_blocks() -> None:
    arm = arm_of(
        ratings=[(1, 2, 3, 4, 5), (0, 0, 0, 9, 9), (9, 0, 0, 0, 0)], exits=[100, np.nan, 50]
    )

    found, rows = by_week(arm, 5)

    assert found.tolist() == [MONDAY, MONDAY + 14]
    assert rows.tolist() == [[15, 9, 100], [9, 0, 50]]


def test_rates_are_ratios_of_sums_and_a_change_of_over_a_fifth_is_flagged() -> None:
    a = np.array([[10, 5, 100], [30, 25, 100]])  # 40 of 200

    same = response_rate(a, weeks(4, 23, 20, 100), alpha=0.05)
    more = response_rate(a, weeks(4, 25, 20, 100), alpha=0.05)
    fewer = response_rate(a, weeks(4, 15, 12, 100), alpha=0.05)

    assert same is not None
    assert more is not None
    assert fewer is not None
    assert (same.baseline, same.prototype) == pytest.approx((0.20, 0.23))
    assert same.ratio == pytest.approx(1.15)
    assert same.ratio_interval.low < same.ratio < same.ratio_interval.high
    assert [each.is_changed for each in (same, more, fewer)] == [False, True, True]


def test_those_who_did_not_answer_bound_what_all_could_have_said() -> None:
    found = response_rate(weeks(3, 20, 15, 100), weeks(3, 40, 30, 100), alpha=0.05)

    assert found is not None
    assert found.worst_baseline == pytest.approx((0.15, 0.95))
    assert found.worst_prototype == pytest.approx((0.30, 0.90))


def test_more_ratings_than_exits_are_taken_for_everybody() -> None:
    found = response_rate(weeks(3, 120, 90, 100), weeks(3, 50, 30, 100), alpha=0.05)

    assert found is not None
    assert found.baseline == pytest.approx(1.2)
    assert found.worst_baseline == pytest.approx((0.75, 0.75))


def test_the_tipping_point_explains_the_whole_difference() -> None:
    """Half as many answer, and more are satisfied: the silent half could be the dissatisfied."""
    found = response_rate(weeks(3, 40, 30, 100), weeks(3, 20, 16, 100), alpha=0.05)

    assert found is not None
    assert found.tipping is not None
    silent = 0.80 - found.tipping
    assert 0.5 * 0.80 + 0.5 * silent == pytest.approx(0.75)
    assert found.tipping == pytest.approx(0.10)


def test_the_tipping_point_is_negative_where_newcomers_would_have_to_be_more_satisfied() -> None:
    found = response_rate(weeks(3, 20, 15, 100), weeks(3, 40, 32, 100), alpha=0.05)

    assert found is not None
    assert found.tipping is not None
    assert 0.5 * 0.75 + 0.5 * (0.75 - found.tipping) == pytest.approx(0.80)
    assert found.tipping < 0


def test_there_is_no_tipping_point_where_none_could_explain_the_difference() -> None:
    slightly_more = response_rate(weeks(3, 20, 15, 100), weeks(3, 21, 19, 100), alpha=0.05)
    as_many = response_rate(weeks(3, 20, 15, 100), weeks(3, 20, 18, 100), alpha=0.05)

    assert slightly_more is not None
    assert slightly_more.tipping is None
    assert as_many is not None
    assert as_many.tipping is None


@pytest.mark.parametrize(
    "other",
    [
        weeks(1, 20, 15, 100),
        weeks(3, 0, 0, 100),
        weeks(3, 20, 15, 0),
        np.array([[20, 15, 100], [20, 15, 0], [0, 0, 0]]),
        np.zeros((0, 3)),
    ],
    ids=["one week", "no rating", "no exit", "one week with exits", "nothing"],
)
def test_without_two_weeks_of_ratings_and_exits_there_is_no_rate(other: Floats) -> None:
    usual = weeks(4, 20, 15, 100)

    assert response_rate(usual, other, alpha=0.05) is None
    assert response_rate(other, usual, alpha=0.05) is None


def test_the_interval_holds_the_true_ratio_19_times_in_20() -> None:
    rng = np.random.default_rng(SEED)
    runs, held = 1000, 0
    for _ in range(runs):
        arms = []
        for rate in (0.2, 0.22):
            exits = rng.poisson(1500, size=8)
            rates = rate * rng.gamma(100, 1 / 100, size=8)  # weeks differ by a tenth
            ratings = rng.poisson(exits * rates)
            arms.append(np.column_stack([ratings, ratings // 2, exits]).astype(np.float64))
        found = response_rate(arms[0], arms[1], alpha=0.05)
        assert found is not None
        held += found.ratio_interval.low <= 1.1 <= found.ratio_interval.high

    assert 0.93 <= held / runs <= 0.97


rates_by_week = st.lists(
    st.tuples(st.integers(0, 99), st.integers(0, 99), st.integers(0, 99)), max_size=5
)


@given(rates_by_week, rates_by_week)
def test_whatever_was_counted_there_are_finite_figures_or_none(
    a: list[tuple[int, int, int]], b: list[tuple[int, int, int]]
) -> None:
    def arm(rows: list[tuple[int, int, int]]) -> Floats:
        return np.array(
            [(ratings, min(ratings, happy), exits) for ratings, happy, exits in rows],
            dtype=np.float64,
        ).reshape(-1, 3)

    found = response_rate(arm(a), arm(b), alpha=0.05)

    if found is None:
        return
    low, high = found.ratio_interval.low, found.ratio_interval.high
    assert 0 <= low <= found.ratio * (1 + 1e-12)  # bounds come by way of the logarithm
    assert found.ratio * (1 - 1e-12) <= high < np.inf
    assert 0 <= found.worst_baseline[0] <= found.worst_baseline[1] <= 1
    assert found.tipping is None or -1 <= found.tipping <= 1


def test_a_box_that_was_off_does_not_look_like_people_who_no_longer_answer() -> None:
    """The same tenth of those who could answer did, though every other week the box was off."""
    always = arm_of(ratings=[(0, 0, 0, 0, 10)] * 4, exits=[100.0] * 4)
    half = arm_of(ratings=[(0, 0, 0, 0, 10), (0, 0, 0, 0, 0)] * 2, exits=[100.0] * 4)
    off = (half.hours.week - MONDAY) // 7 % 2 == 1
    coverage = np.where(off, 0.0, half.hours.box_coverage)
    half = replace(half, hours=replace(half.hours, box_coverage=coverage))

    for arm in (always, half):
        ratings, _, could_answer = by_week(arm, 5)[1].sum(axis=0)
        assert ratings / could_answer == 0.1
        assert arm_facts(arm, 5, alpha=0.05).response_rate == 0.1
