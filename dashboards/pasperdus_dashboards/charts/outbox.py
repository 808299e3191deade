"""A node's outbox and clock over days: what waited there, and when its clock was wrong.

A step stands for each stretch of time; where no heartbeat was heard nothing is drawn but an empty
frame.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pasperdus_dashboards.charts.style import (
    LEAST_TOP,
    LETTER,
    Frame,
    Look,
    Size,
    finished_in,
    frame_of,
    version_of,
)

_HEIGHTS: dict[Size, int] = {"wide": 250, "narrow": 220}
_STEPS_H = (1, 2, 3, 6, 12)  # between hours that are written
_ALL = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """One stretch of time, mostly a quarter-hour; ``start`` and ``end`` are on the wall's clock.

    ``most_pending`` is None where no heartbeat was heard. ``synced_share`` is the share of the
    heartbeats whose clock was synchronised, 0 to 1. ``written`` says both, without the time.
    """

    start: datetime
    end: datetime
    most_pending: int | None
    synced_share: float | None
    written: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxWords:
    """What the chart writes: names of both parts, and what may stand under full hours.

    Of a midnight the day stands there; ``first_day`` is put before the first hour where no
    midnight is written.
    """

    pending: str
    clock: str
    labels: Sequence[tuple[datetime, str]]
    separator: str
    first_day: str = ""


def outbox_rows(rows: Sequence[OutboxRow]) -> list[dict[str, Any]]:
    """Return the chart's data: stretches that follow one another and say the same are one."""
    data: list[dict[str, Any]] = []
    for row in rows:
        each = {
            # Numbers: what reads a date may take it for one of its own time zone.
            "from": _utc_ms(row.start),
            "to": _utc_ms(row.end),
            "pending": row.most_pending,
            "is_heard": row.most_pending is not None,
            "is_synced": row.synced_share is None or row.synced_share >= _ALL,
            "tip": row.written,
        }
        last = data[-1] if data else None
        if last is not None and last["to"] == each["from"] and _same(last, each):
            last["to"] = each["to"]
        else:
            data.append(each)
    return data


def outbox_version(rows: Sequence[OutboxRow]) -> str:
    """Return a name for exactly this drawing, for addresses that may be kept for ever."""
    return version_of(outbox_rows(rows))


def outbox_frame(size: Size) -> Frame:
    """Return the frame of the chart."""
    return frame_of(size, _HEIGHTS[size])


def outbox_chart(rows: Sequence[OutboxRow], look: Look, words: OutboxWords) -> dict[str, Any]:
    """Return the specification."""
    # Altair takes a second to load on a Pi: the first page must not wait for it.
    import altair as alt

    palette, size = look.palette, look.font_size
    data = outbox_rows(rows)
    labels = {_utc_ms(at): text for at, text in _with_room(rows, words, look)}
    top = max([LEAST_TOP, *(row["pending"] for row in data if row["is_heard"])])
    for row in data:
        row |= {"top": top, "zero": 0}

    def along(field: str) -> alt.X:
        return alt.X(
            f"{field}:Q",
            title=None,
            # Of numbers: layers of times do not agree on what a domain is.
            scale=alt.Scale(domain=[data[0]["from"], data[-1]["to"]], nice=False, zero=False),
            axis=alt.Axis(
                values=list(labels),
                labelExpr=f"({json.dumps(labels)})[datum.value] || ''",
                labelAlign="left",
                labelFlush=False,
                labelOverlap=True,
                tickColor=palette.median,
                labelPadding=4,
                grid=True,
            ),
        )

    def up(field: str) -> alt.Y:
        return alt.Y(
            f"{field}:Q",
            title=None,
            stack=None,
            scale=alt.Scale(domain=[0, top], nice=True),
            axis=alt.Axis(
                tickCount=3,
                tickMinStep=1,
                labelExpr=(
                    f"replace(format(datum.value, ',d'), ',', {json.dumps(words.separator)})"
                ),
                ticks=False,
                labelPadding=8,
            ),
        )

    base = alt.Chart(alt.InlineData(values=data))
    heard, unheard = (base.transform_filter(f"{no}datum.is_heard") for no in ("", "!"))
    filled = heard.mark_rect(color=palette.bar, opacity=0.3).encode(
        x=along("from"), x2="to:Q", y=up("zero"), y2="pending:Q"
    )
    step = heard.mark_rule(color=palette.bar, strokeWidth=2).encode(
        x=along("from"), x2="to:Q", y=up("pending")
    )
    gap = unheard.mark_rect(
        fillOpacity=0, stroke=palette.quiet, strokeWidth=1.2, strokeDash=[3, 4]
    ).encode(x=along("from"), x2="to:Q", y=up("zero"), y2="top:Q")
    # Above the plot: the clock's name, its strip, and the name of what the plot shows.
    name_at = -6
    strip_end = name_at - round(1.5 * size)
    strip_top = strip_end - 10
    middle = (strip_top + strip_end) / 2
    right_time = (
        heard.transform_filter("datum.is_synced")
        .mark_rule(color=palette.median, strokeWidth=2)
        .encode(x=along("from"), x2="to:Q", y=alt.value(middle))
    )
    wrong_time = (
        heard.transform_filter("!datum.is_synced")
        .mark_rect(color=palette.ink, opacity=1)
        .encode(x=along("from"), x2="to:Q", y=alt.value(strip_top), y2=alt.value(strip_end))
    )
    said: dict[str, Any] = {
        "align": "left",
        "baseline": "bottom",
        "color": palette.quiet,
        "fontSize": size,
    }
    named = alt.Chart(alt.InlineData(values=[{"clock": words.clock, "pending": words.pending}]))
    clock, pending = (
        named.mark_text(**said).encode(x=alt.value(0), y=alt.value(above), text=f"{name}:N")
        for name, above in (("clock", strip_top - 4), ("pending", name_at))
    )
    pointed = base.mark_rect(opacity=0).encode(
        x=along("from"),
        x2="to:Q",
        y=up("zero"),
        y2="top:Q",
        tooltip=[alt.Tooltip("tip:N", title=" ")],
    )
    layers: list[Any] = [filled, step, gap, right_time, wrong_time, clock, pending, pointed]
    return finished_in(alt.layer(*layers), look)


def _same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return all(one[key] == other[key] for key in ("pending", "is_heard", "is_synced"))


def _with_room(
    rows: Sequence[OutboxRow], words: OutboxWords, look: Look
) -> Sequence[tuple[datetime, str]]:
    """Return the labels that stand as near as may be, so that none reaches into the next."""
    hours_shown = (rows[-1].end - rows[0].start).total_seconds() / 3600
    days = [label for label in words.labels if label[0].hour == 0]

    def have_room(labels: Sequence[tuple[datetime, str]], step_h: int) -> bool:
        widest = max((len(text) + 1 for _, text in labels), default=0) * LETTER * look.font_size
        return widest <= step_h / hours_shown * look.width

    for step_h in _STEPS_H:
        labels = [label for label in words.labels if label[0].hour % step_h == 0]
        if labels and not any(label in days for label in labels) and words.first_day:
            labels[0] = (labels[0][0], f"{words.first_day}, {labels[0][1]}")
        if len(labels) > len(days) and have_room(labels, step_h):
            return labels
    for step in range(1, len(days)):
        if have_room(days[::step], 24 * step):
            return days[::step]
    return (days or words.labels)[:1]


def _utc_ms(at: datetime) -> int:
    return round((at - datetime(1970, 1, 1)).total_seconds() * 1000)  # noqa: DTZ001 (the wall's clock)
