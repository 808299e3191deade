"""When a site is open: its weekly hours, days with other hours, closures and holidays (pure).

Hours are minutes of the local day, as the clock on the wall shows them, so they mean the same in
summer and in winter. See docs/calendar.md.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Any, NamedTuple, TypeVar

from pasperdus_collector.calendar.holidays import (
    FIRST_YEAR,
    LAST_YEAR,
    SCHOOL_ZONES,
    TERRITORIES,
    SchoolZone,
    Territory,
    public_holiday,
)
from pasperdus_collector.errors import QueryError, fault

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LABEL_MAX = 40
DAY_MINUTES = 24 * 60
T = TypeVar("T")
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00", re.ASCII)


class Hours(NamedTuple):
    """One stretch of opening, in minutes of the local day; it ends before ``closes_min``."""

    opens_min: int
    closes_min: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherHours:
    """Hours that hold on one date instead of its weekday's, also on a public holiday."""

    day: date
    hours: tuple[Hours, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """Days on which the site is shut, first and last included, and what for: a word on the site."""

    first_day: date
    last_day: date
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteCalendar:
    """What a site tells of its own time; by default it tells nothing.

    ``hours`` has seven entries, Monday's first, or none while they are not known. Exceptions and
    closures are kept in order of date. Raises :class:`QueryError`, which names the field, for what
    contradicts itself.
    """

    hours: tuple[tuple[Hours, ...], ...] = ()
    exceptions: tuple[OtherHours, ...] = ()
    closures: tuple[Closure, ...] = ()
    closes_on_public_holidays: bool = True
    territory: Territory = "metropole"
    school_zone: SchoolZone | None = None
    _exceptional: Mapping[date, tuple[Hours, ...]] = field(init=False, repr=False, compare=False)
    _closure_starts: tuple[date, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Check it, put it in order, and index it by date."""
        fill = object.__setattr__  # it is frozen for everybody else
        # Each keeps the place at which it was told, which is where a fault of it is told.
        exceptions = sorted(enumerate(self.exceptions), key=lambda placed: placed[1].day)
        closures = sorted(enumerate(self.closures), key=lambda placed: placed[1].first_day)
        fill(self, "exceptions", tuple(each for _, each in exceptions))
        fill(self, "closures", tuple(each for _, each in closures))
        fill(self, "_exceptional", {each.day: each.hours for each in self.exceptions})
        fill(self, "_closure_starts", tuple(each.first_day for each in self.closures))
        _check_week(self.hours)
        _check_closures(closures)
        _check_exceptions(self, exceptions)

    def closure_on(self, day: date) -> Closure | None:
        """Return the closure that a day falls into."""
        place = bisect_right(self._closure_starts, day)
        if place and day <= self.closures[place - 1].last_day:
            return self.closures[place - 1]
        return None

    def hours_on(self, day: date) -> tuple[Hours, ...] | None:
        """Return the hours of a day: none when it is closed, None when nobody told them."""
        if day in self._exceptional:
            return self._exceptional[day]
        if self.closure_on(day) is not None:
            return ()
        if not self.hours:
            return None
        if self.closes_on_public_holidays and public_holiday(self.territory, day) is not None:
            return ()
        return self.hours[day.weekday()]

    def to_json(self) -> dict[str, Any]:
        """Return it as it is stored, published and asked for over HTTP."""
        return {
            "hours": {
                name: _hours_json(hours) for name, hours in zip(WEEKDAYS, self.hours, strict=False)
            },
            "exceptions": [
                {"day": each.day.isoformat(), "hours": _hours_json(each.hours)}
                for each in self.exceptions
            ],
            "closures": [
                {
                    "first_day": each.first_day.isoformat(),
                    "last_day": each.last_day.isoformat(),
                    "label": each.label,
                }
                for each in self.closures
            ],
            "closes_on_public_holidays": self.closes_on_public_holidays,
            "territory": self.territory,
            "school_zone": self.school_zone,
        }

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "SiteCalendar":
        """Read what :meth:`to_json` wrote; ``{}`` tells nothing.

        Weekdays that are left out are closed days, unless all are. Unknown keys are of a newer
        release and are left out. Raises :class:`QueryError`, which names the field.
        """
        try:
            week = told.get("hours", {})
            return cls(
                hours=tuple(
                    _read_hours(f"hours.{name}", f"hours.{name}", week.get(name, ()))
                    for name in WEEKDAYS
                )
                if week
                else (),
                exceptions=tuple(
                    OtherHours(
                        day=_read_day("exceptions.day", f"exceptions.{n}.day", each["day"]),
                        hours=_read_hours(
                            f"exceptions {each['day']}", f"exceptions.{n}.hours", each["hours"]
                        ),
                    )
                    for n, each in enumerate(told.get("exceptions", ()))
                ),
                closures=tuple(
                    Closure(
                        first_day=_read_day(
                            "closures.first_day", f"closures.{n}.first_day", each["first_day"]
                        ),
                        last_day=_read_day(
                            "closures.last_day", f"closures.{n}.last_day", each["last_day"]
                        ),
                        label=each["label"],
                    )
                    for n, each in enumerate(told.get("closures", ()))
                ),
                closes_on_public_holidays=bool(told.get("closes_on_public_holidays", True)),
                territory=_one_of("territory", told.get("territory", "metropole"), TERRITORIES),
                school_zone=None
                if told.get("school_zone") is None
                else _one_of("school_zone", told["school_zone"], SCHOOL_ZONES),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise QueryError(
                f"this is no calendar of a site: {error!r}; docs/calendar.md shows one",
                fault("", "no-calendar"),
            ) from error


def wall_time(minute: int) -> str:
    """Return a minute of the day as ``08:30``; the end of the day is ``24:00``."""
    return f"{minute // 60:02}:{minute % 60:02}"


def _check_week(week: tuple[tuple[Hours, ...], ...]) -> None:
    if not week:
        return
    if len(week) != len(WEEKDAYS):
        raise QueryError(
            f"hours: {len(week)} weekdays are told; tell seven, Monday first",
            fault("hours", "not-seven-weekdays"),
        )
    for name, hours in zip(WEEKDAYS, week, strict=True):
        _check_hours(f"hours.{name}", f"hours.{name}", hours)
    if not any(week):
        raise QueryError(
            "hours: no weekday has any; leave hours out while they are not known, and tell a site "
            "that is shut as a closure",
            fault("hours", "no-hours-at-all"),
        )


def _check_hours(where: str, field: str, hours: Iterable[Hours]) -> None:
    stretches = list(hours)
    for each in stretches:
        if not 0 <= each.opens_min < each.closes_min <= DAY_MINUTES:
            raise QueryError(
                f"{where}: {_shown(each)} does not end after it begins, within the day; hours past "
                "midnight are written on both days, until 24:00 and from 00:00",
                fault(field, "stretch-backwards", stretch=_shown(each)),
            )
    for earlier, later in pairwise(stretches):
        if later.opens_min < earlier.closes_min:
            raise QueryError(
                f"{where}: {_shown(later)} begins before {_shown(earlier)} is over; write them in "
                "order, without overlap",
                fault(field, "stretches-overlap", earlier=_shown(earlier), later=_shown(later)),
            )


def _check_closures(told: Sequence[tuple[int, Closure]]) -> None:
    for place, each in told:
        where, field = f"closures {each.first_day}", f"closures.{place}"
        _check_year(where, f"{field}.first_day", each.first_day)
        _check_year(where, f"{field}.last_day", each.last_day)
        if each.last_day < each.first_day:
            raise QueryError(
                f"{where}: its last_day {each.last_day} is before its first_day",
                fault(f"{field}.last_day", "last-before-first"),
            )
        if not (0 < len(each.label) <= LABEL_MAX and each.label.isprintable()):
            raise QueryError(
                f"{where}: label {each.label!r} is not one line of 1 to {LABEL_MAX} characters; "
                "write a word such as travaux",
                fault(f"{field}.label", "not-a-label", most=LABEL_MAX),
            )
    for (_, earlier), (place, later) in pairwise(told):
        if later.first_day <= earlier.last_day:
            raise QueryError(
                f"closures {later.first_day}: it begins before {earlier.label!r} ends on "
                f"{earlier.last_day}; change one of the two, a day has one reason",
                fault(
                    f"closures.{place}.first_day",
                    "closures-overlap",
                    name=earlier.label,
                    day=earlier.last_day,
                ),
            )


def _check_exceptions(calendar: SiteCalendar, told: Sequence[tuple[int, OtherHours]]) -> None:
    for place, each in told:
        where, field = f"exceptions {each.day}", f"exceptions.{place}"
        _check_year(where, f"{field}.day", each.day)
        _check_hours(where, f"{field}.hours", each.hours)
        if not each.hours:
            raise QueryError(
                f"{where}: a day without hours is a closure; tell it in closures",
                fault(f"{field}.hours", "no-hours-that-day"),
            )
        closure = calendar.closure_on(each.day)
        if closure is not None:
            raise QueryError(
                f"{where}: that day is within the closure {closure.label!r}; take it out of the "
                "closure, or leave the exception out",
                fault(f"{field}.day", "closed-that-day", name=closure.label),
            )
    for (_, earlier), (place, later) in pairwise(told):
        if earlier.day == later.day:
            raise QueryError(
                f"exceptions {later.day}: it is there twice; write all hours in one",
                fault(f"exceptions.{place}.day", "day-twice", day=later.day),
            )


def _check_year(where: str, field: str, day: date) -> None:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise QueryError(
            f"{where}: {day} is not between {FIRST_YEAR} and {LAST_YEAR}",
            fault(field, "year-out-of-range", first=FIRST_YEAR, last=LAST_YEAR),
        )


def _shown(hours: Hours) -> str:
    return f"{wall_time(hours.opens_min)}-{wall_time(hours.closes_min)}"


def _hours_json(hours: Iterable[Hours]) -> list[list[str]]:
    return [[wall_time(each.opens_min), wall_time(each.closes_min)] for each in hours]


def _read_hours(where: str, field: str, told: Iterable[Any]) -> tuple[Hours, ...]:
    pairs = list(told)
    if any(len(pair) != 2 for pair in pairs):
        raise QueryError(
            f'{where}: write pairs of times, such as [["08:30", "12:00"]]',
            fault(field, "not-pairs-of-times"),
        )
    return tuple(
        Hours(_read_time(where, field, opens), _read_time(where, field, closes))
        for opens, closes in pairs
    )


def _read_time(where: str, field: str, told: str) -> int:
    if not _TIME.fullmatch(told):
        raise QueryError(
            f"{where}: {told!r} is no time of day; write one like 08:30, until 24:00",
            fault(field, "not-a-time", sent=told),
        )
    return int(told[:2]) * 60 + int(told[3:])


def _read_day(where: str, field: str, told: str) -> date:
    try:
        return date.fromisoformat(told)
    except ValueError:
        raise QueryError(
            f"{where}: {told!r} is no day; write one like 2026-12-24",
            fault(field, "not-a-day", sent=told),
        ) from None


def _one_of(where: str, told: Any, offered: tuple[T, ...]) -> T:
    for each in offered:
        if each == told:
            return each
    raise QueryError(
        f"{where}: {told!r} is not one of {', '.join(map(str, offered))}",
        fault(where, "not-one-of", known=offered),
    )
