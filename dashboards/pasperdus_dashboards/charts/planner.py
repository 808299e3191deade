"""The planner's curve: the smallest change that a trial of so many weeks would find."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pasperdus_dashboards.charts.style import FRAMES, Frame, Look, Size, finished_in, version_of


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPoint:
    """A trial of ``weeks`` a side finds a change of ``change`` (in the axis' unit); None: none."""

    weeks: int
    change: float | None
    written: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanMarks:
    """The smallest change that matters, and how many weeks find it (None: too many)."""

    least: float
    least_written: str
    weeks: int | None
    weeks_written: str
    along: str
    """What the horizontal axis counts."""

    unit: str = ""
    """What the vertical axis counts; written above it."""

    decimal: str = ","


def plan_rows(points: Sequence[PlanPoint]) -> list[dict[str, Any]]:
    """Return the chart's data: trials too short to find anything are left out."""
    return [
        {"weeks": point.weeks, "change": point.change, "written": point.written}
        for point in points
        if point.change is not None
    ]


def plan_version(points: Sequence[PlanPoint]) -> str:
    """Return a name for exactly this drawing, for addresses that may be kept for ever."""
    return version_of(plan_rows(points))


def plan_frame(size: Size) -> Frame:
    """Return the frame of the curve."""
    return FRAMES[size]


def plan_chart(points: Sequence[PlanPoint], marks: PlanMarks, look: Look) -> dict[str, Any]:
    """Return the specification."""
    # Altair takes a second to load on a Pi: the first page must not wait for it.
    import altair as alt

    palette, size = look.palette, look.font_size
    data = plan_rows(points)
    last = max(point.weeks for point in points)
    top = max([marks.least * 2, *(row["change"] for row in data)])

    def along(field: str) -> alt.X:
        return alt.X(
            f"{field}:Q",
            title=marks.along,
            scale=alt.Scale(domain=[0, last], nice=False),
            axis=alt.Axis(
                grid=False,
                tickMinStep=1,
                format="d",
                ticks=False,
                labelPadding=6,
                titleColor=palette.quiet,
                titleFontSize=size,
                titleFontWeight="normal",
                titlePadding=8,
            ),
        )

    def up(field: str) -> alt.Y:
        return alt.Y(
            f"{field}:Q",
            title=marks.unit or None,
            scale=alt.Scale(domain=[0, top], nice=True),
            axis=alt.Axis(
                tickCount=5,
                ticks=False,
                labelPadding=8,
                titleAngle=0,
                titleAlign="left",
                titleBaseline="bottom",
                titleX=0,
                titleY=-8,
                titleColor=palette.quiet,
                titleFontSize=size,
                titleFontWeight="normal",
                labelExpr=f"replace(format(datum.value, '~g'), '.', {json.dumps(marks.decimal)})",
            ),
        )

    around = alt.Chart(
        alt.InlineData(
            values=[
                {
                    "least": marks.least,
                    "weeks": marks.weeks,
                    "least_written": marks.least_written,
                    "weeks_written": marks.weeks_written,
                    "zero": 0,
                    "last": last,
                }
            ]
        )
    )
    dashed: dict[str, Any] = {"color": palette.median, "strokeDash": [4, 3], "strokeWidth": 1.2}
    said: dict[str, Any] = {"color": palette.quiet, "fontSize": size}
    layers = [
        around.mark_rule(**dashed).encode(y=up("least")),
        around.mark_text(align="left", baseline="top", dx=6, dy=6, **said).encode(
            x=along("zero"), y=up("least"), text="least_written:N"
        ),
        alt.Chart(alt.InlineData(values=data))
        .mark_line(color=palette.bar, strokeWidth=2.2, interpolate="monotone")
        .encode(x=along("weeks"), y=up("change")),
        alt.Chart(alt.InlineData(values=data))
        .mark_point(color=palette.bar, filled=True, size=size * 2.5, opacity=1)
        .encode(x=along("weeks"), y=up("change"), tooltip=[alt.Tooltip("written:N", title=" ")]),
    ]
    if marks.weeks is not None:
        is_late = marks.weeks > last / 2
        layers += [
            around.mark_rule(**dashed).encode(x=along("weeks"), y=up("zero"), y2="least:Q"),
            around.mark_text(
                align="right" if is_late else "left",
                baseline="bottom",
                dx=-6 if is_late else 6,
                dy=-5,
                **{**said, "fontWeight": 600},
            ).encode(x=along("weeks"), y=up("zero"), text="weeks_written:N"),
        ]
    return finished_in(alt.layer(*layers), look)
