"""The figures of the charts as tables, for whoever cannot see or does not trust a chart."""

from datetime import date

from pasperdus_collector.analysis.result import Comparison
from pasperdus_dashboards.charts.compared import (
    arms_of,
    heat_cells,
    is_gated,
    shows_share,
)
from pasperdus_dashboards.charts.of_comparison import main_row, other_rows
from pasperdus_dashboards.report import parts
from pasperdus_dashboards.report.first_page import arm_title
from pasperdus_service.languages import Language

_UNKNOWN = "–"


def effect_table(comparison: Comparison, language: Language) -> parts.Part | None:
    """Return the effect that the verdict rests on; None before any may be shown."""
    row = main_row(comparison, language)
    if row is None:
        return None
    return parts.table(language.gettext("The effect"), _head(language), [[row.label, row.written]])


def otherwise_table(comparison: Comparison, language: Language) -> parts.Part | None:
    """Return the same effect with those computed otherwise."""
    row, others = main_row(comparison, language), other_rows(comparison, language)
    if row is None or not others:
        return None
    return parts.table(
        language.gettext("The effect, also computed otherwise"),
        _head(language),
        [[each.label, each.written] for each in (row, *others)],
    )


def _head(language: Language) -> list[str]:
    return [" ", language.gettext("Change (interval)")]


def weeks_table(comparison: Comparison, language: Language) -> parts.Part:
    """Return the weeks of both periods in order of time."""
    titles = {arm: arm_title(facts, language) for arm, facts in arms_of(comparison).items()}
    has_ratings = comparison.answer.question is not None
    shows_satisfied = has_ratings and is_gated(comparison)
    head = [language.gettext("Week of"), language.gettext("Period")]
    if has_ratings:
        head.append(language.gettext("Ratings"))
    if shows_satisfied:
        head.append(language.gettext("Satisfied"))
    head += [language.gettext("Entries"), language.gettext("Remark")]
    rows = []
    for week in sorted(comparison.details.weeks, key=lambda week: (week.week, week.arm)):
        row = [language.short_day(date.fromordinal(week.week)), titles[week.arm]]
        if has_ratings:
            row.append(language.number(week.ratings))
        if shows_satisfied:
            row.append(language.percent(week.satisfied / week.ratings) if week.ratings else "–")
        row.append(language.number(week.entries) if week.coverage > 0 else _UNKNOWN)
        row.append("" if week.is_full else language.gettext("not a whole week"))
        rows.append(row)
    return parts.table(language.gettext("Week by week"), head, rows, is_wide=True)


def maps_table(comparison: Comparison, language: Language) -> parts.Part | None:
    """Return both maps of weekday and hour in one table; None before they may be shown."""
    if not is_gated(comparison):
        return None
    cells, weekdays, hours, _ = heat_cells(comparison, language)
    by_place = {
        (arm, cell.weekday, cell.hour): cell.written + (f" ({cell.under})" if cell.under else "")
        for arm, of_arm in cells.items()
        for cell in of_arm
    }
    rows = [
        [f"{hour}, {arm_title(facts, language)}"]
        + [by_place[arm, weekday, hour] for weekday in weekdays]
        for hour in hours
        for arm, facts in arms_of(comparison).items()
    ]
    if not rows:
        return None
    return parts.table(
        language.gettext("Satisfied (number of ratings) by weekday and time of day")
        if shows_share(comparison)
        else language.gettext("Entries by weekday and time of day"),
        [language.gettext("Time of day"), *weekdays],
        rows,
        is_wide=True,
    )
