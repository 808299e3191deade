"""Randomised weeks on and off: the test, its interval, and the weekly rates that go in."""

from __future__ import annotations

import time
from math import inf, log

import numpy as np
import pytest
from scipy import stats

from pasperdus_collector.analysis.inputs import DayTable, Floats
from pasperdus_collector.analysis.on_off import DRAWS, OnOff, on_off, weekly_log_rate

SEED = 20260302
MONDAY = 739_313 - (739_313 - 1) % 7
ALPHA = 0.05


def flipped(differences: Floats, *, alpha: float = ALPHA) -> OnOff:
    found = on_off(differences, alpha=alpha, generator=np.random.default_rng(SEED))
    assert found is not None
    return found


def drawn(pairs: int, *, seed: int = SEED) -> Floats:
    return np.random.default_rng(seed).normal(0.4, 1.0, pairs)


@pytest.mark.parametrize("differences", [drawn(7), -drawn(10), np.array([1.0, 1, 2, 2, -1, 3, -2])])
def test_the_p_value_is_scipys_permutation_test(differences: Floats) -> None:
    theirs = stats.permutation_test(
        (differences,),
        lambda sample, axis: sample.mean(axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=inf,
    )

    assert flipped(differences).p_value == pytest.approx(theirs.pvalue, abs=1e-12)


@pytest.mark.parametrize("alpha", [0.05, 0.2])
@pytest.mark.parametrize("pairs", [7, 11, 20])
def test_the_interval_holds_every_shift_that_the_test_does_not_reject(
    pairs: int, alpha: float
) -> None:
    differences = drawn(pairs)
    interval = flipped(differences, alpha=alpha).interval
    inside = 1e-6 * np.array([1, -1])
    edges = np.array([interval.low, interval.high])

    for shift in edges + inside:
        assert flipped(differences - shift).p_value > alpha
    for shift in edges - inside:
        assert flipped(differences - shift).p_value <= alpha


def test_six_pairs_are_the_fewest_that_can_exclude_anything() -> None:
    all_better = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6])

    six, five = flipped(all_better), flipped(all_better[:5])

    assert six.p_value == 2 / 2**6
    assert (six.interval.low, six.interval.high) == (0.1, 0.6)
    assert (five.interval.low, five.interval.high) == (-inf, inf)
    assert flipped(all_better, alpha=ALPHA / 2).interval.low == -inf  # shared by two prototypes


def test_a_pair_without_one_of_its_weeks_is_left_out_and_counted() -> None:
    whole = drawn(8)
    with_gap = np.insert(whole, 3, np.nan)

    found = flipped(with_gap)

    assert (found.pairs, found.left_out) == (8, 1)
    assert found.interval == flipped(whole).interval
    assert on_off(np.array([np.nan]), alpha=ALPHA, generator=np.random.default_rng(SEED)) is None


def test_random_ways_to_flip_agree_with_students_t_and_repeat_with_their_seed() -> None:
    differences = drawn(26)

    found = flipped(differences)

    assert not found.is_exact
    assert found == flipped(differences)
    theirs = stats.ttest_1samp(differences, 0.0)
    assert found.p_value == pytest.approx(theirs.pvalue, abs=0.01)
    assert found.interval.low == pytest.approx(theirs.confidence_interval().low, abs=0.02)
    # The draw observed is among them, so that p is never 0.
    assert flipped(np.ones(60)).p_value == 2 / DRAWS


def test_any_number_of_pairs_that_a_trial_has_takes_a_page_no_time() -> None:
    for pairs in (16, 26):
        differences = drawn(pairs)
        spent = min(_processor_time(differences) for _ in range(3))
        assert spent < 0.05, f"{pairs} pairs: {spent:.3f} s"


def test_weeks_are_drawn_fairly_so_few_are_called_different_that_are_not() -> None:
    generator = np.random.default_rng(SEED)
    trials, alarms = 2000, 0
    for _ in range(trials):
        # A trend, heavy tails, and weeks that resemble the one before: the lot does not mind.
        levels = np.cumsum(generator.standard_t(3, 16)) + np.arange(16)
        differences = np.diff(levels.reshape(8, 2))[:, 0] * generator.choice([-1.0, 1.0], 8)
        found = on_off(differences, alpha=ALPHA, generator=generator)
        assert found is not None
        alarms += found.interval.excludes_zero

    # Eight pairs have p = 2k/256: the largest up to 0.05 is 0.047.
    assert stats.binomtest(alarms, trials, 12 / 256).pvalue > 0.005, f"{alarms}, seed {SEED}"


def test_a_weekly_rate_is_entries_per_hour_that_was_open_and_counted() -> None:
    days = week_of(entries=[80.0, 40.0], open_hours=[8.0, 5.0], coverage=[1.0, 0.8])

    assert rate_of(days) == pytest.approx(log(120 / (8 + 4)))


def test_a_week_needs_four_fifths_of_its_open_hours() -> None:
    enough = week_of(entries=[80.0] * 4 + [np.nan], open_hours=[8.0] * 5, coverage=[1.0] * 5)
    too_few = week_of(entries=[80.0] * 3 + [np.nan] * 2, open_hours=[8.0] * 5, coverage=[1.0] * 5)

    assert rate_of(enough) == pytest.approx(log(10))
    assert np.isnan(rate_of(too_few))
    assert np.isnan(weekly_log_rate(enough, np.array([MONDAY + 7]))[0])


def test_a_week_in_which_nobody_came_has_a_rate_too() -> None:
    assert rate_of(week_of(entries=[0.0], open_hours=[5.0], coverage=[1.0])) == log(0.1)


def week_of(*, entries: list[float], open_hours: list[float], coverage: list[float]) -> DayTable:
    never = np.zeros(len(entries), dtype=np.bool_)
    return DayTable(
        day=MONDAY + np.arange(len(entries)),
        open_hours=np.array(open_hours),
        entries=np.array(entries),
        coverage=np.array(coverage),
        public_holiday=never,
        school_holiday=never,
    )


def rate_of(days: DayTable) -> float:
    return float(weekly_log_rate(days, np.array([MONDAY]))[0])


def _processor_time(differences: Floats) -> float:
    began = time.process_time()
    flipped(differences)
    return time.process_time() - began
