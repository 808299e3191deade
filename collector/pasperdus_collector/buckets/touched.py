"""What changed: noted for the days of this transaction, and for the projection until it is copied.

Beside it each day keeps the number of its last change, so that what was computed of days can be
kept until one of them changes.

The notes for the days are in a temporary table of the writing connection: a savepoint that is
undone takes its notes along.
"""

import sqlite3
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo

from pasperdus_collector.buckets.inside import is_final
from pasperdus_collector.calendar.grid import LAST_QUARTER, midnight
from pasperdus_contract.fields import QUARTER_MS

_A_SERVICE_DAY = 100  # quarters of the longest one


class Touched(NamedTuple):
    """Quarters ``[first, end)`` of a site, of which something changed."""

    site_id: int
    time_zone: str
    first: int
    end: int


def prepare(db: sqlite3.Connection) -> None:
    """Make the writing connection ready for :func:`touch`."""
    db.execute(
        "CREATE TEMP TABLE touched (site_id INTEGER NOT NULL, first_quarter INTEGER NOT NULL, "
        "end_quarter INTEGER NOT NULL, PRIMARY KEY (site_id, first_quarter, end_quarter)) "
        "WITHOUT ROWID"
    )


def touch(db: sqlite3.Connection, site_id: int, first_quarter: int, end_quarter: int) -> None:
    """Note in the current transaction that something of a site changed in these quarters.

    Whatever a wrong clock dates beyond the years that series are asked about is in no day.
    """
    first_quarter, end_quarter = max(first_quarter, 0), min(end_quarter, LAST_QUARTER)
    if first_quarter >= end_quarter:
        return
    db.execute(
        "INSERT INTO temp.touched (site_id, first_quarter, end_quarter) VALUES (?, ?, ?) "
        "ON CONFLICT DO NOTHING",
        (site_id, first_quarter, end_quarter),
    )


def touch_recount(db: sqlite3.Connection, site_id: int, quarter: int) -> None:
    """Note a recount: it also bridges what came before it."""
    touch(db, site_id, quarter - _A_SERVICE_DAY, quarter + 1)


def card_changed(db: sqlite3.Connection, site_id: int, *, is_rebuilt: bool = False) -> None:
    """Note that what a reader must know of a site changed, or that all of its series did."""
    db.execute("INSERT INTO card_news (site_id) VALUES (?)", (site_id,))
    if is_rebuilt:
        db.execute("UPDATE changed_sites SET is_rebuilt = 1 WHERE site_id = ?", (site_id,))


def touched_sites(db: sqlite3.Connection) -> list[int]:
    """Return the sites of which something changed in the current transaction."""
    return [
        site_id for (site_id,) in db.execute("SELECT DISTINCT site_id FROM temp.touched").fetchall()
    ]


def take_touched(db: sqlite3.Connection) -> list[Touched]:
    """Return what the current transaction touched, by site, and forget it."""
    rows = db.execute(
        "SELECT site_id, time_zone, first_quarter, end_quarter FROM temp.touched "
        "JOIN sites ON sites.id = site_id ORDER BY site_id, first_quarter"
    ).fetchall()
    db.execute("DELETE FROM temp.touched")
    return [Touched(*row) for row in rows]


def tell_projection(
    db: sqlite3.Connection,
    site_id: int,
    zone: ZoneInfo,
    first_touched: Mapping[int, int],
    *,
    change: int,
    now_ms: int,
) -> None:
    """Tell which days changed, each from a quarter on; a bridge changes a finished day whole."""
    db.executemany(
        "INSERT INTO day_changes (site_id, day, change) VALUES (?, ?, ?) "
        "ON CONFLICT (site_id, day) DO UPDATE SET change = excluded.change",
        [(site_id, day, change) for day in first_touched],
    )
    rows = []
    this_quarter = now_ms // QUARTER_MS
    for day, touched in first_touched.items():
        on = date.fromordinal(day)
        begins, ends = midnight(on, zone), midnight(date.fromordinal(day + 1), zone)
        if not is_final(on, zone, now_ms=now_ms):
            begins, ends = max(begins, touched), min(ends, this_quarter + 1)
        if begins < ends:
            rows.append((site_id, day, begins, ends, change, now_ms))
    db.executemany(
        "INSERT INTO changed_days (site_id, day, first_quarter, end_quarter, change, changed_at) "
        "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (site_id, day) DO UPDATE SET "
        "first_quarter = min(first_quarter, excluded.first_quarter), "
        "end_quarter = max(end_quarter, excluded.end_quarter), change = excluded.change",
        rows,
    )


def last_change_of(db: sqlite3.Connection, site_id: int, days: range) -> int:
    """Return the number of the last change of any of these days; it grows when one changes."""
    (change,) = db.execute(
        "SELECT max(change) FROM day_changes WHERE site_id = ? AND day >= ? AND day < ?",
        (site_id, days.start, days.stop),
    ).fetchone()
    return change or 0


def next_change(db: sqlite3.Connection) -> int:
    """Return the number of a change: it grows with each of them."""
    (change,) = db.execute("UPDATE last_change SET change = change + 1 RETURNING change").fetchone()
    return int(change)
