"""Plans a trial at a site: its own weeks without any prototype, or those of a trial that runs."""

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Literal

import numpy as np

from pasperdus_collector.analysis import by_week
from pasperdus_collector.analysis.baseline import (
    COUNT_SD,
    COUNT_SERIAL,
    DAYS_PER_WEEK,
    Figure,
    Rated,
    RatingsBaseline,
    WeeklyBaseline,
    ratings_baseline,
    weekly_baseline,
)
from pasperdus_collector.analysis.inputs import Design
from pasperdus_collector.analysis.on_off import weekly_log_rate
from pasperdus_collector.analysis.outcomes import outcome_of
from pasperdus_collector.analysis.plan import WEEKS, WeeksPlan, make_plan, terms_of
from pasperdus_collector.analysis.power import ALPHA, WITHIN_A_YEAR, Terms
from pasperdus_collector.analysis.time_left import TimeLeft, time_left
from pasperdus_collector.calendar.opening import SiteCalendar
from pasperdus_collector.comparison.counted import CountedSite
from pasperdus_collector.comparison.measured import Asked
from pasperdus_collector.comparison.names import choose, compared_with
from pasperdus_collector.comparison.own_weeks import OwnWeeks, look_back, own_weeks
from pasperdus_collector.comparison.plan_query import PlanQuery
from pasperdus_collector.comparison.schedule import Schedule, schedule
from pasperdus_collector.errors import QueryError, fault
from pasperdus_collector.register.records import Prototype
from pasperdus_collector.register.rules import check_delta
from pasperdus_collector.register.store import read_periods, read_prototype, read_prototypes
from pasperdus_collector.series.released import HOUR_MS

MOST_VISITORS = 100_000  # a day
_DEFAULT_SCALE = 5
MOST_DF_OF_COUNTS = 5  # false prototypes that fit into a baseline without overlap (M6)


def plan(db: sqlite3.Connection, query: PlanQuery, *, now_ms: int, collector: str) -> WeeksPlan:
    """Return how many weeks a question needs at a site; ``db`` must be within one transaction.

    Raises :class:`~pasperdus_collector.errors.NotFoundError` for names that are not there,
    :class:`QueryError` for what cannot be planned so.
    """
    hour_ms = now_ms // HOUR_MS * HOUR_MS
    place = CountedSite(db, query.site, now_ms=now_ms, collector=collector)
    trial = (
        None
        if query.prototype is None
        else read_prototype(db, query.site, query.prototype, now_ms=hour_ms)
    )
    outcome = outcome_of(
        query.outcome or (trial.outcome if trial else "satisfied"),
        whats=[what for _, what in place.card.tallies],
    )
    design = query.design or (trial.design if trial else "before_after")
    delta = query.delta
    if delta is None:
        is_its_own = trial is not None and trial.outcome == outcome.name
        delta = trial.delta if trial and is_its_own else outcome.default_delta
    check_delta(outcome, delta)
    _check(query)
    asked = _question(query, trial, place) if outcome.unit in ("share", "index") else None

    when = None if trial is None else _schedule(place, trial, now_ms=hour_ms)
    prototypes = 1 if trial is None else _prototypes(place, trial, now_ms=hour_ms)
    times = [look_back(place, hour_ms)]
    if when is not None and len(when.baseline.kept.starts):
        times = [when.baseline, *([when.tried] if len(when.tried.kept.starts) else [])]
    there = [own_weeks(place, time, asked) for time in times]
    baseline = _baseline(outcome.name, design, there, asked, query.visitors)
    if query.visitors is not None:
        _check_wanted(query.visitors, baseline, there, query.site, outcome.name)
    terms = terms_of(
        design, outcome.name, days_per_week=_days_per_week(there), alpha=ALPHA / prototypes
    )
    return make_plan(
        baseline,
        site=query.site,
        outcome=outcome.name,
        delta=delta,
        terms=terms,
        weeks=WEEKS if query.weeks is None else query.weeks,
        running=None
        if when is None
        or trial is None
        or baseline is None
        or when.status != "running"
        or when.is_taken_back
        else _time_left(baseline, delta, terms, when, there, has_end=_has_end(trial)),
    )


