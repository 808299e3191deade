"""A page without a mouse: every stop of the Tab key, and whether somebody sees where they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from support.browsing import Tab

MOST_STOPS = 300
LEAST_OUTLINE_PX = 2.0
LEAST_CONTRAST = 3.0  # WCAG 2.2, 1.4.11, of the outline with the paper around it

_HERE = """
() => {
  const here = document.activeElement;
  if (!here || here === document.body || here === document.documentElement) return null;
  const box = here.getBoundingClientRect();
  const look = getComputedStyle(here);
  const ground = element => {
    for (let each = element; each; each = each.parentElement) {
      const colour = getComputedStyle(each).backgroundColor;
      if (!/rgba\\(.*, 0\\)|transparent/.test(colour)) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const middle = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  const label = here.labels?.[0]?.innerText;
  const named = here.getAttribute("aria-label") || label || here.innerText || here.value || "";
  here.dataset.stop ??= String(window.stops = (window.stops || 0) + 1);
  return {
    stop: here.dataset.stop,
    what: `${here.tagName.toLowerCase()} ${named.trim().slice(0, 60)}`,
    width: box.width, height: box.height,
    isInView: box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth,
    isCovered: !!middle && !here.contains(middle) && !middle.contains(here)
      && !middle.closest("label")?.contains(here),
    outline: look.outlineStyle === "none" ? 0 : parseFloat(look.outlineWidth),
    colour: look.outlineColor, ground: ground(here.parentElement),
  };
}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Where the keyboard is, and what cannot be seen of it."""

    what: str
    faults: tuple[str, ...]


def stops(tab: Tab) -> list[Stop]:
    """Press Tab from the top of the page until it comes round; return every stop."""
    tab.evaluate("document.activeElement?.blur()")
    found: dict[str, Stop] = {}
    for _ in range(MOST_STOPS):
        tab.page.keyboard.press("Tab")
        here = tab.page.evaluate(_HERE)
        if here is None or here["stop"] in found:
            return list(found.values())
        found[here["stop"]] = Stop(what=here["what"], faults=tuple(_faults(here)))
    raise AssertionError(f"after {MOST_STOPS} presses the keyboard has not come round")


def go_to(tab: Tab, what: str) -> None:
    """Press Tab until something whose name holds ``what`` has the focus."""
    passed = []
    for _ in range(MOST_STOPS):
        tab.page.keyboard.press("Tab")
        here = tab.page.evaluate(_HERE)
        if here is not None and what in here["what"]:
            return
        passed.append("–" if here is None else here["what"])
    raise AssertionError(f"the keyboard never comes to {what!r}; it passed {passed}")


def _faults(here: dict[str, Any]) -> list[str]:
    faults = []
    if not here["isInView"] or here["width"] < 1 or here["height"] < 1:
        faults.append("it is not to be seen")
    if here["isCovered"]:
        faults.append("something lies over it")
    if here["outline"] < LEAST_OUTLINE_PX:
        faults.append(f"its outline is {here['outline']} px wide")
    elif _contrast(here["colour"], here["ground"]) < LEAST_CONTRAST:
        faults.append(f"its outline, {here['colour']}, does not stand out of {here['ground']}")
    return faults


def _contrast(one: str, other: str) -> float:
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    """Return the relative luminance of ``rgb(1, 2, 3)``."""
    numbers = [float(part) / 255 for part in colour[colour.index("(") + 1 : -1].split(",")[:3]]
    red, green, blue = (
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in numbers
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
