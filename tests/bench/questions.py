"""The same questions asked of the published series and of the raw events in SQLite.

The raw statements are what somebody would write who knows SQL and only has the table of events:
the index on (kind, at) narrows the time, JSON tells the rest, the local day groups. SQLite's local
time is that of the process: :func:`local_time` sets it. Answers must be equal, day by day.
"""

import os
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from pasperdus_collector.series import Measure, Series

Days = dict[str, float]
"""A value by local date; zero and unknown are left out."""

_MINE = """
mine AS MATERIALIZED (
    SELECT epochs.id AS epoch_id, zones.site_id FROM epochs
    JOIN nodes ON nodes.id = epochs.node_id JOIN zones ON zones.id = nodes.zone_id
    WHERE :site IS NULL OR zones.site_id = :site)"""
_PATHS = {
    # SQLite keeps the order of a CROSS JOIN; + keeps an index from being used.
    "by time": """
        events INDEXED BY events_by_time CROSS JOIN mine USING (epoch_id)
        WHERE kind = '{kind}' AND at >= :start AND at < :end""",
    "by site": """
        mine CROSS JOIN events ON events.epoch_id = mine.epoch_id
        WHERE +kind = '{kind}' AND +at >= :start AND +at < :end""",
}
WAYS: tuple[str, ...] = tuple(_PATHS)
"""How SQLite can go about it: from the index on time, or from the keys of the site's nodes."""

_DAY = "date(at / 1000, 'unixepoch', 'localtime')"
_PASSAGES = """
WITH {mine}
SELECT site_id, {day} AS day, count(*) FROM {passage} AND body ->> '$.direction' = '{direction}'
GROUP BY site_id, day"""
_COUNT = """
WITH {mine}
SELECT site_id, {day} AS day, count(*) FROM {counted} GROUP BY site_id, day"""
_MEAN_RATING = """
WITH {mine}
SELECT site_id, {day} AS day, avg({mean}) FROM {rating} GROUP BY site_id, day"""
_OCCUPANCY = """
WITH RECURSIVE {mine},
quarters (quarter) AS (
    SELECT :start / 900000 UNION ALL
    SELECT quarter + 1 FROM quarters WHERE quarter + 1 < :end / 900000),
nets AS (
    SELECT site_id, at / 900000 AS quarter, sum(iif(body ->> '$.direction' = 'in', 1, -1)) AS net
    FROM {passage} GROUP BY site_id, quarter),
inside AS (
    SELECT site_id, quarter, max(0, sum(coalesce(net, 0)) OVER (
        PARTITION BY site_id, date(quarter * 900, 'unixepoch', 'localtime', '-4 hours')
        ORDER BY quarter)) AS people
    FROM (SELECT DISTINCT site_id FROM mine) CROSS JOIN quarters
    LEFT JOIN nets USING (site_id, quarter))
SELECT site_id, date(quarter * 900, 'unixepoch', 'localtime') AS day, avg(people)
FROM inside GROUP BY site_id, day"""
_STAY = """
WITH {mine}, crossings AS (
    SELECT site_id, {day} AS day, body ->> '$.direction' = 'in' AS is_in, at FROM {passage})
SELECT site_id, day,
    (avg(iif(is_in, NULL, at)) - avg(iif(is_in, at, NULL))) / 60000 FROM crossings
GROUP BY site_id, day"""
_BETWEEN = """
WITH {mine},
visits AS (
    SELECT site_id, body ->> '$.visit' AS visit,
        min(iif(body ->> '$.action' = '{begin}', at, NULL)) AS began,
        min(iif(body ->> '$.action' = '{end}', at, NULL)) AS ended
    FROM {token} GROUP BY site_id, visit),
ranked AS (
    SELECT site_id, date(began / 1000, 'unixepoch', 'localtime') AS day,
        (ended - began) / 60000.0 AS minutes
    FROM visits WHERE began IS NOT NULL AND ended IS NOT NULL),
placed AS (
    SELECT *, row_number() OVER (PARTITION BY site_id, day ORDER BY minutes) AS place,
        count(*) OVER (PARTITION BY site_id, day) AS visits
    FROM ranked)
SELECT site_id, day, avg(minutes) FROM placed
WHERE place IN ((visits + 1) / 2, (visits + 2) / 2) GROUP BY site_id, day"""
_KINDS = ("passage", "rating", "tally", "token")


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """How one measure is asked of the raw events, and how far both answers can be equal."""

    statement: str
    words: Mapping[str, str]
    is_equal: bool
    """Day by day. Ratings are published in blocks, stays bridged, waits with open ends counted."""

    def days(
        self, db: sqlite3.Connection, way: str, site_id: int | None, start_ms: int, end_ms: int
    ) -> dict[int, Days]:
        """Answer by site and local day."""
        kinds = {kind: _PATHS[way].format(kind=kind) for kind in _KINDS}
        words = {word: text.format(**kinds) for word, text in self.words.items()}
        statement = self.statement.format(mine=_MINE, day=_DAY, **kinds, **words)
        found: dict[int, Days] = {}
        for site, day, value in db.execute(
            statement, {"site": site_id, "start": start_ms, "end": end_ms}
        ):
            if value:
                found.setdefault(site, {})[day] = value
        return found


