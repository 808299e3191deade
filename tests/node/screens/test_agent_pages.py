"""The pages behind the tabs: desks, directory, messages, tallies, pulse, recount, cards, more."""

from dataclasses import replace
from typing import Any

import pytest

from pasperdus_contract.board import MAX_NEEDS, MAX_PHRASES, PHRASE_LANGUAGES, Board
from pasperdus_node.screens.agent import agent
from pasperdus_node.screens.cards import ADDRESS, OWN_NAMES
from pasperdus_node.screens.look import CARD_MM, SEVEN_INCH, TOUCH_DISPLAY_2, Glass
from pasperdus_node.screens.scene import Face, Icon, Scene, Words
from pasperdus_node.terminal.actions import Change, Open, Page, Speak, Switch, Turn, name
from pasperdus_node.terminal.performing import perform
from pasperdus_node.terminal.state import UNDO_MS, Kept, Now, Terminal, Toast, Training, View
from support import boards
from support.boards import DAY, NODE, SITE, both, now
from support.looks import GLASSES, faults, look, places, read

NOW = now("10:42")


def terminal(board: Board | None, page: Page, *items: str, **fields: Any) -> Terminal:
    kept = None if board is None else Kept(board=board, heard_ms=NOW.uptime_ms)
    view = View(page=page, items=items, below=(0,) * len(items))
    told = {"kept": kept, "is_connected": True, "day": DAY, "view": view}
    return Terminal(node=NODE, site=SITE, **told | fields)


def shown(
    at_hand: Terminal, at: Now = NOW, glass: Glass = TOUCH_DISPLAY_2, language: str = "fr"
) -> Scene:
    return agent(at_hand, at, look(glass, language))


def tapped(at_hand: Terminal, action: Any) -> Terminal:
    return perform(at_hand, action, NOW, fresh_visit="0" * 16).terminal


def desk(opens: str, closes: str, title: str, **fields: Any) -> dict[str, Any]:
    return {"day": str(DAY), "opens": opens, "closes": closes, "title": both(title), **fields}


@pytest.mark.parametrize("glass", GLASSES)
@pytest.mark.parametrize(
    ("page", "count"), [(Page.DIRECTORY, MAX_NEEDS), (Page.CARDS, MAX_PHRASES)]
)
def test_every_list_shows_all_its_things_once_when_its_parts_are_turned(
    glass: Glass, page: Page, count: int
) -> None:
    at_hand = terminal(boards.longest_board(0), page)
    seen: list[str] = []
    while True:
        scene = shown(at_hand, glass=glass)
        seen += [name(t.tap) for t in scene.targets if isinstance(t.tap, Open)]
        on = next((t.tap for t in scene.targets if isinstance(t.tap, Turn) and t.tap.by == 1), None)
        if on is None:
            break
        at_hand = tapped(at_hand, on)

    assert len(seen) == len(set(seen)) == count


# Desks


@pytest.mark.parametrize(
    ("clock", "told"),
    [("08:59", None), ("09:00", "Ouverte"), ("11:59", "Ouverte"), ("12:00", "Terminée")],
)
def test_a_desk_is_open_from_its_first_minute_to_the_last(clock: str, told: str | None) -> None:
    board = boards.board(desks=[desk("09:00", "12:00", "Impôts")])
    text = read(shown(terminal(board, Page.DESKS), now(clock)))

    assert [word for word in ("Ouverte", "Terminée") if word in text] == ([told] if told else [])


def test_no_desk_is_called_open_by_a_clock_that_nobody_can_trust() -> None:
    board = boards.board(desks=[desk("09:00", "12:00", "Impôts")])

    assert "Ouverte" not in read(shown(terminal(board, Page.DESKS), now(is_timed=False)))


def test_a_cancelled_desk_says_so_in_a_word_and_a_sign() -> None:
    board = boards.board(desks=[desk("09:00", "12:00", "Impôts", is_cancelled=True)])
    scene = shown(terminal(board, Page.DESKS))

    assert "Annulée" in read(scene)
    assert "Ouverte" not in read(scene)
    assert "cancelled" in {item.name for item in scene.items if isinstance(item, Icon)}


def test_who_is_still_there_comes_before_who_has_gone() -> None:
    board = boards.board(desks=[desk("08:00", "09:00", "Parti"), desk("10:00", "12:00", "Présent")])
    text = read(shown(terminal(board, Page.DESKS)))

    assert text.index("Présent") < text.index("Parti")


def test_the_week_is_told_by_day_and_yesterday_is_not_in_it() -> None:
    days = [("2026-11-23", "Hier"), ("2026-11-24", "Mardi"), ("2026-11-26", "Jeudi")]
    board = boards.board(desks=[desk("09:00", "10:00", title) | {"day": d} for d, title in days])
    today = shown(terminal(board, Page.DESKS))
    week = read(shown(tapped(terminal(board, Page.DESKS), Switch("week"))))

    assert "Jeudi" not in read(today)
    assert "Hier" not in week
    assert "Aujourd’hui, mardi 24 nov." in week
    assert "Jeudi 26 nov." in week


# Directory


def test_a_contact_without_an_address_offers_no_card() -> None:
    board = boards.board()
    with_one = terminal(board, Page.DIRECTORY, "logement", "maison-du-logement")
    without = terminal(board, Page.DIRECTORY, "logement", "point-justice")

    assert f"open:{ADDRESS}" in places(shown(with_one))
    assert f"open:{ADDRESS}" not in places(shown(without))


def test_a_phone_number_is_large_enough_to_be_shown() -> None:
    scene = shown(terminal(boards.board(), Page.DIRECTORY, "logement", "maison-du-logement"))
    phone = [item for item in scene.items if isinstance(item, Words) and "01 23 45" in item.text]

    assert [item.size_px for item in phone] == [TOUCH_DISPLAY_2.type_px(CARD_MM)]


