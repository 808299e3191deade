"""A picture as data: what is drawn where, and what can be touched.

A scene is compared with the one before it, so that only what changed is drawn again, and checked by
tests: no text past its box, contrast, size of targets.
"""

from dataclasses import dataclass
from typing import Literal, NamedTuple

from pasperdus_node.terminal.actions import Action

Weight = Literal["regular", "semibold", "bold"]
Align = Literal["left", "centre", "right"]
Role = Literal[
    "ground",  # behind everything
    "surface",  # a row, a card, a free token's cell
    "raised",  # a button
    "chosen",  # the tab or choice at hand, a token in use
    "warning",  # a strip that says what is wrong
    "training",  # the strip of the training mode
    "pressed",  # the outline of what is under the thumb
    "ink",  # text on ground, surface, raised
    "quiet",  # secondary text on ground, surface, raised
    "on_chosen",
    "on_warning",
    "on_training",
    "line",  # a rule between things; no text
    "black",  # of a blank screen
]
"""What a colour is for; :mod:`screens.theme` says which it is by day and by night."""


class Rect(NamedTuple):
    """A box in pixels."""

    x: int
    y: int
    w: int
    h: int

    @property
    def right(self) -> int:
        """The first pixel column past it."""
        return self.x + self.w

    @property
    def bottom(self) -> int:
        """The first pixel row past it."""
        return self.y + self.h

    def holds(self, x: int, y: int) -> bool:
        """Tell whether a point is inside."""
        return self.x <= x < self.right and self.y <= y < self.bottom


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """A box of one colour, its corners rounded by ``radius`` pixels."""

    rect: Rect
    role: Role
    radius: int = 0
    edge: Role | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One line of text in its box, centred from top to bottom.

    ``on`` is the colour behind it. ``is_cut`` tells that the text did not fit and was shortened,
    ``is_broken`` that its last word goes on in the next line without a hyphen: tests refuse both
    for everything within the limits of the contract.
    """

    rect: Rect
    text: str
    size_px: int
    weight: Weight
    role: Role
    on: Role
    align: Align = "left"
    is_cut: bool = False
    is_broken: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A token, drawn as large as its box allows; faint for one that is free."""

    rect: Rect
    token: str
    on: Role
    is_faint: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Icon:
    """A drawn sign; see :mod:`display.icons` for the names."""

    rect: Rect
    name: str
    role: Role
    on: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """A drawn smiley, 1 worst to 5 best."""

    rect: Rect
    value: int
    on: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """A thick outline inside a box: what is under the thumb now."""

    rect: Rect
    role: Role
    radius: int = 0


Item = Fill | Words | Mark | Icon | Face | Ring


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What can be touched. ``hold`` is a shortcut only: another target always does the same."""

    rect: Rect
    tap: Action
    hold: Action | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One picture; items are drawn in order. ``is_moving`` asks for 20 pictures a second.

    ``chimes`` is a number that grows with each sound to be heard.
    """

    width: int
    height: int
    ground: Role
    items: tuple[Item, ...]
    targets: tuple[Target, ...] = ()
    is_moving: bool = False
    chimes: int = 0
