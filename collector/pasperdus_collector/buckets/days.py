"""Local days: built from touched quarter-hours before the ledger's transaction commits.

A day's row stands as soon as its quarters do. Two tables also change by the clock alone (whether
a silent sensor is a gap, whether a day is over and can be bridged): such a day stays in
``open_days`` until nothing more can come of time, and is worked out anew for every reader.

A transaction builds at most :data:`BUILT_TOGETHER` days; after a large import or a new time zone
the others are due, follow step by step, and are worked out for readers meanwhile.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby
from zoneinfo import ZoneInfo

from pasperdus_collector.buckets.coverage import LATE_MS, read_known_from
from pasperdus_collector.buckets.day_rows import DayMaker, Key, Table, Values, keys
from pasperdus_collector.buckets.inside import is_final
from pasperdus_collector.buckets.touched import (
    card_changed,
    next_change,
    take_touched,
    tell_projection,
    touch,
    touched_sites,
)
from pasperdus_collector.buckets.watched import WatchedSite, read_watched_site
from pasperdus_collector.calendar.grid import LAST_QUARTER, local_date, service_date
from pasperdus_contract.fields import QUARTER_MS

BUILT_TOGETHER = 40  # days in one transaction: a tenth of a second


def rebuild_site(db: sqlite3.Connection, site_id: int) -> None:
    """Have every day of a site built anew: its time zone, lines or calibrations changed."""
    card_changed(db, site_id, is_rebuilt=True)
    site = read_watched_site(db, site_id)
    for table, key in list(keys(db, site)):
        db.execute(f"DELETE FROM {table.name} WHERE {_matches(table.key)}", key)  # noqa: S608
    db.execute("DELETE FROM open_days WHERE site_id = ?", (site_id,))
    db.execute("DELETE FROM changed_days WHERE site_id = ?", (site_id,))
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
        " UNION ALL SELECT quarter FROM imported_quarters WHERE site_id = ?1"
        ") SELECT min(quarter), max(quarter) FROM heard",
        (site_id,),
    ).fetchone()
    if first is not None:
        end = min(last + 1, LAST_QUARTER)
        _put_off(db, site_id, _touched_days(max(0, first), end, site.time_zone), is_due=True)


# -- building -----------------------------------------------------------------------------------


def settle(db: sqlite3.Connection, now_ms: int) -> None:
    """Build the days that the current transaction touched; the last thing before its commit."""
    rebuild_due_sites(db)
    for site_id in touched_sites(db):
        _learn_when_known(db, site_id, now_ms)
    touched = take_touched(db)
    if not touched:
        return
    change = next_change(db)
    room = BUILT_TOGETHER
    for site_id, ranges in groupby(touched, key=lambda each: each.site_id):
        first_touched: dict[int, int] = {}
        for each in ranges:
            zone = ZoneInfo(each.time_zone)
            for day in _touched_days(each.first, each.end, zone):
                first_touched[day] = min(each.first, first_touched.get(day, each.first))
        days = sorted(first_touched)
        tell_projection(db, site_id, zone, first_touched, change=change, now_ms=now_ms)
        young = [day for day in days if not is_final(date.fromordinal(day), zone, now_ms=now_ms)]
        _put_off(db, site_id, days[room:], is_due=True)
        _put_off(db, site_id, young, is_due=False)
        _build(db, site_id, days[:room], now_ms=now_ms)
        room = max(0, room - len(days))


def put_off_touched(db: sqlite3.Connection) -> None:
    """Leave what the transaction touched to :func:`close_days`."""
    for each in take_touched(db):
        days = _touched_days(each.first, each.end, ZoneInfo(each.time_zone))
        _put_off(db, each.site_id, days, is_due=True)


def close_days(db: sqlite3.Connection, now_ms: int, *, limit: int = BUILT_TOGETHER) -> bool:
    """Build days that are due or over, in the caller's transaction; say whether some are left."""
    rebuild_due_sites(db)
    waiting: list[tuple[int, int]] = []
    for site_id, time_zone in db.execute(
        "SELECT id, time_zone FROM sites WHERE id IN (SELECT site_id FROM open_days) ORDER BY id"
    ).fetchall():
        first_young = _first_young_day(ZoneInfo(time_zone), now_ms)
        waiting += db.execute(
            "SELECT site_id, day FROM open_days WHERE site_id = ? AND (is_due = 1 OR day < ?) "
            "ORDER BY day LIMIT ?",
            (site_id, first_young, limit + 1 - len(waiting)),
        ).fetchall()
        if len(waiting) > limit:
            break
    if not waiting:
        return False
    change = next_change(db)
    for site_id, rows in groupby(waiting[:limit], key=lambda row: row[0]):
        days = [day for _, day in rows]
        (time_zone,) = db.execute("SELECT time_zone FROM sites WHERE id = ?", (site_id,)).fetchone()
        zone = ZoneInfo(time_zone)
        _build(db, site_id, days, now_ms=now_ms)
        tell_projection(db, site_id, zone, dict.fromkeys(days, 0), change=change, now_ms=now_ms)
        young = [day for day in days if not is_final(date.fromordinal(day), zone, now_ms=now_ms)]
        db.executemany(
            "DELETE FROM open_days WHERE site_id = ? AND day = ?", [(site_id, day) for day in days]
        )
        _put_off(db, site_id, young, is_due=False)
    return len(waiting) > limit


