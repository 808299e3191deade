"""Does a plan keep its promise? What the planner says, beside what simulated trials find.

The change that the plan calls detectable is planted into trials that are read once, at their
planned end, by the comparison itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pasperdus_collector.analysis.noise import Ratings, Share, Weekly
from pasperdus_collector.analysis.on_off import on_off
from pasperdus_collector.analysis.power import Terms, mde, power_of
from support.simulated_shares import Resemblance
from support.simulated_trials import Reception, weekly
from support.trial_readings import Rate, rate
from support.trial_studies import look

OPEN_WEEKDAYS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A promise (a chance to find ``change``) and how often it was found."""

    weeks: int
    change: float
    promised: float
    found: Rate

    @property
    def gap(self) -> float:
        """Return by how much more (or less) was found than promised."""
        return self.found.share - self.promised


def satisfied(
    *, ratings_a_day: float = 75.0, rho_day: float, rho_week: float, share: float = 0.75
) -> Share:
    """Return an outcome to plan for: the share satisfied, five days a week."""
    return Share(
        share=share,
        ratings=Ratings(
            ratings_a_day=ratings_a_day,
            days_per_week=OPEN_WEEKDAYS,
            rho_day=rho_day,
            rho_week=rho_week,
        ),
    )


def before_after(
    outcome: Share, weeks: int, *, trials: int, seed: int, change: float | None = None
) -> Kept:
    """Return how a plan before and after fares; ``change`` is the detectable one unless given."""
    planted = mde(outcome, weeks, weeks) if change is None else change
    if planted is None:
        raise ValueError(f"nothing is detectable after {weeks} weeks")
    ratings = outcome.ratings
    reception = Reception(
        ratings_a_day=ratings.ratings_a_day,
        share=outcome.share,
        resemblance=Resemblance(day=ratings.rho_day, week=ratings.rho_week),
    )
    schedule = weekly("A" * weeks + "B" * weeks, open_weekdays=OPEN_WEEKDAYS)
    looks = look(reception, schedule, trials=trials, seed=seed, effect=planted)
    # Of trials without an answer nothing was found.
    found = Rate(hits=looks.found.hits, trials=trials)
    promised = power_of(planted, outcome, weeks, weeks)
    return Kept(weeks=weeks, change=planted, promised=promised, found=found)


def randomised(pairs: int, *, trials: int, seed: int, alpha: float = 0.05) -> Kept:
    """Return how a plan of drawn pairs fares, for normal weeks of spread 1."""
    outcome, terms = Weekly(weekly_sd=1.0), Terms(design="randomised", alpha=alpha)
    planted = mde(outcome, pairs, pairs, terms)
    if planted is None:
        raise ValueError(f"nothing is detectable with {pairs} pairs")
    rng = np.random.default_rng(seed)

    def finds() -> bool:
        differences = rng.normal(planted, np.sqrt(2), pairs)
        told = on_off(differences, alpha=alpha, generator=rng)
        return told is not None and told.interval.low > 0

    found = rate(finds() for _ in range(trials))
    promised = power_of(planted, outcome, pairs, pairs, terms)
    return Kept(weeks=pairs, change=planted, promised=promised, found=found)
