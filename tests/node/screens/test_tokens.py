"""The grid of a terminal's macarons: what a tap on each does, and that it stays where it is."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from pasperdus_contract.board import Board
from pasperdus_contract.tokens import TOKENS
from pasperdus_node.screens.agent import agent
from pasperdus_node.screens.look import TOUCH_DISPLAY_2, Glass
from pasperdus_node.screens.scene import Mark, Scene, Target
from pasperdus_node.terminal.actions import Act, ChooseService, Give, Open, Page, name
from pasperdus_node.terminal.state import Kept, Terminal, View
from pasperdus_node.terminal.viewing import SERVICES
from support import boards
from support.boards import DAY, LONGEST_TITLE, NODE, OTHER, SITE, called, now, visit_id, waiting
from support.looks import GLASSES, faults, look, places, read

NOW = now("10:42")


def board(*visits: dict[str, Any], hand: tuple[str, ...] = TOKENS, **fields: Any) -> Board:
    terminals = [
        {"node": NODE, "title": "Accueil", "hand": list(hand), "heard": 0},
        {"node": OTHER, "title": "Étage", "hand": [], "heard": 0},
    ]
    return boards.board(visits, terminals=terminals, **fields)


def terminal(at_hand: Board | None, **fields: Any) -> Terminal:
    kept = None if at_hand is None else Kept(board=at_hand, heard_ms=NOW.uptime_ms)
    view = View(page=Page.TOKENS)
    return Terminal(
        node=NODE,
        site=SITE,
        **{"kept": kept, "is_connected": True, "day": DAY, "view": view} | fields,
    )


def shown(at_hand: Terminal, glass: Glass = TOUCH_DISPLAY_2, language: str = "fr") -> Scene:
    return agent(at_hand, NOW, look(glass, language))


def cells(scene: Scene) -> dict[str, Target]:
    """Return what a touch of each token's mark does."""
    marks = [item for item in scene.items if isinstance(item, Mark)]
    return {
        mark.token: target
        for mark in marks
        for target in scene.targets
        if target.rect.holds(mark.rect.x + mark.rect.w // 2, mark.rect.y + mark.rect.h // 2)
    }


@pytest.mark.parametrize(
    ("glass", "language", "in_use"), list(product(GLASSES, ("fr", "en"), (0, 12, 24)))
)
def test_all_24_tokens_fit_one_screen(glass: Glass, language: str, in_use: int) -> None:
    states: list[Any] = ["called", "serving", "parked"]
    visits = [
        called(n, since="08:00", state=states[n % 3]) if n % 4 else waiting(n, since="04:01")
        for n in range(in_use)
    ]

    scene = shown(terminal(board(*visits)), glass, language)

    assert set(cells(scene)) == set(TOKENS)
    assert faults(scene, glass) == []


@pytest.mark.parametrize("glass", GLASSES)
@pytest.mark.parametrize("count", [1, 6, 8, 12, 16, 18, 24])
def test_the_grid_stays_whatever_becomes_of_its_tokens(glass: Glass, count: int) -> None:
    hand = TOKENS[:count]
    seen = set()
    for visits in (
        [],
        [waiting(0)],
        [called(0)],
        [called(0, state="serving")],
        [waiting(n) for n in range(count)],
    ):
        found = cells(shown(terminal(board(*visits, hand=hand)), glass))
        seen.add(tuple(found[token].rect for token in hand))

    assert len(seen) == 1


def test_a_tap_gives_then_calls_then_opens() -> None:
    def tapped(*visits: dict[str, Any]) -> Target:
        return cells(shown(terminal(board(*visits))))[TOKENS[0]]

    assert tapped().tap == Give(TOKENS[0])
    assert (tapped(waiting(0)).tap, tapped(waiting(0)).hold) == (
        Act(visit_id(0), "call"),
        Open(visit_id(0)),
    )
    states: list[Any] = ["called", "serving", "parked"]
    for state in states:
        assert tapped(called(0, state=state)).tap == Open(visit_id(0))


def test_the_switch_makes_every_tap_do_what_holding_does() -> None:
    visits = [waiting(0), called(1), called(2, state="parked")]
    plain = shown(terminal(board(*visits)))
    switched = shown(terminal(board(*visits), has_options=True))

    assert "switch:options" in places(plain)
    held = {token: target.hold for token, target in cells(plain).items() if target.hold}
    assert {token: target.tap for token, target in cells(switched).items()} == held
    assert places(plain)["switch:options"] == places(switched)["switch:options"]


def test_each_hold_has_a_control_that_can_be_seen() -> None:
    scene = shown(terminal(board(*(waiting(n) for n in range(24)))))

    for target in scene.targets:
        if target.hold is not None:
            switched = shown(terminal(board(*(waiting(n) for n in range(24))), has_options=True))
            assert name(target.hold) in places(switched)


def test_only_tokens_of_this_hand_are_shown() -> None:
    at_hand = board(waiting(20), hand=TOKENS[:8])

    assert set(cells(shown(terminal(at_hand)))) == set(TOKENS[:8])


def test_free_tokens_are_faint_and_say_no_state() -> None:
    scene = shown(terminal(board(waiting(0))))

    faint = {item.token for item in scene.items if isinstance(item, Mark) and item.is_faint}
    assert faint == set(TOKENS[1:])
    assert read(scene).count("Attend") == 1


def test_tokens_are_handed_out_for_the_service_that_is_chosen() -> None:
    at_hand = terminal(board(), service="etat-civil")

    assert "État civil" in read(shown(at_hand))
    assert f"open:{SERVICES}" in places(shown(at_hand))
    choice = shown(replace(at_hand, view=View(page=Page.TOKENS, items=(SERVICES,), below=(0,))))
    offered = [t.tap.service for t in choice.targets if isinstance(t.tap, ChooseService)]
    assert offered == [None, "accueil", "etat-civil", "titres"]


def test_a_site_without_services_has_none_to_choose() -> None:
    scene = shown(terminal(board(services=[])))

    assert f"open:{SERVICES}" not in places(scene)
    assert "switch:options" in places(scene)


@pytest.mark.parametrize("glass", GLASSES)
def test_the_longest_services_fit(glass: Glass) -> None:
    longest = boards.longest_board(0).model_copy(update={"title": "Mairie"})
    at_hand = terminal(longest, service=longest.services[0].service)
    choice = View(page=Page.TOKENS, items=(SERVICES,), below=(0,))

    # On a low glass the button is as narrow as a hand of 24 leaves it.
    name = "" if glass.is_portrait else LONGEST_TITLE
    here = shown(replace(at_hand, view=View(page=Page.TOKENS)), glass)
    assert faults(here, glass, may_break=name) == []
    assert faults(shown(replace(at_hand, view=choice), glass), glass) == []


def test_without_tokens_it_says_why_and_what_happens_next() -> None:
    no_hand = read(shown(terminal(board(hand=()))))
    no_board = read(shown(terminal(None)))

    assert "Pas encore de macarons" in no_hand
    assert "Le serveur ne connaît pas encore" in no_hand
    assert "Rien reçu pour l’instant" in no_board
