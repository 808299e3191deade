"""The trials that comparisons are judged by are what they say they are."""

from __future__ import annotations

import numpy as np
import pytest

from pasperdus_collector.analysis.comparison import answer
from pasperdus_collector.release import K, Unreleased, close_blocks
from support.simulated_shares import Law, Resemblance, correlations
from support.simulated_trials import HOURS, Draws, Reception, closing_hours, weekly
from support.trial_studies import uneven

HOUR_MS = 3_600_000
SEED = 20260105


@pytest.mark.parametrize("law", ["logit_normal", "beta"])
@pytest.mark.parametrize(("day", "week"), [(0.005, 0.005), (0.01, 0.01), (0.03, 0.03), (0.01, 0)])
def test_ratings_of_a_day_and_of_a_week_resemble_one_another_as_much_as_asked(
    law: Law, day: float, week: float
) -> None:
    reception = Reception(resemblance=Resemblance(day=day, week=week, law=law))
    draws = reception.draw(weekly("A" * 16), trials=400, rng=np.random.default_rng(SEED))

    by_day = draws.satisfied.sum(axis=2), draws.ratings.sum(axis=2)
    measured = correlations(*by_day, 0.75, np.arange(80) // 5)

    assert measured == pytest.approx((day, week), abs=0.0008 + 0.05 * (day + week)), f"seed {SEED}"
    assert draws.satisfied.sum() / draws.ratings.sum() == pytest.approx(0.75, abs=0.002)


def test_a_true_effect_moves_the_mean_of_all_visitors_by_as_much() -> None:
    reception = uneven(Reception(resemblance=Resemblance(day=0.01, week=0.005)))
    draws = reception.draw(
        weekly("A" * 8 + "B" * 8),
        trials=800,
        rng=np.random.default_rng(SEED),
        effects={"B": 0.06},
    )

    shares = [
        draws.satisfied[:, draws.letters == letter].sum()
        / draws.ratings[:, draws.letters == letter].sum()
        for letter in "AB"
    ]

    assert np.ptp(reception.cell_shares(0.75)) > 0.15, "mornings and afternoons hardly differ"
    assert shares == pytest.approx([0.75, 0.81], abs=0.003), f"seed {SEED}"


@pytest.mark.parametrize("ratings_a_day", [5, 13, 40, 75, 300])
def test_blocks_close_where_the_collector_closes_them(ratings_a_day: int) -> None:
    draws = Reception(ratings_a_day=ratings_a_day).draw(
        weekly("AABB"), trials=20, rng=np.random.default_rng(SEED)
    )

    for trial in range(20):
        whole = draws.arm(trial, "A", until=20).blocks, draws.arm(trial, "B", until=20).blocks
        mine = [tuple(row) for table in whole for row in table.counts.tolist()]
        theirs = _collector_blocks(draws, trial)
        assert mine == [counts for counts, letters in theirs if len(letters) == 1]
        assert draws.arm(trial, "A", until=20).straddling == sum(
            sum(counts) for counts, letters in theirs if len(letters) == 2
        )


def test_hours_without_ratings_close_no_block() -> None:
    ratings = np.array([[0, K - 1, 0, 1, 0, K + 5, 3]])

    assert closing_hours(ratings).tolist() == [[False, False, False, True, False, True, False]]


def test_reading_a_running_trial_every_day_shows_something_new_once_a_week() -> None:
    draws = Reception().draw(weekly("A" * 6 + "B" * 6), trials=1, rng=np.random.default_rng(SEED))

    shown = [answer(draws.inputs(0, until=day, status="running")) for day in range(36, 61)]
    effects = [each.effect for each in shown]
    new = [day for day in range(37, 61) if effects[day - 36] != effects[day - 37]]

    assert new == [40, 45, 50, 55, 60]


def _collector_blocks(draws: Draws, trial: int) -> list[tuple[tuple[int, ...], set[str]]]:
    """Return the counts of the collector's own blocks, and the letters of their hours."""
    ratings = [
        Unreleased(1, 1, (day * 24 + HOURS[hour]) * HOUR_MS, score + 1, is_burst=False)
        for day, hour, score in np.argwhere(draws.counts[trial])
        for _ in range(draws.counts[trial, day, hour, score])
    ]
    blocks = []
    for block in close_blocks(ratings, now_ms=10**12):
        first, last = (block[n].at // HOUR_MS // 24 for n in (0, -1))
        counts = [0] * 5
        for rating in block:
            counts[rating.value - 1] += 1
        blocks.append((tuple(counts), set(draws.schedule[first : last + 1])))
    return blocks
