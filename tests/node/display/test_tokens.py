"""The 24 macarons are told apart, in grey too, as small as a screen shows them."""

from itertools import combinations, product

import numpy as np
import pygame
import pytest
from numpy.typing import NDArray

from pasperdus_contract.tokens import COLOURS, SHAPES, TOKENS
from pasperdus_node.display.drawing import put
from pasperdus_node.display.tokens import token
from pasperdus_node.screens.scene import Role
from pasperdus_node.screens.theme import DAY, NIGHT, SHAPE_CONTRAST, Colour, Theme, contrast

GROUNDS: tuple[Role, ...] = ("surface", "raised", "chosen")
SIZE = 64
SMALLEST = 35  # of the coarsest glass
FRESH = pytest.mark.parametrize("is_faint", [False, True], ids=["held", "free"])
THEMES = pytest.mark.parametrize("theme", [DAY, NIGHT], ids=lambda theme: theme.name)

Grey = NDArray[np.float64]


def seen(
    name: str, theme: Theme, *, is_faint: bool, size: int = SIZE, on: Role = "surface"
) -> NDArray[np.uint8]:
    surface = pygame.Surface((size, size))
    surface.fill(theme[on])
    ink = theme[theme.ink_on(on)]
    put(surface, token(name, size, ink=ink, ground=theme[on], is_faint=is_faint), (0, 0))
    rgb = pygame.image.tostring(surface, "RGB")
    return np.frombuffer(rgb, np.uint8).reshape(size, size, 3)


def grey(picture: NDArray[np.uint8]) -> Grey:
    """Return what a photocopier makes of it, 0 to 1."""
    light: Grey = picture @ np.array([0.299, 0.587, 0.114]) / 255
    return light


def silhouette(name: str, size: int) -> NDArray[np.bool_]:
    alpha = token(name, size, ink=(0, 0, 0), ground=(255, 255, 255))
    return np.array([[alpha.get_at((x, y)).a > 127 for x in range(size)] for y in range(size)])


@THEMES
@FRESH
@pytest.mark.parametrize("size", [SIZE, SMALLEST])
def test_no_two_are_alike_in_grey(theme: Theme, size: int, *, is_faint: bool) -> None:
    greys = {name: grey(seen(name, theme, is_faint=is_faint, size=size)) for name in TOKENS}
    spread = max(np.ptp(one) for one in greys.values())
    alike = {
        pair: share
        for pair in combinations(TOKENS, 2)
        if (share := float((np.abs(greys[pair[0]] - greys[pair[1]]) > spread / 5).mean())) < 0.06
    }

    assert alike == {}


@pytest.mark.parametrize("size", [SIZE, SMALLEST])
def test_no_two_shapes_have_the_same_silhouette(size: int) -> None:
    masks = {shape: silhouette(f"blue-{shape}", size) for shape in SHAPES}
    alike = {
        pair: share
        for pair in combinations(SHAPES, 2)
        if (share := float((masks[pair[0]] ^ masks[pair[1]]).mean())) < 0.08
    }

    assert alike == {}


@THEMES
@pytest.mark.parametrize("shape", SHAPES)
def test_each_colour_has_a_pattern_that_needs_no_colour(theme: Theme, shape: str) -> None:
    # Only where a token is lighter and where darker counts, not how light it is as a whole.
    within = silhouette(f"blue-{shape}", SIZE)
    core = within.copy()
    for down, across in product(range(-4, 5), repeat=2):  # without the outline
        core &= np.roll(within, (down, across), (0, 1))
    patterns = {}
    for colour in COLOURS:
        inside = grey(seen(f"{colour}-{shape}", theme, is_faint=False))[core]
        is_plain = np.ptp(inside) < 0.05
        middle = (inside.min() + inside.max()) / 2
        patterns[colour] = np.zeros(inside.shape, bool) if is_plain else inside > middle

    assert not patterns["blue"].any()
    alike = {
        pair: share
        for pair in combinations(COLOURS, 2)
        if (
            share := min(
                float((patterns[pair[0]] ^ other).mean())
                for other in (patterns[pair[1]], ~patterns[pair[1]])
            )
        )
        < 0.1
    }
    assert alike == {}


@THEMES
@FRESH
@pytest.mark.parametrize("on", GROUNDS)
def test_the_outline_stands_out(theme: Theme, on: Role, *, is_faint: bool) -> None:
    for colour in COLOURS:
        picture = seen(f"{colour}-square", theme, is_faint=is_faint, on=on, size=240)
        red, green, blue = (int(channel) for channel in picture[120, 31])  # its left side
        outline: Colour = red, green, blue

        assert contrast(outline, theme[on]) >= SHAPE_CONTRAST


def test_a_hollow_token_shows_what_is_behind_it() -> None:
    for shape in SHAPES:
        hole = silhouette(f"blue-{shape}", SIZE) & ~silhouette(f"yellow-{shape}", SIZE)
        assert hole.mean() > 0.02, shape


def test_a_token_of_a_later_version_is_refused() -> None:
    with pytest.raises(ValueError, match="purple-hexagon"):
        token("purple-hexagon", SIZE, ink=(0, 0, 0), ground=(255, 255, 255))
