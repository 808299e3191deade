"""The primary comparison computed otherwise: does the verdict hang on one choice? (M11)

Nothing is ever deleted for good: bursts, the first week and holidays are left out once, beside the
comparison that has them.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from pasperdus_collector.analysis.inputs import Arm, BlockTable, Bools, Inputs, Ints
from pasperdus_collector.analysis.outcomes import OF_RATINGS
from pasperdus_collector.analysis.reading import NOTHING_TO_SAY, Reading, read
from pasperdus_collector.analysis.release_blocks import LEAST_RATINGS
from pasperdus_collector.analysis.result import Sensitivity, Verdict


def sensitivity(inputs: Inputs, found: Reading) -> list[Sensitivity]:
    """Return the comparison as it would be otherwise, where that differs from what it is."""
    if found.primary.effect is None or found.verdict.code in NOTHING_TO_SAY:
        return []
    return [
        _compared(how, otherwise, found.verdict, is_told=is_told)
        for how, otherwise, is_told in _variants(inputs)
    ]


def _compared(how: str, otherwise: Inputs, verdict: Verdict, *, is_told: bool) -> Sensitivity:
    found = read(otherwise)
    code = found.verdict.code
    effect = found.primary.effect if is_told and code not in NOTHING_TO_SAY else None
    return Sensitivity(
        how=how,
        effect=None if effect is None else effect.value,
        interval=None if effect is None else effect.interval,
        verdict=code,
        changes_verdict=code not in (verdict.code, *NOTHING_TO_SAY),
    )


def _variants(inputs: Inputs) -> Iterator[tuple[str, Inputs, bool]]:
    """Yield the name of each variant, its inputs, and whether its figures may be told."""
    plan, a, b = inputs.plan, inputs.baseline, inputs.prototype
    is_of_ratings = plan.outcome in OF_RATINGS
    if is_of_ratings and (a.blocks.bursts.any() or b.blocks.bursts.any()):
        without = replace(inputs, baseline=_without_bursts(a), prototype=_without_bursts(b))
        yield "without_bursts", without, all(_is_releasable(arm.blocks) for arm in (a, b))
    first = min((week.week for week in b.weeks), default=None)
    if first is not None and len(b.weeks) > 1 and plan.design != "randomised":
        yield "without_first_week", replace(inputs, prototype=_kept(b, weeks_after=first)), True
    if a.days.school_holiday.any() or b.days.school_holiday.any():
        without = replace(
            inputs,
            baseline=_kept(a, days=a.days.day[a.days.school_holiday]),
            prototype=_kept(b, days=b.days.day[b.days.school_holiday]),
        )
        yield "without_school_holidays", without, True
    if plan.design == "control" and inputs.control is not None:
        yield "own_site_alone", replace(inputs, control=None), True
    if is_of_ratings and plan.design != "randomised":
        yield "unweighted", replace(inputs, baseline=_flat(a), prototype=_flat(b)), True


def _is_releasable(blocks: BlockTable) -> bool:
    """Return whether bursts and the rest are each none or enough to be told apart."""
    bursts = int(blocks.bursts.sum())
    rest = int(blocks.counts.sum()) - bursts
    return all(each == 0 or each >= LEAST_RATINGS for each in (bursts, rest))


def _without_bursts(arm: Arm) -> Arm:
    blocks = arm.blocks
    return replace(
        arm,
        blocks=replace(
            blocks, counts=blocks.counts - blocks.bursts, bursts=np.zeros_like(blocks.bursts)
        ),
    )


def _flat(arm: Arm) -> Arm:
    """Return the arm with all ratings in one stratum: on one weekday, at one hour."""
    blocks = arm.blocks
    hours = arm.hours
    return replace(
        arm,
        blocks=replace(blocks, day=blocks.week, hour=np.zeros_like(blocks.hour)),
        hours=replace(hours, day=hours.week, hour=np.zeros_like(hours.hour)),
    )


def _kept(arm: Arm, *, weeks_after: int | None = None, days: Ints | None = None) -> Arm:
    """Return the arm with the weeks after one only, or without some days."""

    def keeps(day: Ints, week: Ints) -> Bools:
        if weeks_after is not None:
            return np.asarray(week > weeks_after)
        return np.asarray(~np.isin(day, [] if days is None else days))

    blocks, hours, of_days = arm.blocks, arm.hours, arm.days
    return replace(
        arm,
        weeks=tuple(week for week in arm.weeks if weeks_after is None or week.week > weeks_after),
        blocks=blocks.rows(keeps(blocks.day, blocks.week)),
        hours=hours.rows(keeps(hours.day, hours.week)),
        days=of_days.rows(keeps(of_days.day, of_days.week)),
        figures={
            name: each if weeks_after is None else each.rows(each.week > weeks_after)
            for name, each in arm.figures.items()
        },
    )
