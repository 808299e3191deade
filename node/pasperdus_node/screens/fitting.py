"""Text as large as its room allows: cards for visitors and the public screen (pure)."""

from functools import lru_cache

from pasperdus_node.screens.flow import line_px, wrap
from pasperdus_node.screens.look import Look
from pasperdus_node.screens.scene import Weight

_KEPT = 16  # letters of a word that is better smaller than broken after its hyphen
_STEP = 0.95  # from one height that was tried to the next


def fits(look: Look, text: str, width: int, height: int, *, cap_mm: float, weight: Weight) -> bool:
    """Tell whether a text fits a room with no word broken but long ones after a hyphen."""
    lines = wrap(look, text, width, cap_mm=cap_mm, weight=weight)
    is_whole = not any(line.is_broken for line in lines)
    kept = [word for word in text.split(" ") if "-" in word and len(word) <= _KEPT]
    is_whole = is_whole and all(any(word in line.text for line in lines) for word in kept)
    return is_whole and len(lines) * line_px(look, cap_mm) <= height


@lru_cache(maxsize=1024)  # a moving screen asks the same twenty times a second
def largest_mm(
    look: Look,
    text: str,
    width: int,
    height: int,
    *,
    most_mm: float,
    least_mm: float,
    weight: Weight,
) -> float:
    """Return the height of capitals at which a text fits its room, ``least_mm`` where none does."""
    cap_mm = most_mm
    while cap_mm > least_mm:
        if fits(look, text, width, height, cap_mm=cap_mm, weight=weight):
            return cap_mm
        cap_mm *= _STEP
    return least_mm
