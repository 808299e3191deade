"""How long people stay: Little's law over bridged days, its error, and when it is told."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pasperdus_collector.buckets.flags import CLIPPED, FEW, GAP, PROVISIONAL, UNSURE
from pasperdus_collector.buckets.occupancy import Quarter, Recount, presence
from pasperdus_collector.buckets.stay import (
    MAX_RELATIVE_ERROR,
    MIN_VISITS_OF_A_DAY,
    Stay,
    StayDay,
    pool,
    pool_fields,
    stay_day,
    stay_of_a_day,
)
from support.visiting import Door, Visits, visits

SEED = 20260302
PERFECT = Door()
THREE_PER_CENT = Door(misses_out=0.03)
NO_RECOUNT: Mapping[int, Recount] = {}


def day_of(
    crossings: Iterable[tuple[int, int]],
    *,
    gaps: Iterable[int] = (),
    recounts: Mapping[int, Recount] = NO_RECOUNT,
    is_over: bool = True,
    starts_empty: bool = True,
) -> StayDay:
    quarters = [Quarter(n, ins, outs, n in gaps) for n, (ins, outs) in enumerate(crossings)]
    found = presence(quarters, recounts, starts_empty=starts_empty, is_over=is_over)
    return stay_day(quarters, found, is_over=is_over, starts_empty=starts_empty)


def simulated(
    rng: random.Random, door: Door, *, visitors: int, days: int = 1
) -> tuple[float, list[StayDay]]:
    """Return the true mean stay of that many days, in minutes, and what the door makes of them."""
    came: list[Visits] = [visits(rng, visitors=visitors, mean_stay_minutes=32) for _ in range(days)]
    truth = sum(day.minutes for day in came) / sum(day.count for day in came)
    return truth, [day_of(door.counts(rng, day)) for day in came]


# -- against the truth --------------------------------------------------------------------------


def test_with_nothing_missed_the_stay_is_the_true_one() -> None:
    rng = random.Random(SEED)
    for _ in range(20):
        truth, days = simulated(rng, PERFECT, visitors=450)
        stay = pool(days)

        assert stay.minutes == stay.raw_minutes
        assert stay.minutes == pytest.approx(truth, abs=1.2)  # quarter-hours instead of minutes
        assert (stay.visits, stay.misses, stay.flags) == (450, 0, 0)


def test_with_3_per_cent_of_exits_missed_the_bridge_finds_the_stay_again() -> None:
    rng = random.Random(SEED)
    truths, bridged, raw = [], [], []
    for _ in range(60):
        truth, days = simulated(rng, THREE_PER_CENT, visitors=450)
        stay = pool(days)
        assert stay.valid
        truths.append(truth)
        bridged.append(stay.minutes)
        raw.append(stay.raw_minutes)

    assert fmean(truths) == pytest.approx(32.0, abs=0.3)
    assert fmean(bridged) == pytest.approx(31.9, abs=1.5)
    assert fmean(raw) == pytest.approx(39.4, abs=1.5)


def test_the_day_of_the_evaluation_is_shown_within_its_error() -> None:
    truth, days = simulated(random.Random(SEED), THREE_PER_CENT, visitors=450)
    stay = pool(days)

    assert truth == pytest.approx(32.0, abs=1.0)
    assert stay.minutes == pytest.approx(31.9, abs=1.5)
    assert stay.error == pytest.approx(3.3, abs=1.0)
    assert stay.raw_minutes > stay.minutes + stay.error


@pytest.mark.parametrize(
    ("door", "visitors", "days"),
    [
        (PERFECT, 450, 1),
        (THREE_PER_CENT, 450, 1),
        (THREE_PER_CENT, 450, 5),
        (Door(misses_in=0.03), 450, 1),
        (Door(misses_in=0.01, misses_out=0.01), 450, 1),  # no anchor proves what cancels
        (Door(misses_in=0.01, misses_out=0.02), 60, 5),
        (Door(misses_in=0.01, misses_out=0.01), 13, 20),
    ],
    ids=str,
)
def test_the_true_stay_lies_within_the_stated_error(door: Door, visitors: int, days: int) -> None:
    rng = random.Random(SEED)
    runs = 200
    held = 0
    for _ in range(runs):
        truth, found = simulated(rng, door, visitors=visitors, days=days)
        stay = pool(found)
        assert stay.valid
        held += abs(stay.minutes - truth) <= stay.error
    assert held / runs >= 0.9, f"{held} of {runs}, seed {SEED}"


# -- when it is told ----------------------------------------------------------------------------


def test_of_a_site_of_13_visitors_a_day_is_refused_and_a_week_is_told() -> None:
    rng = random.Random(SEED)
    _, days = simulated(rng, PERFECT, visitors=13, days=5)

    for day in days:
        alone = pool([day])
        assert not alone.valid
        assert alone.flags == UNSURE
        assert (alone.minutes, alone.raw_minutes, alone.error) == (0.0, 0.0, 0.0)
        assert (alone.visits, alone.area) == (13, day.area)
    week = pool(days)
    assert week.valid
    assert week.visits == 65
    assert week.error <= MAX_RELATIVE_ERROR * week.minutes


def test_a_week_with_too_much_missed_is_refused_too() -> None:
    rng = random.Random(SEED)
    _, days = simulated(rng, Door(misses_out=0.15), visitors=13, days=5)

    assert pool(days).flags & UNSURE


def test_a_day_on_which_nobody_came_has_no_stay() -> None:
    empty = day_of([(0, 0)] * 96)

    assert empty.counts
    assert pool([empty]).flags == pool([]).flags == FEW
    assert not pool([empty]).valid


@pytest.mark.parametrize(
    ("day", "flag"),
    [
        (day_of([(9, 0), (0, 9)], is_over=False), PROVISIONAL),
        (day_of([(9, 0), (0, 9)], starts_empty=False), GAP),
        (day_of([(9, 0), (0, 9)], starts_empty=False, recounts={0: Recount(9, 0, 0)}), GAP),
        (day_of([(9, 0), (0, 0), (0, 9)], gaps=[1]), GAP),
        (day_of([(9, 0), (0, 0), (0, 9)], gaps=[1], recounts={1: Recount(9, 0, 0)}), GAP),
    ],
    ids=["running", "begun unknown", "recounted at once", "gap", "gap ended by a recount"],
)
def test_a_day_that_is_not_known_whole_does_not_count(day: StayDay, flag: int) -> None:
    known = day_of([(40, 0), (0, 0), (0, 40)])

    assert not day.counts
    assert (day.visits, day.area, day.raw_area, day.misses) == (0, 0.0, 0.0, 0)
    both = pool([day, known])
    assert both.visits == 40
    assert both.area == known.area
    assert both.flags & flag


# -- what is summed -----------------------------------------------------------------------------


def test_entries_that_were_missed_are_visits_all_the_same() -> None:
    day = day_of([(8, 0), (0, 0), (0, 10)])

    assert day.visits == 10
    assert day.misses == 2


def test_misses_of_each_bridge_add_up() -> None:
    # Two too many until the recount, then two too few: they do not cancel.
    day = day_of([(10, 0), (0, 0), (0, 10)], recounts={1: Recount(8, 0, 0)})

    assert day.misses == 4
    assert day.visits == 12


def test_raw_ends_with_the_last_crossing_not_with_the_night() -> None:
    by_day = [(9, 0), (0, 8)]

    short, long = day_of([*by_day, (0, 0)]), day_of([*by_day, *[(0, 0)] * 40])

    assert short.raw_area == long.raw_area == 15 * (9 / 2 + (9 + 1) / 2)


def test_a_day_without_crossings_after_a_recount_is_as_unsure_as_its_night() -> None:
    # Three were counted at the end of opening, and nobody was seen to leave.
    crossings = [(0, 0)] * 20 + [(20, 0)] * 10 + [(0, 20)] * 10 + [(0, 0)] * 40
    left_behind = day_of(crossings, recounts={45: Recount(3, 0, 0)})

    assert left_behind.counts
    held_minutes = 3 * 15 * 34
    assert left_behind.area_variance > held_minutes**2 / 3


_parts = st.builds(
    StayDay,
    visits=st.integers(0, 500),
    area=st.floats(0, 1e5),
    raw_area=st.floats(0, 1e5),
    misses=st.integers(0, 50),
    area_variance=st.floats(0, 1e7),
    flags=st.integers(0, 255),
    counts=st.booleans(),
)


@given(st.lists(_parts, max_size=8))
def test_a_pool_of_days_is_the_pool_of_their_own_rows(days: list[StayDay]) -> None:
    rows = [pool([day]) for day in days]
    flags = 0
    for row in rows:
        flags |= row.flags
    summed = pool_fields(
        visits=sum(row.visits for row in rows),
        area=sum(row.area for row in rows),
        raw_area=sum(row.raw_area for row in rows),
        misses=sum(row.misses for row in rows),
        area_variance=sum(row.area_variance for row in rows),
        flags=flags,
    )
    whole = pool(days)

    assert summed == whole
    assert whole.valid == (not whole.flags & (FEW | UNSURE))
    assert whole.error <= MAX_RELATIVE_ERROR * whole.minutes or not whole.valid


def test_what_a_day_is_unsure_of_alone_is_not_said_of_the_whole() -> None:
    flags = UNSURE | FEW | CLIPPED

    whole: Stay = pool_fields(1000, 32_000.0, 33_000.0, 3, 60_000.0, flags)

    assert whole.flags == CLIPPED
    assert whole.minutes == 32.0
    assert whole.raw_minutes == 33.0
    assert whole.error <= MAX_RELATIVE_ERROR * whole.minutes


@pytest.mark.parametrize(
    ("misses", "area_variance", "one_miss"),
    [(3, 60_000.0, 20_000.0), (0, 0.0, 480**2 / 12)],
    ids=["as the proved ones", "over eight even hours"],
)
def test_the_error_joins_misses_hidden_misses_quarter_hours_and_entries(
    misses: int, area_variance: float, one_miss: float
) -> None:
    whole = pool_fields(1000, 32_000.0, 33_000.0, misses, area_variance, 0)

    hidden = 2000 / 100
    of_area = 1.96 * (area_variance + hidden * one_miss + 2000 * 15**2 / 12) ** 0.5 / 32_000
    of_entries = (misses + hidden) / 1000
    assert whole.error == pytest.approx(32 * (of_area**2 + of_entries**2) ** 0.5)


@pytest.mark.parametrize(("visitors", "missed"), [(40, 0.05), (60, 0.03), (450, 0.02)])
def test_the_days_that_are_told_are_not_those_that_chance_made_long(
    visitors: int, missed: float
) -> None:
    """The bound is a share of the area itself, so at few visits too large an area passes."""
    rng = random.Random(SEED + visitors)
    door = Door(misses_in=missed, misses_out=missed)
    told = []
    for _ in range(150):
        truth, (day,) = simulated(rng, door, visitors=visitors)
        stay = stay_of_a_day(day)
        if stay.valid:
            told.append((stay.minutes - truth, stay.error))

    if visitors < MIN_VISITS_OF_A_DAY:
        assert told == []
    else:
        assert len(told) > 100
        assert abs(fmean(off for off, _ in told)) < 1.0
        assert fmean(abs(off) <= error for off, error in told) > 0.85
