"""Drawings that are made once and kept, the ones not used for longest going first.

What they may take together is told in bytes: a line of a large screen is as big as a page of a
small one.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import partial
from typing import Generic, ParamSpec

import pygame

P = ParamSpec("P")


class Kept(Generic[P]):
    """A function that draws, and remembers what it has drawn."""

    def __init__(self, draw: Callable[P, pygame.Surface], max_bytes: int) -> None:
        self._draw = draw
        self._max_bytes = max_bytes
        self._drawn: OrderedDict[Hashable, pygame.Surface] = OrderedDict()
        self.bytes_held = 0

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> pygame.Surface:
        """Return the drawing."""
        key = (args, tuple(sorted(kwargs.items())))
        known = self._drawn.get(key)
        if known is not None:
            self._drawn.move_to_end(key)
            return known
        drawn = self._drawn[key] = self._draw(*args, **kwargs)
        self.bytes_held += _bytes_of(drawn)
        while self.bytes_held > self._max_bytes:
            _, oldest = self._drawn.popitem(last=False)
            self.bytes_held -= _bytes_of(oldest)
        return drawn

    def clear(self) -> None:
        """Forget everything."""
        self._drawn.clear()
        self.bytes_held = 0


def kept(max_bytes: int) -> Callable[[Callable[P, pygame.Surface]], Kept[P]]:
    """Keep what a function draws, up to so many bytes."""
    return partial(Kept, max_bytes=max_bytes)


def _bytes_of(drawn: pygame.Surface) -> int:
    return drawn.get_pitch() * drawn.get_height()
