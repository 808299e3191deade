"""Unusual days: proposed when planted, seldom otherwise, and never from too little."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pasperdus_collector.analysis.inputs import Floats, HourTable
from pasperdus_collector.analysis.unusual import UnusualDay, unusual_days
from support.simulated_hours import MONDAY, OPEN, ordinary_hours
from support.trial_readings import rate

SEED = 20260302
ALPHA = 0.05
CHOSEN = MONDAY + 7 * 3 + 1  # a Tuesday


def reception(
    weeks: int = 10, *, an_hour: float = 30.0, dispersion: float = 0.01, seed: int = SEED
) -> HourTable:
    return ordinary_hours(weeks, an_hour=an_hour, dispersion=dispersion, seed=seed)


def with_day(table: HourTable, by: float | Floats, *, day: int = CHOSEN) -> HourTable:
    entries = table.entries.copy()
    entries[table.day == day] = np.round(entries[table.day == day] * by)
    return replace(table, entries=entries)


def only(table: HourTable) -> UnusualDay:
    (found,) = unusual_days(table, alpha=ALPHA).days
    return found


@pytest.mark.parametrize(("by", "direction"), [(0.3, "fewer"), (2.5, "more")])
def test_a_planted_day_is_proposed_with_its_direction(by: float, direction: str) -> None:
    found = only(with_day(reception(), by))

    assert (found.day, found.direction) == (CHOSEN, direction)
    assert found.probability < 1e-3
    assert found.entries / found.expected == pytest.approx(by, rel=0.25)


def test_an_afternoon_alone_is_found_in_its_slot() -> None:
    a_gathering = np.where(OPEN >= 15, 4.0, 1.0)

    found = only(with_day(reception(), a_gathering))

    assert (found.day, found.first_hour, found.hours) == (CHOSEN, 15, 3)
    assert found.direction == "more"


def test_a_small_site_is_judged_by_whole_days() -> None:
    found = only(with_day(reception(26, an_hour=1.5, dispersion=0.0), 0.0))

    assert (found.day, found.hours, found.entries) == (CHOSEN, 24, 0)


@pytest.mark.parametrize("an_hour", [1.5, 30.0])
def test_ordinary_days_are_seldom_proposed(an_hour: float) -> None:
    with_any = rate(
        bool(unusual_days(reception(an_hour=an_hour, seed=SEED + each), alpha=ALPHA).days)
        for each in range(100)
    )

    assert with_any.is_at_most(0.08), f"{with_any}, seed {SEED}"


def test_several_unusual_days_do_not_hide_one_another() -> None:
    table = reception()
    days = [CHOSEN, CHOSEN + 1, CHOSEN + 16]
    for day in days:
        table = with_day(table, 0.2, day=day)

    assert [each.day for each in unusual_days(table, alpha=ALPHA).days] == days


def test_the_more_days_are_looked_at_the_rarer_one_must_be() -> None:
    """The same day beside two months and beside two years of days just as ordinary."""
    short, long = (only(with_day(reception(weeks, dispersion=0.0), 0.5)) for weeks in (10, 104))

    assert short.day == long.day
    assert 0 < short.probability < ALPHA
    assert long.expected == pytest.approx(short.expected, rel=0.1)


def test_a_wild_site_calls_fewer_days_unusual_than_a_calm_one() -> None:
    fewer = np.full(len(OPEN), 0.7)

    calm = unusual_days(with_day(reception(dispersion=0.0), fewer), alpha=ALPHA)
    wild = unusual_days(with_day(reception(dispersion=0.3), fewer), alpha=ALPHA)

    assert [each.day for each in calm.days] == [CHOSEN]
    assert CHOSEN not in [each.day for each in wild.days]


def test_half_a_day_closed_or_uncounted_is_not_an_unusual_day() -> None:
    table = reception()
    missing = (table.day == CHOSEN) & (table.hour >= 13)
    closed = replace(
        with_day(table, np.where(OPEN >= 13, 0.0, 1.0)),
        open_share=np.where(missing, 0.0, 1.0),
    )
    uncounted = replace(
        table,
        entries=np.where(missing, np.nan, table.entries),
        door_coverage=np.where(missing, 0.0, 1.0),
    )

    assert unusual_days(closed, alpha=ALPHA).days == ()
    assert unusual_days(uncounted, alpha=ALPHA).days == ()


def test_days_with_too_few_others_beside_them_are_counted_and_not_judged() -> None:
    found = unusual_days(with_day(reception(4), 0.0), alpha=ALPHA)

    assert (found.days, found.days_judged, found.days_unjudged) == ((), 0, 20)
