"""An export as JSON lines: what it is in the first line, then one object a bucket.

Numbers are exact; what is unknown is null.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from pasperdus_collector.buckets import flags
from pasperdus_collector.export.rows import Read, Row, read_rows
from pasperdus_collector.export.table import Source, Table
from pasperdus_collector.series import UNITS, Point

SCHEMA = 1
ROWS_TOGETHER = 500  # in one piece of text: each is handed on by another thread


def json_lines(table: Table, read: Read, *, now_ms: int) -> Iterator[str]:
    """Yield the text piece by piece, the first line with the first rows."""
    zone = table.time_zone
    lines = [_line(_head(table, now_ms))]
    for rows in read_rows(table, read):
        for n, row in enumerate(rows, start=1):
            lines.append(_line(_row(table, row, zone)))
            if n % ROWS_TOGETHER == 0 or n == len(rows):
                yield "".join(lines)
                lines.clear()


def _head(table: Table, now_ms: int) -> dict[str, Any]:
    first_ms, last_ms = table.whole_range_ms()
    return {
        "schema": SCHEMA,
        "site": table.card.site,
        "title": table.card.title,
        "time_zone": table.card.time_zone,
        "bucket": table.bucket,
        "from": _utc(first_ms),
        "to": _utc(last_ms),
        "zone": table.zone,
        "line": table.line,
        "masks": sorted(table.masks),
        "excludes_staff": table.card.excludes_staff,
        "exported_at": _utc(now_ms),
        "series": [_told(source) for source in table.sources],
    }


def _told(source: Source) -> dict[str, Any]:
    query = source.query
    chosen = {
        "question": query.question,
        "scale": query.scale,
        "what": query.what,
        "service": query.service,
    }
    return {
        "key": source.key,
        "measure": query.measure,
        "unit": UNITS[query.measure],
        **{name: value for name, value in chosen.items() if value is not None},
    }


def _row(table: Table, row: Row, zone: ZoneInfo) -> dict[str, Any]:
    start = datetime.fromtimestamp(row.start_ms // 1000, UTC)
    return {
        "start": start.astimezone(zone).isoformat(),
        "start_utc": _utc(row.start_ms),
        **{
            source.key: _point(source, point)
            for source, point in zip(table.sources, row.points, strict=True)
        },
    }


def _point(source: Source, point: Point) -> dict[str, Any]:
    told: dict[str, Any] = {"value": point.value}
    for detail in source.details:
        told[detail] = flags.names(point.flags) if detail == "flags" else getattr(point, detail)
    return told


def _utc(at_ms: int) -> str:
    at = datetime.fromtimestamp(at_ms // 1000, UTC)
    return at.isoformat().replace("+00:00", "Z")


def _line(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n"
