"""Every control of every screen is touched: none takes a word about a visitor, none leads nowhere.

The walk goes over real pictures; what it touches is answered by the rules, the drafts and the keys
that a real terminal uses. Keyboards are sent to real windows.
"""

import ctypes
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pygame
import pytest

from pasperdus_contract import visits
from pasperdus_contract.board import PHRASE_LANGUAGES, Board
from pasperdus_contract.codec import encode
from pasperdus_contract.events import EVENT, AnyEvent
from pasperdus_contract.tokens import TOKENS
from pasperdus_node.screens.look import Glass
from pasperdus_node.screens.scene import Scene, Words
from pasperdus_node.simulation.clock import DrivenClock
from pasperdus_node.terminal.actions import (
    Act,
    Action,
    ChooseService,
    Count,
    Feel,
    Give,
    Go,
    KeepCount,
    Open,
    Page,
    Speak,
    Switch,
    Take,
    Turn,
    Undo,
    name,
)
from pasperdus_node.terminal.state import Kept, Terminal, Training
from support import boards
from support.boards import DAY, LONGEST_TITLE, NODE, SITE, now
from support.controls import HOME_TAPS, Touched, Walk
from support.looks import GLASSES
from support.terminals import BOOT, GUARDED_MS, MORNING_MS, START_MS, Desk, board, hall, pins

NOW = now("10:42")
STEPS = set(get_args(visits.Action))
MOST = 2_500  # pictures of one walk; where it ends before that, it has been everywhere
HEX = re.compile(r"[0-9a-f]{16}|[0-9a-f]{32}")
LITERAL = ("kind", "action")  # of an event: the contract itself has the few words for them


def heard(content: Board, slips: int = 0, *, is_longest: bool = False) -> Terminal:
    return Terminal(
        node=NODE,
        site=SITE,
        day=DAY,
        kept=Kept(board=content, heard_ms=NOW.uptime_ms),
        slips=tuple(boards.slips(slips, is_longest=is_longest).slips),
        is_connected=True,
    )


BUSY = boards.busy_board(24)
LONGEST = boards.longest_board(24)
LONGEST = LONGEST.model_copy(update={"contacts": LONGEST.contacts[:12]})  # one for each need
FEW = boards.bare_board(
    visits=[boards.waiting(1), boards.called(2, state="serving")],
    services=boards.SERVICES,
    tallies=boards.TALLIES[:2],
    asks_pulse=True,
)
MORNINGS = {  # a training is begun and ended within each of them
    "unheard": Terminal(node=NODE, site=SITE),
    "empty": heard(boards.bare_board()),
    "busy": heard(BUSY),
    "longest": heard(LONGEST, 3, is_longest=True),
    "offline": replace(heard(FEW, 2), is_connected=False, pending=3),
}


@dataclass
class Morning:
    """What one walk has found; of things that are alike, one."""

    walk: Walk
    taps: set[Action] = field(default_factory=set)
    holds: set[Action] = field(default_factory=set)
    recording: set[type[Action]] = field(default_factory=set)
    rehearsed: set[type[Action]] = field(default_factory=set)
    recorded: dict[str, AnyEvent] = field(default_factory=dict)
    faults: set[str] = field(default_factory=set)

    def follow(self) -> None:
        """Touch everything."""
        for one in self.walk.touches():
            if one.by != "button":
                (self.taps if one.by == "tap" else self.holds).add(one.action)
            for event in one.events:
                alike = event.model_dump_json(exclude={"seq", "visit"})
                self.recorded.setdefault(f"{name(one.action)} {alike}", event)
            if one.events:
                self.recording.add(type(one.action))
            if one.before.training is not None:
                self._follow_training(one, one.before.training)
            if one.before.is_blank and one.by == "tap":
                self._follow_light(one)

    def _follow_light(self, one: Touched) -> None:
        if one.after != replace(one.before, is_blank=False) or one.events:
            self.faults.add(f"{name(one.action)} on a glass that is off does more than light it")

    def _follow_training(self, one: Touched, before: Training) -> None:
        if one.events:
            self.faults.add(f"{name(one.action)} is recorded in training")
        if one.after.training is not None and one.after.training.recorded > before.recorded:
            self.rehearsed.add(type(one.action))


Walked = dict[str, Morning]
"""All that was done on one glass."""


@pytest.fixture(scope="module", params=GLASSES, ids=["portrait", "landscape"])
def walked(request: pytest.FixtureRequest) -> Walked:
    glass: Glass = request.param
    found = {
        name: Morning(Walk(start=start, glass=glass, now=NOW, most=MOST))
        for name, start in MORNINGS.items()
    }
    for morning in found.values():
        morning.follow()
    return found


