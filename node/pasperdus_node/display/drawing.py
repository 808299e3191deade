"""Smooth vectors: drawn four times too large without smoothing, then shrunk.

Coordinates are on a grid of 24 by 24 with y downwards, whatever the size in pixels.
Surfaces come out with premultiplied alpha, so that edges of several colours meet without a seam:
they are put on others by :func:`put`.
"""

from collections.abc import Sequence
from math import cos, hypot, radians, sin

import pygame

from pasperdus_node.display.kept import kept
from pasperdus_node.screens.theme import Colour

GRID = 24.0
OVERSAMPLING = 4
ARC_STEP_DEGREES = 4.0

Point = tuple[float, float]
Path = tuple[Point, ...]


class Sheet:
    """A square to draw on; ``stroke`` and ``width`` are in steps of the grid."""

    def __init__(self, size_px: int) -> None:
        self.size_px = size_px
        side = size_px * OVERSAMPLING
        self.surface = pygame.Surface((side, side), pygame.SRCALPHA)
        self._scale = side / GRID

    def fill(self, path: Sequence[Point], colour: Colour | None) -> None:
        """Fill a closed path; None makes a hole."""
        pygame.draw.polygon(self.surface, _rgba(colour), [self._at(point) for point in path])

    def disc(self, centre: Point, radius: float, colour: Colour | None) -> None:
        """Fill a circle; None makes a hole."""
        pygame.draw.circle(
            self.surface, _rgba(colour), self._at(centre), max(0.5, radius * self._scale)
        )

    def stroke(
        self, path: Sequence[Point], width: float, colour: Colour | None, *, is_closed: bool = False
    ) -> None:
        """Draw along a path with round caps and joins; None rubs out."""
        for start, end in zip(path, [*path[1:], path[0]] if is_closed else path[1:], strict=False):
            length = hypot(end[0] - start[0], end[1] - start[1])
            if length:
                across = (
                    (start[1] - end[1]) / length * width / 2,
                    (end[0] - start[0]) / length * width / 2,
                )
                self.fill(
                    (
                        (start[0] + across[0], start[1] + across[1]),
                        (end[0] + across[0], end[1] + across[1]),
                        (end[0] - across[0], end[1] - across[1]),
                        (start[0] - across[0], start[1] - across[1]),
                    ),
                    colour,
                )
        for point in path:
            self.disc(point, width / 2, colour)

    def keep_only(self, mask: "Sheet") -> None:
        """Rub out what is not covered by a mask drawn in white."""
        self.surface.blit(mask.surface, (0, 0), special_flags=pygame.BLEND_RGBA_MULT)

    def cut(self, mask: "Sheet") -> None:
        """Rub out what is covered by a mask drawn in white."""
        self.surface.blit(mask.surface, (0, 0), special_flags=pygame.BLEND_RGBA_SUB)

    def lay(self, other: "Sheet") -> None:
        """Put another sheet of the same size on this one."""
        self.surface.blit(other.surface, (0, 0), special_flags=pygame.BLEND_PREMULTIPLIED)

    def shrunk(self) -> pygame.Surface:
        """Return the drawing in its own size, with smooth edges."""
        return pygame.transform.smoothscale(self.surface, (self.size_px, self.size_px))

    def _at(self, point: Point) -> tuple[float, float]:
        return point[0] * self._scale, point[1] * self._scale


def put(surface: pygame.Surface, drawing: pygame.Surface, at: tuple[int, int]) -> None:
    """Put a smooth drawing on a surface."""
    surface.blit(drawing, at, special_flags=pygame.BLEND_PREMULTIPLIED)


def arc(centre: Point, radius: float, start: float, end: float, *, squeeze: float = 1.0) -> Path:
    """Return points of an arc from one angle to another, in degrees clockwise from the right.

    ``squeeze`` makes an ellipse of it, narrower by so much.
    """
    steps = max(1, round(abs(end - start) / ARC_STEP_DEGREES))
    angles = (radians(start + (end - start) * step / steps) for step in range(steps + 1))
    return tuple(
        (centre[0] + radius * squeeze * cos(angle), centre[1] + radius * sin(angle))
        for angle in angles
    )


def circle(centre: Point, radius: float, *, squeeze: float = 1.0) -> Path:
    """Return points of a whole circle, closed."""
    return arc(centre, radius, 0, 360, squeeze=squeeze)


def fill_box(surface: pygame.Surface, rect: pygame.Rect, colour: Colour, radius: int) -> None:
    """Fill a box whose corners are smooth quarters of a circle."""
    radius = min(radius, rect.width // 2, rect.height // 2)
    if radius <= 0:
        surface.fill(colour, rect)
        return
    surface.fill(colour, rect.inflate(-2 * radius, 0))
    surface.fill(colour, rect.inflate(0, -2 * radius))
    _corners(surface, rect, radius, radius, colour)


def outline_box(
    surface: pygame.Surface, rect: pygame.Rect, colour: Colour, radius: int, width: int
) -> None:
    """Draw the outline of a box, inside it, and leave what is within as it is."""
    radius = min(radius, rect.width // 2, rect.height // 2)
    width = min(width, rect.width // 2, rect.height // 2)
    across, down = rect.width - 2 * radius, rect.height - 2 * radius
    for x in (rect.left, rect.right - width):
        surface.fill(colour, (x, rect.top + radius, width, down))
    for y in (rect.top, rect.bottom - width):
        surface.fill(colour, (rect.left + radius, y, across, width))
    _corners(surface, rect, radius, width, colour)


def _corners(
    surface: pygame.Surface, rect: pygame.Rect, radius: int, width: int, colour: Colour
) -> None:
    if radius <= 0:
        return
    corner = _corner(radius, width, colour)
    for is_right in (False, True):
        for is_bottom in (False, True):
            put(
                surface,
                pygame.transform.flip(corner, is_right, is_bottom),
                (
                    rect.right - radius if is_right else rect.left,
                    rect.bottom - radius if is_bottom else rect.top,
                ),
            )


@kept(max_bytes=2_000_000)
def _corner(radius: int, width: int, colour: Colour) -> pygame.Surface:
    """Return the upper left quarter of a ring so wide; a whole quarter when it is all of it."""
    sheet = Sheet(radius)
    sheet.disc((GRID, GRID), GRID, colour)
    if width < radius:
        sheet.disc((GRID, GRID), GRID * (radius - width) / radius, None)
    return sheet.shrunk()


def _rgba(colour: Colour | None) -> tuple[int, int, int, int]:
    return (0, 0, 0, 0) if colour is None else (*colour, 255)
