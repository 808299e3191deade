"""The comparison otherwise: without bursts, the first week, holidays, weights."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pasperdus_collector.analysis.comparison import compare
from pasperdus_collector.analysis.inputs import Arm, Inputs, Ints
from pasperdus_collector.analysis.result import Caveat, Sensitivity
from support.simulated_trials import Reception, weekly

SEED = 20261122


def trial(change: float = 0.0) -> Inputs:
    rng = np.random.default_rng(SEED)
    schedule = weekly("A" * 8 + "B" * 8)
    return Reception().draw(schedule, trials=1, rng=rng, effects={"B": change}).inputs(0)


def otherwise(inputs: Inputs) -> tuple[dict[str, Sensitivity], set[str]]:
    details = compare(inputs, version="0", inputs_sha256="0" * 64).details
    caveats: tuple[Caveat, ...] = details.caveats
    return {each.how: each for each in details.sensitivity}, {each.code for each in caveats}


def with_bursts(arm: Arm, bursts: Ints) -> Arm:
    """Return the arm with ratings of the worst score added in bursts, one row a block."""
    blocks = arm.blocks
    return replace(
        arm, blocks=replace(blocks, counts=blocks.counts + bursts, bursts=blocks.bursts + bursts)
    )


def bursts_of(arm: Arm, *, total: int) -> Ints:
    bursts = np.zeros_like(arm.blocks.counts)
    bursts[:, 0] = np.bincount(np.arange(total) % len(bursts), minlength=len(bursts))
    return bursts


def test_a_prank_that_turns_the_verdict_is_told_and_nothing_is_deleted() -> None:
    inputs = trial(change=0.08)
    prank = bursts_of(inputs.prototype, total=600)
    told, caveats = otherwise(replace(inputs, prototype=with_bursts(inputs.prototype, prank)))

    assert told["without_bursts"].changes_verdict
    assert told["without_bursts"].verdict == "better"
    assert told["without_bursts"].effect == pytest.approx(0.08, abs=0.04)
    assert {"verdict_changes_without_bursts", "bursts_prototype"} <= caveats


def test_a_handful_of_bursts_is_not_told_in_figures() -> None:
    inputs = trial()
    for total, is_told in ((10, False), (11, True)):
        few = bursts_of(inputs.prototype, total=total)
        told, _ = otherwise(replace(inputs, prototype=with_bursts(inputs.prototype, few)))
        assert (told["without_bursts"].effect is not None) is is_told
        assert (told["without_bursts"].interval is not None) is is_told


def test_an_effect_that_lives_in_the_first_week_only_is_told() -> None:
    inputs = trial()
    blocks = inputs.prototype.blocks
    first = blocks.week == blocks.week.min()
    counts = blocks.counts.copy()
    counts[first] = 0
    counts[first, 4] = 40  # a crowd of delighted people, once
    told, _ = otherwise(
        replace(inputs, prototype=replace(inputs.prototype, blocks=replace(blocks, counts=counts)))
    )

    assert told["without_first_week"].effect is not None
    assert abs(told["without_first_week"].effect) < 0.05
    assert told["without_first_week"].interval is not None


def test_school_holidays_are_left_out_once_where_there_are_any() -> None:
    inputs = trial()
    assert "without_school_holidays" not in otherwise(inputs)[0]

    holiday = inputs.baseline.days.week == inputs.baseline.days.week.max()
    days = replace(inputs.baseline.days, school_holiday=holiday)
    told, _ = otherwise(replace(inputs, baseline=replace(inputs.baseline, days=days)))

    assert told["without_school_holidays"].effect is not None


def test_nothing_is_computed_otherwise_before_there_is_a_verdict() -> None:
    rng = np.random.default_rng(SEED)
    early = Reception().draw(weekly("A" * 8 + "BB"), trials=1, rng=rng)
    told, _ = otherwise(early.inputs(0, status="running"))

    assert told == {}