RAW: dict[Measure, Raw] = {
    "passages_in": Raw(statement=_PASSAGES, words={"direction": "in"}, is_equal=True),
    "passages_out": Raw(statement=_PASSAGES, words={"direction": "out"}, is_equal=True),
    "occupancy": Raw(statement=_OCCUPANCY, words={}, is_equal=True),
    "stay_minutes": Raw(statement=_STAY, words={}, is_equal=False),
    "wait_minutes": Raw(statement=_BETWEEN, words={"begin": "wait", "end": "call"}, is_equal=False),
    "service_minutes": Raw(
        statement=_BETWEEN, words={"begin": "call", "end": "done"}, is_equal=False
    ),
    "ratings": Raw(statement=_COUNT, words={"counted": "{rating}"}, is_equal=False),
    "satisfied": Raw(
        statement=_MEAN_RATING, words={"mean": "body ->> '$.value' >= 4"}, is_equal=False
    ),
    "index": Raw(
        statement=_MEAN_RATING, words={"mean": "((body ->> '$.value') - 1) * 25"}, is_equal=False
    ),
    "tallies": Raw(statement=_COUNT, words={"counted": "{tally}"}, is_equal=True),
}


@contextmanager
def local_time(time_zone: str) -> Iterator[None]:
    """Let SQLite's ``localtime`` be that of a time zone within the block."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = time_zone
    time.tzset()
    try:
        yield
    finally:
        if before is None:
            del os.environ["TZ"]
        else:
            os.environ["TZ"] = before
        time.tzset()


def published_days(series: Series, time_zone: str) -> Days:
    """Return a series of days as the raw events would have it: as counted, known and not zero."""
    zone = ZoneInfo(time_zone)
    days: Days = {}
    for point in series.points:
        value = point.raw if series.query.measure == "occupancy" else point.value
        if isinstance(value, list):
            value = sum(value)
        if value:
            day = datetime.fromtimestamp(point.start_ms / 1000, UTC).astimezone(zone).date()
            days[day.isoformat()] = value
    return days


def whole_days(series: Series, time_zone: str) -> set[str]:
    """Return the local days that were covered from end to end, and followed a covered one."""
    zone = ZoneInfo(time_zone)
    covered = [point.coverage == 1.0 for point in series.points]
    return {
        datetime.fromtimestamp(point.start_ms / 1000, UTC).astimezone(zone).date().isoformat()
        for n, point in enumerate(series.points)
        if n and covered[n] and covered[n - 1]
    }
