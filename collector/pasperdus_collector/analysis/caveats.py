"""What a reader must know before believing a comparison: codes and figures, worst first.

:mod:`.wording` has their sentences.
"""

from collections.abc import Iterator
from datetime import date
from statistics import median

import numpy as np
from scipy import stats

from pasperdus_collector.analysis.estimates import MIN_WEEKS, Primary
from pasperdus_collector.analysis.inputs import Arm, Inputs
from pasperdus_collector.analysis.outcomes import OF_DOORS, OF_RATINGS, TALLIES
from pasperdus_collector.analysis.reading import NOTHING_TO_SAY, Reading
from pasperdus_collector.analysis.result import (
    ArmFacts,
    Caveat,
    ResponseRate,
    Sensitivity,
)
from pasperdus_collector.analysis.standardised import worth_of_satisfied

GAPS_UNDER = 0.95
"""Coverage of the open hours under which gaps are named; under 0.8 nothing is compared."""

UNMATCHED_OVER = 0.1
STRADDLING_OVER = 0.1
HOURS_MATCHED_FROM = 60
"""Ratings a day: with fewer, release blocks span most of the day. Like weekdays are compared then,
but hardly like hours (at 40 a day half of a shift of hours remains, from 75 on nothing)."""

TREND_ALPHA = 0.05
TREND_WEEKS = 6
DOOR_DRIFT = 0.05
"""A median weekday of a real building drifts by as much."""

BURSTS_OVER = 0.05


def caveats(
    inputs: Inputs,
    reading: Reading,
    *,
    arms: tuple[ArmFacts, ArmFacts],
    response: ResponseRate | None,
    others: list[Sensitivity],
) -> list[Caveat]:
    """Return what applies, worst first; without a comparison only what is about the data."""
    plan, found = inputs.plan, reading.primary
    if reading.verdict.code in NOTHING_TO_SAY:
        return [
            *_of_circumstances(inputs),
            *_of_plan(inputs),
            *_of_matching(inputs, found, arms),
            *_of_sensors(inputs, arms),
        ]
    told = [
        *([] if plan.is_declared else [Caveat(code="not_declared")]),
        *_of_response(inputs, response),
        *_of_otherwise(others),
        *_of_design(inputs, found),
        *_of_circumstances(inputs),
        *_of_plan(inputs),
        *_of_weeks(inputs, found),
        *_of_matching(inputs, found, arms),
        *_of_sensors(inputs, arms),
    ]
    if plan.prototypes > 1:
        told.append(Caveat(code="several_prototypes", figures=(("prototypes", plan.prototypes),)))
    return told


def _of_response(inputs: Inputs, response: ResponseRate | None) -> Iterator[Caveat]:
    if response is None and inputs.plan.outcome in OF_RATINGS:
        yield Caveat(code="response_unknown")
    if response is not None and response.is_changed:
        yield Caveat(
            code="response_rate_changed",
            figures=(
                ("baseline", response.baseline),
                ("prototype", response.prototype),
                ("ratio", response.ratio),
            ),
        )


def _of_otherwise(others: list[Sensitivity]) -> Iterator[Caveat]:
    for each in others:
        # Leaving the control site out answers another question, and so does leaving weights out.
        if each.changes_verdict and each.how not in ("own_site_alone", "unweighted"):
            yield Caveat(code=f"verdict_changes_{each.how}")


def _of_design(inputs: Inputs, found: Primary) -> Iterator[Caveat]:
    plan = inputs.plan
    if plan.design == "before_after":
        yield Caveat(code="before_after")
    is_controlled = found.control is not None and found.control.difference is not None
    if plan.design == "control" and not is_controlled:
        figures = (("weeks", MIN_WEEKS),) if found.control_cause == "control_too_short" else ()
        yield Caveat(code=found.control_cause or "control_no_figures", figures=figures)
    if plan.design != "randomised" and not is_controlled:
        a, b = _months(inputs.baseline), _months(inputs.prototype)
        if a and b and not b <= a:
            yield Caveat(code="season")
    if found.own is not None and found.own.placebos is not None:
        yield Caveat(code="placebos", figures=(("share", found.own.placebos),))
        yield from found.own.caveats
    if plan.design != "randomised" and plan.outcome in OF_RATINGS:
        slope = _trend(inputs.baseline, inputs.scale)
        if slope is not None:
            yield Caveat(code="baseline_trend", figures=(("points_a_week", 100 * slope),))


def _of_circumstances(inputs: Inputs) -> Iterator[Caveat]:
    for each in inputs.plan.circumstances:
        code = "button_moved" if each.kind == "button_moved" else "circumstance"
        yield Caveat(
            code=code,
            figures=(("at_ms", each.at_ms), ("kind", each.kind), ("text", each.text)),
        )


def _of_plan(inputs: Inputs) -> Iterator[Caveat]:
    plan = inputs.plan
    if plan.status == "ended_early":
        yield Caveat(code="ended_early")
    for each in plan.late_changes:
        yield Caveat(
            code="changed_after_start",
            figures=(
                ("at_ms", each.at_ms),
                ("what", each.what),
                ("why", each.why),
                ("by", each.by),
            ),
        )


