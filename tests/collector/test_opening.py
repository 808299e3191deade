"""What a site tells of its own time: what is refused, what holds on a day, and its JSON."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pasperdus_collector.calendar.holidays import SCHOOL_ZONES, TERRITORIES
from pasperdus_collector.calendar.opening import (
    DAY_MINUTES,
    WEEKDAYS,
    Closure,
    Hours,
    OtherHours,
    SiteCalendar,
)
from pasperdus_collector.errors import QueryError

TOWN_HALL: dict[str, Any] = {
    "hours": {
        **{day: [["08:30", "12:00"], ["13:30", "17:00"]] for day in WEEKDAYS[:5]},
        "saturday": [["09:00", "12:00"]],
    },
    "exceptions": [{"day": "2026-12-24", "hours": [["08:30", "12:00"]]}],
    "closures": [{"first_day": "2026-12-28", "last_day": "2027-01-02", "label": "travaux"}],
    "school_zone": "C",
}
MORNING, AFTERNOON = Hours(510, 720), Hours(810, 1020)


def town_hall(**changed: Any) -> SiteCalendar:
    return SiteCalendar.from_json({**TOWN_HALL, **changed})


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        ("2026-12-22", (MORNING, AFTERNOON)),  # a Tuesday like others
        ("2026-12-20", ()),  # a Sunday
        ("2026-12-24", (MORNING,)),  # the exception
        ("2026-12-25", ()),  # Christmas, a Friday
        ("2026-12-28", ()),  # the closure, from its first day
        ("2027-01-02", ()),  # to its last, a Saturday of the next year
        ("2027-01-04", (MORNING, AFTERNOON)),  # and no further
    ],
)
def test_hours_of_a_day_are_those_of_the_most_particular_rule(
    day: str, hours: tuple[Hours, ...]
) -> None:
    assert town_hall().hours_on(date.fromisoformat(day)) == hours


def test_a_closure_across_new_year_is_one_closure() -> None:
    labels = {
        str(day): closure.label if (closure := town_hall().closure_on(day)) else None
        for day in (date(2026, 12, 27) + timedelta(days=n) for n in range(8))
    }

    assert [day for day, label in labels.items() if label == "travaux"] == [
        "2026-12-28", "2026-12-29", "2026-12-30", "2026-12-31", "2027-01-01", "2027-01-02",
    ]  # fmt: skip


def test_a_site_may_open_on_public_holidays_or_on_one_of_them() -> None:
    pentecost = date(2026, 5, 25)
    one = {"day": "2026-05-25", "hours": [["10:00", "12:00"]]}

    assert town_hall().hours_on(pentecost) == ()
    assert town_hall(closes_on_public_holidays=False).hours_on(pentecost) == (MORNING, AFTERNOON)
    assert town_hall(exceptions=[one]).hours_on(pentecost) == (Hours(600, 720),)


def test_good_friday_closes_a_site_in_alsace() -> None:
    good_friday = date(2026, 4, 3)

    assert town_hall(territory="alsace-moselle").hours_on(good_friday) == ()
    assert town_hall().hours_on(good_friday) == (MORNING, AFTERNOON)


def test_nothing_told_is_not_closed() -> None:
    nothing = SiteCalendar.from_json({})

    assert nothing == SiteCalendar()
    assert nothing.hours_on(date(2026, 12, 22)) is None
    assert nothing.hours_on(date(2026, 12, 25)) is None


def test_a_closure_is_known_before_the_hours_are() -> None:
    calendar = town_hall(hours={})

    assert calendar.hours_on(date(2026, 12, 29)) == ()
    assert calendar.hours_on(date(2026, 12, 24)) == (MORNING,)
    assert calendar.hours_on(date(2026, 12, 22)) is None


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        (
            {"hours": {"monday": [["08:30", "12:00"], ["11:45", "17:00"]]}},
            r"hours.monday: 11:45-17:00 begins before 08:30-12:00 is over",
        ),
        (
            {"hours": {"monday": [["13:30", "17:00"], ["08:30", "12:00"]]}},
            r"hours.monday: 08:30-12:00 begins before 13:30-17:00 is over; write them in order",
        ),
        ({"hours": {"friday": [["22:00", "02:00"]]}}, r"hours.friday: 22:00-02:00 does not end"),
        ({"hours": {"friday": [["09:00", "09:00"]]}}, r"hours.friday: 09:00-09:00 does not end"),
        ({"hours": {"friday": [["8h30", "12:00"]]}}, r"hours.friday: '8h30' is no time of day"),
        ({"hours": {"friday": [["08:30"]]}}, r"hours.friday: write pairs of times"),
        ({"hours": {"friday": []}}, r"hours: no weekday has any"),
        (
            {"exceptions": [{"day": "2026-12-24", "hours": []}]},
            r"exceptions 2026-12-24: a day without hours is a closure",
        ),
        (
            {"exceptions": TOWN_HALL["exceptions"] * 2},
            r"exceptions 2026-12-24: it is there twice",
        ),
        (
            {"exceptions": [{"day": "2026-12-30", "hours": [["09:00", "12:00"]]}]},
            r"exceptions 2026-12-30: that day is within the closure 'travaux'",
        ),
        (
            {"closures": [{"first_day": "2027-01-02", "last_day": "2026-12-28", "label": "été"}]},
            r"closures 2027-01-02: its last_day 2026-12-28 is before its first_day",
        ),
        (
            {
                "closures": [
                    *TOWN_HALL["closures"],
                    {"first_day": "2027-01-02", "last_day": "2027-01-03", "label": "inventaire"},
                ]
            },
            r"closures 2027-01-02: it begins before 'travaux' ends on 2027-01-02",
        ),
        (
            {"closures": [{"first_day": "2027-01-02", "last_day": "2027-01-03", "label": "a\nb"}]},
            r"closures 2027-01-02: label 'a\\nb' is not one line",
        ),
        (
            {"closures": [{"first_day": "26-1-2", "last_day": "2027-01-03", "label": "été"}]},
            r"closures.first_day: '26-1-2' is no day",
        ),
        (
            {"closures": [{"first_day": "0026-01-02", "last_day": "2027-01-03", "label": "été"}]},
            r"closures 0026-01-02: 0026-01-02 is not between 1990 and 2100",
        ),
        ({"territory": "alsace"}, r"territory: 'alsace' is not one of metropole, alsace-moselle"),
        ({"school_zone": "D"}, r"school_zone: 'D' is not one of A, B, C"),
        ({"closures": [{"first_day": "2027-01-02"}]}, r"this is no calendar of a site.*last_day"),
        ({"hours": 5}, r"this is no calendar of a site"),
    ],
)
def test_what_contradicts_itself_is_refused_by_the_name_of_its_field(
    changed: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(QueryError, match=complaint):
        town_hall(**changed)


def test_a_week_of_fewer_days_is_refused() -> None:
    with pytest.raises(QueryError, match="6 weekdays are told"):
        SiteCalendar(hours=((MORNING,),) * 6)


def test_what_a_newer_release_adds_is_left_out() -> None:
    assert town_hall(mood="sunny") == town_hall()


def test_closures_and_exceptions_are_kept_in_order_of_date() -> None:
    early = Closure(first_day=date(2026, 8, 3), last_day=date(2026, 8, 14), label="été")
    late = Closure(first_day=date(2026, 12, 28), last_day=date(2026, 12, 31), label="fêtes")

    assert SiteCalendar(closures=(late, early)) == SiteCalendar(closures=(early, late))


def _hours(least: int) -> st.SearchStrategy[tuple[Hours, ...]]:
    minutes = st.lists(st.integers(0, DAY_MINUTES), min_size=2 * least, max_size=8, unique=True)
    return minutes.map(
        lambda drawn: tuple(Hours(*pair) for pair in zip(*[iter(sorted(drawn))] * 2, strict=False))
    )


@st.composite
def calendars(draw: st.DrawFn) -> SiteCalendar:
    week = draw(st.just(()) | st.tuples(*[_hours(0)] * 7).filter(any))
    day = date(2020, 1, 1)
    exceptions, closures = [], []
    for gap, length in draw(st.lists(st.tuples(st.integers(1, 90), st.integers(0, 30)))):
        day += timedelta(days=gap)
        if draw(st.booleans()):
            exceptions.append(OtherHours(day=day, hours=draw(_hours(1))))
        else:
            last = day + timedelta(days=length)
            label = draw(st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=9))
            closures.append(Closure(first_day=day, last_day=last, label=label))
            day = last
    return SiteCalendar(
        hours=week,
        exceptions=tuple(exceptions),
        closures=tuple(closures),
        closes_on_public_holidays=draw(st.booleans()),
        territory=draw(st.sampled_from(TERRITORIES)),
        school_zone=draw(st.none() | st.sampled_from(SCHOOL_ZONES)),
    )


@given(calendars())
def test_a_calendar_survives_its_json(calendar: SiteCalendar) -> None:
    assert SiteCalendar.from_json(json.loads(json.dumps(calendar.to_json()))) == calendar
