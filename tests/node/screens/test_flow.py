"""Words wrap and lose nothing; long lists turn page by page under buttons that stay."""

from __future__ import annotations

from itertools import pairwise

import pytest

from pasperdus_node.screens import flow
from pasperdus_node.screens.flow import Drawn, Entry
from pasperdus_node.screens.scene import Rect
from pasperdus_node.terminal.actions import Open, Turn, name
from support.boards import LONGEST_DETAIL, LONGEST_TITLE
from support.looks import look

LOOK = look()
AREA = Rect(20, 200, 680, 900)


@pytest.mark.parametrize("width", [60, 200, 400, 680])
@pytest.mark.parametrize("text", [LONGEST_TITLE, LONGEST_DETAIL])
def test_wrapped_lines_hold_the_whole_text_and_none_is_too_wide(text: str, width: int) -> None:
    lines = [line.text for line in flow.wrap(LOOK, text, width)]

    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(flow.width_px(LOOK, line) <= width for line in lines)


def test_a_word_that_is_wider_than_a_line_breaks_after_its_hyphens() -> None:
    lines = [line.text for line in flow.wrap(LOOK, f"À {LONGEST_TITLE}", 500)]

    assert lines == ["À Réglementation-", "circulation-stationnement"]


def test_a_word_that_fits_a_line_is_not_broken() -> None:
    lines = [line.text for line in flow.wrap(LOOK, "Mairie annexe des Hauts-de-Saint-Aubin", 440)]

    assert lines == ["Mairie annexe des", "Hauts-de-Saint-Aubin"]


def test_a_line_that_ends_within_a_word_and_at_no_hyphen_says_so() -> None:
    broken = flow.wrap(LOOK, f"À {LONGEST_TITLE} demain", 200)
    whole = flow.wrap(LOOK, f"À {LONGEST_TITLE} demain", 400)

    assert [line.text for line in broken if line.is_broken] == [
        "Réglemen",
        "circulation",
        "-stationne",
    ]
    assert not any(line.is_broken for line in whole)


def test_what_has_no_room_is_cut_and_says_so() -> None:
    lines = flow.wrap(LOOK, LONGEST_DETAIL, 400, most=2)

    assert [line.is_cut for line in lines] == [False, True]
    assert lines[-1].text.endswith("…")
    assert flow.width_px(LOOK, lines[-1].text) <= 400


def entries(count: int, height: int = 130) -> list[Entry]:
    def entry(number: int) -> Entry:
        return Entry(height=height, draw=lambda rect: flow.touched(rect, Open(f"entry-{number}")))

    return [entry(number) for number in range(count)]


def opened(drawn: Drawn) -> list[str]:
    return [target.tap.item for target in drawn.targets if isinstance(target.tap, Open)]


def turns(drawn: Drawn) -> dict[int, Rect]:
    return {t.tap.by: t.rect for t in drawn.targets if isinstance(t.tap, Turn)}


def test_a_list_that_fits_has_no_buttons_to_turn_it() -> None:
    drawn = flow.listed(LOOK, AREA, 0, entries(6))

    assert len(opened(drawn)) == 6
    assert turns(drawn) == {}


def test_each_entry_of_a_long_list_is_on_one_of_its_parts_and_inside_the_page() -> None:
    parts = [flow.listed(LOOK, AREA, part, entries(20)) for part in range(4)]

    assert [entry for part in parts for entry in opened(part)] == [f"entry-{n}" for n in range(20)]
    for part in parts:
        assert all(AREA.y <= t.rect.y and t.rect.bottom <= AREA.bottom for t in part.targets)


def test_the_buttons_that_turn_a_list_stay_where_they_are() -> None:
    parts = [flow.listed(LOOK, AREA, part, entries(20)) for part in range(4)]

    assert [sorted(turns(part)) for part in parts] == [[1], [-1, 1], [-1, 1], [-1]]
    assert len({turns(part)[1] for part in parts[:-1]}) == 1
    assert len({turns(part)[-1] for part in parts[1:]}) == 1
    assert min(min(rect.w, rect.h) for rect in turns(parts[1]).values()) >= flow.target_px(LOOK)


def test_a_part_past_the_end_of_a_list_that_became_shorter_is_its_last_part() -> None:
    assert opened(flow.listed(LOOK, AREA, 9, entries(20)))[-1] == "entry-19"
    assert opened(flow.listed(LOOK, AREA, 9, entries(2))) == ["entry-0", "entry-1"]


def test_cells_of_a_grid_are_equal_and_do_not_overlap() -> None:
    cells = flow.grid(AREA, 4, 6, 7)

    assert len({(cell.w, cell.h) for cell in cells}) == 1
    assert all(cell.right + 7 == after.x for cell, after in pairwise(cells[:4]))
    assert cells[-1].right <= AREA.right
    assert cells[-1].bottom <= AREA.bottom


def test_a_button_can_be_touched_wherever_it_is_drawn() -> None:
    drawn = flow.button(LOOK, Rect(20, 20, 300, 130), "Appeler", Open("x"), sign="called")

    assert [(name(target.tap), target.rect) for target in drawn.targets] == [
        ("open:x", Rect(20, 20, 300, 130))
    ]
