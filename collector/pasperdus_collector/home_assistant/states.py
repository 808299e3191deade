"""How devices are now, as Home Assistant reads it: small JSON objects (pure).

Values are coarse on purpose. Home Assistant writes a row for each change and entity, for ever; and
the instant of an event at a rating box would tell when somebody pressed a button.
"""

from datetime import UTC, datetime
from typing import Any

from pasperdus_collector.node_state import NodeState
from pasperdus_contract.fields import QUARTER_MS

HEARTBEAT_STEP_MS = 300_000
COARSE_DISK_MB = 1_000  # above it, free space is told in steps
DISK_STEP_MB = 100


def node_state(node: NodeState) -> dict[str, Any]:
    """Return the state of a node; null is not known."""
    heartbeat_at = node.heartbeat_at
    if heartbeat_at is not None and node.state == "online":
        heartbeat_at -= heartbeat_at % HEARTBEAT_STEP_MS
    event_at = node.event_at
    if event_at is not None:
        event_at -= event_at % QUARTER_MS
    return {
        "state": node.state,
        "pending": node.pending,
        "clock_problem": None if node.is_synced is None else not node.is_synced,
        "sensor_problem": None
        if node.heartbeat_at is None
        else any(state != "ok" for state in node.sensors.values()),
        "heartbeat": _instant(heartbeat_at),
        "event": _instant(event_at),
        "temperature_c": None if node.temperature_c is None else round(node.temperature_c),
        "disk_free_mb": _steady_mb(node.disk_free_mb),
        "battery": node.battery,
    }


def site_state(
    *,
    day_start_ms: int,
    passages_in: int | None,
    passages_out: int | None,
    occupancy: float | None,
) -> dict[str, Any]:
    """Return the state of a site; null is not known, as after a silence of a door."""
    return {
        "entries_today": passages_in,
        "exits_today": passages_out,
        "inside": None if occupancy is None else round(occupancy),
        "day_start": _instant(day_start_ms),
    }


def _steady_mb(free_mb: int | None) -> int | None:
    if free_mb is None or free_mb < COARSE_DISK_MB:
        return free_mb
    return free_mb - free_mb % DISK_STEP_MB


def _instant(at_ms: int | None) -> str | None:
    return None if at_ms is None else datetime.fromtimestamp(at_ms // 1000, UTC).isoformat()
