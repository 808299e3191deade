"""The public screen: calls that are seen from afar, and one message at a time."""

from dataclasses import replace
from typing import Any

import pytest

from pasperdus_contract.board import MAX_NOTICES
from pasperdus_node.screens.calls import newest, where_to
from pasperdus_node.screens.hall import ARRIVAL_MS, TURN_MS, hall, letters_of
from pasperdus_node.screens.look import HALL_MM, HALL_SCREEN, SEVEN_INCH, TOUCH_DISPLAY_2, Glass
from pasperdus_node.screens.scene import Mark, Rect, Scene, Words
from pasperdus_node.terminal.hall import Hall, begun, hear_board
from pasperdus_node.terminal.state import Now
from support import boards
from support.boards import LONGEST_PARAGRAPH, NODE, OTHER, SITE, both, called, now
from support.looks import faults, look, read

NOW = now("10:42")
GLASSES = (HALL_SCREEN, TOUCH_DISPLAY_2, SEVEN_INCH)
TOKENS = ("blue-star", "yellow-moon", "red-drop", "green-triangle")


def calls(count: int, **fields: Any) -> list[dict[str, Any]]:
    return [
        called(n, token=token, at=f"10:{30 + n}", **fields)
        for n, token in enumerate(TOKENS[:count])
    ]


def heard(screen: Hall, board: Any, at: Now = NOW) -> Hall:
    return replace(hear_board(screen, board, at, is_alive=True), is_connected=True)


def screen(board: Any) -> Hall:
    return heard(begun("salle", SITE, None, NOW), board)


def marks(scene: Scene) -> list[Mark]:
    return [item for item in scene.items if isinstance(item, Mark)]


def after(at: Now, ms: int) -> Now:
    return replace(at, uptime_ms=at.uptime_ms + ms)


@pytest.mark.parametrize("glass", GLASSES)
def test_the_newest_call_is_the_largest_and_is_never_away(glass: Glass) -> None:
    at_hand = screen(boards.board(calls(4)))
    for turn in range(12):
        scene = hall(at_hand, after(NOW, turn * TURN_MS), look(glass))
        sizes = {mark.token: mark.rect.w for mark in marks(scene)}

        assert max(sizes, key=lambda token: sizes[token]) == TOKENS[3]
        assert scene.targets == ()


def test_the_newest_name_is_read_across_a_waiting_room() -> None:
    at_hand = screen(boards.board(calls(2)))
    scene = hall(at_hand, NOW, look(HALL_SCREEN))
    name = [item for item in scene.items if isinstance(item, Words) and "Lune" in item.text]

    assert name[0].size_px >= HALL_SCREEN.type_px(HALL_MM)


@pytest.mark.parametrize("glass", GLASSES)
def test_a_call_that_arrives_moves_for_six_seconds_and_never_flashes(glass: Glass) -> None:
    arriving = heard(screen(boards.board(calls(1))), boards.board(calls(2)))
    sizes = []
    for since_ms in range(0, ARRIVAL_MS, 50):
        scene = hall(arriving, after(NOW, since_ms), look(glass))
        assert scene.is_moving
        sizes.append(next(m.rect.w for m in marks(scene) if m.token == TOKENS[1]))
    still = hall(arriving, after(NOW, ARRIVAL_MS), look(glass))
    full = next(m.rect.w for m in marks(still) if m.token == TOKENS[1])

    assert not still.is_moving
    assert sizes[0] < full / 2
    assert min(sizes[12:]) > 0.85 * full


def test_no_token_is_drawn_that_nobody_called() -> None:
    """Somebody who holds it would get up."""
    for board in (boards.board(), boards.bare_board()):
        assert marks(hall(screen(board), NOW, look(HALL_SCREEN))) == []


def test_a_visitor_is_sent_to_the_service_else_to_who_called() -> None:
    board = boards.board(
        [
            called(0, service="etat-civil", at="10:30"),
            called(1, service="titres", node=OTHER, at="10:31"),
            called(2, node=NODE, at="10:32"),
        ]
    )
    shown = {call.visit: where_to(call, board, look()) for call in screen(board).calls}

    assert [shown[boards.visit_id(n)] for n in range(3)] == ["Guichet 2", "Étage", "Accueil"]


@pytest.mark.parametrize("glass", GLASSES)
def test_every_message_has_its_turn_and_no_word_of_the_longest_is_lost(glass: Glass) -> None:
    notices = [{"title": both(f"Avis {n}")} for n in range(MAX_NOTICES - 1)]
    notices.append({"title": both("Le plus long"), "text": both(LONGEST_PARAGRAPH)})
    at_hand = screen(boards.bare_board(notices=notices, visits=calls(1)))
    told = [read(hall(at_hand, after(NOW, turn * TURN_MS), look(glass))) for turn in range(40)]
    everything = "\n".join(told)

    assert all(f"Avis {n}" in everything for n in range(MAX_NOTICES - 1))
    assert set(LONGEST_PARAGRAPH.replace("-", "- ").split()) <= set(
        everything.replace("-", "- ").split()
    )


