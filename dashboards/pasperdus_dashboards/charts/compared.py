"""A comparison as the rows of its charts, written in one language.

Page and report draw from the same rows, so that they cannot say different things.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from pasperdus_collector.analysis.outcomes import outcome_of
from pasperdus_collector.analysis.result import ArmFacts, Comparison, HourCell, Interval, Week
from pasperdus_contract.events import SATISFIED_FROM
from pasperdus_dashboards.charts.arms import ARMS, Arm
from pasperdus_dashboards.charts.effect import EffectAxis, EffectRow
from pasperdus_dashboards.charts.heat import HeatCell
from pasperdus_dashboards.charts.outcome_words import (
    axis_unit,
    axis_value,
    bounds_written,
    change_written,
    decimal_sign,
    size_written,
)
from pasperdus_dashboards.charts.ratings import ScoreBar
from pasperdus_dashboards.charts.weekly import MonthLabel, Span, WeekPoint, months_between
from pasperdus_service.languages import Language
from pasperdus_service.typography import FIXED

UNGATED = frozenset({"insufficient", "too_early"})
"""Verdicts under which nothing may look like a result: no colour, no arrow, no effect."""

WeeklyFigure = Literal["satisfied", "ratings", "entries"]

_OF_RATINGS = ("satisfied", "index", "response_rate")
_SLOT_HOURS = 3
_FULL_SHARE = (0.4, 1.0)  # of the map's shades, unless a cell lies lower


def arms_of(comparison: Comparison) -> dict[Arm, ArmFacts]:
    """Return the facts of both arms by name."""
    return {"baseline": comparison.answer.baseline, "prototype": comparison.answer.tried}


def is_gated(comparison: Comparison) -> bool:
    """Return whether the data allow a comparison at all."""
    return comparison.answer.verdict.code not in UNGATED


def effect_row(
    label: str, value: float, interval: Interval, unit: str, language: Language, *, is_main: bool
) -> EffectRow:
    """Return one effect as the interval plot shows it."""
    bounds = bounds_written(interval.low, interval.high, unit, language)
    return EffectRow(
        label=label,
        value=axis_value(value, unit),
        low=axis_value(interval.low, unit),
        high=axis_value(interval.high, unit),
        written=f"{change_written(value, unit, language)} ({bounds})",
        is_main=is_main,
    )


def effect_axis(comparison: Comparison, language: Language) -> EffectAxis:
    """Return what stands around the interval plot."""
    answer = comparison.answer
    lower, higher = {
        1: (language.gettext("worse"), language.gettext("better")),
        -1: (language.gettext("better"), language.gettext("worse")),
        0: (language.gettext("lower"), language.gettext("higher")),
    }[outcome_of(answer.outcome).better]
    return EffectAxis(
        least_low=axis_value(-answer.delta, answer.unit),
        least_high=axis_value(answer.delta, answer.unit),
        least_written=language.gettext(
            "less than %(delta)s: too little to matter",
            delta=size_written(answer.delta, answer.unit, language),
        ),
        lower=f"←{FIXED}{lower}",
        higher=f"{higher}{FIXED}→",
        unit=axis_unit(answer.unit, language),
        decimal=decimal_sign(language),
    )


def score_bars(comparison: Comparison, language: Language) -> tuple[list[ScoreBar], int]:
    """Return the bars of both periods, and the lowest score that counts as satisfied."""
    answer = comparison.answer
    bars = [
        ScoreBar(
            label=facts.title,
            counts=facts.by_score,
            shares_written=tuple(
                language.percent(count / facts.ratings) for count in facts.by_score
            ),
        )
        for facts in arms_of(comparison).values()
        if facts.ratings
    ]
    return bars, SATISFIED_FROM.get(answer.scale, answer.scale)


def week_points(comparison: Comparison, language: Language) -> list[WeekPoint]:
    """Return the figure of each week that :func:`weekly_figure` names."""
    figure = weekly_figure(comparison)
    if figure is None:
        return []
    return [
        WeekPoint(
            monday=date.fromordinal(week.week),
            arm=week.arm,
            value=_week_value(week, figure),
            is_full=week.is_full,
            written=_week_written(week, language, figure),
        )
        for week in comparison.details.weeks
    ]


def weekly_figure(comparison: Comparison) -> WeeklyFigure | None:
    """Return what the weekly series shows; None for no series at all.

    Shares satisfied, or entries where the trial is not about ratings; while nothing can be
    compared, only how many ratings there are to go by.
    """
    if shows_share(comparison):
        return "satisfied" if is_gated(comparison) else "ratings"
    return "entries" if is_gated(comparison) else None


def weekly_kind(comparison: Comparison) -> Literal["share", "number"]:
    """Return of what kind the figures of the weekly series are."""
    return "share" if weekly_figure(comparison) == "satisfied" else "number"


def shows_share(comparison: Comparison) -> bool:
    """Return whether the weekly series and the map show shares satisfied, else entries."""
    return comparison.answer.outcome in _OF_RATINGS


def spans(comparison: Comparison) -> list[Span]:
    """Return the periods of both arms, in order."""
    zone = zone_of(comparison)
    found = [
        Span(
            arm=arm,
            title=facts.title,
            first_day=local_day(start_ms, zone),
            end_day=max(local_day(end_ms - 1, zone), local_day(start_ms, zone)) + timedelta(days=1),
        )
        for arm, facts in arms_of(comparison).items()
        for start_ms, end_ms in facts.ranges
    ]
    return sorted(found, key=lambda span: span.first_day)


def month_labels(periods: Sequence[Span], language: Language) -> list[MonthLabel]:
    """Return the names of the months under a weekly series."""
    months = months_between(
        min(span.first_day for span in periods), max(span.end_day for span in periods)
    )
    return [
        MonthLabel(
            first_day=month,
            text=language.month(month),
            with_year=f"{language.month(month)}{FIXED}{month.year}",
        )
        for month in months
    ]


def heat_cells(
    comparison: Comparison, language: Language
) -> tuple[dict[Arm, list[HeatCell]], list[str], list[str], tuple[float, float]]:
    """Return each arm's cells, then weekdays, hours and the limits of the shades of both maps."""
    is_share = shows_share(comparison)
    known = [
        cell
        for cell in comparison.details.cells
        if (cell.ratings if is_share else cell.entries) > 0
    ]
    weekdays = sorted({cell.weekday for cell in known})
    hours = sorted({cell.first_hour for cell in known})
    by_place = {(cell.arm, cell.weekday, cell.first_hour): cell for cell in known}
    cells = {
        arm: [
            _heat_cell(
                by_place.get((arm, weekday, hour)), weekday, hour, language, is_share=is_share
            )
            for hour in hours
            for weekday in weekdays
        ]
        for arm in ARMS
    }
    values = [cell.value for each in cells.values() for cell in each if cell.value is not None]
    if is_share:
        limits = (min([_FULL_SHARE[0], *values]), _FULL_SHARE[1])
    else:
        limits = (0.0, max(values, default=1.0))
    return (
        cells,
        [_weekday(weekday, language) for weekday in weekdays],
        [_hours(hour, language) for hour in hours],
        limits,
    )


