"""One finger at a time."""

from pasperdus_node.display.touches import MOUSE, OneFinger, Touch


def test_a_second_finger_does_nothing_while_the_first_is_down() -> None:
    one = OneFinger(720, 1280)

    assert one.follow("down", 1, 7, 10.0, 20.0) == [Touch(kind="down", x=10, y=20)]
    assert one.follow("down", 1, 8, 300.0, 300.0) == []
    assert one.follow("move", 1, 8, 310.0, 300.0) == []
    assert one.follow("up", 1, 8, 310.0, 300.0) == []
    assert one.follow("move", 1, 7, 12.0, 20.0) == [Touch(kind="move", x=12, y=20)]
    assert one.follow("up", 1, 7, 12.0, 20.0) == [Touch(kind="up", x=12, y=20)]
    assert one.follow("down", 1, 8, 300.0, 300.0) == [Touch(kind="down", x=300, y=300)]


def test_neither_mouse_nor_finger_takes_over_from_the_other() -> None:
    one = OneFinger(720, 1280)
    one.follow("down", 1, 7, 10.0, 20.0)

    assert one.follow("down", MOUSE, MOUSE, 50.0, 60.0) == []
    assert one.follow("up", MOUSE, MOUSE, 50.0, 60.0) == []
    assert one.follow("up", 1, 7, 10.0, 20.0) == [Touch(kind="up", x=10, y=20)]


def test_a_mouse_that_only_passes_does_nothing() -> None:
    assert OneFinger(720, 1280).follow("move", MOUSE, MOUSE, 50.0, 60.0) == []


def test_a_point_is_always_on_the_glass() -> None:
    one = OneFinger(720, 1280)

    assert one.follow("down", 1, 7, 720.0, 1280.0) == [Touch(kind="down", x=719, y=1279)]
    assert one.follow("move", 1, 7, -3.0, -0.5) == [Touch(kind="move", x=0, y=0)]


def test_a_touch_screen_that_was_unplugged_under_a_finger_does_not_block_the_next_one() -> None:
    one = OneFinger(720, 1280)
    one.follow("down", 1, 7, 10.0, 20.0)

    assert one.follow("down", 2, 0, 30.0, 40.0) == [
        Touch(kind="up", x=-1, y=-1),
        Touch(kind="down", x=30, y=40),
    ]
    assert one.follow("up", 2, 0, 30.0, 40.0) == [Touch(kind="up", x=30, y=40)]
