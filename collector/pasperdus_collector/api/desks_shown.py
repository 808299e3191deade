"""The duty desks of a week, day by day as screens and boards show them, for pages to show."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pasperdus_collector.calendar.grid import service_date
from pasperdus_collector.calendar.holidays import FIRST_YEAR, LAST_YEAR, public_holiday
from pasperdus_collector.calendar.opening import Hours, SiteCalendar
from pasperdus_collector.errors import QueryError, fault
from pasperdus_collector.ledger import reading
from pasperdus_collector.reception import content_store
from pasperdus_collector.reception.content import Content, Desk, Service
from pasperdus_collector.reception.content_store import Stored
from pasperdus_collector.reception.showing import desk_part, of_form
from pasperdus_collector.site_calendar import read_calendar
from pasperdus_contract.board import BoardDesk
from pasperdus_contract.fields import QUARTER_MS

WEEK_DAYS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownDesk:
    """A desk on one day as screens have it, and the content to change for it.

    ``cancelled_by`` tells whether somebody cancelled that date or the site's calendar is closed.
    """

    name: str
    version: int
    shown: BoardDesk
    cancelled_by: Literal["date", "calendar"] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskDay:
    """A day and its desks; ``hours`` is empty when the site is closed, None while untold.

    ``why_closed`` is the word of a closure or the French name of a public holiday.
    """

    day: date
    hours: tuple[Hours, ...] | None
    why_closed: str | None
    desks: tuple[ShownDesk, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskWeek:
    """Seven days from a Monday on, and the site's present day."""

    today: date
    days: tuple[DeskDay, ...]


class DesksShown:
    """Reads from a view of the ledger."""

    def __init__(self, ledger_path: Path, *, now_ms: Callable[[], int]) -> None:
        self._path = ledger_path
        self._now_ms = now_ms

    def week(self, site: str, of: date | None = None) -> DeskWeek:
        """Return the week that a day lies in, by default the present one.

        Raises :class:`NotFoundError` for an unknown site, :class:`QueryError` for a day outside the
        years that calendars know.
        """
        with reading(self._path) as db:
            stored = content_store.read_contents(db, site)
            calendar = read_calendar(db, site)
        today = service_date(self._now_ms() // QUARTER_MS, ZoneInfo(calendar.time_zone))
        chosen = today if of is None else of
        if not FIRST_YEAR < chosen.year < LAST_YEAR:
            raise QueryError(
                f"week: {chosen} is not between {FIRST_YEAR + 1} and {LAST_YEAR - 1}",
                fault("week", "year-out-of-range", first=FIRST_YEAR + 1, last=LAST_YEAR - 1),
            )
        monday = chosen - timedelta(days=chosen.weekday())
        days = (monday + timedelta(days=n) for n in range(WEEK_DAYS))
        return DeskWeek(
            today=today, days=tuple(desk_day(stored, day, calendar.calendar) for day in days)
        )


def desk_day(stored: Sequence[Stored], day: date, calendar: SiteCalendar) -> DeskDay:
    """Return a day with its desks by hour, cancelled ones marked as such (pure)."""
    contents: list[Content] = [each.content for each in stored]
    versions = {each.content.name: each.version for each in stored if each.content.kind == "desk"}
    services = {each.name: each for each in of_form(contents, Service)}
    hours = calendar.hours_on(day)
    held = [desk for desk in of_form(contents, Desk) if desk.is_held_on(day)]
    return DeskDay(
        day=day,
        hours=hours,
        why_closed=_why_closed(calendar, day) if hours == () else None,
        desks=tuple(
            ShownDesk(
                name=desk.name,
                version=versions[desk.name],
                shown=(shown := desk_part(desk, day, services, calendar)),
                cancelled_by=_cancelled_by(desk, shown, day),
            )
            for desk in sorted(held, key=lambda each: (each.opens, each.order))
        ),
    )


def _cancelled_by(desk: Desk, shown: BoardDesk, day: date) -> Literal["date", "calendar"] | None:
    if not shown.is_cancelled:
        return None
    return "date" if day in desk.cancelled else "calendar"


def _why_closed(calendar: SiteCalendar, day: date) -> str | None:
    closure = calendar.closure_on(day)
    if closure is not None:
        return closure.label
    return public_holiday(calendar.territory, day) if calendar.closes_on_public_holidays else None
