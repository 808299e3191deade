"""The effect on one outcome: which method a design and an outcome call for, and its intervals."""

from dataclasses import dataclass, replace
from math import inf, isfinite, nan

import numpy as np

from pasperdus_collector.analysis import by_week, interrupted, on_off, proportions, response
from pasperdus_collector.analysis.gates import uncovered
from pasperdus_collector.analysis.inputs import Arm, Inputs
from pasperdus_collector.analysis.jackknife import Estimate, by_cluster, difference, t_quantile
from pasperdus_collector.analysis.outcomes import OF_RATINGS, outcome_of
from pasperdus_collector.analysis.result import Caveat, Clusters, Control, Effect, Interval
from pasperdus_collector.analysis.sequential import always_valid
from pasperdus_collector.analysis.standardised import (
    standardised_difference,
    sums_by_stratum,
    worth_of_index,
    worth_of_satisfied,
)
from pasperdus_collector.analysis.strata import (
    Strata,
    make_strata,
    ratings_by_cell,
    visitors_by_cell,
)

MIN_WEEKS = 6
"""Of each arm; with fewer, weeks alone are too few to judge their own spread."""

MIN_PAIRS = 6
POWER = 0.8
ALPHA = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """What one site tells: the estimate, and what goes with how it was made."""

    estimate: Estimate
    clusters: Clusters
    fixed: Interval
    p_value: float
    simple: Interval | None = None
    strata: Strata | None = None
    placebos: float | None = None
    """The share of dates in the baseline at which a change would have been "found" (M6)."""

    caveats: tuple[Caveat, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Primary:
    """The primary comparison: None with a ``cause`` where there is none."""

    cause: str | None = None
    effect: Effect | None = None
    own: Own | None = None
    control: Control | None = None
    control_cause: str | None = None
    """Why the control site is not subtracted, as a code of a caveat."""

    missed: float | None = None


def alpha_of(inputs: Inputs) -> float:
    """Return the error allowed to this comparison: shared by all prototypes of a family (M12)."""
    return ALPHA / max(1, inputs.plan.prototypes)


def primary(inputs: Inputs) -> Primary:
    """Return the effect on the declared outcome, by the declared design."""
    alpha = alpha_of(inputs)
    pairs = inputs.pairs if inputs.plan.design == "randomised" else None
    own, cause = own_estimate(
        inputs.plan.outcome,
        inputs.baseline,
        inputs.prototype,
        inputs.scale,
        pairs,
        alpha,
        seed=inputs.plan.seed or 0,
    )
    if own is None:
        return Primary(cause=cause)
    control, control_cause = None, None
    estimate, fixed, p_value = own.estimate, own.fixed, own.p_value
    if inputs.plan.design == "control" and inputs.control is not None:
        control, both, control_cause = _controlled(inputs, inputs.control, own, alpha)
        if both is not None:
            estimate, fixed, p_value = both, both.interval(alpha), both.p_value
    effect = _effect(inputs, own, estimate, fixed, p_value, alpha)
    missed = _missed(effect)
    if inputs.plan.status in ("ended", "ended_early") and _tells_nothing(inputs, missed):
        return Primary(cause="too_few_ratings")
    return Primary(
        effect=effect, own=own, control=control, control_cause=control_cause, missed=missed
    )


def own_estimate(
    outcome: str,
    baseline: Arm,
    prototype: Arm,
    scale: int,
    pairs: tuple[tuple[int, int], ...] | None,
    alpha: float,
    *,
    seed: int = 0,
) -> tuple[Own | None, str | None]:
    """Return one site's estimate, or None and the code of what is missing.

    ``pairs`` are the weeks of a randomised schedule, drawn from ``seed``; None for other designs.
    """
    if pairs is not None:
        return _of_pairs(outcome, baseline, prototype, scale, pairs, alpha, seed)
    if outcome in OF_RATINGS:
        return _of_ratings(outcome, baseline, prototype, scale, alpha)
    if outcome == "passages_in":
        return _of_counts(baseline, prototype, alpha)
    estimate = by_week.primary(baseline, prototype, outcome)
    if estimate is None or not isfinite(estimate.standard_error):
        return None, "too_few_weeks_with_figures"
    return _by_weeks(estimate, alpha), None


def ratings_estimate(
    outcome: str, baseline: Arm, prototype: Arm, scale: int
) -> tuple[Estimate, Clusters, Strata] | None:
    """Return M2's estimate; None where no stratum has enough ratings.

    Clusters are weeks. Where an arm has fewer than six, days are tried too and the wider standard
    error, times its quantile, is taken: days alone would "find" something in one of six trials
    without any effect, and very few weeks may look alike by chance.
    """
    a, b = baseline.blocks, prototype.blocks
    strata = make_strata(
        ratings_by_cell(a),
        ratings_by_cell(b),
        visitors_by_cell(baseline.hours),
        visitors_by_cell(prototype.hours),
    )
    if strata is None:
        return None
    worth = worth_of_satisfied(scale) if outcome == "satisfied" else worth_of_index(scale)

    def by(clusters: Clusters) -> Estimate:
        of_a, of_b = (a.week, b.week) if clusters == "weeks" else (a.day, b.day)
        return standardised_difference(
            sums_by_stratum(a, of_a, strata, worth),
            sums_by_stratum(b, of_b, strata, worth),
            strata.weights,
        )

    weeks = by("weeks")
    if min(len(np.unique(a.week)), len(np.unique(b.week))) >= MIN_WEEKS:
        return weeks, "weeks", strata
    days = by("days")
    if _reach(days) > _reach(weeks):
        return days, "days", strata
    return weeks, "weeks", strata


def _reach(estimate: Estimate) -> float:
    return t_quantile(ALPHA, estimate.df) * estimate.standard_error


def _of_ratings(
    outcome: str, baseline: Arm, prototype: Arm, scale: int, alpha: float
) -> tuple[Own | None, str | None]:
    found = ratings_estimate(outcome, baseline, prototype, scale)
    if found is None or not isfinite(found[0].standard_error):
        return None, "too_few_ratings"
    estimate, clusters, strata = found
    simple = None
    least_error = 0.0
    if outcome == "satisfied":
        worth = worth_of_satisfied(scale)
        a_counts = baseline.blocks.counts.sum(axis=0)
        b_counts = prototype.blocks.counts.sum(axis=0)
        simple = proportions.newcombe(
            float(a_counts @ worth),
            float(a_counts.sum()),
            float(b_counts @ worth),
            float(b_counts.sum()),
            alpha=alpha,
        )
        if simple is not None:  # few weeks may look alike by chance, as where all are satisfied
            least_error = (simple.high - simple.low) / 2 / t_quantile(alpha, inf)
    if estimate.standard_error == 0 and least_error == 0:
        return None, "too_few_ratings"  # every week alike: nothing tells how sure this is
    if estimate.standard_error < least_error:
        estimate = replace(estimate, standard_error=least_error)
    return (
        Own(
            estimate=estimate,
            clusters=clusters,
            fixed=estimate.interval(alpha),
            p_value=estimate.p_value,
            simple=simple,
            strata=strata,
        ),
        None,
    )


def _of_counts(baseline: Arm, prototype: Arm, alpha: float) -> tuple[Own | None, str | None]:
    found = interrupted.interrupted(baseline.days, prototype.days, alpha=alpha)
    if isinstance(found, interrupted.Refused):
        return None, found.code
    return (
        Own(
            estimate=found.estimate,
            clusters="weeks",
            fixed=found.interval,
            p_value=found.p_value,
            simple=found.simple,
            placebos=found.placebo_share,
            caveats=tuple(Caveat(code=code) for code in found.caveats),
        ),
        None,
    )


def _of_pairs(
    outcome: str,
    baseline: Arm,
    prototype: Arm,
    scale: int,
    pairs: tuple[tuple[int, int], ...],
    alpha: float,
    seed: int,
) -> tuple[Own | None, str | None]:
    a, b = weekly_values(outcome, baseline, scale), weekly_values(outcome, prototype, scale)
    differences = np.array(
        [b.get(tried, nan) - a.get(compared, nan) for compared, tried in pairs], dtype=np.float64
    )
    flipped = on_off.on_off(differences, alpha=alpha, generator=np.random.default_rng(seed))
    if flipped is None or flipped.pairs < MIN_PAIRS:
        return None, "few_pairs"
    if flipped.standard_error == 0:
        return None, "too_few_ratings"  # every pair alike: nothing tells how sure this is
    estimate = Estimate(
        value=flipped.value,
        standard_error=flipped.standard_error,
        df=flipped.pairs - 1,
        clusters=flipped.pairs,
    )
    return (
        Own(estimate=estimate, clusters="pairs", fixed=flipped.interval, p_value=flipped.p_value),
        None,
    )


def weekly_values(outcome: str, arm: Arm, scale: int) -> dict[int, float]:
    """Return one value of the outcome a week, by Monday: what on/off weeks compare."""
    if outcome in OF_RATINGS:
        worth = worth_of_satisfied(scale) if outcome == "satisfied" else worth_of_index(scale)
        weeks, counts = by_cluster(arm.blocks.week, arm.blocks.counts)
        return {
            int(week): float(row @ worth / row.sum())
            for week, row in zip(weeks, counts, strict=True)
            if row.sum() > 0
        }
    if outcome == "passages_in":
        weeks = np.unique(arm.days.week)
        rates = on_off.weekly_log_rate(arm.days, weeks)
        return {int(week): float(rate) for week, rate in zip(weeks, rates, strict=True)}
    return by_week.weekly(arm, outcome)


def _by_weeks(estimate: Estimate, alpha: float) -> Own:
    return Own(
        estimate=estimate,
        clusters="weeks",
        fixed=estimate.interval(alpha),
        p_value=estimate.p_value,
    )


def _controlled(
    inputs: Inputs, arms: tuple[Arm, Arm], own: Own, alpha: float
) -> tuple[Control | None, Estimate | None, str | None]:
    """Return what the control site tells, the difference of differences, or why there is none.

    The control site has to pass the gates that the site itself passes: a box that failed or moved
    there would be subtracted from a prototype that did nothing.
    """
    outcome = inputs.plan.outcome
    beside, _ = own_estimate(outcome, *arms, inputs.scale, None, alpha)
    if beside is None:
        return None, None, "control_no_figures"
    cause = None
    if min(arm.full_weeks for arm in (inputs.baseline, inputs.prototype, *arms)) < MIN_WEEKS:
        cause = "control_too_short"
    elif uncovered(outcome, *arms) is not None:
        cause = "control_not_covered"
    elif outcome in OF_RATINGS and not _answers_alike(arms, inputs.scale, alpha):
        cause = "control_response"
    both = difference(own.estimate, beside.estimate) if cause is None else None
    control = Control(
        title=inputs.control_title,
        effect=beside.estimate.value,
        interval=beside.fixed,
        difference=None if both is None else both.value,
        difference_interval=None if both is None else both.interval(alpha),
    )
    return control, both, cause


def _answers_alike(arms: tuple[Arm, Arm], scale: int, alpha: float) -> bool:
    rate = response.response_rate(*(response.by_week(arm, scale)[1] for arm in arms), alpha=alpha)
    return rate is not None and not rate.is_changed


def _effect(
    inputs: Inputs,
    own: Own,
    estimate: Estimate,
    fixed: Interval,
    p_value: float,
    alpha: float,
) -> Effect:
    plan = inputs.plan
    whole = _whole(plan.outcome)
    always = always_valid(
        estimate, weeks=_looks(inputs), planned_weeks=plan.planned_weeks, alpha=alpha
    )
    return Effect(
        value=estimate.value,
        standard_error=estimate.standard_error,
        df=estimate.df,
        clusters=own.clusters,
        fixed=_within(fixed, whole),
        always=None if always is None else _within(always, whole),
        used="fixed" if plan.status == "ended" else "always",
        simple=own.simple,
        p_value=p_value,
    )


def _whole(outcome: str) -> float:
    """Return the largest difference that there can be, in the outcome's unit."""
    return {"share": 1.0, "index": 100.0}.get(outcome_of(outcome).unit, inf)


def _within(interval: Interval, whole: float) -> Interval:
    """Return the interval without what no difference of shares can be."""
    return replace(interval, low=max(interval.low, -whole), high=min(interval.high, whole))


def _looks(inputs: Inputs) -> int:
    """Return after how many independent units one looks: full weeks, or pairs of them."""
    if inputs.plan.design == "randomised":
        return min(inputs.baseline.full_weeks, inputs.prototype.full_weeks)
    return inputs.prototype.full_weeks


def _tells_nothing(inputs: Inputs, missed: float | None) -> bool:
    """Return whether even half of all that a share or an index can be might have been missed."""
    return missed is not None and missed > _whole(inputs.plan.outcome) / 2


def _missed(effect: Effect) -> float | None:
    """Return the change that four of five such trials would have found.

    That is half of the interval, and what lies between the middle and the upper fifth of estimates.
    """
    if effect.interval is None:
        return None
    half = (effect.interval.high - effect.interval.low) / 2
    return half + t_quantile(2 * (1 - POWER), effect.df) * effect.standard_error
