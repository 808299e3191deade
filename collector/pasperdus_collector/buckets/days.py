"""Local days: one row each, kept ready, and worked out anew for readers until it is.

Whatever touches a day opens it in the same transaction (``open_days``): from then on its rows do
not count, and readers have it worked out from its quarter-hours. Once time alone changes nothing
of it any more, because the night is over and a silent sensor is known to be a gap, the writer
builds its rows, at most :data:`BUILT_TOGETHER` days a transaction. So an answer is never stale,
ingest pays next to nothing, and a day that a thousand messages touch is built once.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby
from zoneinfo import ZoneInfo

from pasperdus_collector.buckets.coverage import read_known_from
from pasperdus_collector.buckets.day_rows import DayMaker, Key, Table, Values, keys
from pasperdus_collector.buckets.occupancy import LATE_MS
from pasperdus_collector.buckets.touched import (
    card_changed,
    next_change,
    take_touched,
    tell_projection,
    touch,
    touched_sites,
)
from pasperdus_collector.buckets.watched import WatchedSite, read_watched_site
from pasperdus_collector.calendar.grid import LAST_QUARTER, local_date, midnight, service_date
from pasperdus_contract.fields import QUARTER_MS

BUILT_TOGETHER = 40  # days in one transaction: a tenth of a second


def rebuild_site(db: sqlite3.Connection, site_id: int) -> None:
    """Have every day of a site built anew: its time zone, lines or calibrations changed.

    Part of a ledger's transaction, which opens the days before it commits.
    """
    card_changed(db, site_id, is_rebuilt=True)
    site = read_watched_site(db, site_id)
    for table, key in list(keys(db, site)):
        db.execute(f"DELETE FROM {table.name} WHERE {_matches(table.key)}", key)  # noqa: S608
    db.execute("DELETE FROM open_days WHERE site_id = ?", (site_id,))
    db.execute("DELETE FROM changed_days WHERE site_id = ?", (site_id,))
    heard = _heard(db, site_id)
    if heard is not None:
        touch(db, site_id, *heard)
    in_blocks = db.execute("SELECT last_day FROM pulse_blocks WHERE site_id = ?", (site_id,))
    _open(db, site_id, [day for (day,) in in_blocks.fetchall()])


# -- building -----------------------------------------------------------------------------------


def settle(db: sqlite3.Connection, now_ms: int) -> None:
    """Open the days that the current transaction touched; the last thing before its commit."""
    rebuild_due_sites(db)
    for site_id in touched_sites(db):
        _learn_when_known(db, site_id)
    touched = take_touched(db)
    if not touched:
        return
    change = next_change(db)
    for (site_id, time_zone), ranges in groupby(touched, key=lambda each: each[:2]):
        zone = ZoneInfo(time_zone)
        first_touched: dict[int, int] = {}
        for each in ranges:
            for day in _touched_days(each.first, each.end, zone):
                first_touched[day] = min(each.first, first_touched.get(day, each.first))
        if _has_recounts(db, site_id, first_touched, zone, now_ms):
            # A recount bridges back to the close: what comes late changes what is before it.
            first_touched = dict.fromkeys(first_touched, 0)
        _open(db, site_id, first_touched)
        tell_projection(db, site_id, zone, first_touched, change=change, now_ms=now_ms)


def close_days(db: sqlite3.Connection, now_ms: int, *, limit: int = BUILT_TOGETHER) -> bool:
    """Build days that are over, in the caller's transaction; say whether some are left."""
    were_due = rebuild_due_sites(db)  # their days are open from the commit on
    waiting: list[tuple[int, int]] = []
    for site_id, time_zone in db.execute(
        "SELECT id, time_zone FROM sites WHERE id IN (SELECT site_id FROM open_days) ORDER BY id"
    ).fetchall():
        waiting += db.execute(
            "SELECT site_id, day FROM open_days WHERE site_id = ? AND day < ? ORDER BY day LIMIT ?",
            (site_id, _first_young_day(ZoneInfo(time_zone), now_ms), limit + 1 - len(waiting)),
        ).fetchall()
        if len(waiting) > limit:
            break
    if not waiting:
        return were_due
    change = next_change(db)
    for site_id, rows in groupby(waiting[:limit], key=lambda row: row[0]):
        days = [day for _, day in rows]
        site = _build(db, site_id, days, now_ms=now_ms)
        # The close bridges the small hours of the day after as well.
        whole = dict.fromkeys([*days, *(day + 1 for day in days)], 0)
        tell_projection(db, site_id, site.time_zone, whole, change=change, now_ms=now_ms)
        db.executemany(
            "DELETE FROM open_days WHERE site_id = ? AND day = ?", [(site_id, day) for day in days]
        )
    return were_due or len(waiting) > limit


