"""Phone slips: written for one terminal, deleted for good once taken, withdrawn or too old.

They are personal data. Their text leaves the ledger for the terminal's own topic and for nothing
else: there are no accounts yet, so whoever may write one may not read those of others.
"""

import secrets
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field

from pasperdus_collector.buckets import slip_traces
from pasperdus_collector.errors import NotFoundError, QueryError, fault, unknown_name
from pasperdus_contract.slips import MAX_SLIPS, Slip

KEPT_MS = 3 * 86_400_000
"""How long a slip waits: whoever called has called again, or nobody will call back."""


Row = tuple[str, int, str | None, str | None, str]
"""A slip in the ledger: its id, when it was written, the caller, the number and the text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSlip:
    """What is written for a terminal; no trace of it may show in a log."""

    node: str
    caller: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipNote:
    """That there is a slip, and since when (ms since 1970 UTC): nothing of what it says."""

    id: str
    node: str
    written_at: int


def add(
    db: sqlite3.Connection,
    slip: NewSlip,
    *,
    now_ms: int,
    new_id: Callable[[], str] = lambda: secrets.token_hex(8),
) -> SlipNote:
    """Keep a slip for its terminal, within the caller's transaction.

    Raises :class:`NotFoundError` for an unknown node, :class:`QueryError` for one where no agent
    would see it, or where too many wait already.
    """
    node_id = _terminal(db, slip.node)
    (waiting,) = db.execute("SELECT count(*) FROM slips WHERE node_id = ?", (node_id,)).fetchone()
    if waiting >= MAX_SLIPS:
        raise QueryError(
            f"node: {MAX_SLIPS} slips wait at {slip.node!r} already, as many as it can show; wait "
            "until some are taken, or withdraw some",
            fault("node", "too-many-slips", name=slip.node, most=MAX_SLIPS),
        )
    slip_id = new_id()
    db.execute(
        "INSERT INTO slips (id, node_id, written_at, caller, phone, text) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        (slip_id, node_id, now_ms, slip.caller, slip.phone, slip.text),
    )
    return SlipNote(id=slip_id, node=slip.node, written_at=now_ms)


def notes(db: sqlite3.Connection, node: str | None = None) -> list[SlipNote]:
    """Return the slips that wait at one terminal, or at all, oldest first.

    Raises :class:`NotFoundError` for an unknown node, :class:`QueryError` for one that is no
    terminal.
    """
    node_id = None if node is None else _terminal(db, node)
    return [
        SlipNote(id=slip_id, node=name, written_at=written_at)
        for slip_id, name, written_at in db.execute(
            "SELECT slips.id, nodes.name, written_at FROM slips "
            "JOIN nodes ON nodes.id = slips.node_id WHERE ?1 IS NULL OR node_id = ?1 "
            "ORDER BY written_at, slips.id",
            (node_id,),
        )
    ]


def note_of(db: sqlite3.Connection, slip_id: str) -> SlipNote:
    """Return that one slip waits. Raises :class:`NotFoundError`."""
    for note in notes(db):
        if note.id == slip_id:
            return note
    raise _gone(slip_id)


def waiting_rows(db: sqlite3.Connection) -> dict[str, list[Row]]:
    """Return what each terminal is to show, text and all: for its own topic only.

    Every terminal is there, also those for which nothing waits; :func:`slip_of` reads a row.
    """
    found: dict[str, list[Row]] = {}
    for node, slip_id, written_at, caller, phone, text in db.execute(
        "SELECT nodes.name, slips.id, written_at, caller, phone, text FROM nodes "
        "LEFT JOIN slips ON slips.node_id = nodes.id "
        "WHERE nodes.screen = 'agent' ORDER BY nodes.name, written_at, slips.id"
    ):
        told = found.setdefault(node, [])
        if slip_id is not None:
            told.append((slip_id, written_at, caller, phone, text))
    return found


def slip_of(row: Row) -> Slip:
    """Return a slip as a terminal is told it. Raises ValidationError, which quotes none of it."""
    slip_id, written_at, caller, phone, text = row
    told = {"caller": caller} if caller is not None else {}
    return Slip(id=slip_id, written_at=written_at, phone=phone, text=text, **told)


def withdraw(db: sqlite3.Connection, slip_id: str) -> None:
    """Delete a slip that nobody has to read any more. Raises :class:`NotFoundError`."""
    gone = db.execute("DELETE FROM slips WHERE id = ?", (slip_id,))
    if not gone.rowcount:
        raise _gone(slip_id)
    slip_traces.note(db)


def purge(db: sqlite3.Connection, now_ms: int) -> int:
    """Delete the slips that nobody took in time; return how many."""
    gone = db.execute("DELETE FROM slips WHERE written_at <= ?", (now_ms - KEPT_MS,)).rowcount
    if gone:
        slip_traces.note(db)
    return gone


def _gone(slip_id: str) -> NotFoundError:
    return NotFoundError(
        f"no slip {slip_id!r} waits: it was taken, withdrawn or too old, and nothing is left of it",
        fault("", "no-such-slip"),
    )


def _terminal(db: sqlite3.Connection, node: str) -> int:
    row = db.execute("SELECT id, screen FROM nodes WHERE name = ?", (node,)).fetchone()
    terminals = [
        name for (name,) in db.execute("SELECT name FROM nodes WHERE screen = 'agent'").fetchall()
    ]
    if row is None:
        raise unknown_name(
            f"node: there is no terminal {node!r}",
            terminals,
            fault("node", "no-such-terminal", name=node),
        )
    node_id, screen = row
    if screen != "agent":
        raise QueryError(
            f"node: {node!r} has no screen of an agent, where a slip could be read; terminals are "
            f"{', '.join(sorted(terminals)) or 'none yet: one is known once it was online'}",
            fault("node", "no-agent-screen", name=node),
        )
    return int(node_id)
