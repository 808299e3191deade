"""A piece of glass without a screen, and what is wrong with a picture on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pasperdus_node.config import ScreenSettings
from pasperdus_node.display.fonts import Fonts
from pasperdus_node.display.painting import below_top
from pasperdus_node.display.window import Window
from pasperdus_node.screens.look import BODY_MM, TARGET_MM, Glass, Measure
from pasperdus_node.screens.scene import Face, Fill, Icon, Item, Mark, Rect, Ring, Scene, Words
from pasperdus_node.screens.theme import READ_ON, TEXT_CONTRAST, Theme, contrast
from pasperdus_node.terminal.actions import name

Pixels = NDArray[np.uint8]
"""Rows, columns, and red, green, blue."""

LEAST_MARK_MM = 6.5  # 35 pixels of the coarsest glass: patterns are still told apart
ROUGHLY_PX = 2.0  # what rounding half a dozen boxes may cost


@contextmanager
def opened(glass: Glass, **settings: Any) -> Iterator[Window]:
    """Open a window of this glass that nobody sees."""
    asked = {"kind": "agent", "driver": "dummy", "px_per_mm": glass.px_per_mm} | settings
    window = Window(ScreenSettings(width=glass.width, height=glass.height, **asked))
    try:
        yield window
    finally:
        window.close()


def pixels(window: Window, glass: Glass) -> Pixels:
    """Return what a window shows."""
    return np.frombuffer(window.picture(), np.uint8).reshape(glass.height, glass.width, 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A scene as it was drawn."""

    scene: Scene
    picture: Pixels
    theme: Theme
    glass: Glass
    measure: Measure
    may_cut: str = ""
    """A text longer than any glass can show, which may be shortened."""

    may_break: str = ""
    """A text whose longest word is wider than its box, and its letters as small as they may be."""

    def faults(self) -> list[str]:
        """Tell everything that somebody could not read or touch."""
        outside = [fault for item in self.scene.items for fault in self._outside(item)]
        if outside:
            return outside
        words = [item for item in self.scene.items if isinstance(item, Words)]
        signs = [item for item in self.scene.items if isinstance(item, Mark | Icon | Face)]
        shown = [item for item in self.scene.items if isinstance(item, Words | Mark | Icon | Face)]
        return [
            *(fault for item in words for fault in self._unread(item)),
            *(fault for item in signs for fault in self._unseen(item)),
            *self._over_each_other(shown),
            *self._untouchable(),
        ]

    def _outside(self, item: Item) -> list[str]:
        whole = Rect(0, 0, self.glass.width, self.glass.height)
        rect = item.rect
        is_inside = rect.w > 0 and rect.h > 0 and _is_within(rect, whole)
        return [] if is_inside else [f"{told(item)}: {tuple(rect)} is not on the glass"]

    def _unread(self, item: Words) -> list[str]:
        faults = []
        width = self.measure(item.text, item.size_px, item.weight)
        if width > item.rect.w:
            faults.append(f"{told(item)}: {width} px wide in a box of {item.rect.w}")
        missing = [c for c in item.text if not _has_glyph(c, item.weight)]
        if missing:
            return [f"{told(item)}: the typeface has no {missing}"]
        above, below = _ink(item)
        if above < 0 or below < 0:
            faults.append(f"{told(item)}: {-min(above, below)} px too high for its box")
        if item.is_cut and not (self.may_cut and item.text.split()[-1].rstrip("…") in self.may_cut):
            faults.append(f"{told(item)}: is cut")
        if item.is_broken and not self._must_break(item):
            faults.append(f"{told(item)}: breaks a word")
        if item.size_px < self.glass.type_px(BODY_MM):
            faults.append(f"{told(item)}: only {item.size_px} px")
        return faults + self._faint(item) + self._misplaced(item)

    def _must_break(self, item: Words) -> bool:
        is_smallest = item.size_px == self.glass.type_px(BODY_MM)
        return is_smallest and item.text.split()[-1] in self.may_break

    def _unseen(self, item: Mark | Icon | Face) -> list[str]:
        faults = []
        least = LEAST_MARK_MM * self.glass.px_per_mm - ROUGHLY_PX
        if isinstance(item, Mark) and min(item.rect.w, item.rect.h) < least:
            faults.append(f"{told(item)}: only {min(item.rect.w, item.rect.h)} px")
        if isinstance(item, Icon):
            faults += self._faint(item)
        corners = self._corners(item)
        if not corners <= {self.theme[item.on]}:
            faults.append(f"{told(item)}: is not on {item.on}, but on {corners}")
        return faults

    def _corners(self, item: Mark | Icon | Face) -> set[tuple[int, ...]]:
        """Return the colours behind a sign, where nothing was put over it."""
        rect = item.rect
        rows, columns = (rect.y, rect.bottom - 1), (rect.x, rect.right - 1)
        later = self.scene.items[_place(self.scene.items, item) + 1 :]
        return {
            tuple(int(channel) for channel in self.picture[row, column])
            for row in rows
            for column in columns
            if not any(other.rect.holds(column, row) for other in later)
        }

    def _faint(self, item: Words | Icon) -> list[str]:
        if item.on not in READ_ON.get(item.role, ()):
            return [f"{told(item)}: {item.role} may not stand on {item.on}"]
        ratio = contrast(self.theme[item.role], self.theme[item.on])
        return [] if ratio >= TEXT_CONTRAST else [f"{told(item)}: contrast only {ratio:.1f}"]

    def _misplaced(self, item: Words) -> list[str]:
        """Hold what a text says of its ground against what is behind it."""
        rect = item.rect
        ground = self.theme[item.on]
        box = self.picture[rect.y : rect.bottom, rect.x : rect.right]
        is_ground = np.logical_and.reduce([box[..., n] == ground[n] for n in range(3)])
        if 2 * np.count_nonzero(is_ground) > is_ground.size:
            return []  # more than half: no need to sort all colours
        packed = box.reshape(-1, 3).astype(np.uint32) @ np.array([65_536, 256, 1], np.uint32)
        colours, times = np.unique(packed, return_counts=True)
        most = int(colours[times.argmax()])
        red, green, blue = ground
        is_right = most == red * 65_536 + green * 256 + blue
        return [] if is_right else [f"{told(item)}: stands on #{most:06x}, not on {item.on}"]

    def _over_each_other(self, items: Sequence[Words | Mark | Icon | Face]) -> list[str]:
        return [
            f"{told(one)} and {told(other)} are over each other"
            for one, other in combinations(items, 2)
            if _is_overlapping(one.rect, other.rect) and not self._is_badge(one, other)
        ]

    def _is_badge(self, under: Item, over: Item) -> bool:
        """Whether an item stands on a box of its own, laid over the other."""
        between = self.scene.items[_place(self.scene.items, under) : _place(self.scene.items, over)]
        return any(isinstance(one, Fill) and _is_within(over.rect, one.rect) for one in between)

    def _untouchable(self) -> list[str]:
        least = int(TARGET_MM * self.glass.px_per_mm)
        whole = Rect(0, 0, self.glass.width, self.glass.height)
        faults = []
        for target in self.scene.targets:
            called = name(target.tap)
            if min(target.rect.w, target.rect.h) < least:
                faults.append(f"{called}: {target.rect.w} by {target.rect.h} px to touch")
            if not _is_within(target.rect, whole):
                faults.append(f"{called}: {tuple(target.rect)} is not on the glass")
            faults += [
                f"{called}: is not where its button is drawn, {tuple(item.rect)}"
                for item in self.scene.items
                if isinstance(item, Fill | Ring) and _is_astride(item.rect, target.rect)
            ]
        return faults + [
            f"{name(one.tap)} and {name(other.tap)} are touched at once"
            for one, other in combinations(self.scene.targets, 2)
            if _is_overlapping(one.rect, other.rect)
        ]


