"""What is said about one doorway: edges of its two zones, its timings, what became of visitors.

Beams and time-of-flight zones speak the same `ZoneEdge`, so that one counter serves both.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class Zone(StrEnum):
    """A is the outer beam, B the inner one: whoever goes from A to B comes in."""

    A = "A"
    B = "B"


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneEdge:
    """Zone `zone` became blocked, or clear, at `t_ms` on any monotonic clock."""

    t_ms: int
    zone: Zone
    blocked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Geometry:
    """How one doorway behaves in time. The reason for each figure is in docs/counting.md."""

    blocked_after_ms: int = 12
    clear_after_ms: int = 60
    reorder_ms: int = 60
    glitch_ms: int = 60
    gap_mode: bool = False  # beams too far apart for one person to break both at once
    gap_ms: int = 600
    ok_after_ms: int = 500
    blocked_health_after_ms: int = 30_000
    noisy_edges: int = 40
    noisy_window_ms: int = 1_000
    quiet_ms: int = 5_000


class Health(StrEnum):
    """What the pair of beams is worth; in and out move only while it is `ok`."""

    STARTING = "starting"
    OK = "ok"
    BLOCKED_A = "blocked_A"
    BLOCKED_B = "blocked_B"
    NOISY = "noisy"


Direction = Literal["in", "out"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """Somebody went through; `t_ms` is when the last beam cleared, `flags` may say `ambiguous`."""

    t_ms: int
    direction: Direction
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncounted:
    """Somebody was there, but came back, cannot be told apart, or had only one working beam."""

    t_ms: int
    why: Literal["back", "unresolved", "undirected"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Glitch:
    """Too short for a person: for the diagnosis of a doorway, never sent."""

    t_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthChange:
    """From `t_ms` on, the beams are in `state`."""

    t_ms: int
    state: Health


Outcome = Passage | Uncounted | Glitch | HealthChange
