"""What a line's sensor counted between two instants, from the events themselves."""

import sqlite3
from dataclasses import dataclass

from pasperdus_collector.errors import NotFoundError, fault


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorCount:
    """Visitors one way and the other; staff that made itself known is in neither."""

    ins: int
    outs: int


def read_sensor_count(
    db: sqlite3.Connection, site_id: int, *, node: str, line: str, start_ms: int, end_ms: int
) -> SensorCount:
    """Return the passages of ``[start_ms, end_ms)`` by their corrected time.

    Raises :class:`NotFoundError` for a line that the site does not know.
    """
    row = db.execute(
        "SELECT nodes.id FROM lines JOIN nodes ON nodes.id = node_id "
        "JOIN zones ON zones.id = zone_id WHERE site_id = ? AND nodes.name = ? AND lines.name = ?",
        (site_id, node, line),
    ).fetchone()
    if row is None:
        raise NotFoundError(
            f"this site knows no line {line!r} of node {node!r}; a line is known from its first "
            "event",
            fault("line", "no-such-line", line=line),
        )
    counted = dict(
        db.execute(
            "SELECT body ->> '$.direction', count(*) FROM events "
            "JOIN epochs ON epochs.id = epoch_id "
            "WHERE kind = 'passage' AND at >= ? AND at < ? AND node_id = ? "
            "AND body ->> '$.line' = ? "
            "AND NOT EXISTS (SELECT 1 FROM json_each(body, '$.flags') WHERE value = 'staff') "
            "GROUP BY 1",
            (start_ms, end_ms, row[0], line),
        ).fetchall()
    )
    return SensorCount(ins=counted.get("in", 0), outs=counted.get("out", 0))
