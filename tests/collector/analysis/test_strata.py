"""Strata: like weekdays and hours with like, and never one with too few ratings."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from pasperdus_collector.analysis.inputs import Floats
from pasperdus_collector.analysis.strata import (
    CELLS,
    MIN_RATINGS,
    SLOTS,
    Strata,
    make_strata,
)

MONDAY, TUESDAY, SATURDAY = 0, 1, 5
MORNING, NOON, AFTERNOON = 3, 4, 5  # slots that begin at 9, 12 and 15 h


def cells(told: dict[tuple[int, int], float]) -> Floats:
    by_cell = np.zeros(CELLS)
    for (weekday, slot), count in told.items():
        by_cell[weekday * SLOTS + slot] = count
    return by_cell


def made(a: Floats, b: Floats, visitors: Floats, of_b: Floats | None = None) -> Strata:
    strata = make_strata(a, b, visitors, visitors if of_b is None else of_b)
    assert strata is not None
    return strata


def test_weights_are_the_baseline_s_share_of_visitors() -> None:
    ratings = cells({(MONDAY, MORNING): 100, (MONDAY, AFTERNOON): 100})
    visitors = cells({(MONDAY, MORNING): 300, (MONDAY, AFTERNOON): 100})

    strata = made(ratings, ratings, visitors)

    assert strata.weights.tolist() == [0.75, 0.25]
    assert strata.unmatched == 0
    assert not strata.from_ratings


def test_a_slot_with_too_few_ratings_joins_its_neighbour_of_the_same_day() -> None:
    a = cells({(MONDAY, MORNING): 100, (MONDAY, NOON): 100, (MONDAY, AFTERNOON): 100})
    b = cells({(MONDAY, MORNING): 100, (MONDAY, NOON): 3, (MONDAY, AFTERNOON): 100})

    strata = made(a, b, a)

    assert strata.count == 2
    assert strata.of_cell[MONDAY * SLOTS + NOON] == strata.of_cell[MONDAY * SLOTS + AFTERNOON]


def test_weekdays_with_too_few_ratings_join_one_another() -> None:
    few = cells({(day, MORNING): 12 for day in range(5)})

    strata = made(few, few, few)

    assert strata.count == 1
    assert strata.weights.tolist() == [1.0]


def test_visitors_of_a_weekday_without_ratings_in_one_arm_are_unmatched() -> None:
    a = cells({(MONDAY, MORNING): 300, (SATURDAY, MORNING): 100})
    b = cells({(MONDAY, MORNING): 300})
    visitors = cells({(MONDAY, MORNING): 300, (SATURDAY, MORNING): 100})

    strata = made(a, b, visitors)

    assert strata.unmatched == pytest.approx(0.25)
    assert strata.of_cell[SATURDAY * SLOTS + MORNING] == -1
    assert strata.weights.tolist() == [1.0]


def test_a_quiet_weekday_without_ratings_joins_the_others() -> None:
    a = cells({(MONDAY, MORNING): 60, (SATURDAY, MORNING): 11})
    b = cells({(MONDAY, MORNING): 60})
    visitors = cells({(MONDAY, MORNING): 300, (SATURDAY, MORNING): 60})

    strata = made(a, b, visitors)

    assert strata.unmatched == 0
    assert strata.count == 1


def test_without_a_count_at_the_door_ratings_are_the_weights() -> None:
    ratings = cells({(MONDAY, MORNING): 300, (TUESDAY, MORNING): 100})

    strata = made(ratings, ratings, cells({}))

    assert strata.from_ratings
    assert strata.weights.tolist() == [0.75, 0.25]


def test_too_few_ratings_altogether_make_no_strata() -> None:
    few = cells({(MONDAY, MORNING): MIN_RATINGS - 1})

    assert make_strata(few, few, few, few) is None
    assert make_strata(cells({}), few, few, few) is None


COUNTS = some.lists(some.integers(0, 60), min_size=CELLS, max_size=CELLS)


@given(a=COUNTS, b=COUNTS, visitors=COUNTS, of_b=COUNTS)
def test_whatever_comes_each_stratum_has_enough_and_weights_are_a_whole(
    a: list[int], b: list[int], visitors: list[int], of_b: list[int]
) -> None:
    strata = make_strata(*(np.array(each, dtype=float) for each in (a, b, visitors, of_b)))
    if strata is None:
        days = range(0, CELLS, SLOTS)
        both = [day for day in days if sum(a[day : day + SLOTS]) and sum(b[day : day + SLOTS])]
        rated = [sum(sum(each[day : day + SLOTS]) for day in both) for each in (a, b)]
        assert min(rated) < MIN_RATINGS
        return
    assert strata.weights.sum() == pytest.approx(1)
    assert 0 <= strata.unmatched <= 1
    for stratum in range(strata.count):
        mine = strata.of_cell == stratum
        assert np.array(a)[mine].sum() >= MIN_RATINGS
        assert np.array(b)[mine].sum() >= MIN_RATINGS
