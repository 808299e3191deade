"""When the sensors of a site's lines did not work, to the quarter-hour, from told coverage."""

import sqlite3
from dataclasses import dataclass

from pasperdus_collector.buckets.coverage import Watch, read_watch
from pasperdus_collector.buckets.occupancy import GAP_MS, LATE_MS
from pasperdus_collector.buckets.watched import read_watched_site
from pasperdus_contract.fields import QUARTER_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class LineGap:
    """Neighbouring quarter-hours in each of which a line's sensor failed for over a minute.

    ``start_ms`` and ``end_ms`` are bounds of quarter-hours; ``silent_ms`` is how long it failed in
    them, all together.
    """

    node: str
    line: str
    start_ms: int
    end_ms: int
    silent_ms: int


def read_line_gaps(
    db: sqlite3.Connection, site_id: int, *, start_ms: int, now_ms: int
) -> list[LineGap]:
    """Return the gaps since ``start_ms`` by node, line and time, up to what can be known now.

    A quarter-hour of which nothing was told yet is judged once its coverage has had the time to
    come.
    """
    first, end = start_ms // QUARTER_MS, now_ms // QUARTER_MS + 1
    found: list[LineGap] = []
    for line in read_watched_site(db, site_id).lines:
        watch = read_watch(
            db, node_id=line.node_id, sensor=line.line, line_id=line.id, first=first, end=end
        )
        found += _joined(line.node, line.line, _silent(watch, first, end, now_ms=now_ms))
    return found


def _silent(watch: Watch, first: int, end: int, *, now_ms: int) -> dict[int, int]:
    """Return by quarter for how long a sensor failed, where that is over a minute, in order."""
    if watch.known_from is None:
        return {}
    closed = (now_ms - LATE_MS) // QUARTER_MS
    silent = {}
    for quarter in range(max(first, watch.known_from), end):
        ok_ms = watch.ok_ms.get(quarter, 0)
        # Before its first quarter-hour is over a sensor has begun: what is told of it counts.
        is_whole = watch.known_from < quarter < closed
        failed_ms = (QUARTER_MS if is_whole else watch.told_ms.get(quarter, 0)) - ok_ms
        if failed_ms > GAP_MS:
            silent[quarter] = failed_ms
    return silent


def _joined(node: str, line: str, silent: dict[int, int]) -> list[LineGap]:
    gaps: list[LineGap] = []
    for quarter, failed_ms in silent.items():
        start_ms = quarter * QUARTER_MS
        before_ms = 0
        if gaps and gaps[-1].end_ms == start_ms:
            before = gaps.pop()
            start_ms, before_ms = before.start_ms, before.silent_ms
        gaps.append(
            LineGap(
                node=node,
                line=line,
                start_ms=start_ms,
                end_ms=(quarter + 1) * QUARTER_MS,
                silent_ms=before_ms + failed_ms,
            )
        )
    return gaps