# Everything is reached


def test_the_walk_has_been_everywhere(walked: Walked) -> None:
    for morning in walked.values():
        seen = [terminal for terminal, _ in morning.walk.seen]
        assert 30 < len(seen) < MOST
        assert {terminal.language for terminal in seen} == {"fr", "en"}
        assert {terminal.view.page for terminal in seen} == set(Page)
        assert {terminal.training is None for terminal in seen} == {True, False}
        assert {terminal.is_blank for terminal in seen} == {True, False}


def test_each_thing_that_can_be_asked_for_is_offered_somewhere(walked: Walked) -> None:
    offered = {action for morning in walked.values() for action in morning.taps}

    assert {type(action) for action in offered} == set(get_args(Action))
    assert {one.page for one in offered if isinstance(one, Go)} == set(Page)
    assert {one.action for one in offered if isinstance(one, Act)} == STEPS
    assert {one.value for one in offered if isinstance(one, Feel)} == {1, 2, 3, 4, 5}
    assert {one.by for one in offered if isinstance(one, Turn)} == {-1, 1}
    assert {one.language for one in offered if isinstance(one, Speak)} == set(PHRASE_LANGUAGES)
    kinds = set(get_args(get_type_hints(Switch)["what"]))
    assert {one.what for one in offered if isinstance(one, Switch)} == kinds


@pytest.mark.parametrize(("morning", "content"), [("busy", BUSY), ("longest", LONGEST)])
def test_each_thing_that_a_site_has_entered_can_be_touched(
    walked: Walked, morning: str, content: Board
) -> None:
    offered = walked[morning].taps
    opened = {one.item for one in offered if isinstance(one, Open)}
    chosen = {one.service for one in offered if isinstance(one, ChooseService)}
    sent_to = {one.service for one in offered if isinstance(one, Act) and one.service}
    services = {service.service for service in content.services}

    assert chosen == services | {None}
    assert sent_to == services
    assert {need.need for need in content.needs} <= opened
    assert {contact.contact for contact in content.contacts} <= opened
    assert {phrase.phrase for phrase in content.phrases} <= opened
    assert {(one.what, one.category) for one in offered if isinstance(one, Count)} == {
        (tally.what, category)
        for tally in content.tallies
        for category in (None, *(each.category for each in tally.categories))
    }


def test_what_a_long_press_does_a_tap_does_somewhere_too(walked: Walked) -> None:
    assert walked["busy"].holds
    assert [name for name, each in walked.items() if not each.holds <= each.taps] == []


# Nobody is written about


def test_all_that_is_recorded_is_tokens_keys_and_names_of_the_board(walked: Walked) -> None:
    kinds = set()
    for where, morning in walked.items():
        known = names_of(MORNINGS[where])
        for what, event in morning.recorded.items():
            kinds.add(event.kind)
            assert words_in(event, known) == [], f"{what}, on the morning that is {where}"
            assert EVENT.validate_json(event.model_dump_json()) == event

    assert kinds == {"token", "tally", "pulse", "adjust", "message", "undo"}


def test_in_training_everything_can_be_rehearsed_and_nothing_is_recorded(walked: Walked) -> None:
    recording = {kind for morning in walked.values() for kind in morning.recording}
    rehearsed = {kind for morning in walked.values() for kind in morning.rehearsed}

    assert {fault for morning in walked.values() for fault in morning.faults} == set()
    assert rehearsed == recording == {Give, Act, Count, Feel, Take, KeepCount, Undo}


def names_of(terminal: Terminal) -> set[str]:
    """Return the names that a terminal was told: nobody types one."""
    content = None if terminal.kept is None else terminal.kept.board
    if content is None:
        return set()
    tallies = {tally.what for tally in content.tallies}
    categories = {each.category for tally in content.tallies for each in tally.categories}
    services = {service.service for service in content.services}
    return tallies | categories | services | {slip.id for slip in terminal.slips}


def words_in(event: AnyEvent, known: set[str]) -> list[str]:
    """Return what is neither a token, nor a key in hexadecimal digits, nor a known name."""
    content = event.model_dump(mode="json", exclude=set(LITERAL))
    return [
        text
        for text in strings(content)
        if text not in TOKENS and text not in known and not HEX.fullmatch(text)
    ]


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from strings(each)


# Nowhere is a dead end


