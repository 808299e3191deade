"""Own steps that every board has from now on, whatever it says that it has heard (pure).

What the collector answered for before this start is in each board composed since. ``heard`` need
not tell so: after many restarts the collector may know no epoch of this outbox with a tap in it.
"""

from dataclasses import replace

from pasperdus_node.terminal.state import OwnStep, Terminal


def without_answered(terminal: Terminal, *, epoch: str) -> Terminal:
    """Drop what was answered for before the start with this epoch; a board has just come alive."""
    own = tuple(step for step in terminal.own if not _is_answered(step, epoch))
    return terminal if own == terminal.own else replace(terminal, own=own)


def _is_answered(own: OwnStep, epoch: str) -> bool:
    undo = own.undone
    is_undo_answered = undo is None or (undo.epoch != epoch and not undo.is_pending)
    return own.step.epoch != epoch and not own.is_pending and is_undo_answered
