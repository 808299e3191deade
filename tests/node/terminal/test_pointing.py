import hypothesis.strategies as st
import pytest
from hypothesis import given

from pasperdus_node.screens.scene import Rect, Ring, Scene, Target
from pasperdus_node.terminal.actions import (
    Act,
    Action,
    Back,
    Count,
    Give,
    Go,
    Open,
    Page,
    Switch,
    Undo,
)
from pasperdus_node.terminal.pointing import (
    GUARD_MS,
    HOLD_MS,
    LONGEST_MS,
    Kind,
    Pointer,
    changed,
    hold_due,
    touch,
    with_ring,
)

LEFT = Target(rect=Rect(0, 0, 100, 100), tap=Give("blue-star"), hold=Switch("options"))
RIGHT = Target(rect=Rect(100, 0, 100, 100), tap=Go(Page.HOME))


def scene(*targets: Target) -> Scene:
    return Scene(width=200, height=200, ground="ground", items=(), targets=targets)


BOTH = scene(LEFT, RIGHT)


def after(
    *touches: tuple[Kind, int, int, int], pointer: Pointer | None = None, shown: Scene = BOTH
) -> tuple[Pointer, list[Action]]:
    pointer = pointer or Pointer()
    found = []
    for kind, x, y, uptime_ms in touches:
        pointer, action = touch(pointer, shown, kind, x, y, uptime_ms)
        found += [] if action is None else [action]
    return pointer, found


def test_a_press_rings_its_target_and_a_release_on_it_is_a_tap() -> None:
    pressed, nothing = after(("down", 50, 50, 0))
    assert nothing == []
    assert pressed.is_frozen
    assert with_ring(BOTH, pressed).items == (Ring(rect=LEFT.rect, role="pressed"),)

    released, found = after(("up", 99, 99, 80), pointer=pressed)

    assert found == [LEFT.tap]
    assert not released.is_frozen
    assert with_ring(BOTH, released) == BOTH


def test_leaving_the_target_lets_go_of_it_and_coming_back_takes_hold_again() -> None:
    away, _ = after(("down", 50, 50, 0), ("move", 150, 50, 100))
    assert with_ring(BOTH, away) == BOTH
    assert after(("up", 150, 50, 200), pointer=away)[1] == []

    assert after(("move", 60, 50, 200), ("up", 60, 50, 300), pointer=away)[1] == [LEFT.tap]


def test_a_long_press_does_its_shortcut_once_and_no_tap_after_it() -> None:
    pointer, _ = after(("down", 50, 50, 0))
    assert hold_due(pointer, HOLD_MS - 1) == (pointer, None)

    pointer, action = hold_due(pointer, HOLD_MS)

    assert action == LEFT.hold
    assert hold_due(pointer, HOLD_MS + 1)[1] is None
    assert after(("up", 50, 50, HOLD_MS + 50), pointer=pointer)[1] == []


def test_a_long_press_that_nobody_asked_about_meanwhile_is_still_one() -> None:
    assert after(("down", 50, 50, 0), ("up", 50, 50, HOLD_MS))[1] == [LEFT.hold]
    assert after(("down", 150, 50, 0), ("up", 150, 50, 3 * HOLD_MS))[1] == [RIGHT.tap]


def test_something_that_lies_on_the_glass_lets_the_scene_go_on() -> None:
    pointer, _ = after(("down", 150, 50, 0))
    pointer, action = hold_due(pointer, LONGEST_MS)

    assert action is None
    assert not pointer.is_frozen
    assert after(("up", 150, 50, LONGEST_MS + 1), pointer=pointer)[1] == []


def test_a_second_finger_is_ignored() -> None:
    pointer, _ = touch(Pointer(), BOTH, "down", 50, 50, 0, finger=1)
    pointer, _ = touch(pointer, BOTH, "down", 150, 50, 10, finger=2)
    pointer, second = touch(pointer, BOTH, "up", 150, 50, 20, finger=2)
    pointer, first = touch(pointer, BOTH, "up", 50, 50, 30, finger=1)

    assert (second, first) == (None, LEFT.tap)


def test_a_press_beside_every_target_does_nothing_and_freezes_nothing() -> None:
    pointer, _ = after(("down", 50, 150, 0))

    assert not pointer.is_frozen
    assert after(("move", 50, 50, 10), ("up", 50, 50, 20), pointer=pointer)[1] == []


def test_of_targets_that_overlap_the_last_is_on_top() -> None:
    message = Target(rect=Rect(0, 50, 200, 100), tap=Undo())

    assert after(("down", 50, 60, 0), ("up", 50, 60, 9), shown=scene(LEFT, message))[1] == [Undo()]


def test_after_a_change_a_press_counts_only_where_the_same_target_stands() -> None:
    other = Target(rect=LEFT.rect, tap=Give("red-moon"))
    shown = scene(other, RIGHT)
    pointer = changed(Pointer(), BOTH, shown, 1_000)

    def tap(x: int, ms: int) -> list[Action]:
        return after(("down", x, 50, ms), ("up", x, 50, ms + 50), pointer=pointer, shown=shown)[1]

    assert tap(50, 1_000 + GUARD_MS - 1) == []
    assert tap(150, 1_000 + GUARD_MS - 1) == [RIGHT.tap]
    assert tap(50, 1_000 + GUARD_MS) == [other.tap]


