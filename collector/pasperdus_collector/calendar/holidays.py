"""French public holidays by territory, and school holidays by zone, with their French names (pure).

Both come from the library ``holidays``, which works them out offline. It goes on with its rules
into years whose school calendar nobody has published yet; what is past the last published one is
unknown here, and is never said to be an ordinary day.
"""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Literal, NamedTuple, get_args

from pasperdus_collector.errors import QueryError

Territory = Literal[
    "metropole",
    "alsace-moselle",
    "guadeloupe",
    "guyane",
    "la-reunion",
    "martinique",
    "mayotte",
    "nouvelle-caledonie",
    "polynesie-francaise",
    "saint-barthelemy",
    "saint-martin",
    "saint-pierre-et-miquelon",
    "wallis-et-futuna",
]
SchoolZone = Literal["A", "B", "C"]

TERRITORIES: tuple[Territory, ...] = get_args(Territory)
SCHOOL_ZONES: tuple[SchoolZone, ...] = get_args(SchoolZone)

FIRST_YEAR, LAST_YEAR = 1990, 2100  # of any date that a calendar is asked about
# The first school year that the library has whole begins here. The last one is that of the order
# of 21 July 2026, the latest published: a release moves this once a later one is in the library.
SCHOOL_FIRST_DAY = date(2017, 9, 4)
SCHOOL_LAST_DAY = date(2028, 8, 31)

_SUBDIVISIONS: dict[Territory, str | None] = {
    "metropole": None,
    "alsace-moselle": "6AE",
    "guadeloupe": "971",
    "guyane": "973",
    "la-reunion": "974",
    "martinique": "972",
    "mayotte": "976",
    "nouvelle-caledonie": "NC",
    "polynesie-francaise": "PF",
    "saint-barthelemy": "BL",
    "saint-martin": "MF",
    "saint-pierre-et-miquelon": "PM",
    "wallis-et-futuna": "WF",
}


class SchoolDay(NamedTuple):
    """What a day is to schools, and the name of the holidays it is in."""

    state: Literal["holiday", "term", "unknown"]
    holiday: str | None = None


_TERM = SchoolDay("term")
_UNKNOWN = SchoolDay("unknown")


def public_holiday(territory: Territory, day: date) -> str | None:
    """Return the French name of the public holiday that ``day`` is.

    Raises :class:`QueryError` before 1990 and after 2100.
    """
    return _public_holidays(territory, day.year).get(day)


def school_day(zone: SchoolZone | None, day: date) -> SchoolDay:
    """Return what ``day`` is to the schools of a zone.

    It is unknown without a zone and outside :data:`SCHOOL_FIRST_DAY` to :data:`SCHOOL_LAST_DAY`.
    """
    if zone is None or not SCHOOL_FIRST_DAY <= day <= SCHOOL_LAST_DAY:
        return _UNKNOWN
    return _school_holidays(zone, day.year).get(day, _TERM)


@cache  # at most one small table a territory and year
def _public_holidays(territory: Territory, year: int) -> Mapping[date, str]:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise QueryError(
            f"public holidays are known from {FIRST_YEAR} to {LAST_YEAR}, not in {year}; ask for "
            "days within"
        )
    return _ask_library(year, subdivision=_SUBDIVISIONS[territory], category="public")


@cache  # at most one small table a zone and known year
def _school_holidays(zone: SchoolZone, year: int) -> Mapping[date, SchoolDay]:
    named = _ask_library(year, subdivision=f"Zone {zone}", category="school")
    return {day: SchoolDay("holiday", name) for day, name in named.items()}


def _ask_library(year: int, *, subdivision: str | None, category: str) -> dict[date, str]:
    # Loading it takes a tenth of a second and 18 MB: only sites with a calendar pay for it.
    import holidays

    # Without a language it takes that of the environment.
    found = holidays.country_holidays(
        "FR", subdiv=subdivision, categories=(category,), years=year, language="fr", expand=False
    )
    return {day: name for day, name in found.items() if day.year == year}
