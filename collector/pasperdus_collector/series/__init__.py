"""Series: what was counted, by time, as every reader sees it.

A value is null where nothing could be known (no coverage and no event); zero means open and nobody
came. Values are the published ones: ratings and pulses only in release blocks.

``reader`` answers questions from published rows; ``embedded`` takes these from the ledger,
``influx`` from InfluxDB, where ``projection`` puts them. ``published`` says what a row holds.
"""

from dataclasses import dataclass
from typing import Literal, NamedTuple

from pasperdus_collector.calendar.grid import BucketSize
from pasperdus_collector.calendar.masks import Mask

Measure = Literal[
    "passages_in",
    "passages_out",
    "occupancy",
    "stay_minutes",
    "wait_minutes",
    "service_minutes",
    "ratings",
    "satisfied",
    "index",
    "tallies",
    "pulse",
]
Value = int | float | list[int] | None

__all__ = [
    "UNITS",
    "BucketSize",
    "FleetQuery",
    "Mask",
    "Measure",
    "Point",
    "Series",
    "SeriesQuery",
    "SiteSeries",
    "Value",
]

UNITS: dict[Measure, str] = {
    "passages_in": "persons",
    "passages_out": "persons",
    "occupancy": "persons",
    "stay_minutes": "minutes",
    "wait_minutes": "minutes",
    "service_minutes": "minutes",
    "ratings": "ratings by score, worst first",
    "satisfied": "share of ratings",
    "index": "0-100",
    "tallies": "tallies",
    "pulse": "pulses by score, worst first",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesQuery:
    """A question: one measure of a site, a zone or a line over ``[start_ms, end_ms)``.

    Times are milliseconds since 1970 UTC and are widened to whole buckets. ``line`` is written
    ``node/line``. ``question`` and ``scale`` choose among ratings, ``what`` among tallies,
    ``service`` among waits. ``masks``: ``open`` keeps opening hours only, the others leave such
    days out. ``collector`` chooses where several share an InfluxDB and a site's name.
    """

    site: str
    measure: Measure
    bucket: BucketSize
    start_ms: int
    end_ms: int
    zone: str | None = None
    line: str | None = None
    question: str | None = None
    scale: int | None = None
    what: str | None = None
    service: str | None = None
    masks: frozenset[Mask] = frozenset()
    collector: str | None = None


class Point(NamedTuple):
    """One bucket: its start (ms since 1970 UTC), its value, and the share of it covered, 0-1.

    ``value`` is the figure to show. Of passages it is what was counted, and ``corrected`` what a
    calibration makes of it; of occupancy and stay it is the bridged estimate, and ``raw`` what was
    counted. ``low`` and ``high`` bound the estimate (95 %). ``flags`` are bits of
    :mod:`pasperdus_collector.buckets.flags`.
    """

    start_ms: int
    value: Value
    coverage: float
    corrected: float | None = None
    low: float | None = None
    high: float | None = None
    raw: float | None = None
    flags: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetQuery:
    """A question about every site: one measure over ``[start_ms, end_ms)``, in each one's time."""

    measure: Measure
    bucket: BucketSize
    start_ms: int
    end_ms: int
    collector: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSeries:
    """One site of an answer about the fleet."""

    collector: str
    site: str
    title: str
    time_zone: str
    points: list[Point]


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """An answer, every bucket of the question in order, without holes."""

    query: SeriesQuery
    unit: str
    points: list[Point]
    question: str | None = None
    scale: int | None = None
    excludes_staff: bool | None = None
    """Of passages, occupancy and stay: False means that agents are counted with the public."""
