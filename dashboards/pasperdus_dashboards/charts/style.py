"""What all charts share: colours on light and dark paper, sizes, type.

Each chart's module has a function that returns its :class:`Frame`, the size of its still picture;
:func:`look_in` makes a :class:`Look` of it, and the chart is drawn with that.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, Literal

Size = Literal["wide", "narrow"]
Theme = Literal["light", "dark"]

LEAST_TOP = 4  # of an axis with four steps: each is a whole number then
# A still picture has no font but those of the machine that shows it: the last ones are for it.
FONT = "'Pas Perdus Sans', 'Source Sans 3', system-ui, 'Helvetica Neue', Arial, sans-serif"
LETTER = 0.55  # of its size is as wide as a letter is on average
_VERSION_CHARACTERS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """The colours of one theme, the same as in ``style.css``."""

    paper: str
    ink: str
    quiet: str
    grid: str
    band: str
    median: str
    bar: str


PALETTES: dict[Theme, Palette] = {
    "light": Palette(
        paper="#fbfaf7",
        ink="#1b1f26",
        quiet="#474d57",
        grid="#e6e3db",
        band="#dcd8cd",
        median="#7d776a",
        bar="#27508f",
    ),
    "dark": Palette(
        paper="#15181c",
        ink="#f0eee8",
        quiet="#bfc3c9",
        grid="#2b3037",
        band="#3a404a",
        median="#9aa0aa",
        bar="#8fb4f2",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The size of a still picture, in pixels; a drawing in the browser takes its own width."""

    width: int
    height: int
    font_size: int


FRAMES: dict[Size, Frame] = {
    "wide": Frame(width=960, height=380, font_size=14),
    "narrow": Frame(width=320, height=220, font_size=12),
}
"""Those of charts of which the height does not follow from what they show."""

_NARROW = 480  # narrower, names stand over what they name


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a chart is set: its colours, type and size.

    A fluid chart takes the room that it is given.
    """

    palette: Palette
    width: int
    height: int
    font_size: float
    font: str = FONT
    is_fluid: bool = False

    @property
    def is_narrow(self) -> bool:
        """Whether names beside the marks would leave no room for them."""
        return self.width < _NARROW


def frame_of(size: Size, height: float) -> Frame:
    """Return a frame of this size with a height of its own."""
    return replace(FRAMES[size], height=round(height))


def look_of(size: Size, theme: Theme, *, is_fluid: bool = False) -> Look:
    """Return how pages set a chart of the common height."""
    return look_in(FRAMES[size], theme, is_fluid=is_fluid)


def look_in(frame: Frame, theme: Theme, *, is_fluid: bool = False) -> Look:
    """Return how pages set a chart in its frame."""
    return Look(
        palette=PALETTES[theme],
        width=frame.width,
        height=frame.height,
        font_size=frame.font_size,
        is_fluid=is_fluid,
    )


def placed(
    text: str, at: float, domain: tuple[float, float], look: Look
) -> tuple[float, Literal["left", "center", "right"]]:
    """Return where a text about a place on an axis stands, and which of its sides is there.

    That is in the middle, above the place, unless it would reach over an edge.
    """
    low, high = domain
    half = len(text) * LETTER * look.font_size / look.width * (high - low) / 2
    if at - low < half:
        return low, "left"
    if high - at < half:
        return high, "right"
    return at, "center"


def version_of(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return a name for the drawing of exactly these rows, for addresses to be kept for ever."""
    return sha256(repr(rows).encode()).hexdigest()[:_VERSION_CHARACTERS]


def finished_in(chart: Any, look: Look, *, keeps_height: bool = False) -> dict[str, Any]:
    """Return the specification of an Altair chart with this look.

    One that ``keeps_height`` has rows of which each needs its room: the browser draws it no lower
    than its frame, however narrow the page is.
    """
    # Altair takes a second to load on a Pi: the first page must not wait for it.
    import altair as alt

    palette = look.palette
    specification: dict[str, Any] = (
        chart.properties(
            width="container" if look.is_fluid else look.width,
            height="container" if look.is_fluid else look.height,
            background="transparent",
            padding=4,
            autosize=alt.AutoSizeParams(type="fit", contains="padding"),
        )
        .configure(font=look.font)
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=palette.quiet,
            labelFontSize=look.font_size,
            gridColor=palette.grid,
            domainColor=palette.median,
        )
        .configure_axisY(domain=False)
        .to_dict(validate=False)  # Vega-Lite says itself what it does not understand
    )
    if keeps_height and look.is_fluid:
        specification["usermeta"] = {"least_height": look.height}
    return specification