def pass_time(db: sqlite3.Connection, first_quarter: int, now_ms: int) -> None:
    """Note that the quarters since ``first_quarter`` went by: silence is news too."""
    change = next_change(db)
    for site_id, time_zone in db.execute(
        "SELECT DISTINCT site_id, time_zone FROM zones JOIN sites ON sites.id = site_id "
        "JOIN nodes ON nodes.zone_id = zones.id"
    ).fetchall():
        zone = ZoneInfo(time_zone)
        today = local_date(now_ms, zone).toordinal()
        days = dict.fromkeys(range(today - 1, today + 1), first_quarter)
        tell_projection(db, site_id, zone, days, change=change, now_ms=now_ms)


def _learn_when_known(db: sqlite3.Connection, site_id: int, now_ms: int) -> None:
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
            since = min(each for each in (before, known) if each is not None)
            until = now_ms // QUARTER_MS if before is None or known is None else max(before, known)
            touch(db, site_id, since, max(since, until) + 1)


def rebuild_due_sites(db: sqlite3.Connection) -> None:
    """See to sites of which every day is due."""
    for (site_id,) in db.execute("SELECT id FROM sites WHERE days_are_due = 1").fetchall():
        rebuild_site(db, site_id)
        db.execute("UPDATE sites SET days_are_due = 0 WHERE id = ?", (site_id,))


def _build(db: sqlite3.Connection, site_id: int, days: Sequence[int], *, now_ms: int) -> None:
    if not days:
        return
    site = read_watched_site(db, site_id)
    series = list(keys(db, site))
    for first_day, end_day in _runs(days):
        maker = DayMaker(db, site, first_day, end_day, now_ms=now_ms)
        for table, key in series:
            _replace(db, table, key, (first_day, end_day), maker.rows(table, key))


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
    for first, end in _runs(_worked_out(db, site, table, first_day, end_day, now_ms)):
        for day in range(first, end):
            rows.pop(day, None)
        made = DayMaker(db, site, first, end, now_ms=now_ms).rows(table, key)
        for day, values in made.items():
            rows[day] = (day, *(values[place] for place in places))
    return rows


def _worked_out(
    db: sqlite3.Connection, site: WatchedSite, table: Table, first: int, end: int, now_ms: int
) -> list[int]:
    """Return the days whose rows in the table do not stand."""
    open_days = {
        day
        for (day,) in db.execute(
            "SELECT day FROM open_days WHERE site_id = ? AND day >= ? AND day < ? AND is_due >= ?",
            (site.id, first, end, 0 if table.ages else 1),
        )
    }
    if table.ages:
        young = _first_young_day(site.time_zone, now_ms)
        tomorrow = local_date(now_ms, site.time_zone).toordinal() + 1
        open_days.update(range(max(first, young), min(end, tomorrow)))
    return sorted(open_days)


# -- small parts --------------------------------------------------------------------------------


def _touched_days(first: int, end: int, zone: ZoneInfo) -> range:
    """Return the days that quarters ``[first, end)`` count in: a night belongs to two of them."""
    last = service_date(end - 1, zone).toordinal()
    return range(service_date(first, zone).toordinal(), last + 2)


def _first_young_day(zone: ZoneInfo, now_ms: int) -> int:
    """Return the first day that time alone may still change."""
    return service_date((now_ms - LATE_MS) // QUARTER_MS, zone).toordinal()


def _put_off(db: sqlite3.Connection, site_id: int, days: Iterable[int], *, is_due: bool) -> None:
    db.executemany(
        "INSERT INTO open_days (site_id, day, is_due) VALUES (?, ?, ?) "
        "ON CONFLICT (site_id, day) DO UPDATE SET is_due = max(is_due, excluded.is_due)",
        [(site_id, day, int(is_due)) for day in days],
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
