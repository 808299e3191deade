"""The counter against every case of tests/data/beam-cases.txt, then against any edges at all."""

import re
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pasperdus_node.counting import (
    BeamCounter,
    Geometry,
    Glitch,
    Health,
    HealthChange,
    Outcome,
    Passage,
    Uncounted,
    Zone,
    ZoneEdge,
    passages,
)

CASES_FILE = Path(__file__).parents[1] / "data" / "beam-cases.txt"
DOCUMENTATION = Path(__file__).parents[2] / "docs" / "counting.md"
START_MS = -1000
CLEAR = dict.fromkeys(Zone, False)
STRICT, GAP = Geometry(), Geometry(gap_mode=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueLevels:
    t_ms: int
    levels: dict[Zone, bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    t_ms: int


Step = ZoneEdge | TrueLevels | Wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    name: str
    geometry: Geometry
    levels: dict[Zone, bool]
    steps: list[Step]
    outcomes: str
    health: str


def read_cases() -> list[Case]:
    lines = CASES_FILE.read_text(encoding="utf-8").splitlines()
    return [read_case(line) for line in lines if line and not line.startswith("#")]


def read_case(line: str) -> Case:
    name, script, outcomes, *health = (column.strip() for column in line.split("|"))
    geometry, levels, steps = STRICT, CLEAR, list[Step]()
    for word in script.split():
        if word == "gap":
            geometry = GAP
        elif word.startswith("start:"):
            levels = read_levels(word[6:])
        elif found := re.fullmatch(r"([AB])([+-])(-?\d+)", word):
            zone, sign, t_ms = found.groups()
            steps.append(ZoneEdge(t_ms=int(t_ms), zone=Zone(zone), blocked=sign == "+"))
        elif found := re.fullmatch(r"([AB])~(\d+)x(\d+)/(\d+)", word):
            zone, (first_ms, count, every_ms) = Zone(found[1]), map(int, found.groups()[1:])
            steps += [
                ZoneEdge(t_ms=first_ms + i * every_ms, zone=zone, blocked=i % 2 == 0)
                for i in range(count)
            ]
        elif found := re.fullmatch(r"true@(\d+):([01]{2})", word):
            steps.append(TrueLevels(t_ms=int(found[1]), levels=read_levels(found[2])))
        elif found := re.fullmatch(r"wait@(\d+)", word):
            steps.append(Wait(t_ms=int(found[1])))
        else:
            raise ValueError(f"{CASES_FILE.name}: {name}: cannot read {word!r}")
    return Case(
        name=name,
        geometry=geometry,
        levels=levels,
        steps=steps,
        outcomes=outcomes,
        health=health[0] if health else "ok@-500",
    )


def read_levels(digits: str) -> dict[Zone, bool]:
    return {zone: digit == "1" for zone, digit in zip(Zone, digits, strict=True)}


def written(outcome: Outcome) -> str:
    match outcome:
        case Passage(direction=direction, flags=flags):
            word = direction + {(): "", ("ambiguous",): "*"}[flags]
        case Uncounted(why=why):
            word = why
        case Glitch():
            word = "glitch"
        case HealthChange(state=state):
            word = state.value
    return f"{word}@{outcome.t_ms}"


Walk = Callable[[BeamCounter, int, int], list[Outcome]]


def lazily(counter: BeamCounter, from_ms: int, to_ms: int) -> list[Outcome]:
    """Nobody looks at the clock between two edges."""
    return []


def by_deadlines(counter: BeamCounter, from_ms: int, to_ms: int) -> list[Outcome]:
    """As the node's loop does: sleep until something can change."""
    outcomes: list[Outcome] = []
    while (due_ms := counter.deadline_ms) is not None and due_ms <= to_ms:
        outcomes += counter.advance(due_ms)
    return outcomes


def restlessly(counter: BeamCounter, from_ms: int, to_ms: int) -> list[Outcome]:
    """Every 7 ms, and with a glance backwards each time, which must be harmless."""
    outcomes: list[Outcome] = []
    for t_ms in range(from_ms, to_ms, 7):
        outcomes += counter.advance(t_ms) + counter.advance(t_ms - 100)
    return outcomes + counter.advance(to_ms)


def run(
    geometry: Geometry, levels: dict[Zone, bool], steps: list[Step], walk: Walk
) -> list[Outcome]:
    counter = BeamCounter(geometry, t_ms=START_MS, levels=levels)
    outcomes: list[Outcome] = []
    now_ms = START_MS
    for step in steps:
        arrival_ms = max(now_ms, step.t_ms)
        outcomes += walk(counter, now_ms, arrival_ms)
        now_ms = arrival_ms
        match step:
            case ZoneEdge():
                outcomes += counter.feed(step)
            case TrueLevels():
                outcomes += counter.resync(step.t_ms, step.levels)
            case Wait():
                outcomes += counter.advance(step.t_ms)
    outcomes += walk(counter, now_ms, now_ms + 1000)
    while (due_ms := counter.deadline_ms) is not None:
        outcomes += counter.advance(due_ms)
    return outcomes


@pytest.mark.parametrize("walk", [lazily, by_deadlines, restlessly])
@pytest.mark.parametrize("case", read_cases(), ids=lambda case: case.name)
def test_the_case_comes_out_as_written(case: Case, walk: Walk) -> None:
    outcomes = run(case.geometry, case.levels, case.steps, walk)

    told = [written(o) for o in outcomes if not isinstance(o, HealthChange)]
    health = [written(o) for o in outcomes if isinstance(o, HealthChange)]
    assert (" ".join(told) or "-", " ".join(health)) == (case.outcomes, case.health)


def test_every_case_has_its_own_name() -> None:
    names = [case.name for case in read_cases()]

    assert len(names) == len(set(names)) >= 60


def test_the_documentation_gives_every_timing() -> None:
    text = DOCUMENTATION.read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \| (\w+) \|", text, re.MULTILINE))

    assert rows == {field.name: str(field.default) for field in fields(Geometry)}


def test_passages_keeps_the_passages_of_a_recorded_trace() -> None:
    case = next(case for case in read_cases() if case.name == "in_then_out")
    edges = [step for step in case.steps if isinstance(step, ZoneEdge)]

    assert [written(p) for p in passages(edges, STRICT)] == ["in@310", "out@1620"]
    assert list(passages([], STRICT)) == []


def test_a_passage_is_told_120_ms_after_the_last_beam_cleared() -> None:
    counter = BeamCounter(STRICT, t_ms=START_MS, levels=CLEAR)
    for word in ("A+0", "B+60", "A-250", "B-310"):
        counter.feed(ZoneEdge(t_ms=int(word[2:]), zone=Zone(word[0]), blocked=word[1] == "+"))

    assert counter.deadline_ms == 310 - 60 + 60 + 60  # A's clearing comes first
    assert counter.advance(429) == []
    assert counter.advance(430) == [Passage(t_ms=310, direction="in")]


def test_a_quiet_doorway_asks_for_nothing() -> None:
    counter = BeamCounter(STRICT, t_ms=START_MS, levels=CLEAR)
    counter.advance(0)

    assert counter.health is Health.OK
    assert counter.deadline_ms is None


# -- Any edges at all ---------------------------------------------------------------------------

# Short pauses make bounces, insects and flicker; long ones make visits, gaps and stuck beams.
pauses_ms = st.one_of(
    st.integers(0, 90), st.integers(0, 1_000), st.sampled_from([12, 60, 500, 600, 5_000, 30_000])
)
geometries = st.sampled_from([STRICT, GAP])


@st.composite
def traces(draw: st.DrawFn) -> list[ZoneEdge]:
    """Edges in order; now and then a beam says the same thing twice, or a person walks by."""
    moves = draw(
        st.lists(
            st.tuples(
                pauses_ms,
                st.permutations([Zone.A, Zone.B]),
                st.sampled_from(["turn", "again", "walk"]),
            ),
            max_size=40,
        )
    )
    edges, t_ms, blocked = list[ZoneEdge](), 0, dict(CLEAR)
    for pause_ms, (zone, other), move in moves:
        t_ms += pause_ms
        for toggled, after_ms in {
            "turn": [(zone, 0)],
            "again": [],
            "walk": [(zone, 0), (other, 60), (zone, 190), (other, 60)],
        }[move]:
            t_ms += after_ms
            blocked[toggled] = not blocked[toggled]
            edges.append(ZoneEdge(t_ms=t_ms, zone=toggled, blocked=blocked[toggled]))
        if move == "again":
            edges.append(ZoneEdge(t_ms=t_ms, zone=zone, blocked=blocked[zone]))
    return edges


def found(edges: list[ZoneEdge], geometry: Geometry, walk: Walk = lazily) -> list[Outcome]:
    return run(geometry, CLEAR, list[Step](edges), walk)


def found_passages(edges: list[ZoneEdge], geometry: Geometry) -> list[Passage]:
    return [outcome for outcome in found(edges, geometry) if isinstance(outcome, Passage)]


@given(traces(), geometries)
def test_it_never_matters_who_looks_at_the_clock(edges: list[ZoneEdge], geometry: Geometry) -> None:
    expected = found(edges, geometry, lazily)

    assert found(edges, geometry, by_deadlines) == expected
    # A stuck beam makes long traces: look every 7 ms only where that is bearable.
    if not edges or edges[-1].t_ms < 20_000:
        assert found(edges, geometry, restlessly) == expected


@given(traces(), geometries, st.randoms(use_true_random=False))
def test_edges_up_to_60_ms_late_change_nothing(
    edges: list[ZoneEdge], geometry: Geometry, random: Random
) -> None:
    late_ms = {zone: random.randint(0, geometry.reorder_ms) for zone in Zone}
    steps = list[Step]()
    for edge in sorted(edges, key=lambda edge: edge.t_ms + late_ms[edge.zone]):
        steps += [Wait(t_ms=edge.t_ms + late_ms[edge.zone]), edge]

    assert run(geometry, CLEAR, steps, lazily) == found(edges, geometry)
    assert run(geometry, CLEAR, steps, by_deadlines) == found(edges, geometry)


@given(traces(), geometries)
def test_a_doorway_seen_in_a_mirror_swaps_in_and_out(
    edges: list[ZoneEdge], geometry: Geometry
) -> None:
    mirrored = [replace(e, zone=Zone.B if e.zone is Zone.A else Zone.A) for e in edges]
    other_way = [
        replace(p, direction="out" if p.direction == "in" else "in")
        for p in found_passages(mirrored, geometry)
    ]

    assert other_way == found_passages(edges, geometry)


@given(traces(), geometries, st.integers(-(10**12), 10**12))
def test_the_hour_of_the_day_does_not_matter(
    edges: list[ZoneEdge], geometry: Geometry, shift_ms: int
) -> None:
    later = [replace(edge, t_ms=edge.t_ms + shift_ms) for edge in edges]

    shifted = [replace(p, t_ms=p.t_ms - shift_ms) for p in passages(later, geometry)]
    assert shifted == list(passages(edges, geometry))


@given(traces(), geometries)
def test_a_passage_takes_a_pulse_of_each_beam(edges: list[ZoneEdge], geometry: Geometry) -> None:
    pulses = {zone: sum(edge.blocked for edge in edges if edge.zone is zone) for zone in Zone}

    assert len(found_passages(edges, geometry)) <= min(pulses.values())


@given(traces())
def test_there_are_no_more_passages_than_visits(edges: list[ZoneEdge]) -> None:
    assert len(found_passages(edges, STRICT)) <= visits(edges)


@given(traces(), geometries)
def test_in_and_out_move_only_in_good_health(edges: list[ZoneEdge], geometry: Geometry) -> None:
    health = Health.STARTING
    for outcome in found(edges, geometry):
        if isinstance(outcome, HealthChange):
            assert outcome.state is not health
            health = outcome.state
        elif isinstance(outcome, Passage):
            assert health is Health.OK
        elif isinstance(outcome, Uncounted) and outcome.why == "undirected":
            assert health in {Health.BLOCKED_A, Health.BLOCKED_B}


@given(traces(), geometries)
def test_true_levels_heal_whatever_was_lost(edges: list[ZoneEdge], geometry: Geometry) -> None:
    end_ms = edges[-1].t_ms if edges else 0
    person = [
        ZoneEdge(t_ms=end_ms + 10_000 + t_ms, zone=zone, blocked=blocked)
        for t_ms, zone, blocked in [
            (0, Zone.A, True),
            (60, Zone.B, True),
            (250, Zone.A, False),
            (310, Zone.B, False),
        ]
    ]
    steps: list[Step] = [*edges, TrueLevels(t_ms=end_ms + 100, levels=CLEAR), *person]

    outcomes = run(geometry, CLEAR, steps, by_deadlines)

    assert Passage(t_ms=end_ms + 10_310, direction="in") in outcomes


def visits(edges: list[ZoneEdge]) -> int:
    """Count, by the plain definition, how often the doorway was entered from empty."""
    blocked, count, was_empty = dict(CLEAR), 0, True
    for t_ms in sorted({edge.t_ms for edge in edges}):
        for zone in Zone:
            mine = [edge for edge in edges if edge.zone is zone]
            until_now = [edge for edge in mine if edge.t_ms <= t_ms]
            if until_now and until_now[-1].t_ms == t_ms:
                level = until_now[-1].blocked
                ends_ms = min(
                    (e.t_ms for e in mine if e.t_ms > t_ms and e.blocked != level), default=10**9
                )
                if ends_ms - t_ms >= (12 if level else 60):
                    blocked[zone] = level
        is_empty = not any(blocked.values())
        count += was_empty and not is_empty
        was_empty = is_empty
    return count
