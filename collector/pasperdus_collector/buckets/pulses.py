"""The agents' pulses that no release block holds yet; how they leave is in pulse_release."""

import sqlite3

from pasperdus_contract import events


def note_pulse(
    db: sqlite3.Connection,
    *,
    epoch_id: int,
    seq: int,
    site_id: int,
    at: int | None,
    pulse: events.Pulse,
) -> None:
    """Keep a pulse until its block; ``at`` is in milliseconds since 1970 UTC, None when unknown."""
    db.execute(
        "INSERT INTO pulses (epoch_id, seq, site_id, at, value) VALUES (?, ?, ?, ?, ?)",
        (epoch_id, seq, site_id, at, pulse.value),
    )


def forget_pulse(db: sqlite3.Connection, *, epoch_id: int, seq: int) -> None:
    """Let go of a pulse that was taken back; one that a block holds stays there."""
    db.execute("DELETE FROM pulses WHERE epoch_id = ? AND seq = ?", (epoch_id, seq))


def move_pulse(db: sqlite3.Connection, *, epoch_id: int, seq: int, at: int | None) -> None:
    """Give a pulse the time that it is dated anew with; one that a block holds stays there."""
    db.execute(
        "UPDATE pulses SET at = ? WHERE epoch_id = ? AND seq = ?",
        (at, epoch_id, seq),
    )