def test_what_a_message_had_covered_is_not_pressed_in_its_place_when_it_ends() -> None:
    message = Target(rect=LEFT.rect, tap=Undo())
    pointer = changed(Pointer(), scene(LEFT, message), scene(LEFT), 0)

    pressed = after(("down", 50, 50, 9), ("up", 50, 50, 20), pointer=pointer, shown=scene(LEFT))

    assert pressed[1] == []


def test_what_changed_back_in_a_moment_is_guarded_all_the_same() -> None:
    other = scene(Target(rect=LEFT.rect, tap=Back()), RIGHT)
    pointer = changed(changed(Pointer(), BOTH, other, 0), other, BOTH, 100)

    assert after(("down", 50, 50, 300), ("up", 50, 50, 310), pointer=pointer)[1] == []


def test_a_second_tap_at_the_same_place_does_not_record_what_the_first_has_put_there() -> None:
    free, given = LEFT, Target(rect=LEFT.rect, tap=Act("0" * 16, "call"))
    shown = scene(given, RIGHT)
    pointer, _ = after(("down", 50, 50, 0), ("up", 50, 50, 40), shown=scene(free, RIGHT))
    pointer = changed(pointer, scene(free, RIGHT), shown, 40, is_asked=True)

    def tap(x: int, ms: int) -> list[Action]:
        return after(("down", x, 50, ms), ("up", x, 50, ms + 50), pointer=pointer, shown=shown)[1]

    assert tap(50, 40 + GUARD_MS - 1) == []
    assert tap(50, 40 + GUARD_MS) == [given.tap]
    assert tap(150, 41) == [RIGHT.tap]


@pytest.mark.parametrize(
    ("stood", "stands", "does_record"),
    [
        (Open("0" * 16), Act("0" * 16, "call"), False),  # the sheet's button, where the row was
        (Go(Page.TALLIES), Count("phone"), False),
        (Count("phone"), Count("phone"), True),  # many phone calls, one after the other
        (Count("phone"), Undo(), False),
        (Count("phone"), Back(), True),  # this records nothing
    ],
)
def test_a_double_tap_records_no_other_thing(
    stood: Action, stands: Action, does_record: bool
) -> None:
    before, shown = (
        scene(Target(rect=LEFT.rect, tap=stood)),
        scene(Target(rect=LEFT.rect, tap=stands), RIGHT),
    )
    pointer, _ = after(("down", 50, 50, 0), ("up", 50, 50, 40), shown=before)
    pointer = changed(pointer, before, shown, 40, is_asked=True)

    again = after(("down", 60, 60, 100), ("up", 60, 60, 150), pointer=pointer, shown=shown)[1]

    assert again == ([stands] if does_record else [])


def test_a_thumb_on_its_way_to_one_record_does_not_make_another() -> None:
    below = Target(rect=Rect(0, 100, 100, 100), tap=Act("1" * 16, "call"))
    before = scene(LEFT, below)
    shown = scene(Target(rect=below.rect, tap=Act("2" * 16, "call")), RIGHT)
    pointer, _ = after(("down", 50, 50, 0), ("up", 50, 50, 40), shown=before)
    pointer = changed(pointer, before, shown, 40, is_asked=True)

    assert after(("down", 50, 150, 90), ("up", 50, 150, 99), pointer=pointer, shown=shown)[1] == []
    # A place where nothing was recorded is meant as it is now: a hurried agent is not kept waiting.
    calm = changed(pointer, scene(), shown, 1_000, is_asked=True)
    fast = after(("down", 50, 150, 1_040), ("up", 50, 150, 1_080), pointer=calm, shown=shown)[1]
    assert fast == [Act("2" * 16, "call")]


def test_a_change_that_moves_no_target_guards_nothing() -> None:
    assert changed(Pointer(), BOTH, scene(LEFT, RIGHT), 0) == Pointer()


touches = st.tuples(
    st.sampled_from(["down", "move", "up"]),
    st.integers(-20, 220),
    st.integers(-20, 220),
    st.integers(0, 900),
    st.integers(0, 1),
)


@given(st.lists(touches, max_size=30))
def test_whatever_fingers_do_each_action_is_of_one_press_that_began_and_ended_on_its_target(
    history: list[tuple[Kind, int, int, int, int]],
) -> None:
    pointer, uptime_ms, down, presses, actions = Pointer(), 0, None, 0, 0
    for kind, x, y, ms, finger in history:
        uptime_ms += ms
        pointer, held = hold_due(pointer, uptime_ms)
        if kind == "down" and pointer.finger is None:
            presses, down = presses + 1, (x, y)
        pointer, action = touch(pointer, BOTH, kind, x, y, uptime_ms, finger=finger)
        for found in (held, action):
            if found is None:
                continue
            actions += 1
            target = next(t for t in BOTH.targets if found in (t.tap, t.hold))
            assert down is not None
            assert target.rect.holds(*down)
            assert found == held or target.rect.holds(x, y)
        assert actions <= presses
