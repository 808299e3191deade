"""Whatever else is measured, compared week by week: stays, waits, how many are inside (M9), and all
outcomes that the trial was not about (M15).

Each outcome is a ratio of two sums: minutes over visits, tallies over entries. The figure of an arm
is the ratio of its sums over weeks, so that a week of few visitors, or one cut short by the edge of
a period, weighs little (against Welch's test on weekly figures, in which it weighs like any other);
the standard error of the difference leaves out one week at a time (:mod:`.jackknife`), which needs
neither equal spread nor equal weeks. Assumes that weeks are independent of one another, and nothing
of the season: two arms at different times of the year differ by it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from pasperdus_collector.analysis import response
from pasperdus_collector.analysis.holm import holm
from pasperdus_collector.analysis.inputs import Arm, DayTable, Floats, Ints, WeekFigures
from pasperdus_collector.analysis.jackknife import Estimate, by_cluster, two_arms
from pasperdus_collector.analysis.outcomes import TALLIES
from pasperdus_collector.analysis.result import Secondary
from pasperdus_collector.analysis.standardised import worth_of_index, worth_of_satisfied

WhyNot = Literal[
    "no_figures",
    "few_weeks",
    "imprecise",
    "too_few_days",
    "nobody_counted",
    "no_placebo",
    "no_fit",
]

MIN_WEEKS = 2
"""Of each arm: one week does not tell how much weeks differ."""

MAX_RELATIVE_ERROR = 0.2
"""Half of the 95 % interval of an arm's figure, as a share of it, up to which it is compared: that
of the stay (``buckets.stay``), for all."""

RESPONSE_RATE = "response_rate"

_OF_RATINGS = ("satisfied", "index", RESPONSE_RATE)
_OF_FIGURES = ("stay_minutes", "wait_minutes", "service_minutes", "occupancy")
_FROM_DOORS = ("stay_minutes", "occupancy")
_PER_ENTRIES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """The figure of each arm, and prototype less baseline, in the unit of the outcome."""

    baseline: float
    prototype: float
    estimate: Estimate


def primary(baseline: Arm, prototype: Arm, outcome: str) -> Estimate | None:
    """Return prototype less baseline of a declared outcome that is measured by week.

    ``outcome`` is ``stay_minutes``, ``wait_minutes``, ``service_minutes``, ``occupancy`` or
    ``tallies:<what>``. None where :func:`compared` gives a reason why not.
    """
    found = compared(baseline, prototype, outcome, scale=0)
    return found.estimate if isinstance(found, Compared) else None


def compared(baseline: Arm, prototype: Arm, outcome: str, *, scale: int) -> Compared | WhyNot:
    """Return how two arms compare on one outcome, or the code of what is missing.

    Units: minutes (the mean stay of a visit; the mean over waits of the weekly medians), persons,
    tallies per 100 entries, share (satisfied; ratings per person out), index points.

    Weeks bring their own errors (half of a 95 % interval), and an arm whose figure may be off by
    over 20 % is not compared. A door that misses people misses them every week, so errors of stays
    and of occupancy add up; those of waits are chance of each week, and partly cancel.
    """
    a_weeks, a = _sums(baseline, outcome, scale)
    b_weeks, b = _sums(prototype, outcome, scale)
    if not (len(a_weeks) and len(b_weeks)):
        return "no_figures"
    if min(len(a_weeks), len(b_weeks)) < MIN_WEEKS:
        return "few_weeks"
    if _is_imprecise(baseline, outcome) or _is_imprecise(prototype, outcome):
        return "imprecise"
    estimate = two_arms(a, b, lambda of_a, of_b: _ratio(of_b) - _ratio(of_a))
    return Compared(
        baseline=float(_ratio(a.sum(axis=0))),
        prototype=float(_ratio(b.sum(axis=0))),
        estimate=estimate,
    )


def weekly(arm: Arm, outcome: str) -> dict[int, float]:
    """Return the figure of each week, by its Monday; units are those of :func:`compared`."""
    weeks, sums = _sums(arm, outcome, scale=0)
    return {int(week): float(figure) for week, figure in zip(weeks, _ratio(sums), strict=True)}


def secondary(
    baseline: Arm,
    prototype: Arm,
    scale: int,
    *,
    leave_out: str,
    alpha: float,
    others: Mapping[str, Compared | WhyNot] | None = None,
) -> tuple[Secondary, ...]:
    """Return every outcome but the primary one that either arm has figures of (M15).

    They are explored, not tested: intervals are each on its own, p-values are adjusted over all of
    them together by S. Holm, A simple sequentially rejective multiple test procedure, Scandinavian
    Journal of Statistics 6, 1979; whatever depends on whatever. ``scale`` is that of the ratings,
    0 where these are not to be compared. ``others`` are outcomes that another method compared;
    they take the place of ours.
    """
    found: dict[str, Compared | WhyNot] = {
        outcome: compared(baseline, prototype, outcome, scale=scale)
        for outcome in _measured(baseline, prototype, scale)
    }
    found |= others or {}
    found.pop(leave_out, None)
    p_values = {
        outcome: each.estimate.p_value
        for outcome, each in found.items()
        if isinstance(each, Compared)
    }
    adjusted = dict(zip(p_values, holm(list(p_values.values())).tolist(), strict=True))
    return tuple(
        _row(outcome, each, adjusted.get(outcome), alpha) for outcome, each in found.items()
    )


def _row(outcome: str, found: Compared | WhyNot, adjusted: float | None, alpha: float) -> Secondary:
    if not isinstance(found, Compared):
        return Secondary(
            outcome=outcome,
            baseline=None,
            prototype=None,
            effect=None,
            interval=None,
            p_value=None,
            adjusted_p=None,
            why_not=found,
        )
    return Secondary(
        outcome=outcome,
        baseline=found.baseline,
        prototype=found.prototype,
        effect=found.estimate.value,
        interval=found.estimate.interval(alpha),
        p_value=found.estimate.p_value,
        adjusted_p=adjusted,
    )


def _measured(baseline: Arm, prototype: Arm, scale: int) -> Iterator[str]:
    """Yield the outcomes that either arm has figures of."""
    whats = sorted({*baseline.days.tallies, *prototype.days.tallies})
    # On two scores the index says what the share of satisfied says.
    of_ratings = [each for each in _OF_RATINGS if scale > 2 or (scale and each != "index")]
    for outcome in (*of_ratings, *_OF_FIGURES, *(TALLIES + what for what in whats)):
        if len(_sums(baseline, outcome, scale)[0]) or len(_sums(prototype, outcome, scale)[0]):
            yield outcome


def _sums(arm: Arm, outcome: str, scale: int) -> tuple[Ints, Floats]:
    """Return the weeks that have a figure, and the two sums whose ratio it is (G x 2)."""
    weeks, sums = _all_sums(arm, outcome, scale)
    known = sums[:, 1] > 0
    return weeks[known], sums[known]


def _all_sums(arm: Arm, outcome: str, scale: int) -> tuple[Ints, Floats]:
    if outcome == RESPONSE_RATE:
        weeks, sums = response.by_week(arm, scale)
        return weeks, sums[:, [0, 2]]
    if outcome in _OF_RATINGS:
        worth = worth_of_satisfied(scale) if outcome == "satisfied" else worth_of_index(scale)
        counts = arm.blocks.counts
        return by_cluster(arm.blocks.week, np.column_stack([counts @ worth, counts.sum(axis=1)]))
    if outcome.startswith(TALLIES):
        return _tallied(arm.days, outcome.removeprefix(TALLIES))
    figures = _known(arm.figures.get(outcome, _NO_FIGURES))
    return by_cluster(figures.week, np.column_stack([figures.value * figures.n, figures.n]))


def _tallied(days: DayTable, what: str) -> tuple[Ints, Floats]:
    """Return tallies and entries by week, of days that know both."""
    tallies = days.tallies.get(what, np.full(len(days.day), np.nan))
    known = np.isfinite(tallies) & np.isfinite(days.entries)
    sums = np.column_stack([_PER_ENTRIES * tallies[known], days.entries[known]])
    return by_cluster(days.week[known], sums)


def _is_imprecise(arm: Arm, outcome: str) -> bool:
    """Return whether the errors that weeks bring are too large for the arm's figure."""
    if outcome not in _OF_FIGURES:
        return False
    figures = _known(arm.figures[outcome])
    errors = figures.n * figures.error
    total = errors.sum() if outcome in _FROM_DOORS else np.sqrt(np.square(errors).sum())
    most = MAX_RELATIVE_ERROR * abs((figures.n * figures.value).sum())
    return not total <= most  # neither is an error that nobody knows


def _known(figures: WeekFigures) -> WeekFigures:
    """Return the weeks that have a figure."""
    return figures.rows(np.isfinite(figures.value) & (figures.n > 0))


def _ratio(sums: Floats) -> Floats:
    """Return the ratio of two sums (... x 2); NaN where there is nothing to divide by."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(sums[..., 0] / sums[..., 1], dtype=np.float64)


_NO_FIGURES = WeekFigures(
    week=np.array([], dtype=np.int64),
    value=np.array([]),
    error=np.array([]),
    n=np.array([]),
)
