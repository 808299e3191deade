"""Keeps the anchors of each boot, dates events by them, and moves events that are dated anew.

The arithmetic is in ``time_correction``; this module gathers for it and applies what it says.

One late anchor can concern a million events. So what is to be dated anew is queued, in the
transaction that learns it: the first few thousand events follow at once, the rest step by step
with :meth:`Dating.redate`. Each step dates by what is known then, so it may be repeated at will.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from pasperdus_collector.buckets.increments import Increments, count_event
from pasperdus_collector.buckets.kept_events import move
from pasperdus_collector.buckets.undone import is_undoable, undone_among
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

REDATED_TOGETHER = 5_000  # events at a time: a tenth of a second, so that others get their turn
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
        self._share = REDATED_TOGETHER
        self._noted: dict[int, None] = {}

    def redate(self, limit: int = REDATED_TOGETHER) -> bool:
        """Date anew at most ``limit`` events of the queue; return whether some are left."""
        while limit > 0:
            row = self._db.execute("SELECT min(epoch_id) FROM redating").fetchone()
            if row[0] is None:
                return False
            limit -= max(1, self._redate_epoch(row[0], limit))
        return self.is_behind

    @property
    def is_behind(self) -> bool:
        """Whether events wait to be dated anew; until then they keep their time and quality."""
        return self._db.execute("SELECT 1 FROM redating LIMIT 1").fetchone() is not None

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
        self._share = REDATED_TOGETHER
        self._noted.clear()  # of a message before, whose rest is in the queue, or was undone
        boot_id = self.boot(node_id, moment.boot)
        started_by = (moment.wall if moment.synced else received_at) - moment.uptime
        if moment.synced:
            self._add_anchors(boot_id, [Anchor(moment.uptime, started_by)])
        self._bound(node_id, boot_id, started_by)
        self._redate_noted()
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
        self._add_anchors(boot_id, synced)
        if synced:
            self._bound(node_id, boot_id, min(anchor.offset for anchor in synced))
        self._put_in_order(node_id, boot_id)
        self._redate_noted()
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

    def _add_anchors(self, boot_id: int, new: Sequence[Anchor]) -> None:
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
                self._correct_around(boot_id, anchor)

    def _correct_around(self, boot_id: int, anchor: Anchor) -> None:
        """Note that what a new anchor may be nearest to has to be dated anew."""
        before, after = self._db.execute(
            "SELECT "
            "coalesce((SELECT max(uptime) FROM anchors WHERE boot_id = ?1 AND uptime < ?2), 0), "
            "coalesce((SELECT min(uptime) FROM anchors WHERE boot_id = ?1 AND uptime > ?2), ?3)",
            (boot_id, anchor.uptime, MAX_UPTIME_MS),
        ).fetchone()
        epochs = self._db.execute(
            "SELECT id FROM epochs WHERE boot_id = ?1 AND EXISTS (SELECT 1 FROM events "
            "WHERE epoch_id = epochs.id AND quality <> 'exact' AND uptime BETWEEN ?2 AND ?3)",
            (boot_id, before, after),
        ).fetchall()
        self._note(epochs, before, after)

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
        if known is not None:  # it stands earlier than we thought: more boots came after it
            self._tighten(node_id, first, known)
        if started_by is not None:
            self._tighten_earlier(node_id, boot_id, started_by)

    def _tighten_earlier(self, node_id: int, boot_id: int, started_by: int) -> None:
        """Put what earlier boots recorded before the start of this one, where it is not yet."""
        (first,) = self._db.execute("SELECT first FROM boots WHERE id = ?", (boot_id,)).fetchone()
        if first is None:
            return
        # What lies before another boot that had started by then is bounded more tightly already.
        (bounded_to,) = self._db.execute(
            "SELECT coalesce((SELECT first FROM boots "
            "WHERE node_id = ? AND started_by <= ? AND id <> ? ORDER BY first DESC LIMIT 1), 0)",
            (node_id, started_by, boot_id),
        ).fetchone()
        self._tighten(node_id, bounded_to, first)

    def _tighten(self, node_id: int, low: int, high: int) -> None:
        """Note that the epochs which begin from ``low`` to before ``high`` have a new bound."""
        epochs = self._db.execute(
            "SELECT id FROM epochs WHERE node_id = ? AND first >= ? AND first < ? "
            "AND NOT EXISTS (SELECT 1 FROM anchors WHERE boot_id = epochs.boot_id) "
            "AND EXISTS (SELECT 1 FROM events WHERE epoch_id = epochs.id AND quality <> 'exact')",
            (node_id, low, high),
        ).fetchall()
        self._note(epochs, 0, MAX_UPTIME_MS)

    def _next_boot_at(self, epoch_id: int, boot_id: int) -> int | None:
        """Return by when a later boot is known to have started."""
        (later,) = self._db.execute(
            "SELECT min(started_by) FROM boots "
            "WHERE node_id = (SELECT node_id FROM boots WHERE id = ?1) AND id <> ?1 "
            "AND first > (SELECT first FROM epochs WHERE id = ?2)",
            (boot_id, epoch_id),
        ).fetchone()
        return later if later is None else int(later)

    # -- what is to be dated anew ---------------------------------------------------------------

    def _note(self, epochs: Sequence[tuple[int]], low: int, high: int) -> None:
        """Queue the events of some epochs between two uptimes; one row an epoch spans them all."""
        self._db.executemany(
            "INSERT INTO redating (epoch_id, uptime, seq, last_uptime) VALUES (?, ?, 0, ?) "
            "ON CONFLICT (epoch_id) DO UPDATE SET "
            "seq = CASE WHEN uptime < excluded.uptime THEN seq ELSE 0 END, "
            "uptime = min(uptime, excluded.uptime), "
            "last_uptime = max(last_uptime, excluded.last_uptime)",
            [(epoch_id, low, high) for (epoch_id,) in epochs],
        )
        self._noted.update(dict.fromkeys(epoch_id for (epoch_id,) in epochs))

    def _redate_noted(self) -> None:
        """Date anew what the message at hand changed, as far as its share goes."""
        while self._noted and self._share > 0:
            epoch_id = next(iter(self._noted))
            self._share -= self._redate_epoch(epoch_id, self._share)
            if self._share > 0:
                del self._noted[epoch_id]

    def _redate_epoch(self, epoch_id: int, limit: int) -> int:
        """Date anew at most ``limit`` queued events of one epoch; return how many it looked at."""
        queued = self._db.execute(
            "SELECT node_id, boot_id, uptime, seq, last_uptime "
            "FROM redating JOIN epochs ON epochs.id = epoch_id WHERE epoch_id = ?",
            (epoch_id,),
        ).fetchone()
        if queued is None:
            return 0
        node_id, boot_id, uptime, seq, last_uptime = queued
        rows = self._db.execute(
            "SELECT uptime, seq, at, quality, body FROM events WHERE epoch_id = ? "
            "AND quality <> 'exact' AND (uptime, seq) >= (?, ?) AND uptime <= ? "
            "ORDER BY uptime, seq LIMIT ?",
            (epoch_id, uptime, seq, last_uptime, limit),
        ).fetchall()
        if rows:
            anchors = self._anchors(boot_id, rows[0][0], rows[-1][0])
            latest = None if anchors else self._next_boot_at(epoch_id, boot_id)
            self._move(node_id, epoch_id, rows, anchors=anchors, latest=latest)
        if len(rows) < limit:
            self._db.execute("DELETE FROM redating WHERE epoch_id = ?", (epoch_id,))
        else:
            self._db.execute(
                "UPDATE redating SET uptime = ?, seq = ? WHERE epoch_id = ?",
                (rows[-1][0], rows[-1][1] + 1, epoch_id),
            )
        return len(rows)

    def _move(
        self,
        node_id: int,
        epoch_id: int,
        rows: Sequence[tuple[int, int, int | None, str, str]],
        *,
        anchors: Sequence[Anchor],
        latest: int | None,
    ) -> None:
        """Date rows anew and carry what they counted from their old quarter to the new one.

        Without an anchor a bound can only become tighter, and what is unknown stays so.
        """
        increments = Increments()
        site_id = self._registry.site_of(node_id)
        undone = undone_among(self._db, epoch_id, [seq for _, seq, *_ in rows])
        moved: list[tuple[int | None, str, int, int]] = []
        for _, seq, old_at, old_quality, body in rows:
            if not anchors and (latest is None or old_at is None or old_at <= latest):
                continue
            event = decode_event(body)
            new = _redate(event, anchors, latest)
            if (new.at, new.quality) == (old_at, old_quality):
                continue
            moved.append((new.at, new.quality, epoch_id, seq))
            if seq in undone and is_undoable(event):
                continue  # it counts nowhere
            move(
                self._db,
                site_id=site_id,
                epoch_id=epoch_id,
                event=event,
                at=new.at,
                quality=new.quality,
            )
            if new.at != old_at:
                count_event(increments, self._registry, node_id, event, old_at, sign=-1)
                count_event(increments, self._registry, node_id, event, new.at, sign=1)
        self._db.executemany(
            "UPDATE events SET at = ?, quality = ? WHERE epoch_id = ? AND seq = ?", moved
        )
        increments.write(self._db, site_id)

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
