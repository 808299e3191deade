"""Pictures of every page, kept beside the tests.

``python -m support.page_pictures DIR`` makes them anew; ``DIR comparer`` only those of a page.

Compared not pixel by pixel but as somebody would who steps back: in squares of a few pixels, and by
the share of squares that look different. A browser of another version may set a letter elsewhere; a
missing paragraph, another colour or a broken column is still found.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pygame
from numpy.typing import NDArray

from support import kept_pictures
from support.browsing import Box, Browsing, Tab, Theme
from support.glass import Pixels
from support.places import PAGES, Kind, Place, serving

NARROW, MIDDLE, WIDE = 360, 768, 1440
HEIGHTS = {NARROW: 780, MIDDLE: 1024, WIDE: 900}
WIDTHS_OF: dict[Kind, tuple[int, ...]] = {
    "main": (NARROW, MIDDLE, WIDE),
    "under": (NARROW, WIDE),
    "text": (NARROW,),
    "state": (WIDE,),
}
COLOURS = 40  # pages have few, and letters' edges
SQUARE_PX = 8
NEAR = 10.0  # of 255, the mean of a square: less than a letter in it
MOST_CHANGED = 0.004  # of the squares that are not plain paper in both
TALLER_PX = 12  # by which a page may be longer or shorter


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """One picture: of which place, how wide, in which theme."""

    place: Place
    width: int
    theme: Theme = "light"

    @property
    def size(self) -> Box:
        """The window."""
        return self.width, HEIGHTS[self.width]

    @property
    def file(self) -> str:
        """Its name beside the tests."""
        dark = "-dark" if self.theme == "dark" else ""
        return f"{self.place.name}-{self.width}{dark}.png"


def shots() -> list[Shot]:
    """Return all that are kept: the six pages in all widths and the dark theme, others in fewer."""
    found = []
    for place in PAGES:
        found += [Shot(place=place, width=width) for width in WIDTHS_OF[place.kind]]
        if place.kind == "main":
            found.append(Shot(place=place, width=WIDE, theme="dark"))
    return found


def taken(tab: Tab) -> Pixels:
    """Return the whole of the page that is open as a picture."""
    png = tab.page.screenshot(full_page=True, animations="disabled", caret="hide")
    surface = pygame.image.load(BytesIO(png), "page.png")
    width, height = surface.get_size()
    rgb = pygame.image.tostring(surface, "RGB")
    return np.frombuffer(rgb, np.uint8).reshape(height, width, 3)


def keep(path: Path, picture: Pixels) -> None:
    """Write a picture beside the tests."""
    kept_pictures.write(path, picture, colours=COLOURS)


def difference(kept: Pixels, drawn: Pixels) -> str | None:
    """Tell how a page differs from the picture that is kept; None when nobody would see it."""
    if kept.shape[1] != drawn.shape[1] or abs(kept.shape[0] - drawn.shape[0]) > TALLER_PX:
        return f"it is {drawn.shape[1]} by {drawn.shape[0]}, not {kept.shape[1]} by {kept.shape[0]}"
    height = min(kept.shape[0], drawn.shape[0])
    one, other = _squares(kept[:height]), _squares(drawn[:height])
    far = np.abs(one - other).max(axis=2) > NEAR
    paper = np.median(one.reshape(-1, 3), axis=0)
    is_used = (np.abs(one - paper).max(axis=2) > NEAR) | (np.abs(other - paper).max(axis=2) > NEAR)
    share = far.sum() / max(1, is_used.sum())
    if share <= MOST_CHANGED:
        return None
    rows, columns = far.nonzero()
    left, right = columns.min() * SQUARE_PX, (columns.max() + 1) * SQUARE_PX
    top, bottom = rows.min() * SQUARE_PX, (rows.max() + 1) * SQUARE_PX
    return f"{share:.1%} of it differs, within x {left} to {right} and y {top} to {bottom}"


def main(arguments: Sequence[str]) -> int:
    """Write the pictures whose name holds one of the further arguments, or all, into a folder."""
    folder, *wanted = arguments
    chosen = [shot for shot in shots() if not wanted or any(part in shot.file for part in wanted)]
    complaints = []
    with (
        TemporaryDirectory() as ledgers,
        serving(Path(ledgers)) as sites,
        closing(Browsing()) as browsing,
    ):
        for shot in chosen:
            path = Path(folder) / shot.file
            tab = sites.opened(browsing.tab, shot.place, theme=shot.theme, size=shot.size)
            keep(path, taken(tab))
            print(f"{path.name}: {path.stat().st_size // 1000} kB")
            complaints += browsing.leave()
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    return 1 if complaints else 0


def _squares(picture: Pixels) -> NDArray[np.float64]:
    """Return the mean colour of each square; what is left over at the edges is not looked at."""
    height, width = (side // SQUARE_PX for side in picture.shape[:2])
    cut = picture[: height * SQUARE_PX, : width * SQUARE_PX]
    # Row by row first, in small integers: a long page has ten million pixels.
    strips = cut.reshape(height, SQUARE_PX, -1).sum(axis=1, dtype=np.uint16)
    sums = strips.reshape(height, width, SQUARE_PX, 3).sum(axis=2, dtype=np.uint16)
    means: NDArray[np.float64] = sums / SQUARE_PX**2
    return means


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
