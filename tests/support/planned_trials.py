"""Does a plan keep its promise? What the planner says, beside what simulated trials find.

The change that the plan calls detectable is planted into trials that are read once, at their
planned end, by the comparison itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from pasperdus_collector.analysis.baseline import COUNT_SD, COUNT_SERIAL
from pasperdus_collector.analysis.interrupted import StepChange, interrupted
from pasperdus_collector.analysis.noise import Ratings, Share, Weekly
from pasperdus_collector.analysis.on_off import on_off, weekly_log_rate
from pasperdus_collector.analysis.plan import terms_of
from pasperdus_collector.analysis.power import Terms, mde, power_of
from pasperdus_collector.comparison.planning import MOST_DF_OF_COUNTS
from support.pedestrians import Street, streets
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

    return _kept(planted, outcome, pairs, terms, rate(finds() for _ in range(trials)))


def counts_before_after(weeks: int) -> Kept:
    """Return how plans of footfall fare on real streets: each run of weeks, cut in the middle."""
    outcome = Weekly(
        weekly_sd=COUNT_SD, serial=COUNT_SERIAL, detrended=True, most_df=MOST_DF_OF_COUNTS
    )
    terms = terms_of("before_after", "passages_in", days_per_week=OPEN_WEEKDAYS, alpha=0.05)
    planted = mde(outcome, weeks, weeks, terms)
    if planted is None:
        raise ValueError(f"nothing is detectable after {weeks} weeks")

    def finds(street: Street, first: int) -> bool:
        middle, last = first + 7 * weeks, first + 14 * weeks
        busier = street.span(middle, last)
        busier = replace(busier, entries=busier.entries * np.exp(planted))
        told = interrupted(street.span(first, middle), busier, alpha=0.05)
        return isinstance(told, StepChange) and told.interval.low > 0

    found = rate(finds(street, first) for street, first in _runs(2 * weeks))
    return _kept(planted, outcome, weeks, terms, found)


def counts_randomised(pairs: int, *, seed: int) -> Kept:
    """Return the same for pairs of weeks drawn by lot."""
    outcome = Weekly(weekly_sd=COUNT_SD, serial=COUNT_SERIAL)
    terms = terms_of("randomised", "passages_in", days_per_week=OPEN_WEEKDAYS, alpha=0.05)
    planted = mde(outcome, pairs, pairs, terms)
    if planted is None:
        raise ValueError(f"nothing is detectable with {pairs} pairs")
    rng = np.random.default_rng(seed)

    def finds(street: Street, first: int) -> bool:
        weeks = np.arange(first, first + 14 * pairs, 7)
        rates = weekly_log_rate(street.span(first, first + 14 * pairs), weeks).reshape(-1, 2)
        differences = np.diff(rates, axis=1)[:, 0] * rng.choice([-1, 1], pairs) + planted
        told = on_off(differences, alpha=0.05, generator=rng)
        return told is not None and told.interval.low > 0

    found = rate(finds(street, first) for street, first in _runs(2 * pairs))
    return _kept(planted, outcome, pairs, terms, found)


def _kept(planted: float, outcome: Weekly, weeks: int, terms: Terms, found: Rate) -> Kept:
    promised = power_of(planted, outcome, weeks, weeks, terms)
    return Kept(weeks=weeks, change=planted, promised=promised, found=found)


def _runs(weeks: int) -> Iterator[tuple[Street, int]]:
    """Yield runs of so many weeks that do not overlap, and the street of each."""
    for street in streets():
        for first in street.runs(weeks)[::weeks]:
            yield street, int(first)
