"""Five smileys, drawn: told apart by the mouth, and by the brows of the two at the ends."""

import pygame

from pasperdus_node.display.drawing import Path, Sheet, arc, circle
from pasperdus_node.display.kept import kept
from pasperdus_node.screens.theme import Colour

LINE = 1.5
_EYE = 1.3
_MOUTHS: dict[int, Path] = {
    1: arc((12.0, 19.6), 5.0, 212, 328),
    2: arc((12.0, 20.6), 5.8, 236, 304),
    3: ((8.0, 16.0), (16.0, 16.0)),
    4: arc((12.0, 11.2), 5.8, 56, 124),
    5: arc((12.0, 12.2), 5.2, 18, 162),
}


@kept(max_bytes=4_000_000)
def face(value: int, size_px: int, ink: Colour) -> pygame.Surface:
    """Return a smiley, 1 worst to 5 best, in a square of so many pixels."""
    sheet = Sheet(size_px)
    sheet.stroke(circle((12.0, 12.0), 10.6), LINE, ink)
    for x in (8.2, 15.8):
        sheet.disc((x, 9.6), _EYE, ink)
    sheet.stroke(_MOUTHS[value], LINE, ink)
    if value == 1:
        sheet.stroke(((6.0, 7.4), (9.2, 6.2)), LINE * 0.8, ink)
        sheet.stroke(((18.0, 7.4), (14.8, 6.2)), LINE * 0.8, ink)
    if value == 5:  # an open laugh
        sheet.stroke((_MOUTHS[5][0], _MOUTHS[5][-1]), LINE, ink)
    return sheet.shrunk()
