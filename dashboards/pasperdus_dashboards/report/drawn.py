"""The charts of a report, drawn together in one child process."""

from dataclasses import dataclass
from typing import Any, Literal

from babel.numbers import get_group_symbol

from pasperdus_collector.analysis.result import Comparison
from pasperdus_collector.analysis.wording import TABLES
from pasperdus_dashboards.charts.arms import in_grey
from pasperdus_dashboards.charts.compared import (
    effect_axis,
    effect_row,
    heat_cells,
    is_gated,
    month_labels,
    score_bars,
    spans,
    week_points,
    weekly_figure,
)
from pasperdus_dashboards.charts.effect import EffectRow, effect_chart, effect_height
from pasperdus_dashboards.charts.heat import heat_chart
from pasperdus_dashboards.charts.print_look import TYPE_SIZE, print_look
from pasperdus_dashboards.charts.ratings import rating_chart, rating_height
from pasperdus_dashboards.charts.weekly import weekly_chart
from pasperdus_dashboards.drawings import draw_pictures
from pasperdus_dashboards.outcome_words import words_code
from pasperdus_service.languages import Language

WHOLE_MM = 174.0
BESIDE_MM = 89.0
HALF_MM = 83.5
_WEEKLY_PT = 138
_CELL_PT = 27


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """The charts as SVG; None where there is nothing to draw.

    Until a comparison can be made there is only ``weekly``, of what there is to go by.
    """

    effect: str | None
    weekly: str | None
    scores: str | None
    otherwise: str | None
    map_of: dict[str, str]
    """By arm: weekdays and hours."""


def draw(comparison: Comparison, language: Language) -> Pictures:
    """Draw what the comparison has figures for."""
    wanted = {
        "effect": _effect(comparison, language),
        "weekly": _weekly(comparison, language),
        "scores": _scores(comparison, language),
        "otherwise": _otherwise(comparison, language),
        **_maps(comparison, language),
    }
    specified = {name: chart for name, chart in wanted.items() if chart is not None}
    drawn = {
        name: svg.decode()
        for name, svg in zip(specified, draw_pictures([*specified.values()]), strict=True)
    }
    return Pictures(
        effect=drawn.get("effect"),
        weekly=drawn.get("weekly"),
        scores=drawn.get("scores"),
        otherwise=drawn.get("otherwise"),
        map_of={arm: drawn[arm] for arm in ("baseline", "prototype") if arm in drawn},
    )


def main_row(comparison: Comparison, language: Language) -> EffectRow | None:
    """Return the effect that the verdict rests on; None before it may be shown."""
    effect = comparison.answer.effect
    if effect is None or effect.interval is None or not is_gated(comparison):
        return None
    return effect_row(
        language.gettext("Main comparison"),
        effect.value,
        effect.interval,
        comparison.answer.unit,
        language,
        is_main=True,
    )


def other_rows(comparison: Comparison, language: Language) -> list[EffectRow]:
    """Return the same effect computed otherwise, and that of the control site."""
    unit = comparison.answer.unit
    variants = TABLES[words_code(language)].variants
    rows = [
        effect_row(
            language.finish(variants[each.how]),
            each.effect,
            each.interval,
            unit,
            language,
            is_main=False,
        )
        for each in comparison.details.sensitivity
        if each.effect is not None and each.interval is not None
    ]
    control = comparison.details.control
    if control is not None:
        label = language.gettext("Control site")
        rows.append(
            effect_row(label, control.effect, control.interval, unit, language, is_main=False)
        )
    return rows


def weekly_kind(comparison: Comparison) -> Literal["share", "number"]:
    """Return of what kind the figures of the weekly series are."""
    return "share" if weekly_figure(comparison) == "satisfied" else "number"


def _effect(comparison: Comparison, language: Language) -> dict[str, Any] | None:
    row = main_row(comparison, language)
    if row is None:
        return None
    look = print_look(BESIDE_MM, effect_height(1, TYPE_SIZE) + 16)
    return effect_chart([row], effect_axis(comparison, language), look)


def _otherwise(comparison: Comparison, language: Language) -> dict[str, Any] | None:
    row, others = main_row(comparison, language), other_rows(comparison, language)
    if row is None or not others:
        return None
    look = print_look(WHOLE_MM, effect_height(1 + len(others), TYPE_SIZE))
    return effect_chart([row, *others], effect_axis(comparison, language), look)


def _weekly(comparison: Comparison, language: Language) -> dict[str, Any] | None:
    points, periods = week_points(comparison, language), spans(comparison)
    if not periods or all(point.value is None for point in points):
        return None
    look = print_look(WHOLE_MM, _WEEKLY_PT)
    return weekly_chart(
        points,
        periods,
        month_labels(periods, language),
        look if is_gated(comparison) else in_grey(look),
        kind=weekly_kind(comparison),
        number=(get_group_symbol(language.locale), language.percent(0).removeprefix("0")),
    )


def _scores(comparison: Comparison, language: Language) -> dict[str, Any] | None:
    if not is_gated(comparison):
        return None
    bars, satisfied_from = score_bars(comparison, language)
    if not bars:
        return None
    return rating_chart(
        bars,
        satisfied_from,
        print_look(WHOLE_MM, rating_height(len(bars), TYPE_SIZE)),
        words=(language.gettext("less satisfied"), language.gettext("satisfied")),
    )


def _maps(comparison: Comparison, language: Language) -> dict[str, dict[str, Any]]:
    if not is_gated(comparison):
        return {}
    cells, weekdays, hours, limits = heat_cells(comparison, language)
    look = print_look(HALF_MM, 24 + _CELL_PT * len(hours))
    return {
        arm: heat_chart(of_arm, look, weekdays=weekdays, hours=hours, limits=limits)
        for arm, of_arm in cells.items()
        if any(cell.value is not None for cell in of_arm)
    }
