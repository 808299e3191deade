"""Every picture that a screen can show: in both languages, by day and night, on three glasses.

``python -m support.gallery DIRECTORY`` draws those that are kept (or, with ``--all``, all of them).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Literal, get_args

from pasperdus_contract.board import PHRASE_LANGUAGES, Board
from pasperdus_node.screens.agent import agent
from pasperdus_node.screens.cards import ADDRESS
from pasperdus_node.screens.hall import ARRIVAL_MS, TURN_MS, hall
from pasperdus_node.screens.look import HALL_SCREEN, SEVEN_INCH, TOUCH_DISPLAY_2, Glass, Look
from pasperdus_node.screens.scene import Scene
from pasperdus_node.screens.sheet import TRANSFER
from pasperdus_node.screens.theme import DAY, NIGHT, Theme
from pasperdus_node.screens.words import languages
from pasperdus_node.terminal.actions import Page
from pasperdus_node.terminal.hall import Hall, begun, hear_board
from pasperdus_node.terminal.queue import visits_now
from pasperdus_node.terminal.state import (
    STALE_MS,
    UNDO_MS,
    Kept,
    Now,
    Terminal,
    Toast,
    ToastKind,
    Training,
    View,
)
from pasperdus_node.terminal.viewing import LANGUAGES, SERVICES
from support import boards, kept_pictures
from support.glass import Shown, opened, pixels

NOW = boards.now("10:42")
HOURS_MS = 3_600_000
LONG_TITLE = ("Communauté d’agglomération, " * 8)[:200]
LONGEST = boards.longest_board(title="Communauté d’agglomération")
Draw = Callable[[Look], Scene]
Code = Literal["fr", "en"]

PORTRAIT, LANDSCAPE, HALL = "portrait", "landscape", "hall"
GLASSES: dict[str, Glass] = {
    PORTRAIT: TOUCH_DISPLAY_2,
    LANDSCAPE: SEVEN_INCH,
    HALL: HALL_SCREEN,
}
THEMES: dict[str, Theme] = {"day": DAY, "night": NIGHT}


@dataclass(frozen=True, slots=True)
class Wall:
    """One piece of glass, in one language and theme: what is drawn on it is drawn in one window."""

    glass: str
    language: Code
    theme: str

    def __str__(self) -> str:
        """Return what its pictures' names end in."""
        return f"{self.glass}-{self.language}-{self.theme}"


WALLS = [
    Wall(glass, language, theme)
    for glass in GLASSES
    for language in ("fr", "en")
    for theme in THEMES
]

# Each screen, in both languages, by day and by night.
_SCREENS = (
    *("full-home", "full-tokens", "full-sheet-called-true", "full-sheet-transfer"),
    *("full-desks", "week-desks", "full-directory", "full-directory-contact"),
    *("full-messages", "full-tallies", "full-pulse", "full-recount", "full-more", "full-cards"),
    *("full-card-premier-etage", "longest-home", "longest-tokens"),
    *("nobody-home", "one-home", "offline-home", "stale-home", "unheard-home", "training-tokens"),
)
_HALLS = (
    *("hall-four", "hall-nobody", "hall-one", "hall-longest-turn-2"),
    *("hall-stale", "hall-stale-nobody", "hall-unheard"),
)
_OTHERS = {
    "portrait-fr-day": (
        *("nobody-tokens", "full-sheet-waiting-true", "toast-called-undo", "toast-not_kept"),
        *("longest-directory-contact", "felt-pulse", "toast-held_twice", "unheard-messages"),
    ),
    "portrait-fr-night": ("few-tokens",),
    "portrait-en-day": ("options-tokens", "toast-beaten"),
    "portrait-en-night": ("blank",),
    "landscape-fr-day": (
        *("full-home", "full-tokens", "full-sheet-called-true", "week-desks", "longest-home"),
        *("toast-longest-category", "hall-four"),
    ),
    "landscape-en-night": ("full-directory-contact", "full-messages", "spoken-vi-card"),
    "hall-fr-day": ("hall-nobody-turn-1", "hall-arriving-2000"),
}
_EACH = {PORTRAIT: _SCREENS, HALL: _HALLS}
KEPT = frozenset(
    f"{name}-{wall}"
    for wall in WALLS
    for name in (*_EACH.get(wall.glass, ()), *_OTHERS.get(str(wall), ()))
)
"""Pictures that are compared with those beside the tests."""


