"""Events that series need for longer than raw rows live: ratings and pulses that wait for their
block, recounts, and the steps of a macaron.
"""

import sqlite3

from pasperdus_collector.buckets import slip_traces
from pasperdus_collector.buckets.pulses import forget_pulse, move_pulse, note_pulse
from pasperdus_collector.buckets.touched import touch, touch_recount
from pasperdus_collector.buckets.visits import forget_step, move_step, note_step
from pasperdus_contract.events import Adjust, Event, MessageTaken, Pulse, Rating, Token
from pasperdus_contract.fields import QUARTER_MS


def keep(
    db: sqlite3.Connection,
    *,
    site_id: int,
    epoch_id: int,
    event: Event,
    at: int | None,
    quality: str,
    received_at: int,
) -> None:
    """Keep an event that is stored for the first time, if it is of such a kind."""
    match event:
        case Rating():
            db.execute(
                "INSERT INTO unreleased "
                "(epoch_id, seq, site_id, question, scale, at, value, is_burst) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *(epoch_id, event.seq, site_id, event.question, event.scale, at),
                    *(event.value, "burst" in event.flags),
                ),
            )
        case Adjust():
            db.execute(
                "INSERT INTO recounts (epoch_id, seq, site_id, at, people) VALUES (?, ?, ?, ?, ?)",
                (epoch_id, event.seq, site_id, at, event.occupancy),
            )
            if at is not None:
                touch_recount(db, site_id, at // QUARTER_MS)
        case Token():
            note_step(
                db,
                epoch_id=epoch_id,
                seq=event.seq,
                site_id=site_id,
                token=event,
                at=at,
                quality=quality,
                noted_at=received_at,
            )
            _touch_visit(db, site_id, event.visit)
        case Pulse():
            note_pulse(db, epoch_id=epoch_id, seq=event.seq, site_id=site_id, at=at, pulse=event)
        case MessageTaken():
            slip_traces.take(db, epoch_id=epoch_id, slip=event.id)
        case _:
            pass  # its quarter-hours, or its raw row, are enough


def move(
    db: sqlite3.Connection,
    *,
    site_id: int,
    epoch_id: int,
    event: Event,
    at: int | None,
    quality: str,
) -> None:
    """Carry a kept event to the time that it is dated anew with.

    A rating or pulse that a block already holds stays there: a block is never redrawn.
    """
    match event:
        case Rating():
            db.execute(
                "UPDATE unreleased SET at = ? WHERE epoch_id = ? AND seq = ?",
                (at, epoch_id, event.seq),
            )
        case Adjust():
            _touch_recounts(db, site_id, epoch_id, event.seq)
            db.execute(
                "UPDATE recounts SET at = ? WHERE epoch_id = ? AND seq = ?",
                (at, epoch_id, event.seq),
            )
            _touch_recounts(db, site_id, epoch_id, event.seq)
        case Token():
            _touch_visit(db, site_id, event.visit)
            move_step(db, epoch_id=epoch_id, seq=event.seq, at=at, quality=quality)
            _touch_visit(db, site_id, event.visit)
        case Pulse():
            move_pulse(db, epoch_id=epoch_id, seq=event.seq, at=at)
        case _:
            pass


def forget(db: sqlite3.Connection, *, epoch_id: int, event: Event) -> None:
    """Let go of an event that was taken back, as if it had never been recorded."""
    match event:
        case Token():
            step = db.execute(
                "SELECT site_id FROM token_steps WHERE epoch_id = ? AND seq = ?",
                (epoch_id, event.seq),
            ).fetchone()
            if step is not None:  # else it was one too many of its visit
                _touch_visit(db, step[0], event.visit)
                forget_step(db, epoch_id=epoch_id, seq=event.seq)
        case Pulse():
            forget_pulse(db, epoch_id=epoch_id, seq=event.seq)
        case _:
            pass  # its quarter-hours are all there is


def _touch_visit(db: sqlite3.Connection, site_id: int, visit: str) -> None:
    """A visit counts where it began to wait, whenever its other steps were."""
    for (at,) in db.execute(
        "SELECT at FROM token_steps WHERE site_id = ? AND visit = ? AND at IS NOT NULL",
        (site_id, visit),
    ).fetchall():
        touch(db, site_id, at // QUARTER_MS, at // QUARTER_MS + 1)


def _touch_recounts(db: sqlite3.Connection, site_id: int, epoch_id: int, seq: int) -> None:
    for (at,) in db.execute(
        "SELECT at FROM recounts WHERE epoch_id = ? AND seq = ? AND at IS NOT NULL", (epoch_id, seq)
    ).fetchall():
        touch_recount(db, site_id, at // QUARTER_MS)
