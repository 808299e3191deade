"""Whatever a board, a slip or the glass itself makes go wrong, the node goes on."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pygame
import pytest
from structlog.testing import capture_logs

from pasperdus_contract.codec import encode
from pasperdus_contract.slips import Slip, Slips
from pasperdus_node.display.window import Window
from pasperdus_node.errors import ScreenError
from pasperdus_node.reception.guarded import PUT_OFF, RETRY_S, GuardedScreen
from pasperdus_node.screens.agent import agent
from pasperdus_node.screens.hall import hall as draw_hall
from pasperdus_node.screens.look import Look
from pasperdus_node.screens.scene import Scene
from pasperdus_node.simulation.clock import DrivenClock
from support.terminals import BOOT, MORNING_MS, START_MS, Desk, board, hall

BROKEN = "Mairie imprévue"
SECRET = "Madame Kervella rappelle le 02 98 00 00 00"
AGENT = "pasperdus_node.reception.agent_terminal.agent"
HALL = "pasperdus_node.reception.public_screen.draw_hall"
MAX_WALL_MS = 253_402_300_799_999


def refusing(draw: Callable[..., Scene]) -> Callable[..., Scene]:
    """Return a layout that cannot take a certain board, nor slips that quote somebody."""

    def drawn(shown: Any, now: Any, look: Look) -> Scene:
        if shown.kept is not None and shown.kept.board.title == BROKEN:
            raise ValueError(f"{BROKEN}: of no use here")
        if any(slip.text == SECRET for slip in getattr(shown, "slips", ())):
            raise ValueError(f"{SECRET} cannot be laid out")
        return draw(shown, now, look)

    return drawn


@pytest.fixture
def fragile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AGENT, refusing(agent))
    monkeypatch.setattr(HALL, refusing(draw_hall))


def test_a_board_that_cannot_be_drawn_leaves_the_last_one_on_the_glass_and_on_the_card(
    desk: Desk, fragile: None
) -> None:
    desk.tap("go:tokens")
    before, card = desk.screen.sight(), (desk.directory / "board.json").read_bytes()
    time_before = desk.screen._time.told_offset_ms

    with capture_logs() as told:
        for version in (2, 3):
            later = board(version, title=BROKEN, composed_at=MORNING_MS + 3_600_000)
            desk.hear(later)

    assert desk.screen.sight() == before
    assert (desk.directory / "board.json").read_bytes() == card
    assert desk.screen._time.told_offset_ms == time_before
    (line,) = told
    assert line["event"] == "the board cannot be read; the last one stays"
    assert line["reason"].startswith("ValueError in test_whatever_comes.py:")
    desk.tap("give:red-star")
    assert len(desk.events()) == 1, "the terminal is of use"
    desk.hear(board(4, title="Mairie annexe"))
    assert b"Mairie annexe" in (desk.directory / "board.json").read_bytes()


@pytest.mark.parametrize("is_retained", [True, False], ids=["retained", "alive"])
@pytest.mark.parametrize(
    "strange",
    [
        {"day": "2026-13-45"},
        {"composed_at": MAX_WALL_MS},
        {"title": "a\0b"},
        {
            "desks": [
                {
                    "day": "2026-02-30",
                    "opens": "09:00",
                    "closes": "10:00",
                    "title": {"fr": "Impôts"},
                }
            ]
        },
        {
            "visits": [
                {
                    "visit": "0" * 16,
                    "token": "orange-star",
                    "state": "waiting",
                    "since": MORNING_MS,
                    "is_timed": True,
                }
            ]
        },
    ],
    ids=["day", "time", "title", "desk", "token"],
)
def test_no_strange_board_ends_a_terminal_now_or_after_a_restart(
    desk: Desk, strange: dict[str, Any], *, is_retained: bool
) -> None:
    payload = json.dumps(json.loads(encode(board(2))) | strange).encode()

    desk.screen.hear_board(payload, is_retained=is_retained)
    for page in ("tokens", "desks", "directory", "more", "home"):
        desk.wait(400)
        if f"go:{page}" in desk.targets():
            desk.tap(f"go:{page}")
    desk.wait(70_000)
    desk.stop()
    desk.__init__(desk.directory)  # type: ignore[misc]  # the same fixture ends it

    desk.wait(1_000)
    desk.tap("go:tokens")
    assert "go:home" in desk.targets()


def test_a_kept_board_that_cannot_be_drawn_is_set_aside_at_the_start(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.hear(board(2, title=BROKEN))
    desk.stop()
    monkeypatch.setattr(AGENT, refusing(agent))

    with capture_logs() as told:
        desk.__init__(desk.directory)  # type: ignore[misc]  # a new process

    assert desk.screen._terminal.kept is None
    assert (desk.directory / "board.json.damaged").exists()
    assert not (desk.directory / "board.json").exists()
    (line,) = told
    assert "this board cannot be shown: ValueError in" in line["reason"]
    desk.hear(board(3))
    assert desk.screen._terminal.kept is not None


def test_slips_that_cannot_be_drawn_are_told_once_and_never_quoted(
    desk: Desk, fragile: None
) -> None:
    slips = encode(Slips(slips=[Slip(id="slip-1", written_at=MORNING_MS, text=SECRET)]))
    before = desk.screen.sight()

    with capture_logs() as told:
        desk.screen.hear_slips(slips)
        desk.screen.hear_slips(slips)

    assert len(told) == 1
    assert "Kervella" not in str(told)
    assert desk.screen.sight() == before


def test_a_page_that_cannot_be_drawn_leads_home_and_keeps_what_was_recorded(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def drawn(shown: Any, now: Any, look: Look) -> Scene:
        if shown.view.page.value == "directory":
            raise KeyError("nobody")
        return agent(shown, now, look)

    monkeypatch.setattr(AGENT, drawn)
    desk.tap("go:tokens")
    desk.tap("give:red-star")
    (given,) = desk.events()

    with capture_logs() as told:
        desk.wait(400)
        desk.tap("go:directory")

    assert len(told) == 1
    assert f"open:{given['visit']}" in desk.targets(), "home, with the visitor"


def test_a_slip_that_is_gone_is_gone_from_the_drawings_in_memory(desk: Desk) -> None:
    one = Slips(slips=[Slip(id="slip-1", written_at=MORNING_MS, text=SECRET)])
    desk.screen.hear_slips(encode(one))
    desk.wait(400)
    desk.tap("go:more")
    desk.tap("go:messages")
    painter = desk.screen._glass._window._glass._painter

    def remembered() -> str:
        return str(list(painter._text._drawn))

    assert "Kervella" in remembered()
    desk.screen.hear_slips(encode(Slips(slips=[])))
    assert "Kervella" not in remembered()
    assert painter.measure.cache_info().currsize == 0


def test_a_public_screen_keeps_its_picture_where_a_board_cannot_be_drawn(
    tmp_path: Path, fragile: None
) -> None:
    clock = DrivenClock(boot=BOOT, is_synced=True)
    clock.set(wall_ms=MORNING_MS, uptime_ms=START_MS)
    screen = hall(tmp_path, clock)
    screen.hear_board(encode(board()), is_retained=False)
    before = screen.sight()

    with capture_logs() as told:
        for version in (2, 3):
            screen.hear_board(encode(board(version, title=BROKEN)), is_retained=False)

    assert screen.sight() == before
    assert [line["event"] for line in told] == ["the board cannot be read; the last one stays"]
    assert BROKEN.encode() not in (tmp_path / "board.json").read_bytes()
    screen.stop()


# -- the glass itself -------------------------------------------------------------------------


class Glass:
    """Stands for a display that may be pulled out, and is asked for on a clock of its own."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, desk: Desk) -> None:
        self.is_out = False
        self.now_s = 0.0
        self.asked: list[bool] = []
        show = Window.show

        def shown(window: Window, *what: Any) -> bool:
            if self.is_out:
                raise pygame.error("the display is gone")
            return show(window, *what)

        monkeypatch.setattr(Window, "show", shown)
        self._desk = desk
        desk.stop()
        self.screen = GuardedScreen("agent", self._open, clock_s=lambda: self.now_s)

    def _open(self, is_board_suspected: bool) -> Any:
        self.asked.append(is_board_suspected)
        self._desk.outbox.close()
        self._desk.__init__(self._desk.directory)  # type: ignore[misc]  # opened anew
        return self._desk.screen

    def look(self, after_s: float) -> str:
        """Let time pass, read and draw; return how the screen is."""
        self.now_s += after_s
        self._desk.clock.move_to(self._desk.clock.read().uptime_ms + round(after_s * 1000))
        self.screen.read()
        return self.screen.health


