"""How nodes are, in the ledger: status, last heartbeat, and which events have not arrived."""

import sqlite3
from collections.abc import Sequence
from typing import Any

from pasperdus_collector.node_state import Missing, NodeState
from pasperdus_contract.messages import Heartbeat, NodeStatus
from pasperdus_contract.ranges import Range, subtract

SETTLED_AFTER_MS = 60_000  # what has not arrived by then is a gap
SILENT_AFTER_MS = 95_000  # three heartbeats


class NodeStates:
    """The writing side, within the caller's transaction."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def note_status(self, node_id: int, status: NodeStatus, now_ms: int) -> bool:
        """Keep what a node, or its last will, says; return whether its state is news.

        What is no news, such as a retained status heard again, is no sign of life either.
        """
        changed = self._db.execute(
            "UPDATE nodes SET state = ?1, state_at = ?2 WHERE id = ?3 AND state IS NOT ?1",
            (status.state, now_ms, node_id),
        )
        if status.state == "online":
            self._db.execute(
                "UPDATE nodes SET running_epoch = ?1 WHERE id = ?2 AND running_epoch IS NOT ?1",
                (status.epoch, node_id),
            )
        self._note_screen(node_id, status.screen)
        return changed.rowcount > 0

    def note_heartbeat(
        self, node_id: int, heartbeat: Heartbeat, payload: bytes, now_ms: int
    ) -> None:
        """Keep the last heartbeat whole."""
        self._db.execute(
            "UPDATE nodes SET heartbeat = ?, heartbeat_at = ? WHERE id = ?",
            (payload.decode(), now_ms, node_id),
        )
        self._note_screen(node_id, heartbeat.screen)

    def _note_screen(self, node_id: int, screen: str | None) -> None:
        self._db.execute(
            "UPDATE nodes SET screen = ?1 WHERE id = ?2 AND screen IS NOT ?1", (screen, node_id)
        )

    def note_extent(self, epoch_id: int, first: int, head: int, now_ms: int) -> None:
        """Keep how far an epoch is known to reach; a lower head than known is no error."""
        self._db.execute(
            "UPDATE epochs SET "
            "first = min(coalesce(first, ?2), ?2), "
            "head_at = CASE WHEN head >= ?3 THEN head_at ELSE ?4 END, "
            "head = max(coalesce(head, ?3), ?3), "
            # A head is settled once it has been known for a minute; one head at a time waits.
            "settled = CASE WHEN candidate_at <= ?4 - ?5 THEN candidate ELSE settled END, "
            "candidate = CASE WHEN candidate_at > ?4 - ?5 THEN candidate "
            "    ELSE max(coalesce(head, ?3), ?3) END, "
            "candidate_at = CASE WHEN candidate_at > ?4 - ?5 THEN candidate_at ELSE ?4 END "
            "WHERE id = ?1",
            (epoch_id, first, head, now_ms, SETTLED_AFTER_MS),
        )


def read_nodes(db: sqlite3.Connection, now_ms: int) -> list[NodeState]:
    """Return every node with its state, by name."""
    missing = _missing(db, now_ms)
    undated = dict(
        db.execute("SELECT node_id, sum(events) FROM undated GROUP BY node_id").fetchall()
    )
    return [
        _node_state(row, missing.get(row[0], []), undated.get(row[0], 0), now_ms)
        for row in db.execute(
            "SELECT nodes.id, nodes.name, sites.name, zones.name, state, state_at, heartbeat, "
            "heartbeat_at, event_at, screen FROM nodes JOIN zones ON zones.id = nodes.zone_id "
            "JOIN sites ON sites.id = zones.site_id ORDER BY nodes.name"
        )
    ]


def _node_state(row: Sequence[Any], missing: list[Missing], undated: int, now_ms: int) -> NodeState:
    _, node, site, zone, state, state_at, heartbeat, heartbeat_at, event_at, screen = row
    beat = Heartbeat.model_validate_json(heartbeat) if heartbeat else None
    heard_at = max(heartbeat_at or 0, state_at or 0)
    if state == "online" and now_ms - heard_at > SILENT_AFTER_MS:
        state = "silent"
    return NodeState(
        node=node,
        site=site,
        zone=zone,
        state=state or "unknown",
        state_at=state_at,
        heartbeat_at=heartbeat_at,
        event_at=event_at,
        pending=beat.pending if beat else None,
        oldest_pending_at=beat.oldest_pending_wall if beat else None,
        lost=beat.lost if beat else None,
        sensors=dict(beat.sensors) if beat else {},
        is_synced=beat.sent.synced if beat else None,
        battery=beat.battery if beat else None,
        temperature_c=beat.temperature_c if beat else None,
        disk_free_mb=beat.disk_free_mb if beat else None,
        version=beat.version if beat else None,
        screen=screen,
        missing=missing,
        undated=undated,
    )


def _missing(db: sqlite3.Connection, now_ms: int) -> dict[int, list[Missing]]:
    found: dict[int, list[Missing]] = {}
    for epoch_id, node_id, epoch, first, settled in db.execute(
        "SELECT id, node_id, epoch, first, known FROM (SELECT id, node_id, epoch, first, "
        # The newest head that has been known for a minute.
        "CASE WHEN head_at <= ?1 THEN head WHEN candidate_at <= ?1 THEN candidate ELSE settled END "
        "AS known FROM epochs WHERE first IS NOT NULL) AS heard WHERE known IS NOT NULL "
        # Nearly all of the thousands of epochs arrived in one piece: no look at each.
        "AND NOT EXISTS (SELECT 1 FROM ranges WHERE epoch_id = heard.id "
        "AND ranges.first <= heard.first AND ranges.last >= known) ORDER BY id",
        (now_ms - SETTLED_AFTER_MS,),
    ):
        arrived: list[Range] = db.execute(
            "SELECT first, last FROM ranges WHERE epoch_id = ?1 "
            "UNION ALL SELECT seq, seq FROM quarantine WHERE epoch_id = ?1",
            (epoch_id,),
        ).fetchall()
        found.setdefault(node_id, []).extend(
            Missing(epoch=epoch, first=gap_first, last=gap_last)
            for gap_first, gap_last in subtract([(first, settled)], arrived)
        )
    return found


def named_epochs(heartbeat: Heartbeat) -> list[tuple[str, int, int]]:
    """Return every epoch that a heartbeat names, with its extent."""
    named = [(each.epoch, each.first, each.head) for each in heartbeat.closed]
    if heartbeat.first is not None and heartbeat.head is not None:
        named.append((heartbeat.epoch, heartbeat.first, heartbeat.head))
    return named
