"""How the demonstration's visitors walk through two simulated beams (pure).

Beams are read high while blocked. Whoever comes in breaks the outer beam first; who goes out, the
inner one. Pauses and directions repeat: nothing here claims to be a real hall.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle

OUTER_PIN = 17
INNER_PIN = 27
FIRST_PAUSE_S = 1.0  # whoever started it is looking
_PAUSES_S = (3.0, 6.0, 4.0, 9.0, 5.0, 2.5, 7.0)
_WAYS = "iiioioioiooo"  # in or out: as many of both, and never more out than in
_WALK = ((0.0, 0, True), (0.06, 1, True), (0.25, 0, False), (0.31, 1, False))
"""Seconds after the first edge, first or second beam on the way, blocked or clear again."""


@dataclass(frozen=True, slots=True)
class Move:
    """A pin's new level, and how long to wait before it."""

    after_s: float
    pin: int
    is_high: bool


def visitors() -> Iterator[list[Move]]:
    """Yield the moves of one visitor after the other, for ever."""
    pause_s = FIRST_PAUSE_S
    for way, next_pause_s in zip(cycle(_WAYS), cycle(_PAUSES_S), strict=False):
        beams = (OUTER_PIN, INNER_PIN) if way == "i" else (INNER_PIN, OUTER_PIN)
        moves, before_s = [], -pause_s
        for at_s, beam, is_blocked in _WALK:
            moves.append(Move(at_s - before_s, beams[beam], is_blocked))
            before_s = at_s
        yield moves
        pause_s = next_pause_s
