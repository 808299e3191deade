"""The 24 macarons, drawn: six shapes, and four colours that each have a pattern of their own.

Blue is plain, yellow a hollow ring, red striped, green dotted, so that they are told apart in grey,
by somebody who sees no red, and on a print. The outline is the text colour of the ground that they
are on: it stands out from every theme.
"""

from math import acos, asin, degrees, sqrt

import pygame

from pasperdus_contract.tokens import parts
from pasperdus_node.display.drawing import GRID, Path, Point, Sheet, arc, circle
from pasperdus_node.display.kept import kept
from pasperdus_node.screens.theme import Colour

OUTLINE = 1.2
FAINT_OUTLINE = 0.9
RING = 3.7  # of a hollow token: its colour and the outline inside
STRIPE = 2.3
RIM = 0.8  # of colour around stripes and dots, which by night are as pale as the outline
DOT, DOTS_APART = 1.35, 4.5
FAINT = 0.45  # how much of a free token is the ground's colour
FAINT_INK = 0.35  # of its outline, which must still stand out

FILLS: dict[str, Colour] = {
    "blue": (0x2C, 0x5F, 0xB8),
    "yellow": (0xF4, 0xB9, 0x0B),
    "red": (0xC6, 0x28, 0x28),
    "green": (0x1E, 0x7B, 0x45),
}
PALE: Colour = (0xFF, 0xFB, 0xF2)
"""What stripes and dots alternate with: as on card, by night too."""

_WHITE = (255, 255, 255)


@kept(max_bytes=16_000_000)
def token(
    name: str, size_px: int, *, ink: Colour, ground: Colour, is_faint: bool = False
) -> pygame.Surface:
    """Return a macaron in a square of so many pixels, on nothing (premultiplied alpha).

    ``ink`` draws its outline; ``ground`` is what it will stand on. Raises ValueError for one that
    is none of the 24.
    """
    known = parts(name)
    if known is None:
        raise ValueError(f"token {name!r} is none of the 24 that can be drawn")
    colour, shape = known
    path, centre = SHAPES[shape], CENTRES[shape]
    share = FAINT if is_faint else 0.0
    width = FAINT_OUTLINE if is_faint else OUTLINE
    ink = _mixed(ink, ground, FAINT_INK if is_faint else 0.0)
    fill = _mixed(FILLS[colour], ground, share)
    pale = _mixed(PALE, ground, share)

    sheet = Sheet(size_px)
    sheet.fill(path, ink)
    sheet.stroke(path, 2 * width, ink, is_closed=True)
    inside = Sheet(size_px)
    if colour == "yellow":
        inside.surface.fill(ink)
        inside.stroke(path, 2 * (RING - width), fill, is_closed=True)
    else:
        inside.surface.fill(fill)
    if colour == "red":
        _stripe(inside, centre, pale)
    if colour == "green":
        _dot(inside, centre, pale)
    if colour in ("red", "green"):
        inside.stroke(path, 2 * RIM, fill, is_closed=True)
    inside.keep_only(_covered(size_px, path))
    sheet.lay(inside)
    if colour == "yellow":
        hole = _covered(size_px, path)
        hole.stroke(path, 2 * RING, None, is_closed=True)
        sheet.cut(hole)
    return sheet.shrunk()


def _stripe(sheet: Sheet, centre: Point, colour: Colour) -> None:
    """Draw slanting stripes, one through the middle."""
    step = STRIPE * sqrt(2)
    for number in range(-6, 7):
        x, y = centre[0] + number * step, centre[1] + number * step
        sheet.stroke(((x - GRID, y + GRID), (x + GRID, y - GRID)), STRIPE, colour)


def _dot(sheet: Sheet, centre: Point, colour: Colour) -> None:
    """Draw dots in rows, each between two of the row above."""
    for row in range(-4, 5):
        y = centre[1] + row * DOTS_APART * sqrt(3) / 2
        for column in range(-4, 5):
            sheet.disc((centre[0] + (column + row % 2 / 2) * DOTS_APART, y), DOT, colour)


def _covered(size_px: int, path: Path) -> Sheet:
    mask = Sheet(size_px)
    mask.fill(path, _WHITE)
    return mask


def _mixed(colour: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(colour, other, strict=True))
    return red, green, blue


def _star() -> Path:
    # Fat arms: a hollow star still has a hole.
    middle = CENTRES["star"]
    return tuple(
        arc(middle, radius, angle, angle)[0]
        for point in range(5)
        for radius, angle in ((10.9, 72 * point - 90), (6.1, 72 * point - 54))
    )


def _moon() -> Path:
    # A disc without another that overlaps it; the horns are where their circles meet.
    radius, bite, apart = 10.4, 7.6, 7.6
    centre = (12.0, 12.0)
    across = (apart**2 + radius**2 - bite**2) / (2 * apart)
    horn = degrees(acos(across / radius))
    inner = degrees(acos((across - apart) / bite))
    tilt = -25.0
    eaten = arc(centre, apart, tilt, tilt)[0]
    return (
        *arc(centre, radius, tilt + horn, tilt + 360 - horn),
        *arc(eaten, bite, tilt + 360 - inner, tilt + inner),
    )


def _drop() -> Path:
    tip, centre, radius = (12.0, 1.4), (12.0, 14.6), 7.9
    lean = degrees(asin(radius / (centre[1] - tip[1])))
    return (tip, *arc(centre, radius, -lean, 180 + lean))


CENTRES: dict[str, Point] = {
    "circle": (12.0, 12.0),
    "square": (12.0, 12.0),
    "triangle": (12.0, 14.4),
    "star": (12.0, 12.9),
    "moon": (9.2, 13.4),
    "drop": (12.0, 14.6),
}
"""Where each pattern begins, so that every shape shows it whole."""

SHAPES: dict[str, Path] = {
    "circle": circle((12.0, 12.0), 9.8),
    "square": ((3.6, 3.6), (20.4, 3.6), (20.4, 20.4), (3.6, 20.4)),
    "triangle": ((12.0, 2.4), (22.3, 20.4), (1.7, 20.4)),
    "star": _star(),
    "moon": _moon(),
    "drop": _drop(),
}
"""Outlines on the grid; they weigh about the same to the eye."""
