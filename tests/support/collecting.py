"""The collector's core on a real ledger, without broker and clock: payloads in, answers out.

Times are milliseconds since 1970 UTC unless a name says otherwise. A boot is given by the instant
at which its uptime was zero.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pasperdus_collector.ingest import Inbound, Ingest
from pasperdus_collector.ledger import Ledger, wall_ms
from pasperdus_contract.codec import decode_answer
from pasperdus_contract.messages import Ack, Rejection
from pasperdus_contract.topics import Channel, NodeTopic
from support.wire import EPOCH, written

MINUTE = 60_000
QUARTER = 900_000
HOUR = 3_600_000
DAY = 24 * HOUR
MONDAY = 1_772_409_600_000  # 2026-03-02T00:00:00Z
BOOTED = MONDAY - DAY
NODE = "entrance-1"
BOOT = "boot-1"


def event(
    seq: int, at: int, *, booted: int = BOOTED, synced: bool = True, **fields: Any
) -> dict[str, Any]:
    """Return an event that happened at ``at``; an unsynchronised clock says 1970."""
    wall = at if synced else at - booted
    return {"seq": seq, "wall": wall, "uptime": at - booted, "synced": synced, **fields}


def passage(seq: int, at: int, direction: str = "in", **fields: Any) -> dict[str, Any]:
    return event(seq, at, **{"kind": "passage", "line": "door", "direction": direction, **fields})


def rating(seq: int, at: int, value: int = 4, **fields: Any) -> dict[str, Any]:
    asked = {"kind": "rating", "question": "accueil", "value": value, "scale": 5}
    return event(seq, at, **{**asked, **fields})


def coverage(
    seq: int,
    start: int,
    end: int,
    *,
    ok_ms: int | None = None,
    booted: int = BOOTED,
    told_at: int | None = None,
    **fields: Any,
) -> dict[str, Any]:
    told = {
        "kind": "coverage",
        "sensor": "door",
        "from": start - booted,
        "to": end - booted,
        "ok_ms": end - start if ok_ms is None else ok_ms,
    }
    return event(seq, end if told_at is None else told_at, booted=booted, **{**told, **fields})


def batch(
    *events: dict[str, Any],
    sent_at: int,
    node: str = NODE,
    epoch: str = EPOCH,
    boot: str = BOOT,
    booted: int = BOOTED,
    synced: bool = True,
    sent_boot: str | None = None,
    first: int | None = None,
    head: int | None = None,
) -> bytes:
    """Return a batch sent at ``sent_at`` in the boot (``sent_boot``) that began at ``booted``."""
    seqs = [each["seq"] for each in events] or [1]
    return written(
        {
            "schema": 1,
            "node": node,
            "epoch": epoch,
            "first": min(seqs) if first is None else first,
            "head": max(seqs) if head is None else head,
            "boot": boot,
            "sent": {
                "boot": boot if sent_boot is None else sent_boot,
                "wall": sent_at if synced else sent_at - booted,
                "uptime": sent_at - booted,
                "synced": synced,
            },
            "events": list(events),
        }
    )


class Core:
    """One ledger and its ingest; ``path`` is the ledger's file."""

    def __init__(
        self,
        path: Path,
        *,
        quarantine_max: int = 1000,
        enrols_unknown: bool = True,
        now_ms: Callable[[], int] = wall_ms,
    ) -> None:
        self.path = path
        self._now_ms = now_ms
        self._settings: dict[str, Any] = {"enrols_unknown": enrols_unknown}
        self._quarantine_max = quarantine_max
        self.open()

    def open(self) -> None:
        self.ledger = Ledger(self.path, quarantine_max=self._quarantine_max, now_ms=self._now_ms)
        self.ingest = Ingest(self.ledger, collector="mairie", **self._settings)

    def close(self) -> None:
        self.ledger.close()

    def crash(self) -> None:
        """Go on with what the disk holds now, as after a power cut."""
        image = self.path.with_name(f"{self.path.stem}-after.db")
        for suffix in ("", "-wal"):
            source = Path(f"{self.path}{suffix}")
            if source.exists():
                shutil.copyfile(source, f"{image}{suffix}")
        self.close()
        for suffix in ("", "-wal"):
            if Path(f"{image}{suffix}").exists():
                Path(f"{image}{suffix}").replace(f"{self.path}{suffix}")
        self.open()

    def take(
        self,
        payload: bytes,
        *,
        at: int,
        node: str = NODE,
        channel: Channel = Channel.EVENTS,
    ) -> Ack | Rejection | None:
        """Deliver one message at ``at``, in a transaction of its own; return the answer."""
        with self.ledger.transaction():
            return self.take_uncommitted(payload, at=at, node=node, channel=channel)

    def take_uncommitted(
        self, payload: bytes, *, at: int, node: str = NODE, channel: Channel = Channel.EVENTS
    ) -> Ack | Rejection | None:
        topic = NodeTopic(node=node, channel=channel)
        answer = self.ingest.take(Inbound(topic=topic, payload=payload, received_at=at))
        return None if answer is None else decode_answer(answer)

    def store(self, *events: dict[str, Any], at: int | None = None, **changes: Any) -> Ack:
        """Deliver a batch of these events, just after the last of them, and expect an ack."""
        due = max(each["wall"] for each in events) + 1000 if at is None else at
        node = changes.get("node", NODE)
        answer = self.take(batch(*events, sent_at=due, **changes), at=due, node=node)
        assert isinstance(answer, Ack), answer
        return answer

    def rows(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        return self.ledger.db.execute(sql, parameters).fetchall()

    def is_empty(self, table: str) -> bool:
        return self.rows(f"SELECT count(*) FROM {table}") == [(0,)]  # noqa: S608 (a test's literal)

    def counters(self, node: str = NODE) -> tuple[int, int, int, int]:
        """Return received, stored, duplicate, quarantined."""
        ((received, stored, duplicate, quarantined),) = self.rows(
            "SELECT received, stored, duplicate, quarantined FROM nodes WHERE name = ?", node
        )
        return received, stored, duplicate, quarantined
