"""What an agent took back: a token's step, a tally or a pulse counts nothing from then on.

The raw event stays as it was recorded, and so does the undo; docs/decisions/0013-undo.md says why.
An undo may arrive before its target, and more than one may name the same. A pulse that a block
already holds stays there: a block is never redrawn.
"""

import sqlite3
from collections.abc import Collection

from pasperdus_collector.buckets.increments import Ids, Increments, count_event
from pasperdus_collector.buckets.kept_events import forget
from pasperdus_contract.codec import decode_event
from pasperdus_contract.events import AnyEvent, Pulse, Tally, Token


def is_undoable(event: AnyEvent) -> bool:
    """Tell whether an agent can take back an event of its kind."""
    return isinstance(event, Token | Tally | Pulse)


def undone_among(db: sqlite3.Connection, epoch_id: int, seqs: Collection[int]) -> frozenset[int]:
    """Return which keys of one epoch were taken back, whether their events arrived or not."""
    if not seqs:
        return frozenset()
    return frozenset(
        seq
        for (seq,) in db.execute(
            "SELECT seq FROM undone WHERE epoch_id = ? AND seq BETWEEN ? AND ?",
            (epoch_id, min(seqs), max(seqs)),
        )
    )


def take_back(
    db: sqlite3.Connection,
    increments: Increments,
    ids: Ids,
    *,
    node_id: int,
    epoch_id: int,
    seq: int,
) -> None:
    """Let the event of a node with this key count nothing, once it is there.

    Whatever else the transaction counts into ``increments``, the events of that epoch must be
    stored by now: what is not in the ledger yet is taken for what is still to come.
    """
    noted = db.execute(
        "INSERT INTO undone (epoch_id, seq) VALUES (?, ?) ON CONFLICT DO NOTHING", (epoch_id, seq)
    )
    if noted.rowcount == 0:
        return  # taken back before
    # A kind that cannot be taken back need not even be readable.
    stored = db.execute(
        "SELECT at, body FROM events WHERE epoch_id = ? AND seq = ? "
        "AND kind IN ('token', 'tally', 'pulse')",
        (epoch_id, seq),
    ).fetchone()
    if stored is None:
        return
    at, body = stored
    event = decode_event(body)
    count_event(increments, ids, node_id, event, at, sign=-1)
    forget(db, epoch_id=epoch_id, event=event)
