"""Rows of an export, read piece by piece so that memory stays bounded whatever is asked."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from pasperdus_collector.calendar.grid import BucketSize, boundaries
from pasperdus_collector.export.table import Table
from pasperdus_collector.series import Point, Series, SeriesQuery
from pasperdus_contract.fields import QUARTER_MS

Read = Callable[[SeriesQuery], Series]
_DAY_MS = 86_400_000
# About 3,000 rows at most: little memory, a first answer at once, few questions.
_PIECE_MS: dict[BucketSize, int] = {
    "15m": 31 * _DAY_MS,
    "1h": 124 * _DAY_MS,
    "1d": 730 * _DAY_MS,
    "1w": 730 * _DAY_MS,
    "1mo": 730 * _DAY_MS,
}


class Row(NamedTuple):
    """One bucket: its start (ms since 1970 UTC), and a point of each source in order."""

    start_ms: int
    points: tuple[Point, ...]


def read_rows(table: Table, read: Read) -> Iterator[list[Row]]:
    """Yield pieces of whole buckets in order; each question to ``read`` is about one piece.

    Pieces are views of their own: a figure that changes meanwhile is old in one, new in the next.
    """
    start_ms = table.start_ms
    while start_ms < table.end_ms:
        enough_ms = min(start_ms + _PIECE_MS[table.bucket], table.end_ms)
        edges = boundaries(table.bucket, start_ms, enough_ms, table.time_zone)
        # Every piece but the last ends where a bucket does, so no bucket is read twice.
        end_ms = min(edges[-1] * QUARTER_MS, table.end_ms)
        series = [read(source.over(start_ms, end_ms)).points for source in table.sources]
        yield [
            Row(edge * QUARTER_MS, points)
            for edge, points in zip(edges[:-1], zip(*series, strict=True), strict=True)
        ]
        start_ms = end_ms
