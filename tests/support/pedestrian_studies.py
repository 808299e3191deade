"""Comparisons of counts on real streets where nothing was changed, or a known change was planted.

Each trial draws a sensor and a first week; the same trial is read without and with the change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import isfinite, log

import numpy as np
from scipy import stats

from pasperdus_collector.analysis.inputs import DayTable, Floats
from pasperdus_collector.analysis.interrupted import Refused, interrupted
from pasperdus_collector.analysis.on_off import on_off, weekly_log_rate
from pasperdus_collector.analysis.result import Interval
from support.pedestrians import Street, multiplied, streets
from support.trial_readings import Rate, rate

ALPHA = 0.05
PLANTED = 1.2  # times as many people
_WEEK = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a method said of one trial; ``half_width`` is of the interval (log ratio)."""

    alarmed: bool
    found: bool
    half_width: float
    without_placebos: bool = False
    """Whether the sampling error alone would have alarmed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """Trials of one design; None is a trial without an answer."""

    outcomes: tuple[Outcome | None, ...]

    @property
    def answered(self) -> Rate:
        return rate(each is not None for each in self.outcomes)

    @property
    def alarms(self) -> Rate:
        """Of trials with an answer: those that saw a change although there was none."""
        return rate(each.alarmed for each in self._answers())

    @property
    def alarms_without_placebos(self) -> Rate:
        return rate(each.without_placebos for each in self._answers())

    @property
    def found(self) -> Rate:
        """Of *all* trials: those that found the planted change, with its sign."""
        return rate(each is not None and each.found for each in self.outcomes)

    @property
    def half_width(self) -> float:
        return float(np.median([each.half_width for each in self._answers()]))

    def _answers(self) -> Iterator[Outcome]:
        return (each for each in self.outcomes if each is not None)


def randomised(pairs: int, *, trials: int, seed: int) -> Study:
    """Weeks on and off in pairs, drawn by lot."""

    def one(street: Street, first: int, generator: np.random.Generator) -> Outcome | None:
        weeks = first + _WEEK * np.arange(2 * pairs)
        rates = weekly_log_rate(street.days, weeks).reshape(pairs, 2)
        differences = (rates[:, 1] - rates[:, 0]) * generator.choice([-1.0, 1.0], pairs)
        nothing = on_off(differences, alpha=ALPHA, generator=generator)
        planted = on_off(differences + log(PLANTED), alpha=ALPHA, generator=generator)
        if nothing is None or planted is None or not isfinite(nothing.interval.low):
            return None
        return _outcome(nothing.interval, planted.interval)

    return _study(one, 2 * pairs, trials=trials, seed=seed)


def before_after(before: int, during: int, after: int = 0, *, trials: int, seed: int) -> Study:
    """So many weeks of baseline, prototype and, in A-B-A, baseline again."""

    def one(street: Street, first: int, generator: np.random.Generator) -> Outcome | None:
        baseline, prototype = _arms(street, first, before, during, after)
        nothing = interrupted(baseline, prototype, alpha=ALPHA)
        planted = interrupted(baseline, multiplied(prototype, PLANTED), alpha=ALPHA)
        if isinstance(nothing, Refused) or isinstance(planted, Refused):
            return None
        sampling = stats.t.sf(abs(nothing.value) / nothing.sampling_error, nothing.sampling_df)
        return _outcome(
            nothing.interval, planted.interval, without_placebos=bool(2 * sampling <= ALPHA)
        )

    return _study(one, before + during + after, trials=trials, seed=seed)


def naive(weeks: int, *, by_week: bool, trials: int, seed: int) -> Study:
    """Student's t on daily counts, or on weekly ones, of one period against the next."""

    def one(street: Street, first: int, generator: np.random.Generator) -> Outcome | None:
        arms = _arms(street, first, weeks, weeks, 0)
        values = [
            _weekly(arm) if by_week else arm.entries[np.isfinite(arm.entries)] for arm in arms
        ]
        if min(map(len, values)) < weeks / 2:
            return None
        a, b = values
        nothing, planted = (
            stats.ttest_ind(np.log(b) + log(by), np.log(a)).confidence_interval(1 - ALPHA)
            for by in (1.0, PLANTED)
        )
        return _outcome(
            Interval(low=nothing.low, high=nothing.high, level=1 - ALPHA),
            Interval(low=planted.low, high=planted.high, level=1 - ALPHA),
        )

    return _study(one, 2 * weeks, trials=trials, seed=seed)


Trial = Callable[[Street, int, np.random.Generator], Outcome | None]


def _study(one: Trial, weeks: int, *, trials: int, seed: int) -> Study:
    generator = np.random.default_rng(seed)
    known = streets()
    outcomes = []
    for _ in range(trials):
        street = known[generator.integers(len(known))]
        first = int(generator.choice(street.runs(weeks)))
        outcomes.append(one(street, first, generator))
    return Study(outcomes=tuple(outcomes))


def _arms(
    street: Street, first: int, before: int, during: int, after: int
) -> tuple[DayTable, DayTable]:
    start, end = first + _WEEK * before, first + _WEEK * (before + during)
    around = street.span(first, end + _WEEK * after)
    return around.rows((around.day < start) | (around.day >= end)), street.span(start, end)


def _weekly(arm: DayTable) -> Floats:
    rates = weekly_log_rate(arm, np.unique(arm.week))
    return np.exp(rates[np.isfinite(rates)])


def _outcome(nothing: Interval, planted: Interval, *, without_placebos: bool = False) -> Outcome:
    return Outcome(
        alarmed=nothing.excludes_zero,
        found=planted.low > 0,
        half_width=(nothing.high - nothing.low) / 2,
        without_placebos=without_placebos,
    )
