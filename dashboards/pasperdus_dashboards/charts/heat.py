"""The map of weekday and hour: of one period the share satisfied, or how many came in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pasperdus_dashboards.charts.arms import mixed, written_upon
from pasperdus_dashboards.charts.style import (
    Frame,
    Look,
    Size,
    finished_in,
    version_of,
)

_SHADES = 6
_PALEST, _DARKEST = 0.12, 0.95
_WIDTHS: dict[Size, int] = {"wide": 480, "narrow": 320}  # two stand side by side where it is wide
_FONT_SIZES: dict[Size, int] = {"wide": 13, "narrow": 11}
_HEAD_PX, _ROW_PX = 30, 42


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatCell:
    """One cell; ``value`` is None where nothing is known. ``under`` says what it rests on."""

    weekday: str
    hour: str
    value: float | None
    written: str
    under: str


def heat_rows(cells: Sequence[HeatCell]) -> list[dict[str, Any]]:
    """Return the chart's data."""
    return [
        {
            "weekday": cell.weekday,
            "hour": cell.hour,
            "value": cell.value,
            "written": cell.written,
            "under": cell.under,
        }
        for cell in cells
    ]


def heat_version(cells: Sequence[HeatCell]) -> str:
    """Return a name for exactly this drawing, for addresses that may be kept for ever."""
    return version_of(heat_rows(cells))


def heat_frame(hours: int, size: Size) -> Frame:
    """Return the frame of a map with so many rows of hours."""
    height = _HEAD_PX + _ROW_PX * hours
    return Frame(width=_WIDTHS[size], height=height, font_size=_FONT_SIZES[size])


def heat_chart(
    cells: Sequence[HeatCell],
    look: Look,
    *,
    weekdays: Sequence[str],
    hours: Sequence[str],
    limits: tuple[float, float],
) -> dict[str, Any]:
    """Return the specification; two periods with the same ``limits`` can be set side by side.

    It shades whatever lies between the limits: shares from 0 to 1, or counts from 0 to the most.
    """
    # Altair takes a second to load on a Pi: the first page must not wait for it.
    import altair as alt

    palette, size = look.palette, look.font_size
    steps = [
        mixed(palette.paper, palette.bar, _PALEST + (_DARKEST - _PALEST) * n / (_SHADES - 1))
        for n in range(_SHADES)
    ]
    low, high = limits
    rows = heat_rows(cells)
    for row in rows:
        if row["value"] is None:
            row["fill"], row["ink"] = "transparent", palette.quiet
        else:
            share = (row["value"] - low) / (high - low) if high > low else 0.0
            row["fill"] = steps[min(_SHADES - 1, max(0, int(share * _SHADES)))]
            row["ink"] = written_upon(row["fill"], palette)
    labelled: dict[str, Any] = {"ticks": False, "domain": False, "labelAngle": 0}
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        x=alt.X(
            "weekday:O",
            title=None,
            axis=alt.Axis(orient="top", labelPadding=6, **labelled),
            scale=alt.Scale(domain=list(weekdays), paddingInner=0.06, paddingOuter=0),
        ),
        y=alt.Y(
            "hour:O",
            title=None,
            axis=alt.Axis(labelPadding=8, **labelled),
            scale=alt.Scale(domain=list(hours), paddingInner=0.1, paddingOuter=0),
        ),
    )
    tiles = base.mark_rect(cornerRadius=2, stroke=palette.grid, strokeWidth=1).encode(
        color=alt.Color("fill:N", scale=None),
        tooltip=[
            alt.Tooltip("weekday:O", title=" "),
            alt.Tooltip("hour:O", title=" "),
            alt.Tooltip("written:N", title=" "),
            alt.Tooltip("under:N", title=" "),
        ],
    )
    inked = {"color": alt.Color("ink:N", scale=None)}
    # A figure with nothing under it stands in the middle.
    alone, above = (base.transform_filter(f"datum.under {sign} ''") for sign in ("==", "!="))
    bold: dict[str, Any] = {"fontSize": size, "fontWeight": 600}
    layers = [
        tiles,
        alone.mark_text(**bold).encode(text="written:N", **inked),
        above.mark_text(dy=-size * 0.45, **bold).encode(text="written:N", **inked),
        above.mark_text(dy=size * 0.75, fontSize=size).encode(text="under:N", **inked),
    ]
    return finished_in(alt.layer(*layers), look)
