"""The weekly series of a comparison: its periods shaded, and a gap where nothing is known."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Literal

from pasperdus_dashboards.charts.arms import ARMS, Arm, colour_of, mixed
from pasperdus_dashboards.charts.style import (
    LETTER,
    Frame,
    Look,
    Size,
    finished_in,
    frame_of,
    version_of,
)

_WEEK = timedelta(weeks=1)
_WEEK_MS = 7 * 86_400_000
_LEAST_RANGE = 40  # points shown of a share: less would make noise look like news
_POINTS = 100
_MOST_MONTHS = 12  # whose names have room beside one another
_STEPS = (1, 2, 3, 4, 6, 12)  # months between two names
_HEIGHTS: dict[Size, int] = {"wide": 320, "narrow": 240}


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekPoint:
    """One week of a period; ``value`` is None where nothing is known. ``written`` says it all."""

    monday: date
    arm: Arm
    value: float | None
    is_full: bool
    written: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One period: first day, the day after its last, and what stands over it."""

    arm: Arm
    title: str
    first_day: date
    end_day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthLabel:
    """What stands under the first of a month; ``with_year`` where it is the first of its year."""

    first_day: date
    text: str
    with_year: str


def weekly_rows(points: Sequence[WeekPoint]) -> list[dict[str, Any]]:
    """Return the chart's data; weeks of one ``run`` follow one another and are joined by a line.

    A run ends with its period, at a week without a value and at a week that is missing.
    """
    rows: list[dict[str, Any]] = []
    run = 0
    before: WeekPoint | None = None
    for point in sorted(points, key=lambda point: (point.monday, point.arm)):
        follows = (
            before is not None
            and before.arm == point.arm
            and before.value is not None
            and point.monday - before.monday == _WEEK
        )
        if not follows:
            run += 1
        rows.append(
            {
                # Numbers: what reads a date may take it for one of its own time zone.
                "at": _utc_ms(point.monday) + _WEEK_MS // 2,
                "arm": point.arm,
                "value": point.value,
                "is_full": point.is_full,
                "run": run,
                "tip": point.written,
            }
        )
        before = point
    return rows


def weekly_version(points: Sequence[WeekPoint]) -> str:
    """Return a name for exactly this drawing, for addresses that may be kept for ever."""
    return version_of(weekly_rows(points))


def weekly_frame(size: Size) -> Frame:
    """Return the frame of the series."""
    return frame_of(size, _HEIGHTS[size])


