"""The chart of a day's hours as a Vega-Lite specification, written with Altair.

One specification serves the browser and the still picture: same data, same marks. Everything that
is read is in the data already as written text, so that the chart knows no language.
"""

from collections.abc import Sequence
from typing import Any

from pasperdus_dashboards.charts.style import (
    FRAMES,
    LEAST_TOP,
    Frame,
    Look,
    Size,
    finished_in,
    version_of,
)
from pasperdus_dashboards.today.day_words import HourRow


def chart_rows(rows: Sequence[HourRow]) -> list[dict[str, Any]]:
    """Return the chart's data: the same figures as the table beside it."""
    tops = [max(row.entries or 0, row.usual.high if row.usual else 0) for row in rows]
    return [
        {
            "hour": row.label,
            "entries": row.entries,
            "low": row.usual.low if row.usual else None,
            "median": row.usual.median if row.usual else None,
            "high": row.usual.high if row.usual else None,
            "is_silent": row.is_silent,
            "is_running": row.is_running,
            "top": max(LEAST_TOP, *tops),
            "written": "" if row.entries is None else row.entries_text,
            "tip": "\n".join([row.entries_text, *row.remarks]),
            "usual": row.usual_text,
        }
        for row in rows
    ]


def chart_version(rows: Sequence[HourRow]) -> str:
    """Return a name for exactly this drawing, for addresses that may be kept for ever."""
    return version_of(chart_rows(rows))


def hour_frame(size: Size) -> Frame:
    """Return the frame of the chart."""
    return FRAMES[size]


def hour_chart(
    rows: Sequence[HourRow], look: Look, *, words: tuple[str, str, str]
) -> dict[str, Any]:
    """Return the specification; ``words`` name hour, entries and the usual day in its tips."""
    # Altair takes a second to load on a Pi: the first page must not wait for it.
    import altair as alt

    palette = look.palette
    hour_word, entries_word, usual_word = words
    data = chart_rows(rows)
    hour = alt.X(
        "hour:O",
        title=None,
        axis=alt.Axis(labelAngle=0, labelOverlap=True, ticks=False, labelPadding=8, domain=True),
        # Said, not found: each mark leaves out its own unknown hours, and would order the rest.
        scale=alt.Scale(domain=[row["hour"] for row in data], paddingInner=0.18, paddingOuter=0.09),
    )

    def height(field: str) -> alt.Y:
        return alt.Y(
            f"{field}:Q",
            title=None,
            stack=None,
            # Said, not found: a chart without a silent hour has nothing to find it in.
            scale=alt.Scale(domain=[0, data[0]["top"]], nice=True),
            axis=alt.Axis(tickCount=4, tickMinStep=1, format="d", ticks=False, labelPadding=8),
        )

    # Inline, so that a picture needs nothing but its specification.
    base = alt.Chart(alt.InlineData(values=data)).encode(x=hour)
    band = base.mark_bar(color=palette.band, cornerRadius=2).encode(y=height("low"), y2="high:Q")
    median = base.mark_tick(color=palette.median, thickness=2, orient="horizontal").encode(
        y=height("median")
    )
    narrower = {"band": 0.5}
    counted = base.mark_bar(color=palette.bar, width=narrower, cornerRadiusEnd=2)
    over = counted.transform_filter("!datum.is_running").encode(y=height("entries"))
    running = (
        base.mark_bar(
            fill=palette.bar,
            fillOpacity=0.35,
            stroke=palette.bar,
            strokeWidth=1.5,
            width=narrower,
            cornerRadiusEnd=2,
        )
        .transform_filter("datum.is_running")
        .encode(y=height("entries"))
    )
    silent = (
        base.mark_bar(
            fill=palette.band,
            fillOpacity=0,
            stroke=palette.quiet,
            strokeWidth=1.5,
            strokeDash=[3, 4],
        )
        .transform_filter("datum.is_silent")
        .encode(y=height("top"))
    )
    label: dict[str, Any] = {"dy": -8, "fontSize": look.font_size, "fontWeight": 600}
    halo = base.mark_text(stroke=palette.paper, strokeWidth=4, **label).encode(
        y=height("entries"), text="written:N"
    )
    written = base.mark_text(color=palette.ink, **label).encode(
        y=height("entries"), text="written:N"
    )
    pointed = base.mark_bar(fillOpacity=0).encode(
        y=height("top"),
        tooltip=[
            alt.Tooltip("hour:O", title=hour_word),
            alt.Tooltip("tip:N", title=entries_word),
            alt.Tooltip("usual:N", title=usual_word),
        ],
    )
    chart = alt.layer(band, median, over, running, silent, halo, written, pointed)
    return finished_in(chart, look)
