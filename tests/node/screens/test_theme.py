"""Colours that can be read, and day and night."""

from functools import partial
from itertools import pairwise, product

import pytest

from pasperdus_node.screens.scene import Role
from pasperdus_node.screens.theme import (
    DAY,
    NIGHT,
    READ_ON,
    SHAPE_CONTRAST,
    TEXT_CONTRAST,
    Theme,
    choose,
    contrast,
)

GROUNDS: tuple[Role, ...] = (*("ground", "surface", "raised", "chosen", "warning", "training"),)
THEMES = pytest.mark.parametrize("theme", [DAY, NIGHT], ids=lambda theme: theme.name)
at = partial(choose, day_from=7 * 60 + 30, night_from=19 * 60)


def test_contrast_is_that_of_wcag() -> None:
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21.0)
    assert contrast((0x76, 0x76, 0x76), (255, 255, 255)) == pytest.approx(4.54, abs=0.005)
    assert contrast((255, 0, 0), (0, 0, 255)) == contrast((0, 0, 255), (255, 0, 0))


@THEMES
def test_every_text_can_be_read_wherever_it_may_stand(theme: Theme) -> None:
    pairs = [(ink, ground) for ink, grounds in READ_ON.items() for ground in grounds]
    faint = {pair: contrast(theme[pair[0]], theme[pair[1]]) for pair in pairs}

    assert {ground for _, ground in pairs} == set(GROUNDS)
    assert {pair: ratio for pair, ratio in faint.items() if ratio < TEXT_CONTRAST} == {}


@THEMES
def test_what_is_under_the_thumb_shows_on_every_ground(theme: Theme) -> None:
    assert min(contrast(theme["pressed"], theme[role]) for role in GROUNDS) >= SHAPE_CONTRAST


@THEMES
def test_what_is_drawn_on_a_ground_takes_a_colour_that_can_be_read_there(theme: Theme) -> None:
    assert all(ground in READ_ON[theme.ink_on(ground)] for ground in GROUNDS)


def test_a_blank_screen_is_as_dark_as_it_can_be() -> None:
    assert DAY["black"] == NIGHT["black"] == (0, 0, 0)


@pytest.mark.parametrize(
    ("clock", "theme"), [((7, 29), NIGHT), ((7, 30), DAY), ((18, 59), DAY), ((19, 0), NIGHT)]
)
def test_the_hour_decides_where_no_light_is_measured(clock: tuple[int, int], theme: Theme) -> None:
    hours, minutes = clock
    for current in (DAY, NIGHT, None):
        assert at(hours * 60 + minutes, current=current) is theme


def test_a_day_may_begin_after_its_night() -> None:
    shelter = partial(choose, day_from=20 * 60, night_from=6 * 60)
    assert [shelter(hour * 60) for hour in (5, 6, 19, 20)] == [DAY, NIGHT, NIGHT, DAY]


def test_the_light_decides_before_the_hour() -> None:
    assert at(12 * 60, lux=2.0, current=DAY) is NIGHT
    assert at(23 * 60, lux=400.0, current=NIGHT) is DAY


def test_light_that_wavers_in_between_changes_nothing() -> None:
    shown = [DAY]
    for lux in (40.0, 20.0, 40.0, 10.0, 20.0, 50.0, 20.0, 90.0, 50.0):
        shown.append(at(12 * 60, lux=lux, current=shown[-1]))

    assert sum(one is not other for one, other in pairwise(shown)) == 2
    assert shown[-1] is DAY


def test_at_the_start_light_in_between_leaves_it_to_the_hour() -> None:
    for hour, lux in product((3, 12), (20.0, 50.0)):
        assert at(hour * 60, lux=lux) is at(hour * 60)