# -- what is asked --------------------------------------------------------------------------------


def _check(query: PlanQuery) -> None:
    if query.weeks is not None and not 1 <= query.weeks <= WITHIN_A_YEAR:
        raise QueryError(
            f"weeks {query.weeks} is not between 1 and {WITHIN_A_YEAR} a side",
            fault("weeks", "weeks-out-of-range", most=WITHIN_A_YEAR),
        )
    if query.visitors is not None and not 0 < query.visitors <= MOST_VISITORS:
        raise QueryError(
            f"visitors {query.visitors} is not a number of people a day; write one above 0, up to "
            f"{MOST_VISITORS}",
            fault("visitors", "visitors-out-of-range", most=MOST_VISITORS),
        )


def _check_wanted(
    visitors: float,
    baseline: RatingsBaseline | WeeklyBaseline | None,
    there: Iterable[OwnWeeks],
    site: str,
    outcome: str,
) -> None:
    """Refuse a number of visitors that the plan would not use: else it would seem to be its."""
    if not isinstance(baseline, RatingsBaseline):
        why = f"they tell how many ratings to expect, and outcome {outcome!r} needs none"
    elif baseline.ratings_a_day.source == "own":
        why = f"site {site!r} collects {baseline.ratings_a_day.value:.0f} ratings a day itself"
    elif (counted := _visitors(there, None)) is not None:
        why = f"site {site!r} counts {counted.value:.0f} people a day itself"
    else:
        return
    raise QueryError(
        f"visitors: {visitors:g} would change nothing: {why}; leave it out",
        fault("visitors", "visitors-unused"),
    )


def _question(query: PlanQuery, trial: Prototype | None, place: CountedSite) -> Asked | None:
    """Return the question whose ratings count; None where the site asks none yet."""
    question = query.question or (trial.question if trial else None)
    scale = query.scale or (trial.scale if trial else None)
    there = [
        each
        for each in place.card.questions
        if question in (None, each[0]) and scale in (None, each[1])
    ]
    if len(there) > 1:
        offered = ", ".join(f"question={name}&scale={on}" for name, on in sorted(there))
        raise QueryError(
            f"ratings of several questions cannot be added; choose {offered}",
            fault("question", "several-questions", known=tuple(sorted(name for name, _ in there))),
        )
    if not there and query.question is not None and place.card.questions:
        offered = ", ".join(f"{name} (scale {on})" for name, on in sorted(place.card.questions))
        raise QueryError(
            f"site {query.site!r} does not ask {query.question!r} on such a scale; it asks "
            f"{offered}. Leave question and scale out to plan with defaults",
            fault(
                "question",
                "no-such-question",
                known=tuple(sorted(name for name, _ in place.card.questions)),
            ),
        )
    return there[0] if there else None


def _prototypes(place: CountedSite, trial: Prototype, *, now_ms: int) -> int:
    """Return how many prototypes share the trial's baseline, and with it the error allowed."""
    periods = read_periods(place.db, trial.site)
    prototypes = read_prototypes(place.db, trial.site, now_ms=now_ms)
    if not _has_periods(place, trial):
        return 1
    chosen = choose(
        prototypes,
        periods,
        site=trial.site,
        baseline=None,
        prototype=trial.prototype,
        now_ms=now_ms,
    )
    return compared_with(chosen, prototypes, periods)


def _has_periods(place: CountedSite, trial: Prototype) -> bool:
    periods = read_periods(place.db, trial.site)
    kinds = {each.kind for each in periods if each.prototype == trial.prototype}
    named = {each.period for each in periods} & set(trial.baseline)
    return "prototype" in kinds and ("baseline" in kinds or bool(named))


# -- which time -----------------------------------------------------------------------------------


