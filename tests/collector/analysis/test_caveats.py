"""Caveats fire where they should, and nowhere else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pasperdus_collector.analysis.comparison import compare
from pasperdus_collector.analysis.inputs import Arm, Calibrated, Circumstance, Inputs
from support.simulated_trials import Reception, plan_for, weekly

SEED = 20261122


@pytest.fixture(scope="module")
def trial() -> Inputs:
    rng = np.random.default_rng(SEED)
    return Reception().draw(weekly("A" * 8 + "B" * 8), trials=1, rng=rng).inputs(0)


def codes(inputs: Inputs) -> set[str]:
    details = compare(inputs, version="0", inputs_sha256="0" * 64).details
    return {each.code for each in details.caveats}


def covered(arm: Arm, share: float) -> Arm:
    coverage = np.full_like(arm.hours.box_coverage, share)
    return replace(arm, hours=replace(arm.hours, box_coverage=coverage))


def test_a_plain_trial_warns_of_what_no_before_and_after_can_exclude(trial: Inputs) -> None:
    assert codes(trial) <= {"before_after", "season", "baseline_trend"}
    assert "before_after" in codes(trial)


def test_gaps_are_named_under_95_percent(trial: Inputs) -> None:
    assert "gaps_prototype" in codes(replace(trial, prototype=covered(trial.prototype, 0.94)))
    assert "gaps_prototype" not in codes(replace(trial, prototype=covered(trial.prototype, 0.96)))


def test_the_season_is_named_where_months_differ(trial: Inputs) -> None:
    assert "season" in codes(trial)
    same = replace(trial.prototype, days=replace(trial.prototype.days, day=trial.baseline.days.day))
    assert "season" not in codes(replace(trial, prototype=same))
    part = trial.prototype.days.day.copy()
    part[: len(part) // 2] = trial.baseline.days.day[: len(part) // 2]
    shared = replace(trial.prototype, days=replace(trial.prototype.days, day=part))
    assert "season" in codes(replace(trial, prototype=shared))


def test_a_baseline_that_was_moving_already_is_named() -> None:
    rng = np.random.default_rng(SEED)
    letters = "CDEFGHIJ"
    draws = Reception().draw(
        weekly(letters + "B" * 8),
        trials=1,
        rng=rng,
        effects={letter: 0.02 * n for n, letter in enumerate(letters)},
    )
    arms = [draws.arm(0, letter, until=80) for letter in letters]
    first = arms[0]
    risen = replace(
        first,
        weeks=tuple(week for arm in arms for week in arm.weeks),
        blocks=replace(
            first.blocks,
            **{
                name: np.concatenate([getattr(arm.blocks, name) for arm in arms])
                for name in ("day", "hour", "counts", "bursts")
            },
        ),
        hours=replace(
            first.hours,
            **{
                name: np.concatenate([getattr(arm.hours, name) for arm in arms])
                for name in (
                    *("day", "hour", "entries", "exits"),
                    *("open_share", "door_coverage", "box_coverage"),
                )
            },
        ),
    )
    inputs = replace(
        draws.inputs(0, letters="CB", plan=plan_for(weekly(letters + "B" * 8))), baseline=risen
    )

    assert "baseline_trend" in codes(inputs)


def test_what_else_changed_is_told_with_its_own_word(trial: Inputs) -> None:
    moved = Circumstance(at_ms=0, kind="button_moved", text="à la sortie")
    strike = Circumstance(at_ms=0, kind="strike", text="transports")
    plan = replace(trial.plan, circumstances=(moved, strike))

    assert {"button_moved", "circumstance"} <= codes(replace(trial, plan=plan))


def test_doors_are_doubted_only_where_the_outcome_needs_them(trial: Inputs) -> None:
    start, end = trial.baseline.ranges[0].start_ms, trial.prototype.ranges[-1].end_ms
    calibrated = (Calibrated(line="porte", from_ms=(start + end) // 2),)
    counted = replace(trial.plan, outcome="passages_in", delta=0.1)

    assert not {"staff_included", "calibration_changed"} & codes(
        replace(trial, calibrations=calibrated)
    )
    assert {"staff_included", "calibration_changed"} <= codes(
        replace(trial, plan=counted, calibrations=calibrated)
    )
    assert "calibration_changed" not in codes(
        replace(trial, plan=counted, calibrations=(Calibrated(line="porte", from_ms=start - 1),))
    )


def test_an_unknown_response_rate_is_told(trial: Inputs) -> None:
    nobody = np.full_like(trial.prototype.hours.exits, np.nan)
    dark = replace(trial.prototype, hours=replace(trial.prototype.hours, exits=nobody))
    inputs = replace(trial, prototype=dark)

    assert "response_unknown" in codes(inputs)
    first = compare(inputs, version="0", inputs_sha256="0" * 64).answer
    assert first.guardrail == "unknown"


def test_a_comparison_that_nobody_declared_says_so_first(trial: Inputs) -> None:
    other = replace(trial, plan=replace(trial.plan, is_declared=False))
    told = compare(other, version="0", inputs_sha256="0" * 64).details.caveats

    assert told[0].code == "not_declared"


def test_without_a_comparison_only_the_data_are_doubted(trial: Inputs) -> None:
    broken = codes(replace(trial, prototype=covered(trial.prototype, 0.5)))

    assert "gaps_prototype" in broken
    assert not {"before_after", "season", "few_weeks", "response_unknown"} & broken
