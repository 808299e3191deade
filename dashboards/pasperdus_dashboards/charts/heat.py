"""The map of weekday and hour of one period: the share satisfied, or how many came."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pasperdus_dashboards.chart_style import Look, finished_in, version_of
from pasperdus_dashboards.charts.arms import mixed, written_upon

_SHADES = 6
_PALEST, _DARKEST = 0.12, 0.95


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


def heat_chart(
    cells: Sequence[HeatCell],
    look: Look,
    *,
    weekdays: Sequence[str],
    hours: Sequence[str],
    limits: tuple[float, float],
) -> dict[str, Any]:
    """Return the specification; two periods with the same ``limits`` can be set side by side."""
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
    written = base.mark_text(fontSize=size, fontWeight=600, dy=-size * 0.45).encode(
        text="written:N", **inked
    )
    under = base.mark_text(fontSize=size, dy=size * 0.75).encode(text="under:N", **inked)
    return finished_in(alt.layer(tiles, written, under), look)
