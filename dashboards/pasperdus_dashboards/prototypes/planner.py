"""How many weeks a trial needs: the planner's answer beside the form, and its curve."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from pasperdus_collector.analysis.outcomes import outcome_of
from pasperdus_collector.comparison.plan_query import PlanQuery
from pasperdus_collector.errors import QueryError
from pasperdus_dashboards.charts.outcome_words import (
    axis_unit,
    axis_value,
    decimal_sign,
    size_written,
    words_code,
)
from pasperdus_dashboards.charts.planner import (
    PlanMarks,
    PlanPoint,
    plan_chart,
    plan_frame,
    plan_version,
)
from pasperdus_dashboards.shell.figures import Chart
from pasperdus_service.languages import Language

if TYPE_CHECKING:
    from pasperdus_collector.analysis.plan import WeeksPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRow:
    """One row of the curve's table."""

    weeks: int
    change: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanView:
    """The planner's answer in words; ``chart`` is None where there is nothing to draw."""

    answer: str
    detectable: str | None
    basis: str
    hint: str | None
    meaning: str
    running: str | None
    until: str
    rows: tuple[PlanRow, ...]
    chart: Chart | None


def plan_view(
    plan_of: Callable[[PlanQuery], "WeeksPlan"],
    query: PlanQuery,
    language: Language,
    *,
    start: date | None = None,
) -> PlanView | None:
    """Return the answer; None where nothing can be planned so, which the form itself tells.

    ``start`` is the day on which the trial is to begin: then the day until which it should run is
    told too.
    """
    try:
        plan = plan_of(query)
    except QueryError:
        return None
    from pasperdus_collector.analysis.plan_words import plan_words  # loads numpy

    words = plan_words(plan, words_code(language))
    return PlanView(
        answer=words.answer,
        detectable=words.detectable,
        basis=words.basis,
        hint=words.hint,
        meaning=words.meaning,
        running=words.running,
        until=_until(plan, language, start),
        rows=_rows(plan, language),
        chart=plan_figure(plan, language),
    )


def plan_figure(plan: "WeeksPlan", language: Language) -> Chart | None:
    """Return the curve of a plan."""
    unit = outcome_of(plan.outcome).unit
    points = [
        PlanPoint(
            weeks=each.weeks,
            change=None if each.detectable is None else axis_value(each.detectable, unit),
            written=""
            if each.detectable is None
            else language.gettext(
                "%(weeks)s: changes from %(change)s",
                weeks=_weeks(each.weeks, language),
                change=size_written(each.detectable, unit, language),
            ),
        )
        for each in plan.curve
    ]
    if all(point.change is None for point in points):
        return None
    marks = PlanMarks(
        least=axis_value(plan.delta, unit),
        least_written=size_written(plan.delta, unit, language),
        weeks=plan.needed if plan.needed and plan.needed <= points[-1].weeks else None,
        weeks_written="" if plan.needed is None else _weeks(plan.needed, language),
        along=language.gettext("weeks for each side"),
        unit=axis_unit(unit, language),
        decimal=decimal_sign(language),
    )

    def specify(look: Any) -> dict[str, Any]:
        return plan_chart(points, marks, look)

    return Chart(
        name=(plan.site, language.code, "plan", plan.outcome, plan.design, f"{plan.delta:.6g}"),
        version=f"{plan_version(points)}-{marks.weeks}-{plan.delta:.6g}",
        specify=specify,
        frame=plan_frame,
    )


def plan_address(query: PlanQuery) -> Mapping[str, str]:
    """Return what an address says of a question to the planner."""
    asked = {
        "outcome": query.outcome,
        "design": query.design,
        "delta": None if query.delta is None else f"{query.delta:.6g}",
        "question": query.question,
        "scale": None if query.scale is None else str(query.scale),
        "visitors": None if query.visitors is None else f"{query.visitors:g}",
    }
    return {name: value for name, value in asked.items() if value is not None}


def _until(plan: "WeeksPlan", language: Language, start: date | None) -> str:
    if plan.needed is None or start is None:
        return ""
    weeks = 2 * plan.needed if plan.design == "randomised" else plan.needed
    last = start + timedelta(weeks=weeks, days=-1)
    return language.gettext(
        "Begun on %(first)s, it should run until %(last)s at least.",
        first=language.short_day(start),
        last=language.short_day(last),
    )


def _rows(plan: "WeeksPlan", language: Language) -> tuple[PlanRow, ...]:
    unit = outcome_of(plan.outcome).unit
    return tuple(
        PlanRow(
            weeks=each.weeks,
            change=language.gettext("nothing")
            if each.detectable is None
            else size_written(each.detectable, unit, language),
        )
        for each in plan.curve
        if each.weeks % 2 == 0 or each.weeks == plan.needed
    )


def _weeks(count: int, language: Language) -> str:
    return language.ngettext("%(count)s week", "%(count)s weeks", count)
