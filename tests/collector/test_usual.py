"""The usual weekday: which days count, and what the band says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from pasperdus_collector.api.day_quarters import busy_hours
from pasperdus_collector.api.today import read_today
from pasperdus_collector.ledger import reading
from pasperdus_collector.registry import read_sites
from pasperdus_collector.series.usual import Band, DayCounts, QuarterCount, usual
from support.reception import QUARTER_MS, Reception, reception, wall

OPEN = range(34, 70)  # 8:30 to 17:30
NOON = 48


def day_of(entries: int, *, silent: range = range(0)) -> DayCounts:
    """A day with ``entries`` in every open quarter-hour, except where the sensor was silent."""
    return [
        QuarterCount(
            clock,
            None if clock in silent else entries if clock in OPEN else 0,
            None if clock in silent else entries if clock in OPEN else 0,
            0.0 if clock in silent else 1.0,
        )
        for clock in range(96)
    ]


def test_the_band_goes_from_the_lowest_to_the_highest_day_up_to_the_same_time() -> None:
    found = usual([day_of(n) for n in (5, 2, 3, 9)], until_clock=NOON)

    quarters = NOON - OPEN.start
    assert found.so_far == Band(2 * quarters, 4 * quarters, 9 * quarters)
    assert found.by_hour[8] == Band(2 * 2, 4 * 2, 9 * 2)  # opens at half past eight


def test_the_sums_of_usual_days_grow_until_the_last_entry_and_stay() -> None:
    found = usual([day_of(n) for n in (5, 2, 3, 9)], until_clock=NOON)

    assert min(found.until) == OPEN.start
    assert max(found.until) == OPEN.stop
    assert found.until[OPEN.start] == Band(0, 0, 0)
    assert found.until[NOON] == found.so_far
    assert found.until[OPEN.stop] == Band(2 * len(OPEN), 4 * len(OPEN), 9 * len(OPEN))


def test_closed_days_and_days_with_a_silent_sensor_are_left_out_and_counted() -> None:
    days = [day_of(n) for n in (4, 4, 4, 4)]
    days += [day_of(0), day_of(9, silent=range(40, 44))]

    found = usual(days, until_clock=NOON)

    assert (found.kept, found.closed, found.unmeasured) == (4, 1, 1)
    assert found.so_far is not None
    assert found.so_far.high == 4 * (NOON - OPEN.start)


def test_a_sensor_that_is_silent_at_night_costs_no_day() -> None:
    found = usual([day_of(3, silent=range(20)) for _ in range(4)], until_clock=NOON)

    assert found.kept == 4


def test_three_days_make_no_band() -> None:
    found = usual([day_of(3), day_of(3), day_of(3)], until_clock=NOON)

    assert found.kept == 3
    assert found.so_far is None
    assert found.by_hour == {}
    assert found.margin(100) is None


def test_the_margin_is_the_worst_difference_between_entries_and_exits() -> None:
    drifting = [
        QuarterCount(each.clock, each.ins, 0 if each.clock == 40 else each.outs, 1.0)
        for each in day_of(5)
    ]

    found = usual([day_of(5), day_of(5), day_of(5), drifting], until_clock=NOON)

    crossings = 5 * len(OPEN) * 2 - 5
    assert found.margin(crossings) == 5


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Reception]:
    with reception(tmp_path / "ledger.db") as filled:
        yield filled


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 10, 26), 24)]
)
def test_days_of_daylight_saving_have_their_own_number_of_hours(
    place: Reception, day: date, hours: int
) -> None:
    for week in range(1, 5):
        before = day - timedelta(weeks=week)
        place.covered("entree", "porte", wall(before, "00:00"), wall(day, "00:00"))
        place.passages("entree", "porte", "in", [wall(before, "10:05"), wall(before, "10:50")])
    now = wall(day, "10:30")

    with reading(place.ledger.path) as db:
        today = read_today(db, read_sites(db)[0], now)

    assert len(today.hours) == hours
    assert today.usual.so_far == Band(1, 1, 1)
    ten = next(hour for hour in today.hours if hour.start_ms == wall(day, "10:00"))
    assert (ten.clock_hour, ten.usual) == (10, Band(2, 2, 2))


def test_a_silence_is_told_to_the_quarter_hour_and_never_before_coverage_could_arrive(
    place: Reception,
) -> None:
    day = date(2026, 11, 24)
    nine, now = wall(day, "09:00"), wall(day, "11:02")
    place.covered("entree", "porte", wall(day, "00:00"), wall(day, "09:30"))
    place.covered("entree", "porte", wall(day, "10:00"), wall(day, "10:45"))
    place.passages("entree", "porte", "in", [nine, now - 60_000])

    with reading(place.ledger.path) as db:
        today = read_today(db, read_sites(db)[0], now)

    assert [(each.start_ms, each.end_ms) for each in today.silences] == [
        (nine + 2 * QUARTER_MS, nine + 4 * QUARTER_MS)
    ]
    assert today.inside.people is None
    assert today.inside.unknown_since_ms == wall(day, "09:30")


def test_the_time_before_a_door_was_first_heard_of_is_no_silence(place: Reception) -> None:
    day = date(2026, 11, 24)
    place.passages("entree", "porte", "in", [wall(day, "09:20")])
    place.covered("entree", "porte", wall(day, "09:15"), wall(day, "11:00"))
    place.passages("entree", "porte", "in", [wall(day, "10:50")])

    with reading(place.ledger.path) as db:
        today = read_today(db, read_sites(db)[0], wall(day, "11:10"))

    assert today.silences == []


def test_a_short_day_is_shown_among_its_neighbours_within_the_day(place: Reception) -> None:
    day = date(2026, 11, 24)
    for clock in ("10:05", "00:10", "23:50"):
        place.passages("entree", "porte", "in", [wall(day, clock)])
        with reading(place.ledger.path) as db:
            hours = read_today(db, read_sites(db)[0], wall(day, "23:58")).hours

        shown = busy_hours(hours, at_least=8)

        assert len(shown) >= 8
        assert set(map(id, busy_hours(hours))) <= set(map(id, shown))


def test_the_day_so_far_grows_quarter_by_quarter_and_has_a_gap_where_the_sensor_was_silent(
    place: Reception,
) -> None:
    day = date(2026, 11, 24)
    for week in range(1, 5):
        before = day - timedelta(weeks=week)
        place.covered("entree", "porte", wall(before, "00:00"), wall(day, "00:00"))
        place.passages("entree", "porte", "in", [wall(before, "09:05"), wall(before, "11:50")])
    place.covered("entree", "porte", wall(day, "00:00"), wall(day, "09:30"))
    place.covered("entree", "porte", wall(day, "10:00"), wall(day, "10:45"))
    place.passages("entree", "porte", "in", [wall(day, "09:03"), wall(day, "09:20")])
    place.passages("entree", "porte", "in", [wall(day, "10:20")])

    with reading(place.ledger.path) as db:
        today = read_today(db, read_sites(db)[0], wall(day, "11:02"))

    told = {each.end_ms: each for each in today.so_far}
    assert today.so_far[0].end_ms == wall(day, "09:15")
    assert today.so_far[-1].end_ms == wall(day, "12:00")
    known = {
        clock: (told[wall(day, clock)].passages_in, told[wall(day, clock)].is_at_least)
        for clock in ("09:15", "09:30", "09:45", "10:00", "10:15", "10:30", "11:15")
    }
    assert known == {
        "09:15": (1, False),
        "09:30": (2, False),
        "09:45": (None, True),
        "10:00": (None, True),
        "10:15": (2, True),
        "10:30": (3, True),
        "11:15": (None, True),
    }
    assert told[wall(day, "09:30")].usual == Band(1, 1, 1)
    assert told[wall(day, "12:00")].usual == Band(2, 2, 2)
