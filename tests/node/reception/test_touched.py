"""What a finger may not do: a terminal with everything real but the display."""

from typing import Any

import pytest

from pasperdus_node.errors import SimulationError
from pasperdus_node.terminal.actions import name
from pasperdus_node.terminal.queue import visits_now
from support.terminals import GUARDED_MS, MORNING_MS, Desk, board

MINUTE_MS = 60_000


def waiting(number: int, token: str, *, minutes: int) -> dict[str, Any]:
    since = MORNING_MS - minutes * MINUTE_MS
    visit = f"{number:016x}"
    return {
        "visit": visit,
        "token": token,
        "state": "waiting",
        "since": since,
        "is_timed": True,
    }


def tap_twice(desk: Desk, target: str) -> None:
    """Touch the same spot twice in a fifth of a second."""
    scene = desk.screen._picture.scene
    assert scene is not None
    (rect,) = {each.rect for each in scene.targets if name(each.tap) == target}
    glass = desk.screen._picture._picture
    for _ in range(2):
        glass.inject("down", rect.x + rect.w // 2, rect.y + rect.h // 2)
        desk.wait(40)
        glass.inject("up")
        desk.wait(60)


def test_a_double_tap_on_a_free_token_hands_it_out_and_calls_nobody(desk: Desk) -> None:
    desk.tap("go:tokens")
    desk.wait(GUARDED_MS)

    tap_twice(desk, "give:red-star")

    assert [event["action"] for event in desk.events()] == ["wait"]
    desk.wait(GUARDED_MS)
    (given,) = desk.events()
    desk.tap(f"act:{given['visit']}:call:")
    assert [event["action"] for event in desk.events()] == ["wait", "call"]


def test_what_moved_while_a_finger_rested_is_guarded_when_it_is_lifted(desk: Desk) -> None:
    first, second = waiting(1, "blue-star", minutes=10), waiting(2, "red-moon", minutes=20)
    desk.hear(board(2, visits=[first]))
    desk.screen.press("go:home")
    desk.hear(board(3, visits=[first, second]))  # the second is first in the queue

    desk.screen.release()

    with pytest.raises(SimulationError, match="after a change"):
        desk.screen.press(f"open:{second['visit']}")
    desk.screen.release()
    desk.wait(GUARDED_MS)
    desk.tap(f"open:{second['visit']}")
    assert desk.screen._terminal.view.items == (second["visit"],)


def test_of_a_restored_card_a_call_without_a_network_is_shown_and_recorded_once(
    desk: Desk,
) -> None:
    visit = waiting(1, "blue-star", minutes=10)
    heard_more = board(2, heard=500, visits=[visit])
    desk.hear(heard_more)

    desk.tap(f"open:{visit['visit']}")
    desk.tap(f"act:{visit['visit']}:call:")
    desk.wait(6_000)
    desk.tap(f"open:{visit['visit']}")

    assert f"act:{visit['visit']}:call:" not in desk.targets()
    assert [event["seq"] for event in desk.events()] == [1]
    desk.stop()
    desk.__init__(desk.directory, t_ms=10_000)  # type: ignore[misc]  # the same fixture ends it
    assert [each.state for each in visits_now(desk.screen._terminal)] == ["called"]
