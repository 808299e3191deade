"""What visitors need of the agent at the reception terminal, and when (pure, seeded).

Every other visitor of the waiting room takes a macaron; the others have an appointment. Whoever is
called leaves the room for an office, and gives the macaron back at the front door.
"""

from dataclasses import dataclass
from random import Random
from typing import Literal

from pasperdus_demo.town import Crossing, Visit

MACARON_SHARE = 0.5
LEAVES_SHARE = 0.05  # goes home before the call
PARK_SHARE = 0.1  # is set aside: a paper is missing, a colleague is on the way
QUESTION_SHARE = 1 / 11  # of all visitors ask what many have asked before

_GIVEN_AFTER_MS = 2_000  # coming in: at the reception, on the way to the waiting room
_CALL_BEFORE_MS = (6_000, 14_000)  # leaving the room
_SERVED_AFTER_MS = 4_000
_ASKED_AFTER_MS = 3_000  # coming in


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """Something for the agent to do; ``visitor`` tells one from another."""

    kind: Literal["give", "park", "call", "serve", "close", "question"]
    visitor: int


def errands(
    visit: Visit, visitor: int, rng: Random, *, takes_macaron: bool | None = None
) -> list[tuple[int, Errand]]:
    """Return what one visitor needs, each with its time; ``takes_macaron`` spares the draw."""
    told: list[tuple[int, Errand]] = []

    def tell(
        kind: Literal["give", "park", "call", "serve", "close", "question"], at: float
    ) -> None:
        told.append((round(at), Errand(kind=kind, visitor=visitor)))

    if rng.random() < QUESTION_SHARE:
        tell("question", visit.arrived_ms + _ASKED_AFTER_MS)
    takes = rng.random() < MACARON_SHARE if takes_macaron is None else takes_macaron
    span = room_span(visit)
    if span is None or not takes:
        return told
    entered_ms, left_ms = span
    tell("give", min(entered_ms, visit.arrived_ms + _GIVEN_AFTER_MS))
    if rng.random() < LEAVES_SHARE:
        tell("close", left_ms)
        return told
    if rng.random() < PARK_SHARE:
        tell("park", entered_ms + (left_ms - entered_ms) * 0.3)
    tell("call", max((entered_ms + left_ms) / 2, left_ms - rng.uniform(*_CALL_BEFORE_MS)))
    tell("serve", min(left_ms + _SERVED_AFTER_MS, (left_ms + visit.left_ms) / 2))
    tell("close", visit.left_ms)
    return told


def room_span(visit: Visit) -> tuple[int, int] | None:
    """Return when somebody enters and leaves the waiting room; None for who passes it by."""
    room = [
        step.at_ms
        for step in visit.steps
        if isinstance(step, Crossing) and step.line == "room-door"
    ]
    return (room[0], room[-1]) if room else None
