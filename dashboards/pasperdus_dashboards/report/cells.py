"""Weekdays and hours that are compared together, in few words."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby

from pasperdus_service.languages import Language

_SLOT_HOURS = 3
_MONDAY = 1  # the ordinal of one


def cells_written(cells: Sequence[tuple[int, int]], language: Language) -> str:
    """Return weekdays and hours in few words, such as ``lun.–mer. 9–12 h``."""
    hours_of: dict[int, list[int]] = {}
    for weekday, first_hour in sorted(cells):
        hours_of.setdefault(weekday, []).append(first_hour)
    days_of: dict[tuple[int, ...], list[int]] = {}
    for weekday, first_hours in hours_of.items():
        days_of.setdefault(tuple(first_hours), []).append(weekday)
    return ", ".join(
        f"{', '.join(_days(days, language))} {', '.join(_slots(first_hours, language))}"
        for first_hours, days in days_of.items()
    )


def _days(days: Sequence[int], language: Language) -> Iterator[str]:
    for first, last in _runs(days, 1):
        name = language.short_weekday(date.fromordinal(_MONDAY + first))
        yield (
            name
            if first == last
            else (f"{name}–{language.short_weekday(date.fromordinal(_MONDAY + last))}")
        )


def _slots(first_hours: Sequence[int], language: Language) -> Iterator[str]:
    for first, last in _runs(first_hours, _SLOT_HOURS):
        yield language.hours(first, last + _SLOT_HOURS)


def _runs(values: Sequence[int], step: int) -> Iterator[tuple[int, int]]:
    """Yield first and last of each run of values that follow one another."""
    for _, run in groupby(enumerate(values), key=lambda pair: pair[1] - step * pair[0]):
        members = [value for _, value in run]
        yield members[0], members[-1]
