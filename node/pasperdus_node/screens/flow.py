"""How words, buttons and lists find their places on the glass (pure); all screens use it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pasperdus_node.screens.look import BODY_MM, TARGET_MM, Look
from pasperdus_node.screens.scene import (
    Align,
    Fill,
    Icon,
    Item,
    Rect,
    Role,
    Scene,
    Target,
    Weight,
    Words,
)
from pasperdus_node.terminal.actions import Action, Turn

GAP_MM = 1.2  # between things that can be touched
PAD_MM = 2.0  # from the edge of a box to what it holds
MARGIN_MM = 2.4  # from the edge of the glass
RADIUS_MM = 1.8
LINE = 1.24  # height of a line, as a share of the type size: accents and tails do not meet
ELLIPSIS = "…"

_ON: dict[Role, Role] = {
    "chosen": "on_chosen",
    "warning": "on_warning",
    "training": "on_training",
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """Things drawn, in order, and what of them can be touched."""

    items: tuple[Item, ...] = ()
    targets: tuple[Target, ...] = ()

    def __add__(self, other: Drawn) -> Drawn:
        """Return both, the other one on top."""
        return Drawn(self.items + other.items, self.targets + other.targets)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing of a list: its height in pixels, and how it is drawn once it has a place."""

    height: int
    draw: Callable[[Rect], Drawn]


class Line(NamedTuple):
    """One line of wrapped text; ``is_broken`` tells that it ends within a word, at no hyphen."""

    text: str
    is_cut: bool = False
    is_broken: bool = False


def ink(on: Role) -> Role:
    """Return the colour of text on a colour."""
    return _ON.get(on, "ink")


def joined(parts: Sequence[Drawn]) -> Drawn:
    """Return all of them, the later ones on top."""
    return Drawn(
        tuple(item for part in parts for item in part.items),
        tuple(target for part in parts for target in part.targets),
    )


def scene(look: Look, drawn: Drawn) -> Scene:
    """Return a picture of what was drawn."""
    return Scene(
        width=look.glass.width,
        height=look.glass.height,
        ground="ground",
        items=drawn.items,
        targets=drawn.targets,
    )


# Places


def inset(rect: Rect, across: int, down: int | None = None) -> Rect:
    """Return a box within a box."""
    down = across if down is None else down
    return Rect(rect.x + across, rect.y + down, rect.w - 2 * across, rect.h - 2 * down)


def cut_top(rect: Rect, height: int, gap: int = 0) -> tuple[Rect, Rect]:
    """Return the top of a box, and what is left below a gap."""
    below = Rect(rect.x, rect.y + height + gap, rect.w, rect.h - height - gap)
    return Rect(rect.x, rect.y, rect.w, height), below


def cut_bottom(rect: Rect, height: int, gap: int = 0) -> tuple[Rect, Rect]:
    """Return the foot of a box, and what is left above a gap."""
    foot = Rect(rect.x, rect.bottom - height, rect.w, height)
    return foot, Rect(rect.x, rect.y, rect.w, rect.h - height - gap)


def cut_left(rect: Rect, width: int, gap: int = 0) -> tuple[Rect, Rect]:
    """Return the left of a box, and what is left beside a gap."""
    rest = Rect(rect.x + width + gap, rect.y, rect.w - width - gap, rect.h)
    return Rect(rect.x, rect.y, width, rect.h), rest


def cut_right(rect: Rect, width: int, gap: int = 0) -> tuple[Rect, Rect]:
    """Return the right of a box, and what is left beside a gap."""
    right = Rect(rect.right - width, rect.y, width, rect.h)
    return right, Rect(rect.x, rect.y, rect.w - width - gap, rect.h)


def grid(rect: Rect, columns: int, rows: int, gap: int) -> list[Rect]:
    """Return equal cells, row by row."""
    width = (rect.w - (columns - 1) * gap) // columns
    height = (rect.h - (rows - 1) * gap) // rows
    return [
        Rect(rect.x + column * (width + gap), rect.y + row * (height + gap), width, height)
        for row in range(rows)
        for column in range(columns)
    ]


