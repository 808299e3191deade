"""Comparisons of counts on real streets where nobody changed anything.

Sampled: ``script/bench pedestrians`` has thousands of trials. Limits leave room for chance, as
:class:`support.trial_readings.Rate` says; seeds are fixed and printed.
"""

from __future__ import annotations

import numpy as np

from support.pedestrian_studies import before_after, naive, randomised
from support.pedestrians import CLOSURE, streets

SEED = 20260302
ALARMS = 0.07


def test_weeks_drawn_by_lot_answer_seldom_alarm_and_find_a_fifth_more() -> None:
    study = randomised(10, trials=600, seed=SEED)

    assert study.answered.is_at_least(0.8), f"{study.answered}, seed {SEED}"
    assert study.alarms.is_at_most(ALARMS), f"{study.alarms}, seed {SEED}"
    assert study.found.is_at_least(0.8), f"{study.found}, seed {SEED}"


def test_before_and_after_rather_misses_than_alarms() -> None:
    study = before_after(8, 8, trials=100, seed=SEED)

    assert study.answered.is_at_least(0.8), f"{study.answered}, seed {SEED}"
    assert study.alarms.is_at_most(ALARMS), f"{study.alarms}, seed {SEED}"
    # What docs/evaluation-counts.md warns of.
    assert study.found.share < 0.5, f"{study.found}, seed {SEED}"


def test_placebos_keep_before_during_and_after_from_alarming() -> None:
    study = before_after(8, 8, 8, trials=80, seed=SEED)

    assert study.alarms.is_at_most(ALARMS), f"{study.alarms}, seed {SEED}"
    alone = study.alarms_without_placebos
    assert not alone.is_at_most(ALARMS), f"{alone} without placebos, seed {SEED}"


def test_a_t_test_of_two_periods_is_wrong_far_more_often_than_it_says() -> None:
    days = naive(8, by_week=False, trials=400, seed=SEED)
    weeks = naive(8, by_week=True, trials=400, seed=SEED)

    assert days.alarms.share > 0.4, f"{days.alarms}, seed {SEED}"
    assert weeks.alarms.share > 0.25, f"{weeks.alarms}, seed {SEED}"


def test_the_streets_are_what_the_figures_say_they_are() -> None:
    known = streets()

    assert len(known) == 21
    closed, opened = (day.toordinal() for day in CLOSURE)
    for street in known:
        days = street.days
        assert np.isnan(days.entries[(days.day >= closed) & (days.day < opened)]).all()
        assert not (days.entries == 0).any()
        runs = street.runs(20)
        assert ((runs + 140 <= closed) | (runs >= opened)).all()
    usable = sum(int(np.isfinite(street.days.entries).sum()) for street in known)
    assert 20_000 < usable < 30_000
