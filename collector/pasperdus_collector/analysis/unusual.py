"""M10: days on which far more or far fewer people came than on others like them.

A strike, a market in front of the door, a sensor behind a poster: whoever runs the trial may want
such a day out. This proposes and never excludes; people confirm before they see any rating.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import log
from typing import Any, Literal

import numpy as np
from scipy import optimize, stats

from pasperdus_collector.analysis.holm import holm
from pasperdus_collector.analysis.inputs import Floats, HourTable, Ints, weekday
from pasperdus_collector.analysis.jackknife import by_cluster

SLOT_HOURS = 3  # as of the strata in which ratings are compared
LEAST_COUNTED = 0.5  # of the open hours; below, too little is known
LEAST_OTHERS = 4  # days of the same weekday, without which a median says little
LEAST_EXPECTED = log(2)  # persons: the largest mean with which a Poisson count has a median of 0
_BOUND = 2.0  # standard deviations from which on a residual counts for no more
_LARGEST_DISPERSION = 100.0  # standard deviation of ten times the mean: beyond any door
_DAY_HOURS = 24

Direction = Literal["more", "fewer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnusualDay:
    """A day proposed for exclusion: an ordinal, and the hours for which it stands out most.

    ``entries`` and ``expected`` are persons in the ``hours`` from ``first_hour`` on (24 from 0: the
    whole day). ``probability`` is corrected for all that was looked at: how often ordinary days
    would bring one as unusual as this into the list.
    """

    day: int
    direction: Direction
    probability: float
    first_hour: int
    hours: int
    entries: float
    expected: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Unusual days in order, of how many that could be judged.

    ``days_unjudged`` had too few others of their weekday to stand beside, or were not counted.
    """

    days: tuple[UnusualDay, ...]
    days_judged: int
    days_unjudged: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    """Slots, or whole days, one row each; probabilities are two-sided."""

    day: Ints
    first_hour: Ints
    hours: Ints
    entries: Floats
    expected: Floats
    probability: Floats


def unusual_days(hours: HourTable, *, alpha: float) -> Proposal:
    """Return the days of one arm that stand out, at a family-wise error of about ``alpha``.

    Each slot of :data:`SLOT_HOURS` hours is judged, and each day as a whole, as few people a slot
    say little. Expected: the median, over the other days of the same weekday, of entries per hour
    that was open and counted, times these hours; at least :data:`LEAST_EXPECTED`. Counts are taken
    for negative binomial, with variance mu + a mu^2 (A. C. Cameron, P. K. Trivedi, Regression
    Analysis of Count Data, 2013, ch. 3: NB2), a being the site's own: one for slots and one for
    days. It is the one at which squared residuals, none counted beyond :data:`_BOUND` standard
    deviations, have a normal's mean, so that a few unusual days hardly change it (P. J. Huber,
    Robust Statistics, 1981, ch. 5: proposal 2).

    The probability of a count n is twice the smaller of P(N <= n) and P(N >= n), each with the
    expectation moved towards n by its standard error. A day's is that of its rarest hours, times
    how many were judged (Bonferroni); Holm's correction over all judged days makes it hold for the
    whole list (S. Holm, Scand. J. Statistics 6, 1979).

    Arms go in one by one, or the change that is sought would look unusual. Assumes no strong season
    within the arm: a season widens a, so that less is proposed.
    """
    open_days = len(np.unique(hours.day[hours.open_share > 0]))
    judged = _both(_judged(hours, SLOT_HOURS), _judged(hours, _DAY_HOURS))
    if len(judged.day) == 0:
        return Proposal(days=(), days_judged=0, days_unjudged=open_days)
    rarest_first = np.lexsort([judged.probability, judged.day])
    days, firsts, sizes = np.unique(judged.day[rarest_first], return_index=True, return_counts=True)
    rarest = rarest_first[firsts]
    corrected = holm(np.minimum(1.0, judged.probability[rarest] * sizes))
    return Proposal(
        days=tuple(
            _told(judged, row, probability=float(corrected[each]))
            for each, row in enumerate(rarest)
            if corrected[each] <= alpha
        ),
        days_judged=len(days),
        days_unjudged=open_days - len(days),
    )


def _told(judged: _Judged, row: int, *, probability: float) -> UnusualDay:
    entries, expected = float(judged.entries[row]), float(judged.expected[row])
    return UnusualDay(
        day=int(judged.day[row]),
        direction="more" if entries > expected else "fewer",
        probability=probability,
        first_hour=int(judged.first_hour[row]),
        hours=int(judged.hours[row]),
        entries=entries,
        expected=expected,
    )


