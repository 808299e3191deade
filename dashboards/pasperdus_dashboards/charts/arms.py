"""How the two periods of a comparison look in every chart: baseline grey, prototype in colour."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from pasperdus_dashboards.charts.style import Look, Palette

Arm = Literal["baseline", "prototype"]
ARMS: tuple[Arm, Arm] = ("baseline", "prototype")

_GREY_INK = 0.62  # of the way from the band's grey to ink: as dark as the colour it stands for


@dataclass(frozen=True, slots=True, kw_only=True)
class Shades:
    """Colours of scores, worst first, and of what is written upon them."""

    fills: tuple[str, ...]
    texts: tuple[str, ...]


def colour_of(arm: Arm, palette: Palette) -> str:
    """Return an arm's colour; the prototype's is told from the baseline's in grey print too."""
    return palette.median if arm == "baseline" else palette.bar


def in_grey(look: Look) -> Look:
    """Return the look without colour: before a comparison can be made, nothing may shine."""
    palette = look.palette
    return replace(look, palette=replace(palette, bar=mixed(palette.band, palette.ink, _GREY_INK)))


def shades(scale: int, satisfied_from: int, look: Look) -> Shades:
    """Return a colour for each score: warm to the left of satisfied, the prototype's to the right.

    Those at the ends are the strongest, so that the middle recedes in grey print as well.
    """
    palette = look.palette
    warm, cold = _WARM[_is_dark(palette)], palette.bar
    fills = [
        *(mixed(warm, palette.paper, step) for step in _steps(satisfied_from - 1)),
        *reversed(
            [mixed(cold, palette.paper, step) for step in _steps(scale - satisfied_from + 1)]
        ),
    ]
    return Shades(
        fills=tuple(fills),
        texts=tuple(_readable(fill, (palette.ink, palette.paper)) for fill in fills),
    )


def mixed(one: str, other: str, share: float) -> str:
    """Return a colour ``share`` of the way from one to the other; both are ``#rrggbb``."""
    parts = zip(_parts(one), _parts(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in parts)


def written_upon(fill: str, palette: Palette) -> str:
    """Return the colour of text upon a fill: ink or paper, whichever is read better."""
    return _readable(fill, (palette.ink, palette.paper))


_WARM = {False: "#8a4b00", True: "#e0a458"}
_READABLE = 4.5  # of WCAG 2.2, for text
_LIGHTEST = 0.7  # of the way to paper, of the score next to the middle
_SRGB = (0.2126, 0.7152, 0.0722)


def _steps(count: int) -> list[float]:
    return [_LIGHTEST * n / max(1, count - 1) for n in range(count)] if count > 1 else [0.0]


def _parts(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[n : n + 2], 16) for n in (1, 3, 5))


def _is_dark(palette: Palette) -> bool:
    return luminance(palette.paper) < luminance(palette.ink)


def _readable(fill: str, inks: Sequence[str]) -> str:
    best = max(inks, key=lambda ink: contrast(ink, fill))
    if contrast(best, fill) >= _READABLE:
        return best
    return max(("#000000", "#ffffff"), key=lambda ink: contrast(ink, fill))


def contrast(one: str, other: str) -> float:
    """Return the contrast of WCAG 2.2, from 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """Return the relative luminance of ``#rrggbb``, from 0 to 1."""
    linear = [
        part / 255 / 12.92 if part <= 10 else ((part / 255 + 0.055) / 1.055) ** 2.4
        for part in _parts(colour)
    ]
    return sum(weight * part for weight, part in zip(_SRGB, linear, strict=True))
