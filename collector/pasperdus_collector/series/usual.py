"""What a usual weekday looks like, from the last same weekdays (pure).

A day counts when it was open (somebody came in) and its door sensors worked for
:data:`ENOUGH_COVERAGE` of the hours in which people come. The band is the lowest, the median and
the highest of those days: eight real days, no model. Clocks are local quarter-hours since
midnight, so that a day of daylight saving compares with the others hour by hour.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from statistics import median

DAYS = 8  # same weekdays looked at: two months
MIN_DAYS = 4  # fewer make no band
ENOUGH_COVERAGE = 0.95  # of the open hours; 27 minutes of a nine-hour day
QUARTERS_AN_HOUR = 4


@dataclass(frozen=True, slots=True)
class QuarterCount:
    """One quarter-hour at the outer doors; counts are None where nothing could be known."""

    clock: int
    ins: int | None
    outs: int | None
    coverage: float


DayCounts = Sequence[QuarterCount]


@dataclass(frozen=True, slots=True)
class Band:
    """The lowest, the median and the highest of the days compared with."""

    low: int
    median: float
    high: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """A usual weekday, and what it rests on; bands are None with fewer than MIN_DAYS days.

    ``drift`` is the greatest difference between entries and exits of those days, as a share of
    their crossings: what a day's occupancy may be wrong by.
    """

    kept: int
    closed: int
    unmeasured: int
    so_far: Band | None
    by_hour: dict[int, Band]
    until: dict[int, Band]
    """Entries since midnight, by the clock until which they are summed, from when somebody comes
    until nobody comes any more."""

    drift: float | None

    def margin(self, crossings: int) -> int | None:
        """Return by how many persons occupancy may be wrong after so many crossings."""
        return None if self.drift is None else ceil(self.drift * crossings)


def usual(days: Sequence[DayCounts], *, until_clock: int) -> Usual:
    """Compare with ``days``; ``so_far`` sums the entries before ``until_clock``."""
    busy = _busy_clocks(days)
    kept, closed, unmeasured = [], 0, 0
    for day in days:
        if _coverage(day, busy) < ENOUGH_COVERAGE:
            unmeasured += 1
        elif entries(day) == 0:
            closed += 1
        else:
            kept.append(day)
    if len(kept) < MIN_DAYS:
        return Usual(
            kept=len(kept),
            closed=closed,
            unmeasured=unmeasured,
            so_far=None,
            by_hour={},
            until={},
            drift=None,
        )
    return Usual(
        kept=len(kept),
        closed=closed,
        unmeasured=unmeasured,
        so_far=_band(entries(day, before=until_clock) for day in kept),
        by_hour={
            hour: _band(
                entries(day, since=hour * QUARTERS_AN_HOUR, before=(hour + 1) * QUARTERS_AN_HOUR)
                for day in kept
            )
            for hour in sorted({clock // QUARTERS_AN_HOUR for clock in busy})
        },
        until={
            clock: _band(entries(day, before=clock) for day in kept)
            for clock in range(busy.start, busy.stop + 1)
        },
        drift=max(_drift(day) for day in kept),
    )


def entries(day: DayCounts, *, since: int = 0, before: int | None = None) -> int:
    """Return how many came in between two clocks, as far as it is known."""
    return sum(
        each.ins or 0
        for each in day
        if each.clock >= since and (before is None or each.clock < before)
    )


def _busy_clocks(days: Iterable[DayCounts]) -> range:
    """Return the clocks from the first to the last entry of any of the days."""
    clocks = [each.clock for day in days for each in day if each.ins]
    return range(min(clocks), max(clocks) + 1) if clocks else range(0)


def _coverage(day: DayCounts, busy: range) -> float:
    """Return the share covered of the busy clocks, or of the whole day where none is busy."""
    shares = [each.coverage for each in day if not busy or each.clock in busy]
    return sum(shares) / len(shares) if shares else 0.0


def _drift(day: DayCounts) -> float:
    ins, outs = entries(day), sum(each.outs or 0 for each in day)
    return abs(ins - outs) / (ins + outs)


def _band(values: Iterable[int]) -> Band:
    known = sorted(values)
    return Band(known[0], float(median(known)), known[-1])
