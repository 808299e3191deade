"""How the ledger is, for those who run it: few numbers that are quick to read."""

import sqlite3
from dataclasses import dataclass

from pasperdus_collector.buckets.occupancy import LATE_MS
from pasperdus_contract.fields import QUARTER_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """One sensor of a node: the share of the last due quarter-hour in which it worked, 0-1."""

    node: str
    sensor: str
    coverage: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """The ledger now."""

    quarantined: int
    blocks: int
    """Release blocks ever closed. What waits for one is a live count of ratings: never told."""

    redating_epochs: int
    watches: list[Watch]
    clock_offsets_ms: dict[str, int]
    """By how much each node's clock was behind ours at its last heartbeat, the way included."""


def read_vitals(db: sqlite3.Connection, now_ms: int) -> Vitals:
    """Return how the ledger is, from one view of it."""
    (quarantined,) = db.execute("SELECT count(*) FROM quarantine").fetchone()
    (redating,) = db.execute("SELECT count(*) FROM redating").fetchone()
    # Blocks are never deleted, so the highest id counts them without a look at each.
    (blocks,) = db.execute("SELECT coalesce(max(id), 0) FROM blocks").fetchone()
    due_quarter = (now_ms - LATE_MS) // QUARTER_MS - 1
    watches = [
        Watch(node=node, sensor=sensor, coverage=min(ok_ms / QUARTER_MS, 1.0))
        for node, sensor, ok_ms in db.execute(
            "SELECT nodes.name, sensors.name, coalesce(ok_ms, 0) FROM sensors "
            "JOIN nodes ON nodes.id = sensors.node_id LEFT JOIN coverage_quarters "
            "ON coverage_quarters.sensor_id = sensors.id AND quarter = ? "
            "ORDER BY nodes.name, sensors.name",
            (due_quarter,),
        )
    ]
    offsets = dict(
        db.execute(
            "SELECT name, heartbeat_at - json_extract(heartbeat, '$.sent.wall') FROM nodes "
            "WHERE heartbeat IS NOT NULL ORDER BY name"
        ).fetchall()
    )
    return Vitals(
        quarantined=quarantined,
        blocks=blocks,
        redating_epochs=redating,
        watches=watches,
        clock_offsets_ms=offsets,
    )
