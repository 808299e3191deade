"""The truth: every event once, and what follows from it in the same transaction.

One thread owns the one writing connection; readers open the file read-only and never checkpoint
(two checkpointing connections can corrupt a WAL before SQLite 3.51.3).
"""

import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog

from pasperdus_collector.buckets import days, slip_traces, touched
from pasperdus_collector.buckets.increments import Increments, count_event
from pasperdus_collector.buckets.kept_events import keep
from pasperdus_collector.buckets.undone import is_undoable, take_back, undone_among
from pasperdus_collector.decision import Decision, Known
from pasperdus_collector.errors import LedgerError
from pasperdus_collector.migrations import migrate
from pasperdus_collector.registry import Registry
from pasperdus_collector.time_correction import Dated
from pasperdus_contract.codec import GoodEvent
from pasperdus_contract.events import AnyEvent, Token, Undo
from pasperdus_contract.fields import MAX_SEQ
from pasperdus_contract.ranges import Range, compress, contains, merge

BUSY_TIMEOUT_S = 5.0
AHEAD_MS = 86_400_000  # how far ahead of us a node's clock is still believed to show when it is

log = structlog.get_logger()


def wall_ms() -> int:
    """Return this machine's own time, ms since 1970 UTC."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class Epoch:
    """An epoch as the ledger knows it."""

    id: int
    node_id: int
    boot_id: int | None


class Ledger:
    """The writing side, for one thread.

    Raises :class:`LedgerError` when the file cannot be opened.
    """

    def __init__(
        self, path: Path, *, quarantine_max: int, now_ms: Callable[[], int] = wall_ms
    ) -> None:
        self.path = path
        self._now_ms = now_ms
        self._quarantine_max = quarantine_max
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self.db = sqlite3.connect(path, isolation_level=None, timeout=BUSY_TIMEOUT_S)
            try:
                self._prepare()
            except BaseException:
                self.db.close()
                raise
        except LedgerError as error:
            raise LedgerError(f"{path}: {error}") from None
        except (sqlite3.Error, OSError) as error:
            raise LedgerError(
                f"{path}: the ledger cannot be opened: {error}; check [ledger] path, its owner "
                "and the space left"
            ) from error
        self.registry = Registry(self.db)

    def _prepare(self) -> None:
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute("PRAGMA synchronous = FULL")
        self.db.execute("PRAGMA foreign_keys = ON")
        self.migrated = migrate(self.db)
        with self._committing():
            touched.prepare(self.db)
            slip_traces.prepare(self.db)
            days.rebuild_due_sites(self.db)
        (self._quarantine_size,) = self.db.execute("SELECT count(*) FROM quarantine").fetchone()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit everything in the block and the days that follow from it, or nothing."""
        try:
            with self._committing():
                yield
                self._settle_days()
        except BaseException:
            self.registry.forget()
            (self._quarantine_size,) = self.db.execute("SELECT count(*) FROM quarantine").fetchone()
            raise

    def _settle_days(self) -> None:
        """Open the days that the events touched; events are kept even if that should fail."""
        self.db.execute("SAVEPOINT days")
        try:
            days.settle(self.db, self._now_ms())
        except sqlite3.OperationalError:
            raise  # the disk: it concerns the whole transaction
        except Exception as error:
            log.exception("days could not be opened: all are built anew", reason=repr(error))
            self.db.execute("ROLLBACK TO days")
            self.db.execute(
                "UPDATE sites SET days_are_due = 1 WHERE id IN (SELECT site_id FROM temp.touched)"
            )
            self.db.execute("DELETE FROM temp.touched")
        self.db.execute("RELEASE days")

    @contextmanager
    def _committing(self) -> Iterator[None]:
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.db.execute("COMMIT")
        except BaseException:  # of the block, or of the commit itself
            if self.db.in_transaction:
                self.db.execute("ROLLBACK")
            raise

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo only the block when it raises: one bad message must not cost its neighbours."""
        self.db.execute("SAVEPOINT message")
        try:
            yield
        except BaseException as error:
            is_undone = not self.db.in_transaction
            self._roll_back("ROLLBACK TO message")
            if is_undone:  # a full disk takes the neighbours with it: nobody may go on
                raise sqlite3.OperationalError(
                    f"the whole transaction was undone: {error}"
                ) from error
            self.db.execute("RELEASE message")
            raise
        self.db.execute("RELEASE message")

    def _roll_back(self, statement: str) -> None:
        if self.db.in_transaction:
            self.db.execute(statement)
        self.registry.forget()
        (self._quarantine_size,) = self.db.execute("SELECT count(*) FROM quarantine").fetchone()

    # -- gather ---------------------------------------------------------------------------------

    def epoch(self, node_id: int, epoch: str, boot_id: int | None) -> Epoch:
        """Return an epoch, known from now on; its boot is the first one that a batch names."""
        self.db.execute(
            "INSERT INTO epochs (node_id, epoch, boot_id) VALUES (?, ?, ?) "
            "ON CONFLICT (node_id, epoch) DO UPDATE "
            "SET boot_id = coalesce(boot_id, excluded.boot_id)",
            (node_id, epoch, boot_id),
        )
        row = self.db.execute(
            "SELECT id, boot_id FROM epochs WHERE node_id = ? AND epoch = ?", (node_id, epoch)
        ).fetchone()
        return Epoch(row[0], node_id, row[1])

    def known(self, epoch: Epoch, seqs: Sequence[int]) -> Known:
        """Gather what is known of the keys of one batch."""
        if not seqs:
            return Known()
        low, high = min(seqs), max(seqs)
        stored = self._ranges_around(epoch.id, low, high)
        bodies: dict[int, str] = {}
        for seq in seqs:
            if contains(stored, seq):
                row = self.db.execute(
                    "SELECT body FROM events WHERE epoch_id = ? AND seq = ?", (epoch.id, seq)
                ).fetchone()
                if row is not None:
                    bodies[seq] = row[0]
        quarantined: dict[int, dict[str, str]] = {}
        for seq, digest, reason in self.db.execute(
            "SELECT seq, digest, reason FROM quarantine WHERE epoch_id = ? AND seq BETWEEN ? AND ?",
            (epoch.id, low, high),
        ):
            quarantined.setdefault(seq, {})[digest] = reason
        return Known(
            stored=stored,
            bodies=bodies,
            quarantined=quarantined,
            quarantine_room=self._quarantine_max - self._quarantine_size,
        )

    # -- apply ----------------------------------------------------------------------------------

    def apply(
        self, epoch: Epoch, decision: Decision, dated: Mapping[int, Dated], received_at: int
    ) -> None:
        """Write a decision; ``dated`` has the corrected time of each stored event by its seq."""
        if decision.store:
            self._store(epoch, decision.store, dated, received_at)
        self.db.executemany(
            "INSERT INTO quarantine (epoch_id, seq, digest, reason, body, received_at) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            [
                (epoch.id, bad.seq, bad.digest, bad.reason, bad.body, received_at)
                for bad in decision.quarantine
            ],
        )
        self._quarantine_size += len(decision.quarantine)
        self.db.execute(
            "UPDATE nodes SET received = received + ?, stored = stored + ?, "
            "duplicate = duplicate + ?, quarantined = quarantined + ? WHERE id = ?",
            (
                decision.received,
                len(decision.store),
                decision.duplicates,
                len(decision.quarantine),
                epoch.node_id,
            ),
        )

    def add_total(self, name: str, amount: int) -> None:
        """Add to a lifetime total that belongs to no node."""
        self.db.execute(
            "INSERT INTO totals (name, total) VALUES (?, ?) "
            "ON CONFLICT (name) DO UPDATE SET total = total + excluded.total",
            (name, amount),
        )

    def close(self) -> None:
        """Close the file."""
        self.db.close()

    def _store(
        self,
        epoch: Epoch,
        events: Sequence[GoodEvent],
        dated: Mapping[int, Dated],
        received_at: int,
    ) -> None:
        self.db.executemany(
            "INSERT INTO events (epoch_id, seq, kind, uptime, at, quality, body) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    epoch.id,
                    good.seq,
                    good.event.kind,
                    good.event.uptime,
                    dated[good.seq].at,
                    dated[good.seq].quality,
                    good.body,
                )
                for good in events
            ],
        )
        self._widen_ranges(epoch.id, compress(good.seq for good in events))
        increments = Increments()
        site_id = self.registry.site_of(epoch.node_id)
        undone = undone_among(self.db, epoch.id, [good.seq for good in events])
        for good in events:
            if good.seq in undone and is_undoable(good.event):
                continue  # taken back before it arrived
            at = dated[good.seq].at
            count_event(increments, self.registry, epoch.node_id, good.event, at, sign=1)
            keep(
                self.db,
                site_id=site_id,
                epoch_id=epoch.id,
                event=good.event,
                at=at,
                quality=dated[good.seq].quality,
                received_at=received_at,
            )
        self._take_back(epoch, [good.event for good in events], increments)
        increments.write(self.db, site_id)
        self._note_heard(epoch, events)
        # A clock that runs ahead must not set the node's last event for years to come.
        known = (each.at for each in dated.values() if each.at is not None)
        latest = max((at for at in known if at <= received_at + AHEAD_MS), default=None)
        if latest is not None:
            self.db.execute(
                "UPDATE nodes SET event_at = max(coalesce(event_at, 0), ?) WHERE id = ?",
                (latest, epoch.node_id),
            )

    def _take_back(self, epoch: Epoch, stored: Sequence[AnyEvent], increments: Increments) -> None:
        """Follow the undos of a batch; what they take back may be in the same one."""
        for event in stored:
            if isinstance(event, Undo):
                undone = self.epoch(epoch.node_id, event.undone.epoch, None)
                take_back(
                    self.db,
                    increments,
                    self.registry,
                    node_id=epoch.node_id,
                    epoch_id=undone.id,
                    seq=event.undone.seq,
                )

    def _note_heard(self, epoch: Epoch, events: Sequence[GoodEvent]) -> None:
        """Note how far a terminal was heard: it shows its own later steps by itself."""
        tapped = (good.seq for good in events if isinstance(good.event, Token | Undo))
        highest = max(tapped, default=None)
        if highest is not None:
            self.db.execute(
                "UPDATE epochs SET heard_seq = max(coalesce(heard_seq, 0), ?) WHERE id = ?",
                (highest, epoch.id),
            )

    def _ranges_around(self, epoch_id: int, low: int, high: int) -> list[Range]:
        return self.db.execute(
            # Disjoint and sorted: only the last range that begins before `low` can reach it.
            "SELECT first, last FROM ranges WHERE epoch_id = ?1 AND first <= ?3 AND first >= "
            "coalesce((SELECT max(first) FROM ranges WHERE epoch_id = ?1 AND first <= ?2), ?2)",
            (epoch_id, low, high),
        ).fetchall()

    def _widen_ranges(self, epoch_id: int, added: Sequence[Range]) -> None:
        low, high = added[0][0], added[-1][1]
        touched = self._ranges_around(epoch_id, low - 1, min(high + 1, MAX_SEQ))
        self.db.executemany(
            "DELETE FROM ranges WHERE epoch_id = ? AND first = ?",
            [(epoch_id, first) for first, _ in touched],
        )
        self.db.executemany(
            "INSERT INTO ranges (epoch_id, first, last) VALUES (?, ?, ?)",
            [(epoch_id, first, last) for first, last in merge([*touched, *added])],
        )


def open_reader(path: Path) -> sqlite3.Connection:
    """Open the ledger for reading only, one consistent view a transaction."""
    db = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro",
        uri=True,
        isolation_level=None,
        timeout=BUSY_TIMEOUT_S,
        check_same_thread=False,
    )
    db.execute("PRAGMA query_only = ON")
    return db


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """Give one consistent view of the ledger."""
    with closing(open_reader(path)) as db:
        db.execute("BEGIN")
        yield db
        db.execute("COMMIT")
