"""Outcomes that are compared week by week, and those that the trial was not about."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests

from pasperdus_collector.analysis.by_week import (
    Compared,
    compared,
    primary,
    secondary,
    weekly,
)
from pasperdus_collector.analysis.holm import holm
from pasperdus_collector.analysis.jackknife import Estimate
from support.weekly_arms import MONDAY, Figure, arm_of

SEED = 20260105


def stays(*minutes: float, error: float = 1.0, n: float = 100.0) -> list[Figure]:
    return [(each, error, n) for each in minutes]


def test_with_equal_weeks_the_difference_is_that_of_the_classic_t_test() -> None:
    """Welch's: the jackknife of a mean is its standard error (Efron 1982, section 3.1)."""
    a, b = [30.0, 33, 29, 31, 32, 30], [27.0, 28, 30, 26]

    estimate = primary(
        arm_of(figures={"stay_minutes": stays(*a)}),
        arm_of(figures={"stay_minutes": stays(*b)}),
        "stay_minutes",
    )

    assert estimate is not None
    theirs = stats.ttest_ind(b, a, equal_var=False)
    assert estimate.value == pytest.approx(np.mean(b) - np.mean(a))
    assert estimate.value / estimate.standard_error == pytest.approx(theirs.statistic)
    assert estimate.p_value == pytest.approx(theirs.pvalue)


def test_a_week_weighs_by_its_visits() -> None:
    arm = arm_of(figures={"stay_minutes": [(30, 1, 900), (60, 1, 100), (math.nan, 0, 50)]})
    usual = arm_of(figures={"stay_minutes": stays(33, 33)})

    found = compared(arm, usual, "stay_minutes", scale=5)

    assert isinstance(found, Compared)
    assert found.baseline == pytest.approx(33.0)
    assert found.estimate.value == pytest.approx(0.0)
    assert weekly(arm, "stay_minutes") == {MONDAY: 30.0, MONDAY + 7: 60.0}


def test_tallies_are_told_per_100_entries_of_days_that_know_both() -> None:
    a = arm_of(
        entries=[200, 100, math.nan, 100],
        tallies={"repeated-question": [8, 4, 50, math.nan]},
    )
    b = arm_of(entries=[100, 300], tallies={"repeated-question": [1, 7]})

    found = compared(a, b, "tallies:repeated-question", scale=0)

    assert isinstance(found, Compared)
    assert (found.baseline, found.prototype) == pytest.approx((4.0, 2.0))
    assert weekly(b, "tallies:repeated-question") == {
        MONDAY: pytest.approx(1.0),
        MONDAY + 7: pytest.approx(7 / 3),
    }


def test_what_is_missing_is_told_by_a_code() -> None:
    full = arm_of(figures={"wait_minutes": stays(9, 8, 9, 8)})
    one = arm_of(figures={"wait_minutes": stays(9)})

    assert compared(full, arm_of(), "wait_minutes", scale=5) == "no_figures"
    assert compared(full, one, "wait_minutes", scale=5) == "few_weeks"
    assert primary(full, one, "wait_minutes") is None


def test_a_week_in_which_nobody_came_or_rated_is_none() -> None:
    rated = arm_of(ratings=[(5, 6), (0, 0)], entries=[90, 0], tallies={"phone": [1, 0]})
    full = arm_of(ratings=[(5, 6), (6, 5)], entries=[90, 80], tallies={"phone": [1, 2]})

    for outcome in ("satisfied", "tallies:phone"):
        assert compared(full, rated, outcome, scale=2) == "few_weeks"
        assert isinstance(compared(full, full, outcome, scale=2), Compared)


def test_errors_of_a_door_add_up_over_weeks_and_those_of_waits_do_not() -> None:
    """Each week may be off by 30 %: of four, chance leaves 15 %, a door that misses all 30 %."""
    weeks = stays(10, 11, 9, 10, error=3.0)
    doors = arm_of(figures={"stay_minutes": weeks, "occupancy": weeks})
    slips = arm_of(figures={"wait_minutes": weeks, "service_minutes": weeks})

    assert compared(doors, doors, "stay_minutes", scale=5) == "imprecise"
    assert compared(doors, doors, "occupancy", scale=5) == "imprecise"
    assert isinstance(compared(slips, slips, "wait_minutes", scale=5), Compared)
    assert isinstance(compared(slips, slips, "service_minutes", scale=5), Compared)


@pytest.mark.parametrize("error", [math.inf, math.nan])
def test_a_figure_whose_error_nobody_knows_is_not_compared(error: float) -> None:
    exact = arm_of(figures={"wait_minutes": stays(9, 8, 9, 8, error=0.0)})
    unknown = arm_of(figures={"wait_minutes": [*stays(9, 8, 9), (8, error, 100)]})

    assert isinstance(compared(exact, exact, "wait_minutes", scale=5), Compared)
    assert compared(exact, unknown, "wait_minutes", scale=5) == "imprecise"


