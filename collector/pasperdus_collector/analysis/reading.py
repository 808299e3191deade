"""The verdict of one set of inputs: whether they can be compared, how, and what that says.

This is all that a reader who looks every day sees change, so it is fast; :mod:`.comparison` puts
everything else around it.
"""

from dataclasses import dataclass

from pasperdus_collector.analysis.estimates import MIN_PAIRS, Primary, primary
from pasperdus_collector.analysis.gates import insufficient
from pasperdus_collector.analysis.inputs import Inputs
from pasperdus_collector.analysis.outcomes import outcome_of
from pasperdus_collector.analysis.result import Verdict, VerdictCode
from pasperdus_collector.analysis.verdict import decide

NOTHING_TO_SAY: tuple[VerdictCode, ...] = ("insufficient", "too_early")
"""Verdicts that are about the data only."""


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
