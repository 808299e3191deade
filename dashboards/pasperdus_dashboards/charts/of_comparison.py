"""The charts of one comparison, by name: the same rows and marks for pages and for paper."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from babel.numbers import format_decimal, get_group_symbol

from pasperdus_collector.analysis.result import Comparison
from pasperdus_collector.analysis.wording import TABLES
from pasperdus_dashboards.charts.arms import ARMS, in_grey
from pasperdus_dashboards.charts.compared import (
    effect_axis,
    effect_row,
    heat_cells,
    is_gated,
    month_labels,
    score_bars,
    spans,
    week_points,
    weekly_kind,
)
from pasperdus_dashboards.charts.effect import (
    EffectRow,
    effect_chart,
    effect_frame,
    effect_rows,
)
from pasperdus_dashboards.charts.heat import heat_chart, heat_frame, heat_rows
from pasperdus_dashboards.charts.outcome_words import words_code
from pasperdus_dashboards.charts.ratings import rating_chart, rating_frame, rating_rows
from pasperdus_dashboards.charts.style import Frame, Look, Size, version_of
from pasperdus_dashboards.charts.weekly import weekly_chart, weekly_frame, weekly_rows
from pasperdus_service.languages import Language

EFFECT, OTHERWISE, SCORES, WEEKLY = "effect", "otherwise", "scores", "weekly"
MAPS = ARMS
"""The maps of weekday and hour are named as the arms are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawable:
    """One chart; ``count`` is how many rows it has, on which its height depends."""

    specify: Callable[[Look], dict[str, Any]]
    frame: Callable[[Size], Frame]
    version: str
    count: int


def drawables(comparison: Comparison, language: Language) -> dict[str, Drawable]:
    """Return the charts that have something to show.

    Until a comparison can be made that is only ``weekly``, in grey: what there is to go by.
    """
    wanted = {
        EFFECT: _effect(comparison, language),
        WEEKLY: _weekly(comparison, language),
        SCORES: _scores(comparison, language),
        OTHERWISE: _otherwise(comparison, language),
        **_maps(comparison, language),
    }
    return {name: chart for name, chart in wanted.items() if chart is not None}


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


def _effect(comparison: Comparison, language: Language) -> Drawable | None:
    row, effect = main_row(comparison, language), comparison.answer.effect
    if row is None or effect is None or effect.interval is None:
        return None
    level = format_decimal(effect.interval.level * 100, format="0.#", locale=language.locale)
    beside = language.gettext(
        "%(change)s, interval at %(level)s%%", change=row.written, level=level
    )
    return _of_effects([replace(row, beside=beside)], comparison, language)


def _otherwise(comparison: Comparison, language: Language) -> Drawable | None:
    row, others = main_row(comparison, language), other_rows(comparison, language)
    if row is None or not others:
        return None
    return _of_effects([row, *others], comparison, language)


def _of_effects(rows: list[EffectRow], comparison: Comparison, language: Language) -> Drawable:
    axis = effect_axis(comparison, language)
    return Drawable(
        specify=partial(effect_chart, rows, axis),
        frame=partial(effect_frame, len(rows)),
        version=version_of([*effect_rows(rows), {"axis": axis}]),
        count=len(rows),
    )


def _weekly(comparison: Comparison, language: Language) -> Drawable | None:
    points, periods = week_points(comparison, language), spans(comparison)
    if not periods or all(point.value is None for point in points):
        return None
    months = month_labels(periods, language)
    number = (get_group_symbol(language.locale), language.percent(0).removeprefix("0"))
    kind = weekly_kind(comparison)
    is_coloured = is_gated(comparison)

    def specify(look: Look) -> dict[str, Any]:
        return weekly_chart(
            points,
            periods,
            months,
            look if is_coloured else in_grey(look),
            kind=kind,
            number=number,
        )

    return Drawable(
        specify=specify,
        frame=weekly_frame,
        version=version_of([*weekly_rows(points), {"spans": periods, "is": is_coloured}]),
        count=len(points),
    )


def _scores(comparison: Comparison, language: Language) -> Drawable | None:
    if not is_gated(comparison):
        return None
    bars, satisfied_from = score_bars(comparison, language)
    if not bars:
        return None
    bars = [
        replace(bar, satisfied_written=_satisfied(bar.counts, satisfied_from, language))
        for bar in bars
    ]
    words = (language.gettext("less satisfied"), language.gettext("satisfied"))
    return Drawable(
        specify=partial(rating_chart, bars, satisfied_from, words=words),
        frame=partial(rating_frame, len(bars)),
        version=version_of(rating_rows(bars, satisfied_from)),
        count=len(bars),
    )


def _satisfied(counts: tuple[int, ...], satisfied_from: int, language: Language) -> str:
    share = sum(counts[satisfied_from - 1 :]) / sum(counts)
    return language.gettext("%(share)s satisfied", share=language.percent(share))


def _maps(comparison: Comparison, language: Language) -> dict[str, Drawable]:
    if not is_gated(comparison):
        return {}
    cells, weekdays, hours, limits = heat_cells(comparison, language)
    return {
        arm: Drawable(
            specify=partial(heat_chart, of_arm, weekdays=weekdays, hours=hours, limits=limits),
            frame=partial(heat_frame, len(hours)),
            version=version_of([*heat_rows(of_arm), {"limits": limits}]),
            count=len(hours),
        )
        for arm, of_arm in cells.items()
        if any(cell.value is not None for cell in of_arm)
    }
