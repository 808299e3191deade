"""The journal: a terminal's own taps, kept past their ack, until the site's board has heard them.

What a terminal shows rests on these. The table is in the outbox's database and written in the same
transaction as the event, so that after any end of the process both tell the same.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import structlog
from pydantic import ValidationError

from pasperdus_contract.codec import decode_event
from pasperdus_contract.events import AnyEvent

KINDS = frozenset(("token", "undo", "message"))

# A row holds its epoch itself: the outbox forgets an epoch whose events are all delivered.
SCHEMA = """
CREATE TABLE IF NOT EXISTS journal (
    seq INTEGER PRIMARY KEY,
    epoch TEXT NOT NULL,
    body BLOB NOT NULL
) STRICT;
"""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalRow:
    """An event of the journal; ``is_pending`` tells that the collector has not answered for it."""

    seq: int
    epoch: str
    event: AnyEvent
    is_pending: bool


def note(
    db: sqlite3.Connection, epoch: str, events: Sequence[AnyEvent], bodies: Sequence[bytes]
) -> None:
    """Keep those of the events that belong into the journal; within the caller's transaction."""
    db.executemany(
        "INSERT INTO journal (seq, epoch, body) VALUES (?, ?, ?)",
        [
            (event.seq, epoch, body)
            for event, body in zip(events, bodies, strict=True)
            if event.kind in KINDS
        ],
    )


def rows(db: sqlite3.Connection) -> list[JournalRow]:
    """Return the journal, oldest first."""
    return list(_readable(db))


def pending(db: sqlite3.Connection) -> frozenset[int]:
    """Return the seqs of the journal that the collector has not answered for."""
    found = db.execute("SELECT seq FROM journal WHERE seq IN (SELECT seq FROM events)")
    return frozenset(seq for (seq,) in found)


def forget(db: sqlite3.Connection, seqs: Iterable[int]) -> None:
    """Delete rows; the events themselves stay in the outbox until they are acked."""
    db.executemany("DELETE FROM journal WHERE seq = ?", [(seq,) for seq in seqs])


def _readable(db: sqlite3.Connection) -> Iterator[JournalRow]:
    found = db.execute(
        "SELECT seq, epoch, body, EXISTS (SELECT 1 FROM events WHERE events.seq = journal.seq) "
        "FROM journal ORDER BY seq"
    ).fetchall()
    for seq, epoch, body, is_pending in found:
        try:
            event = decode_event(body)
        except ValidationError as error:
            # Of a release that knew more; its event is sent all the same.
            log.error("a row of the journal is left out", seq=seq, reason=error.errors()[0]["msg"])
            continue
        yield JournalRow(seq=seq, epoch=epoch, event=event, is_pending=bool(is_pending))
