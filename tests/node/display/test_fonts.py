"""The typeface has every letter that a board may hold."""

import re
from pathlib import Path

import pytest

from pasperdus_contract.board import CHARACTERS
from pasperdus_node.display.fonts import FILES, Fonts, font_files
from pasperdus_node.errors import ScreenError
from pasperdus_node.screens.look import CAP_HEIGHT
from pasperdus_node.screens.scene import Weight

WEIGHTS = pytest.mark.parametrize("weight", list(FILES))


@WEIGHTS
def test_every_letter_that_a_board_may_hold_can_be_drawn(weight: Weight) -> None:
    allowed = re.compile(f"[{CHARACTERS}]")
    letters = [chr(code) for code in range(0x10000) if allowed.match(chr(code))]
    font = Fonts().font(40, weight)

    assert len(letters) > 500
    assert [letter for letter in letters if font.metrics(letter)[0] is None] == []


@WEIGHTS
def test_capitals_are_as_tall_as_screens_are_laid_out_for(weight: Weight) -> None:
    top = Fonts().font(1000, weight).metrics("H")[0][3]

    assert 0 <= top - 1000 * CAP_HEIGHT < 6


def test_a_missing_typeface_is_told_with_its_package() -> None:
    with pytest.raises(ScreenError, match=r"Python package no-such-typeface.*pasperdus\[screen\]"):
        font_files("no_such_typeface")


def test_a_package_without_its_files_is_told() -> None:
    with pytest.raises(ScreenError, match=r"SourceSansPro-Regular\.ttf is missing"):
        font_files("pasperdus_contract")


def test_a_hundred_sizes_hold_no_file_open() -> None:
    """Past 1023 open files ``select`` fails, and with it the connection to the broker."""
    fonts = Fonts()
    before = len(list(Path("/proc/self/fd").iterdir()))

    widths = [fonts.font(size, "bold").size("Étoile")[0] for size in range(10, 110)]

    assert widths == sorted(widths)
    assert len(list(Path("/proc/self/fd").iterdir())) == before
