"""How a ledger grows day by day, and what of it goes to InfluxDB.

The events that real nodes sent on one day are sent again for further days, straight into ingest,
with the collector's own code on a real file.
"""

import json
import re
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from hashlib import md5
from itertools import groupby
from pathlib import Path
from typing import Any

from pasperdus_collector.buckets.days import close_days
from pasperdus_collector.buckets.touched import touch
from pasperdus_collector.ingest import Inbound, Ingest
from pasperdus_collector.ledger import Ledger, reading
from pasperdus_collector.release import release
from pasperdus_collector.series.changes import forget, read_changes
from pasperdus_collector.series.embedded import EmbeddedRows
from pasperdus_collector.series.projection import DAYS_TOGETHER, published_lines
from pasperdus_contract.fields import QUARTER_MS
from pasperdus_contract.topics import Channel, NodeTopic

DAY_MS = 86_400_000
QUARTERS = 96
TOGETHER = 64  # messages in one commit
EVERY_MS = 10_000  # [influx] every_s, as shipped
COPIES_APART = 5  # one in so many is looked at
_NIGHT_MS = 6 * 3_600_000  # by then the day before is over
_MEASUREMENT_OF_WEEKS = re.compile(r"[a-z]+_1(w|mo),")
RAW_TABLES = ("events", "events_by_time", "events_to_correct")
"""What ``retention_days`` deletes; everything else is kept for ever."""

Told = Mapping[str, Sequence[dict[str, Any]]]
"""A day's events by node, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """Of one site, a day: bytes in the ledger, and points in InfluxDB."""

    events: int
    raw_bytes: float
    kept_bytes: float
    points: int
    """Different points of a whole day."""

    point_bytes: float
    """Of a line, as it is sent."""

    points_a_copy: float
    """Sent each time that the projection copies a day that goes on."""

    copy_s: float
    """Processor time of reading and writing out these."""


def harvest(ledger: Path, nodes: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Return the events of some nodes in a collector's ledger."""
    with reading(ledger) as db:
        return {
            node: [
                json.loads(body)
                for (body,) in db.execute(
                    "SELECT body FROM events JOIN epochs ON epochs.id = epoch_id "
                    "JOIN nodes ON nodes.id = node_id WHERE name = ? ORDER BY seq",
                    (node,),
                )
            ]
            for node in nodes
        }


def grow(path: Path, told: Told, *, days: int) -> Growth:
    """Repeat a day's events for ``days`` days in a ledger at ``path``; see how it grew."""
    with closing(_Repeated(path, told)) as repeated:
        repeated.live(0)
        before = repeated.sizes()
        for day in range(1, days + 1):
            repeated.live(day)
        after = repeated.sizes()
        raw = sum(after[name] - before.get(name, 0) for name in RAW_TABLES if name in after)
        kept = sum(after.values()) - sum(before.values()) - raw
        lines = repeated.lines_of_day(days)
        copies = repeated.copies(days + 1)
        return Growth(
            events=sum(len(events) for events in told.values()),
            raw_bytes=raw / days,
            kept_bytes=kept / days,
            points=len(lines),
            point_bytes=sum(len(line) + 1 for line in lines) / len(lines),
            points_a_copy=sum(count for count, _ in copies) / len(copies),
            copy_s=sum(took_s for _, took_s in copies) / len(copies),
        )