def months_between(first_day: date, end_day: date) -> list[date]:
    """Return the firsts of months between two days, thinned until their names have room."""
    months = []
    month = first_day.replace(day=1)
    while month < end_day:
        if month >= first_day:
            months.append(month)
        month = (month + timedelta(days=31)).replace(day=1)
    step = -(-len(months) // _MOST_MONTHS) or 1
    return months[::step]


def starts_above_zero(points: Sequence[WeekPoint], kind: Literal["share", "number"]) -> bool:
    """Return whether the axis of these points leaves out zero, which whoever reads it must know."""
    factor = _POINTS if kind == "share" else 1
    return _domain([_times(point.value, factor) for point in points], kind)[0] > 0


def weekly_chart(
    points: Sequence[WeekPoint],
    spans: Sequence[Span],
    months: Sequence[MonthLabel],
    look: Look,
    *,
    kind: Literal["share", "number"],
    number: tuple[str, str],
) -> dict[str, Any]:
    """Return the specification. A ``share`` is 0 to 1 and shown in per cent, else from zero up.

    ``number`` is what separates thousands, and what stands after a per cent.
    """
    # Altair takes a second to load on a Pi: the first page must not wait for it.
    import altair as alt

    palette, size = look.palette, look.font_size
    rows = weekly_rows(points)
    factor = _POINTS if kind == "share" else 1
    for row in rows:
        row["value"] = _times(row["value"], factor)
    first = min(span.first_day for span in spans)
    end = max(span.end_day for span in spans)
    labels = _month_names(months, first, end, look)
    # Of numbers: layers of times do not agree on what a domain is.
    time_scale = alt.Scale(domain=[_utc_ms(first), _utc_ms(end)], nice=False, zero=False)

    def along(field: str) -> alt.X:
        return alt.X(
            f"{field}:Q",
            title=None,
            scale=time_scale,
            axis=alt.Axis(
                values=list(labels),
                labelExpr=f"({json.dumps(labels)})[datum.value] || ''",
                labelAlign="left",
                labelOffset=0,
                tickColor=palette.median,
                labelPadding=4,
                labelOverlap=False,
                labelFlush=False,
                grid=False,
            ),
        )

    separator, per_cent = number
    written = f"replace(format(datum.value, ',d'), ',', {json.dumps(separator)})"
    up = alt.Y(
        "value:Q",
        title=None,
        scale=alt.Scale(
            domain=_domain([row["value"] for row in rows], kind), nice=kind == "number", zero=False
        ),
        axis=alt.Axis(
            tickCount=4,
            ticks=False,
            labelPadding=8,
            labelExpr=written + (f" + {json.dumps(per_cent)}" if kind == "share" else ""),
        ),
    )
    shaded = alt.Chart(
        alt.InlineData(
            values=[
                {
                    "from": _utc_ms(span.first_day),
                    "to": _utc_ms(span.end_day),
                    "arm": span.arm,
                    "title": title,
                }
                for span, title in zip(spans, _titles(spans, look), strict=True)
            ]
        )
    ).encode(x=along("from"))
    colours = {arm: colour_of(arm, palette) for arm in ARMS}
    of_arm: dict[str, Any] = {
        "scale": alt.Scale(domain=list(ARMS), range=[colours[arm] for arm in ARMS]),
        "legend": None,
    }
    pale = alt.Scale(
        domain=list(ARMS), range=[mixed(colours[arm], palette.paper, 0.84) for arm in ARMS]
    )
    periods = shaded.mark_rect(opacity=1).encode(
        x2="to:Q", fill=alt.Fill("arm:N", scale=pale, legend=None)
    )
    # Text needs more contrast than a line does.
    named = alt.Scale(domain=list(ARMS), range=[palette.quiet, colours["prototype"]])
    titles = (
        shaded.transform_filter("datum.title != ''")
        .mark_text(align="left", baseline="bottom", fontSize=size, fontWeight=600)
        .encode(y=alt.value(-5), text="title:N", color=alt.Color("arm:N", scale=named, legend=None))
    )
    base = alt.Chart(alt.InlineData(values=rows))
    line = (
        base.transform_filter("isValid(datum.value)")
        .mark_line(strokeWidth=1.6, interpolate="linear")
        .encode(x=along("at"), y=up, detail="run:N", color=alt.Color("arm:N", **of_arm))
    )
    # The baseline's weeks are squares and the prototype's discs; hollow where a week is not whole.
    weeks = (
        base.transform_filter("isValid(datum.value)")
        .mark_point(size=size * 4, strokeWidth=1.6, opacity=1)
        .encode(
            x=along("at"),
            y=up,
            stroke=alt.Stroke("arm:N", **of_arm),
            fill=alt.condition(
                "datum.is_full", alt.Fill("arm:N", **of_arm), alt.value(palette.paper)
            ),
            shape=alt.Shape(
                "arm:N", scale=alt.Scale(domain=list(ARMS), range=["square", "circle"]), legend=None
            ),
            tooltip=[alt.Tooltip("tip:N", title=" ")],
        )
    )
    chart = alt.layer(periods, line, weeks, titles).resolve_scale(
        fill="independent", color="independent", stroke="independent"
    )
    return finished_in(chart, look)


def _titles(spans: Sequence[Span], look: Look) -> list[str]:
    """Return what stands over each period: its title where there is room for it, else nothing."""
    whole = (max(span.end_day for span in spans) - min(span.first_day for span in spans)).days
    letter = look.font_size * LETTER / look.width
    return [
        span.title
        if len(span.title) * letter <= (span.end_day - span.first_day).days / whole
        else ""
        for span in spans
    ]


def _month_names(
    months: Sequence[MonthLabel], first: date, end: date, look: Look
) -> dict[int, str]:
    """Return what stands under months, by where: as many of their names as have room."""
    px_a_day = look.width / max(1, (end - first).days)
    named: list[tuple[date, str]] = []
    for step in _STEPS:
        named, year = [], None
        for month in months[::step]:
            is_new = month.first_day.year != year
            named.append((month.first_day, month.with_year if is_new else month.text))
            year = month.first_day.year
        letter = look.font_size * LETTER
        if all(
            (len(text) + 1) * letter <= (later - at).days * px_a_day
            for (at, text), (later, _) in pairwise(named)
        ):
            break
    return {_utc_ms(at): text for at, text in named}


def _times(value: float | None, factor: float) -> float | None:
    return None if value is None else value * factor


def _domain(found: Sequence[float | None], kind: Literal["share", "number"]) -> list[float]:
    values = [value for value in found if value is not None]
    if not values:
        return [0, _POINTS]
    if kind == "number":
        return [0, max(values)]
    middle = (min(values) + max(values)) / 2
    half = max(_LEAST_RANGE, (max(values) - min(values)) * 1.2) / 2
    low = min(max(0, 10 * ((middle - half) // 10)), _POINTS - _LEAST_RANGE)
    return [low, min(_POINTS, max(low + _LEAST_RANGE, 10 * -(-(middle + half) // 10)))]


def _utc_ms(day: date) -> int:
    return (day - date(1970, 1, 1)).days * 86_400_000
