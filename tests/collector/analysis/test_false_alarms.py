"""Where nothing changed, a whole trial that is read all the time must not say better or worse.

Sampled: ``script/bench evaluation`` has the figures of thousands of trials. Limits leave room for
chance, as :class:`support.trial_readings.Rate` says; seeds are fixed and printed.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from support.simulated_shares import Resemblance
from support.simulated_trials import Reception, weekly
from support.trial_studies import (
    alarms_of_weeks,
    false_alarms,
    false_alarms_of_pairs,
    false_alarms_when_stopped,
    look,
    why_not_daily,
    why_not_naive,
)

SEED = 20260105
ALLOWED = 0.06
ALLOWED_WHILE_RUNNING = 0.015  # about what the sequence over weeks spends
DELTA = 0.05  # the smallest change that matters, in every plan here
TYPICAL = Reception(resemblance=Resemblance(day=0.01, week=0.01))


def test_a_trial_read_over_and_over_is_seldom_wrong() -> None:
    small, medium, large = (
        false_alarms(
            Reception(resemblance=Resemblance(day=correlation, week=correlation)),
            weekly("A" * 6 + "B" * 6),
            trials=130,
            seed=SEED + number,
        )
        for number, correlation in enumerate((0.005, 0.01, 0.03))
    )
    wrong = small + medium + large

    assert wrong.ever.is_at_most(ALLOWED), f"{wrong}, seed {SEED}"
    assert wrong.running.is_at_most(ALLOWED_WHILE_RUNNING), f"{wrong}, seed {SEED}"


def test_a_baseline_before_and_after_is_as_safe() -> None:
    wrong = false_alarms(TYPICAL, weekly("AAAABBBBBBAAAA"), trials=100, seed=SEED)

    assert wrong.ever.is_at_most(ALLOWED), f"{wrong}, seed {SEED}"


def test_randomised_weeks_are_as_safe() -> None:
    wrong = false_alarms_of_pairs(TYPICAL, 7, trials=100, seed=SEED)

    assert wrong.is_at_most(ALLOWED), f"{wrong}, seed {SEED}"


def test_two_prototypes_share_what_one_may_be_wrong() -> None:
    wrong = false_alarms(
        TYPICAL, weekly("A" * 6 + "B" * 6 + "C" * 6), trials=70, seed=SEED, prototypes=2
    )

    assert wrong.ever.is_at_most(ALLOWED), f"{wrong}, seed {SEED}"


def test_stopping_on_the_day_that_pleases_gains_nothing() -> None:
    wrong = false_alarms_when_stopped(TYPICAL, weekly("A" * 8 + "B" * 8), trials=300, seed=SEED)

    assert wrong.is_at_most(ALLOWED), f"{wrong}, seed {SEED}"


def test_weeks_with_students_t_keep_what_ratings_and_days_cannot() -> None:
    alarms = why_not_naive(Reception(), weeks=8, trials=1000, seed=SEED)

    assert alarms["week t"].is_at_most(0.05), f"{alarms}, seed {SEED}"
    assert alarms["naive"].is_at_least(0.27), f"{alarms}, seed {SEED}"
    assert alarms["day z"].is_at_least(0.14), f"{alarms}, seed {SEED}"


def test_six_weeks_against_thirty_are_not_36_weeks_worth_of_certainty() -> None:
    wrong = alarms_of_weeks(TYPICAL, 6, 30, trials=2000, seed=SEED)

    assert wrong.is_at_most(ALLOWED), f"{wrong}, seed {SEED}"


def test_looking_every_day_fools_all_but_the_sequence_over_weeks() -> None:
    alarms = why_not_daily(Reception(), trials=100, seed=SEED)

    assert alarms["sequence over weeks"].is_at_most(0.02), f"{alarms}, seed {SEED}"
    assert alarms["sequence over days"].is_at_least(0.08), f"{alarms}, seed {SEED}"
    assert alarms["naive"].is_at_least(0.6), f"{alarms}, seed {SEED}"


@pytest.mark.parametrize(
    "reception",
    [
        pytest.param(replace(TYPICAL, week_spread=0.5), id="weeks of very unequal size"),
        pytest.param(replace(TYPICAL, share=0.97), id="hardly anybody is dissatisfied"),
        pytest.param(replace(TYPICAL, ratings_a_day=13), id="13 ratings a day"),
        pytest.param(replace(TYPICAL, growth=0.1), id="more ratings every week"),
    ],
)
def test_the_end_of_an_odd_trial_is_as_safe(reception: Reception) -> None:
    seen = look(reception, weekly("A" * 6 + "B" * 6), trials=250, seed=SEED)

    assert seen.unanswered == 0
    assert seen.claimed.is_at_most(ALLOWED), f"{seen.claimed}, seed {SEED}"


def test_a_change_that_just_matters_is_seldom_belittled() -> None:
    busy = Reception(ratings_a_day=300)

    seen = look(busy, weekly("A" * 12 + "B" * 12), trials=300, seed=SEED, effect=DELTA)

    assert seen.belittled.is_at_most(0.025), f"{seen.belittled}, seed {SEED}"


def test_no_change_is_called_none_where_there_are_enough_ratings() -> None:
    seen = look(Reception(ratings_a_day=300), weekly("A" * 12 + "B" * 12), trials=200, seed=SEED)

    assert seen.belittled.is_at_least(0.6), f"{seen.belittled}, seed {SEED}"
