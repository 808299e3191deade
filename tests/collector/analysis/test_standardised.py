"""The primary comparison on tables small enough to be worked out by hand."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest

from pasperdus_collector.analysis.inputs import BlockTable, Ints, monday
from pasperdus_collector.analysis.standardised import (
    standardised_difference,
    sums_by_stratum,
    worth_of_index,
    worth_of_satisfied,
)
from pasperdus_collector.analysis.strata import CELLS, Strata

A_MONDAY = 739_621  # 2026-01-05
MORNING, AFTERNOON = 9, 15


def blocks(*rows: tuple[int, int, int, int]) -> BlockTable:
    """Return blocks of (week, hour, dissatisfied, satisfied) on a scale of 2, all on Mondays."""
    counts = np.zeros((len(rows), 5), dtype=np.int64)
    counts[:, :2] = [row[2:] for row in rows]
    return BlockTable(
        day=np.array([A_MONDAY + 7 * row[0] for row in rows]),
        hour=np.array([row[1] for row in rows]),
        counts=counts,
        bursts=np.zeros_like(counts),
    )


def two_strata(morning_weight: float) -> Strata:
    of_cell: Ints = np.full(CELLS, -1)
    of_cell[MORNING // 3], of_cell[AFTERNOON // 3] = 0, 1
    return Strata(
        of_cell=of_cell,
        weights=np.array([morning_weight, 1 - morning_weight]),
        unmatched=0.0,
        from_ratings=False,
    )


def compared(a: BlockTable, b: BlockTable, morning_weight: float) -> tuple[float, float]:
    strata = two_strata(morning_weight)
    worth = worth_of_satisfied(2)
    found = standardised_difference(
        sums_by_stratum(a, a.week, strata, worth),
        sums_by_stratum(b, b.week, strata, worth),
        strata.weights,
    )
    return found.value, found.standard_error


def test_more_ratings_in_good_hours_are_no_improvement() -> None:
    # Mornings 90 % satisfied, afternoons 50 %, in both arms: B only has more of the mornings.
    a = blocks(
        (0, MORNING, 10, 90), (0, AFTERNOON, 50, 50), (1, MORNING, 10, 90), (1, AFTERNOON, 50, 50)
    )
    b = blocks(
        (4, MORNING, 30, 270), (4, AFTERNOON, 10, 10), (5, MORNING, 30, 270), (5, AFTERNOON, 10, 10)
    )

    value, error = compared(a, b, 0.5)

    assert value == pytest.approx(0)
    assert error == pytest.approx(0)


def test_each_stratum_counts_by_its_share_of_visitors() -> None:
    a = blocks(
        (0, MORNING, 50, 50), (0, AFTERNOON, 50, 50), (1, MORNING, 50, 50), (1, AFTERNOON, 50, 50)
    )
    b = blocks(
        (4, MORNING, 40, 60), (4, AFTERNOON, 20, 80), (5, MORNING, 40, 60), (5, AFTERNOON, 20, 80)
    )

    assert compared(a, b, 0.75)[0] == pytest.approx(0.75 * 0.1 + 0.25 * 0.3)


def test_the_error_is_that_of_weeks() -> None:
    a = blocks(*((week, MORNING, 50, 50) for week in range(3)))
    b = blocks((4, MORNING, 30, 70), (5, MORNING, 40, 60), (6, MORNING, 50, 50))

    value, error = compared(a, b, 1.0)

    assert value == pytest.approx(0.1)
    assert error == pytest.approx(0.1 / sqrt(3))


def test_a_stratum_that_only_one_week_knows_leaves_its_replicate_not_the_comparison() -> None:
    a = blocks((0, MORNING, 50, 50), (1, MORNING, 50, 50), (1, AFTERNOON, 50, 50))
    b = blocks((4, MORNING, 40, 60), (5, MORNING, 40, 60), (5, AFTERNOON, 40, 60))

    value, error = compared(a, b, 0.5)

    assert value == pytest.approx(0.1)
    assert np.isfinite(error)


def test_what_a_score_is_worth() -> None:
    assert worth_of_satisfied(5).tolist() == [0, 0, 0, 1, 1]
    assert worth_of_satisfied(2).tolist()[:2] == [0, 1]
    assert worth_of_index(5).tolist() == [0, 25, 50, 75, 100]
    # Four smileys, best last: the index of 0 to 100 that users of such terminals know.
    counts = np.array([17, 16, 60, 126, 0])
    assert (counts @ worth_of_index(4)) / counts.sum() == pytest.approx(78.2, abs=0.05)


def test_weeks_begin_on_mondays() -> None:
    days = np.arange(A_MONDAY, A_MONDAY + 14)

    assert monday(days).tolist() == [A_MONDAY] * 7 + [A_MONDAY + 7] * 7