def test_what_the_site_has_removed_meanwhile_leads_back_and_nowhere_else() -> None:
    scene = shown(terminal(boards.board(), Page.DIRECTORY, "removed", "gone", ADDRESS))

    assert "back" in places(scene)


# Messages


def test_no_network_is_not_told_as_no_message() -> None:
    offline = terminal(boards.board(), Page.MESSAGES, is_connected=False)
    silent = read(shown(offline)).replace("\n", " ")

    assert "Messages non reçus : pas de réseau" in silent
    assert "Aucun message" not in silent
    assert "Aucun message" in read(shown(replace(offline, is_connected=True)))


def test_taking_one_message_cannot_take_the_next_by_the_same_double_tap() -> None:
    slips = tuple(boards.slips(3).slips)
    toast = Toast(kind="taken", until_ms=NOW.uptime_ms + UNDO_MS)
    at_hand = terminal(
        boards.board(), Page.MESSAGES, slips=slips, taken=frozenset({"slip-0"}), toast=toast
    )
    later = replace(NOW, uptime_ms=NOW.uptime_ms + 1_000)

    assert not any(key.startswith("take:") for key in places(shown(at_hand)))
    assert "take:slip-1" in places(shown(at_hand, later))


@pytest.mark.parametrize("glass", GLASSES)
def test_the_longest_message_is_read_whole_beside_its_button(glass: Glass) -> None:
    slips = tuple(boards.slips(3, is_longest=True).slips)
    scene = shown(terminal(boards.board(), Page.MESSAGES, slips=slips), glass=glass)

    assert slips[0].text in read(scene).replace("\n", " ")
    assert faults(scene, glass) == []


# Tallies


def test_a_tally_with_categories_can_be_counted_without_one() -> None:
    board = boards.board()

    assert "open:repeated-question" in places(shown(terminal(board, Page.TALLIES)))
    assert {"count:repeated-question:toilettes", "count:repeated-question:"} <= set(
        places(shown(terminal(board, Page.TALLIES, "repeated-question")))
    )


# Pulse


def test_the_day_is_asked_once_and_only_where_enough_agents_work() -> None:
    asked = terminal(boards.board(), Page.PULSE)
    few = terminal(boards.board(asks_pulse=False), Page.PULSE)
    given = replace(asked, felt_on=DAY)

    assert [item.value for item in shown(asked).items if isinstance(item, Face)] == [1, 2, 3, 4, 5]
    for quiet in (few, given, terminal(None, Page.PULSE)):
        assert not any(key.startswith("feel:") for key in places(shown(quiet)))
    assert "moins de cinq agents" in read(shown(few)).replace("\n", " ")
    assert "au moins 11 réponses" in read(shown(given)).replace("\n", " ")


def test_what_was_given_in_training_is_asked_again_after_it() -> None:
    training = terminal(boards.board(), Page.PULSE, training=Training(visits=(), has_felt=True))

    assert "feel:3" not in places(shown(training))
    assert "feel:3" in places(shown(replace(training, training=None)))


# Recount


def test_nobody_can_be_counted_below_nobody() -> None:
    at_hand = terminal(boards.board(), Page.RECOUNT, recount=1)

    assert {"change:-1", "change:1", "change:10"} <= set(places(shown(at_hand)))
    assert "change:-10" not in places(shown(at_hand))
    assert "change:-1" not in places(shown(tapped(at_hand, Change(-1))))


@pytest.mark.parametrize("glass", GLASSES)
def test_no_key_of_a_recount_moves_while_it_is_changed(glass: Glass) -> None:
    few = places(shown(terminal(boards.board(), Page.RECOUNT, recount=0), glass=glass))
    many = places(shown(terminal(boards.board(), Page.RECOUNT, recount=100_000), glass=glass))

    assert few.items() <= many.items()


# Cards


def test_every_language_of_the_contract_has_its_own_name() -> None:
    assert tuple(OWN_NAMES) == PHRASE_LANGUAGES


def test_a_card_covers_the_glass_in_the_language_that_was_chosen() -> None:
    listed = terminal(boards.board(), Page.CARDS, "premier-etage")
    chosen = tapped(tapped(listed, Open("languages")), Speak("el"))
    scene = shown(chosen)

    assert "Ανεβείτε στον πρώτο όροφο." in read(scene).replace("\n", " ")
    assert "Montez au premier étage." in read(scene).replace("\n", " ")
    assert set(places(scene)) == {"back", "open:languages"}
    assert "arrow-up" in {item.name for item in scene.items if isinstance(item, Icon)}


def test_a_card_that_lacks_the_language_is_shown_in_french() -> None:
    scene = shown(terminal(boards.board(), Page.CARDS, "asseyez-vous", card_language="el"))

    assert "Asseyez-vous, on vous appellera." in read(scene).replace("\n", " ")
    assert set(places(scene)) == {"back"}


# More


def test_the_other_language_is_named_in_itself() -> None:
    at_hand = terminal(boards.board(), Page.MORE)

    assert "English" in read(shown(at_hand))
    assert "Français" in read(shown(at_hand, language="en"))


@pytest.mark.parametrize("glass", [TOUCH_DISPLAY_2, SEVEN_INCH])
@pytest.mark.parametrize("page", list(Page))
def test_a_page_with_nothing_says_why(glass: Glass, page: Page) -> None:
    for board in (None, boards.bare_board()):
        scene = shown(terminal(board, page), glass=glass)

        assert faults(scene, glass) == []
        assert len(read(scene).split()) > 8