class _Repeated:
    """A ledger, told the same day again and again."""

    def __init__(self, path: Path, told: Told) -> None:
        self._clock_ms = 0
        self._ledger = Ledger(path, quarantine_max=0, now_ms=lambda: self._clock_ms)
        self._ingest = Ingest(self._ledger, collector="bench", enrols_unknown=True)
        self._told = told
        self._last_ms = max(event["wall"] for events in told.values() for event in events)

    def close(self) -> None:
        self._ledger.close()

    def live(self, day: int) -> None:
        """Take a whole day, and what the collector does by itself after it."""
        messages = self._messages(day)
        for first in range(0, len(messages), TOGETHER):
            self._take(messages[first : first + TOGETHER])
        self._clock_ms = self._last_ms + day * DAY_MS + _NIGHT_MS
        with self._ledger.transaction():
            release(self._ledger.db, self._clock_ms)
            while close_days(self._ledger.db, self._clock_ms):
                pass

    def sizes(self) -> dict[str, int]:
        """Return the bytes of each table and index."""
        return dict(
            self._ledger.db.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name").fetchall()
        )

    def lines_of_day(self, day: int) -> list[str]:
        """Return all lines of one day, without those of weeks and months around it."""
        self._forget()
        middle = (self._last_ms + day * DAY_MS - DAY_MS // 2) // QUARTER_MS
        begins = middle - middle % QUARTERS
        with self._ledger.transaction():
            touch(self._ledger.db, 1, begins, begins + QUARTERS)
        with reading(self._ledger.path) as db:
            changes = read_changes(db, days=1)
            rows = EmbeddedRows(db, now_ms=self._clock_ms, collector="bench")
            lines = list(published_lines(replace(changes, sites=()), rows))
        return [line for line in lines if not _MEASUREMENT_OF_WEEKS.match(line)]

    def copies(self, day: int) -> list[tuple[int, float]]:
        """Live through a day's busy hours, copying every few seconds as the projection does.

        Return how many lines went with each copy, and the processor time that it took.
        """
        self._forget()
        found = []
        groups = groupby(self._messages(day), key=lambda message: message.received_at // EVERY_MS)
        for n, (_, group) in enumerate(groups):
            self._take(list(group))
            began_s = time.process_time()
            with reading(self._ledger.path) as db:
                changes = read_changes(db, days=DAYS_TOGETHER)
                rows = EmbeddedRows(db, now_ms=self._clock_ms, collector="bench")
                count = sum(1 for _ in published_lines(changes, rows))
            took_s = time.process_time() - began_s
            with self._ledger.transaction():
                forget(self._ledger.db, changes.sites, changes.days)
            if n % COPIES_APART == 0:
                found.append((count, took_s))
        return found

    def _messages(self, day: int) -> list[Inbound]:
        """Return a day's batches: what happened at one instant of one node goes together."""
        messages = []
        for node, events in self._told.items():
            later = [_later(event, day, len(events)) for event in events]
            for wall_ms, group in groupby(later, key=lambda event: int(event["wall"])):
                messages.append(_inbound(node, list(group), wall_ms, day * len(events)))
        return sorted(messages, key=lambda message: message.received_at)

    def _take(self, messages: Sequence[Inbound]) -> None:
        self._clock_ms = messages[-1].received_at
        with self._ledger.transaction():
            for message in messages:
                self._ingest.take(message)

    def _forget(self) -> None:
        with self._ledger.transaction():
            self._ledger.db.execute("DELETE FROM changed_days")
            self._ledger.db.execute("DELETE FROM changed_sites")


def _later(event: dict[str, Any], day: int, events: int) -> dict[str, Any]:
    moved = {**event, "seq": event["seq"] + day * events}
    for clock in ("wall", "uptime", "from", "to"):
        if clock in moved:
            moved[clock] += day * DAY_MS
    return moved


def _inbound(node: str, events: list[dict[str, Any]], wall_ms: int, before: int) -> Inbound:
    moment = {"boot": f"boot-{node}", "wall": wall_ms, "uptime": events[0]["uptime"]}
    batch = {
        "schema": 1,
        "node": node,
        "epoch": md5(node.encode(), usedforsecurity=False).hexdigest(),
        "first": 1,
        "head": max(event["seq"] for event in events),
        "boot": moment["boot"],
        "sent": {**moment, "synced": True},
        "events": events,
    }
    return Inbound(
        topic=NodeTopic(node=node, channel=Channel.EVENTS),
        payload=json.dumps(batch, separators=(",", ":")).encode(),
        received_at=wall_ms,
    )