# Words


def line_px(look: Look, cap_mm: float = BODY_MM) -> int:
    """Return the height of a line of text whose capitals are so high."""
    return round(look.glass.type_px(cap_mm) * LINE)


def width_px(look: Look, text: str, cap_mm: float = BODY_MM, weight: Weight = "regular") -> int:
    """Return the width of a text in one line."""
    return look.measure(text, look.glass.type_px(cap_mm), weight)


def wrap(
    look: Look,
    text: str,
    width: int,
    *,
    cap_mm: float = BODY_MM,
    weight: Weight = "regular",
    most: int | None = None,
) -> list[Line]:
    """Return a text in lines of at most ``width`` pixels, and at most ``most`` of them.

    Lines break at spaces; within a word only where it is wider than a line, then after a hyphen if
    it has one. What is past the last line is cut, and that line says so.
    """

    def fits(line: str) -> bool:
        return width_px(look, line, cap_mm, weight) <= width

    lines: list[Line] = []
    line = ""
    for word in text.split(" "):
        for n, piece in enumerate(_pieces(word, fits)):
            longer = f"{line} {piece}" if line and n == 0 else line + piece
            if fits(longer) or not line:
                line = longer
            else:
                lines.append(Line(line, is_broken=n > 0 and not line.endswith("-")))
                line = piece
    lines.append(Line(line))
    if most is None or len(lines) <= most:
        return lines
    last = lines[most - 1].text
    while last and not fits(last + ELLIPSIS):
        last = last[:-1]
    return [*lines[: most - 1], Line(last.rstrip() + ELLIPSIS, is_cut=True)]


def _pieces(word: str, fits: Callable[[str], bool]) -> list[str]:
    """Return a word whole where it fits a line, else in parts that do."""
    if fits(word):
        return [word]
    pieces: list[str] = []
    for part in re.findall(r"[^-]+-?|-", word):
        rest = part
        while len(rest) > 1 and not fits(rest):
            head = next(n for n in range(len(rest) - 1, 0, -1) if n == 1 or fits(rest[:n]))
            pieces.append(rest[:head])
            rest = rest[head:]
        pieces.append(rest)
    return pieces


def height_px(
    look: Look,
    text: str,
    width: int,
    *,
    cap_mm: float = BODY_MM,
    weight: Weight = "regular",
    most: int | None = None,
) -> int:
    """Return how high a text is once it is wrapped."""
    lines = wrap(look, text, width, cap_mm=cap_mm, weight=weight, most=most)
    return len(lines) * line_px(look, cap_mm)


