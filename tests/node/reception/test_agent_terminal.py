"""A terminal and a public screen with everything real but the display."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from pasperdus_contract.codec import encode
from pasperdus_contract.slips import Slip, Slips
from pasperdus_node.errors import SimulationError
from pasperdus_node.reception.agent_terminal import JOURNAL_SLACK, REDRAW_MS
from pasperdus_node.reception.board_watch import SILENCE_S, BoardWatch
from pasperdus_node.screens.scene import Ring
from pasperdus_node.sensors.beside import BLANK, NEXT, SENSOR
from pasperdus_node.sensors.pins import PinEdge
from pasperdus_node.simulation.clock import DrivenClock
from pasperdus_node.simulation.pins import SimulatedPins
from pasperdus_node.terminal.actions import Page
from support.terminals import (
    BLANK_PIN,
    BOOT,
    GUARDED_MS,
    MORNING_MS,
    NEXT_PIN,
    NODE,
    START_MS,
    Desk,
    board,
    hall,
)

MINUTE_MS = 60_000
SECRET = "Madame Kervella rappelle le 02 98 00 00 00"


def restarted(desk: Desk, **how: Any) -> Desk:
    """End the process of a desk without a word, and begin another."""
    desk.stop()
    t_ms = desk.clock.read().uptime_ms - START_MS
    desk.__init__(desk.directory, t_ms=t_ms, **how)  # type: ignore[misc]  # the same fixture ends it
    return desk


def of(desk: Desk, visit: dict[str, Any], **other: Any) -> dict[str, Any]:
    """Return a visit as a board has it, from the event that began it."""
    told = {"token": visit["token"], "state": "waiting", "since": visit["wall"], "is_timed": True}
    return {"visit": visit["visit"], **told, **other}


# -- a tap ------------------------------------------------------------------------------------


def test_a_tap_is_ringed_first_then_kept_and_then_shown(desk: Desk) -> None:
    desk.tap("go:tokens")

    desk.screen.press("give:red-star")
    scene = desk.screen._picture._picture.scene
    assert scene is not None
    assert [type(item) for item in scene.items][-1] is Ring
    assert desk.events() == [], "the ring comes before the card is written"
    desk.screen.release()

    (event,) = desk.events()
    assert (event["kind"], event["action"], event["token"]) == ("token", "wait", "red-star")
    assert len(event["visit"]) == 16
    assert desk.screen.sight()["pending"] == 1
    assert f"act:{event['visit']}:call:" in desk.targets()
    assert "undo" in desk.targets()


def test_each_visit_has_a_name_of_its_own(desk: Desk) -> None:
    desk.tap("go:tokens")
    desk.tap("give:red-star")
    desk.tap("give:blue-circle")

    first, second = desk.events()
    assert first["visit"] != second["visit"]


def test_an_undo_names_the_event_that_it_takes_back(desk: Desk) -> None:
    desk.tap("go:tokens")
    desk.tap("give:red-star")
    desk.tap("undo")

    given, undo = desk.events()
    assert undo["kind"] == "undo"
    assert undo["undone"] == {"epoch": desk.outbox.epoch, "seq": given["seq"]}
    assert "give:red-star" in desk.targets(), "it can be handed out again"


def test_what_the_card_cannot_take_is_told_and_changes_nothing(desk: Desk) -> None:
    desk.tap("go:tokens")
    desk.outbox._db.execute("PRAGMA query_only = ON")

    with capture_logs() as told:
        desk.tap("give:red-star")

    assert "give:red-star" in desk.targets()
    assert desk.keeper.lost == 1
    assert [line["event"] for line in told] == ["events could not be kept"]
    assert desk.screen._terminal.toast is not None
    assert desk.screen._terminal.toast.kind == "not_kept"


def test_a_touch_on_what_a_board_has_just_moved_does_nothing(desk: Desk) -> None:
    desk.tap("go:tokens")
    hand = ["green-moon", "red-star"]
    terminals = [{"node": NODE, "title": "Accueil", "hand": hand}]
    desk.screen.hear_board(encode(board(2, terminals=terminals)), is_retained=False)

    with pytest.raises(SimulationError, match="let 350 ms pass"):
        desk.screen.press("give:red-star")

    desk.screen.release()
    assert desk.events() == []


def test_a_picture_does_not_change_under_a_finger(desk: Desk) -> None:
    desk.tap("go:tokens")
    before = desk.targets()

    desk.screen.press("give:red-star")
    terminals = [{"node": NODE, "title": "Accueil", "hand": ["green-moon"]}]
    desk.screen.hear_board(encode(board(2, terminals=terminals)), is_retained=False)

    assert desk.targets() == before
    desk.screen.release()
    assert "give:green-moon" in desk.targets()
    assert "give:blue-circle" not in desk.targets()


def test_a_tap_that_begins_long_after_the_last_one_is_followed_at_once(desk: Desk) -> None:
    """A picture that is made anew without news, under a finger, guards nothing."""
    desk.wait(REDRAW_MS - 10)
    desk.screen.press("go:tokens")
    desk.wait(50)
    desk.screen.release()

    desk.tap("give:red-star")

    assert len(desk.events()) == 1


def test_a_long_press_opens_the_sheet(desk: Desk) -> None:
    desk.tap("go:tokens")
    desk.tap("give:red-star")
    (given,) = desk.events()

    desk.wait(GUARDED_MS)
    desk.screen.press(f"act:{given['visit']}:call:")
    desk.wait(700)
    desk.screen.release()

    assert len(desk.events()) == 1, "nobody was called"
    assert f"act:{given['visit']}:left:" in desk.targets()


def test_a_simulated_touch_needs_something_to_touch(desk: Desk) -> None:
    with pytest.raises(SimulationError, match=r"'give:red-star': not on the screen now; .*go:more"):
        desk.screen.press("give:red-star")


# -- beside the glass -------------------------------------------------------------------------


def press(desk: Desk, pin: int) -> None:
    """Press and release a button, as the loop hears of it."""
    for is_on in (True, False):
        for _ in range(3):  # its contact bounces
            edge = PinEdge(SENSOR, {NEXT_PIN: NEXT, BLANK_PIN: BLANK}[pin], is_on, 0.0)
            desk.screen.take_edge(edge, desk.clock.read().uptime_ms)
        desk.wait(GUARDED_MS)


def test_next_shows_who_has_waited_longest_and_then_calls_them(desk: Desk) -> None:
    desk.tap("go:tokens")
    desk.tap("give:red-star")
    desk.wait(MINUTE_MS)
    desk.tap("give:blue-circle")
    first, second = desk.events()

    press(desk, NEXT_PIN)
    assert f"act:{first['visit']}:left:" in desk.targets(), "the sheet of who came first"
    assert len(desk.events()) == 2, "a bump calls nobody"
    press(desk, NEXT_PIN)

    call = desk.events()[2]
    assert (call["action"], call["visit"]) == ("call", first["visit"])
    press(desk, NEXT_PIN)
    assert f"act:{second['visit']}:left:" in desk.targets()


def test_next_with_nobody_waiting_shows_home(desk: Desk) -> None:
    desk.tap("go:tokens")

    press(desk, NEXT_PIN)

    assert desk.screen._terminal.view.page is Page.HOME
    assert desk.events() == []


def test_blank_takes_everything_off_the_glass_at_once(desk: Desk) -> None:
    edge = PinEdge(SENSOR, BLANK, True, 0.0)
    desk.screen.take_edge(edge, desk.clock.read().uptime_ms)

    scene = desk.screen._picture._picture.scene
    assert scene is not None
    assert (scene.ground, scene.items) == ("black", ())
    desk.wait(GUARDED_MS)
    press(desk, BLANK_PIN)
    assert desk.screen.sight()["texts"], "pressed again, it is back"


# -- offline ----------------------------------------------------------------------------------


def test_taps_without_a_network_are_there_after_a_restart(desk: Desk) -> None:
    desk.tap("go:tokens")
    desk.tap("give:red-star")
    given = desk.events()[0]
    desk.tap(f"act:{given['visit']}:call:")

    again = restarted(desk)

    assert again.screen._terminal.kept is not None, "the last board is there too"
    again.tap("go:home")
    again.tap(f"open:{given['visit']}")
    assert f"act:{given['visit']}:serve:" in again.targets(), "it is known to be called"
    assert again.screen.sight()["pending"] == 2


def test_taps_of_another_day_are_not_shown_after_a_night(desk: Desk) -> None:
    desk.tap("go:tokens")
    desk.tap("give:red-star")
    desk.stop()

    desk.__init__(desk.directory, t_ms=22 * 60 * MINUTE_MS)  # type: ignore[misc]  # a new process
    desk.tap("go:tokens")

    assert desk.outbox.pending()[0] == 1
    given = desk.events()[0]
    assert not [target for target in desk.targets() if given["visit"] in target]


def test_the_board_takes_over_once_it_has_heard_a_tap(desk: Desk) -> None:
    desk.tap("go:tokens")
    desk.tap("give:red-star")
    (given,) = desk.events()
    desk.deliver()
    desk.hear(board(2, heard=given["seq"], visits=[of(desk, given)]))
    desk.wait(6_000)  # until it cannot be taken back
    desk.hear(board(3, heard=given["seq"], visits=[of(desk, given, state="called")]))

    assert desk.screen._terminal.own == ()
    desk.tap(f"open:{given['visit']}")
    assert f"act:{given['visit']}:serve:" in desk.targets()


def test_a_journal_that_says_nothing_more_is_shortened(desk: Desk) -> None:
    desk.tap("go:tokens")
    for _ in range(JOURNAL_SLACK):
        desk.tap("give:red-star")
        desk.tap("undo")
        desk.wait(GUARDED_MS)
    last = desk.events()[-1]["seq"]
    assert len(desk.outbox.journal()) == 2 * JOURNAL_SLACK
    desk.deliver()
    desk.wait(6_000)

    desk.hear(board(2, heard=last))

    assert desk.outbox.journal() == []


def test_a_tap_answered_for_before_a_start_is_left_to_the_board_that_forgot_its_epoch(
    desk: Desk,
) -> None:
    desk.tap("go:tokens")
    desk.tap("give:red-star")
    desk.deliver()
    again = restarted(desk)
    again.tap("go:tokens")

    again.hear(board(2, heard=0), is_retained=True)
    assert "give:red-star" not in again.targets(), "how old this board is, nobody knows"
    again.hear(board(2, heard=0))

    assert "give:red-star" in again.targets(), "somebody has closed it"
    assert again.screen._terminal.own == ()


def test_the_journal_of_a_day_is_dropped_at_its_end_without_a_network_too(desk: Desk) -> None:
    desk.tap("go:tokens")
    for _ in range(JOURNAL_SLACK // 2):
        desk.tap("give:red-star")
        desk.tap("undo")

    desk.wait(20 * 3_600_000)  # past four in the night

    assert desk.outbox.journal() == []
    assert desk.outbox.pending()[0] == JOURNAL_SLACK, "it is still told"


def test_the_language_outlives_a_restart(desk: Desk) -> None:
    assert desk.said("Accueil") or desk.said("Personne")
    desk.tap("go:more")
    desk.tap("switch:language")

    again = restarted(desk)

    assert again.screen._terminal.language == "en"


# -- phone slips ------------------------------------------------------------------------------


def slips(*ids: str) -> bytes:
    return encode(Slips(slips=[Slip(id=name, written_at=MORNING_MS, text=SECRET) for name in ids]))


def test_a_slip_is_never_on_the_card(desk: Desk) -> None:
    desk.screen.hear_slips(slips("slip-1"))
    desk.wait(400)
    desk.tap("go:more")
    desk.tap("go:messages")
    assert desk.said("Kervella")
    desk.tap("go:tokens")
    desk.tap("give:red-star")
    desk.stop()

    for file in desk.directory.iterdir():
        assert b"Kervella" not in file.read_bytes(), file.name
    desk.__init__(desk.directory)  # type: ignore[misc]  # for the fixture to end


def test_the_lamp_is_lit_while_a_slip_waits_and_a_slip_that_was_taken_stays_away(
    desk: Desk,
) -> None:
    assert not desk.screen.sight()["lamp"]
    desk.screen.hear_slips(slips("slip-1"))
    assert desk.screen.sight()["lamp"]
    desk.wait(400)
    desk.tap("go:more")
    desk.tap("go:messages")
    if "take:slip-1" not in desk.targets():
        desk.tap("open:slip-1")
    desk.tap("take:slip-1")

    (taken,) = desk.events()
    assert (taken["kind"], taken["id"], taken["action"]) == ("message", "slip-1", "taken")
    assert not desk.screen.sight()["lamp"]
    again = restarted(desk)
    again.screen.hear_slips(slips("slip-1"))  # the collector does not know it yet
    assert not again.screen.sight()["lamp"]


def test_slips_that_cannot_be_read_are_told_once_and_not_quoted(desk: Desk) -> None:
    desk.screen.hear_slips(slips("slip-1"))
    bad = slips("slip-2").replace(b'"written_at":', b'"written-at":')

    with capture_logs() as told:
        desk.screen.hear_slips(bad)
        desk.screen.hear_slips(bad)

    assert len(told) == 1
    assert "Kervella" not in str(told)
    assert desk.screen.sight()["lamp"], "those shown stay"


# -- time and silence -------------------------------------------------------------------------


def waits_of(desk: Desk) -> list[str]:
    """Return the minutes on the screen, however they are written; the clock says 9."""
    texts = desk.screen.sight()["texts"]
    return [found[0] for text in texts if (found := re.match(r"1[0-9]", text))]


def test_minutes_need_a_clock_that_somebody_vouches_for(
    tmp_path: Path, mock_pins: SimulatedPins
) -> None:
    desk = Desk(tmp_path, is_synced=False)
    desk.screen.hear_link(is_subscribed=True)
    waiting = {
        "visit": "0" * 16,
        "token": "blue-star",
        "state": "waiting",
        "since": MORNING_MS - 12 * MINUTE_MS,
        "is_timed": True,
    }
    composed = board(visits=[waiting])

    desk.hear(composed, is_retained=True)
    assert not desk.screen._time.now().is_timed
    assert waits_of(desk) == []
    desk.hear(composed)

    now = desk.screen._time.now()
    assert (now.is_timed, now.wall_ms) == (True, MORNING_MS + 400)
    assert waits_of(desk) == ["12"]
    desk.wait(MINUTE_MS)
    assert waits_of(desk) == ["13"]
    desk.stop()


def test_a_connection_without_a_board_is_told_once_and_shown() -> None:
    now_s = [0.0]
    watch = BoardWatch("mairie", clock_s=lambda: now_s[0])
    watch.hear_link(is_subscribed=True)
    known = [watch.is_connected]

    now_s[0] = SILENCE_S
    with capture_logs() as told:
        for _ in range(3):
            watch.check()
        known.append(watch.is_connected)
        watch.hear_board()
        watch.check()

    known.append(watch.is_connected)
    assert known == [True, False, True]
    assert [(line["log_level"], line["event"][:31]) for line in told] == [
        ("error", "connected, and no board comes: "),
        ("info", "boards come again"),
    ]
    watch.hear_link(is_subscribed=False)
    assert not watch.is_connected


# -- the public screen ------------------------------------------------------------------------


def called(at: int, visit: str = "0" * 16, **other: Any) -> dict[str, Any]:
    call = {"at": at, "node": NODE, "epoch": "0" * 32, "seq": at % 1000 + 1}
    told = {"token": "blue-star", "state": "called", "since": MORNING_MS, "is_timed": True}
    return {"visit": visit, **told, "call": call, **other}


def test_a_public_screen_shows_a_call_with_a_chime_and_records_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = DrivenClock(boot=BOOT, is_synced=True)
    clock.set(wall_ms=MORNING_MS, uptime_ms=START_MS)
    screen = hall(tmp_path, clock)
    heard: list[str] = []
    monkeypatch.setattr(screen._picture._window, "chime", lambda: heard.append("chime"))
    screen.hear_link(is_subscribed=True)

    screen.hear_board(encode(board(visits=[called(MORNING_MS)])), is_retained=True)
    assert heard == [], "the first board after a start is no news"
    later = [called(MORNING_MS), called(MORNING_MS + 1, "1" * 16, token="red-moon")]
    screen.hear_board(encode(board(2, visits=later)), is_retained=False)
    screen.read()

    assert heard == ["chime"]
    assert sorted(each.name for each in tmp_path.iterdir()) == ["board.json"]
    with pytest.raises(SimulationError, match="nothing on a public screen can be touched"):
        screen.press("give:red-star")
    screen.stop()

    again = hall(tmp_path, clock)
    assert again._hall.kept is not None, "the last board is there after a restart"
    again.stop()
