"""What kind of day a day is at a site, and which days and quarter-hours a mask keeps (pure)."""

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, NamedTuple, get_args
from zoneinfo import ZoneInfo

from pasperdus_collector.calendar.grid import local_date, midnight, wall_ms
from pasperdus_collector.calendar.holidays import (
    SCHOOL_FIRST_DAY,
    SCHOOL_LAST_DAY,
    SCHOOL_ZONES,
    SchoolDay,
    public_holiday,
    school_day,
)
from pasperdus_collector.calendar.opening import Hours, SiteCalendar
from pasperdus_collector.errors import QueryError
from pasperdus_contract.fields import QUARTER_MS

Mask = Literal["open", "closures", "public_holidays", "school_holidays"]
MASKS: tuple[Mask, ...] = get_args(Mask)
_ONE_DAY = timedelta(days=1)


class Open(NamedTuple):
    """One stretch of opening, in milliseconds since 1970 UTC; it ends before ``closes_ms``."""

    opens_ms: int
    closes_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A local day of a site. ``open`` is empty when it is closed, None when nobody told its hours.

    ``public_holiday`` is the name of one whether or not the site closes on it.
    """

    day: date
    open: tuple[Open, ...] | None
    closure: str | None
    public_holiday: str | None
    school: SchoolDay


def describe(calendar: SiteCalendar, day: date, zone: ZoneInfo) -> Day:
    """Return what kind of day a local day is."""
    hours = calendar.hours_on(day)
    closure = calendar.closure_on(day)
    return Day(
        day=day,
        open=None if hours is None else tuple(_opened(hours, day, zone)),
        closure=None if closure is None else closure.label,
        public_holiday=public_holiday(calendar.territory, day),
        school=school_day(calendar.school_zone, day),
    )


def open_quarters(calendar: SiteCalendar, day: date, zone: ZoneInfo) -> list[range]:
    """Return the quarter-hours of a local day in which the site is open, in order, in runs.

    One that is open in part counts as open: who comes in at a quarter to nine through a door that
    opens at twenty to is a visitor of the opening hours. Raises :class:`QueryError` when nobody
    told the hours.
    """
    runs: list[range] = []
    begin, end = midnight(day, zone), midnight(day + _ONE_DAY, zone)
    for opens_ms, closes_ms in _opened(_told_hours(calendar, day), day, zone):
        first = max(begin, opens_ms // QUARTER_MS)
        last = min(end, -(-closes_ms // QUARTER_MS))
        if runs and first <= runs[-1].stop:  # they touch, or share a quarter-hour
            runs[-1] = range(runs[-1].start, last)
        elif first < last:
            runs.append(range(first, last))
    return runs


def keeps_day(calendar: SiteCalendar, masks: AbstractSet[Mask], day: date) -> bool:
    """Return whether all masks keep a local day; ``open`` keeps those that are open at some time.

    Raises :class:`QueryError` where the calendar cannot tell: hours that nobody told, or school
    holidays that are not known.
    """
    if "closures" in masks and calendar.closure_on(day) is not None:
        return False
    if "public_holidays" in masks and public_holiday(calendar.territory, day) is not None:
        return False
    if "school_holidays" in masks and _is_school_holiday(calendar, day):
        return False
    return "open" not in masks or bool(_told_hours(calendar, day))


def kept_quarters(
    calendar: SiteCalendar,
    masks: AbstractSet[Mask],
    first_quarter: int,
    end_quarter: int,
    zone: ZoneInfo,
) -> list[bool]:
    """Return for each quarter-hour of ``[first_quarter, end_quarter)`` whether all masks keep it.

    Raises :class:`QueryError` as :func:`keeps_day` does.
    """
    kept = [False] * (end_quarter - first_quarter)
    day = local_date(first_quarter * QUARTER_MS, zone)
    while (begin := midnight(day, zone)) < end_quarter:
        end = midnight(day + _ONE_DAY, zone)
        if keeps_day(calendar, masks, day):
            runs = open_quarters(calendar, day, zone) if "open" in masks else [range(begin, end)]
            for run in runs:
                low, high = max(run.start, first_quarter), min(run.stop, end_quarter)
                if low < high:
                    kept[low - first_quarter : high - first_quarter] = [True] * (high - low)
        day += _ONE_DAY
    return kept


def _told_hours(calendar: SiteCalendar, day: date) -> tuple[Hours, ...]:
    hours = calendar.hours_on(day)
    if hours is None:
        raise QueryError(
            f"when the site is open on {day} is not known: tell its opening hours first (hours in "
            "its calendar), or ask without the mask open"
        )
    return hours


def _opened(hours: Iterable[Hours], day: date, zone: ZoneInfo) -> Iterator[Open]:
    for opens_min, closes_min in hours:
        opens_ms = wall_ms(day, opens_min, zone)
        closes_ms = wall_ms(day, closes_min, zone, last=True)
        if opens_ms < closes_ms:  # not within the hour that clocks skip in spring
            yield Open(opens_ms, closes_ms)


def _is_school_holiday(calendar: SiteCalendar, day: date) -> bool:
    if calendar.school_zone is None:
        raise QueryError(
            "which school holidays concern the site is not known: tell its school_zone first "
            f"({', '.join(SCHOOL_ZONES)}, in its calendar), or ask without the mask school_holidays"
        )
    school = school_day(calendar.school_zone, day)
    if school.state == "unknown":
        raise QueryError(
            f"school holidays are known from {SCHOOL_FIRST_DAY} to {SCHOOL_LAST_DAY}, not on "
            f"{day}; ask for days within, or without the mask school_holidays. A later release "
            "knows later years"
        )
    return school.state == "holiday"
