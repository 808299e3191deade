"""What screens are drawn with in tests: real pieces of glass and type, and what is read on them."""

from functools import cache

from pasperdus_node.display.fonts import Fonts
from pasperdus_node.screens import words
from pasperdus_node.screens.look import SEVEN_INCH, TOUCH_DISPLAY_2, Glass, Look
from pasperdus_node.screens.scene import Rect, Scene, Weight, Words
from pasperdus_node.screens.theme import DAY
from pasperdus_node.terminal.actions import name
from pasperdus_service.languages import Language
from support.boards import PARIS
from support.glass import Shown, opened, pixels

GLASSES = (TOUCH_DISPLAY_2, SEVEN_INCH)


def look(
    glass: Glass = TOUCH_DISPLAY_2, language: str = "fr", *, spoken: Language | None = None
) -> Look:
    """Return a look with the typeface of the screens; ``spoken`` may be a language of a test."""
    told = spoken or words.languages()[language]
    return Look(glass=glass, measure=measure, words=told, zone=PARIS)


@cache
def measure(text: str, size_px: int, weight: Weight) -> int:
    """Return the width in pixels of a text."""
    return int(_fonts().font(size_px, weight).size(text)[0])


def read(scene: Scene) -> str:
    """Return all that is written, one line a line, with plain spaces."""
    lines = [item.text for item in scene.items if isinstance(item, Words)]
    return "\n".join(lines).replace("\u00a0", " ").replace("\u202f", " ")


def places(scene: Scene) -> dict[str, Rect]:
    """Return where each thing can be touched, by the name of what a tap does."""
    return {name(target.tap): target.rect for target in scene.targets}


def faults(scene: Scene, glass: Glass, *, may_break: str = "") -> list[str]:
    """Draw a scene and tell everything that somebody could not read or touch.

    ``may_break`` is a text whose words are too long for their box.
    """
    with opened(glass) as window:
        window.show(scene, DAY)
        shown = Shown(
            scene=scene,
            picture=pixels(window, glass),
            theme=DAY,
            glass=glass,
            measure=measure,
            may_break=may_break,
        )
        return shown.faults()


@cache
def _fonts() -> Fonts:
    return Fonts()
