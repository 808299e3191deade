"""Figures of an arm's weeks: stays, waits, service times and people inside.

Each pools all that lies in the arm in that week, as the series pool a whole one.
"""

import sqlite3
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from pasperdus_collector.analysis.inputs import WeekFigures
from pasperdus_collector.buckets.flags import GAP, PROVISIONAL, UNBRIDGED
from pasperdus_collector.buckets.stay import pool_fields
from pasperdus_collector.buckets.waiting import Wait, WaitValues, wait_values
from pasperdus_collector.series.published import WAITS, Values

_QUARTERS_AN_HOUR = 4
_NOT_ALL_KNOWN = PROVISIONAL | UNBRIDGED | GAP
_WAIT_FIELDS = {name: place for place, name in enumerate(WAITS.fields)}


class _Figure(NamedTuple):
    value: float
    error: float
    n: float


def stays(days: Mapping[int, Values], kept: Iterable[int]) -> WeekFigures:
    """Return mean stays in minutes; ``days`` are sums that pool, ``kept`` the days of the arm."""

    def pooled(rows: Sequence[Values]) -> _Figure | None:
        visits, area, raw_area, misses, variance, flags = zip(*rows, strict=True)
        bits = 0
        for each in flags:
            bits |= int(each)
        stay = pool_fields(
            visits=int(sum(visits)),
            area=float(sum(area)),
            raw_area=float(sum(raw_area)),
            misses=int(sum(misses)),
            area_variance=float(sum(variance)),
            flags=bits,
        )
        return _Figure(stay.minutes, stay.error, stay.visits) if stay.valid else None

    return _by_week(days, kept, pooled)


def people_inside(
    days: Mapping[int, Values], kept: Iterable[int], open_hours: Mapping[int, float]
) -> WeekFigures:
    """Return people inside on average over the open hours.

    Their person-hours are those of the whole day, so that who stays past closing counts too. Days
    of which a part is not known are left out.
    """
    known: dict[int, Values] = {}
    for day, (people, error, quarters, flags) in days.items():
        if quarters and not int(flags) & _NOT_ALL_KNOWN and open_hours.get(day):
            hours = quarters / _QUARTERS_AN_HOUR
            known[day] = (people * hours, error * hours, quarters, open_hours[day])

    def mean(rows: Sequence[Values]) -> _Figure | None:
        hours, errors, quarters, opened = (float(sum(each)) for each in zip(*rows, strict=True))
        return _Figure(hours / opened, errors / opened, quarters)

    return _by_week(known, kept, mean)


def waits_and_services(
    db: sqlite3.Connection, site: str, stretches: Sequence[tuple[int, int, int]]
) -> dict[str, WeekFigures]:
    """Return Kaplan-Meier medians in minutes: ``wait_minutes`` and ``service_minutes``.

    ``stretches`` are disjoint, in order: week, start and end in milliseconds. A visit counts where
    it began to wait.
    """
    starts = [start for _, start, _ in stretches]
    by_week: defaultdict[int, list[Wait]] = defaultdict(list)
    if stretches:
        for began_at, *row in db.execute(
            "SELECT began_at, service, outcome, waited_ms, served_ms, is_served FROM token_waits "
            "WHERE site_id = (SELECT id FROM sites WHERE name = ?) "
            "AND began_at >= ? AND began_at < ? ORDER BY began_at, visit, n",
            (site, starts[0], stretches[-1][2]),
        ):
            week, _, end = stretches[bisect_right(starts, began_at) - 1]
            if began_at < end:
                by_week[week].append(Wait._make(row))
    values = {week: wait_values(waits) for week, waits in sorted(by_week.items())}
    return {
        "wait_minutes": _medians(values, "wait", "wait"),
        "service_minutes": _medians(values, "service_time", "service"),
    }


def _medians(values: Mapping[int, WaitValues], median: str, what: str) -> WeekFigures:
    at, low, high, valid = (
        _WAIT_FIELDS[name] for name in (median, f"{what}_low", f"{what}_high", f"{what}_valid")
    )
    called = _WAIT_FIELDS["called"]
    return _figures(
        {
            week: _Figure(row[at], (row[high] - row[low]) / 2, row[called])
            for week, row in values.items()
            if row[valid]
        }
    )


def _by_week(
    days: Mapping[int, Values],
    kept: Iterable[int],
    figure: Callable[[Sequence[Values]], _Figure | None],
) -> WeekFigures:
    weeks: defaultdict[int, list[Values]] = defaultdict(list)
    for day in sorted(kept):
        if day in days:
            weeks[day - (day - 1) % 7].append(days[day])
    made = {week: figure(rows) for week, rows in weeks.items()}
    return _figures({week: each for week, each in made.items() if each is not None})


def _figures(by_week: Mapping[int, _Figure]) -> WeekFigures:
    table = np.array(list(by_week.values()), dtype=np.float64).reshape(-1, 3)
    return WeekFigures(
        week=np.array(list(by_week), dtype=np.int64),
        value=table[:, 0],
        error=table[:, 1],
        n=table[:, 2],
    )
