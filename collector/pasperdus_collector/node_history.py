"""How nodes were over the last days: their heartbeats, one row a node and quarter-hour.

The rows say how an outbox filled and drained and how a clock strayed. They are kept for fourteen
days; each node's first heartbeat of a quarter-hour deletes what is older, of every node.
"""

import sqlite3
from dataclasses import dataclass

from pasperdus_collector.errors import unknown_name
from pasperdus_contract.fields import QUARTER_MS
from pasperdus_contract.messages import Heartbeat

KEPT_DAYS = 14
KEPT_QUARTERS = KEPT_DAYS * 86_400_000 // QUARTER_MS
_BEFORE_ANY_NODE_MS = 1_577_836_800_000  # 2020: an earlier time was told by a clock without power


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeQuarter:
    """One quarter-hour of one node; without ``beats`` there is no row."""

    start_ms: int
    beats: int
    synced: int
    """Heartbeats sent while the node's clock was set."""

    pending: int
    """The most events that waited in it."""

    waited_ms: int | None
    """The longest that one of them had waited, by its clock; None where none did."""

    clock_ahead_ms: int
    """The node's clock less the collector's, when its last heartbeat arrived: also holds the time
    that the heartbeat was on its way."""

    battery: int | None
    temperature_c: float | None


def note_quarter(db: sqlite3.Connection, node_id: int, heartbeat: Heartbeat, now_ms: int) -> None:
    """Count a heartbeat in, within the caller's transaction."""
    quarter = now_ms // QUARTER_MS
    (beats,) = db.execute(
        "INSERT INTO node_quarters (node_id, quarter, beats, synced, pending, waited_ms, "
        "clock_ahead_ms, battery, temperature_c) VALUES (?, ?, 1, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (node_id, quarter) DO UPDATE SET beats = beats + 1, "
        "synced = synced + excluded.synced, pending = max(pending, excluded.pending), "
        "waited_ms = max(coalesce(waited_ms, excluded.waited_ms), "
        "    coalesce(excluded.waited_ms, waited_ms)), "
        "clock_ahead_ms = excluded.clock_ahead_ms, "
        "battery = min(coalesce(battery, excluded.battery), coalesce(excluded.battery, battery)), "
        "temperature_c = max(coalesce(temperature_c, excluded.temperature_c), "
        "    coalesce(excluded.temperature_c, temperature_c)) RETURNING beats",
        (
            node_id,
            quarter,
            int(heartbeat.sent.synced),
            heartbeat.pending,
            _waited_ms(heartbeat),
            heartbeat.sent.wall - now_ms,
            heartbeat.battery,
            heartbeat.temperature_c,
        ),
    ).fetchone()
    if beats == 1:
        db.execute(
            # By node, so that the primary key is used: this happens four times an hour a node.
            "DELETE FROM node_quarters WHERE node_id IN (SELECT id FROM nodes) AND quarter < ?",
            (quarter - KEPT_QUARTERS,),
        )


def read_node_history(
    db: sqlite3.Connection, node: str, start_ms: int, end_ms: int
) -> list[NodeQuarter]:
    """Return the quarter-hours of ``[start_ms, end_ms)`` with a heartbeat, oldest first.

    Raises :class:`NotFoundError` for an unknown node.
    """
    row = db.execute("SELECT id FROM nodes WHERE name = ?", (node,)).fetchone()
    if row is None:
        known = (name for (name,) in db.execute("SELECT name FROM nodes"))
        raise unknown_name(f"there is no node {node!r}", known)
    return [
        NodeQuarter(
            start_ms=quarter * QUARTER_MS,
            beats=beats,
            synced=synced,
            pending=pending,
            waited_ms=waited_ms,
            clock_ahead_ms=clock_ahead_ms,
            battery=battery,
            temperature_c=temperature_c,
        )
        for (
            quarter,
            beats,
            synced,
            pending,
            waited_ms,
            clock_ahead_ms,
            battery,
            temperature_c,
        ) in db.execute(
            "SELECT quarter, beats, synced, pending, waited_ms, clock_ahead_ms, battery, "
            "temperature_c FROM node_quarters WHERE node_id = ? AND quarter >= ? AND quarter < ? "
            "ORDER BY quarter",
            (row[0], start_ms // QUARTER_MS, -(-end_ms // QUARTER_MS)),
        )
    ]


def _waited_ms(heartbeat: Heartbeat) -> int | None:
    """Return how long the oldest event has waited, where the node's clock can tell."""
    since = heartbeat.oldest_pending_wall
    if since is None or since < _BEFORE_ANY_NODE_MS or not heartbeat.sent.synced:
        return None
    return max(0, heartbeat.sent.wall - since)
