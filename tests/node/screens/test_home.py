"""Home, the sheet of a macaron, and the frame that all pages share."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from pasperdus_contract.board import MAX_VISITS, Board
from pasperdus_contract.tokens import TOKENS
from pasperdus_node.screens.agent import agent
from pasperdus_node.screens.look import SEVEN_INCH, TOUCH_DISPLAY_2, Glass
from pasperdus_node.screens.scene import Fill, Icon, Mark, Scene
from pasperdus_node.screens.sheet import TRANSFER
from pasperdus_node.terminal.actions import Act, Page, Switch
from pasperdus_node.terminal.performing import perform
from pasperdus_node.terminal.queue import steps_of, visits_now
from pasperdus_node.terminal.state import Kept, Now, Terminal, Toast, Training, View
from support import boards
from support.boards import DAY, NODE, SITE, both, called, now, visit_id, waiting
from support.looks import GLASSES, faults, look, places, read

NOW = now("10:42")
TWO_OPEN = [
    {"day": str(DAY), "opens": "09:00", "closes": closes, "title": both(title)}
    for title, closes in (("Impôts", "12:00"), ("Budget", "11:30"))
]


def terminal(board: Board | None, **fields: Any) -> Terminal:
    kept = None if board is None else Kept(board=board, heard_ms=NOW.uptime_ms)
    return Terminal(
        node=NODE, site=SITE, **{"kept": kept, "is_connected": True, "day": DAY} | fields
    )


def shown(
    at_hand: Terminal, at: Now = NOW, glass: Glass = TOUCH_DISPLAY_2, language: str = "fr"
) -> Scene:
    return agent(at_hand, at, look(glass, language))


def opened(*items: str, page: Page = Page.HOME) -> View:
    return View(page=page, items=items, below=(0,) * len(items))


@pytest.mark.parametrize("glass", GLASSES)
@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("count", [0, 1, 24, MAX_VISITS])
def test_home_can_be_read_and_touched(glass: Glass, language: str, count: int) -> None:
    at_hand = terminal(boards.busy_board(count))

    assert faults(shown(at_hand, glass=glass, language=language), glass) == []


@pytest.mark.parametrize("glass", GLASSES)
def test_calling_somebody_moves_nobody(glass: Glass) -> None:
    before = boards.board([waiting(n, since=f"10:{n:02}") for n in range(9)])
    after = boards.board([(called if n == 4 else waiting)(n, since=f"10:{n:02}") for n in range(9)])

    assert places(shown(terminal(before), glass=glass)) == places(
        shown(terminal(after), glass=glass)
    )


@pytest.mark.parametrize("glass", GLASSES)
def test_everybody_who_waits_is_on_one_of_the_parts_longest_wait_first(glass: Glass) -> None:
    at_hand = terminal(boards.board([waiting(n, since=f"08:{n:02}") for n in range(MAX_VISITS)]))
    seen: list[str] = []
    for part in range(20):
        scene = shown(replace(at_hand, view=View(part=part)), glass=glass)
        seen += [told for told in places(scene) if told.startswith("open:")]
        if "turn:1" not in places(scene):
            break

    assert seen == [f"open:{visit_id(n)}" for n in range(MAX_VISITS)]


def test_each_state_is_told_by_a_word_and_a_sign() -> None:
    visits = [
        waiting(0, since="10:00"),
        called(1, since="10:01"),
        called(2, since="10:02", state="serving"),
        called(3, since="10:03", state="parked"),
    ]
    scene = shown(terminal(boards.board(visits)))

    signs = {item.name for item in scene.items if isinstance(item, Icon)}
    assert {"waiting", "called", "serving", "parked"} <= signs
    assert {"Attend", "Appelé", "Reçu", "À part"} <= set(read(scene).splitlines())


def test_no_minutes_are_told_of_a_wait_that_no_clock_measured() -> None:
    board = boards.board([waiting(0, since="10:30"), waiting(1, since="10:31", is_timed=False)])

    assert read(shown(terminal(board))).count("′") == 1
    assert "?" in read(shown(terminal(board))).splitlines()
    untimed = shown(terminal(board), replace(NOW, is_timed=False))
    assert "′" not in read(untimed)
    assert "heure ?" in read(untimed)


def test_the_age_of_the_data_is_always_told() -> None:
    at_hand = terminal(boards.board())
    toast = Toast(kind="undone", until_ms=NOW.uptime_ms + 5_000)

    for one in (
        at_hand,
        replace(at_hand, toast=toast),
        replace(at_hand, is_connected=False, pending=3),
        replace(at_hand, training=Training(visits=())),
        *(replace(at_hand, view=View(page=page)) for page in Page),
    ):
        assert "données de 10 h 42" in read(shown(one))


def test_data_of_another_day_or_of_an_unknown_one_are_told_with_their_day() -> None:
    at_hand = terminal(boards.board())

    assert "données du 24 nov." in read(shown(at_hand, now("09:00", DAY + timedelta(days=1))))
    assert "données du 24 nov." in read(shown(at_hand, replace(NOW, is_timed=False)))


def test_without_a_network_it_says_what_waits_and_that_one_can_go_on() -> None:
    at_hand = terminal(boards.board(), is_connected=False, pending=3)

    assert "Appelez de vive voix.\nHors ligne, 3 envois gardés." in read(shown(at_hand))
    assert "Hors ligne, tout est gardé ici." in read(shown(replace(at_hand, pending=0)))
    assert places(shown(at_hand)) == places(shown(replace(at_hand, is_connected=True)))


@pytest.mark.parametrize("glass", GLASSES)
@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("kind", ["called", "recalled"])
def test_a_call_that_reaches_no_public_screen_is_to_be_made_aloud(
    glass: Glass, language: str, kind: Any
) -> None:
    aloud = {"fr": "de vive voix", "en": "called aloud"}[language]
    for token in TOKENS:
        toast = Toast(kind=kind, token=token, until_ms=NOW.uptime_ms + 5_000, undoes=("a" * 32, 7))
        at_hand = terminal(boards.board(), toast=toast)
        scene = shown(replace(at_hand, is_connected=False), glass=glass, language=language)
        assert aloud in read(scene).replace("\n", " ")
        assert faults(scene, glass) == []
        assert aloud not in read(shown(at_hand, glass=glass, language=language)).replace("\n", " ")


@pytest.mark.parametrize("kind", ["not_kept", "held_twice", "too_late"])
def test_what_needs_the_agent_is_told_as_a_warning(kind: Any) -> None:
    toast = Toast(kind=kind, token="red-star", until_ms=NOW.uptime_ms + 5_000)
    scene = shown(terminal(boards.board(), toast=toast))

    assert any(item.role == "warning" for item in scene.items if isinstance(item, Fill))
    assert any(item.name == "warning" for item in scene.items if isinstance(item, Icon))


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ("called", "Appelé il y a 3 min"),
        ("serving", "Reçu · appelé il y a 3 min"),
        ("parked", "À part · appelé il y a 3 min"),
    ],
)
def test_after_the_call_its_minutes_are_told_and_not_those_of_the_wait(
    state: Any, told: str
) -> None:
    board = boards.board([called(0, at="10:39", state=state)])
    sheet = terminal(board, view=opened(visit_id(0)))

    assert "3′" in read(shown(terminal(board))).splitlines()
    assert told in read(shown(sheet)).replace("\n", " ")


def test_a_silent_centre_is_told() -> None:
    scene = shown(terminal(boards.board()), now("10:46"))

    assert "Le serveur ne répond plus." in read(scene)


def test_before_the_first_board_it_says_what_to_do() -> None:
    scene = shown(terminal(None))

    assert "Rien reçu pour l’instant" in read(scene)
    assert "Vérifiez que le serveur est allumé" in read(scene)
    assert set(places(scene)) == {
        f"go:{page}" for page in ("home", "tokens", "desks", "directory", "more")
    }


def test_desks_that_are_open_now_are_told_and_lead_to_the_desks() -> None:
    one, two = (boards.board(desks=TWO_OPEN[:count]) for count in (1, 2))
    later = boards.board(desks=[TWO_OPEN[0] | {"opens": "11:00"}])
    many = boards.board(desks=TWO_OPEN * 9)

    assert "Impôts\njusqu’à 12 h" in read(shown(terminal(one)))
    assert "Budget, Impôts\nl’une ferme à 11 h 30" in read(shown(terminal(two)))
    assert "Impôts\nà partir de 11 h" in read(shown(terminal(later)))
    assert "18 permanences\nl’une ferme à 11 h 30" in read(shown(terminal(many)))
    none = read(shown(terminal(boards.board(desks=[])))).replace("\n", " ")
    assert "Pas de permanence en ce moment" in none
    assert "go:desks" in places(shown(terminal(one)))


def test_people_inside_are_told_with_their_error_and_lead_to_the_recount() -> None:
    scene = shown(terminal(boards.board()))

    assert "12 ± 2 présents\nà 10 h 42" in read(scene)
    assert "go:recount" in places(scene)
    unknown = shown(terminal(boards.board(inside=None)))
    assert "Nombre de présents inconnu" in read(unknown)
    assert "go:recount" in places(unknown)


def test_an_undo_shows_how_many_seconds_are_left_and_covers_no_button() -> None:
    at_hand = terminal(boards.busy_board(9))
    toast = Toast(
        kind="called", token="red-star", until_ms=NOW.uptime_ms + 5_000, undoes=("a" * 32, 7)
    )
    calm = shown(at_hand)
    dashes = []
    for passed_ms in (0, 999, 1_000, 4_999):
        at = replace(NOW, uptime_ms=NOW.uptime_ms + passed_ms)
        scene = shown(replace(at_hand, toast=toast), at)
        dashes.append(sum(isinstance(i, Fill) and i.role == "ink" for i in scene.items))
        assert "Étoile rouge : appel lancé" in read(scene)
        assert not scene.is_moving
        assert {told: rect for told, rect in places(scene).items() if told != "undo"} == places(
            calm
        )
        assert "undo" in places(scene)

    assert dashes == [5, 5, 4, 1]
    late = replace(NOW, uptime_ms=NOW.uptime_ms + 5_000)
    assert "undo" not in places(shown(replace(at_hand, toast=toast), late))


def test_training_says_so_even_while_a_message_stands() -> None:
    at_hand = terminal(boards.board(), training=Training(visits=()))
    toast = Toast(kind="undone", until_ms=NOW.uptime_ms + 5_000)

    assert "Rien n’est enregistré." in read(shown(at_hand))
    for one in (at_hand, replace(at_hand, toast=toast)):
        assert any(i.role == "training" for i in shown(one).items if isinstance(i, Fill))


def test_messages_that_wait_are_counted_on_the_tab_that_leads_to_them() -> None:
    slips = tuple(boards.slips(12).slips)
    at_hand = terminal(boards.board())

    assert "\n9+" in read(shown(replace(at_hand, slips=slips)))
    one_taken = replace(at_hand, slips=slips[:2], taken=frozenset({slips[0].id}))
    assert read(shown(one_taken)).endswith("\n1")


def test_a_blank_screen_shows_nothing_and_wakes_wherever_it_is_touched() -> None:
    scene = shown(terminal(boards.busy_board(9), is_blank=True))

    assert scene.items == ()
    assert scene.ground == "black"
    assert [(target.tap, target.rect) for target in scene.targets] == [
        (Switch("blank"), (0, 0, 720, 1280))
    ]


@pytest.mark.parametrize("glass", GLASSES)
@pytest.mark.parametrize("state", ["waiting", "called", "serving", "parked"])
def test_a_sheet_offers_every_step_that_makes_sense_and_each_is_recorded(
    glass: Glass, state: Any
) -> None:
    one = waiting(0, service="accueil") if state == "waiting" else called(0, state=state)
    at_hand = terminal(boards.board([one]), view=opened(visit_id(0)))
    visit = visits_now(at_hand)[0]

    scene = shown(at_hand, glass=glass)

    offered = [target.tap for target in scene.targets if isinstance(target.tap, Act)]
    assert {act.action for act in offered} == set(steps_of(visit)) - {"transfer"}
    assert f"open:{TRANSFER}" in places(scene)
    for act in offered:
        assert perform(at_hand, act, NOW, fresh_visit="0" * 16).records
    assert faults(scene, glass) == []


def test_a_visit_can_be_sent_to_any_service_but_the_one_that_it_waits_for() -> None:
    at_hand = terminal(
        boards.board([waiting(0, service="accueil")]), view=opened(visit_id(0), TRANSFER)
    )

    acts = [t.tap for t in shown(at_hand).targets if isinstance(t.tap, Act)]

    assert [act.service for act in acts] == ["etat-civil", "titres"]
    for act in acts:
        assert perform(at_hand, act, NOW, fresh_visit="0" * 16).records


def test_a_site_without_services_offers_no_transfer() -> None:
    board = boards.board([waiting(0)], services=[])

    scene = shown(terminal(board, view=opened(visit_id(0))))

    assert f"open:{TRANSFER}" not in places(scene)


def test_a_sheet_of_a_macaron_that_is_back_says_so() -> None:
    scene = shown(terminal(boards.board(), view=opened(visit_id(0))))

    assert "Ce macaron est rendu." in read(scene)
    assert "back" in places(scene)


def test_the_longest_words_fit_the_sheet() -> None:
    board = boards.longest_board(1)
    items = (board.visits[0].visit,)
    for glass in (TOUCH_DISPLAY_2, SEVEN_INCH):
        for view in (opened(*items), opened(*items, TRANSFER)):
            at_hand = terminal(board.model_copy(update={"title": "Mairie"}), view=view)
            scene = shown(at_hand, glass=glass)
            assert faults(scene, glass) == []
            assert any(isinstance(item, Mark) for item in scene.items)
