"""The form of an ordinary week: two openings a day or more, as a calendar keeps them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from pasperdus_collector.calendar.opening import WEEKDAYS, SiteCalendar
from pasperdus_dashboards.shell.forms import Form, SentForm, shown, whole_number
from pasperdus_dashboards.shell.visit import Difference
from pasperdus_service.languages import Language

MOST_OPENINGS = 12
_PARTS = 4  # of hours.monday.0.1
OPENINGS = 2  # before and after lunch; a day that has more shows them all
ALIKE = WEEKDAYS[1:5]  # days that may be told by Monday's
_MONDAY = date(2026, 11, 23)


def week_form(calendar: SiteCalendar, version: int) -> Form:
    """Return a week as it is kept, in fields of times."""
    values = {
        f"hours.{day}.{n}.{end}": _clock(minutes)
        for day, hours in zip(WEEKDAYS, calendar.hours, strict=False)
        for n, stretch in enumerate(hours)
        for end, minutes in enumerate(stretch)
    }
    return shown(version=version, **values)


def openings(form: Form) -> int:
    """Return how many openings a day the form has room for."""
    return max([OPENINGS, *(n + 1 for name in form.values for n in _numbers([name]))])


def as_hours(sent: SentForm) -> dict[str, list[list[str]]]:
    """Return the week as a calendar is told it; a week without any hours is not known.

    With ``alike`` ticked, Tuesday to Friday take Monday's hours where they have none of their own.
    """
    week = {day: _stretches(sent, day) for day in WEEKDAYS}
    if sent.is_on("alike"):
        for day in ALIKE:
            week[day] = week[day] or week[WEEKDAYS[0]]
    return week if any(week.values()) else {}


def week_labels(language: Language) -> dict[str, str]:
    """Return the name of each day's fields."""
    return {
        f"hours.{day}": language.capital(language.weekday(_MONDAY + timedelta(days=n)))
        for n, day in enumerate(WEEKDAYS)
    }


def week_differences(
    theirs: SiteCalendar, yours: Mapping[str, Sequence[Sequence[str]]], language: Language
) -> list[Difference]:
    """Return the days of which somebody else told other hours."""
    told = theirs.to_json()["hours"]
    return [
        Difference(label=label, theirs=_written(told.get(day, ())), yours=_written(mine))
        for day, label in zip(WEEKDAYS, week_labels(language).values(), strict=True)
        if _written(told.get(day, ())) != _written(mine := yours.get(day, ()))
    ]


def _written(stretches: Sequence[Sequence[str]]) -> str:
    return ", ".join("–".join(stretch) for stretch in stretches)


def _stretches(sent: SentForm, day: str) -> list[list[str]]:
    found = []
    names = [name for name, _ in sent.fields if name.startswith(f"hours.{day}.")]
    for n in sorted(set(_numbers(names))):
        stretch = [sent.text(f"hours.{day}.{n}.{end}") for end in (0, 1)]
        if any(stretch):
            found.append(stretch)
    return found


def _numbers(names: Iterable[str]) -> Iterator[int]:
    """Yield which openings of a day fields are about; no more than a day may have."""
    for name in names:
        parts = name.split(".")
        number = whole_number(parts[2]) if len(parts) == _PARTS and parts[0] == "hours" else None
        if number is not None and number < MOST_OPENINGS:
            yield number


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
