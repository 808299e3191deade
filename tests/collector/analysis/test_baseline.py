"""A site's own figures for a plan: how alike its ratings are, and how much its weeks differ."""

from __future__ import annotations

import numpy as np
import pytest

from pasperdus_collector.analysis.baseline import (
    COUNT_SD,
    COUNT_SERIAL,
    RHO_DAY,
    RHO_WEEK,
    Figure,
    Rated,
    RatedDays,
    ratings_baseline,
    resemblance,
    weekly_baseline,
)
from pasperdus_collector.analysis.inputs import BlockTable, Floats, Ints
from pasperdus_collector.analysis.noise import Index, Share, Weekly
from support.simulated_shares import Resemblance

SEED = 20_260_106
MONDAY = 739_621


def drawn(
    weeks: int,
    a_day: int,
    *,
    day: float,
    week: float,
    rng: np.random.Generator,
    share: float = 0.75,
) -> RatedDays:
    """Draw days of ratings whose shares wander by known correlations."""
    of_week = np.repeat(np.arange(weeks), 5)
    n = rng.poisson(a_day, 5 * weeks).astype(np.float64) + 1
    logits = Resemblance(day=day, week=week, law="beta").logits(share, of_week, 1, rng)[0]
    satisfied = rng.binomial(n.astype(np.int64), 1 / (1 + np.exp(-logits))).astype(np.float64)
    return RatedDays(week=of_week * 7 + MONDAY, n=n, worth=satisfied, squares=satisfied)


def blocks(day: Ints, counts: Ints) -> BlockTable:
    return BlockTable(
        day=day, hour=np.full(len(day), 10), counts=counts, bursts=np.zeros_like(counts)
    )


