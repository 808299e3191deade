"""French holidays by territory and school zone, against published dates; what is not known."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, timedelta
from itertools import pairwise

import pytest

from pasperdus_collector.calendar.holidays import (
    SCHOOL_FIRST_DAY,
    SCHOOL_LAST_DAY,
    SCHOOL_ZONES,
    TERRITORIES,
    SchoolZone,
    Territory,
    public_holiday,
    school_day,
)
from pasperdus_collector.errors import QueryError

ONE_DAY = timedelta(days=1)


def test_the_eleven_public_holidays_of_2026_have_their_french_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.setenv(name, "en_US.UTF-8")
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]

    named = {day.strftime("%m-%d"): public_holiday("metropole", day) for day in days}

    assert {day: name for day, name in named.items() if name is not None} == {
        "01-01": "Jour de l'an",
        "04-06": "Lundi de Pâques",
        "05-01": "Fête du Travail",
        "05-08": "Fête de la Victoire",
        "05-14": "Ascension",
        "05-25": "Lundi de Pentecôte",
        "07-14": "Fête nationale",
        "08-15": "Assomption",
        "11-01": "Toussaint",
        "11-11": "Armistice",
        "12-25": "Noël",
    }


@pytest.mark.parametrize(
    ("territory", "day", "name"),
    [
        ("alsace-moselle", "2026-04-03", "Vendredi saint"),
        ("alsace-moselle", "2026-12-26", "Saint-Étienne"),
        ("la-reunion", "2026-12-20", "Abolition de l'esclavage"),
        ("guyane", "2026-06-10", "Abolition de l'esclavage"),
        ("mayotte", "2026-04-27", "Abolition de l'esclavage"),
        ("martinique", "2026-05-22", "Abolition de l'esclavage"),
        ("guadeloupe", "2026-05-27", "Abolition de l'esclavage"),
    ],
)
def test_a_territory_has_holidays_that_the_mainland_has_not(
    territory: Territory, day: str, name: str
) -> None:
    assert public_holiday(territory, date.fromisoformat(day)) == name
    assert public_holiday("metropole", date.fromisoformat(day)) is None


@pytest.mark.parametrize("territory", TERRITORIES)
def test_every_territory_keeps_the_national_day(territory: Territory) -> None:
    assert public_holiday(territory, date(2027, 7, 14)) == "Fête nationale"


# First and last whole day without school, as the ministry's calendars have them.
PUBLISHED: list[tuple[SchoolZone, str, str, str]] = [
    ("C", "2025-10-18", "2025-11-02", "Vacances de la Toussaint"),
    ("C", "2025-12-20", "2026-01-04", "Vacances de Noël"),
    ("A", "2026-02-07", "2026-02-22", "Vacances d'hiver"),
    ("B", "2026-02-14", "2026-03-01", "Vacances d'hiver"),
    ("C", "2026-02-21", "2026-03-08", "Vacances d'hiver"),
    ("A", "2026-04-04", "2026-04-19", "Vacances de printemps"),
    ("B", "2026-04-11", "2026-04-26", "Vacances de printemps"),
    ("C", "2026-04-18", "2026-05-03", "Vacances de printemps"),
    ("C", "2026-05-14", "2026-05-17", "Pont de l'Ascension"),
    ("C", "2026-07-04", "2026-08-31", "Vacances d'été"),
    ("C", "2026-12-19", "2027-01-03", "Vacances de Noël"),
    ("C", "2027-02-06", "2027-02-21", "Vacances d'hiver"),
    ("A", "2028-02-19", "2028-03-05", "Vacances d'hiver"),
    ("A", "2028-04-22", "2028-05-08", "Vacances de printemps"),
    ("C", "2028-04-15", "2028-05-01", "Vacances de printemps"),
]


@pytest.mark.parametrize(("zone", "first", "last", "name"), PUBLISHED)
def test_school_holidays_are_those_published(
    zone: SchoolZone, first: str, last: str, name: str
) -> None:
    first_day, last_day = date.fromisoformat(first), date.fromisoformat(last)
    days = [first_day + timedelta(days=n) for n in range((last_day - first_day).days + 1)]

    assert {school_day(zone, day) for day in days} == {("holiday", name)}
    assert school_day(zone, first_day - ONE_DAY) == ("term", None)
    assert school_day(zone, last_day + ONE_DAY) == ("term", None)


@pytest.mark.parametrize("zone", SCHOOL_ZONES)
def test_every_known_school_year_has_its_five_holidays(zone: SchoolZone) -> None:
    span = (SCHOOL_LAST_DAY - SCHOOL_FIRST_DAY).days + 1
    days = [school_day(zone, SCHOOL_FIRST_DAY + timedelta(days=n)) for n in range(span)]
    begun = [later.holiday for earlier, later in pairwise(days) if earlier != later]
    years = SCHOOL_LAST_DAY.year - SCHOOL_FIRST_DAY.year

    for name in ("de la Toussaint", "de Noël", "d'hiver", "de printemps", "d'été"):
        assert begun.count(f"Vacances {name}") == years
    assert not [day for day in days if day.state == "unknown"]


@pytest.mark.parametrize("zone", SCHOOL_ZONES)
def test_a_year_that_nobody_published_is_unknown_rather_than_without_holidays(
    zone: SchoolZone,
) -> None:
    assert school_day(zone, SCHOOL_LAST_DAY).state == "holiday"
    for day in (SCHOOL_LAST_DAY + ONE_DAY, date(2028, 12, 25), date(2040, 8, 1), date(2015, 8, 1)):
        assert school_day(zone, day) == ("unknown", None)


def test_without_a_zone_every_school_day_is_unknown() -> None:
    assert school_day(None, date(2026, 8, 1)) == ("unknown", None)


def test_a_year_without_known_public_holidays_is_refused() -> None:
    with pytest.raises(QueryError, match="from 1990 to 2100, not in 1989"):
        public_holiday("metropole", date(1989, 12, 31))


def test_only_who_asks_pays_for_the_library() -> None:
    program = (
        "import sys; from pasperdus_collector.calendar import masks; "
        "assert 'holidays' not in sys.modules; "
        "import datetime; masks.public_holiday('metropole', datetime.date(2026, 1, 1)); "
        "assert 'holidays' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
