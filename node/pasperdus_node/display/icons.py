"""The signs beside words, drawn: one weight of line, round ends, on a grid of 24 by 24.

A path of one point is a dot. Arrows that a visitor follows are filled: they are read from afar.
"""

from collections.abc import Mapping
from math import asin, degrees

import pygame

from pasperdus_node.display.drawing import Path, Point, Sheet, arc, circle
from pasperdus_node.display.kept import kept
from pasperdus_node.screens.theme import Colour

LINE = 1.9
_DOT = 1.45  # radius; a dot as thick as a line would look thinner


@kept(max_bytes=8_000_000)
def icon(name: str, size_px: int, colour: Colour) -> pygame.Surface:
    """Return a sign in a square of so many pixels. Raises KeyError for one that is not drawn."""
    sheet = Sheet(size_px)
    for path in SIGNS[name]:
        if len(path) == 1:
            sheet.disc(path[0], _DOT, colour)
        else:
            sheet.stroke(path, LINE, colour)
    if name in STRUCK_OUT:
        sheet.stroke(((5.3, 2.7), (21.3, 18.7)), LINE, None)  # so that the line stands alone
        sheet.stroke(((4.0, 4.0), (20.0, 20.0)), LINE, colour)
    if name in ARROWS:
        sheet.fill(ARROWS[name], colour)
    return sheet.shrunk()


def _closed(*points: Point) -> Path:
    return (*points, points[0])


def _box(left: float, top: float, right: float, bottom: float, radius: float = 1.6) -> Path:
    return _closed(
        *arc((left + radius, top + radius), radius, 180, 270),
        *arc((right - radius, top + radius), radius, 270, 360),
        *arc((right - radius, bottom - radius), radius, 0, 90),
        *arc((left + radius, bottom - radius), radius, 90, 180),
    )


def _pin() -> Path:
    centre, radius, tip = (12.0, 9.6), 6.6, (12.0, 21.4)
    lean = degrees(asin(radius / (tip[1] - centre[1])))
    return _closed(tip, *arc(centre, radius, 180 - lean, 360 + lean))


def _handset() -> Path:
    middle = (21.0, 3.2)
    return _closed(
        *arc(middle, 17.0, 96, 174),
        *arc(middle, 10.2, 174, 157),
        *arc(middle, 12.6, 152, 118),
        *arc(middle, 10.2, 113, 96),
    )


def _head_and_shoulders(centre: Point, head: float, wide: float, foot: float) -> tuple[Path, Path]:
    return circle(centre, head), arc((centre[0], foot), wide, 180, 360)


def _turned(path: Path, quarters: int) -> Path:
    """Turn a path about the middle, a quarter at a time, clockwise."""
    for _ in range(quarters):
        path = tuple((24.0 - y, x) for x, y in path)
    return path


_RIGHT = ((9.0, 5.0), (16.0, 12.0), (9.0, 19.0))
_POINTING_RIGHT = _closed(
    (2.4, 9.2), (12.2, 9.2), (12.2, 4.0), (21.6, 12.0), (12.2, 20.0), (12.2, 14.8), (2.4, 14.8)
)
_BELL = _closed(
    *((4.6, 17.0), (6.6, 14.4), (6.6, 10.4)), *arc((12, 10.4), 5.4, 180, 360),
    *((17.4, 10.4), (17.4, 14.4), (19.4, 17.0)),
)  # fmt: skip
_CLAPPER = arc((12, 18.6), 2.5, 35, 145)
_ROUND = circle((12, 12), 8.9)
_WAVES = (((12.0, 18.6),), arc((12, 18.6), 5.2, 228, 312), arc((12, 18.6), 9.8, 228, 312),
          arc((12, 18.6), 14.4, 228, 312))  # fmt: skip
_BUBBLE = _closed(
    *arc((5.0, 6.4), 1.6, 180, 270), *arc((19.0, 6.4), 1.6, 270, 360),
    *arc((19.0, 15.2), 1.6, 0, 90), (12.6, 16.8), (8.2, 20.8), (8.2, 16.8),
    *arc((5.0, 15.2), 1.6, 90, 180),
)  # fmt: skip
_EYE = _closed(*arc((12, 19.5), 12, 219, 321), *arc((12, 4.5), 12, 39, 141))

