"""How large things are on one piece of glass, and in which words: what every screen is handed."""

from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from pasperdus_node.screens.scene import Weight
from pasperdus_service.languages import Language

Measure = Callable[[str, int, Weight], int]
"""Width in pixels of a text at a size in pixels."""

CAP_HEIGHT = 0.652  # of Source Sans Pro Bold, whose capitals are the lowest: share of the size
BODY_MM = 3.5  # height of capitals read at 0.6 m, an arm's length
TITLE_MM = 4.6
CARD_MM = 8.7  # read at 1 m
HALL_MM = 26.0  # read at 3 m, across a waiting room
TARGET_MM = 15.0  # a thumb that walks


@dataclass(frozen=True, slots=True, kw_only=True)
class Glass:
    """A screen: its size in pixels and how many of them make a millimetre."""

    width: int
    height: int
    px_per_mm: float

    @property
    def is_portrait(self) -> bool:
        """Whether it is taller than wide."""
        return self.height > self.width

    def px(self, mm: float) -> int:
        """Return millimetres in pixels."""
        return round(mm * self.px_per_mm)

    def type_px(self, cap_mm: float) -> int:
        """Return the type size whose capitals are at least so high."""
        return -int(-cap_mm * self.px_per_mm // CAP_HEIGHT)


TOUCH_DISPLAY_2 = Glass(width=720, height=1280, px_per_mm=8.3)
SEVEN_INCH = Glass(width=800, height=480, px_per_mm=5.2)
HALL_SCREEN = Glass(width=1920, height=1080, px_per_mm=3.6)  # 24 inches


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Glass, type and words; ``zone`` is the site's."""

    glass: Glass
    measure: Measure
    words: Language
    zone: ZoneInfo
