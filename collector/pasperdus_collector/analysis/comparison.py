"""The one function from what was measured and planned to what can be said.

:func:`answer` is the verdict with what stands beside it, for a page that shows this first;
:func:`compare` adds all the rest.
"""

from dataclasses import replace

import numpy as np

from pasperdus_collector.analysis import by_week, interrupted, ordinal, proportions, response
from pasperdus_collector.analysis.arms import arm_facts, hour_cells, weekly_rows
from pasperdus_collector.analysis.caveats import caveats
from pasperdus_collector.analysis.estimates import Own, alpha_of, ratings_estimate
from pasperdus_collector.analysis.inputs import DayTable, Inputs
from pasperdus_collector.analysis.jackknife import by_cluster
from pasperdus_collector.analysis.outcomes import OF_RATINGS, outcome_of
from pasperdus_collector.analysis.reading import NOTHING_TO_SAY, read
from pasperdus_collector.analysis.result import (
    Answer,
    Comparison,
    Details,
    Interval,
    Ordinal,
    Recompute,
    ResponseRate,
    Secondary,
    Stratum,
)
from pasperdus_collector.analysis.sensitivity import sensitivity
from pasperdus_collector.analysis.standardised import sums_by_stratum, worth_of_satisfied
from pasperdus_collector.analysis.verdict import advise


def answer(inputs: Inputs) -> Answer:
    """Return the verdict, and what stands beside it."""
    return _answer(inputs, _Found(inputs))


def compare(inputs: Inputs, *, version: str, inputs_sha256: str) -> Comparison:
    """Return everything; ``version`` and the digest of the inputs say how to compute it again."""
    found = _Found(inputs)
    first = _answer(inputs, found)
    others = sensitivity(inputs, found.reading)
    is_silent = found.verdict.code in NOTHING_TO_SAY
    strata = () if is_silent else _strata(inputs, found.primary.own)
    return Comparison(
        answer=first,
        details=Details(
            strata=strata,
            mantel_haenszel=_mantel_haenszel(strata, found.alpha),
            ordinal=_ordinal(inputs, found),
            control=None if is_silent else found.primary.control,
            secondary=_secondary(inputs, found),
            sensitivity=tuple(others),
            caveats=tuple(
                caveats(
                    inputs,
                    found.reading,
                    arms=found.arms,
                    response=found.response,
                    others=others,
                )
            ),
            weeks=(
                *weekly_rows(inputs.baseline, "baseline", inputs.scale),
                *weekly_rows(inputs.prototype, "prototype", inputs.scale),
            ),
            cells=(
                *hour_cells(inputs.baseline, "baseline", inputs.scale),
                *hour_cells(inputs.prototype, "prototype", inputs.scale),
            ),
            recompute=Recompute(
                version=version,
                inputs_sha256=inputs_sha256,
                seed=inputs.plan.seed,
                alpha=found.alpha,
            ),
        ),
    )


class _Found:
    """What both the answer and the details are made of."""

    def __init__(self, inputs: Inputs) -> None:
        self.alpha = alpha_of(inputs)
        self.arms = (
            arm_facts(inputs.baseline, inputs.scale, alpha=self.alpha),
            arm_facts(inputs.prototype, inputs.scale, alpha=self.alpha),
        )
        reading = read(inputs)
        self.reading, self.primary, self.verdict = reading, reading.primary, reading.verdict
        self.response = (
            _response(inputs, self.alpha)
            if inputs.plan.outcome in OF_RATINGS and self.verdict.code != "insufficient"
            else None
        )


def _answer(inputs: Inputs, found: _Found) -> Answer:
    plan, outcome = inputs.plan, outcome_of(inputs.plan.outcome)
    own = found.primary.own
    told = Answer(
        site=inputs.site,
        site_title=inputs.site_title,
        time_zone=inputs.time_zone,
        question=inputs.question,
        scale=inputs.scale,
        prototype=plan.prototype,
        title=plan.title,
        design=plan.design,
        status=plan.status,
        outcome=plan.outcome,
        unit=outcome.unit,
        delta=plan.delta,
        planned_end_ms=plan.planned_end_ms,
        data_end_ms=inputs.data_end_ms,
        baseline=found.arms[0],
        tried=found.arms[1],
        verdict=found.verdict,
        effect=found.primary.effect,
        unmatched_weight=None if own is None or own.strata is None else own.strata.unmatched,
        response=found.response,
        advice=None,
        override=plan.override,
        is_controlled=found.primary.control is not None
        and found.primary.control.difference is not None,
        changed=plan.changed,
        hypothesis=plan.hypothesis,
    )
    is_guarded = told.guardrail == "holds"
    return replace(told, advice=advise(found.verdict, better=outcome.better, is_guarded=is_guarded))


