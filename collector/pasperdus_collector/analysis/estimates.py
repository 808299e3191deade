"""The effect on one outcome: which method a design and an outcome call for, and its intervals."""

from dataclasses import dataclass
from math import isfinite, nan

import numpy as np

from pasperdus_collector.analysis import by_week, interrupted, on_off, proportions
from pasperdus_collector.analysis.inputs import Arm, Inputs
from pasperdus_collector.analysis.jackknife import Estimate, by_cluster, difference, t_quantile
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

OF_RATINGS = ("satisfied", "index")
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
    control, estimate, fixed, p_value = None, own.estimate, own.fixed, own.p_value
    if inputs.plan.design == "control" and inputs.control is not None:
        beside, _ = own_estimate(inputs.plan.outcome, *inputs.control, inputs.scale, None, alpha)
        if beside is not None:
            control, estimate = _controlled(inputs, own, beside, alpha)
            if control.difference is not None:
                fixed, p_value = estimate.interval(alpha), estimate.p_value
    effect = _effect(inputs, own, estimate, fixed, p_value, alpha)
    return Primary(effect=effect, own=own, control=control, missed=_missed(effect))


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
    if estimate.standard_error == 0 and estimate.value != 0:
        return None, "too_few_ratings"  # every week alike: nothing tells how sure this is
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
    estimate = Estimate(
        value=found.value,
        standard_error=found.standard_error,
        df=found.df,
        clusters=baseline.full_weeks + prototype.full_weeks,
    )
    return (
        Own(
            estimate=estimate,
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


def _controlled(inputs: Inputs, own: Own, beside: Own, alpha: float) -> tuple[Control, Estimate]:
    """Return what the control site tells, and the difference of differences if it may be told."""
    assert inputs.control is not None  # noqa: S101 (the caller looked)
    arms = (inputs.baseline, inputs.prototype, *inputs.control)
    if min(arm.full_weeks for arm in arms) < MIN_WEEKS:
        control = Control(
            title=inputs.control_title,
            effect=beside.estimate.value,
            interval=beside.fixed,
            difference=None,
            difference_interval=None,
        )
        return control, own.estimate
    both = difference(own.estimate, beside.estimate)
    control = Control(
        title=inputs.control_title,
        effect=beside.estimate.value,
        interval=beside.fixed,
        difference=both.value,
        difference_interval=both.interval(alpha),
    )
    return control, both


def _effect(
    inputs: Inputs,
    own: Own,
    estimate: Estimate,
    fixed: Interval,
    p_value: float,
    alpha: float,
) -> Effect:
    plan = inputs.plan
    always = always_valid(
        estimate, weeks=_looks(inputs), planned_weeks=plan.planned_weeks, alpha=alpha
    )
    return Effect(
        value=estimate.value,
        standard_error=estimate.standard_error,
        df=estimate.df,
        clusters=own.clusters,
        fixed=fixed,
        always=always,
        used="fixed" if plan.status == "ended" else "always",
        simple=own.simple,
        p_value=p_value,
    )


def _looks(inputs: Inputs) -> int:
    """Return after how many independent units one looks: full weeks, or pairs of them."""
    if inputs.plan.design == "randomised":
        return min(inputs.baseline.full_weeks, inputs.prototype.full_weeks)
    return inputs.prototype.full_weeks


def _missed(effect: Effect) -> float | None:
    """Return the change that four of five such trials would have found.

    That is half of the interval, and what lies between the middle and the upper fifth of estimates.
    """
    if effect.interval is None:
        return None
    half = (effect.interval.high - effect.interval.low) / 2
    return half + t_quantile(2 * (1 - POWER), effect.df) * effect.standard_error
