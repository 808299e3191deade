"""The typeface of the screens, Source Sans Pro, from the package that carries its files."""

from collections.abc import Mapping
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

import pygame

from pasperdus_node.errors import ScreenError
from pasperdus_node.screens.scene import Weight

PACKAGE = "font_source_sans_pro"
FILES: Mapping[Weight, str] = {
    "regular": "SourceSansPro-Regular.ttf",
    "semibold": "SourceSansPro-Semibold.ttf",
    "bold": "SourceSansPro-Bold.ttf",
}


class Fonts:
    """The weights of the typeface, each size opened once.

    From memory: SDL keeps the file of each size open, and past 1023 open files ``select`` fails, on
    which the connection to the broker rests.
    """

    def __init__(self) -> None:
        self._bytes = {weight: path.read_bytes() for weight, path in font_files().items()}
        self._opened: dict[tuple[int, Weight], pygame.font.Font] = {}
        pygame.font.init()

    def font(self, size_px: int, weight: Weight) -> pygame.font.Font:
        """Return a font whose em is so many pixels."""
        key = (size_px, weight)
        if key not in self._opened:
            self._opened[key] = pygame.font.Font(BytesIO(self._bytes[weight]), size_px)
        return self._opened[key]


def font_files(package: str = PACKAGE) -> dict[Weight, Path]:
    """Return the file of each weight. Raises :class:`ScreenError` where one is missing."""
    # The package is found, not imported: importing it would list its whole folder.
    found = find_spec(package)
    if found is None or found.origin is None:
        raise ScreenError(
            f"screen: the typeface (Python package {package.replace('_', '-')}) is not installed; "
            "install pasperdus[screen], or that package alone beside Debian's python3-pygame"
        )
    folder = Path(found.origin).parent / "files"
    paths = {weight: folder / name for weight, name in FILES.items()}
    missing = next((path for path in paths.values() if not path.is_file()), None)
    if missing is not None:
        raise ScreenError(
            f"screen: {missing} is missing; install {package.replace('_', '-')} again"
        )
    return paths
