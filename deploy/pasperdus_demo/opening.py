"""When the town hall of the demonstration is open (pure): weekly hours, public holidays, closures.

Public holidays of metropolitan France: article L3133-1 of the Code du travail. Easter after the
Gregorian computus.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
EXCEPTIONAL_CLOSURES = 3  # a staff day, a burst pipe, a strike
CLOSURE_LABEL = "fermeture exceptionnelle"

_WEEKDAY_HOURS = (time(8, 30), time(17, 30))
_SATURDAY_HOURS = (time(9, 0), time(12, 0))
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
_SATURDAY, _SUNDAY = 5, 6
_SCHOOL_ZONE = "C"  # that of Paris; any would do
_FIXED_HOLIDAYS = frozenset(
    {(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)}  # month, day
)
_MOVABLE_AFTER_EASTER = (1, 39, 50)  # Easter Monday, Ascension, Whit Monday


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Half-open, in milliseconds since 1970."""

    opens_ms: int
    closes_ms: int


def hours(day: date, closures: frozenset[date]) -> Hours | None:
    """Return when the doors are open on ``day``, None when they stay shut."""
    if day in closures or day.weekday() == _SUNDAY or is_public_holiday(day):
        return None
    opens, closes = _SATURDAY_HOURS if day.weekday() == _SATURDAY else _WEEKDAY_HOURS
    return Hours(opens_ms=wall_ms(day, opens), closes_ms=wall_ms(day, closes))


def calendar(closures: frozenset[date]) -> dict[str, Any]:
    """Return the same hours and closures as the body of ``PUT sites/{site}/calendar``."""
    weekday, saturday = (
        [[f"{opens:%H:%M}", f"{closes:%H:%M}"]]
        for opens, closes in (_WEEKDAY_HOURS, _SATURDAY_HOURS)
    )
    return {
        "hours": {**dict.fromkeys(_WEEKDAYS, weekday), "saturday": saturday},
        "closures": [
            {"first_day": day.isoformat(), "last_day": day.isoformat(), "label": CLOSURE_LABEL}
            for day in sorted(closures)
        ],
        "closes_on_public_holidays": True,
        "territory": "metropole",
        "school_zone": _SCHOOL_ZONE,
    }


def is_public_holiday(day: date) -> bool:
    """Tell whether public services are shut in all of France."""
    easter = easter_sunday(day.year)
    movable = {easter + timedelta(days=days) for days in _MOVABLE_AFTER_EASTER}
    return (day.month, day.day) in _FIXED_HOLIDAYS or day in movable


def easter_sunday(year: int) -> date:
    """Return Easter of the Gregorian calendar."""
    golden = year % 19
    century, of_century = divmod(year, 100)
    moon = (19 * golden + century - century // 4 - (8 * century + 13) // 25 + 15) % 30
    shift = (32 + 2 * (century % 4) + 2 * (of_century // 4) - moon - of_century % 4) % 7
    correction = (golden + 11 * moon + 22 * shift) // 451
    month, day = divmod(moon + shift - 7 * correction + 114, 31)
    return date(year, month, day + 1)


def choose_closures(first: date, last: date, seed: int) -> frozenset[date]:
    """Draw the exceptional closures between two days: ordinary weekdays, never the last one."""
    rng = Random(f"{seed}/closures")  # noqa: S311 (a simulation, seeded on purpose)
    candidates = [
        day
        for day in (first + timedelta(days=n) for n in range((last - first).days))
        if day.weekday() < _SATURDAY and not is_public_holiday(day)
    ]
    return frozenset(rng.sample(candidates, min(EXCEPTIONAL_CLOSURES, len(candidates))))


def wall_ms(day: date, at: time) -> int:
    """Return the instant of a local time, in milliseconds since 1970."""
    return round(datetime.combine(day, at, PARIS).timestamp() * 1000)


def day_of(at_ms: int) -> date:
    """Return the local day of an instant."""
    return datetime.fromtimestamp(at_ms / 1000, PARIS).date()
