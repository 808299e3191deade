"""When who crosses the door in a half-hour (pure): a count becomes walks, one after the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from pasperdus_demo.door_counts import HalfHour
from pasperdus_demo.errors import ReplayError
from pasperdus_demo.walks import RUNNER, SETTLED_MS, SHORTEST_GAP_MS, Direction, Walk, choose_walk

FIRST_MS = 10_000  # after the half-hour begins
LAST_MS = 1_740_000  # before it ends there is room to repeat a crossing that a kill interrupted

_IN: Direction = "in"
_OUT: Direction = "out"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedCrossing:
    """One person; ``after_ms`` counts from the half-hour's start to the first edge."""

    after_ms: int
    walk: Walk
    direction: Direction


def plan_half_hour(slot: HalfHour, rng: Random) -> Sequence[PlannedCrossing]:
    """Spread a half-hour's crossings over it, in random order, never two at once.

    Raises :class:`ReplayError` for more people than can pass one after the other.
    """
    directions = [_IN] * (slot.ins or 0) + [_OUT] * (slot.outs or 0)
    rng.shuffle(directions)
    walks = [choose_walk(rng) for _ in directions]
    if _slack_ms(walks) < 0:
        walks = [RUNNER] * len(directions)  # a crowd does not stroll
    slack_ms = _slack_ms(walks)
    if slack_ms < 0:
        raise ReplayError(
            f"line {slot.line}: {len(directions)} crossings do not fit into half an hour "
            "one after the other"
        )
    plan: list[PlannedCrossing] = []
    taken_ms = FIRST_MS
    delays = sorted(rng.randint(0, slack_ms) for _ in walks)
    for delay_ms, walk, direction in zip(delays, walks, directions, strict=True):
        plan.append(PlannedCrossing(after_ms=taken_ms + delay_ms, walk=walk, direction=direction))
        taken_ms += _room_ms(walk)
    return plan


def _slack_ms(walks: Sequence[Walk]) -> int:
    return LAST_MS - FIRST_MS - sum(_room_ms(walk) for walk in walks)


def _room_ms(walk: Walk) -> int:
    return walk.duration_ms + SETTLED_MS + SHORTEST_GAP_MS
