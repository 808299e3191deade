"""How people and fingers move pins: edges of two beams for each way of walking, and presses.

Beams are pulled up and read high when blocked; buttons close to ground and read low when pressed.
The offsets are cases of docs/counting.md that count exactly one passage.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal

from pasperdus_demo.control_line import PinMove

Direction = Literal["in", "out"]

SETTLED_MS = 130  # after its last edge a crossing is counted within 120 ms
SHORTEST_GAP_MS = 500  # between two people at one door


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """Edges of someone who comes in: milliseconds, beam (``A`` is the outer one), blocked."""

    name: str
    edges: tuple[tuple[int, Literal["A", "B"], bool], ...]

    @property
    def duration_ms(self) -> int:
        """From the first edge to the last."""
        return self.edges[-1][0]

    def moves(self, pins: "BeamPins", direction: Direction, at_ms: int) -> list[PinMove]:
        """Return the pin levels in time; going out is the same walk from the other side."""
        first, second = (pins.outer, pins.inner)[:: 1 if direction == "in" else -1]
        pin_of = {"A": first, "B": second}
        return [(at_ms + offset, pin_of[beam], blocked) for offset, beam, blocked in self.edges]


@dataclass(frozen=True, slots=True, kw_only=True)
class BeamPins:
    """Where a pair of beams is connected (BCM numbers)."""

    outer: int = 17
    inner: int = 27

    def clear(self, at_ms: int) -> list[PinMove]:
        """Both beams free."""
        return [(at_ms, self.outer, False), (at_ms, self.inner, False)]


def _walk(name: str, edges: str) -> Walk:
    """Read ``A+0 B+60 A-250 B-310``: + is blocked, - is clear."""
    parsed: list[tuple[int, Literal["A", "B"], bool]] = []
    for edge in edges.split():
        beam: Literal["A", "B"] = "A" if edge[0] == "A" else "B"
        parsed.append((int(edge[2:]), beam, edge[1] == "+"))
    return Walk(name=name, edges=tuple(parsed))


CLEAN = _walk("clean", "A+0 B+60 A-250 B-310")
RUNNER = _walk("runner", "A+0 B+27 A-85 B-112")
SLOW = _walk("slow", "A+0 B+2000 A-6000 B-8000")
ARM_GAP = _walk("arm gap", "A+0 A-60 A+100 B+110 A-300 B-360")
TROLLEY = _walk("trolley", "A+0 B+60 A-900 B-960")
DITHER = _walk("dither", "A+0 B+80 A-300 A+700 A-1100 B-1200")  # counted once, as ambiguous
PEEK = _walk("peek", "A+0 A-400")  # looks in and turns back: no passage

WEIGHTS: Mapping[Walk, int] = {CLEAN: 60, RUNNER: 12, ARM_GAP: 14, TROLLEY: 10, SLOW: 4}
"""How often people walk how, where each of them counts exactly once."""


def choose_walk(rng: Random) -> Walk:
    """Draw one of the plain walks."""
    (walk,) = rng.choices(tuple(WEIGHTS), tuple(WEIGHTS.values()))
    return walk


def press_moves(pin: int, at_ms: int, rng: Random) -> list[PinMove]:
    """Return one press by a finger: contacts bounce for some milliseconds at both ends."""
    hold_ms = rng.randint(90, 420)
    bounces: Sequence[int] = [0, 2, 4, 7, 9]
    down = [(at_ms + ms, pin, n % 2 == 1) for n, ms in enumerate(bounces)]
    up = [(at_ms + hold_ms + ms, pin, n % 2 == 0) for n, ms in enumerate(bounces)]
    return down + up