def _schedule(place: CountedSite, trial: Prototype, *, now_ms: int) -> Schedule | None:
    """Return how far a registered trial has come; None before it has periods on both sides."""
    if not _has_periods(place, trial):
        return None
    chosen = choose(
        [trial],
        read_periods(place.db, trial.site),
        site=trial.site,
        baseline=None,
        prototype=trial.prototype,
        now_ms=now_ms,
    )
    calendar = SiteCalendar.from_json(place.card.calendar)

    def opens_on(day: date) -> bool:
        hours = calendar.hours_on(day)
        return hours is None or bool(hours)

    return schedule(chosen, place.zone, now_ms=now_ms, opens_on=opens_on)


# -- what it tells --------------------------------------------------------------------------------


def _baseline(
    outcome: str,
    design: Design,
    there: Sequence[OwnWeeks],
    asked: Asked | None,
    visitors: float | None,
) -> RatingsBaseline | WeeklyBaseline | None:
    match outcome:
        case "satisfied" | "index":
            kind: Literal["satisfied", "index"] = outcome
            return ratings_baseline(
                kind,
                asked[1] if asked else _DEFAULT_SCALE,
                [_rated(each) for each in there],
                visitors_a_day=_visitors(there, visitors),
            )
        case "passages_in":
            arm = there[0].arm
            weeks = np.array([each.week for each in arm.weeks if each.is_full], dtype=np.int64)
            rates = weekly_log_rate(arm.days, weeks)
            known = np.isfinite(rates)
            return weekly_baseline(
                weeks[known],
                rates[known],
                detrended=design != "randomised",
                most_df=MOST_DF_OF_COUNTS if design != "randomised" else np.inf,
                default=(COUNT_SD, COUNT_SERIAL),
            )
        case _:
            full = {each.week for each in there[0].arm.weeks if each.is_full}
            found = by_week.weekly(there[0].arm, outcome)
            told = {week: value for week, value in sorted(found.items()) if week in full}
            return weekly_baseline(
                np.array(list(told), dtype=np.int64),
                np.array(list(told.values()), dtype=np.float64),
                detrended=False,
            )


def _rated(weeks: OwnWeeks) -> Rated:
    """Return the ratings of full weeks, but all blocks: a part of a week is still ratings."""
    hours, full = weeks.arm.hours, {each.week for each in weeks.arm.weeks if each.is_full}
    opened = float(hours.open_share.sum())
    covered = float((hours.open_share * hours.box_coverage).sum())
    open_days = len(np.unique(hours.day[hours.open_share > 0]))
    return Rated(
        blocks=weeks.arm.blocks,
        within_a_day=weeks.within_a_day,
        open_days=sum(each.open_days for each in weeks.arm.weeks if each.week in full),
        # Boxes that never told their coverage count as working.
        covered_days=open_days * (covered / opened if covered > 0 else 1.0),
        weeks=len(full),
    )


def _visitors(there: Iterable[OwnWeeks], told: float | None) -> Figure | None:
    """Return people a day: as counted, or as told where nobody counts."""
    entries = np.concatenate([each.arm.days.entries for each in there])
    known = entries[np.isfinite(entries)]
    if len(known) and known.sum() > 0:
        return Figure(value=float(known.mean()), source="own", own=1.0)
    return None if told is None else Figure(value=told, source="told")


def _days_per_week(there: Iterable[OwnWeeks]) -> float:
    full = [week for each in there for week in each.arm.weeks if week.is_full]
    days = sum(week.open_days for week in full)
    return days / len(full) if days else DAYS_PER_WEEK


def _time_left(
    baseline: RatingsBaseline | WeeklyBaseline,
    delta: float,
    terms: Terms,
    when: Schedule,
    there: Sequence[OwnWeeks],
    *,
    has_end: bool,
) -> TimeLeft:
    tried = there[1].arm.full_weeks if len(there) > 1 else 0
    return time_left(
        delta,
        baseline.planned(),
        terms,
        baseline_weeks=there[0].arm.full_weeks,
        weeks=tried,
        planned_weeks=when.planned_weeks if has_end else None,
    )


def _has_end(trial: Prototype) -> bool:
    return trial.planned_end_ms is not None or trial.design == "randomised"
