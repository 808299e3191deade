"""What the planner promises before a trial, trials keep.

Sampled: ``script/bench evaluation`` has the figures of thousands of trials.
"""

from __future__ import annotations

import pytest

from pasperdus_collector.analysis.noise import Ratings, Share
from pasperdus_collector.analysis.power import power_of
from support.simulated_shares import Resemblance
from support.simulated_trials import Reception, weekly
from support.trial_studies import look

SEED = 20260105
NEAR = 0.03


def promised(reception: Reception, effect: float, weeks: int) -> float:
    ratings = Ratings(
        ratings_a_day=reception.ratings_a_day,
        days_per_week=reception.open_weekdays,
        rho_day=reception.resemblance.day,
        rho_week=reception.resemblance.week,
    )
    return power_of(effect, Share(share=reception.share, ratings=ratings), weeks, weeks)


@pytest.mark.parametrize(
    ("ratings_a_day", "day", "week", "weeks", "effect"),
    [(13, 0.005, 0.005, 8, 0.10), (75, 0.01, 0.01, 6, 0.08), (300, 0.01, 0.005, 8, 0.05)],
)
def test_power_is_what_the_planner_said(
    ratings_a_day: int, day: float, week: float, weeks: int, effect: float
) -> None:
    reception = Reception(ratings_a_day=ratings_a_day, resemblance=Resemblance(day=day, week=week))

    seen = look(
        reception, weekly("A" * weeks + "B" * weeks), trials=400, seed=SEED, effect=effect
    ).found

    said = promised(reception, effect, weeks)
    assert seen.is_at_least(said - NEAR), f"{seen}, promised {said:.3f}, seed {SEED}"
    assert seen.is_at_most(said + NEAR), f"{seen}, promised {said:.3f}, seed {SEED}"


def test_six_points_at_75_ratings_a_day_are_found_in_sixty_days_a_side() -> None:
    reception = Reception(resemblance=Resemblance(day=0.01, week=0.005))

    seen = look(reception, weekly("A" * 12 + "B" * 12), trials=300, seed=SEED, effect=0.06)

    assert seen.found.is_at_least(0.8), f"{seen.found}, seed {SEED}"
    assert seen.claimed.is_at_least(0.8), f"{seen.claimed}, seed {SEED}"