ARROWS: Mapping[str, Path] = {
    f"arrow-{way}": _turned(_POINTING_RIGHT, quarters)
    for quarters, way in enumerate(("right", "down", "left", "up"))
}

STRUCK_OUT = ("blank", "offline")
"""Signs with a line through them: not seen, not heard."""

SIGNS: Mapping[str, tuple[Path, ...]] = {
    # Places of the terminal
    "home": (
        ((3.2, 11.8), (12.0, 4.0), (20.8, 11.8)),
        ((5.8, 10.0), (5.8, 20.2), (18.2, 20.2), (18.2, 10.0)),
        ((9.8, 20.0), (9.8, 14.6), (14.2, 14.6), (14.2, 20.0)),
    ),
    "tokens": (
        circle((6.9, 7.2), 3.9),
        _box(13.6, 3.4, 21.0, 10.8, 0.6),
        _closed((12.0, 13.2), (16.8, 21.0), (7.2, 21.0)),
    ),
    "desks": (
        *_head_and_shoulders((12.0, 6.0), 2.9, 5.6, 16.4),
        ((2.8, 16.4), (21.2, 16.4)),
        ((5.0, 16.4), (5.0, 21.2)),
        ((19.0, 16.4), (19.0, 21.2)),
    ),
    "directory": (
        _box(6.0, 2.9, 20.2, 21.1),
        *(((3.6, y), (6.0, y)) for y in (7.2, 12.0, 16.8)),
        *_head_and_shoulders((13.1, 9.3), 2.3, 4.0, 17.0),
    ),
    "more": tuple(circle((x, 12.0), 0.9) for x in (4.4, 12.0, 19.6)),
    "messages": (_BUBBLE, ((7.6, 9.0), (16.4, 9.0)), ((7.6, 12.6), (13.4, 12.6))),
    "tallies": (
        *(((x, 5.0), (x, 19.0)) for x in (5.4, 9.8, 14.2, 18.6)),
        ((2.6, 16.6), (21.4, 7.4)),
    ),
    "pulse": (_ROUND, ((8.9, 9.8),), ((15.1, 9.8),), arc((12, 12.4), 4.4, 25, 155)),
    "recount": (
        *_head_and_shoulders((9.0, 8.2), 3.2, 5.8, 19.6),
        ((18.0, 6.0), (18.0, 12.0)),
        ((15.0, 9.0), (21.0, 9.0)),
        ((17.2, 18.4), (21.0, 18.4)),
    ),
    "cards": (
        _box(2.8, 5.2, 21.2, 18.8),
        ((7.2, 12.0), (16.8, 12.0)),
        ((13.4, 8.6), (16.8, 12.0), (13.4, 15.4)),
    ),
    "training": (
        _closed((12.0, 4.6), (22.0, 9.6), (12.0, 14.6), (2.0, 9.6)),
        ((6.2, 12.2), (6.2, 16.6), *arc((12, 15.2), 5.9, 166, 14, squeeze=0.98), (17.8, 12.2)),
        ((22.0, 9.6), (22.0, 15.4)),
    ),
    "language": (
        _ROUND,
        circle((12, 12), 8.9, squeeze=0.45),
        ((3.1, 12.0), (20.9, 12.0)),
    ),
    "blank": (_EYE, circle((12, 12), 2.7)),
    # Ways through it
    "back": (((20.4, 12.0), (4.0, 12.0)), ((10.6, 5.4), (4.0, 12.0), (10.6, 18.6))),
    "right": (_RIGHT,),
    "down": (_turned(_RIGHT, 1),),
    "up": (_turned(_RIGHT, 3),),
    "done": (((4.2, 12.8), (9.6, 18.2), (19.8, 6.4)),),
    "ticked": (_box(3.4, 3.4, 20.6, 20.6), ((7.6, 12.4), (10.8, 15.6), (16.6, 8.6))),
    "unticked": (_box(3.4, 3.4, 20.6, 20.6),),
    # What happens to a macaron
    "waiting": (
        ((6.0, 3.4), (18.0, 3.4)),
        ((6.0, 20.6), (18.0, 20.6)),
        ((7.4, 3.4), (7.4, 7.2), (12.0, 12.0), (7.4, 16.8), (7.4, 20.6)),
        ((16.6, 3.4), (16.6, 7.2), (12.0, 12.0), (16.6, 16.8), (16.6, 20.6)),
    ),
    "called": (_BELL, _CLAPPER, ((12.0, 5.0), (12.0, 3.2))),
    "recall": (
        _BELL, _CLAPPER, ((12.0, 5.0), (12.0, 3.2)),
        arc((12, 10.4), 9.6, 318, 366), arc((12, 10.4), 9.6, 174, 222),
    ),
    "serving": (
        *_head_and_shoulders((7.2, 11.4), 2.9, 5.0, 21.0),
        _closed((12.2, 3.2), (21.2, 3.2), (21.2, 10.2), (17.4, 10.2), (14.4, 13.4),
                (14.4, 10.2), (12.2, 10.2)),
    ),
    "parked": (_ROUND, ((9.7, 8.6), (9.7, 15.4)), ((14.3, 8.6), (14.3, 15.4))),
    "transfer": (
        ((3.6, 8.2), (20.2, 8.2)), ((16.4, 4.4), (20.2, 8.2), (16.4, 12.0)),
        ((20.4, 16.4), (3.8, 16.4)), ((7.6, 12.6), (3.8, 16.4), (7.6, 20.2)),
    ),
    "left": (
        ((12.6, 3.4), (4.4, 3.4), (4.4, 20.6), (12.6, 20.6)),
        ((9.6, 12.0), (20.8, 12.0)),
        ((16.6, 7.6), (20.8, 12.0), (16.6, 16.4)),
    ),
    # How things are
    "people": (
        *_head_and_shoulders((8.8, 8.2), 3.2, 5.8, 19.6),
        arc((15.6, 8.2), 3.2, 280, 440),
        arc((15.6, 19.6), 5.8, 292, 360),
    ),
    "open": (_ROUND, ((7.8, 12.4), (10.9, 15.4), (16.4, 9.0))),
    "past": (_ROUND, ((12.0, 6.8), (12.0, 12.0), (15.6, 14.2))),
    "notice": (_ROUND, ((12.0, 7.8),), ((12.0, 11.2), (12.0, 16.6))),
    "clock": (_ROUND, ((12.0, 6.8), (12.0, 12.0), (15.6, 14.2))),
    "cancelled": (_ROUND, ((8.6, 8.6), (15.4, 15.4)), ((15.4, 8.6), (8.6, 15.4))),
    "offline": _WAVES,
    "warning": (
        _closed((12.0, 3.4), (21.6, 20.4), (2.4, 20.4)),
        ((12.0, 9.6), (12.0, 13.8)),
        ((12.0, 17.2),),
    ),
    # What is told or counted
    "phone": (_handset(),),
    "pin": (_pin(), circle((12.0, 9.6), 2.3)),
    "question": (
        _ROUND, (*arc((12, 10.0), 2.9, 190, 395), (12.0, 13.6)), ((12.0, 17.0),),
    ),
    "misorientation": (
        ((12.0, 3.0), (12.0, 21.4)),
        _closed((12.0, 4.4), (18.2, 4.4), (20.8, 7.1), (18.2, 9.8), (12.0, 9.8)),
        _closed((12.0, 11.6), (5.8, 11.6), (3.2, 14.3), (5.8, 17.0), (12.0, 17.0)),
    ),
    "incident": (
        ((5.4, 3.2), (5.4, 21.2)),
        ((5.4, 4.2), (19.2, 4.2), (15.6, 8.9), (19.2, 13.6), (5.4, 13.6)),
    ),
    **{name: (path,) for name, path in ARROWS.items()},
}  # fmt: skip
"""What each sign is drawn of. Steps and states of a macaron are named as in the contract."""
