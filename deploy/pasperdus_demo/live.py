"""Simulated visitors who walk through the running nodes, now: mock pins moved in real time.

Whoever the town's model has inside when the demonstration starts finishes their visit here; after
that somebody new comes every twelve seconds or so, by day and by night, in and out of opening
hours, and stays a few minutes only. That is busier than any real reception, and said so on the
terminal: a demonstration in which nothing moves shows nothing. Where people go and what they rate
follows the same model as the months behind.
"""

import heapq
import itertools
import math
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from random import Random

from pasperdus_demo.control_line import ControlLine, PinMove
from pasperdus_demo.errands import Errand, errands, room_span
from pasperdus_demo.errors import BrokenControlError
from pasperdus_demo.installation import BUTTON_PINS
from pasperdus_demo.past import ENTRANCE, WAITING_ROOM
from pasperdus_demo.town import Crossing, Line, Press, Step, Town, Visit, inside_at
from pasperdus_demo.walks import (
    CLEAN,
    DITHER,
    PEEK,
    SHORTEST_GAP_MS,
    SLOW,
    BeamPins,
    Walk,
    choose_walk,
    press_moves,
)

MEAN_GAP_S = 12  # between two visitors, as the terminal and docs/demo.md say it
PACE = 4.0  # a stay of 16 minutes takes 4
FIRST_PACE = 16.0
PEEK_EVERY = 25  # one in so many looks in and turns back

_USUAL_GAP_S, _SHORTEST_GAP_S, _LONGEST_GAP_S = 12.6, 4.0, 30.0  # see visitor_gap_s
_WARM_UP_S = 1.0  # beams that have been cleared are well after 0.6 s
_RETRY_S = 0.2
_LONGEST_SLEEP_S = 0.1
_NOTICED_S = 0.01  # less than the shortest step of a walk
_PRESS_GAP_MS = 3_000  # the box locks itself for two seconds after each rating
_BEAMS = BeamPins()
_Move = tuple[float, int, str, int, bool]  # when, order, node, pin, whether high
_NODE_OF: dict[Line, str] = {"door": ENTRANCE, "room-door": WAITING_ROOM}