def told(item: Item) -> str:
    """Say which item is meant."""
    match item:
        case Words():
            return repr(item.text)
        case Mark():
            return f"token {item.token}"
        case Icon():
            return f"sign {item.name}"
        case Face():
            return f"face {item.value}"
    return f"{type(item).__name__.lower()} {tuple(item.rect)}"


def _place(items: Sequence[Item], item: Item) -> int:
    """Return the place of this very item; another may be equal."""
    return next(n for n, one in enumerate(items) if one is item)


def _is_within(inner: Rect, outer: Rect) -> bool:
    return (
        outer.x <= inner.x
        and outer.y <= inner.y
        and inner.right <= outer.right
        and inner.bottom <= outer.bottom
    )


def _is_overlapping(one: Rect, other: Rect) -> bool:
    return (
        one.x < other.right
        and other.x < one.right
        and one.y < other.bottom
        and other.y < one.bottom
    )


def _is_astride(one: Rect, other: Rect) -> bool:
    """Whether two boxes overlap, and neither is within the other."""
    return _is_overlapping(one, other) and not (_is_within(one, other) or _is_within(other, one))


def _ink(item: Words) -> tuple[int, int]:
    """Return how many pixels of its box are free above and below a text."""
    low, high = _reach(item.text, item.size_px, item.weight)
    baseline = below_top(item.rect.h, item.size_px)
    return baseline - high, item.rect.h - (baseline - low)


@cache
def _reach(text: str, size_px: int, weight: Any) -> tuple[int, int]:
    metrics = _fonts().font(size_px, weight).metrics(text)
    return min(one[2] for one in metrics), max(one[3] for one in metrics)


@cache
def _has_glyph(character: str, weight: Any) -> bool:
    return _fonts().font(20, weight).metrics(character)[0] is not None


@cache
def _fonts() -> Fonts:
    return Fonts()