def rated(days: RatedDays, *, within: bool = True) -> Rated:
    """Return days of ratings as release blocks, one a day."""
    day = days.week + np.tile(np.arange(5), len(days.week) // 5)
    counts = np.zeros((len(day), 5), dtype=np.int64)
    counts[:, 4] = days.worth
    counts[:, 0] = days.n - days.worth
    return Rated(
        blocks=blocks(day, counts),
        within_a_day=np.full(len(day), within),
        open_days=len(day),
        covered_days=float(len(day)),
        weeks=len(day) // 5,
    )


def test_of_many_weeks_the_own_correlations_are_found() -> None:
    rng = np.random.default_rng(SEED)

    day, week = resemblance([drawn(1500, 60, day=0.02, week=0.03, rng=rng)])

    assert day.value == pytest.approx(0.02, abs=0.003), f"seed {SEED}"
    assert week.value == pytest.approx(0.03, abs=0.004), f"seed {SEED}"
    assert min(day.own, week.own) > 0.99


def test_estimates_are_about_right_with_unequal_days_and_a_change_between_parts() -> None:
    rng = np.random.default_rng(SEED)
    found = []
    for _ in range(400):
        before = drawn(8, 30, day=0.02, week=0.01, rng=rng)
        after = drawn(6, 60, day=0.02, week=0.01, rng=rng, share=0.85)
        found.append([unshrunk(each, default) for each, default in pairs([before, after])])

    day, week = np.mean(found, axis=0)
    assert day == pytest.approx(0.02, abs=0.003), f"seed {SEED}"
    assert week == pytest.approx(0.01, abs=0.003), f"seed {SEED}"


def test_balanced_days_give_the_mean_squares_of_any_textbook() -> None:
    """(MS between days - MS within) / n, and (MS between weeks - MS between days) / (n k)."""
    days, a_day = 4, 20
    shares = np.array([[0.9, 0.5, 0.7, 0.8], [0.3, 0.6, 0.4, 0.5], [0.8, 0.9, 0.6, 0.9]])
    worth = (shares * a_day).ravel()
    n = np.full(12, float(a_day))
    part = RatedDays(week=np.repeat(np.arange(3) * 7, days), n=n, worth=worth, squares=worth)
    within = np.sum(worth - worth**2 / a_day) / (12 * (a_day - 1))
    between_days = a_day * np.sum((shares - shares.mean(axis=1, keepdims=True)) ** 2) / (3 * 3)
    between_weeks = a_day * days * shares.mean(axis=1).var(ddof=1)
    by_day = (between_days - within) / a_day
    by_week = (between_weeks - between_days) / (a_day * days)
    total = within + by_day + by_week

    found = [unshrunk(each, default) for each, default in pairs([part])]

    assert found == pytest.approx([by_day / total, by_week / total])


def pairs(parts: list[RatedDays]) -> list[tuple[Figure, float]]:
    return list(zip(resemblance(parts), (RHO_DAY, RHO_WEEK), strict=True))


def unshrunk(figure: Figure, default: float) -> float:
    """Take the default out of the average again; nothing here is below zero."""
    return (figure.value - (1 - figure.own) * default) / figure.own


def test_two_weeks_of_a_quiet_site_hardly_move_the_default() -> None:
    rng = np.random.default_rng(SEED)

    day, week = resemblance([drawn(2, 3, day=0.0, week=0.0, rng=rng)])
    _, more = resemblance([drawn(20, 3, day=0.0, week=0.0, rng=rng)])

    assert week.own < 0.1
    assert week.own < more.own
    assert week.value == pytest.approx(RHO_WEEK, abs=0.005), f"seed {SEED}"
    assert min(day.value, week.value, more.value) >= 0


def test_a_correlation_is_never_below_zero() -> None:
    n = np.full(100, 50.0)
    worth = np.full(100, 25.0)  # days that are more alike than chance allows
    part = RatedDays(week=np.repeat(np.arange(20) * 7, 5), n=n, worth=worth, squares=worth)

    day, week = resemblance([part])

    assert day.value == 0.0
    assert 0.0 <= week.value < RHO_WEEK


def test_blocks_that_span_days_say_nothing_of_one_day() -> None:
    rng = np.random.default_rng(SEED)
    days = drawn(30, 60, day=0.03, week=0.03, rng=rng)

    within = ratings_baseline("satisfied", 5, [rated(days)])
    over_night = ratings_baseline("satisfied", 5, [rated(days, within=False)])

    assert within.rho_day.source == "mixed"
    assert over_night.rho_day == Figure(value=RHO_DAY, source="default")
    assert over_night.rho_week == Figure(value=RHO_WEEK, source="default")
    assert over_night.level == within.level
    assert over_night.ratings_a_day == within.ratings_a_day


def test_a_site_with_ratings_is_planned_with_its_own() -> None:
    rng = np.random.default_rng(SEED)
    days = drawn(10, 60, day=0.0, week=0.0, rng=rng)

    found = ratings_baseline("satisfied", 5, [rated(days)])

    assert (found.weeks, found.ratings) == (10, int(days.n.sum()))
    assert found.ratings_a_day == Figure(value=days.n.sum() / 50, source="own", own=1.0)
    assert found.days_per_week == Figure(value=5.0, source="own", own=1.0)
    assert found.level.value == pytest.approx(0.75, abs=0.05)
    planned = found.planned()
    assert isinstance(planned, Share)
    assert planned.ratings.ratings_a_day == found.ratings_a_day.value


def test_an_index_has_the_spread_of_its_scores() -> None:
    counts = np.array([[17, 16, 60, 126, 0]])
    found = ratings_baseline(
        "index",
        4,
        [
            Rated(
                blocks=blocks(np.array([MONDAY]), counts),
                within_a_day=np.array([True]),
                open_days=1,
                covered_days=1.0,
                weeks=1,
            )
        ],
    )

    assert found.level.value == pytest.approx(78.2, abs=0.05)
    assert found.sd is not None
    assert found.sd.value == pytest.approx(30.6, abs=0.1)
    assert isinstance(found.planned(), Index)


def test_a_site_without_ratings_is_planned_with_defaults_that_say_so() -> None:
    nothing = ratings_baseline("satisfied", 5, [])
    counted = ratings_baseline(
        "satisfied", 5, [], visitors_a_day=Figure(value=200, source="own", own=1.0)
    )
    told = ratings_baseline("satisfied", 5, [], visitors_a_day=Figure(value=200, source="told"))

    assert nothing.level == Figure(value=0.75, source="default")
    assert nothing.ratings_a_day == Figure(value=75, source="default")
    assert counted.ratings_a_day == Figure(value=30, source="visitors")
    assert told.ratings_a_day == Figure(value=30, source="told")


# -- figures of weeks -----------------------------------------------------------------------------


def autoregressive(n: int, serial: float, rng: np.random.Generator) -> tuple[Ints, Floats]:
    values = np.zeros(n)
    noise = rng.normal(0, np.sqrt(1 - serial**2), n)
    values[0] = rng.normal()
    for at in range(1, n):
        values[at] = serial * values[at - 1] + noise[at]
    return MONDAY + 7 * np.arange(n), values


def test_the_spread_and_memory_of_weeks_are_found_also_beside_a_trend() -> None:
    rng = np.random.default_rng(SEED)
    weeks, values = autoregressive(600, 0.5, rng)
    trend = 0.01 * np.arange(600)

    found = weekly_baseline(weeks, values + trend, detrended=True)

    assert found is not None
    assert found.weekly_sd.value == pytest.approx(1.0, rel=0.1), f"seed {SEED}"
    assert found.serial.value == pytest.approx(0.5, abs=0.1), f"seed {SEED}"
    planned = found.planned()
    assert isinstance(planned, Weekly)
    assert planned.detrended


def test_a_short_series_is_not_taken_for_more_even_than_it_is() -> None:
    """A fitted line bends a short series towards it: on average its memory looks far too short."""
    rng = np.random.default_rng(SEED)
    found = [
        weekly_baseline(*autoregressive(16, 0.3, rng), detrended=True, default=(1.0, 0.3))
        for _ in range(600)
    ]

    serial = np.mean([each.serial.value for each in found if each is not None])
    assert serial == pytest.approx(0.3, abs=0.06), f"seed {SEED}"


def test_three_weeks_tell_no_spread() -> None:
    weeks, values = np.array([0, 7, 14]) + MONDAY, np.array([1.0, 2.0, 3.0])

    assert weekly_baseline(weeks, values, detrended=False) is None
    found = weekly_baseline(weeks, values, detrended=True, default=(COUNT_SD, COUNT_SERIAL))
    assert found is not None
    assert found.weekly_sd == Figure(value=COUNT_SD, source="default")