def _response(inputs: Inputs, alpha: float) -> ResponseRate | None:
    if not inputs.scale:
        return None
    return response.response_rate(
        response.by_week(inputs.baseline, inputs.scale)[1],
        response.by_week(inputs.prototype, inputs.scale)[1],
        alpha=alpha,
    )


def _secondary(inputs: Inputs, found: _Found) -> tuple[Secondary, ...]:
    """Return the other outcomes, once there is something to say of the primary one."""
    if found.verdict.code in NOTHING_TO_SAY:
        return ()
    alpha, days = found.alpha, (inputs.baseline.days, inputs.prototype.days)
    others: dict[str, by_week.Compared | by_week.WhyNot] = {}
    if all(len(each.day) for each in days):
        step = interrupted.interrupted(*days, alpha=alpha)
        others["passages_in"] = (
            step.code
            if isinstance(step, interrupted.Refused)
            else by_week.Compared(
                baseline=entries_a_day(days[0]),
                prototype=entries_a_day(days[1]),
                estimate=step.estimate,
            )
        )
    scale = inputs.scale if inputs.question and inputs.other_question is None else 0
    rated = (
        ratings_estimate("satisfied", inputs.baseline, inputs.prototype, scale) if scale else None
    )
    if rated is not None and inputs.plan.outcome != "satisfied":
        others["satisfied"] = by_week.Compared(
            baseline=found.arms[0].share or 0.0,
            prototype=found.arms[1].share or 0.0,
            estimate=rated[0],
        )
    return by_week.secondary(
        inputs.baseline,
        inputs.prototype,
        scale,
        leave_out=inputs.plan.outcome,
        alpha=alpha,
        others=others,
    )


def entries_a_day(days: DayTable) -> float:
    """Return the entries of an open day, on average over the known ones."""
    known = days.entries[np.isfinite(days.entries)]
    return float(known.mean()) if len(known) else 0.0


def _ordinal(inputs: Inputs, found: _Found) -> Ordinal | None:
    if inputs.question is None or found.verdict.code in NOTHING_TO_SAY:
        return None
    by_arm = [
        by_cluster(arm.blocks.week, arm.blocks.counts[:, : inputs.scale])[1]
        for arm in (inputs.baseline, inputs.prototype)
    ]
    return ordinal.ordinal(*by_arm, alpha=found.alpha)


def _strata(inputs: Inputs, own: Own | None) -> tuple[Stratum, ...]:
    if own is None or own.strata is None:
        return ()
    worth = worth_of_satisfied(inputs.scale)
    a, b = (
        sums_by_stratum(arm.blocks, np.zeros_like(arm.blocks.day), own.strata, worth)[0]
        for arm in (inputs.baseline, inputs.prototype)
    )
    return tuple(
        Stratum(
            cells=own.strata.cells(n),
            weight=float(own.strata.weights[n]),
            baseline_ratings=int(a[n, 0]),
            baseline_satisfied=int(a[n, 1]),
            prototype_ratings=int(b[n, 0]),
            prototype_satisfied=int(b[n, 1]),
        )
        for n in range(own.strata.count)
    )


def _mantel_haenszel(strata: tuple[Stratum, ...], alpha: float) -> tuple[float, Interval] | None:
    if not strata:
        return None
    tables = np.array(
        [
            [
                [each.prototype_satisfied, each.prototype_ratings - each.prototype_satisfied],
                [each.baseline_satisfied, each.baseline_ratings - each.baseline_satisfied],
            ]
            for each in strata
        ],
        dtype=np.float64,
    )
    return proportions.mantel_haenszel(tables, alpha=alpha)
