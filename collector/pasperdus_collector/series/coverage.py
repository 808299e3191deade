"""For how long lines and rating boxes were watched over, from the ledger's quarter-hours."""

import sqlite3
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from pasperdus_collector.series.occupancy import GAP_MS
from pasperdus_contract.fields import QUARTER_MS

LATE_MS = 300_000  # coverage that has not come by then will not tell of a working sensor


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A line, or a rating box (``line_id`` is None), under the name that its coverage tells."""

    node_id: int
    sensor: str
    line_id: int | None


@dataclass(frozen=True, slots=True)
class _Told:
    """Of one quarter-hour: how much of it was told of, and how much of that was fine."""

    told_ms: int
    ok_ms: int


class CoverageReader:
    """Reads from one view of the ledger."""

    def __init__(self, db: sqlite3.Connection, *, now_ms: int) -> None:
        self._db = db
        self._now_ms = now_ms

    def shares(self, watched: Sequence[Watched], edges: Sequence[int]) -> list[float]:
        """Return each bucket's share of working time, 0-1: the mean over what was known by then.

        Buckets lie between neighbouring ``edges``, in quarters.
        """
        totals = [0.0] * (len(edges) - 1)
        known = [0] * (len(edges) - 1)
        for each in watched:
            known_from = self.known_from(each)
            if known_from is None:
                continue
            ok = [0] * (len(edges) - 1)
            for quarter, told in self._told(each, edges[0], edges[-1]).items():
                ok[bisect_right(edges, quarter) - 1] += min(told.ok_ms, QUARTER_MS)
            for slot, (start, end) in enumerate(pairwise(edges)):
                if known_from < end:
                    known[slot] += 1
                    totals[slot] += ok[slot] / ((end - start) * QUARTER_MS)
        return [
            round(total / count, 4) if count else 0.0
            for total, count in zip(totals, known, strict=True)
        ]

    def gaps(self, lines: Sequence[Watched], first: int, last: int) -> set[int]:
        """Return the quarters in ``[first, last)`` in which a line failed for over a minute."""
        closed = min(last, (self._now_ms - LATE_MS) // QUARTER_MS)
        gaps: set[int] = set()
        for line in lines:
            known_from = self.known_from(line)
            if known_from is None:
                continue
            told = self._told(line, first, last)
            for quarter in range(max(first, known_from), last):
                here = told.get(quarter, _Told(0, 0))
                has_failed = here.told_ms - here.ok_ms > GAP_MS
                if has_failed or (quarter < closed and here.ok_ms < QUARTER_MS - GAP_MS):
                    gaps.add(quarter)
        return gaps

    def known_from(self, each: Watched) -> int | None:
        """Return the first quarter in which a line or box was heard of."""
        (first,) = self._db.execute(
            "SELECT min(quarter) FROM ("
            "SELECT min(quarter) AS quarter FROM coverage_quarters WHERE sensor_id = "
            "(SELECT id FROM sensors WHERE node_id = ?1 AND name = ?2) "
            "UNION ALL SELECT min(quarter) FROM passage_quarters WHERE line_id = ?3)",
            (each.node_id, each.sensor, each.line_id),
        ).fetchone()
        return first if first is None else int(first)

    def _told(self, each: Watched, first: int, last: int) -> dict[int, _Told]:
        rows = self._db.execute(
            "SELECT quarter, told_ms, ok_ms FROM coverage_quarters WHERE sensor_id = "
            "(SELECT id FROM sensors WHERE node_id = ? AND name = ?) "
            "AND quarter >= ? AND quarter < ?",
            (each.node_id, each.sensor, first, last),
        )
        return {quarter: _Told(told_ms, ok_ms) for quarter, told_ms, ok_ms in rows}
