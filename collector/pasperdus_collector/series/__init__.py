"""Series: what was counted, by time, as every reader sees it.

A value is null where nothing could be known (no coverage and no event); zero means open and nobody
came. Values are the published ones: ratings only in release blocks.
"""

from dataclasses import dataclass
from typing import Literal

Measure = Literal[
    "passages_in", "passages_out", "occupancy", "ratings", "satisfied", "index", "tallies"
]
BucketSize = Literal["15m", "1h", "1d", "1w", "1mo"]
Value = int | float | list[int] | None

UNITS: dict[Measure, str] = {
    "passages_in": "persons",
    "passages_out": "persons",
    "occupancy": "persons",
    "ratings": "ratings by score, worst first",
    "satisfied": "share of ratings",
    "index": "0-100",
    "tallies": "tallies",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesQuery:
    """A question: one measure of one site or zone over ``[start_ms, end_ms)``.

    Times are milliseconds since 1970 UTC and are widened to whole buckets. ``question`` and
    ``scale`` choose among ratings, ``what`` among tallies, where there are several.
    """

    site: str
    measure: Measure
    bucket: BucketSize
    start_ms: int
    end_ms: int
    zone: str | None = None
    question: str | None = None
    scale: int | None = None
    what: str | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """One bucket: its start (ms since 1970 UTC), its value, and the share of it covered, 0-1."""

    start_ms: int
    value: Value
    coverage: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """An answer, every bucket of the question in order, without holes."""

    query: SeriesQuery
    unit: str
    points: list[Point]
    question: str | None = None
    scale: int | None = None