def test_what_was_done_is_never_shown_as_what_was_said() -> None:
    answers = [{"said": both("Attente"), "done": both(LONGEST_PARAGRAPH)}]
    at_hand = screen(boards.bare_board(answers=answers, visits=calls(1)))
    for turn in range(8):
        text = read(hall(at_hand, after(NOW, turn * TURN_MS), look(SEVEN_INCH)))

        assert ("Vous avez dit" in text) == ("Attente" in text)


def test_only_one_message_is_told_at_a_time() -> None:
    notices = [{"title": both(f"Avis {n}")} for n in range(4)]
    at_hand = screen(boards.bare_board(notices=notices))
    for turn in range(8):
        text = read(hall(at_hand, after(NOW, turn * TURN_MS), look(HALL_SCREEN)))

        assert text.count("Avis") == 1


def test_a_desk_that_is_over_leaves_its_room_to_others() -> None:
    desks = [
        {"day": str(boards.DAY), "opens": "08:00", "closes": "09:00", "title": both("Passée")},
        {"day": str(boards.DAY), "opens": "14:00", "closes": "16:00", "title": both("À venir")},
    ]
    text = read(hall(screen(boards.bare_board(desks=desks)), NOW, look(HALL_SCREEN)))

    assert "À venir" in text
    assert "Passée" not in text


def test_a_screen_that_hears_nothing_says_how_visitors_will_be_called() -> None:
    at_hand = screen(boards.board(calls(1)))
    late = replace(now("11:42"), uptime_ms=NOW.uptime_ms + 3_600_000)

    assert "de vive voix" not in read(hall(at_hand, NOW, look(HALL_SCREEN)))
    assert "de vive voix" in read(hall(at_hand, late, look(HALL_SCREEN)))


@pytest.mark.parametrize("glass", GLASSES)
@pytest.mark.parametrize("board", [boards.board(), boards.busy_board(0)], ids=["plain", "busy"])
def test_a_screen_that_hears_nothing_promises_no_call_of_its_own(glass: Glass, board: Any) -> None:
    at_hand = screen(board)
    late = replace(now("11:42"), uptime_ms=NOW.uptime_ms + 3_600_000)
    text = " ".join(read(hall(at_hand, late, look(glass))).split())

    assert "s’affichera ici" in " ".join(read(hall(at_hand, NOW, look(glass))).split())
    assert "s’affichera ici" not in text
    assert text.count("de vive voix") == 1


@pytest.mark.parametrize("place", ["Guichet 12", "Salle mariages", "Salle des mariages"])
@pytest.mark.parametrize("count", range(1, 5))
@pytest.mark.parametrize("since_ms", [0, 300_000], ids=["fresh", "stale"])
def test_where_to_go_is_read_at_three_metres(place: str, count: int, since_ms: int) -> None:
    busy = boards.busy_board(0)
    service = busy.services[0].model_dump() | {"place": both(place)}
    visits = boards.board(calls(count, service=service["service"])).visits
    services = boards.board(services=[service]).services
    told = busy.model_copy(update={"visits": visits, "services": services})
    at = replace(after(NOW, since_ms), wall_ms=NOW.wall_ms + since_ms)
    scene = hall(screen(told), at, look(HALL_SCREEN))
    lines = [i for i in scene.items if isinstance(i, Words) and i.text == place]
    sizes = sorted((line.size_px for line in lines), reverse=True)

    assert len(sizes) == count
    assert sizes[0] >= HALL_SCREEN.type_px(18)
    assert all(size >= HALL_SCREEN.type_px(14) for size in sizes[1:])


def test_the_newest_is_told_that_it_is_their_turn_unless_they_came() -> None:
    board = boards.board(calls(3))
    assert read(hall(screen(board), NOW, look(HALL_SCREEN))).count("C’est à vous") == 1
    assert "Your turn" in read(hall(screen(board), NOW, look(HALL_SCREEN, "en")))
    assert "Déjà appelés" in read(hall(screen(board), NOW, look(HALL_SCREEN)))
    assert "Déjà appelés" not in read(hall(screen(boards.board(calls(1))), NOW, look(HALL_SCREEN)))

    gone = heard(screen(board), boards.board())
    assert "C’est à vous" not in read(hall(gone, NOW, look(HALL_SCREEN)))


def test_a_site_without_tokens_does_not_speak_of_them() -> None:
    text = read(hall(screen(boards.bare_board(terminals=[])), NOW, look(HALL_SCREEN)))

    assert "macaron" not in text
    assert "Bienvenue" in text


@pytest.mark.parametrize("glass", GLASSES)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_longest_of_everything_can_be_read(glass: Glass, language: str) -> None:
    long = boards.longest_board(0)
    visits = calls(4, service=long.services[0].service)
    at_hand = screen(long.model_copy(update={"visits": boards.board(visits).visits}))
    for turn in range(6):
        scene = hall(at_hand, after(NOW, turn * TURN_MS), look(glass, language))

        assert faults(scene, glass) == []


def test_a_call_is_told_in_both_languages() -> None:
    at_hand = screen(boards.board(calls(1)))
    wide = look(HALL_SCREEN)
    drawn = newest(
        at_hand.calls[0], boards.board(), wide, Rect(0, 0, 900, 900), letters_of(wide), None
    )
    text = [item.text for item in drawn.items if isinstance(item, Words)]

    assert {"Étoile bleue", "Blue star"} <= set(text)