class LiveVisitors:
    """Walks visitors through the nodes at ``sockets``; call :meth:`tick` again and again.

    ``monotonic_s`` and ``wall_ms`` are read at each tick. A node that is away misses what happens
    meanwhile, as a real one would; it is found again when it is back. What visitors need at the
    reception is handed to ``tell_agent`` when its time has come.
    """

    def __init__(
        self,
        *,
        town: Town,
        started_ms: int,
        sockets: dict[str, Path],
        seed: int,
        tell_agent: Callable[[Errand], None],
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._town = town
        self._rng = Random(f"{seed}/live/{started_ms}")  # noqa: S311 (a simulation)
        self._nodes = {node: _LiveNode(path) for node, path in sockets.items()}
        self._tell_agent = tell_agent
        self._monotonic_s = monotonic_s
        self._zero_s = monotonic_s() - started_ms / 1000  # monotonic second of the epoch
        self._order = itertools.count()
        self._steps: list[tuple[float, int, Step | Errand]] = []
        self._moves: list[_Move] = []
        self._free_at_s: dict[str, float] = {}
        self._began_s = monotonic_s()
        self._next_visitor_s = math.inf  # until the nodes are there
        self.visitors = 0
        for number, visit in enumerate(inside_at(town.day(town.today), started_ms), start=1):
            self._finish(visit, -number, started_ms)

    @property
    def expected_inside(self) -> int:
        """How many have not left yet."""
        return sum(
            isinstance(step, Crossing) and (step.line, step.direction) == ("door", "out")
            for _, _, step in self._steps
        )

    def tick(self) -> float:
        """Do what is due; return how many seconds may pass until the next call."""
        now_s = self._monotonic_s()
        for node in self._nodes.values():
            node.reconnect(now_s)
        if math.isinf(self._next_visitor_s) and not self._open(now_s):
            return _LONGEST_SLEEP_S
        if now_s >= self._next_visitor_s:
            self._let_in(now_s)
        while self._steps and self._steps[0][0] <= now_s:
            due_s, _, step = heapq.heappop(self._steps)
            self._perform(step, due_s)
        while self._moves and self._moves[0][0] <= self._monotonic_s():
            due_s, _, name, pin, is_high = heapq.heappop(self._moves)
            self._be_late_together(self._monotonic_s() - due_s)
            self._nodes[name].move(pin, is_high=is_high)
        dues = [self._next_visitor_s, *(heap[0][0] for heap in (self._steps, self._moves) if heap)]
        return max(0.0, min(_LONGEST_SLEEP_S, min(dues) - self._monotonic_s()))

    def close(self) -> None:
        """Let go of the nodes."""
        for node in self._nodes.values():
            node.close()

    def _open(self, now_s: float) -> bool:
        """Begin once every node is there: nobody walks past beams that are not switched on yet."""
        if not all(node.is_there for node in self._nodes.values()):
            return False
        late_s = now_s - self._began_s + _WARM_UP_S
        self._steps = [(due_s + late_s, order, step) for due_s, order, step in self._steps]
        self._next_visitor_s = now_s + _WARM_UP_S
        return True

    def _be_late_together(self, late_s: float) -> None:
        """Keep the shape of every walk when this process was held up: a person is not a spike."""
        if late_s > _NOTICED_S:
            self._moves = [(move[0] + late_s, *move[1:]) for move in self._moves]
            self._free_at_s = {place: at_s + late_s for place, at_s in self._free_at_s.items()}

    def _let_in(self, now_s: float) -> None:
        arrived_ms = round((now_s - self._zero_s) * 1000)
        # The first one takes a macaron and is soon called: the screens have something to show.
        is_first = self.visitors == 0
        pace = FIRST_PACE if is_first else PACE
        visit = self._town.visit(self._rng, arrived_ms, pace=pace)
        while is_first and room_span(visit) is None:
            visit = self._town.visit(self._rng, arrived_ms, pace=pace)
        takes_macaron = True if is_first else None
        needs = errands(visit, self.visitors, self._rng, takes_macaron=takes_macaron)
        self._plan((step.at_ms, step) for step in visit.steps)
        self._plan(needs)
        self.visitors += 1
        if self._rng.randrange(PEEK_EVERY) == 0:
            self._walk("door", PEEK.moves(_BEAMS, "in", 0), PEEK, now_s + 2.0)
        self._next_visitor_s = now_s + visitor_gap_s(self._rng)

    def _finish(self, visit: Visit, number: int, started_ms: int) -> None:
        """Plan what is left of a visit that the history has begun, at the pace of here.

        Whoever sits in the waiting room is handed a macaron now.
        """
        hurried = Visit(
            steps=tuple(
                replace(step, at_ms=started_ms + round((step.at_ms - started_ms) / PACE))
                for step in visit.steps
            )
        )
        self._plan((step.at_ms, step) for step in hurried.steps if step.at_ms > started_ms)
        span = room_span(hurried)
        if span is not None and span[1] > started_ms:
            needs = errands(hurried, number, self._rng, takes_macaron=True)
            self._plan((max(at_ms, started_ms), need) for at_ms, need in needs)

    def _plan(self, steps: Iterable[tuple[int, Step | Errand]]) -> None:
        for at_ms, step in steps:
            due_s = at_ms / 1000 + self._zero_s
            heapq.heappush(self._steps, (due_s, next(self._order), step))

    def _perform(self, step: Step | Errand, due_s: float) -> None:
        if isinstance(step, Errand):
            self._tell_agent(step)
        elif isinstance(step, Press):
            pin = BUTTON_PINS[step.score - 1]
            moves = press_moves(pin, 0, self._rng)
            self._schedule(WAITING_ROOM, "box", moves, due_s, gap_ms=_PRESS_GAP_MS)
        elif step.seen != "missed":  # they walk in somebody's shadow: the beams see nothing new
            walk = DITHER if step.seen == "ambiguous" else self._plain_walk()
            self._walk(step.line, walk.moves(_BEAMS, step.direction, 0), walk, due_s)

    def _plain_walk(self) -> Walk:
        walk = choose_walk(self._rng)
        return CLEAN if walk is SLOW else walk  # nobody blocks a busy door for eight seconds

    def _walk(self, line: Line, moves: list[PinMove], walk: Walk, due_s: float) -> None:
        gap_ms = walk.duration_ms + SHORTEST_GAP_MS
        self._schedule(_NODE_OF[line], line, moves, due_s, gap_ms=gap_ms)

    def _schedule(
        self, node: str, place: str, moves: list[PinMove], due_s: float, *, gap_ms: int
    ) -> None:
        """Put edges into the future, behind whoever is using the door or the box now."""
        begin_s = max(due_s, self._free_at_s.get(place, 0.0), self._monotonic_s())
        self._free_at_s[place] = begin_s + gap_ms / 1000
        for offset_ms, pin, is_high in moves:
            move = (begin_s + offset_ms / 1000, next(self._order), node, pin, is_high)
            heapq.heappush(self._moves, move)


def visitor_gap_s(rng: Random) -> float:
    """Draw how long until the next visitor: at random, but nobody waits long to see something."""
    return min(max(rng.expovariate(1 / _USUAL_GAP_S), _SHORTEST_GAP_S), _LONGEST_GAP_S)


class _LiveNode:
    """A node's pins, while it is there."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self._line: ControlLine | None = None
        self._retry_at_s = 0.0

    @property
    def is_there(self) -> bool:
        """Whether its pins can be moved now."""
        return self._line is not None

    def reconnect(self, now_s: float) -> None:
        """Find a node that has started, and clear its beams: untouched mock pins are high.

        A node that was killed is noticed here, not when the next visitor comes.
        """
        if self._line is not None and self._line.has_ended:
            self._lose()
        if self._line is not None or now_s < self._retry_at_s:
            return
        self._retry_at_s = now_s + _RETRY_S
        try:
            self._line = ControlLine(self._socket)
            self._line.ask(moves=_BEAMS.clear(0))
        except BrokenControlError:
            self._lose()

    def move(self, pin: int, *, is_high: bool) -> None:
        """Put a level on a pin; nothing while the node is away."""
        if self._line is None:
            return
        try:
            self._line.ask(moves=[(0, pin, is_high)])
        except BrokenControlError:
            self._lose()

    def close(self) -> None:
        """End the connection."""
        if self._line is not None:
            self._line.close()

    def _lose(self) -> None:
        if self._line is not None:
            self._line.close()
        self._line = None