def _of_weeks(inputs: Inputs, found: Primary) -> Iterator[Caveat]:
    fewest = min(inputs.baseline.full_weeks, inputs.prototype.full_weeks)
    if fewest < MIN_WEEKS:
        by_days = found.own is not None and found.own.clusters == "days"
        yield Caveat(
            code="few_weeks_by_days" if by_days else "few_weeks",
            figures=(("weeks", fewest), ("wanted", MIN_WEEKS)),
        )


def _of_matching(
    inputs: Inputs, found: Primary, arms: tuple[ArmFacts, ArmFacts]
) -> Iterator[Caveat]:
    strata = None if found.own is None else found.own.strata
    if strata is not None and strata.unmatched > UNMATCHED_OVER:
        yield Caveat(code="unmatched", figures=(("share", strata.unmatched),))
    if strata is not None and strata.from_ratings:
        yield Caveat(code="weights_from_ratings")
    if strata is not None:
        fewest = min(_ratings_a_day(inputs.baseline), _ratings_a_day(inputs.prototype))
        if fewest < HOURS_MATCHED_FROM:
            yield Caveat(code="hours_not_matched", figures=(("ratings", round(fewest)),))
    if inputs.plan.outcome in OF_RATINGS:
        for facts, name in zip(arms, ("baseline", "prototype"), strict=True):
            every = facts.ratings + facts.straddling
            if every and facts.straddling / every > STRADDLING_OVER:
                yield Caveat(
                    code=f"straddling_{name}", figures=(("share", facts.straddling / every),)
                )


def _of_sensors(inputs: Inputs, arms: tuple[ArmFacts, ArmFacts]) -> Iterator[Caveat]:
    outcome = inputs.plan.outcome
    is_of_ratings = outcome in OF_RATINGS
    for facts, name in zip(arms, ("baseline", "prototype"), strict=True):
        coverage = facts.box_coverage if is_of_ratings else facts.door_coverage
        is_watched = is_of_ratings or outcome in OF_DOORS
        if is_watched and coverage < GAPS_UNDER:
            yield Caveat(code=f"gaps_{name}", figures=(("coverage", coverage),))
    if not inputs.hours_are_told:
        yield Caveat(code="hours_unknown")
    if is_of_ratings:
        yield from _of_bursts(inputs)
    elif outcome in OF_DOORS or outcome.startswith(TALLIES):
        yield from _of_doors(inputs)


def _of_doors(inputs: Inputs) -> Iterator[Caveat]:
    if not inputs.excludes_staff:
        yield Caveat(code="staff_included")
    if _calibration_changed(inputs):
        yield Caveat(code="calibration_changed")
    if inputs.plan.outcome == "passages_in":
        return
    for arm, name in ((inputs.baseline, "baseline"), (inputs.prototype, "prototype")):
        drift = _door_drift(arm)
        if drift is not None and drift > DOOR_DRIFT:
            yield Caveat(code=f"door_drift_{name}", figures=(("share", drift),))


def _of_bursts(inputs: Inputs) -> Iterator[Caveat]:
    for arm, name in ((inputs.baseline, "baseline"), (inputs.prototype, "prototype")):
        total, bursts = int(arm.blocks.counts.sum()), int(arm.blocks.bursts.sum())
        if total and bursts / total > BURSTS_OVER:
            yield Caveat(code=f"bursts_{name}")


def _ratings_a_day(arm: Arm) -> float:
    """Return the ratings of an open day, on average."""
    return float(arm.blocks.counts.sum()) / max(1, len(np.unique(arm.days.day)))


def _months(arm: Arm) -> set[int]:
    """Return the months of the year in which an arm has days."""
    return {date.fromordinal(int(day)).month for day in arm.days.day}


def _trend(arm: Arm, scale: int) -> float | None:
    """Return the weekly slope of the baseline's share, where it is no chance; None otherwise."""
    weeks = np.unique(arm.blocks.week)
    if len(weeks) < TREND_WEEKS:
        return None
    worth = worth_of_satisfied(scale)
    counts = [arm.blocks.counts[arm.blocks.week == week].sum(axis=0) for week in weeks]
    shares = [float(each @ worth / each.sum()) for each in counts]
    if min(shares) == max(shares):
        return None
    line = stats.linregress((weeks - weeks[0]) / 7, shares)
    return float(line.slope) if line.pvalue < TREND_ALPHA else None


def _calibration_changed(inputs: Inputs) -> bool:
    """Return whether a manual count came into force within the arms or between them."""
    ranges = [*inputs.baseline.ranges, *inputs.prototype.ranges]
    if not ranges:
        return False
    first, last = min(each.start_ms for each in ranges), max(each.end_ms for each in ranges)
    return any(first < each.from_ms < last for each in inputs.calibrations)


def _door_drift(arm: Arm) -> float | None:
    """Return by how much entries and exits differ on a median day, as a share of both."""
    drifts = []
    for day in np.unique(arm.hours.day):
        of_day = arm.hours.day == day
        ins, outs = np.nansum(arm.hours.entries[of_day]), np.nansum(arm.hours.exits[of_day])
        if ins + outs > 0:
            drifts.append(float(abs(ins - outs) / (ins + outs)))
    return median(drifts) if drifts else None
