"""The duty desks of a week in words, as the board of the reception shows them (pure)."""

from dataclasses import dataclass
from datetime import date, timedelta

from pasperdus_collector.api.desks_shown import DeskDay, DeskWeek, ShownDesk
from pasperdus_collector.calendar.holidays import FIRST_YEAR, LAST_YEAR
from pasperdus_collector.calendar.opening import Hours, wall_time
from pasperdus_contract.board import BothTitles
from pasperdus_dashboards.reception.days import day_number, whole_day
from pasperdus_service.languages import Language
from pasperdus_service.typography import FIXED


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskView:
    """A desk on one day; ``trouble`` says that it is cancelled, and why."""

    name: str
    version: int
    day: date
    title: str
    place: str
    hours: str
    trouble: str
    is_cancelled_by_hand: bool
    can_change: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DayView:
    """A day of the board; ``closed`` says that the building is, and why."""

    day: date
    title: str
    date: str
    is_today: bool
    is_over: bool
    hours: str
    closed: str
    desks: tuple[DeskView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekView:
    """Seven days, and the Mondays of the weeks beside them; None where calendars end."""

    title: str
    days: tuple[DayView, ...]
    before: str | None
    after: str | None
    is_present: bool
    today_words: str

    @property
    def is_empty(self) -> bool:
        """Whether no desk is held on any day."""
        return not any(day.desks for day in self.days)


def week_view(week: DeskWeek, language: Language) -> WeekView:
    """Return a week as people read it."""
    first, last = week.days[0].day, week.days[-1].day
    days = tuple(_day(day, week.today, language) for day in week.days)
    return WeekView(
        title=language.gettext(
            "Week of %(first)s to %(last)s",
            first=day_number(first, language)
            if first.month == last.month
            else language.day_and_month(first),
            last=whole_day(last, language, today=week.today),
        ),
        days=days,
        before=_beside(first - timedelta(weeks=1)),
        after=_beside(first + timedelta(weeks=1)),
        is_present=first <= week.today <= last,
        today_words=next((_today(day, language) for day in days if day.is_today), ""),
    )


def desk_view(each: ShownDesk, day: DeskDay, today: date, language: Language) -> DeskView:
    """Return a desk on one of its days as people read it."""
    shown = each.shown
    return DeskView(
        name=each.name,
        version=each.version,
        day=day.day,
        title=told(shown.title, language),
        place=told(shown.place, language),
        hours=between(shown.opens, shown.closes, language),
        trouble=_trouble(each, language),
        is_cancelled_by_hand=each.cancelled_by == "date",
        can_change=day.day >= today and each.cancelled_by != "calendar",
    )


def between(opens: str, closes: str, language: Language) -> str:
    """Return ``9 h – 12 h`` of two times of the clock on the wall; it stays on one line."""
    return f"{clock(opens, language)}{FIXED}–{FIXED}{clock(closes, language)}"


def clock(written: str, language: Language) -> str:
    """Return a time of the clock on the wall, ``09:30``, as a language writes it."""
    hour, minute = written.split(":")
    if language.code != "fr":
        return written
    return f"{int(hour)}{FIXED}h" + ("" if minute == "00" else f"{FIXED}{minute}")


def told(both: BothTitles | None, language: Language) -> str:
    """Return a text in the reader's language, or in French where there is no other."""
    if both is None:
        return ""
    return (both.en if language.code == "en" else None) or both.fr


def _day(day: DeskDay, today: date, language: Language) -> DayView:
    return DayView(
        day=day.day,
        title=language.capital(language.weekday(day.day)),
        date=day_number(day.day, language),
        is_today=day.day == today,
        is_over=day.day < today,
        hours=", ".join(_stretch(each, language) for each in day.hours or ()),
        closed=_closed(day, language),
        desks=tuple(desk_view(each, day, today, language) for each in day.desks),
    )


def _today(day: DayView, language: Language) -> str:
    """Return who is there today in one sentence, for whoever reads no further."""
    if day.closed:
        return language.gettext("Today the building is closed.")
    held = [f"{desk.title} ({desk.hours})" for desk in day.desks if not desk.trouble]
    if not held:
        return language.gettext("No duty desk is held today.")
    return language.gettext("Today: %(desks)s.", desks=", ".join(held))


def _closed(day: DeskDay, language: Language) -> str:
    if day.hours != ():
        return ""
    if day.why_closed is None:
        return language.gettext("Closed")
    return language.gettext("Closed: %(why)s", why=day.why_closed)


def _trouble(each: ShownDesk, language: Language) -> str:
    match each.cancelled_by:
        case "date":
            return language.gettext("Cancelled")
        case "calendar":
            return language.gettext("Cancelled: the building is closed")
        case None:
            return ""


def _stretch(hours: Hours, language: Language) -> str:
    opens, closes = (wall_time(each) for each in hours)
    return between(opens, closes, language)


def _beside(monday: date) -> str | None:
    return monday.isoformat() if FIRST_YEAR < monday.year < LAST_YEAR else None
