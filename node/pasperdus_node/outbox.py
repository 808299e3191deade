"""The node's durable queue: an event is here before anything else happens, and until it is acked.

One table of events and one of the epochs they belong to. The body of a row is the final JSON of
the event: these bytes are sent, again and again, also after an upgrade. SQLite in WAL mode with
``synchronous=FULL``: a commit survives a power cut. ``AUTOINCREMENT``: without it SQLite would
start at 1 again once the table has drained, and a sequence number must never come twice. A lock on
``<path>.lock``: two processes on one file would take each other's epochs away.
"""

import secrets
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import structlog

from pasperdus_contract.codec import encode_event
from pasperdus_contract.events import AnyEvent
from pasperdus_contract.messages import HEARTBEAT_EPOCHS, EpochExtent
from pasperdus_contract.ranges import Range
from pasperdus_node import journal
from pasperdus_node.errors import OutboxError
from pasperdus_node.journal import JournalRow
from pasperdus_service.errors import LockedError, ServiceError
from pasperdus_service.lock import FileLock

_SCHEMA = """
CREATE TABLE IF NOT EXISTS epochs (
    id INTEGER PRIMARY KEY,
    epoch TEXT NOT NULL UNIQUE,
    boot TEXT NOT NULL,
    first INTEGER,
    head INTEGER
) STRICT;
CREATE TABLE IF NOT EXISTS events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    epoch_id INTEGER NOT NULL REFERENCES epochs (id),
    wall INTEGER NOT NULL,
    body BLOB NOT NULL,
    held TEXT
) STRICT;
CREATE TABLE IF NOT EXISTS totals (
    name TEXT PRIMARY KEY,
    total INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
"""

_ORPHANED = "its epoch is not in this outbox"

log = structlog.get_logger()


class Draft(Protocol):
    """An event that lacks nothing but its sequence number."""

    def __call__(self, *, seq: int) -> AnyEvent:
        """Return the event under ``seq``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochRecord:
    """One start of the node's process: what it recorded, and in which boot."""

    epoch: str
    boot: str
    first: int
    head: int


@dataclass(frozen=True, slots=True)
class Row:
    """One pending event."""

    seq: int
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """Consecutive pending rows of one epoch."""

    epoch: str
    rows: Sequence[Row]