def everything(wall: Wall) -> Iterator[tuple[str, Draw]]:
    """Yield all pictures of one piece of glass by name, each with what draws it."""
    if wall.glass != HALL:
        for name, terminal in _terminals(wall.language):
            yield f"{name}-{wall}", partial(agent, terminal, NOW)
    for name, screen, at in _halls():
        yield f"{name}-{wall}", partial(hall, screen, at)


def drawn(wall: Wall, wanted: Callable[[str], bool]) -> Iterator[tuple[str, Shown]]:
    """Draw the pictures of one piece of glass that are wanted."""
    glass, theme = GLASSES[wall.glass], THEMES[wall.theme]
    with opened(glass) as window:
        look = Look(
            glass=glass,
            measure=window.measure,
            words=languages()[wall.language],
            zone=boards.PARIS,
        )
        for name, draw in everything(wall):
            if wanted(name):
                scene = draw(look)
                window.show(scene, theme)
                yield (
                    name,
                    Shown(
                        scene=scene,
                        picture=pixels(window, glass),
                        theme=theme,
                        glass=glass,
                        measure=window.measure,
                        may_cut=LONG_TITLE if "endless" in name else "",
                    ),
                )


# An agent's terminal


def _terminals(language: Code) -> Iterator[tuple[str, Terminal]]:
    full = _terminal(language, boards.busy_board())
    for where, view in _views(boards.busy_board()):
        yield f"full-{where}", replace(full, view=view)
    yield from _switched(full)
    longest = replace(
        _terminal(language, LONGEST), slips=tuple(boards.slips(3, is_longest=True).slips)
    )
    endless = _terminal(language, boards.longest_board())
    yield "endless-title", endless
    yield "endless-title-offline", replace(endless, is_connected=False, pending=3)
    for where, view in _views(LONGEST):
        yield f"longest-{where}", replace(longest, view=view)
        yield f"longest-{where}-end", replace(longest, view=replace(view, part=99))
    for where, view in _pages():
        yield (
            f"bare-{where}",
            replace(_terminal(language, boards.bare_board()), view=view, slips=()),
        )
        yield f"unheard-{where}", replace(_terminal(language, None), view=view, slips=())
    for name, board in (
        ("nobody", boards.busy_board(0)),
        ("one", boards.busy_board(1)),
        ("few", boards.busy_board(10)),
    ):
        for where, view in _pages()[:2]:
            yield f"{name}-{where}", replace(_terminal(language, board), view=view)
    for name, terminal in _conditions(full):
        for where, view in _pages():
            yield f"{name}-{where}", replace(terminal, view=view)
    for name, toast in _toasts():
        yield f"toast-{name}", replace(full, toast=toast)
    for name, toast in _longest_toasts():
        yield f"toast-{name}", replace(longest, toast=toast)
    yield "blank", replace(full, is_blank=True)


def _terminal(language: Code, board: Board | None) -> Terminal:
    return Terminal(
        node=boards.NODE,
        site=boards.SITE,
        language=language,
        kept=None if board is None else Kept(board=board, heard_ms=NOW.uptime_ms),
        day=boards.DAY,
        slips=tuple(boards.slips().slips),
        is_connected=board is not None,
    )


def _pages() -> list[tuple[str, View]]:
    return [(page.value, View(page=page)) for page in Page]


