"""The chart of the past weeks as a Vega-Lite specification, written with Altair."""

import json
from collections.abc import Sequence
from itertools import groupby
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
from pasperdus_dashboards.today.past_words import WeekRow

_LEAST_WEEKS = 3  # of a month whose name has room under them


def week_rows(rows: Sequence[WeekRow]) -> list[dict[str, Any]]:
    """Return the chart's data: the same figures as the table beside it."""
    top = max([LEAST_TOP, *(row.entries or 0 for row in rows)])
    return [
        {
            "week": row.monday,
            "label": row.label,
            "entries": row.entries,
            "is_silent": row.entries is None,
            "is_partial": row.is_partial and row.entries is not None,
            "top": top,
            "tip": "\n".join(text for text in (row.entries_text, row.remark) if text),
        }
        for row in rows
    ]


def week_version(rows: Sequence[WeekRow]) -> str:
    """Return a name for exactly this drawing, for addresses that may be kept for ever."""
    return version_of(week_rows(rows))


def week_frame(size: Size) -> Frame:
    """Return the frame of the chart."""
    return FRAMES[size]


def week_chart(
    rows: Sequence[WeekRow], look: Look, *, words: tuple[str, str], separator: str
) -> dict[str, Any]:
    """Return the specification.

    ``words`` name the week and its entries in its tips; ``separator`` stands before thousands.
    """
    # Altair takes a second to load on a Pi: the first page must not wait for it.
    import altair as alt

    palette = look.palette
    week_word, entries_word = words
    data = week_rows(rows)
    months = _month_labels(rows)
    week = alt.X(
        "week:O",
        title=None,
        axis=alt.Axis(
            values=list(months),
            labelExpr=f"({json.dumps(months)})[datum.value]",
            labelAngle=0,
            labelOverlap=False,
            ticks=False,
            labelPadding=8,
            domain=True,
        ),
        scale=alt.Scale(domain=[row["week"] for row in data], paddingInner=0.25, paddingOuter=0.1),
    )

    def height(field: str) -> alt.Y:
        return alt.Y(
            f"{field}:Q",
            title=None,
            stack=None,
            scale=alt.Scale(domain=[0, data[0]["top"]], nice=True),
            axis=alt.Axis(
                tickCount=4,
                tickMinStep=1,
                # Vega writes the English separator: put the language's own in its place.
                labelExpr=f"replace(format(datum.value, ',d'), ',', {json.dumps(separator)})",
                ticks=False,
                labelPadding=8,
            ),
        )

    base = alt.Chart(alt.InlineData(values=data)).encode(x=week)
    whole = (
        base.mark_bar(color=palette.bar, cornerRadiusEnd=2)
        .transform_filter("!datum.is_partial")
        .encode(y=height("entries"))
    )
    partial = (
        base.mark_bar(
            fill=palette.bar,
            fillOpacity=0.35,
            stroke=palette.bar,
            strokeWidth=1.5,
            cornerRadiusEnd=2,
        )
        .transform_filter("datum.is_partial")
        .encode(y=height("entries"))
    )
    silent = (
        base.mark_bar(fillOpacity=0, stroke=palette.quiet, strokeWidth=1.5, strokeDash=[3, 4])
        .transform_filter("datum.is_silent")
        .encode(y=height("top"))
    )
    pointed = base.mark_bar(fillOpacity=0).encode(
        y=height("top"),
        tooltip=[
            alt.Tooltip("label:N", title=week_word),
            alt.Tooltip("tip:N", title=entries_word),
        ],
    )
    chart = alt.layer(whole, partial, silent, pointed)
    return finished_in(chart, look)


def _month_labels(rows: Sequence[WeekRow]) -> dict[str, str]:
    """Return what is written under the second week of each month, which is about its middle."""
    labels = {}
    for _, weeks in groupby(rows, key=lambda row: row.monday[:7]):
        within = list(weeks)
        if len(within) >= _LEAST_WEEKS:
            labels[within[1].monday] = within[1].month
    return labels
