"""The verdict of one set of inputs: whether they can be compared, how, and what that says.

This is all that a reader who looks every day sees change, so it is fast; :mod:`.comparison` puts
everything else around it.
"""

from dataclasses import dataclass

from pasperdus_collector.analysis.arms import covered
from pasperdus_collector.analysis.estimates import MIN_PAIRS, OF_RATINGS, Primary, primary
from pasperdus_collector.analysis.inputs import Arm, Inputs
from pasperdus_collector.analysis.outcomes import TALLIES, outcome_of
from pasperdus_collector.analysis.result import Verdict, VerdictCode
from pasperdus_collector.analysis.verdict import MIN_COVERAGE, decide

NOTHING_TO_SAY: tuple[VerdictCode, ...] = ("insufficient", "too_early")
"""Verdicts that are about the data only."""

_OF_DOORS = ("passages_in", "stay_minutes", "occupancy")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A verdict and the primary comparison that it rests on."""

    primary: Primary
    verdict: Verdict


def read(inputs: Inputs) -> Reading:
    """Return what can be said of the primary outcome."""
    cause = insufficient(inputs)
    if cause is not None:
        return Reading(primary=Primary(cause=cause), verdict=_decided(inputs, Primary(), cause))
    found = primary(inputs)
    if found.effect is None:
        # Too few of something may be for lack of weeks: then that is what to say.
        early = _early(inputs, found)
        if early.code == "too_early":
            return Reading(primary=found, verdict=early)
    return Reading(primary=found, verdict=_decided(inputs, found, found.cause))


def insufficient(inputs: Inputs) -> str | None:
    """Return the code of why the arms cannot be compared at all, or None."""
    outcome = inputs.plan.outcome
    arms = ((inputs.baseline, "baseline"), (inputs.prototype, "prototype"))
    if outcome in OF_RATINGS:
        if inputs.other_question is not None:
            return "other_question"
        if inputs.question is None:
            return "no_ratings"
        for arm, name in arms:
            if _was_watched(arm) and _box_coverage(arm) < MIN_COVERAGE:
                return f"box_coverage_{name}"
    if outcome in _OF_DOORS or outcome.startswith(TALLIES):
        for arm, name in arms:
            if _was_watched(arm) and _door_coverage(arm) < MIN_COVERAGE:
                return f"door_coverage_{name}"
    return None


def _was_watched(arm: Arm) -> bool:
    """Return whether any of the arm is over: before its first hour nothing could be covered."""
    return bool(arm.hours.open_share.any())


def _box_coverage(arm: Arm) -> float:
    return covered(arm.hours.box_coverage, arm.hours.open_share)


def _door_coverage(arm: Arm) -> float:
    return covered(arm.hours.door_coverage, arm.hours.open_share)


def _early(inputs: Inputs, found: Primary) -> Verdict:
    if found.cause == "few_pairs" and inputs.plan.status in ("planned", "running"):
        there = min(inputs.baseline.full_weeks, inputs.prototype.full_weeks)
        return Verdict(code="too_early", weeks_left=max(1, 2 * (MIN_PAIRS - there)))
    return _decided(inputs, found, None)


def _decided(inputs: Inputs, found: Primary, cause: str | None) -> Verdict:
    plan = inputs.plan
    to_come = max(1, plan.planned_weeks - inputs.prototype.full_weeks)
    return decide(
        cause=cause,
        full_weeks=(inputs.baseline.full_weeks, inputs.prototype.full_weeks),
        status=plan.status,
        weeks_to_come=2 * to_come if plan.design == "randomised" else to_come,
        interval=None if found.effect is None else found.effect.interval,
        delta=plan.delta,
        better=outcome_of(plan.outcome).better,
        missed=found.missed,
    )
