"""The answer to "how many weeks do we need": records, and what they are made of (M14)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import ceil

from pasperdus_collector.analysis.baseline import Figure, RatingsBaseline, WeeklyBaseline
from pasperdus_collector.analysis.inputs import Design
from pasperdus_collector.analysis.noise import Index, Planned, Share
from pasperdus_collector.analysis.power import (
    MIN_WEEKS,
    CurvePoint,
    Terms,
    curve,
    mde,
    weeks_needed,
)
from pasperdus_collector.analysis.time_left import TimeLeft

WEEKS = 8  # a side, where nobody said how many they have
CURVE_WEEKS = 26
MIN_DAYS_OF_COUNTS = 24  # a side: M6 tells nothing of fewer
ENOUGH_RATINGS = 75  # a day; above, more days help more than more ratings


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """What would be detectable with twice the ratings a day, and with twice the weeks."""

    twice_the_ratings: float | None
    twice_the_weeks: float | None
    more_days_help_more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeksPlan:
    """How many weeks a side a question needs; changes are in the outcome's unit.

    ``detectable`` is found by four of five trials of ``weeks`` a side; ``needed`` are the weeks a
    side for ``delta``, None if not within a year. ``largest`` is the largest change that there can
    be. ``figures`` are what it was computed from, ``own_weeks`` how many weeks of the site's own.
    Nothing is planned (``curve`` is empty) where nothing is known of the outcome.
    """

    site: str
    outcome: str
    design: Design
    delta: float
    terms: Terms
    weeks: int
    detectable: float | None
    needed: int | None
    largest: float | None
    curve: tuple[CurvePoint, ...]
    figures: Mapping[str, Figure] = field(default_factory=dict)
    own_weeks: int = 0
    hint: Hint | None = None
    running: TimeLeft | None = None


def terms_of(design: Design, outcome: str, *, days_per_week: float, alpha: float) -> Terms:
    """Return what is asked of a trial on this outcome."""
    fewest = MIN_WEEKS
    if outcome == "passages_in" and design != "randomised":
        fewest = ceil(MIN_DAYS_OF_COUNTS / days_per_week)
    return Terms(design=design, alpha=alpha, fewest_weeks=fewest)


def make_plan(
    baseline: RatingsBaseline | WeeklyBaseline | None,
    *,
    site: str,
    outcome: str,
    delta: float,
    terms: Terms,
    weeks: int = WEEKS,
    running: TimeLeft | None = None,
) -> WeeksPlan:
    """Return the plan of a trial; ``baseline`` is None where nothing is known of the outcome."""
    unknown = WeeksPlan(
        site=site,
        outcome=outcome,
        design=terms.design,
        delta=delta,
        terms=terms,
        weeks=weeks,
        detectable=None,
        needed=None,
        largest=None,
        curve=(),
        running=running,
    )
    if baseline is None:
        return unknown
    planned = baseline.planned()
    return replace(
        unknown,
        detectable=mde(planned, weeks, weeks, terms),
        needed=weeks_needed(delta, planned, terms),
        largest=planned.largest,
        curve=curve(planned, range(MIN_WEEKS, max(CURVE_WEEKS, weeks) + 1), terms),
        figures=_figures(baseline),
        own_weeks=baseline.weeks,
        hint=_hint(planned, weeks, terms),
    )


def _hint(planned: Planned, weeks: int, terms: Terms) -> Hint | None:
    if not isinstance(planned, Share | Index):
        return None
    ratings = planned.ratings
    busier = replace(ratings, ratings_a_day=2 * ratings.ratings_a_day)
    return Hint(
        twice_the_ratings=mde(replace(planned, ratings=busier), weeks, weeks, terms),
        twice_the_weeks=mde(planned, 2 * weeks, 2 * weeks, terms),
        more_days_help_more=ratings.ratings_a_day >= ENOUGH_RATINGS,
    )


def _figures(baseline: RatingsBaseline | WeeklyBaseline) -> dict[str, Figure]:
    if isinstance(baseline, WeeklyBaseline):
        return {"weekly_sd": baseline.weekly_sd, "serial": baseline.serial}
    level = {"share": baseline.level} if baseline.sd is None else {"index": baseline.level}
    return {
        **level,
        **({} if baseline.sd is None else {"sd": baseline.sd}),
        "ratings_a_day": baseline.ratings_a_day,
        "days_per_week": baseline.days_per_week,
        "rho_day": baseline.rho_day,
        "rho_week": baseline.rho_week,
    }
