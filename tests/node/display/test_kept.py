"""Drawings that are kept stay within their bytes, and texts can be forgotten."""

import pygame

from pasperdus_contract.tokens import TOKENS
from pasperdus_node.display.kept import Kept
from pasperdus_node.screens.look import Glass
from pasperdus_node.screens.scene import Mark, Rect, Scene, Words
from pasperdus_node.screens.theme import DAY
from support.glass import opened, pixels

GLASS = Glass(width=400, height=320, px_per_mm=5.0)
NAME = Words(
    rect=Rect(10, 10, 380, 60), text="Kervella", size_px=28, weight="bold", role="ink", on="ground"
)


def scene(*items: Mark | Words) -> Scene:
    return Scene(width=GLASS.width, height=GLASS.height, ground="ground", items=items)


def test_what_is_kept_is_bounded_in_bytes_and_the_least_used_goes_first() -> None:
    drawn: list[int] = []

    def draw(size: int) -> pygame.Surface:
        drawn.append(size)
        return pygame.Surface((size, size), pygame.SRCALPHA)

    kept = Kept(draw, max_bytes=4 * (30**2 + 20**2))
    for size in (30, 20, 30, 10):
        kept(size)
        assert kept.bytes_held <= 4 * (30**2 + 20**2)
    kept(30)
    assert drawn == [30, 20, 10]
    kept(20)
    assert drawn == [30, 20, 10, 20]
    kept(500)
    assert kept.bytes_held == 0, "what is larger than all is drawn, and not kept"


def test_texts_that_were_drawn_and_measured_can_be_forgotten() -> None:
    with opened(GLASS) as window:
        window.show(scene(NAME), DAY)
        painter = window._glass._painter
        painter.measure(NAME.text, 28, "bold")
        assert painter._text.bytes_held > 0
        window.show(scene(), DAY)

        window.forget_texts()

        assert painter._text.bytes_held == 0
        assert painter.measure.cache_info().currsize == 0


def test_a_token_of_a_later_release_has_a_place_of_its_own_and_its_name_where_there_is_room() -> (
    None
):
    pictures = {}
    for token in ("orange-star", "orange-hexagon", "a" * 40, "b" * 40):
        for side in (40, 200):
            mark = Mark(rect=Rect(20, 20, side, side), token=token, on="ground")
            with opened(GLASS) as window:
                window.show(scene(mark), DAY)
                pictures[token, side] = pixels(window, GLASS).tobytes()
                window.show(scene(), DAY)
                bare = pixels(window, GLASS).tobytes()
            assert pictures[token, side] != bare

    assert pictures["orange-star", 200] != pictures["orange-hexagon", 200], "named"
    assert pictures["a" * 40, 200] == pictures["b" * 40, 200], "no room for the name"
    assert pictures["orange-star", 40] == pictures["a" * 40, 40]
    assert "orange-star" not in TOKENS