def _judged(hours: HourTable, width: int) -> _Judged:
    """Judge slots ``width`` hours wide that were counted and have others to stand beside."""
    known = np.isfinite(hours.entries) & (hours.door_coverage > 0)
    measures = [
        np.where(known, hours.entries, 0.0),
        np.where(known, hours.open_share * hours.door_coverage, 0.0),
        hours.open_share,
    ]
    # One number for day and slot: no day has more slots than hours.
    keys, sums = by_cluster(
        hours.day * _DAY_HOURS + hours.hour // width, np.stack(measures, axis=1)
    )
    entries, counted, opened = sums.T
    enough = (counted > 0) & (counted >= LEAST_COUNTED * opened)
    keys, entries, counted = keys[enough], entries[enough], counted[enough]
    day, slot = keys // _DAY_HOURS, keys % _DAY_HOURS
    usual, others = np.full(len(keys), np.nan), np.zeros(len(keys))
    for alike in _alike(weekday(day) * _DAY_HOURS + slot):
        usual[alike] = _median_of_others(entries[alike] / counted[alike])
        others[alike] = len(alike) - 1
    rows = np.isfinite(usual)
    # Corrected counts have decimals; a count of the distribution has none.
    entries = np.round(entries[rows])
    expected = np.maximum(usual[rows] * counted[rows], LEAST_EXPECTED)
    return _Judged(
        day=day[rows],
        first_hour=slot[rows] * width,
        hours=np.full(len(entries), width),
        entries=entries,
        expected=expected,
        probability=_two_sided(entries, expected, others[rows]),
    )


def _both(slots: _Judged, days: _Judged) -> _Judged:
    return _Judged(
        day=np.concatenate([slots.day, days.day]),
        first_hour=np.concatenate([slots.first_hour, days.first_hour]),
        hours=np.concatenate([slots.hours, days.hours]),
        entries=np.concatenate([slots.entries, days.entries]),
        expected=np.concatenate([slots.expected, days.expected]),
        probability=np.concatenate([slots.probability, days.probability]),
    )


def _alike(cells: Ints) -> Iterator[Ints]:
    """Yield the rows of each cell that has enough of them."""
    for cell in np.unique(cells):
        rows = np.flatnonzero(cells == cell)
        if len(rows) > LEAST_OTHERS:
            yield rows


def _median_of_others(values: Floats) -> Floats:
    """Return for each value the median of all the others."""
    others = np.tile(values, (len(values), 1))[~np.eye(len(values), dtype=np.bool_)]
    medians: Floats = np.median(others.reshape(len(values), -1), axis=1)
    return medians


def _two_sided(entries: Floats, expected: Floats, others: Floats) -> Floats:
    """Return twice the smaller tail of a negative binomial whose dispersion is that of all rows.

    The tail is taken at the expectation moved towards the count by its standard error, that of a
    median of so many ``others``.
    """
    if len(entries) == 0:
        return np.zeros(0)
    error = np.sqrt(np.pi / 2 / others)  # of a median, in standard deviations of one count
    dispersion = _dispersion(entries, expected, 1 + np.square(error))
    spread = error * np.sqrt(expected + dispersion * np.square(expected))
    low = np.maximum(expected - spread, np.minimum(expected, LEAST_EXPECTED))
    tails: Floats = np.minimum(
        _counts(low, dispersion).cdf(entries),
        _counts(expected + spread, dispersion).sf(entries - 1),
    )
    return np.minimum(1.0, 2 * tails)


def _counts(mean: Floats, dispersion: float) -> Any:
    """Return the distribution of counts; without dispersion it is Poisson's."""
    if dispersion == 0:
        return stats.poisson(mean)
    return stats.nbinom(1 / dispersion, 1 / (1 + dispersion * mean))


def _dispersion(entries: Floats, expected: Floats, inflation: Floats) -> float:
    """Return a at which bounded squares of residuals have the mean that they ought to; at least 0.

    ``inflation`` is by how much the error of the expectation widens the variance of a residual.
    """
    squares = np.square(entries - expected) / inflation
    inside, outside = stats.chi2.cdf(_BOUND**2, 3), stats.chi2.sf(_BOUND**2, 1)
    usual = float(inside + _BOUND**2 * outside)  # E min(Z^2, bound^2) of a standard normal Z

    def excess(dispersion: float) -> float:
        variance = expected + dispersion * np.square(expected)
        return float(np.minimum(squares / variance, _BOUND**2).mean()) - usual

    if excess(0.0) <= 0:
        return 0.0
    if excess(_LARGEST_DISPERSION) >= 0:
        return _LARGEST_DISPERSION
    return float(optimize.brentq(excess, 0.0, _LARGEST_DISPERSION))