def test_every_outcome_that_has_figures_is_a_secondary_one_but_the_primary() -> None:
    a = arm_of(
        ratings=[(10, 10, 10, 40, 30), (8, 12, 10, 35, 30), (9, 9, 9, 40, 28)],
        entries=[510, 490, 500],
        exits=[500, 480, 505],
        tallies={"incident": [3, 1, 2]},
        figures={"stay_minutes": stays(30, 31, 32), "wait_minutes": stays(9, 8, 9)},
    )
    b = arm_of(
        ratings=[(6, 8, 10, 50, 30), (7, 6, 10, 45, 36), (5, 9, 9, 46, 32)],
        entries=[505, 515, 500],
        exits=[510, 500, 505],
        tallies={"phone": [5, 4, 6]},
        figures={"stay_minutes": stays(28, 27, 29)},
    )

    rows = {each.outcome: each for each in secondary(a, b, 5, leave_out="satisfied", alpha=0.05)}

    assert list(rows) == [
        *("index", "response_rate", "stay_minutes", "wait_minutes"),
        *("tallies:incident", "tallies:phone"),
    ]
    assert {name: row.why_not for name, row in rows.items() if row.why_not} == {
        "wait_minutes": "no_figures",
        "tallies:incident": "no_figures",
        "tallies:phone": "no_figures",
    }
    assert rows["index"].baseline == pytest.approx((31 * 25 + 29 * 50 + 115 * 75 + 88 * 100) / 290)
    assert rows["response_rate"].prototype == pytest.approx(309 / 1515)
    stay = rows["stay_minutes"]
    assert stay.effect == pytest.approx(-3.0)
    assert stay.interval is not None
    assert stay.interval.low < -3 < stay.interval.high < 0


def test_ratings_on_two_scores_have_no_index_and_those_not_compared_have_nothing() -> None:
    arm = arm_of(ratings=[(10, 30), (12, 28)], exits=[200, 210])

    on_two = secondary(arm, arm, 2, leave_out="stay_minutes", alpha=0.05)

    assert [each.outcome for each in on_two] == ["satisfied", "response_rate"]
    assert secondary(arm, arm, 0, leave_out="stay_minutes", alpha=0.05) == ()


def test_p_values_are_holms_over_all_outcomes_together() -> None:
    def other(p_value: float) -> Compared:
        far = float(stats.t.isf(p_value / 2, 10))
        estimate = Estimate(value=far, standard_error=1.0, df=10, clusters=12)
        return Compared(baseline=0.0, prototype=far, estimate=estimate)

    rows = secondary(
        arm_of(),
        arm_of(),
        5,
        leave_out="satisfied",
        alpha=0.05,
        others={
            "satisfied": other(0.0001),  # the primary outcome is none of them
            "passages_in": other(0.01),
            "stay_minutes": other(0.04),
            "occupancy": "few_weeks",
            "wait_minutes": other(0.03),
        },
    )

    assert {row.outcome: row.adjusted_p for row in rows} == {
        "passages_in": pytest.approx(3 * 0.01),
        "stay_minutes": pytest.approx(2 * 0.03),  # never below that of a smaller one
        "occupancy": None,
        "wait_minutes": pytest.approx(2 * 0.03),
    }


@pytest.mark.parametrize("p_values", [[0.2], [0.01, 0.04, 0.03], [0.5, 0.0, 0.5, 0.02, 1.0, 0.011]])
def test_holms_adjustment_is_that_of_statsmodels(p_values: list[float]) -> None:
    assert holm(p_values) == pytest.approx(multipletests(p_values, method="holm")[1])


def test_the_interval_of_the_stay_holds_the_truth_19_times_in_20() -> None:
    """Weeks of unequal numbers of visits, six on one side and nine on the other."""
    rng = np.random.default_rng(SEED)
    runs, held = 1000, 0
    for _ in range(runs):
        arms = []
        for count, truth in ((6, 30.0), (9, 32.0)):
            visits = rng.uniform(200, 600, count)
            minutes = truth + rng.normal(0, 2, count)
            arms.append(
                arm_of(
                    figures={
                        "stay_minutes": [(m, 2.0, n) for m, n in zip(minutes, visits, strict=True)]
                    }
                )
            )
        estimate = primary(arms[0], arms[1], "stay_minutes")
        assert estimate is not None
        interval = estimate.interval(0.05)
        held += interval.low <= 2.0 <= interval.high

    assert 0.93 <= held / runs <= 0.97


some_figures = st.lists(
    st.tuples(
        st.one_of(st.just(math.nan), st.floats(0, 200)),
        st.one_of(st.just(math.inf), st.floats(0, 50)),
        st.sampled_from([0.0, 1.0, 300.0]),
    ),
    max_size=4,
)
some_counts = st.lists(st.sampled_from([math.nan, 0.0, 1.0, 400.0]), min_size=4, max_size=4)


@given(some_figures, some_figures, some_counts, some_counts, some_counts)
def test_whatever_was_measured_each_outcome_has_finite_figures_or_a_reason(
    a: list[Figure], b: list[Figure], entries: list[float], exits: list[float], tally: list[float]
) -> None:
    ratings = [(0, 3, 0, 8), (0, 0, 0, 0), (11, 0, 0, 0)]
    first = arm_of(ratings=ratings, entries=entries, exits=exits, figures={"stay_minutes": a})
    second = arm_of(
        ratings=ratings[::-1],
        entries=entries[::-1],
        exits=exits,
        tallies={"phone": tally},
        figures={"stay_minutes": b},
    )

    for row in secondary(first, second, 4, leave_out="wait_minutes", alpha=0.05):
        if row.why_not is not None:
            assert (row.effect, row.interval, row.p_value) == (None, None, None)
            continue
        assert row.effect is not None
        assert row.interval is not None
        assert math.isfinite(row.interval.low + row.effect + row.interval.high), row
        assert row.p_value is not None
        assert row.adjusted_p is not None
        assert 0 <= row.p_value <= row.adjusted_p <= 1