def pass_time(db: sqlite3.Connection, last_quarter: int, now_ms: int) -> None:
    """Note that time went by since ``last_quarter``: silence is news too.

    Coverage that does not come makes a gap only minutes after its quarter, so the ones just before
    are told again.
    """
    change = next_change(db)
    for site_id, time_zone in db.execute(
        "SELECT DISTINCT site_id, time_zone FROM zones JOIN sites ON sites.id = site_id "
        "JOIN nodes ON nodes.zone_id = zones.id"
    ).fetchall():
        zone = ZoneInfo(time_zone)
        today = local_date(now_ms, zone).toordinal()
        days = dict.fromkeys(range(today - 1, today + 1), max(0, last_quarter - 2))
        tell_projection(db, site_id, zone, days, change=change, now_ms=now_ms)


def _learn_when_known(db: sqlite3.Connection, site_id: int) -> None:
    """Touch the days that a line or box is counted among the watched ones in, or no longer.

    Coverage is a mean over what was known by then, and that may turn out to be earlier.
    """
    of_site = "JOIN nodes ON nodes.id = node_id JOIN zones ON zones.id = zone_id WHERE site_id = ?"
    for table, sensor, line_id in (
        ("lines", "lines.name", "lines.id"),
        ("boxes", "question", "NULL"),
    ):
        for row_id, node_id, name, line, before in db.execute(
            f"SELECT {table}.id, node_id, {sensor}, {line_id}, known_from "  # noqa: S608 (literals)
            f"FROM {table} {of_site}",
            (site_id,),
        ).fetchall():
            known = read_known_from(db, node_id=node_id, sensor=name, line_id=line)
            if known == before:
                continue
            db.execute(
                f"UPDATE {table} SET known_from = ? WHERE id = ?",  # noqa: S608 (a literal)
                (known, row_id),
            )
            bounds = [each for each in (before, known) if each is not None]
            if len(bounds) < 2:  # it is new, or gone: as far as the site was ever heard of
                bounds += _heard(db, site_id) or ()
            since = min(each for each in (before, known) if each is not None)
            touch(db, site_id, since, max(bounds) + 1)


def rebuild_due_sites(db: sqlite3.Connection) -> bool:
    """See to sites of which every day is due; say whether there were any."""
    due = db.execute("SELECT id FROM sites WHERE days_are_due = 1").fetchall()
    for (site_id,) in due:
        rebuild_site(db, site_id)
        db.execute("UPDATE sites SET days_are_due = 0 WHERE id = ?", (site_id,))
    return bool(due)


def _build(
    db: sqlite3.Connection, site_id: int, days: Sequence[int], *, now_ms: int
) -> WatchedSite:
    site = read_watched_site(db, site_id)
    series = list(keys(db, site))
    for first_day, end_day in _runs(days):
        maker = DayMaker(db, site, first_day, end_day, now_ms=now_ms)
        for table, key in series:
            _replace(db, table, key, (first_day, end_day), maker.rows(table, key))
    return site


def _replace(
    db: sqlite3.Connection,
    table: Table,
    key: Key,
    days: tuple[int, int],
    rows: dict[int, Values],
) -> None:
    # Table and column names are the literals of day_rows.
    db.execute(
        f"DELETE FROM {table.name} WHERE {_matches(table.key)} AND day >= ? AND day < ?",  # noqa: S608
        (*key, *days),
    )
    if rows:
        columns = (*table.key, "day", *table.values)
        db.executemany(
            f"INSERT INTO {table.name} ({_quoted(columns)}) "  # noqa: S608
            f"VALUES ({', '.join('?' for _ in columns)})",
            [(*key, day, *values) for day, values in rows.items()],
        )


# -- reading ------------------------------------------------------------------------------------