def zone_of(comparison: Comparison) -> ZoneInfo:
    """Return the time zone of the site."""
    return ZoneInfo(comparison.answer.time_zone)


def local_day(at_ms: int, zone: ZoneInfo) -> date:
    """Return the day on which an instant falls."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(zone).date()


def _week_value(week: Week, figure: WeeklyFigure) -> float | None:
    match figure:
        case "satisfied":
            return week.satisfied / week.ratings if week.ratings else None
        case "ratings":
            return week.ratings or None
        case "entries":
            return week.entries if week.entries > 0 or week.coverage > 0 else None


def _week_written(week: Week, language: Language, figure: WeeklyFigure) -> str:
    day = language.gettext("week of %(day)s", day=language.short_day(date.fromordinal(week.week)))
    if figure == "entries":
        entries = language.ngettext("%(count)s entry", "%(count)s entries", round(week.entries))
        return f"{day}, {entries}"
    if not week.ratings:
        return language.gettext("%(week)s, no rating", week=day)
    ratings = language.ngettext("%(count)s rating", "%(count)s ratings", week.ratings)
    if figure == "ratings":
        return f"{day}, {ratings}"
    return f"{day}, {language.percent(week.satisfied / week.ratings)}, {ratings}"


def _heat_cell(
    cell: HourCell | None, weekday: int, hour: int, language: Language, *, is_share: bool
) -> HeatCell:
    place = {"weekday": _weekday(weekday, language), "hour": _hours(hour, language)}
    if cell is None:
        return HeatCell(**place, value=None, written="–", under="")
    if not is_share:
        return HeatCell(
            **place, value=cell.entries, written=language.number(cell.entries), under=""
        )
    share = cell.satisfied / cell.ratings
    return HeatCell(
        **place,
        value=share,
        written=language.percent(share),
        under=language.number(cell.ratings),
    )


def _weekday(weekday: int, language: Language) -> str:
    return language.short_weekday(date.fromordinal(weekday + 1))  # ordinal 1 was a Monday


def _hours(first: int, language: Language) -> str:
    return language.hours(first, first + _SLOT_HOURS)