def words(
    look: Look,
    rect: Rect,
    text: str,
    *,
    cap_mm: float = BODY_MM,
    weight: Weight = "regular",
    on: Role = "ground",
    role: Role | None = None,
    align: Align = "left",
    is_centred: bool = True,
) -> Drawn:
    """Draw a text in as many lines as its box holds, centred from top to bottom or at the top."""
    # A box made to measure may be lower than a line.
    height = max(1, min(line_px(look, cap_mm), rect.h))
    most = max(1, rect.h // height)
    lines = wrap(look, text, rect.w, cap_mm=cap_mm, weight=weight, most=most)
    top = rect.y + ((rect.h - len(lines) * height) // 2 if is_centred else 0)
    return Drawn(
        tuple(
            Words(
                rect=Rect(rect.x, top + n * height, rect.w, height),
                text=line.text,
                size_px=look.glass.type_px(cap_mm),
                weight=weight,
                role=role or ink(on),
                on=on,
                align=align,
                is_cut=line.is_cut,
                is_broken=line.is_broken,
            )
            for n, line in enumerate(lines)
        )
    )


# Buttons


def box(
    look: Look, rect: Rect, role: Role, *, edge: Role | None = None, radius_mm: float = RADIUS_MM
) -> Drawn:
    """Draw a box with round corners."""
    return Drawn((Fill(rect=rect, role=role, radius=look.glass.px(radius_mm), edge=edge),))


def icon(rect: Rect, name: str, *, on: Role, role: Role | None = None) -> Drawn:
    """Draw a sign as large as its box."""
    return Drawn((Icon(rect=rect, name=name, role=role or ink(on), on=on),))


def touched(rect: Rect, tap: Action, hold: Action | None = None) -> Drawn:
    """Let a box be touched; it is drawn by others."""
    return Drawn(targets=(Target(rect=rect, tap=tap, hold=hold),))


def button(
    look: Look,
    rect: Rect,
    text: str,
    action: Action,
    *,
    sign: str | None = None,
    role: Role = "raised",
    weight: Weight = "semibold",
    hold: Action | None = None,
) -> Drawn:
    """Draw a button: its sign, if any, to the left of its words (alone where there are none)."""
    drawn = box(look, rect, role, edge="line") + touched(rect, action, hold)
    pad = look.glass.px(PAD_MM)
    inner = inset(rect, pad, 0)
    if sign is None:
        return drawn + words(look, inner, text, weight=weight, on=role, align="centre")
    side = min(look.glass.px(SIGN_MM), rect.h, rect.w)
    if not text:
        return drawn + icon(centred(rect, side), sign, on=role)
    place, rest = cut_left(inner, side, pad)
    return (
        drawn
        + icon(centred(place, side), sign, on=role)
        + words(look, rest, text, weight=weight, on=role)
    )


SIGN_MM = 7.0


def centred(rect: Rect, side: int) -> Rect:
    """Return a square in the middle of a box."""
    return Rect(rect.x + (rect.w - side) // 2, rect.y + (rect.h - side) // 2, side, side)


# Lists


def target_px(look: Look) -> int:
    """Return the least side of what can be touched."""
    return -int(-TARGET_MM * look.glass.px_per_mm // 1)


def listed(look: Look, rect: Rect, part: int, entries: Sequence[Entry]) -> Drawn:
    """Draw one part of a list from the top of a box.

    Where it does not fit as a whole, big buttons at the foot turn its parts; a part past the end
    (the list has become shorter) is the last one.
    """
    gap = look.glass.px(GAP_MM)
    parts = divided([entry.height for entry in entries], rect.h, gap)
    if len(parts) == 1:
        return _stacked(rect, entries, gap)
    foot, above = cut_bottom(rect, target_px(look), gap)
    parts = divided([entry.height for entry in entries], above.h, gap)
    part = min(part, len(parts) - 1)
    first, end = parts[part]
    return _stacked(above, entries[first:end], gap) + pager(look, foot, part, len(parts))


def divided(heights: Sequence[int], room: int, gap: int) -> list[tuple[int, int]]:
    """Return the parts of a list as (first, end); none is empty unless the list is."""
    parts: list[tuple[int, int]] = []
    first, used = 0, 0
    for n, height in enumerate(heights):
        if n > first and used + gap + height > room:
            parts.append((first, n))
            first, used = n, height
        else:
            used += height + (gap if n > first else 0)
    return [*parts, (first, len(heights))]


def pager(look: Look, rect: Rect, part: int, parts: int) -> Drawn:
    """Draw the buttons that turn the parts of a list; the place of one that leads nowhere stays."""
    gap = look.glass.px(GAP_MM)
    side = max(target_px(look), rect.w // 3)
    left, rest = cut_left(rect, side, gap)
    right, middle = cut_right(rest, side, gap)
    told = look.words.gettext("%(part)s of %(parts)s", part=part + 1, parts=parts)
    drawn = words(look, middle, told, role="quiet", align="centre")
    if part > 0:
        drawn += button(look, left, "", Turn(-1, parts=parts), sign="up")
    if part < parts - 1:
        drawn += button(look, right, "", Turn(1, parts=parts), sign="down")
    return drawn


def _stacked(rect: Rect, entries: Sequence[Entry], gap: int) -> Drawn:
    drawn: list[Drawn] = []
    rest = rect
    for entry in entries:
        place, rest = cut_top(rest, entry.height, gap)
        drawn.append(entry.draw(place))
    return joined(drawn)
