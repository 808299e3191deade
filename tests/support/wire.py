"""Valid messages, for tests to change in one place each."""

from __future__ import annotations

import json
from typing import Any

from pasperdus_contract.fields import MAX_SEQ

EPOCH = "9f86d081884c7d659a2feaa0c55ad015"
SENT = {"boot": "5b3c1e0a", "wall": 1795346400500, "uptime": 8123833, "synced": True}
TIMES = {"wall": 1795346400123, "uptime": 8123456, "synced": True}
PASSAGE = {"seq": 41, **TIMES, "kind": "passage", "line": "door", "direction": "in"}
RATING = {"seq": 41, **TIMES, "kind": "rating", "question": "accueil", "value": 4, "scale": 5}
COVERAGE = {
    "seq": 41,
    **TIMES,
    "kind": "coverage",
    "sensor": "door",
    "from": 0,
    "to": 900_000,
    "ok_ms": 900_000,
}
UNDO = {"seq": 42, **TIMES, "kind": "undo", "undone": {"epoch": EPOCH, "seq": 41}}
HEARTBEAT = {
    "schema": 1,
    "epoch": EPOCH,
    "first": 1,
    "head": 2,
    "pending": 0,
    "oldest_pending_wall": None,
    "closed": [],
    "lost": 0,
    "sent": SENT,
    "sensors": {},
    "battery": None,
    "temperature_c": None,
    "disk_free_mb": 1,
    "version": "0.1.0",
}
BOARD = {
    "schema": 1,
    "site": "default",
    "title": "Mairie",
    "time_zone": "Europe/Paris",
    "version": "0123456789abcdef",
    "composed_at": TIMES["wall"],
    "day": "2026-11-22",
}


def batch_of(*events: Any, **changes: Any) -> dict[str, Any]:
    """Return a valid batch of these events, but for the changes."""
    return {
        "schema": 1,
        "node": "entrance-1",
        "epoch": EPOCH,
        "first": 1,
        "head": MAX_SEQ,
        "boot": "5b3c1e0a",
        "sent": SENT,
        "events": list(events),
        **changes,
    }


def written(value: Any) -> bytes:
    """Return the shortest JSON of a value."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
