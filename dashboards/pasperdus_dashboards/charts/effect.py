"""The interval plot of effects: how much changed, how sure, and what change would matter."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pasperdus_dashboards.charts.style import (
    FRAMES,
    Frame,
    Look,
    Size,
    finished_in,
    frame_of,
    placed,
    version_of,
)

_ROOM = 0.12  # of the axis beyond the outermost bound
_LINE_HEIGHTS_A_ROW = 3.0
_LINE_HEIGHTS_STACKED = 5.0  # with name and figure above the interval
_UNDER = 12  # between axis, its numbers and its unit
_MOST_STEPS = 8
_WIDE = 5  # an axis on which one decimal tells numbers apart
_APART = 0.09  # of the axis: nearer to one another, numbers would touch


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectRow:
    """One effect in the unit that the axis shows; ``label`` names it, ``written`` says it."""

    label: str
    value: float
    low: float
    high: float
    written: str
    is_main: bool = False
    beside: str = ""
    """What stands at the dot where this is the only row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectAxis:
    """What stands around the rows: the smallest changes that matter, and words.

    ``least_low`` is negative and ``least_high`` positive: between them no change matters. ``lower``
    and ``higher`` say what lies left and right; ``unit`` is the axis' own, ``decimal`` the
    language's decimal sign.
    """

    least_low: float
    least_high: float
    least_written: str
    lower: str
    higher: str
    unit: str
    decimal: str


def effect_rows(rows: Sequence[EffectRow]) -> list[dict[str, Any]]:
    """Return the chart's data, the main effect first as given."""
    return [
        {
            "label": row.label,
            "value": row.value,
            "low": row.low,
            "high": row.high,
            "written": row.written,
            "is_main": row.is_main,
            **({"beside": row.beside} if row.beside else {}),
        }
        for row in rows
    ]


def effect_version(rows: Sequence[EffectRow]) -> str:
    """Return a name for exactly this drawing, for addresses that may be kept for ever."""
    return version_of(effect_rows(rows))


def effect_height(count: int, font_size: float, *, is_stacked: bool = False) -> int:
    """Return the height in which so many rows have room; a stacked one is named above itself."""
    a_row = _LINE_HEIGHTS_STACKED if is_stacked else _LINE_HEIGHTS_A_ROW
    return round(font_size * (a_row * count + 6))


def effect_frame(count: int, size: Size) -> Frame:
    """Return the frame of a chart with so many rows."""
    is_stacked = size == "narrow" and count > 1
    return frame_of(size, effect_height(count, FRAMES[size].font_size, is_stacked=is_stacked))


def tick_values(least_low: float, least_high: float, domain: tuple[float, float]) -> list[float]:
    """Return the numbers of an axis: no change, the smallest that matter, and others around them.

    The smallest that matters is left out only where it would touch zero.
    """
    low, high = domain
    apart = _APART * (high - low)
    ticks = [0.0, *(least for least in (least_low, least_high) if abs(least) >= apart)]
    is_even = math.isclose(-least_low, least_high, rel_tol=1e-6)
    least_step = (high - low) / _MOST_STEPS
    step = _step(max(least_step, least_high), least_high) if is_even else _step(least_step, 1.0)
    for number in range(math.ceil(low / step), math.floor(high / step) + 1):
        tick = number * step
        if all(abs(tick - other) >= apart for other in ticks):
            ticks.append(tick)
    return sorted(ticks)


