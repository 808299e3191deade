"""A day of one reception site, through real node processes, with the clock driven ahead.

Every crossing and press moves simulated pins; the node's own code counts it, commits it and
publishes it. The next one waits until the collector has acknowledged this one: by day seconds lie
between two people, so a batch holds one event, here as there. Only what follows a real clock
(heartbeats, pings) is not of a day here; :mod:`bench.idle` measures that by itself.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from datetime import time as clock_time
from pathlib import Path
from random import Random

from bench.node_process import BUTTONS, TIMEOUT_S, NodeParts, NodeProcess
from pasperdus_contract.fields import QUARTER_MS
from pasperdus_demo.opening import Hours, hours, wall_ms
from pasperdus_demo.replay import OutboxReader
from pasperdus_demo.town import Crossing, Press, Step, Town, Visit
from pasperdus_demo.walks import CLEAN, SETTLED_MS, SHORTEST_GAP_MS, BeamPins, press_moves

DAY = date(2026, 3, 3)  # a Tuesday in ordinary time
SEED = 20
_STARTED_BEFORE_MS = 60_000  # midnight
_USUAL_DAYS = 60  # days of the town that tell when people come
_LEAVES_AFTER_CLOSING_MS = 1_200_000
_LOCKED_MS = 3_000  # until the box takes another press
_PRESS_TELLS_MS = 700  # the longest press, and the node's certainty
_POLL_S = 0.001
_MIDNIGHT = clock_time()


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePlan:
    """A kind of site: how many come on an open day, and its nodes.

    A site whose visitors go through a waiting room has a node there; it also carries the box.
    """

    name: str
    visitors: int
    nodes: tuple[NodeParts, ...]

    def steps(self) -> list[Step]:
        """Return the day in order of time: visits of the town's model, when people come there."""
        opening = _opening(DAY)
        rng = Random(SEED)
        town = Town(seed=SEED, today=DAY)
        visits = [
            town.visit(
                rng,
                opening.opens_ms + offset,
                leave_by_ms=opening.closes_ms + _LEAVES_AFTER_CLOSING_MS,
            )
            for offset in rng.sample(_usual_arrivals(town), self.visitors)
        ]
        lines = {parts.line for parts in self.nodes}
        return sorted(
            (step for visit in visits for step in _seen(visit) if _is_here(step, lines)),
            key=lambda step: step.at_ms,
        )


LARGE = SitePlan(
    name="large",
    visitors=500,
    nodes=(
        NodeParts(name="large-door", line="door", has_box=False),
        NodeParts(name="large-room", line="room-door", has_box=True),
    ),
)
SMALL = SitePlan(
    name="small", visitors=13, nodes=(NodeParts(name="small-door", line="door", has_box=True),)
)


def live_through_a_day(plan: SitePlan, directory: Path, *, mqtt_port: int) -> float:
    """Let the site's nodes live from midnight to midnight; return the memory of a node, in MB."""
    with ExitStack() as stack:
        nodes = [
            _DrivenNode(
                stack.enter_context(
                    NodeProcess(parts, directory / parts.name, mqtt_port=mqtt_port, clock="driven")
                )
            )
            for parts in plan.nodes
        ]
        for node in nodes:
            stack.callback(node.close)
            node.wake()
        for step in plan.steps():
            _node_for(step, nodes).take(step)
        for node in nodes:
            node.pass_time(_midnight_ms(DAY + timedelta(days=1)))
        return max(node.process.resident_mb() for node in nodes)


class _DrivenNode:
    """A node whose time passes as fast as its events are acknowledged."""

    def __init__(self, process: NodeProcess) -> None:
        self.process = process
        self._control = process.control
        self._zero_ms = _midnight_ms(DAY) - _STARTED_BEFORE_MS  # wall time of uptime 0
        self._now_ms = _midnight_ms(DAY)
        self._rng = Random(f"{SEED}/{process.parts.name}")
        self._pins = BeamPins()
        self._outbox: OutboxReader | None = None

    def wake(self) -> None:
        """Tell the time and clear the beams: untouched pins are high, which is blocked."""
        self._control.ask(clock=(self._now_ms, self._now_ms - self._zero_ms))
        self._control.ask()
        self._outbox = OutboxReader(self.process.outbox)
        if self.process.parts.line is not None:
            self._control.ask(moves=self._pins.clear(self._now_ms - self._zero_ms))
        self._settle()

    def take(self, step: Step) -> None:
        """Let somebody through, or press a button; return once the collector knows."""
        self.pass_time(max(step.at_ms, self._now_ms + SHORTEST_GAP_MS))
        at_ms = self._now_ms - self._zero_ms
        if isinstance(step, Press):
            moves = press_moves(BUTTONS[step.score - 1], at_ms, self._rng)
            after_ms = _PRESS_TELLS_MS
        else:
            moves = CLEAN.moves(self._pins, step.direction, at_ms)
            after_ms = CLEAN.duration_ms + SETTLED_MS
        self._ask(moves, self._now_ms + after_ms)
        if isinstance(step, Press):
            self.pass_time(self._now_ms + _LOCKED_MS)

    def pass_time(self, until_ms: int) -> None:
        """Go on from quarter-hour to quarter-hour: each tells its coverage."""
        while self._now_ms < until_ms:
            quarter_ms = (self._now_ms // QUARTER_MS + 1) * QUARTER_MS
            self._ask([], min(until_ms, quarter_ms))

    def close(self) -> None:
        """Let go of the outbox."""
        if self._outbox is not None:
            self._outbox.close()

    def _ask(self, moves: Sequence[tuple[int, int, bool]], until_ms: int) -> None:
        self._control.ask(moves=moves, until_ms=until_ms - self._zero_ms)
        self._now_ms = until_ms
        self._settle()

    def _settle(self) -> None:
        """Wait until the collector has everything."""
        if self._outbox is None:
            raise AssertionError("the node was not woken")
        give_up_at = time.monotonic() + TIMEOUT_S
        while self._outbox.pending():
            if time.monotonic() > give_up_at:
                raise RuntimeError(f"{self.process.parts.name}: the collector does not answer")
            time.sleep(_POLL_S)


def _node_for(step: Step, nodes: Sequence[_DrivenNode]) -> _DrivenNode:
    for node in nodes:
        parts = node.process.parts
        if parts.has_box if isinstance(step, Press) else parts.line == step.line:
            return node
    raise AssertionError(f"no node of this site sees {step}")


def _seen(visit: Visit) -> Iterator[Step]:
    """Yield what sensors see: somebody who walks in another's shadow is missed."""
    for step in visit.steps:
        if isinstance(step, Press) or step.seen != "missed":
            yield step


def _is_here(step: Step, lines: set[str | None]) -> bool:
    return not isinstance(step, Crossing) or step.line in lines


def _usual_arrivals(town: Town) -> list[int]:
    """Return when people came on full days, in ms after opening."""
    usual: list[int] = []
    for age in range(1, _USUAL_DAYS):
        day = town.today - timedelta(days=age)
        opening, today = hours(day, town.closures), _opening(DAY)
        if opening is not None and _length(opening) == _length(today):
            usual += [visit.arrived_ms - opening.opens_ms for visit in town.day(day).visits]
    return usual


def _length(opening: Hours) -> int:
    return opening.closes_ms - opening.opens_ms


def _opening(day: date) -> Hours:
    opening = hours(day, frozenset())
    if opening is None:
        raise AssertionError(f"{day} is no open day")
    return opening


def _midnight_ms(day: date) -> int:
    return wall_ms(day, _MIDNIGHT)
