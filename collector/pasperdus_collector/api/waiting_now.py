"""Who waits at a site now, and how long those of today waited, for the page *Aujourd'hui*."""

import sqlite3
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from pasperdus_collector.calendar.grid import start_of_day_ms
from pasperdus_collector.reception.hands import terminals
from pasperdus_collector.reception.queue import open_visits
from pasperdus_collector.registry import site_id_of
from pasperdus_collector.series import SeriesQuery
from pasperdus_collector.series.embedded import EmbeddedSeries


@dataclass(frozen=True, slots=True, kw_only=True)
class MedianWait:
    """Half of today's visitors were called within ``minutes``; with its 95 % interval."""

    minutes: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """The queue now.

    ``longest_ms`` is the longest of the waits that a clock tells; None where nobody waits or no
    clock can be trusted. ``median`` is None with too few calls today.
    """

    people: int
    longest_ms: int | None
    median: MedianWait | None


def read_waiting(
    db: sqlite3.Connection, series: EmbeddedSeries, site: str, *, now_ms: int, zone: ZoneInfo
) -> Waiting | None:
    """Return the queue of a site at ``now_ms``; None where no terminal hands out macarons."""
    site_id = site_id_of(db, site)
    if not terminals(db, site_id, now_ms):
        return None
    queue = [
        visit
        for visit in open_visits(db, site_id, now_ms=now_ms, zone=zone)
        if visit.call is None  # parked before their call: they wait as well
    ]
    waits = [now_ms - visit.since for visit in queue if visit.is_timed]
    return Waiting(
        people=len(queue),
        longest_ms=max(0, *waits) if waits else None,
        median=_median(series, site, now_ms, zone),
    )


def _median(series: EmbeddedSeries, site: str, now_ms: int, zone: ZoneInfo) -> MedianWait | None:
    (point,) = series.read(
        SeriesQuery(
            site=site,
            measure="wait_minutes",
            bucket="1d",
            start_ms=start_of_day_ms(now_ms, zone),
            end_ms=now_ms + 1,
        )
    ).points
    if not isinstance(point.value, int | float) or point.low is None or point.high is None:
        return None
    return MedianWait(minutes=point.value, low=point.low, high=point.high)
