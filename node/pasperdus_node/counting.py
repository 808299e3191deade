"""Two zones across a doorway, and what their edges say about who walked through.

Pure: edges and times in, outcomes out; no clock, no pin. The rules, their reasons and their
limits are in docs/counting.md; tests/data/beam-cases.txt shows each of them at work.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pasperdus_node.doorway import (
    Direction,
    Geometry,
    Glitch,
    Health,
    HealthChange,
    Outcome,
    Passage,
    Uncounted,
    Zone,
    ZoneEdge,
)
from pasperdus_node.edge_filter import Change, EdgeFilter

__all__ = [
    "BeamCounter",
    "Geometry",
    "Glitch",
    "Health",
    "HealthChange",
    "Outcome",
    "Passage",
    "Uncounted",
    "Zone",
    "ZoneEdge",
    "passages",
]


def passages(edges: Iterable[ZoneEdge], geometry: Geometry) -> Iterator[Passage]:
    """Yield one passage per completed crossing of a doorway that was clear and well before."""
    return (outcome for outcome in _outcomes(edges, geometry) if isinstance(outcome, Passage))


class BeamCounter:
    """Follows one pair of beams from edge to edge.

    Tell it each edge (`feed`), the passing of time (`advance`, at least whenever `deadline_ms` is
    reached) and now and then the true levels (`resync`, read after all edges were fed). Each call
    returns what has become certain, which is up to 120 ms after the fact with the usual timings.
    """

    def __init__(self, geometry: Geometry, *, t_ms: int, levels: Mapping[Zone, bool]) -> None:
        self.health = Health.STARTING
        self._geometry = geometry
        self._beams = EdgeFilter(
            levels,
            t_ms=t_ms,
            rise_ms=geometry.blocked_after_ms,
            fall_ms=geometry.clear_after_ms,
            late_ms=geometry.reorder_ms,
        )
        self._raw_times_ms: deque[int] = deque(maxlen=geometry.noisy_edges + 1)
        self._noisy_until_ms = t_ms
        self._visit: _Visit | None = None
        self._lone: _Visit | None = None  # gap mode: half a passage, waiting for its other half

    def feed(self, edge: ZoneEdge) -> list[Outcome]:
        """Take in one edge, at most `reorder_ms` late."""
        self._beams.add(edge.zone, t_ms=edge.t_ms, level=edge.blocked)
        return self.advance(edge.t_ms)

    def advance(self, t_ms: int) -> list[Outcome]:
        """Let time pass until `t_ms`; calling this more often than needed changes nothing."""
        instants = self._beams.instants(t_ms, self._timers)
        return [outcome for instant in instants for outcome in self._live_through(instant)]

    def resync(self, t_ms: int, levels: Mapping[Zone, bool]) -> list[Outcome]:
        """Compare with the true levels: an edge that was missed is taken to happen now."""
        self._beams.correct(levels, t_ms=t_ms)
        return self.advance(t_ms)

    @property
    def deadline_ms(self) -> int | None:
        """The first time at which `advance` could change anything; None while nothing can."""
        return self._beams.deadline_ms(self._timers())

    def _live_through(self, t_ms: int) -> Iterator[Outcome]:
        # Time first: a duration that ends on the instant of an edge has been reached.
        yield from self._let_time_pass(t_ms)
        raw_count, changes = self._beams.take(t_ms)
        self._listen_for_noise(t_ms, raw_count)
        if self.health is Health.OK:
            yield from self._follow(t_ms, _joint(self._beams.levels))
        else:
            yield from self._undirected(t_ms, changes)
        yield from self._let_time_pass(t_ms)

    def _timers(self) -> Iterator[int]:
        geometry, levels, since_ms = self._geometry, self._beams.levels, self._beams.since_ms
        yield from (since_ms[z] + geometry.blocked_health_after_ms for z in Zone if levels[z])
        if self.health is Health.NOISY:
            yield self._noisy_until_ms
        if self.health is not Health.OK and not any(levels.values()):
            yield max(since_ms.values()) + geometry.ok_after_ms
        if self._lone:
            yield self._lone.ended_ms + geometry.gap_ms

    def _let_time_pass(self, t_ms: int) -> Iterator[Outcome]:
        before, self.health = self.health, self._diagnosis(t_ms)
        if self.health is not before:
            # A visit begun in good health and ended in bad would be a guess: it is dropped.
            self._visit = None
            yield HealthChange(t_ms=t_ms, state=self.health)
        lone = self._lone
        if lone and not self._visit and t_ms - lone.ended_ms >= self._geometry.gap_ms:
            yield from self._give_up_lone()

    def _diagnosis(self, t_ms: int) -> Health:
        geometry, levels, since_ms = self._geometry, self._beams.levels, self._beams.since_ms
        if t_ms < self._noisy_until_ms:
            return Health.NOISY
        stuck = [
            Health(f"blocked_{zone}")
            for zone in Zone
            if levels[zone] and t_ms - since_ms[zone] >= geometry.blocked_health_after_ms
        ]
        if stuck:
            return self.health if self.health in stuck else stuck[0]
        if not any(levels.values()) and t_ms - max(since_ms.values()) >= geometry.ok_after_ms:
            return Health.OK
        return self.health  # somebody in the beams, or not clear for long enough yet

    def _listen_for_noise(self, t_ms: int, raw_count: int) -> None:
        times_ms = self._raw_times_ms
        times_ms.extend([t_ms] * raw_count)
        if (
            len(times_ms) > self._geometry.noisy_edges
            and t_ms - times_ms[0] < self._geometry.noisy_window_ms
        ):
            self._noisy_until_ms = t_ms + self._geometry.quiet_ms

    def _follow(self, t_ms: int, joint: str) -> Iterator[Outcome]:
        visit = self._visit
        if visit is None:
            if joint != _NEITHER:
                self._visit = _Visit(began_ms=t_ms, first=joint, last=joint)
        elif joint == _NEITHER:
            visit.ended_ms, self._visit = t_ms, None
            yield from self._judge(visit)
        elif joint != visit.last:
            visit.step_to(joint)

    def _judge(self, visit: "_Visit") -> Iterator[Outcome]:
        t_ms = visit.ended_ms
        if t_ms - visit.began_ms < self._geometry.glitch_ms:
            yield Glitch(t_ms=t_ms)
        elif self._geometry.gap_mode and visit.is_lone:
            if self._lone and self._lone.first != visit.first:
                yield Passage(t_ms=t_ms, direction=_DIRECTIONS[self._lone.first])
                self._lone = None
            else:
                yield from self._give_up_lone()
                self._lone = visit
        else:
            yield from self._give_up_lone()
            yield _verdict(visit)

    def _give_up_lone(self) -> Iterator[Outcome]:
        if self._lone:
            yield Uncounted(t_ms=self._lone.ended_ms, why="back")
            self._lone = None

    def _undirected(self, t_ms: int, changes: Iterable[Change[Zone]]) -> Iterator[Outcome]:
        for pulse in changes:
            if pulse.level or pulse.key != _STILL_WORKING.get(self.health):
                continue
            if pulse.after_ms < self._geometry.glitch_ms:
                yield Glitch(t_ms=t_ms)
            elif pulse.after_ms < self._geometry.blocked_health_after_ms:
                yield Uncounted(t_ms=t_ms, why="undirected")


def _outcomes(edges: Iterable[ZoneEdge], geometry: Geometry) -> Iterator[Outcome]:
    counter: BeamCounter | None = None
    for edge in edges:
        if counter is None:
            start_ms = edge.t_ms - geometry.reorder_ms - geometry.ok_after_ms
            counter = BeamCounter(geometry, t_ms=start_ms, levels=dict.fromkeys(Zone, False))
        yield from counter.feed(edge)
    while counter is not None and (due_ms := counter.deadline_ms) is not None:
        yield from counter.advance(due_ms)


_STILL_WORKING = {Health.BLOCKED_A: Zone.B, Health.BLOCKED_B: Zone.A}

# Which beams are blocked, outer then inner, as the rules write it.
_NEITHER, _OUTER, _INNER, _BOTH = "00", "10", "01", "11"
_DIRECTIONS: dict[str, Direction] = {_OUTER: "in", _INNER: "out"}
_PLAIN_STEPS = 3  # one beam, both, the other: anything more is hesitation


def _joint(blocked: Mapping[Zone, bool]) -> str:
    return f"{blocked[Zone.A]:d}{blocked[Zone.B]:d}"


@dataclass(slots=True, kw_only=True)
class _Visit:
    """From the first beam broken until both are clear again: what the verdict needs of it."""

    began_ms: int
    first: str
    last: str
    steps: int = 1
    saw_both: bool = False
    ended_ms: int = 0

    def step_to(self, joint: str) -> None:
        self.last = joint
        self.steps += 1
        self.saw_both |= joint == _BOTH

    @property
    def is_lone(self) -> bool:
        """One beam was broken, once."""
        return self.steps == 1 and self.first != _BOTH


def _verdict(visit: _Visit) -> Passage | Uncounted:
    if _BOTH in (visit.first, visit.last):
        return Uncounted(t_ms=visit.ended_ms, why="unresolved")
    if visit.first == visit.last:
        return Uncounted(t_ms=visit.ended_ms, why="back")
    if not visit.saw_both:
        return Uncounted(t_ms=visit.ended_ms, why="unresolved")
    return Passage(
        t_ms=visit.ended_ms,
        direction=_DIRECTIONS[visit.first],
        flags=("ambiguous",) if visit.steps > _PLAIN_STEPS else (),
    )
