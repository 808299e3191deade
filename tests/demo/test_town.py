from dataclasses import FrozenInstanceError
from datetime import UTC, date, datetime, timedelta

import pytest

from pasperdus_demo.errands import Errand, room_span
from pasperdus_demo.live import LiveVisitors
from pasperdus_demo.opening import easter_sunday, hours, is_public_holiday
from pasperdus_demo.town import HISTORY_DAYS, Crossing, Day, Press, Town, inside_at

TODAY = date(2026, 11, 20)
TOWN = Town(seed=7, today=TODAY)


@pytest.fixture(scope="module")
def days() -> list[Day]:
    return [TOWN.day(TODAY - timedelta(days=age)) for age in range(1, HISTORY_DAYS + 1)]


def presses(days: list[Day]) -> list[Press]:
    steps = (step for day in days for visit in day.visits for step in visit.steps)
    return [step for step in steps if isinstance(step, Press)]


def test_a_weekday_has_the_visitors_and_ratings_of_a_real_town_hall(days: list[Day]) -> None:
    weekdays = [day for day in days if day.visits and day.date.weekday() < 5]

    visitors = sum(len(day.visits) for day in weekdays) / len(weekdays)
    ratings = len(presses(weekdays)) / len(weekdays)

    assert 140 <= visitors <= 200
    assert 0.34 <= ratings / visitors <= 0.42


def test_monday_and_september_are_busier_than_thursday_and_august(days: list[Day]) -> None:
    def mean(chosen: list[Day]) -> float:
        return sum(len(day.visits) for day in chosen) / len(chosen)

    open_days = [day for day in days if day.visits]
    by_weekday = [[day for day in open_days if day.date.weekday() == n] for n in range(7)]
    august, september = ([d for d in open_days if d.date.month == month] for month in (8, 9))

    assert mean(by_weekday[0]) > 1.15 * mean(by_weekday[3])
    assert mean(by_weekday[5]) < 0.6 * mean(by_weekday[3])
    assert by_weekday[6] == []
    assert mean(september) > 1.6 * mean(august)


def test_closed_days_are_empty_and_open_days_are_not(days: list[Day]) -> None:
    assert len(TOWN.closures) == 3
    for day in days:
        is_closed = (
            day.date.weekday() == 6 or is_public_holiday(day.date) or day.date in TOWN.closures
        )
        assert bool(day.visits) is not is_closed, day.date
        assert not (is_closed and (day.turned_back_ms or day.questions_ms)), day.date


def test_everybody_who_enters_leaves_the_same_day_in_order_of_time(days: list[Day]) -> None:
    for day in days:
        opening = hours(day.date, TOWN.closures)
        for visit in day.visits:
            assert opening is not None
            times = [step.at_ms for step in visit.steps]
            assert times == sorted(times)
            assert opening.opens_ms <= visit.arrived_ms < opening.closes_ms
            assert visit.left_ms <= opening.closes_ms + 20 * 60_000
            crossings = [step for step in visit.steps if isinstance(step, Crossing)]
            for line in ("door", "room-door"):
                directions = [each.direction for each in crossings if each.line == line]
                assert directions in ([], ["in", "out"])
            assert (crossings[0].line, crossings[-1].line) == ("door", "door")


def test_the_mobile_lectern_raises_satisfaction(days: list[Day]) -> None:
    def share(chosen: list[Press]) -> float:
        return sum(press.score >= 4 for press in chosen) / len(chosen)

    ratings = presses(days)
    during = [press for press in ratings if TOWN.lectern.holds(press.at_ms)]
    before_or_after = [press for press in ratings if not TOWN.lectern.holds(press.at_ms)]

    assert TOWN.lectern.to_ms - TOWN.lectern.from_ms == 70 * 86_400_000
    assert share(before_or_after) == pytest.approx(0.74, abs=0.02)
    assert share(during) == pytest.approx(0.82, abs=0.03)


def test_beams_miss_more_exits_than_entries_and_only_a_few(days: list[Day]) -> None:
    steps = [step for day in days for visit in day.visits for step in visit.steps]
    crossings = [step for step in steps if isinstance(step, Crossing)]
    exits = [each for each in crossings if each.direction == "out"]
    entries = [each for each in crossings if each.direction == "in"]

    missed_out = sum(each.seen == "missed" for each in exits) / len(exits)
    missed_in = sum(each.seen == "missed" for each in entries) / len(entries)

    assert 0.01 <= missed_out <= 0.025
    assert 0.0 < missed_in < missed_out
    assert any(each.seen == "ambiguous" for each in crossings)


def test_equal_seeds_make_equal_days_and_others_do_not() -> None:
    day = date(2026, 10, 6)

    assert Town(seed=7, today=TODAY).day(day) == TOWN.day(day)
    assert Town(seed=8, today=TODAY).day(day) != TOWN.day(day)


def test_a_day_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        TOWN.day(TODAY).visits = ()  # type: ignore[misc]  # the test is that this fails


@pytest.mark.parametrize(
    ("day", "opens"),
    [
        (date(2026, 3, 27), datetime(2026, 3, 27, 7, 30, tzinfo=UTC)),
        (date(2026, 3, 30), datetime(2026, 3, 30, 6, 30, tzinfo=UTC)),  # after the clocks change
        (date(2026, 10, 24), datetime(2026, 10, 24, 7, 0, tzinfo=UTC)),  # a Saturday
        (date(2026, 10, 26), datetime(2026, 10, 26, 7, 30, tzinfo=UTC)),
    ],
)
def test_doors_open_by_the_local_clock_across_summer_time(day: date, opens: datetime) -> None:
    found = hours(day, frozenset())

    assert found is not None
    assert found.opens_ms == opens.timestamp() * 1000


def test_movable_holidays_follow_easter() -> None:
    assert [easter_sunday(year) for year in (2024, 2025, 2026, 2038)] == [
        date(2024, 3, 31),
        date(2025, 4, 20),
        date(2026, 4, 5),
        date(2038, 4, 25),
    ]
    assert is_public_holiday(date(2026, 4, 6))  # Easter Monday
    assert is_public_holiday(date(2026, 5, 14))  # Ascension
    assert is_public_holiday(date(2026, 5, 25))  # Whit Monday
    assert not is_public_holiday(date(2026, 4, 7))


def test_whoever_is_inside_at_the_start_is_taken_over_by_the_live_nodes() -> None:
    started_ms = round(datetime(2026, 11, 20, 9, 45, tzinfo=UTC).timestamp() * 1000)
    inside = inside_at(TOWN.day(TODAY), started_ms)

    live = LiveVisitors(
        town=TOWN,
        started_ms=started_ms,
        sockets={},
        seed=1,
        tell_agent=lambda _: None,
        monotonic_s=lambda: 1000.0,
    )

    assert len(inside) > 3
    assert live.expected_inside == len(inside)
    # Those who sit in the waiting room are handed a macaron at once.
    spans = [room_span(visit) for visit in inside]
    waiting = sum(span is not None and span[1] > started_ms for span in spans)
    given = [
        due_s for due_s, _, step in live._steps if isinstance(step, Errand) and step.kind == "give"
    ]
    assert given == [pytest.approx(1000.0)] * waiting
    assert waiting > 0
