"""Today's entries as they add up, against the band of usual days at the same time."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pasperdus_dashboards.charts.style import (
    FRAMES,
    LEAST_TOP,
    Frame,
    Look,
    Size,
    finished_in,
    placed,
    version_of,
)

_HALVES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class SumRow:
    """Sums at one time of the day, which is ``at`` quarter-hours after midnight.

    ``entries`` is None where it is not known or has not come yet; ``is_at_least``: a sensor was
    silent before, there may be more. ``label`` is what stands under it, empty for most.
    """

    at: int
    label: str
    entries: int | None
    is_at_least: bool
    low: int | None
    median: float | None
    high: int | None
    written: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NowMark:
    """The entries up to now, and what is written beside them; ``at`` may lie between quarters."""

    at: float
    entries: int
    written: str


def sum_rows(rows: Sequence[SumRow]) -> list[dict[str, Any]]:
    """Return the chart's data; those of one ``run`` follow one another and are joined by a line.

    A run ends where something is not known, and where the sum begins to be one of at least.
    """
    data: list[dict[str, Any]] = []
    run = 0
    before: SumRow | None = None
    for row in rows:
        if before is None or before.entries is None or before.is_at_least != row.is_at_least:
            run += 1
        data.append(
            {
                "at": row.at,
                "label": row.label,
                "entries": row.entries,
                "is_at_least": row.is_at_least,
                "run": run,
                "low": row.low,
                "median": row.median,
                "high": row.high,
                "tip": row.written,
            }
        )
        before = row
    known = [row["run"] for row in data if row["entries"] is not None]
    for each in data:
        # Too short for a line.
        each["is_alone"] = each["entries"] is not None and known.count(each["run"]) == 1
    return data


def sum_version(rows: Sequence[SumRow], now: NowMark | None) -> str:
    """Return a name for exactly this drawing, for addresses that may be kept for ever."""
    return version_of([*sum_rows(rows), {"now": now}])


def sum_frame(size: Size) -> Frame:
    """Return the frame of the curve."""
    return FRAMES[size]


def sum_chart(
    rows: Sequence[SumRow], now: NowMark | None, look: Look, *, separator: str
) -> dict[str, Any]:
    """Return the specification; ``separator`` stands before thousands."""
    # Altair takes a second to load on a Pi: the first page must not wait for it.
    import altair as alt

    palette, size = look.palette, look.font_size
    data = sum_rows(rows)
    labels = {row["at"]: row["label"] for row in data if row["label"]}
    top = max(
        [
            LEAST_TOP,
            *(row[key] for row in data for key in ("entries", "high") if row[key] is not None),
            *([now.entries] if now is not None else []),
        ]
    )
    first, last = data[0]["at"] - 1, data[-1]["at"]  # a quarter-hour is told at its end

    def along(field: str) -> alt.X:
        return alt.X(
            f"{field}:Q",
            title=None,
            scale=alt.Scale(domain=[first, last], nice=False, zero=False),
            axis=alt.Axis(
                values=list(labels),
                labelExpr=f"({json.dumps(labels)})[datum.value]",
                labelOverlap=True,
                tickColor=palette.median,
                labelPadding=4,
                grid=False,
            ),
        )

    def up(field: str) -> alt.Y:
        return alt.Y(
            f"{field}:Q",
            title=None,
            stack=None,
            scale=alt.Scale(domain=[0, top], nice=True),
            axis=alt.Axis(
                tickCount=4,
                tickMinStep=1,
                labelExpr=f"replace(format(datum.value, ',d'), ',', {json.dumps(separator)})",
                ticks=False,
                labelPadding=8,
            ),
        )

    base = alt.Chart(alt.InlineData(values=data))
    usual = base.transform_filter("isValid(datum.median)")
    known = base.transform_filter("isValid(datum.entries)")
    band = usual.mark_area(color=palette.band, opacity=0.9).encode(
        x=along("at"), y=up("low"), y2="high:Q"
    )
    median = usual.mark_line(color=palette.median, strokeWidth=1.5).encode(
        x=along("at"), y=up("median")
    )
    line: dict[str, Any] = {"color": palette.bar, "strokeWidth": 2.6, "strokeJoin": "round"}
    sums = (
        known.transform_filter("!datum.is_at_least")
        .mark_line(**line)
        .encode(x=along("at"), y=up("entries"), detail="run:N")
    )
    dots = (
        known.transform_filter("datum.is_alone")
        .mark_point(filled=True, color=palette.bar, size=size * 1.2, opacity=1)
        .encode(x=along("at"), y=up("entries"))
    )
    at_least = (
        known.transform_filter("datum.is_at_least")
        .mark_line(strokeDash=[5, 4], **line)
        .encode(x=along("at"), y=up("entries"), detail="run:N")
    )
    pointed = base.mark_rule(opacity=0, strokeWidth=8).encode(
        x=along("at"), tooltip=[alt.Tooltip("tip:N", title=" ")]
    )
    layers = [band, median, sums, at_least, dots]
    if now is not None:
        layers += _now(now, look, along, up, domain=(first, last))
    return finished_in(alt.layer(*layers, pointed), look)


def _now(
    now: NowMark, look: Look, along: Any, up: Any, *, domain: tuple[float, float]
) -> list[Any]:
    """Return the marks of the present: a line down to the time, the point, and what it says.

    That stands beside the point, on the side where there is more room; on a narrow chart above all.
    """
    import altair as alt

    palette, size = look.palette, look.font_size
    said_at, side = placed(now.written, now.at, domain, look)
    here = alt.Chart(
        alt.InlineData(
            values=[
                {
                    "at": now.at,
                    "said_at": said_at,
                    "entries": now.entries,
                    "zero": 0,
                    "written": now.written,
                }
            ]
        )
    )
    rule = here.mark_rule(color=palette.quiet, strokeDash=[2, 3], strokeWidth=1).encode(
        x=along("at"), y=up("zero"), y2="entries:Q"
    )
    point = here.mark_point(
        filled=True,
        fill=palette.bar,
        stroke=palette.paper,
        strokeWidth=2,
        size=size * 8,
        opacity=1,
    ).encode(x=along("at"), y=up("entries"))
    halo: dict[str, Any] = {"stroke": palette.paper, "strokeWidth": 4, "strokeJoin": "round"}
    label: dict[str, Any] = {"fontSize": size, "fontWeight": 600}
    if look.is_narrow:
        label |= {"align": side, "baseline": "bottom"}
        place: dict[str, Any] = {"x": along("said_at"), "y": alt.value(-4)}
    else:
        is_late = now.at > sum(domain) / _HALVES
        label |= {
            "align": "right" if is_late else "left",
            "dx": -size * 0.9 if is_late else size * 0.9,
            "dy": -size * 0.9,
        }
        place = {"x": along("at"), "y": up("entries")}
    texts = [
        here.mark_text(**drawn, **label).encode(text="written:N", **place)
        for drawn in (halo, {"color": palette.ink})
    ]
    return [rule, point, *texts]
