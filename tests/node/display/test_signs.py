"""Signs and smileys are drawn whole, and no two are the same."""

from itertools import combinations

import numpy as np
import pygame
import pytest
from numpy.typing import NDArray

from pasperdus_node.display.faces import face
from pasperdus_node.display.icons import SIGNS, icon

INK = (27, 31, 38)
SAME = {frozenset({"past", "clock"})}  # both are a clock
SIZES = (23, 36, 100)


def covered(surface: pygame.Surface) -> NDArray[np.bool_]:
    width, height = surface.get_size()
    return np.array([[surface.get_at((x, y)).a > 127 for x in range(width)] for y in range(height)])


@pytest.mark.parametrize("size", SIZES)
def test_no_two_signs_are_the_same(size: int) -> None:
    drawn = {name: covered(icon(name, size, INK)) for name in SIGNS}
    alike = {
        frozenset(pair)
        for pair in combinations(drawn, 2)
        if (drawn[pair[0]] ^ drawn[pair[1]]).mean() < 0.02
    }

    assert alike == SAME


@pytest.mark.parametrize("size", SIZES)
def test_no_sign_leaves_its_square(size: int) -> None:
    for name in SIGNS:
        drawn = icon(name, size, INK)
        edges = covered(drawn)
        assert drawn.get_size() == (size, size)
        assert not edges[[0, -1]].any(), name
        assert not edges[:, [0, -1]].any(), name


@pytest.mark.parametrize("size", SIZES)
def test_no_two_faces_are_the_same(size: int) -> None:
    drawn = [covered(face(value, size, INK)) for value in range(1, 6)]

    assert all((one ^ other).mean() > 0.01 for one, other in combinations(drawn, 2))


def test_an_unknown_sign_is_refused() -> None:
    with pytest.raises(KeyError, match="no-such-sign"):
        icon("no-such-sign", 24, INK)
