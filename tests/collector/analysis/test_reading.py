"""What a reader is told, from data that lack this or that."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pasperdus_collector.analysis.inputs import Arm, Inputs
from pasperdus_collector.analysis.jackknife import Estimate
from pasperdus_collector.analysis.reading import read
from pasperdus_collector.analysis.sequential import always_valid
from support.simulated_trials import Reception, on_off, plan_for, weekly

SEED = 20261122


def trial(schedule: str = "A" * 8 + "B" * 8, *, change: float = 0.0, seed: int = SEED) -> Inputs:
    rng = np.random.default_rng(seed)
    draws = Reception().draw(weekly(schedule), trials=1, rng=rng, effects={"B": change})
    return draws.inputs(0)


def with_box_working(arm: Arm, share: float) -> Arm:
    coverage = np.full_like(arm.hours.box_coverage, share)
    return replace(arm, hours=replace(arm.hours, box_coverage=coverage))


def test_a_great_improvement_is_found_and_told_as_one() -> None:
    found = read(trial(change=0.12))

    assert found.verdict.code == "better"
    assert found.primary.effect is not None
    assert found.primary.effect.value == pytest.approx(0.12, abs=0.04)
    assert found.primary.effect.clusters == "weeks"
    assert 7 <= found.primary.effect.df <= 14  # Welch's, of eight weeks a side


def test_a_box_that_did_not_work_is_no_comparison_however_great_the_difference() -> None:
    inputs = trial(change=0.12)

    for share, code in ((0.79, "insufficient"), (0.81, "better")):
        broken = replace(inputs, prototype=with_box_working(inputs.prototype, share))
        assert read(broken).verdict.code == code
    half = replace(inputs, baseline=with_box_working(inputs.baseline, 0.5))
    assert read(half).verdict.cause == "box_coverage_baseline"


def test_another_question_is_no_comparison() -> None:
    found = read(replace(trial(change=0.12), other_question="confidentialite"))

    assert (found.verdict.code, found.verdict.cause) == ("insufficient", "other_question")
    assert found.primary.effect is None


def test_a_trial_of_several_prototypes_is_held_to_a_stricter_standard() -> None:
    inputs = trial(change=0.05)

    one = read(inputs).primary.effect
    three = read(replace(inputs, plan=replace(inputs.plan, prototypes=3))).primary.effect

    assert one is not None
    assert three is not None
    assert three.value == one.value
    assert three.fixed.level == pytest.approx(1 - 0.05 / 3)
    assert three.fixed.low < one.fixed.low < one.fixed.high < three.fixed.high


def test_the_interval_that_holds_at_every_look_is_wider_and_used_until_the_planned_end() -> None:
    inputs = trial()
    for status, used in (("running", "always"), ("ended_early", "always"), ("ended", "fixed")):
        effect = read(replace(inputs, plan=replace(inputs.plan, status=status))).primary.effect  # type: ignore[arg-type]
        assert effect is not None
        assert effect.used == used
        assert effect.always is not None
        assert effect.always.low < effect.fixed.low
        assert effect.interval == (effect.always if used == "always" else effect.fixed)


def test_with_few_weeks_the_wider_of_weeks_and_days_is_taken() -> None:
    """Weeks are, nearly always: three of them know little of their own spread, and say so by t."""
    draws = Reception().draw(weekly("AAABBB"), trials=40, rng=np.random.default_rng(SEED))
    effects = [read(draws.inputs(trial)).primary.effect for trial in range(40)]

    clusters = [effect.clusters for effect in effects if effect is not None]
    assert len(clusters) == 40
    assert 1 <= clusters.count("days") <= 10


def test_a_site_where_everything_rose_alike_is_no_improvement_beside_its_control() -> None:
    rng = np.random.default_rng(SEED)
    both = Reception().draw(weekly("A" * 8 + "B" * 8), trials=2, rng=rng, effects={"B": 0.1})
    inputs, beside = both.inputs(0), both.inputs(1)
    alone = read(inputs)
    controlled = read(
        replace(
            inputs,
            plan=replace(inputs.plan, design="control"),
            control=(beside.baseline, beside.prototype),
            control_title="Mairie annexe",
        )
    )

    assert alone.verdict.code == "better"
    assert controlled.verdict.code in ("unclear", "same")
    assert controlled.primary.control is not None
    assert controlled.primary.control.difference == pytest.approx(
        alone.primary.effect.value - controlled.primary.control.effect  # type: ignore[union-attr]
    )
    assert controlled.primary.effect is not None
    assert 14 < controlled.primary.effect.df <= 28


def test_a_control_of_few_weeks_is_shown_but_not_subtracted() -> None:
    rng = np.random.default_rng(SEED)
    inputs = Reception().draw(weekly("A" * 8 + "B" * 8), trials=1, rng=rng).inputs(0)
    short = Reception().draw(weekly("A" * 4 + "B" * 4), trials=1, rng=rng).inputs(0)
    found = read(
        replace(
            inputs,
            plan=replace(inputs.plan, design="control"),
            control=(short.baseline, short.prototype),
        )
    )

    assert found.primary.control is not None
    assert found.primary.control.difference is None
    assert found.primary.effect == read(inputs).primary.effect


def test_on_off_weeks_are_judged_by_their_draw() -> None:
    rng = np.random.default_rng(SEED)
    schedule = weekly(on_off(8, rng))
    draws = Reception().draw(schedule, trials=1, rng=rng, effects={"B": 0.1})
    plan = plan_for(schedule, design="randomised")
    found = read(draws.inputs(0, plan=plan))

    assert found.verdict.code == "better"
    assert found.primary.effect is not None
    assert found.primary.effect.clusters == "pairs"
    assert found.primary.effect.p_value == pytest.approx(2 / 2**8)

    few = read(draws.inputs(0, plan=plan, until=10 * 5, status="running"))
    assert few.verdict.code == "too_early"
    assert few.verdict.weeks_left == 2
    ended = read(draws.inputs(0, plan=plan, until=10 * 5, status="ended"))
    assert (ended.verdict.code, ended.verdict.cause) == ("insufficient", "few_pairs")


def test_footfall_is_compared_by_its_own_method_and_is_neither_better_nor_worse() -> None:
    inputs = trial("A" * 12 + "B" * 8)
    grown = replace(
        inputs.prototype,
        days=replace(inputs.prototype.days, entries=1.5 * inputs.prototype.days.entries),
    )
    plan = replace(inputs.plan, outcome="passages_in", delta=0.1)
    found = read(replace(inputs, plan=plan, prototype=grown))

    assert found.primary.effect is not None
    assert np.exp(found.primary.effect.value) == pytest.approx(1.5, abs=0.25)
    assert found.verdict.code == "better"  # which reads "higher"


def with_exits(arm: Arm, times: float) -> Arm:
    return replace(arm, hours=replace(arm.hours, exits=times * arm.hours.exits))


def test_a_control_site_has_to_pass_the_same_gates() -> None:
    rng = np.random.default_rng(SEED)
    both = Reception().draw(weekly("A" * 8 + "B" * 8), trials=2, rng=rng)
    inputs, beside = both.inputs(0), both.inputs(1)
    plan = replace(inputs.plan, design="control")
    off = with_box_working(beside.prototype, 0.5)
    moved = with_exits(beside.prototype, 0.5)  # twice as many of those who leave answer

    for control, cause in (
        ((beside.baseline, beside.prototype), None),
        ((beside.baseline, off), "control_not_covered"),
        ((beside.baseline, moved), "control_response"),
    ):
        found = read(replace(inputs, plan=plan, control=control)).primary
        assert found.control_cause == cause
        assert found.control is not None
        assert (found.control.difference is None) is (cause is not None)


def all_satisfied(arm: Arm) -> Arm:
    counts = np.zeros_like(arm.blocks.counts)
    counts[:, 4] = arm.blocks.counts.sum(axis=1)
    return replace(arm, blocks=replace(arm.blocks, counts=counts))


def test_everybody_satisfied_is_not_certainty() -> None:
    rng = np.random.default_rng(SEED)
    small = Reception(ratings_a_day=4).draw(weekly("AABB"), trials=1, rng=rng).inputs(0)
    found = read(
        replace(
            small,
            baseline=all_satisfied(small.baseline),
            prototype=all_satisfied(small.prototype),
        )
    )

    assert found.verdict.code != "same"
    if found.primary.effect is not None:
        interval = found.primary.effect.fixed
        assert interval.low < -0.03
        assert interval.high > 0.03


def test_no_bound_is_more_than_all_of_a_hundred() -> None:
    rng = np.random.default_rng(SEED)
    tiny = Reception(ratings_a_day=5, share=0.5).draw(weekly("AABB"), trials=20, rng=rng)
    for trial in range(20):
        found = read(tiny.inputs(trial))
        if found.primary.effect is None:
            continue
        assert found.primary.effect.fixed.low >= -1
        assert found.primary.effect.fixed.high <= 1
        assert found.verdict.missed is None or found.verdict.missed <= 0.5


def test_a_long_baseline_is_no_licence_to_look_early() -> None:
    """The sequence counts the prototype's weeks: thirty before it are not looks."""
    rng = np.random.default_rng(SEED)
    draws = Reception().draw(weekly("A" * 30 + "BBBB"), trials=1, rng=rng)
    effect = read(draws.inputs(0, status="running")).primary.effect

    assert effect is not None
    assert effect.always == always_valid(
        Estimate(
            value=effect.value,
            standard_error=effect.standard_error,
            df=effect.df,
            clusters=34,
        ),
        weeks=4,
        planned_weeks=4,
        alpha=0.05,
    )
    early = Reception().draw(weekly("A" * 30 + "BBB"), trials=1, rng=rng)
    found = read(early.inputs(0, status="running")).primary.effect
    assert found is not None
    assert found.always is None
