"""Diverging bars of the scores: the satisfied to the right of the line, the others to the left."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pasperdus_dashboards.charts.arms import shades
from pasperdus_dashboards.charts.style import (
    FRAMES,
    LETTER,
    Frame,
    Look,
    Size,
    finished_in,
    frame_of,
    version_of,
)

# Of all ratings: a narrower part has no room for its figure.
_WRITTEN_FROM, _WRITTEN_FROM_NARROW = 0.05, 0.1
_LINE_HEIGHTS_A_ROW = 3.0
_LINE_HEIGHTS_STACKED = 5.0  # with its name above the bar
_BAR_LINE_HEIGHTS = 2.2


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreBar:
    """The ratings of one period: counts by score, worst first, and each share as it is written."""

    label: str
    counts: tuple[int, ...]
    shares_written: tuple[str, ...]
    satisfied_written: str = ""
    """What stands at the bar's end: how many are satisfied."""


def rating_rows(
    bars: Sequence[ScoreBar], satisfied_from: int, *, is_narrow: bool = False
) -> list[dict[str, Any]]:
    """Return the chart's data: from where to where each part lies, as shares of all ratings."""
    written_from = _WRITTEN_FROM_NARROW if is_narrow else _WRITTEN_FROM
    rows = []
    for bar in bars:
        total = sum(bar.counts)
        if total == 0:
            continue
        edge = -sum(bar.counts[: satisfied_from - 1]) / total
        for score, (count, written) in enumerate(
            zip(bar.counts, bar.shares_written, strict=True), start=1
        ):
            share = count / total
            rows.append(
                {
                    "label": bar.label,
                    "score": score,
                    "from": edge,
                    "to": edge + share,
                    "middle": edge + share / 2,
                    "written": written if share >= written_from else "",
                    "tip": written,
                    **({"satisfied": bar.satisfied_written} if bar.satisfied_written else {}),
                }
            )
            edge += share
    return rows


def rating_version(bars: Sequence[ScoreBar], satisfied_from: int) -> str:
    """Return a name for exactly this drawing, for addresses that may be kept for ever."""
    return version_of(rating_rows(bars, satisfied_from))


def rating_height(count: int, font_size: float, *, is_stacked: bool = False) -> int:
    """Return the height in which so many bars have room; a stacked one is named above itself."""
    a_row = _LINE_HEIGHTS_STACKED if is_stacked else _LINE_HEIGHTS_A_ROW
    return round(font_size * (a_row * count + 2.2))


def rating_frame(count: int, size: Size) -> Frame:
    """Return the frame of a chart with so many bars."""
    font_size = FRAMES[size].font_size
    return frame_of(size, rating_height(count, font_size, is_stacked=size == "narrow"))


def rating_chart(
    bars: Sequence[ScoreBar],
    satisfied_from: int,
    look: Look,
    *,
    words: tuple[str, str],
) -> dict[str, Any]:
    """Return the specification; ``words`` say what lies left and right of the line."""
    # Altair takes a second to load on a Pi: the first page must not wait for it.
    import altair as alt

    palette, size = look.palette, look.font_size
    data = rating_rows(bars, satisfied_from, is_narrow=look.is_narrow)
    scale = len(bars[0].counts)
    colours = shades(scale, satisfied_from, look)
    scores = [*range(1, scale + 1)]
    reach = [min(row["from"] for row in data), max(row["to"] for row in data)]

    def along(field: str) -> alt.X:
        return alt.X(
            f"{field}:Q",
            title=None,
            scale=alt.Scale(domain=reach, nice=False),
            axis=None,
        )

    down = alt.Y(
        "label:N",
        title=None,
        sort=None,
        axis=None
        if look.is_narrow
        else alt.Axis(ticks=False, domain=False, labelPadding=10, labelLimit=round(size * 24)),
        scale=alt.Scale(paddingInner=0.3, paddingOuter=0.15),
    )
    base = alt.Chart(alt.InlineData(values=data)).encode(y=down)
    thick: dict[str, Any] = {"size": size * _BAR_LINE_HEIGHTS} if look.is_narrow else {}
    parts = base.mark_bar(stroke=palette.paper, strokeWidth=1, **thick).encode(
        x=along("from"),
        x2="to:Q",
        color=alt.Color(
            "score:O", scale=alt.Scale(domain=scores, range=list(colours.fills)), legend=None
        ),
        tooltip=[alt.Tooltip("score:O", title=" "), alt.Tooltip("tip:N", title=" ")],
    )
    written = base.mark_text(fontSize=size * 0.95, fontWeight=600).encode(
        x=along("middle"),
        text="written:N",
        color=alt.Color(
            "score:O", scale=alt.Scale(domain=scores, range=list(colours.texts)), legend=None
        ),
    )
    line = alt.Chart(
        alt.InlineData(
            values=[
                {"at": 0, "first": reach[0], "last": reach[1], "left": words[0], "right": words[1]}
            ]
        )
    )
    rule = line.mark_rule(color=palette.ink, strokeWidth=1.5).encode(x=along("at"))
    said: dict[str, Any] = {"color": palette.quiet, "fontSize": size, "baseline": "bottom"}
    sides: list[tuple[str, dict[str, Any], str]] = [
        ("left", {"align": "right", "dx": -8}, "at"),
        ("right", {"align": "left", "dx": 8}, "at"),
    ]
    if look.is_narrow:  # there is no room beside the line
        sides = [("left", {"align": "left"}, "first"), ("right", {"align": "right"}, "last")]
    named = [
        line.mark_text(**said, **how).encode(x=along(at), y=alt.value(-3), text=f"{side}:N")
        for side, how, at in sides
    ]
    layers = [parts, written, rule, *named]
    most_letters = look.width / (LETTER * size) if look.is_narrow else float("inf")
    ends = [
        row
        for row in data
        if row["score"] == scale
        and "satisfied" in row
        and len(row["label"]) + len(row["satisfied"]) < most_letters
    ]
    if ends:
        end = alt.Chart(alt.InlineData(values=ends)).encode(y=down, text="satisfied:N")
        bold: dict[str, Any] = {"color": palette.ink, "fontSize": size, "fontWeight": 600}
        layers.append(
            # Where there is no room beside the bar: above it, across from its name.
            end.mark_text(align="right", dy=-size * 1.75, **bold).encode(x=alt.value("width"))
            if look.is_narrow
            else end.mark_text(align="left", dx=8, **bold).encode(x=along("to"))
        )
    if look.is_narrow:
        once = alt.Chart(alt.InlineData(values=[row for row in data if row["score"] == 1]))
        label: dict[str, Any] = {"align": "left", "dy": -size * 1.75, "fontSize": size}
        halo: dict[str, Any] = {"stroke": palette.paper, "strokeWidth": 4}
        layers += [
            once.mark_text(**drawn, **label).encode(y=down, x=alt.value(0), text="label:N")
            for drawn in (halo, {"color": palette.ink})
        ]
    chart = alt.layer(*layers).resolve_scale(color="independent")
    return finished_in(chart, look, keeps_height=True)
