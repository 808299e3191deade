"""A ledger filled through ingest, as nodes would fill it: for tests of what is read from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from hashlib import md5
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pasperdus_collector.ingest import Inbound, Ingest
from pasperdus_collector.ledger import Ledger
from pasperdus_collector.release import release
from pasperdus_contract.topics import Channel, NodeTopic
from support.wire import written

PARIS = ZoneInfo("Europe/Paris")
QUARTER_MS = 900_000
BATCH = 400


def wall(day: date, clock: str, zone: ZoneInfo = PARIS) -> int:
    """Return the instant of ``14:30`` on a local day, in milliseconds since 1970."""
    return round(datetime.combine(day, time.fromisoformat(clock), tzinfo=zone).timestamp() * 1000)


@dataclass
class Reception:
    """Nodes that tell a ledger what happened; each has one boot and one epoch, and its head."""

    ledger: Ledger
    ingest: Ingest
    boot_ms: int = 1_700_000_000_000
    heads: dict[str, int] = field(default_factory=dict)

    def tell(self, node: str, events: Iterable[dict[str, Any]]) -> None:
        """Send events, each with its ``at`` (ms) in place of its clocks."""
        told = list(events)
        for first in range(0, len(told), BATCH):
            part = [self._stamped(node, dict(event)) for event in told[first : first + BATCH]]
            last_ms = part[-1]["wall"]
            batch = {
                "schema": 1,
                "node": node,
                "epoch": epoch_of(node),
                "first": 1,
                "head": self.heads[node],
                "boot": f"boot-{node}",
                "sent": self._moment(node, last_ms),
                "events": part,
            }
            self._take(node, Channel.EVENTS, batch, last_ms)

    def passages(self, node: str, line: str, direction: str, times_ms: Iterable[int]) -> None:
        """Send passages."""
        self.tell(
            node,
            (
                {"kind": "passage", "line": line, "direction": direction, "flags": [], "at": at}
                for at in times_ms
            ),
        )

    def covered(self, node: str, sensor: str, from_ms: int, to_ms: int, *, ok: bool = True) -> None:
        """Tell each quarter-hour's coverage."""
        self.tell(
            node,
            (
                {
                    "kind": "coverage",
                    "sensor": sensor,
                    "from": start - self.boot_ms,
                    "to": min(start + QUARTER_MS, to_ms) - self.boot_ms,
                    "ok_ms": min(QUARTER_MS, to_ms - start) if ok else 0,
                    "at": min(start + QUARTER_MS, to_ms),
                }
                for start in range(from_ms, to_ms, QUARTER_MS)
            ),
        )

    def ratings(
        self, node: str, values: Iterable[tuple[int, int]], *, question: str = "accueil"
    ) -> None:
        """Send ratings on a scale of 5, as pairs of time and value."""
        self.tell(
            node,
            (
                {
                    "kind": "rating",
                    "question": question,
                    "value": value,
                    "scale": 5,
                    "flags": [],
                    "at": at,
                }
                for at, value in values
            ),
        )

    def steps(self, node: str, steps: Iterable[tuple[int, int, str]], *, token: str) -> None:
        """Send steps of macarons, as time, number of the visit and action."""
        self.tell(
            node,
            (
                {
                    "kind": "token",
                    "visit": f"{visit:016x}",
                    "token": token,
                    "action": action,
                    "at": at,
                }
                for at, visit, action in steps
            ),
        )

    def release(self, now_ms: int) -> None:
        """Close the release blocks that are due."""
        with self.ledger.transaction():
            release(self.ledger.db, now_ms)

    def heartbeat(self, node: str, at_ms: int, *, synced: bool = True, **changes: Any) -> None:
        """Say how a node is."""
        head = self.heads.get(node)
        beat = {
            "schema": 1,
            "epoch": epoch_of(node),
            "first": 1 if head else None,
            "head": head,
            "pending": 0,
            "oldest_pending_wall": None,
            "closed": [],
            "lost": 0,
            "sent": {**self._moment(node, at_ms), "synced": synced},
            "sensors": {},
            "battery": None,
            "temperature_c": 41.0,
            "disk_free_mb": 20_000,
            "version": "0.1.0",
            **changes,
        }
        self._take(node, Channel.HEARTBEAT, beat, at_ms)

    def status(self, node: str, at_ms: int, state: str = "online", **more: Any) -> None:
        """Say that a node is there, or not."""
        said = {"schema": 1, "state": state, "epoch": epoch_of(node), "version": "0.1.0", **more}
        self._take(node, Channel.STATUS, said, at_ms)

    def _stamped(self, node: str, event: dict[str, Any]) -> dict[str, Any]:
        at_ms = event.pop("at")
        self.heads[node] = self.heads.get(node, 0) + 1
        return {
            "seq": self.heads[node],
            "wall": at_ms,
            "uptime": at_ms - self.boot_ms,
            "synced": True,
            **event,
        }

    def _moment(self, node: str, at_ms: int) -> dict[str, Any]:
        return {
            "boot": f"boot-{node}",
            "wall": at_ms,
            "uptime": at_ms - self.boot_ms,
            "synced": True,
        }

    def _take(self, node: str, channel: Channel, body: dict[str, Any], at_ms: int) -> None:
        with self.ledger.transaction():
            self.ingest.take(
                Inbound(
                    topic=NodeTopic(node=node, channel=channel),
                    payload=written(body),
                    received_at=at_ms,
                )
            )


@contextmanager
def reception(path: Path) -> Iterator[Reception]:
    """Open a ledger to fill."""
    ledger = Ledger(path, quarantine_max=1_000)
    try:
        yield Reception(ledger, Ingest(ledger, collector="mairie", enrols_unknown=True))
    finally:
        ledger.close()


def usual_weeks(place: Reception, today: date, *, weeks: int = 8, visitors: int = 200) -> None:
    """Fill the same weekdays of the last weeks: open 8:30-17:30, the door working all day."""
    for week in range(1, weeks + 1):
        day = today - timedelta(weeks=week)
        open_day(place, day, visitors=visitors + 7 * (week % 5) - 14)


def open_day(
    place: Reception, day: date, *, visitors: int, until: str = "24:00", from_: str = "00:00"
) -> None:
    """Fill one day of one door: coverage, and entries and exits spread over the opening hours."""
    opens, closes = wall(day, "08:30"), wall(day, "17:30")
    end = wall(day + timedelta(days=1), "00:00") if until == "24:00" else wall(day, until)
    start = wall(day, from_)
    place.covered("entree", "porte", start, end - end % QUARTER_MS)
    comings = [opens + (closes - opens) * n // visitors for n in _uneven(visitors)]
    place.passages("entree", "porte", "in", [at for at in comings if start <= at < end])
    place.passages(
        "entree",
        "porte",
        "out",
        [at + 1_080_000 for at in comings if start <= at + 1_080_000 < end],
    )


def _uneven(count: int) -> list[int]:
    """Return ``count`` places in 0..count, denser in mid-morning and mid-afternoon."""
    places = []
    for n in range(count):
        share = n / count
        morning = share < 0.58
        centre, width = (0.2, 0.3) if morning else (0.75, 0.24)
        position = (share / 0.58 if morning else (share - 0.58) / 0.42) * 2 - 1
        places.append(round(count * (centre + width * position**3 * 0.6 + width * position * 0.3)))
    return sorted(min(max(place, 0), count - 1) for place in places)


def epoch_of(node: str) -> str:
    """Return the one epoch of a node."""
    return md5(node.encode(), usedforsecurity=False).hexdigest()