def _views(board: Board) -> Iterator[tuple[str, View]]:
    """Yield every page, and what can be opened from each."""
    yield from _pages()
    for visit in board.visits[:5]:
        yield f"sheet-{visit.state}-{visit.is_timed}".lower(), _view(Page.HOME, visit.visit)
    yield "sheet-transfer", _view(Page.TOKENS, board.visits[0].visit, TRANSFER)
    yield "sheet-gone", _view(Page.HOME, "f" * 16)
    yield "tokens-services", _view(Page.TOKENS, SERVICES)
    contact = board.contacts[0]
    yield "directory-need", _view(Page.DIRECTORY, contact.needs[0])
    yield "directory-contact", _view(Page.DIRECTORY, contact.needs[0], contact.contact)
    yield "directory-address", _view(Page.DIRECTORY, contact.needs[0], contact.contact, ADDRESS)
    for phrase in board.phrases[:3]:
        yield f"card-{phrase.phrase}", _view(Page.CARDS, phrase.phrase)
    yield "card-languages", _view(Page.CARDS, board.phrases[0].phrase, LANGUAGES)
    yield "tallies-categories", _view(Page.TALLIES, board.tallies[0].what)


def _view(page: Page, *items: str) -> View:
    return View(page=page, items=items, below=(0,) * len(items))


def _switched(full: Terminal) -> Iterator[tuple[str, Terminal]]:
    yield "options-tokens", replace(full, view=View(page=Page.TOKENS), has_options=True)
    yield "service-tokens", replace(full, view=View(page=Page.TOKENS), service="etat-civil")
    yield "week-desks", replace(full, view=View(page=Page.DESKS), shows_week=True)
    yield "week-desks-end", replace(full, view=View(page=Page.DESKS, part=99), shows_week=True)
    yield "felt-pulse", replace(full, view=View(page=Page.PULSE), felt_on=boards.DAY)
    yield "changed-recount", replace(full, view=View(page=Page.RECOUNT), recount=100_000)
    yield "zero-recount", replace(full, view=View(page=Page.RECOUNT), recount=0)
    for code in PHRASE_LANGUAGES:
        view = _view(Page.CARDS, boards.PHRASES[0]["phrase"])
        yield f"spoken-{code}-card", replace(full, view=view, card_language=code)


def _conditions(full: Terminal) -> Iterator[tuple[str, Terminal]]:
    yield "offline", replace(full, is_connected=False, pending=3)
    yield "offline-long", replace(full, is_connected=False, pending=100_000)
    kept = full.kept
    if kept is not None:
        told_at = kept.board.composed_at - HOURS_MS
        old = kept.board.model_copy(update={"composed_at": told_at})
        heard_ms = NOW.uptime_ms - HOURS_MS
        yield "stale", replace(full, kept=replace(kept, board=old, heard_ms=heard_ms))
        unheard = replace(kept, board=old, heard_ms=None)
        yield "card", replace(full, kept=unheard, is_connected=False)
    yield "training", replace(full, training=Training(visits=visits_now(full)))


def _toasts() -> Iterator[tuple[str, Toast]]:
    for kind in get_args(ToastKind):
        toast = Toast(
            kind=kind,
            until_ms=NOW.uptime_ms + UNDO_MS,
            token="yellow-triangle",
            what="etat-civil" if kind == "transferred" else "repeated-question",
            category="toilettes",
            by="Étage",
            people=12,
            at_ms=boards.wall_ms("10:41"),
        )
        yield kind, toast
        yield f"{kind}-untimed", replace(toast, at_ms=None)
        yield f"{kind}-undo", replace(toast, undoes=("0" * 32, 7))


def _longest_toasts() -> Iterator[tuple[str, Toast]]:
    tally = LONGEST.tallies[0]
    undo = Toast(kind="counted", until_ms=NOW.uptime_ms + UNDO_MS, undoes=("0" * 32, 7))
    yield "longest-tally", replace(undo, what=tally.what)
    yield "longest-category", replace(undo, what=tally.what, category=tally.categories[0].category)
    yield (
        "longest-service",
        replace(
            undo, kind="transferred", token="yellow-triangle", what=LONGEST.services[0].service
        ),
    )
    beaten = replace(undo, kind="beaten", token="yellow-triangle", undoes=None)
    yield "longest-beaten-endless", replace(beaten, by=LONG_TITLE, at_ms=boards.wall_ms("10:41"))


