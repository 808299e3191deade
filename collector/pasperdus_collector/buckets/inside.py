"""People inside, service day by service day: occupancy rows and the days' parts of the stay (pure).

A service day goes from one nightly close to the next; a row of occupancy lies in the calendar's
buckets, so it may take from two of them.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from pasperdus_collector.buckets.flags import IMPORTED
from pasperdus_collector.buckets.occupancy import LATE_MS, Presence, Quarter, Recount, presence
from pasperdus_collector.buckets.passages import Imported
from pasperdus_collector.buckets.precision import PEOPLE, PRECISION
from pasperdus_collector.buckets.stay import StayDay, stay_day
from pasperdus_collector.calendar.grid import close
from pasperdus_contract.fields import QUARTER_MS

LONGEST_STEP = 4
"""Quarters of an import's step, up to which its counts can tell who was inside: an hour."""

OccupancyValues = tuple[float, float, float, int, int, float, int]
"""The fields of ``series.published.OCCUPANCY``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """All outer lines of a site together, by quarter.

    ``known_from`` is the first quarter in which anything was measured or imported. ``imported``
    holds only quarters in which nothing was measured; ``measured_from`` is where measuring
    began.
    """

    counts: Mapping[int, tuple[int, int]]
    gaps: frozenset[int] | set[int]
    recounts: Mapping[int, Recount]
    imported: Mapping[int, Imported]
    known_from: int | None
    measured_from: int | None


@dataclass(frozen=True, slots=True)
class ServiceDay:
    """What came of one service day."""

    presences: Sequence[Presence]
    stay: StayDay


def service_day(doors: Doors, day: date, zone: ZoneInfo, *, now_ms: int) -> ServiceDay | None:
    """Return a service day, as far as it has gone; None before anything was known."""
    begins, ends = close(day, zone), close(day + timedelta(days=1), zone)
    if doors.known_from is None or doors.known_from >= ends:
        return None
    is_over = is_final(day, zone, now_ms=now_ms)
    first = max(begins, doors.known_from)
    end = ends if is_over else min(ends, now_ms // QUARTER_MS + 1)
    quarters = [_quarter(doors, quarter) for quarter in range(first, end)]
    starts_empty = first == begins
    found = presence(quarters, doors.recounts, starts_empty=starts_empty, is_over=is_over)
    if doors.imported:
        found = [
            each._replace(flags=each.flags | IMPORTED) if each.quarter in doors.imported else each
            for each in found
        ]
    stay = stay_day(quarters, found, is_over=is_over, starts_empty=starts_empty)
    return ServiceDay(found, stay)


def is_final(day: date, zone: ZoneInfo, *, now_ms: int) -> bool:
    """Return whether time alone changes nothing any more of a local day and its service day."""
    return now_ms >= close(day + timedelta(days=1), zone) * QUARTER_MS + LATE_MS


def occupancy_rows(
    presences: Sequence[Presence], shares: Mapping[int, float], edges: Sequence[int]
) -> dict[int, OccupancyValues]:
    """Return the buckets of which anything was heard, by their first quarter."""
    slots: dict[int, list[Presence]] = {}
    for each in presences:
        slot = bisect_right(edges, each.quarter) - 1
        if 0 <= slot < len(edges) - 1:
            slots.setdefault(slot, []).append(each)
    covered: dict[int, float] = {}
    for quarter, share in shares.items():
        slot = bisect_right(edges, quarter) - 1
        if 0 <= slot < len(edges) - 1:
            covered[slot] = covered.get(slot, 0.0) + share
    rows: dict[int, OccupancyValues] = {}
    for slot in sorted(slots.keys() | covered.keys()):
        here = slots.get(slot, [])
        known = [each for each in here if each.people is not None]
        if not known and slot not in covered:
            continue  # nothing was heard: there is nothing to flag either
        flags = 0
        for each in here:
            flags |= each.flags
        coverage = round(covered.get(slot, 0.0) / (edges[slot + 1] - edges[slot]), PRECISION)
        rows[edges[slot]] = (
            _mean([each.people or 0.0 for each in known]),
            _mean([float(each.raw or 0) for each in known]),
            _mean([each.error for each in known]),
            len(known),
            int(bool(known)),
            coverage,
            flags,
        )
    return rows


def _quarter(doors: Doors, quarter: int) -> Quarter:
    found = doors.imported.get(quarter)
    if found is not None:
        is_too_coarse = found.outs is None or found.step > LONGEST_STEP
        return Quarter(quarter, found.ins, found.outs or 0, is_too_coarse)
    ins, outs = doors.counts.get(quarter, (0, 0))
    is_measured = doors.measured_from is not None and quarter >= doors.measured_from
    return Quarter(quarter, ins, outs, quarter in doors.gaps or not is_measured)


def _mean(values: Sequence[float]) -> float:
    return round(sum(values) / len(values), PEOPLE) if values else 0.0
