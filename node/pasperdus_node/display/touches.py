"""What somebody did to the glass, and which finger counts (pure)."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Literal

TouchKind = Literal["down", "move", "up"]
MOUSE = "mouse"
"""The device and the finger that a mouse is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """One finger, or the mouse; a point in pixels."""

    kind: TouchKind
    x: int
    y: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key of a keyboard that means something."""

    name: Literal["blank", "next"]


@dataclass(frozen=True, slots=True)
class Closed:
    """Somebody closed the window."""


class OneFinger:
    """Lets through the first finger that comes down, until it lifts: a palm is no second thumb."""

    def __init__(self, width: int, height: int) -> None:
        self._width = width
        self._height = height
        self._device: Hashable = None
        self._finger: Hashable = None
        self._is_down = False

    def follow(
        self, kind: TouchKind, device: Hashable, finger: Hashable, x: float, y: float
    ) -> list[Touch]:
        """Return what counts of one report; points are kept on the glass.

        A touch screen that was unplugged under a finger never tells that it lifted: a touch of
        another one ends it, outside of everything.
        """
        touches: list[Touch] = []
        if kind == "down":
            is_second = device in (self._device, MOUSE) and finger != self._finger
            if self._is_down and is_second:
                return []
            if self._is_down:
                touches.append(Touch(kind="up", x=-1, y=-1))
            self._device, self._finger, self._is_down = device, finger, True
        elif not self._is_down or (device, finger) != (self._device, self._finger):
            return []
        elif kind == "up":
            self._is_down = False
        return [
            *touches,
            Touch(
                kind=kind,
                x=max(0, min(self._width - 1, int(x))),
                y=max(0, min(self._height - 1, int(y))),
            ),
        ]