# A waiting room's screen


def _halls() -> Iterator[tuple[str, Hall, Now]]:
    unheard = begun("salle", boards.SITE, None, NOW)
    yield "hall-unheard", unheard, NOW
    busy = boards.busy_board()
    calls = [
        boards.called(n, token=token, node=node, at=f"10:{38 + n}", service=service)
        for n, (token, node, service) in enumerate(
            (
                ("blue-star", boards.NODE, "accueil"),
                ("yellow-moon", boards.OTHER, "etat-civil"),
                ("red-drop", boards.NODE, "titres"),
                ("green-triangle", boards.OTHER, None),
            )
        )
    ]
    shown = {
        "bare": _heard(unheard, boards.bare_board()),
        "nobody": _heard(unheard, boards.busy_board(0)),
        "one": _heard(unheard, boards.board(calls[:1])),
        "four": _heard(unheard, boards.board(calls)),
        "busy": _heard(unheard, busy),
    }
    for name, one in shown.items():
        yield f"hall-{name}", one, NOW
    long = LONGEST.model_copy(update={"visits": []})
    long_calls = [{**call, "service": long.services[0].service} for call in calls]
    longest = _heard(unheard, _with(long, long_calls))
    alone = _heard(unheard, _with(long, long_calls[:1]))
    for turn in range(16):  # one message after the other
        at = replace(NOW, uptime_ms=NOW.uptime_ms + turn * TURN_MS)
        yield f"hall-four-turn-{turn}", shown["four"], at
        yield f"hall-nobody-turn-{turn}", shown["nobody"], at
        yield f"hall-longest-turn-{turn}", longest, at
        yield f"hall-longest-alone-turn-{turn}", alone, at
    for since_ms in range(0, ARRIVAL_MS, 400):
        arriving = hear_board(shown["one"], boards.board(calls[:2]), NOW, is_alive=True)
        at = replace(NOW, uptime_ms=NOW.uptime_ms + since_ms)
        yield f"hall-arriving-{since_ms}", arriving, at
    left = hear_board(shown["four"], boards.board(calls[1:]), NOW, is_alive=True)
    yield "hall-past", left, NOW
    yield "hall-offline", replace(shown["four"], is_connected=False), NOW
    late = replace(NOW, uptime_ms=NOW.uptime_ms + HOURS_MS, wall_ms=NOW.wall_ms + HOURS_MS)
    soon = replace(NOW, uptime_ms=NOW.uptime_ms + STALE_MS, wall_ms=NOW.wall_ms + STALE_MS)
    yield "hall-stale", shown["four"], soon
    yield "hall-stale-nobody", shown["nobody"], late
    yield "hall-untimed", shown["four"], replace(NOW, is_timed=False)


def _with(board: Board, visits: Sequence[dict[str, object]]) -> Board:
    return board.model_copy(update={"visits": boards.board(visits).visits})


def _heard(screen: Hall, board: Board) -> Hall:
    return replace(hear_board(screen, board, NOW, is_alive=True), is_connected=True)


# On the command line


def main(arguments: Sequence[str]) -> None:
    """Draw pictures into a directory."""
    names = [argument for argument in arguments if not argument.startswith("--")]
    directory = Path(*names)
    directory.mkdir(parents=True, exist_ok=True)
    for wall in WALLS:
        wanted = KEPT.__contains__ if "--all" not in arguments else lambda _: True
        for name, shown in drawn(wall, wanted):
            kept_pictures.write(directory / f"{name}.png", shown.picture)


if __name__ == "__main__":
    main(sys.argv[1:])
