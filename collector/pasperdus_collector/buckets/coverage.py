"""For how long lines and rating boxes were watched over, from the ledger's quarter-hours."""

import sqlite3
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pasperdus_collector.buckets.occupancy import GAP_MS, LATE_MS
from pasperdus_contract.fields import QUARTER_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What is known of one line's or box's working, by quarter: told of, and fine, in ms.

    ``known_from`` is the first quarter in which it was ever heard of; None when never.
    """

    known_from: int | None
    told_ms: dict[int, int]
    ok_ms: dict[int, int]


def read_watch(
    db: sqlite3.Connection,
    *,
    node_id: int,
    sensor: str,
    line_id: int | None,
    first: int,
    end: int,
) -> Watch:
    """Return the coverage told under a sensor's name in quarters ``[first, end)``."""
    known_from = read_known_from(db, node_id=node_id, sensor=sensor, line_id=line_id)
    told: dict[int, int] = {}
    ok: dict[int, int] = {}
    for quarter, told_ms, ok_ms in db.execute(
        "SELECT quarter, told_ms, ok_ms FROM coverage_quarters WHERE sensor_id = "
        "(SELECT id FROM sensors WHERE node_id = ? AND name = ?) "
        "AND quarter >= ? AND quarter < ?",
        (node_id, sensor, first, end),
    ):
        told[quarter] = told_ms
        ok[quarter] = ok_ms
    return Watch(known_from=known_from, told_ms=told, ok_ms=ok)


def read_known_from(
    db: sqlite3.Connection, *, node_id: int, sensor: str, line_id: int | None
) -> int | None:
    """Return the first quarter in which a line or box was ever heard of."""
    (known_from,) = db.execute(
        "SELECT min(quarter) FROM ("
        "SELECT min(quarter) AS quarter FROM coverage_quarters WHERE sensor_id = "
        "(SELECT id FROM sensors WHERE node_id = ?1 AND name = ?2) "
        "UNION ALL SELECT min(quarter) FROM passage_quarters WHERE line_id = ?3)",
        (node_id, sensor, line_id),
    ).fetchone()
    return known_from if known_from is None else int(known_from)


def shares(watches: Iterable[Watch]) -> dict[int, float]:
    """Return by quarter the share of working time, 0-1: the mean over what was known by then.

    Quarters of which nothing fine was told are left out: their share is zero.
    """
    heard = [watch for watch in watches if watch.known_from is not None]
    starts = sorted(watch.known_from for watch in heard if watch.known_from is not None)
    totals: dict[int, int] = {}
    for watch in heard:
        for quarter, ok_ms in watch.ok_ms.items():
            if ok_ms > 0:
                totals[quarter] = totals.get(quarter, 0) + min(ok_ms, QUARTER_MS)
    return {
        quarter: total / (bisect_right(starts, quarter) * QUARTER_MS)
        for quarter, total in totals.items()
    }


def gaps(watches: Sequence[Watch], first: int, end: int, *, now_ms: int) -> set[int]:
    """Return the quarters in ``[first, end)`` in which a known line failed for over a minute."""
    closed = min(end, (now_ms - LATE_MS) // QUARTER_MS)
    found: set[int] = set()
    for watch in watches:
        if watch.known_from is None:
            continue
        for quarter in range(max(first, watch.known_from), end):
            ok_ms = watch.ok_ms.get(quarter, 0)
            has_failed = watch.told_ms.get(quarter, 0) - ok_ms > GAP_MS
            if has_failed or (quarter < closed and ok_ms < QUARTER_MS - GAP_MS):
                found.add(quarter)
    return found