def read_days(
    db: sqlite3.Connection,
    site: WatchedSite,
    table: Table,
    key: Key,
    *,
    fields: Sequence[str],
    first_day: int,
    end_day: int,
    now_ms: int,
) -> dict[int, Values]:
    """Return these fields of the known days in ``[first_day, end_day)``, by day.

    The first field of each row is the day itself.
    """
    rows: dict[int, Values] = {
        row[0]: row
        for row in db.execute(
            f"SELECT {_quoted(('day', *fields))} FROM {table.name} "  # noqa: S608 (literals)
            f"WHERE {_matches(table.key)} AND day >= ? AND day < ?",
            (*key, first_day, end_day),
        )
    }
    places = [table.values.index(field) for field in fields]
    open_days = [
        day
        for (day,) in db.execute(
            "SELECT day FROM open_days WHERE site_id = ? AND day >= ? AND day < ? ORDER BY day",
            (site.id, first_day, end_day),
        )
    ]
    for first, end in _runs(open_days):
        for day in range(first, end):
            rows.pop(day, None)
        made = DayMaker(db, site, first, end, now_ms=now_ms).rows(table, key)
        for day, values in made.items():
            rows[day] = (day, *(values[place] for place in places))
    return rows


# -- small parts --------------------------------------------------------------------------------


def _heard(db: sqlite3.Connection, site_id: int) -> tuple[int, int] | None:
    """Return the quarters ``[first, end)`` in which anything was ever heard of a site."""
    first, last = db.execute(
        "WITH heard (quarter) AS ("
        " SELECT quarter FROM passage_quarters WHERE line_id IN "
        "  (SELECT lines.id FROM lines JOIN nodes ON nodes.id = node_id "
        "   JOIN zones ON zones.id = zone_id WHERE site_id = ?1)"
        " UNION ALL SELECT quarter FROM coverage_quarters WHERE sensor_id IN "
        "  (SELECT sensors.id FROM sensors JOIN nodes ON nodes.id = node_id "
        "   JOIN zones ON zones.id = zone_id WHERE site_id = ?1)"
        " UNION ALL SELECT quarter FROM tally_quarters WHERE node_id IN "
        "  (SELECT nodes.id FROM nodes JOIN zones ON zones.id = zone_id WHERE site_id = ?1)"
        " UNION ALL SELECT last_hour * 4 FROM blocks WHERE site_id = ?1"
        " UNION ALL SELECT at / 900000 FROM token_steps WHERE site_id = ?1 AND at IS NOT NULL"
        " UNION ALL SELECT at / 900000 FROM pulses WHERE site_id = ?1 AND at IS NOT NULL"
        " UNION ALL SELECT quarter FROM imported_quarters WHERE site_id = ?1"
        ") SELECT min(quarter), max(quarter) FROM heard",
        (site_id,),
    ).fetchone()
    return None if first is None else (max(0, first), min(last + 1, LAST_QUARTER))


def _has_recounts(
    db: sqlite3.Connection, site_id: int, days: Iterable[int], zone: ZoneInfo, now_ms: int
) -> bool:
    """Return whether somebody recounted on one of the days that go on."""
    young = [day for day in days if day >= _first_young_day(zone, now_ms)]
    if not young:
        return False
    since = midnight(date.fromordinal(min(young)), zone) * QUARTER_MS
    found = db.execute(
        "SELECT 1 FROM recounts WHERE site_id = ? AND at >= ? LIMIT 1", (site_id, since)
    ).fetchone()
    return found is not None


def _touched_days(first: int, end: int, zone: ZoneInfo) -> range:
    """Return the days that quarters ``[first, end)`` count in: a night belongs to two of them."""
    last = service_date(end - 1, zone).toordinal()
    return range(service_date(first, zone).toordinal(), last + 2)


def _first_young_day(zone: ZoneInfo, now_ms: int) -> int:
    """Return the first day that time alone may still change."""
    return service_date((now_ms - LATE_MS) // QUARTER_MS, zone).toordinal()


def _open(db: sqlite3.Connection, site_id: int, days: Iterable[int]) -> None:
    db.executemany(
        "INSERT INTO open_days (site_id, day) VALUES (?, ?) ON CONFLICT DO NOTHING",
        [(site_id, day) for day in days],
    )


def _runs(days: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Yield runs of consecutive days as ``[first, end)``."""
    first = end = None
    for day in sorted(days):
        if day != end:
            if first is not None and end is not None:
                yield first, end
            first = day
        end = day + 1
    if first is not None and end is not None:
        yield first, end


def _quoted(columns: Iterable[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


def _matches(columns: Sequence[str]) -> str:
    return " AND ".join(f"{column} = ?" for column in columns)
