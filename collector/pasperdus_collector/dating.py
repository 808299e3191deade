"""Keeps the anchors of each boot, dates events by them, and moves events that are dated anew.

The arithmetic is in ``time_correction``; this module gathers for it and applies what it says.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pasperdus_collector.buckets import Increments, count_event
from pasperdus_collector.registry import Registry
from pasperdus_collector.time_correction import (
    ANCHOR_EVERY_MS,
    Anchor,
    Dated,
    date_event,
    is_worth_keeping,
    latest_in_same_boot,
)
from pasperdus_contract.codec import GoodEvent, decode_event
from pasperdus_contract.events import Event
from pasperdus_contract.fields import MAX_UPTIME_MS, Moment

TIGHTER_MS = 1_000  # a bound that moves by less is jitter of the network


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """When and in which boot a batch was sent, and when it arrived (ms since 1970 UTC)."""

    boot_id: int
    moment: Moment
    received_at: int


class Dating:
    """Works within the caller's transaction, on the ledger's one writing connection."""

    def __init__(self, db: sqlite3.Connection, registry: Registry) -> None:
        self._db = db
        self._registry = registry

    def boot(self, node_id: int, boot: str) -> int:
        """Return the id of a boot, known from now on."""
        self._db.execute(
            "INSERT INTO boots (node_id, boot) VALUES (?, ?) ON CONFLICT DO NOTHING",
            (node_id, boot),
        )
        row = self._db.execute(
            "SELECT id FROM boots WHERE node_id = ? AND boot = ?", (node_id, boot)
        ).fetchone()
        return int(row[0])

    def note_sending(self, node_id: int, moment: Moment, received_at: int) -> Sending:
        """Learn from the clocks of a message: an anchor, or at least a bound."""
        boot_id = self.boot(node_id, moment.boot)
        started_by = (moment.wall if moment.synced else received_at) - moment.uptime
        if moment.synced:
            self._add_anchors(node_id, boot_id, [Anchor(moment.uptime, started_by)])
        self._bound(node_id, boot_id, started_by)
        return Sending(boot_id=boot_id, moment=moment, received_at=received_at)

    def date(
        self, epoch_id: int, boot_id: int, events: Sequence[GoodEvent], sending: Sending
    ) -> dict[int, Dated]:
        """Return the corrected time of each event by its seq; learn the anchors among them."""
        node_id = self._node_of(boot_id)
        synced = [
            Anchor(good.event.uptime, good.event.wall - good.event.uptime)
            for good in events
            if good.event.synced
        ]
        self._add_anchors(node_id, boot_id, synced)
        if synced:
            self._bound(node_id, boot_id, min(anchor.offset for anchor in synced))
        self._put_in_order(node_id, boot_id)
        unsynced = [good.event.uptime for good in events if not good.event.synced]
        anchors = self._anchors(boot_id, min(unsynced), max(unsynced)) if unsynced else []
        next_boot_at = self._next_boot_at(epoch_id, boot_id) if unsynced else None
        return {
            good.seq: date_event(
                wall=good.event.wall,
                uptime=good.event.uptime,
                is_synced=good.event.synced,
                anchors=anchors,
                latest=_latest(sending, boot_id, good.event.uptime, next_boot_at),
            )
            for good in events
        }

    # -- anchors --------------------------------------------------------------------------------

    def _anchors(self, boot_id: int, low: int, high: int) -> list[Anchor]:
        """Return the anchors that can be nearest to an uptime between ``low`` and ``high``."""
        rows = self._db.execute(
            "SELECT uptime, wall_minus_uptime FROM anchors WHERE boot_id = ?1 AND uptime BETWEEN "
            "coalesce((SELECT max(uptime) FROM anchors WHERE boot_id = ?1 AND uptime <= ?2), ?2) "
            "AND "
            "coalesce((SELECT min(uptime) FROM anchors WHERE boot_id = ?1 AND uptime >= ?3), ?3) "
            "ORDER BY uptime",
            (boot_id, low, high),
        )
        return [Anchor(uptime, offset) for uptime, offset in rows]

    def _add_anchors(self, node_id: int, boot_id: int, new: Sequence[Anchor]) -> None:
        if not new:
            return
        low = min(anchor.uptime for anchor in new) - ANCHOR_EVERY_MS
        high = max(anchor.uptime for anchor in new) + ANCHOR_EVERY_MS
        anchors = self._anchors(boot_id, low, high)
        for anchor in new:
            if is_worth_keeping(anchors, anchor):
                self._db.execute(
                    "INSERT INTO anchors (boot_id, uptime, wall_minus_uptime) VALUES (?, ?, ?) "
                    "ON CONFLICT DO NOTHING",
                    (boot_id, anchor.uptime, anchor.offset),
                )
                anchors = sorted([*anchors, anchor], key=lambda each: each.uptime)
                self._correct_around(node_id, boot_id, anchor)

    def _correct_around(self, node_id: int, boot_id: int, anchor: Anchor) -> None:
        """Date anew what a new anchor may be nearest to."""
        before, after = self._db.execute(
            "SELECT "
            "coalesce((SELECT max(uptime) FROM anchors WHERE boot_id = ?1 AND uptime < ?2), 0), "
            "coalesce((SELECT min(uptime) FROM anchors WHERE boot_id = ?1 AND uptime > ?2), ?3)",
            (boot_id, anchor.uptime, MAX_UPTIME_MS),
        ).fetchone()
        rows = self._db.execute(
            "SELECT epochs.id, seq, at, body FROM epochs CROSS JOIN events ON epoch_id = epochs.id "
            "WHERE boot_id = ? AND quality <> 'exact' AND uptime BETWEEN ? AND ?",
            (boot_id, before, after),
        ).fetchall()
        if rows:
            anchors = self._anchors(boot_id, before, after)
            self._move(node_id, rows, anchors=anchors, latest=None)

    # -- bounds ---------------------------------------------------------------------------------

    def _bound(self, node_id: int, boot_id: int, started_by: int) -> None:
        """Note by when a boot had started; what earlier boots recorded was before that."""
        (known,) = self._db.execute(
            "SELECT started_by FROM boots WHERE id = ?", (boot_id,)
        ).fetchone()
        if known is not None and known - started_by < TIGHTER_MS:
            return
        self._db.execute("UPDATE boots SET started_by = ? WHERE id = ?", (started_by, boot_id))
        self._tighten_earlier(node_id, boot_id, started_by)

    def _put_in_order(self, node_id: int, boot_id: int) -> None:
        """Note where a boot stands among the others, from the first seq of its epochs."""
        known, first, started_by = self._db.execute(
            "SELECT first, (SELECT min(first) FROM epochs WHERE boot_id = boots.id), started_by "
            "FROM boots WHERE id = ?",
            (boot_id,),
        ).fetchone()
        if first == known:
            return
        self._db.execute("UPDATE boots SET first = ? WHERE id = ?", (first, boot_id))
        if started_by is not None:
            self._tighten_earlier(node_id, boot_id, started_by)

    def _tighten_earlier(self, node_id: int, boot_id: int, started_by: int) -> None:
        """Put what earlier boots recorded before the start of this one, where it is not yet."""
        rows = self._db.execute(
            "SELECT epochs.id, seq, at, body FROM epochs CROSS JOIN events ON epoch_id = epochs.id "
            # The first condition on quality lets the partial index serve.
            "WHERE node_id = ?1 AND boot_id <> ?2 AND quality <> 'exact' AND quality = 'bounded' "
            "AND at > ?3 AND epochs.first < (SELECT first FROM boots WHERE id = ?2)",
            (node_id, boot_id, started_by),
        ).fetchall()
        if rows:
            self._move(node_id, rows, anchors=[], latest=started_by)

    def _next_boot_at(self, epoch_id: int, boot_id: int) -> int | None:
        """Return by when a later boot is known to have started."""
        (later,) = self._db.execute(
            "SELECT min(started_by) FROM boots "
            "WHERE node_id = (SELECT node_id FROM boots WHERE id = ?1) AND id <> ?1 "
            "AND first > (SELECT first FROM epochs WHERE id = ?2)",
            (boot_id, epoch_id),
        ).fetchone()
        return later if later is None else int(later)

    # -- apply ----------------------------------------------------------------------------------

    def _move(
        self,
        node_id: int,
        rows: Iterable[tuple[int, int, int | None, str]],
        *,
        anchors: Sequence[Anchor],
        latest: int | None,
    ) -> None:
        """Date rows anew and carry what they counted from their old quarter to the new one."""
        increments = Increments()
        for epoch_id, seq, old_at, body in rows:
            event = decode_event(body)
            new = _redate(event, anchors, latest)
            if new.at != old_at:
                count_event(increments, self._registry, node_id, event, old_at, sign=-1)
                count_event(increments, self._registry, node_id, event, new.at, sign=1)
            self._db.execute(
                "UPDATE events SET at = ?, quality = ? WHERE epoch_id = ? AND seq = ?",
                (new.at, new.quality, epoch_id, seq),
            )
            # A rating that a block already holds stays there: a block is never redrawn.
            self._db.execute(
                "UPDATE unreleased SET at = ? WHERE epoch_id = ? AND seq = ?",
                (new.at, epoch_id, seq),
            )
        increments.write(self._db)

    def _node_of(self, boot_id: int) -> int:
        (node_id,) = self._db.execute(
            "SELECT node_id FROM boots WHERE id = ?", (boot_id,)
        ).fetchone()
        return int(node_id)


def _latest(sending: Sending, boot_id: int, uptime: int, next_boot_at: int | None) -> int | None:
    """Return the latest time of an event of ``boot_id``; None when its own clocks deny it."""
    moment = sending.moment
    if sending.boot_id == boot_id:
        bound = latest_in_same_boot(
            received_at=sending.received_at, sent_uptime=moment.uptime, uptime=uptime
        )
        if bound is None:
            return None
    else:
        bound = (moment.wall if moment.synced else sending.received_at) - moment.uptime
    return bound if next_boot_at is None else min(bound, next_boot_at)


def _redate(event: Event, anchors: Sequence[Anchor], latest: int | None) -> Dated:
    return date_event(
        wall=event.wall,
        uptime=event.uptime,
        is_synced=event.synced,
        anchors=anchors,
        latest=latest,
    )
