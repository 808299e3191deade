"""Diverging bars of the scores: the satisfied to the right of the line, the others to the left."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pasperdus_dashboards.chart_style import Look, finished_in, version_of
from pasperdus_dashboards.charts.arms import shades

_WRITTEN_FROM = 0.05  # of all ratings: a narrower part has no room for its figure
_LINE_HEIGHTS_A_ROW = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreBar:
    """The ratings of one period: counts by score, worst first, and each share as it is written."""

    label: str
    counts: tuple[int, ...]
    shares_written: tuple[str, ...]


def rating_rows(bars: Sequence[ScoreBar], satisfied_from: int) -> list[dict[str, Any]]:
    """Return the chart's data: from where to where each part lies, as shares of all ratings."""
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
                    "written": written if share >= _WRITTEN_FROM else "",
                    "tip": written,
                }
            )
            edge += share
    return rows


def rating_version(bars: Sequence[ScoreBar], satisfied_from: int) -> str:
    """Return a name for exactly this drawing, for addresses that may be kept for ever."""
    return version_of(rating_rows(bars, satisfied_from))


def rating_height(count: int, font_size: float) -> int:
    """Return the height in which so many bars have room."""
    return round(font_size * (_LINE_HEIGHTS_A_ROW * count + 2.2))


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
    data = rating_rows(bars, satisfied_from)
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
        axis=alt.Axis(ticks=False, domain=False, labelPadding=10, labelLimit=round(size * 24)),
        scale=alt.Scale(paddingInner=0.3, paddingOuter=0.15),
    )
    base = alt.Chart(alt.InlineData(values=data)).encode(y=down)
    parts = base.mark_bar(stroke=palette.paper, strokeWidth=1).encode(
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
        alt.InlineData(values=[{"at": 0, "left": words[0], "right": words[1]}])
    ).encode(x=along("at"))
    rule = line.mark_rule(color=palette.ink, strokeWidth=1.5)
    side: dict[str, Any] = {"color": palette.quiet, "fontSize": size, "baseline": "bottom"}
    left = line.mark_text(align="right", dx=-8, **side).encode(text="left:N", y=alt.value(-3))
    right = line.mark_text(align="left", dx=8, **side).encode(text="right:N", y=alt.value(-3))
    chart = alt.layer(parts, written, rule, left, right).resolve_scale(color="independent")
    return finished_in(chart, look)