def effect_chart(rows: Sequence[EffectRow], axis: EffectAxis, look: Look) -> dict[str, Any]:
    """Return the specification; a single row has no label beside it."""
    # Altair takes a second to load on a Pi: the first page must not wait for it.
    import altair as alt

    palette, size = look.palette, look.font_size
    data = effect_rows(rows)
    bounds = [axis.least_low, axis.least_high, 0.0]
    bounds += [bound for row in rows for bound in (row.low, row.high)]
    room = _ROOM * (max(bounds) - min(bounds))
    domain = [min(bounds) - room, max(bounds) + room]
    is_single = len(rows) == 1
    is_stacked = look.is_narrow and not is_single
    ticks = tick_values(axis.least_low, axis.least_high, (domain[0], domain[1]))

    def along(field: str) -> alt.X:
        return alt.X(
            f"{field}:Q",
            title=axis.unit,
            scale=alt.Scale(domain=domain, nice=False, zero=False),
            axis=alt.Axis(
                titleColor=palette.quiet,
                titleFontSize=size,
                titleFontWeight="normal",
                titlePadding=_UNDER // 2,
                grid=False,
                values=ticks,
                labelOverlap=False,
                ticks=False,
                labelPadding=_UNDER // 2,
                labelExpr=_signed(axis.decimal, digits=1 if domain[1] - domain[0] >= _WIDE else 2),
            ),
        )

    down = alt.Y(
        "label:N",
        title=None,
        sort=None,
        axis=None
        if is_single or is_stacked
        else alt.Axis(ticks=False, domain=False, labelPadding=10, labelLimit=round(size * 32)),
        scale=alt.Scale(paddingInner=0.2, paddingOuter=0.35),
    )
    named, side = placed(axis.least_written, 0.0, (domain[0], domain[1]), look)
    around = alt.Chart(
        alt.InlineData(
            values=[
                {
                    "low": axis.least_low,
                    "high": axis.least_high,
                    "zero": 0,
                    "least": axis.least_written,
                    "named": named,
                    "lower": axis.lower,
                    "higher": axis.higher,
                    "left": domain[0],
                    "right": domain[1],
                }
            ]
        )
    )
    band = around.mark_rect(color=palette.band, opacity=0.75).encode(x=along("low"), x2="high:Q")
    edge: dict[str, Any] = {"color": palette.median, "strokeDash": [3, 3], "strokeWidth": 1}
    edges = [around.mark_rule(**edge).encode(x=along(field)) for field in ("low", "high")]
    zero = around.mark_rule(color=palette.ink, strokeWidth=1.2).encode(x=along("zero"))
    above: dict[str, Any] = {"color": palette.quiet, "fontSize": size, "baseline": "bottom"}
    said = around.mark_text(align=side, **above).encode(
        x=along("named"), y=alt.value(-5), text="least:N"
    )
    base = alt.Chart(alt.InlineData(values=data)).encode(y=down)
    is_main = "datum.is_main"
    bar = base.mark_bar(cornerRadius=3).encode(
        x=along("low"),
        x2="high:Q",
        size=alt.condition(is_main, alt.value(size * 0.6), alt.value(size * 0.35)),
        color=alt.condition(is_main, alt.value(palette.bar), alt.value(palette.median)),
        tooltip=[alt.Tooltip("label:N", title=" "), alt.Tooltip("written:N", title=" ")],
    )
    # A light ring, so that the point is seen on its interval in grey print too.
    point = base.mark_point(filled=True, stroke=palette.paper, strokeWidth=1.5, opacity=1).encode(
        x=along("value"),
        size=alt.condition(is_main, alt.value(size * size * 1.5), alt.value(size * size * 0.7)),
        color=alt.condition(is_main, alt.value(palette.ink), alt.value(palette.quiet)),
    )
    layers = [band, *edges, zero, bar, point, said]
    halo: dict[str, Any] = {"stroke": palette.paper, "strokeWidth": 4, "strokeJoin": "round"}
    if is_stacked:
        stacked: dict[str, Any] = {"align": "left", "fontSize": size}
        name: dict[str, Any] = {"dy": -size * 2.3, **stacked}
        figure: dict[str, Any] = {"dy": -size * 1.15, "fontWeight": 600, **stacked}
        for field, ink, text in (
            ("label", palette.quiet, name),
            ("written", palette.ink, figure),
        ):
            layers += [
                base.mark_text(**drawn, **text).encode(x=alt.value(0), text=f"{field}:N")
                for drawn in (halo, {"color": ink})
            ]
    elif is_single:
        at, its_side = placed(rows[0].beside, rows[0].value, (domain[0], domain[1]), look)
        told = alt.Chart(alt.InlineData(values=[{"at": at, "beside": rows[0].beside}]))
        beside: dict[str, Any] = {
            "align": its_side,
            "dy": -size * 1.3,
            "fontSize": size,
            "fontWeight": 600,
        }
        layers += [
            told.mark_text(**drawn, **beside).encode(x=along("at"), text="beside:N")
            for drawn in (halo, {"color": palette.ink})
        ]
    else:
        label: dict[str, Any] = {"dy": -size * 1.2, "fontSize": size, "fontWeight": 600}
        layers += [
            base.mark_text(**drawn, **label).encode(x=along("value"), text="written:N")
            for drawn in (halo, {"color": palette.ink})
        ]
    under: dict[str, Any] = {**above, "y": alt.ExprRef(f"height + {_UNDER + 2 * size}")}
    layers += [
        around.mark_text(align="left", **under).encode(x=along("left"), text="lower:N"),
        around.mark_text(align="right", **under).encode(x=along("right"), text="higher:N"),
    ]
    return finished_in(alt.layer(*layers), look, keeps_height=True)


def _step(least: float, unit: float) -> float:
    """Return the smallest of 1, 2, 5, 10 … times a unit that is at least so much."""
    power = 10.0 ** math.floor(math.log10(least / unit))
    return unit * next(power * factor for factor in (1, 2, 5, 10) if power * factor * unit >= least)


def _signed(decimal: str, *, digits: int) -> str:
    """Return the expression that writes an axis' numbers with their sign."""
    number = f"replace(format(datum.value, '.{digits}~f'), '.', {json.dumps(decimal)})"
    return f"(datum.value > 0 ? '+' : '') + {number}"
