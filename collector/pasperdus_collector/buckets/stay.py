"""How long people stay, from who was inside (pure); see docs/occupancy.md.

Little's law: the mean stay is the person-minutes spent inside, divided by the entries. It is exact
for a service day that begins and ends with nobody inside. (J. D. C. Little, A Proof for the Queuing
Formula L = λW, Operations Research 9 (3), 1961.)
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import hypot, inf, sqrt

from pasperdus_collector.buckets.flags import FEW, GAP, PROVISIONAL, UNSURE
from pasperdus_collector.buckets.occupancy import (
    UNKNOWN_MINUTE_VARIANCE,
    Z_95,
    Presence,
    Quarter,
    hidden_misses,
)
from pasperdus_collector.buckets.precision import PRECISION

MAX_RELATIVE_ERROR = 0.2
"""Half of the 95 % interval, as a share of the stay, up to which the stay is told."""

MIN_VISITS_OF_A_DAY = 100
"""Fewer, and the stay of one day is told mostly when chance made it too long: only weeks tell."""

_UNPROVED_MISS_VARIANCE = (8 * 60.0) ** 2 / 12
"""Where no miss tells how crossings lie in the day: evenly over eight open hours."""


StayValues = tuple[float, float, float, int, int, float, float, int, float, float, int]
"""The fields of ``series.published.STAY``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StayDay:
    """One service day's part of a stay; all zero where it does not count."""

    visits: int
    """Entries, and those that were missed."""

    area: float
    """Person-minutes inside, bridged."""

    raw_area: float
    """The same as counted, up to the day's last crossing."""

    misses: int
    """Crossings that the day's anchors prove missed."""

    area_variance: float
    """Of ``area``: nobody knows when these were missed."""

    flags: int
    counts: bool
    """The whole day is known, so that Little's law holds for it."""


@dataclass(frozen=True, slots=True)
class Stay:
    """A mean stay over one day or several, in minutes, and the sums that it is made of.

    ``minutes``, ``raw_minutes`` and ``error`` (half of a 95 % interval) are zero where not valid.
    """

    minutes: float
    raw_minutes: float
    error: float
    valid: bool
    visits: int
    area: float
    raw_area: float
    misses: int
    area_variance: float
    flags: int


def stay_day(
    quarters: Sequence[Quarter],
    presences: Sequence[Presence],
    *,
    is_over: bool,
    starts_empty: bool,
) -> StayDay:
    """Return what one service day adds to a stay."""
    flags = 0 if is_over else PROVISIONAL
    if not starts_empty:
        flags |= GAP
    for each in presences:
        flags |= each.flags
    if not is_over or flags & GAP:
        return StayDay(
            visits=0, area=0.0, raw_area=0.0, misses=0, area_variance=0.0, flags=flags, counts=False
        )
    missed_ins = sum(each.missed_ins for each in presences)
    return StayDay(
        visits=sum(each.ins for each in quarters) + missed_ins,
        area=sum(each.area or 0.0 for each in presences),
        raw_area=_raw_area(quarters, presences),
        misses=missed_ins + sum(each.missed_outs for each in presences),
        area_variance=sum(each.area_variance for each in presences),
        flags=flags,
        counts=True,
    )


def pool(days: Iterable[StayDay]) -> Stay:
    """Return the stay over service days, those that count."""
    days = list(days)
    flags = 0
    for day in days:
        flags |= day.flags
    counting = [day for day in days if day.counts]
    return pool_fields(
        visits=sum(day.visits for day in counting),
        area=sum(day.area for day in counting),
        raw_area=sum(day.raw_area for day in counting),
        misses=sum(day.misses for day in counting),
        area_variance=sum(day.area_variance for day in counting),
        flags=flags,
    )


def stay_of_a_day(day: StayDay) -> Stay:
    """Return the stay of one service day: told only where there are visits enough.

    The error is a share of the very area that chance makes too large or too small. At few visits
    the days that pass are those with too large a one (bias of 2 to 6 minutes at 40 to 60 visits).
    """
    stay = pool([day])
    if not stay.valid or stay.visits >= MIN_VISITS_OF_A_DAY:
        return stay
    return replace(
        stay, minutes=0.0, raw_minutes=0.0, error=0.0, valid=False, flags=stay.flags | FEW
    )


def pool_fields(
    visits: int, area: float, raw_area: float, misses: int, area_variance: float, flags: int
) -> Stay:
    """Return the stay of sums over days that count; ``flags`` of them all, in any form."""
    flags &= ~(UNSURE | FEW)  # of the parts; the whole may be surer
    error = _relative_error(visits, area, misses, area_variance)
    if visits == 0:
        flags |= FEW
    elif error > MAX_RELATIVE_ERROR:
        flags |= UNSURE
    valid = not flags & (FEW | UNSURE)
    minutes = area / visits if valid else 0.0
    return Stay(
        minutes=minutes,
        raw_minutes=raw_area / visits if valid else 0.0,
        error=minutes * error if valid else 0.0,
        valid=valid,
        visits=visits,
        area=area,
        raw_area=raw_area,
        misses=misses,
        area_variance=area_variance,
        flags=flags,
    )


def stay_values(stay: Stay, coverage: float) -> StayValues:
    """Return a stay as the series have it."""
    return (
        round(stay.minutes, PRECISION),
        round(stay.raw_minutes, PRECISION),
        round(stay.error, PRECISION),
        int(stay.valid),
        stay.visits,
        round(stay.area, PRECISION),
        round(stay.raw_area, PRECISION),
        stay.misses,
        round(stay.area_variance, PRECISION),
        coverage,
        stay.flags,
    )


def _relative_error(visits: int, area: float, misses: int, area_variance: float) -> float:
    """Return half of the 95 % interval as a share of the stay."""
    if visits == 0 or area <= 0:
        return inf
    crossings = 2 * visits
    hidden = hidden_misses(crossings)
    variance = area_variance + crossings * UNKNOWN_MINUTE_VARIANCE
    variance += hidden * (area_variance / misses if misses else _UNPROVED_MISS_VARIANCE)
    of_area = Z_95 * sqrt(variance) / area
    of_visits = (misses + hidden) / visits
    return hypot(of_area, of_visits)


def _raw_area(quarters: Sequence[Quarter], presences: Sequence[Presence]) -> float:
    """Return person-minutes as counted: after the last crossing, what is left inside is drift."""
    last = max((n for n, each in enumerate(quarters) if each.ins or each.outs), default=-1)
    return sum(each.raw_area or 0.0 for each in presences[: last + 1])
