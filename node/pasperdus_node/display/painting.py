"""Puts the items of a scene on a surface, and finds out where two scenes differ."""

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

import pygame

from pasperdus_contract.tokens import parts
from pasperdus_node.display.drawing import fill_box, outline_box, put
from pasperdus_node.display.faces import face
from pasperdus_node.display.fonts import Fonts
from pasperdus_node.display.icons import icon
from pasperdus_node.display.kept import Kept
from pasperdus_node.display.tokens import token
from pasperdus_node.screens.look import CAP_HEIGHT
from pasperdus_node.screens.scene import (
    Face,
    Fill,
    Icon,
    Item,
    Mark,
    Ring,
    Scene,
    Weight,
    Words,
)
from pasperdus_node.screens.theme import Colour, Theme

EDGE_SHARE = 0.0022  # of the longer side of the glass: two or three pixels
RING_SHARE = 0.0055
WORDS_BYTES = 24_000_000  # rendered lines: several pages of them
WIDTHS_KEPT = 2_400
NAME_SHARE = 0.17  # of the side of a token that nobody can draw: its name, if that is readable
SMALLEST_NAME_PX = 14


class Painter:
    """Draws on one surface; keeps what it has rendered."""

    def __init__(self, surface: pygame.Surface, fonts: Fonts) -> None:
        self._surface = surface
        self._fonts = fonts
        longer = max(surface.get_size())
        self._edge = max(1, round(longer * EDGE_SHARE))
        self._ring = max(3, round(longer * RING_SHARE))
        self._text = Kept(self._rendered, WORDS_BYTES)
        self.measure = lru_cache(maxsize=WIDTHS_KEPT)(self._measured)

    def forget_texts(self) -> None:
        """Keep no text that was drawn or measured: somebody's name may be among them."""
        self._text.clear()
        self.measure.cache_clear()

    def paint(self, scene: Scene, theme: Theme, within: pygame.Rect) -> None:
        """Draw what lies within a box."""
        self._surface.set_clip(within)
        self._surface.fill(theme[scene.ground])
        for item in scene.items:
            box = pygame.Rect(item.rect)
            if box.colliderect(within):
                # Nothing leaves its box: else a part of it would stay when it goes.
                self._surface.set_clip(box.clip(within))
                self._item(item, box, theme)
        self._surface.set_clip(None)

    def _item(self, item: Item, box: pygame.Rect, theme: Theme) -> None:
        match item:
            case Fill():
                self._fill(item, box, theme)
            case Ring():
                outline_box(self._surface, box, theme[item.role], item.radius, self._ring)
            case Words():
                self._words(item, box, theme)
            case Mark() if parts(item.token) is None:
                self._unknown(item, box, theme)
            case Mark():
                side = min(box.size)
                ink = theme[theme.ink_on(item.on)]
                drawn = token(
                    item.token, side, ink=ink, ground=theme[item.on], is_faint=item.is_faint
                )
                self._centred(drawn, box)
            case Icon():
                self._centred(icon(item.name, min(box.size), theme[item.role]), box)
            case Face():
                self._centred(face(item.value, min(box.size), theme[theme.ink_on(item.on)]), box)

    def _fill(self, item: Fill, box: pygame.Rect, theme: Theme) -> None:
        if item.edge is None:
            fill_box(self._surface, box, theme[item.role], item.radius)
            return
        fill_box(self._surface, box, theme[item.edge], item.radius)
        inner = box.inflate(-2 * self._edge, -2 * self._edge)
        fill_box(self._surface, inner, theme[item.role], max(0, item.radius - self._edge))

    def _words(self, item: Words, box: pygame.Rect, theme: Theme) -> None:
        drawn = self._text(item.text, item.size_px, item.weight, theme[item.role])
        spare = box.width - drawn.get_width()
        x = {"left": 0, "centre": spare // 2, "right": spare}[item.align]
        # The middle of the capitals is the middle of the box: lines stand evenly beside signs.
        baseline = box.top + below_top(box.height, item.size_px)
        ascent = self._fonts.font(item.size_px, item.weight).get_ascent()
        self._surface.blit(drawn, (box.left + x, baseline - ascent))

    def _unknown(self, item: Mark, box: pygame.Rect, theme: Theme) -> None:
        """Draw a token of a later release: an empty box, and its name where that has room."""
        side = min(box.size)
        square = pygame.Rect(0, 0, side, side)
        square.center = box.center
        ink = theme[theme.ink_on(item.on)]
        outline_box(self._surface, square, ink, side // 8, self._edge)
        size_px = max(SMALLEST_NAME_PX, round(side * NAME_SHARE))
        name = self._text(item.token, size_px, "regular", ink)
        if name.get_width() > side - 4 * self._edge:
            name = self._text("?", max(SMALLEST_NAME_PX, side // 2), "bold", ink)
        self._surface.blit(name, name.get_rect(center=square.center))

    def _centred(self, drawn: pygame.Surface, box: pygame.Rect) -> None:
        put(self._surface, drawn, drawn.get_rect(center=box.center).topleft)

    def _rendered(self, text: str, size_px: int, weight: Weight, colour: Colour) -> pygame.Surface:
        return self._fonts.font(size_px, weight).render(text, True, colour)  # noqa: FBT003 its API

    def _measured(self, text: str, size_px: int, weight: Weight) -> int:
        return self._fonts.font(size_px, weight).size(text)[0]


def below_top(height: int, size_px: int) -> int:
    """Return how far below the top of its box a line of text stands."""
    return (height + round(CAP_HEIGHT * size_px)) // 2


def differences(old: Scene, new: Scene) -> list[pygame.Rect]:
    """Return the boxes in which two scenes of the same ground differ, apart from each other."""
    gone, come = Counter(old.items), Counter(new.items)
    stay = gone & come
    if _in_order(old.items, stay) != _in_order(new.items, stay):
        return [pygame.Rect(0, 0, new.width, new.height)]  # what was under is now above
    glass = pygame.Rect(0, 0, new.width, new.height)
    return _apart(
        box
        for item in ((gone - stay) + (come - stay))
        if (box := pygame.Rect(item.rect).clip(glass)).size != (0, 0)
    )


def _in_order(items: Sequence[Item], kept: Counter[Item]) -> list[Item]:
    """Return the items that are among the kept ones, as often as these are."""
    left = Counter(kept)
    found = []
    for item in items:
        if left[item]:
            left[item] -= 1
            found.append(item)
    return found


def _apart(boxes: Iterable[pygame.Rect]) -> list[pygame.Rect]:
    """Join boxes that overlap, until none do."""
    joined: list[pygame.Rect] = []
    for box in boxes:
        whole = box
        while (hit := whole.collidelist(joined)) >= 0:
            whole = whole.union(joined.pop(hit))
        joined.append(whole)
    return joined