def test_home_is_never_more_than_three_taps_away(walked: Walked) -> None:
    """A glass that is off is lit by one more tap, and then shows what it showed before."""
    far = [
        f"{where}: {terminal.view.page} {terminal.view.items}"
        for where, morning in walked.items()
        for terminal, scene in morning.walk.seen
        if not terminal.is_blank and morning.walk.taps_home(terminal, scene) is None
    ]

    assert far == [], f"more than {HOME_TAPS} taps"


def test_no_word_is_cut_or_broken_on_the_way(walked: Walked) -> None:
    """But where it must: the longest site's title, and a service on a low glass's narrow button."""
    spoilt = {
        (where, terminal.view.page.value, item.text)
        for where, morning in walked.items()
        for terminal, scene in morning.walk.seen
        for item in scene.items
        if isinstance(item, Words) and (item.is_cut or item.is_broken)
        if not (where == "longest" and item.text.rstrip("…") in LONGEST.title)
        if not (where == "longest" and not is_tall(scene) and item.text in LONGEST_TITLE)
    }

    assert spoilt == set()


def is_tall(scene: Scene) -> bool:
    return scene.height > scene.width


# A keyboard


KEYS = sorted({key for word, key in vars(pygame).items() if word.startswith("K_")})
MEANT = {pygame.K_b, pygame.K_n, pygame.K_q}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with pins():
        made = Desk(tmp_path)
        made.screen.hear_link(is_subscribed=True)
        waits = {"visit": "0" * 16, "token": "red-star", "state": "waiting"}
        made.hear(board(visits=[waits | {"since": MORNING_MS, "is_timed": True}]))
        yield made
        made.stop()


def test_a_keyboard_writes_nothing_and_three_keys_do_what_buttons_do(desk: Desk) -> None:
    before = desk.screen.sight()
    type_(key for key in KEYS if key not in MEANT)
    desk.screen.read()

    assert len(KEYS) > 100
    assert desk.screen.sight() == before
    assert desk.events() == []
    assert not desk.screen.is_closed
    assert not is_text_input_on()
    desk.wait(GUARDED_MS)

    type_([pygame.K_b])
    desk.screen.read()
    assert desk.targets() == ["switch:blank"]
    type_([pygame.K_b, pygame.K_n])
    desk.screen.read()
    assert desk.targets()[0] != "switch:blank"
    assert desk.events() == [], "a first press shows who is next"
    type_([pygame.K_n])
    desk.screen.read()
    assert [(event["kind"], event["action"]) for event in desk.events()] == [("token", "call")]
    type_([pygame.K_q])
    desk.screen.read()
    assert desk.screen.is_closed


def test_a_public_screen_takes_neither_keys_nor_fingers(tmp_path: Path) -> None:
    clock = DrivenClock(boot=BOOT, is_synced=True)
    clock.set(wall_ms=MORNING_MS, uptime_ms=START_MS)
    screen = hall(tmp_path, clock)
    screen.hear_link(is_subscribed=True)
    screen.hear_board(encode(board()), is_retained=False)
    before = screen.sight()
    type_(key for key in KEYS if key != pygame.K_q)
    for kind in (pygame.FINGERDOWN, pygame.FINGERUP):
        for x in (0.1, 0.5, 0.9):
            pygame.event.post(pygame.event.Event(kind, touch_id=1, finger_id=1, x=x, y=0.5))
    screen.read()

    assert screen.sight() == before
    assert before["targets"] == []
    assert not screen.is_closed
    assert not is_text_input_on()
    assert {path.name for path in tmp_path.iterdir()} == {"board.json"}
    screen.stop()


def type_(keys: Iterator[int] | list[int]) -> None:
    """Press keys, as a keyboard that also says what was written."""
    for key in keys:
        for kind in (pygame.KEYDOWN, pygame.KEYUP):
            pygame.event.post(pygame.event.Event(kind, key=key, mod=0, unicode="x", scancode=0))
        for kind in (pygame.TEXTINPUT, pygame.TEXTEDITING):
            pygame.event.post(pygame.event.Event(kind, text="Madame Kervella", start=0, length=0))


def is_text_input_on() -> bool:
    """Ask SDL itself, in the library that pygame has loaded; pygame does not tell."""
    loaded = Path("/proc/self/maps").read_text(encoding="utf-8")
    paths = set(re.findall(r"/\S*/libSDL2-\S+", loaded))
    assert len(paths) == 1
    return bool(ctypes.CDLL(paths.pop()).SDL_IsTextInputActive())


def test_sdl_tells_when_text_input_is_on(desk: Desk) -> None:
    pygame.key.start_text_input()

    assert is_text_input_on()
