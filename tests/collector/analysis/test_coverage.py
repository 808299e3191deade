"""An interval of 95 % holds the truth in 93 to 97 of 100 trials, whatever the trial is like.

Sampled: ``script/bench evaluation`` has the figures of thousands of trials.
"""

from __future__ import annotations

from dataclasses import replace

from support.simulated_shares import Resemblance
from support.simulated_trials import Reception, weekly
from support.trial_readings import Rate
from support.trial_studies import Looks, look, morning_mix, uneven, weekday_mix

SEED = 20260105
LEAST, MOST = 0.93, 0.97
RECEPTION = Reception()
EQUAL = weekly("A" * 6 + "B" * 6)


def assert_covered(*seen: Looks) -> None:
    covered = sum((each.coverage for each in seen), start=Rate(hits=0, trials=0))
    said = f"{covered}, seed {SEED}"
    assert not any(each.unanswered for each in seen)
    assert covered.is_at_least(LEAST), said
    assert covered.is_at_most(MOST), said


def test_with_ratings_that_resemble_one_another() -> None:
    assert_covered(
        *(
            look(
                Reception(resemblance=Resemblance(day=correlation, week=correlation)),
                EQUAL,
                trials=400,
                seed=SEED,
                effect=0.04,
            )
            for correlation in (0.005, 0.01, 0.03)
        )
    )


def test_with_few_and_many_ratings_in_hours_that_differ() -> None:
    assert_covered(
        *(
            look(
                uneven(replace(RECEPTION, ratings_a_day=ratings_a_day)),
                EQUAL,
                trials=300,
                seed=SEED,
                effect=0.04,
            )
            for ratings_a_day in (13, 40, 300)
        )
    )


def test_with_far_more_weeks_on_one_side_and_a_first_week_of_two_days() -> None:
    assert_covered(
        look(RECEPTION, weekly("A" * 6 + "B" * 30), trials=250, seed=SEED),
        look(RECEPTION, weekly("A" * 6) + "---" + "B" * 32, trials=350, seed=SEED, effect=-0.04),
    )


def test_mornings_that_answer_more_often_are_not_an_improvement() -> None:
    reception = uneven(RECEPTION)
    mixed = look(reception, EQUAL, trials=400, seed=SEED, mix=morning_mix(reception))

    assert_covered(mixed)
    assert abs(mixed.bias) < 0.006, f"{mixed.bias:+.4f}: without strata it is +0.022; seed {SEED}"


def test_weekdays_are_told_apart_even_with_13_ratings_a_day() -> None:
    reception = uneven(replace(RECEPTION, ratings_a_day=13))
    mixed = look(reception, EQUAL, trials=400, seed=SEED, mix=weekday_mix(reception))

    assert_covered(mixed)
    assert abs(mixed.bias) < 0.006, f"{mixed.bias:+.4f}: without strata it is +0.011; seed {SEED}"
