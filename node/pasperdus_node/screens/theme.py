"""The colours of the screens by day and by night, and which of the two it is now (pure).

They are the web pages' paper, ink and one blue, set further apart: a screen is read at arm's length
by somebody who walks, or across a waiting room.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pasperdus_node.screens.scene import Role

Colour = tuple[int, int, int]
"""Red, green and blue, 0 to 255 each."""

TEXT_CONTRAST = 7.0  # WCAG 2.2, 1.4.6: a dim corridor, tired eyes, a scratched glass
SHAPE_CONTRAST = 3.0  # WCAG 2.2, 1.4.11
DARK_BELOW_LUX = 15.0  # a corridor whose lamps are out
LIGHT_ABOVE_LUX = 60.0  # well above, so that a hand over the sensor or a cloud changes nothing

READ_ON: Mapping[Role, tuple[Role, ...]] = {
    "ink": ("ground", "surface", "raised"),
    "quiet": ("ground", "surface", "raised"),
    "on_chosen": ("chosen",),
    "on_warning": ("warning",),
    "on_training": ("training",),
}
"""What each colour of text may stand on; anything else may be too faint to read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """Which colour each role is."""

    name: Literal["day", "night"]
    colours: Mapping[Role, Colour]

    def __getitem__(self, role: Role) -> Colour:
        """Return the colour of a role."""
        return self.colours[role]

    def ink_on(self, role: Role) -> Role:
        """Return the colour of text, and so of outlines, on a ground."""
        return next((ink for ink, grounds in READ_ON.items() if role in grounds), "ink")


DAY = Theme(
    name="day",
    colours={
        "ground": (0xFB, 0xFA, 0xF7),
        "surface": (0xFF, 0xFF, 0xFF),
        "raised": (0xED, 0xE9, 0xDF),
        "chosen": (0xD7, 0xE3, 0xF7),
        "warning": (0xFD, 0xE9, 0xC8),
        "training": (0xE6, 0xDF, 0xF5),
        "pressed": (0x27, 0x50, 0x8F),
        "ink": (0x1B, 0x1F, 0x26),
        "quiet": (0x41, 0x47, 0x51),
        "on_chosen": (0x14, 0x34, 0x68),
        "on_warning": (0x5E, 0x32, 0x00),
        "on_training": (0x42, 0x2B, 0x7A),
        "line": (0xD0, 0xCA, 0xBB),
        "black": (0x00, 0x00, 0x00),
    },
)

NIGHT = Theme(
    name="night",
    colours={
        "ground": (0x15, 0x18, 0x1C),
        "surface": (0x1E, 0x22, 0x29),
        "raised": (0x2D, 0x33, 0x3C),
        "chosen": (0x22, 0x3A, 0x63),
        "warning": (0x40, 0x2F, 0x0C),
        "training": (0x34, 0x2A, 0x54),
        "pressed": (0x8F, 0xB4, 0xF2),
        "ink": (0xF0, 0xEE, 0xE8),
        "quiet": (0xC4, 0xC8, 0xCE),
        "on_chosen": (0xDC, 0xE8, 0xFD),
        "on_warning": (0xF8, 0xD9, 0xA6),
        "on_training": (0xE0, 0xD6, 0xFA),
        "line": (0x47, 0x4E, 0x5A),
        "black": (0x00, 0x00, 0x00),
    },
)


def contrast(one: Colour, other: Colour) -> float:
    """Return the contrast ratio of two colours, 1 to 21, as WCAG 2.2 defines it."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def choose(
    now_minutes: int,
    *,
    day_from: int,
    night_from: int,
    lux: float | None = None,
    current: Theme | None = None,
) -> Theme:
    """Return the theme of this moment.

    Times are minutes since the site's midnight. The light that is measured counts before the
    hour, and between dark and light what is shown (``current``) stays.
    """
    if lux is not None and lux < DARK_BELOW_LUX:
        return NIGHT
    if lux is not None and lux > LIGHT_ABOVE_LUX:
        return DAY
    if lux is not None and current is not None:
        return current
    if day_from <= night_from:
        return DAY if day_from <= now_minutes < night_from else NIGHT
    return NIGHT if night_from <= now_minutes < day_from else DAY


def _luminance(colour: Colour) -> float:
    red, green, blue = (_linear(channel / 255) for channel in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
