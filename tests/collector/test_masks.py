"""Which days and quarter-hours masks keep, also where clocks change and where nobody told."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from datetime import date, datetime, timedelta
from time import process_time
from zoneinfo import ZoneInfo

import pytest

from pasperdus_collector.calendar.grid import midnight, wall_ms
from pasperdus_collector.calendar.masks import (
    MASKS,
    Mask,
    describe,
    keeps_day,
    kept_quarters,
    open_quarters,
)
from pasperdus_collector.calendar.opening import WEEKDAYS, SiteCalendar
from pasperdus_collector.errors import QueryError
from pasperdus_contract.fields import QUARTER_MS

PARIS = ZoneInfo("Europe/Paris")
SPRING, AUTUMN, ORDINARY = date(2026, 3, 29), date(2026, 10, 25), date(2026, 6, 10)


def open_at(*hours: tuple[str, str]) -> SiteCalendar:
    """Return the calendar of a site with these hours on every day of the year."""
    return SiteCalendar.from_json(
        {
            "hours": {day: [list(pair) for pair in hours] for day in WEEKDAYS},
            "closes_on_public_holidays": False,
        }
    )


OFFICE = SiteCalendar.from_json(
    {
        "hours": {day: [["08:30", "12:00"], ["13:30", "17:00"]] for day in WEEKDAYS[:5]},
        "closures": [{"first_day": "2026-12-28", "last_day": "2027-01-02", "label": "travaux"}],
        "school_zone": "C",
    }
)


def shown(runs: list[range], zone: ZoneInfo = PARIS) -> list[str]:
    """Return runs of quarter-hours as the clock on the wall shows their ends."""
    return [
        "-".join(
            datetime.fromtimestamp(edge * QUARTER_MS / 1000, zone).strftime("%H:%M%z")
            for edge in (run.start, run.stop)
        )
        for run in runs
    ]


@pytest.mark.parametrize(("day", "quarters"), [(SPRING, 92), (ORDINARY, 96), (AUTUMN, 100)])
def test_a_site_that_never_closes_is_open_in_every_quarter_hour_of_the_day(
    day: date, quarters: int
) -> None:
    (run,) = open_quarters(open_at(("00:00", "24:00")), day, PARIS)

    assert len(run) == quarters
    assert run.start == midnight(day, PARIS)


@pytest.mark.parametrize(
    ("day", "hours", "runs"),
    [
        (SPRING, ("08:30", "12:00"), ["08:30+0200-12:00+0200"]),
        (AUTUMN, ("08:30", "12:00"), ["08:30+0100-12:00+0100"]),
        (SPRING, ("01:30", "03:30"), ["01:30+0100-03:30+0200"]),  # one hour
        (AUTUMN, ("01:30", "03:30"), ["01:30+0200-03:30+0100"]),  # three
        (SPRING, ("02:30", "04:00"), ["03:00+0200-04:00+0200"]),  # opens when clocks jump
        (SPRING, ("02:15", "02:45"), []),  # the hour that is not there
        (AUTUMN, ("02:15", "02:45"), ["02:15+0200-02:45+0100"]),  # from the first to the last
    ],
)
def test_hours_are_those_of_the_clock_on_the_wall(
    day: date, hours: tuple[str, str], runs: list[str]
) -> None:
    assert shown(open_quarters(open_at(hours), day, PARIS)) == runs


def test_a_time_that_clocks_skip_is_the_instant_of_the_change() -> None:
    havana = ZoneInfo("America/Havana")  # skips the hour after midnight
    change = wall_ms(date(2026, 3, 8), 60, havana)

    assert wall_ms(date(2026, 3, 8), 0, havana) == wall_ms(date(2026, 3, 8), 30, havana) == change
    assert wall_ms(date(2026, 3, 7), 24 * 60, havana) == change


def test_a_quarter_hour_that_is_open_in_part_counts_as_open() -> None:
    calendar = open_at(("08:40", "12:05"), ("12:10", "12:20"), ("13:30", "17:00"))

    assert shown(open_quarters(calendar, ORDINARY, PARIS)) == [
        "08:30+0200-12:30+0200",
        "13:30+0200-17:00+0200",
    ]


def test_every_weekday_of_ten_years_has_its_seven_hours() -> None:
    calendar = open_at(("08:30", "12:00"), ("13:30", "17:00"))
    for zone in (PARIS, ZoneInfo("Asia/Kolkata"), ZoneInfo("Pacific/Marquesas")):
        for n in range(3_652):
            runs = open_quarters(calendar, date(2020, 1, 1) + timedelta(days=n), zone)
            assert [len(run) for run in runs] == [14, 14]


@pytest.mark.parametrize(
    ("mask", "left_out"),
    [
        ("open", {"2026-12-25", "2026-12-26", "2026-12-27", "2026-12-28", "2027-01-01"}),
        ("closures", {"2026-12-28", "2027-01-01"}),
        ("public_holidays", {"2026-12-25", "2027-01-01"}),
        (
            "school_holidays",
            {"2026-12-24", "2026-12-25", "2026-12-26", "2026-12-27", "2026-12-28", "2027-01-01"},
        ),
    ],
)
def test_a_mask_leaves_out_its_days_and_no_others(mask: Mask, left_out: set[str]) -> None:
    days = ["2026-12-18", "2026-12-24", "2026-12-25", "2026-12-26", "2026-12-27", "2026-12-28",
            "2027-01-01", "2027-01-04"]  # fmt: skip

    kept = {day for day in days if keeps_day(OFFICE, {mask}, date.fromisoformat(day))}

    assert set(days) - kept == left_out


@pytest.mark.parametrize("masks", [set(), {"open"}, {"closures", "public_holidays"}, set(MASKS)])
def test_quarter_hours_are_kept_as_their_days_are(masks: AbstractSet[Mask]) -> None:
    """Also where the question begins and ends in the middle of a day."""
    first, end = midnight(SPRING, PARIS) + 37, midnight(AUTUMN, PARIS) + 61
    expected = [False] * (end - first)
    for n in range((AUTUMN - SPRING).days + 1):
        day = SPRING + timedelta(days=n)
        if keeps_day(OFFICE, masks, day):
            whole_day = range(midnight(day, PARIS), midnight(day + timedelta(days=1), PARIS))
            runs = open_quarters(OFFICE, day, PARIS) if "open" in masks else [whole_day]
            for quarter in (quarter for run in runs for quarter in run):
                if first <= quarter < end:
                    expected[quarter - first] = True

    assert kept_quarters(OFFICE, masks, first, end, PARIS) == expected


def test_nine_months_of_quarter_hours_take_less_than_thirty_milliseconds() -> None:
    first, end = midnight(date(2025, 12, 1), PARIS), midnight(date(2026, 9, 1), PARIS)
    keeps_day(OFFICE, set(MASKS), date(2026, 1, 5))  # the library is loaded once a process

    took_s = []
    for _ in range(5):
        begun_s = process_time()
        kept_quarters(OFFICE, set(MASKS), first, end, PARIS)
        took_s.append(process_time() - begun_s)

    assert end - first > 26_000
    assert min(took_s) < 0.03


@pytest.mark.parametrize("ask", ["day", "quarters"])
def test_masks_that_nobody_can_answer_say_what_to_tell_first(ask: str) -> None:
    nothing = SiteCalendar()
    later = SiteCalendar(school_zone="B")

    def asked(calendar: SiteCalendar, mask: Mask, day: date) -> None:
        if ask == "day":
            keeps_day(calendar, {mask}, day)
        else:
            kept_quarters(calendar, {mask}, midnight(day, PARIS), midnight(day, PARIS) + 4, PARIS)

    with pytest.raises(QueryError, match="tell its opening hours first"):
        asked(nothing, "open", ORDINARY)
    with pytest.raises(QueryError, match="tell its school_zone first"):
        asked(nothing, "school_holidays", ORDINARY)
    with pytest.raises(QueryError, match="known from 2017-09-04 to 2028-08-31, not on 2028-12-25"):
        asked(later, "school_holidays", date(2028, 12, 25))


def test_a_day_is_described_whole() -> None:
    christmas = describe(OFFICE, date(2026, 12, 25), PARIS)
    monday = describe(OFFICE, date(2026, 11, 23), PARIS)
    nothing = describe(SiteCalendar(), date(2026, 11, 23), PARIS)

    assert christmas.open == ()
    assert christmas.public_holiday == "Noël"
    assert christmas.school == ("holiday", "Vacances de Noël")
    assert monday.open is not None
    assert [(at.closes_ms - at.opens_ms) // 60_000 for at in monday.open] == [210, 210]
    assert (monday.closure, monday.public_holiday, monday.school.state) == (None, None, "term")
    assert describe(OFFICE, date(2026, 12, 29), PARIS).closure == "travaux"
    assert (nothing.open, nothing.school.state) == (None, "unknown")
