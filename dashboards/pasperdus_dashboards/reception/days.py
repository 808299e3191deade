"""Days as notices and boards write them (pure)."""

from datetime import date

from pasperdus_service.languages import Language


def day_number(day: date, language: Language) -> str:
    """Return ``24``, and ``1er`` in French."""
    return "1er" if language.code == "fr" and day.day == 1 else str(day.day)


def whole_day(day: date, language: Language, *, today: date) -> str:
    """Return a day and its month, with the year unless it is this one."""
    return language.day_and_month(day) if day.year == today.year else language.short_day(day)