class Outbox:
    """Owned by one thread: SQLite's one writing connection.

    Raises :class:`OutboxError` when the file cannot be opened or written, or while another process
    has it.
    """

    def __init__(self, path: Path, *, boot: str) -> None:
        self.epoch = secrets.token_hex(16)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._lock = FileLock(path.with_name(f"{path.name}.lock"))
        except LockedError as error:
            raise OutboxError(
                f"{path}: another pasperdus-node uses this outbox; stop it first"
            ) from error
        except (ServiceError, OSError) as error:
            raise _not_opened(path, error) from error
        try:
            self._db = _connect(path)
        except sqlite3.Error as error:
            self._lock.release()
            raise _not_opened(path, error) from error
        try:
            with _Transaction(self._db):
                self._begin_epoch(boot)
            (self._pending,) = self._db.execute(
                "SELECT count(*) FROM events WHERE held IS NULL"
            ).fetchone()
        except sqlite3.Error as error:
            self.close()
            raise _not_opened(path, error) from error
        self._path = path
        self._has_failed = False

    def record(self, drafts: Sequence[Draft], totals: Mapping[str, int] = {}) -> list[AnyEvent]:
        """Commit events and what they add to the totals, together; return them with their keys.

        ``totals`` maps a name such as ``door.in`` to its increment.
        """
        try:
            with _Transaction(self._db):
                before = self.last_seq()
                events = [draft(seq=before + n) for n, draft in enumerate(drafts, start=1)]
                bodies = [encode_event(event) for event in events]
                self._db.executemany(
                    "INSERT INTO events (seq, epoch_id, wall, body) VALUES (?, ?, ?, ?)",
                    [
                        (event.seq, self._epoch_id, event.wall, body)
                        for event, body in zip(events, bodies, strict=True)
                    ],
                )
                journal.note(self._db, self.epoch, events, bodies)
                if events:
                    self._db.execute(
                        "UPDATE epochs SET first = coalesce(first, ?), head = ? WHERE id = ?",
                        (events[0].seq, events[-1].seq, self._epoch_id),
                    )
                self._db.executemany(
                    "INSERT INTO totals (name, total) VALUES (?, ?) "
                    "ON CONFLICT (name) DO UPDATE SET total = total + excluded.total",
                    totals.items(),
                )
        except sqlite3.Error as error:
            self._has_failed = True
            raise OutboxError(
                f"{self._path}: {len(drafts)} events could not be recorded: {error}; "
                "check the space left on this disk"
            ) from error
        self._pending += len(events)
        return events

    def pending_after(self, seq: int, *, most: int, most_bytes: int) -> Slice | None:
        """Return the oldest rows past ``seq``, of one epoch, within both limits."""
        found = self._db.execute(
            "SELECT seq, epoch, body FROM events JOIN epochs ON epochs.id = epoch_id "
            "WHERE seq > ? AND held IS NULL ORDER BY seq LIMIT ?",
            (seq, most),
        ).fetchall()
        rows: list[Row] = []
        room = most_bytes
        for row_seq, epoch, body in found:
            room -= len(body) + 1
            if rows and (epoch != found[0][1] or room < 0):
                break
            rows.append(Row(row_seq, body))
        if not rows:
            return None
        return Slice(epoch=found[0][1], rows=rows)

    def forget(self, epoch: str, ranges: Iterable[Range]) -> int:
        """Delete what the collector has; return how many rows that were."""
        try:
            with _Transaction(self._db):
                forgotten = sum(
                    self._db.execute(
                        "DELETE FROM events WHERE seq BETWEEN ? AND ? AND held IS NULL "
                        "AND epoch_id = (SELECT id FROM epochs WHERE epoch = ?)",
                        (first, last, epoch),
                    ).rowcount
                    for first, last in ranges
                )
        except sqlite3.Error as error:
            # A full disk refuses this too. The events are sent again: the collector knows them.
            raise OutboxError(
                f"{self._path}: delivered events could not be deleted: {error}; "
                "check the space left on this disk"
            ) from error
        self._pending -= forgotten
        return forgotten

    def hold(self, seq: int, reason: str) -> None:
        """Set one row aside: it stays, and is not sent any more."""
        try:
            with _Transaction(self._db):
                changed = self._db.execute(
                    "UPDATE events SET held = ? WHERE seq = ? AND held IS NULL", (reason, seq)
                )
        except sqlite3.Error as error:
            raise OutboxError(
                f"{self._path}: event {seq} could not be set aside: {error}; "
                "check the space left on this disk"
            ) from error
        self._pending -= changed.rowcount

    def journal(self) -> list[JournalRow]:
        """Return the terminal's own taps, also those that were delivered, oldest first."""
        return journal.rows(self._db)

    def journal_pending(self) -> frozenset[int]:
        """Return the seqs of the journal that the collector has not answered for."""
        return journal.pending(self._db)

    def forget_journal(self, seqs: Iterable[int]) -> None:
        """Delete rows of the journal; their events stay until they are acked."""
        try:
            with _Transaction(self._db):
                journal.forget(self._db, seqs)
        except sqlite3.Error as error:
            raise OutboxError(
                f"{self._path}: the journal could not be shortened: {error}; "
                "check the space left on this disk"
            ) from error

    def last_seq(self) -> int:
        """Return the highest number that was given to an event; 0 before the first."""
        row = self._db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'events'").fetchone()
        return row[0] if row else 0

    def epoch_record(self, epoch: str) -> EpochRecord | None:
        """Return the extent of an epoch, or None when nothing was recorded in it."""
        row = self._db.execute(
            "SELECT epoch, boot, first, head FROM epochs WHERE epoch = ? AND first IS NOT NULL",
            (epoch,),
        ).fetchone()
        if row is None:
            return None
        return EpochRecord(epoch=row[0], boot=row[1], first=row[2], head=row[3])

    def closed_epochs(self) -> list[EpochExtent]:
        """Return the last epochs before this one that recorded anything, oldest first."""
        rows = self._db.execute(
            "SELECT epoch, first, head FROM epochs WHERE id < ? AND first IS NOT NULL "
            "ORDER BY id DESC LIMIT ?",
            (self._epoch_id, HEARTBEAT_EPOCHS),
        ).fetchall()
        return [
            EpochExtent(epoch=epoch, first=first, head=head) for epoch, first, head in rows[::-1]
        ]

    def pending(self) -> tuple[int, int | None]:
        """Return how many events wait, and the wall time of the oldest in milliseconds."""
        oldest = self._db.execute(
            "SELECT wall FROM events WHERE held IS NULL ORDER BY seq LIMIT 1"
        ).fetchone()
        return self._pending, oldest[0] if oldest else None

    def is_writable(self) -> bool:
        """Tell whether the last commit succeeded, or after a failure, whether one would now."""
        if self._has_failed:
            try:
                with _Transaction(self._db):
                    self._db.execute(
                        "UPDATE epochs SET head = head WHERE id = ?", (self._epoch_id,)
                    )
            except sqlite3.Error:
                return False
            self._has_failed = False
        return True

    def totals(self) -> dict[str, int]:
        """Return everything ever recorded, by name."""
        return dict(self._db.execute("SELECT name, total FROM totals").fetchall())

    def close(self) -> None:
        """Close the file; another process may have it now."""
        self._db.close()
        self._lock.release()

    def _begin_epoch(self, boot: str) -> None:
        inserted = self._db.execute(
            "INSERT INTO epochs (epoch, boot) VALUES (?, ?)", (self.epoch, boot)
        )
        self._epoch_id = inserted.lastrowid
        self._forget_drained_epochs()
        # What a collector could not read it may read since its upgrade: ask once more.
        self._db.execute("UPDATE events SET held = NULL WHERE held IS NOT NULL")
        # Rows without their epoch have no key and can never be sent; the others must be.
        orphans = self._db.execute(
            "UPDATE events SET held = ? WHERE NOT EXISTS "
            "(SELECT 1 FROM epochs WHERE id = epoch_id AND seq BETWEEN first AND head)",
            (_ORPHANED,),
        )
        if orphans.rowcount:
            log.error("rows held aside", rows=orphans.rowcount, reason=_ORPHANED)

    def _forget_drained_epochs(self) -> None:
        """Keep this epoch, those that heartbeats name and those that still have rows."""
        self._db.execute(
            "DELETE FROM epochs WHERE id <> ? AND id NOT IN (SELECT epoch_id FROM events) "
            "AND id NOT IN "
            "(SELECT id FROM epochs WHERE first IS NOT NULL ORDER BY id DESC LIMIT ?)",
            (self._epoch_id, HEARTBEAT_EPOCHS),
        )


def _connect(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None)
    try:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA foreign_keys = ON")
        db.executescript(_SCHEMA + journal.SCHEMA)
    except sqlite3.Error:
        db.close()
        raise
    return db


def _not_opened(path: Path, error: Exception) -> OutboxError:
    return OutboxError(
        f"{path}: the outbox cannot be opened: {error}; check [outbox] path, "
        "its owner and the space left"
    )


class _Transaction:
    """``BEGIN IMMEDIATE`` … ``COMMIT``, or ``ROLLBACK`` when the block or the commit raises."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def __enter__(self) -> None:
        self._db.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: object, error: object, traceback: object) -> None:
        try:
            if kind is None:
                self._db.execute("COMMIT")
        finally:
            if self._db.in_transaction:  # the block raised, or the commit itself failed
                self._db.execute("ROLLBACK")