def test_a_screen_that_fails_is_off_and_comes_back_while_the_node_goes_on(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    glass = Glass(monkeypatch, desk)
    assert glass.look(1.0) == "ok"

    with capture_logs() as told:
        glass.is_out = True
        assert glass.look(61.0) == "failed"
        assert glass.screen.deadline_ms is None
        assert glass.screen.sight()["targets"] == []
        glass.screen.hear_board(encode(board(2)), is_retained=False)
        glass.screen.advance()
        assert glass.look(RETRY_S - 1) == "failed"
        assert len(glass.asked) == 1
        assert glass.look(1.0) == "failed"
        glass.is_out = False
        assert glass.look(RETRY_S) == "ok"

    assert [line["event"] for line in told if line["log_level"] == "info"] == [
        "the screen is on again"
    ]
    assert len([line for line in told if line["event"] == PUT_OFF]) == 1
    assert glass.asked == [False, False, True], "what was kept of the board is suspected"
    assert "go:tokens" in glass.screen.sight()["targets"]


def test_a_screen_that_cannot_be_had_as_configured_ends_the_start() -> None:
    def refuse(_: bool) -> Any:
        raise ScreenError("screen: connect it")

    with pytest.raises(ScreenError, match="connect it"):
        GuardedScreen("public", refuse)
