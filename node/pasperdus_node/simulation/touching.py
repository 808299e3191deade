"""Finds on a picture what a driver names, and tells a driver what is on it."""

from typing import Any

from pasperdus_node.errors import SimulationError
from pasperdus_node.screens.scene import Mark, Scene, Words
from pasperdus_node.terminal.actions import name


def center_of(scene: Scene | None, target: str) -> tuple[int, int]:
    """Return the middle of what bears this name now. Raises :class:`SimulationError`."""
    targets = () if scene is None else scene.targets
    for place in reversed(targets):
        if name(place.tap) == target:
            return place.rect.x + place.rect.w // 2, place.rect.y + place.rect.h // 2
    shown = ", ".join(name(place.tap) for place in targets) or "nothing"
    raise SimulationError(f"touch {target!r}: not on the screen now; there are {shown}")


def sight_of(scene: Scene | None) -> dict[str, Any]:
    """Return the names of all targets, every line of text and every token, as they are drawn.

    ``chimes`` counts the sounds that the screen has asked for.
    """
    if scene is None:
        return {"targets": [], "texts": [], "marks": [], "chimes": 0}
    return {
        "targets": [name(place.tap) for place in scene.targets],
        "texts": [item.text for item in scene.items if isinstance(item, Words)],
        "marks": [item.token for item in scene.items if isinstance(item, Mark)],
        "chimes": scene.chimes,
    }
