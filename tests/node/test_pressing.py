"""The box against every case of tests/data/button-cases.txt, then against any edges at all."""

import re
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pasperdus_node.pressing import (
    ButtonEdge,
    ButtonHealth,
    Chord,
    Outcome,
    PressTimings,
    Rating,
    RatingBox,
)

CASES_FILE = Path(__file__).parents[1] / "data" / "button-cases.txt"
DOCUMENTATION = Path(__file__).parents[2] / "docs" / "pressing.md"
START_MS = -1000
SCALE = 5
TIMINGS = PressTimings()


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueLevels:
    t_ms: int
    pressed: set[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    t_ms: int


Step = ButtonEdge | TrueLevels | Wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    name: str
    pressed: set[int]
    steps: list[Step]
    outcomes: str


def read_cases() -> list[Case]:
    lines = CASES_FILE.read_text(encoding="utf-8").splitlines()
    return [read_case(line) for line in lines if line and not line.startswith("#")]


def read_case(line: str) -> Case:
    name, script, outcomes = (column.strip() for column in line.split("|"))
    pressed, steps = set[int](), list[Step]()
    for word in script.split():
        if word.startswith("start:"):
            pressed = {int(digit) for digit in word[6:]}
        elif found := re.fullmatch(r"(\d)([+-])(\d+)", word):
            button, sign, t_ms = found.groups()
            steps.append(ButtonEdge(t_ms=int(t_ms), button=int(button), pressed=sign == "+"))
        elif found := re.fullmatch(r"(\d)\*(\d+)/(\d+)", word):
            tapped, count, every_ms = map(int, found.groups())
            for t in range(0, count * every_ms, every_ms):
                steps.append(ButtonEdge(t_ms=t, button=tapped, pressed=True))
                steps.append(ButtonEdge(t_ms=t + 80, button=tapped, pressed=False))
        elif found := re.fullmatch(r"true@(\d+):(\d*)", word):
            held = {int(digit) for digit in found[2]}
            steps.append(TrueLevels(t_ms=int(found[1]), pressed=held))
        elif found := re.fullmatch(r"wait@(\d+)", word):
            steps.append(Wait(t_ms=int(found[1])))
        else:
            raise ValueError(f"{CASES_FILE.name}: {name}: cannot read {word!r}")
    return Case(name=name, pressed=pressed, steps=steps, outcomes=outcomes)


def written(outcome: Outcome) -> str:
    match outcome:
        case Rating(value=value, flags=flags):
            word = str(value) + {(): "", ("burst",): "!"}[flags]
        case Chord():
            word = "chord"
        case ButtonHealth(button=button, state=state):
            word = f"{state}{button}"
    return f"{word}@{outcome.t_ms}"


Walk = Callable[[RatingBox, int, int], list[Outcome]]


def lazily(box: RatingBox, from_ms: int, to_ms: int) -> list[Outcome]:
    """Nobody looks at the clock between two edges."""
    return []


def by_deadlines(box: RatingBox, from_ms: int, to_ms: int) -> list[Outcome]:
    """As the node's loop does: sleep until something can change."""
    outcomes: list[Outcome] = []
    while (due_ms := box.deadline_ms) is not None and due_ms <= to_ms:
        outcomes += box.advance(due_ms)
    return outcomes


def restlessly(box: RatingBox, from_ms: int, to_ms: int) -> list[Outcome]:
    """Every 7 ms, and with a glance backwards each time, which must be harmless."""
    outcomes: list[Outcome] = []
    for t_ms in range(from_ms, to_ms, 7):
        outcomes += box.advance(t_ms) + box.advance(t_ms - 100)
    return outcomes + box.advance(to_ms)


def run(pressed: set[int], steps: list[Step], walk: Walk) -> list[Outcome]:
    box = RatingBox(SCALE, TIMINGS, t_ms=START_MS, pressed=pressed)
    outcomes: list[Outcome] = []
    now_ms = START_MS
    for step in steps:
        arrival_ms = max(now_ms, step.t_ms)
        outcomes += walk(box, now_ms, arrival_ms)
        now_ms = arrival_ms
        match step:
            case ButtonEdge():
                outcomes += box.feed(step)
            case TrueLevels():
                outcomes += box.resync(step.t_ms, step.pressed)
            case Wait():
                outcomes += box.advance(step.t_ms)
    outcomes += walk(box, now_ms, now_ms + 1000)
    while (due_ms := box.deadline_ms) is not None:
        outcomes += box.advance(due_ms)
    return outcomes


@pytest.mark.parametrize("walk", [lazily, by_deadlines, restlessly])
@pytest.mark.parametrize("case", read_cases(), ids=lambda case: case.name)
def test_the_case_comes_out_as_written(case: Case, walk: Walk) -> None:
    outcomes = run(case.pressed, case.steps, walk)

    assert (" ".join(map(written, outcomes)) or "-") == case.outcomes


def test_every_case_has_its_own_name() -> None:
    names = [case.name for case in read_cases()]

    assert len(names) == len(set(names)) >= 45


def test_the_documentation_gives_every_timing() -> None:
    text = DOCUMENTATION.read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \| (\w+) \|", text, re.MULTILINE))

    assert rows == {field.name: str(field.default) for field in fields(PressTimings)}


def test_a_rating_is_told_100_ms_after_the_press_began() -> None:
    box = RatingBox(SCALE, TIMINGS, t_ms=START_MS, pressed=())
    box.feed(ButtonEdge(t_ms=0, button=4, pressed=True))

    assert box.advance(99) == []
    assert box.advance(100) == [Rating(t_ms=0, value=4)]


def test_a_box_is_stuck_while_any_button_is() -> None:
    box = RatingBox(SCALE, TIMINGS, t_ms=START_MS, pressed={2})
    assert (box.health, box.deadline_ms) == ("stuck", START_MS)

    box.advance(0)
    assert (box.health, box.deadline_ms) == ("stuck", None)

    box.feed(ButtonEdge(t_ms=0, button=2, pressed=False))
    box.advance(2000)
    assert (box.health, box.deadline_ms) == ("ok", None)


def test_an_edge_of_a_button_that_is_not_there_is_refused() -> None:
    box = RatingBox(2, TIMINGS, t_ms=START_MS, pressed=())

    with pytest.raises(LookupError, match="edge of 3: give one of 1, 2"):
        box.feed(ButtonEdge(t_ms=0, button=3, pressed=True))


# -- Any edges at all ---------------------------------------------------------------------------

# Short pauses make bounces and chords; long ones make lock-outs, bursts and stuck buttons.
pauses_ms = st.one_of(
    st.integers(0, 90), st.integers(0, 3_000), st.sampled_from([20, 40, 60, 1_000, 2_000, 10_000])
)


@st.composite
def traces(draw: st.DrawFn) -> list[ButtonEdge]:
    """Edges in order; now and then a button says the same thing twice, or is tapped properly."""
    moves = draw(
        st.lists(
            st.tuples(pauses_ms, st.integers(1, SCALE), st.sampled_from(["tap", "turn", "again"])),
            max_size=60,
        )
    )
    edges, t_ms, down = list[ButtonEdge](), 0, set[int]()
    for pause_ms, button, move in moves:
        t_ms += pause_ms
        if move != "again":
            down ^= {button}
        edges.append(ButtonEdge(t_ms=t_ms, button=button, pressed=button in down))
        if move == "tap":
            t_ms += 80
            down ^= {button}
            edges.append(ButtonEdge(t_ms=t_ms, button=button, pressed=button in down))
    return edges


held_at_start = st.sets(st.integers(1, SCALE), max_size=2)


def ratings(pressed: set[int], edges: list[ButtonEdge], walk: Walk = lazily) -> list[Rating]:
    return [o for o in run(pressed, list[Step](edges), walk) if isinstance(o, Rating)]


@given(held_at_start, traces())
def test_it_never_matters_who_looks_at_the_clock(
    pressed: set[int], edges: list[ButtonEdge]
) -> None:
    steps = list[Step](edges)
    expected = run(pressed, steps, lazily)

    assert run(pressed, steps, by_deadlines) == expected
    # Stuck buttons make long traces: look every 7 ms only where that is bearable.
    if not edges or edges[-1].t_ms < 20_000:
        assert run(pressed, steps, restlessly) == expected


@given(held_at_start, traces())
def test_two_ratings_are_never_within_two_seconds(
    pressed: set[int], edges: list[ButtonEdge]
) -> None:
    times_ms = [rating.t_ms for rating in ratings(pressed, edges)]

    assert all(b - a >= TIMINGS.lockout_ms for a, b in pairwise(times_ms))


@given(held_at_start, traces())
def test_a_masked_button_never_rates(pressed: set[int], edges: list[ButtonEdge]) -> None:
    masked = set[int]()
    for outcome in run(pressed, list[Step](edges), lazily):
        match outcome:
            case ButtonHealth(button=button, state="stuck"):
                assert button not in masked
                masked.add(button)
            case ButtonHealth(button=button):
                masked.remove(button)
            case Rating(value=value):
                assert value not in masked


@given(held_at_start, traces())
def test_a_rating_is_a_press_that_happened(pressed: set[int], edges: list[ButtonEdge]) -> None:
    presses = {(edge.t_ms, edge.button) for edge in edges if edge.pressed}

    assert {(rating.t_ms, rating.value) for rating in ratings(pressed, edges)} <= presses


eager_fingers = st.lists(
    st.tuples(st.integers(2_100, 20_000), st.integers(1, 2)), min_size=5, max_size=30
)


@given(eager_fingers)
def test_from_the_fifth_alike_in_a_minute_ratings_are_flagged_and_kept(
    taps: list[tuple[int, int]],
) -> None:
    edges, t_ms = list[ButtonEdge](), 0
    for pause_ms, button in taps:
        t_ms += pause_ms
        edges.append(ButtonEdge(t_ms=t_ms, button=button, pressed=True))
        edges.append(ButtonEdge(t_ms=t_ms + 35, button=button, pressed=False))
    found = ratings(set(), edges)

    assert len(found) == len(taps)
    for rating in found:
        alike = [
            other
            for other in found
            if other.value == rating.value and 0 <= rating.t_ms - other.t_ms < 60_000
        ]
        assert rating.flags == (("burst",) if len(alike) >= 5 else ())


@given(held_at_start, traces())
def test_no_button_is_special(pressed: set[int], edges: list[ButtonEdge]) -> None:
    turned = [replace(edge, button=SCALE + 1 - edge.button) for edge in edges]
    turned_pressed = {SCALE + 1 - button for button in pressed}

    back = [replace(r, value=SCALE + 1 - r.value) for r in ratings(turned_pressed, turned)]
    assert back == ratings(pressed, edges)


@given(traces())
def test_true_levels_heal_whatever_was_lost(edges: list[ButtonEdge]) -> None:
    end_ms = edges[-1].t_ms if edges else 0
    steps: list[Step] = [
        *edges,
        TrueLevels(t_ms=end_ms + 100, pressed=set()),
        ButtonEdge(t_ms=end_ms + 10_000, button=4, pressed=True),
        ButtonEdge(t_ms=end_ms + 10_080, button=4, pressed=False),
    ]

    last = [o for o in run(set(), steps, by_deadlines) if isinstance(o, Rating)][-1]

    assert (last.t_ms, last.value) == (end_ms + 10_000, 4)
