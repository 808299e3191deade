"""The routes of a site's calendar: what it tells of its own time, and what days that makes."""

from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Header, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from pasperdus_collector.api.calendars import Calendars
from pasperdus_collector.api.preconditions import believed_version
from pasperdus_collector.calendar.holidays import (
    FIRST_YEAR,
    LAST_YEAR,
    SCHOOL_FIRST_DAY,
    SCHOOL_LAST_DAY,
    SchoolZone,
    Territory,
)
from pasperdus_collector.calendar.masks import Day, describe
from pasperdus_collector.calendar.opening import LABEL_MAX, SiteCalendar
from pasperdus_collector.errors import QueryError, fault
from pasperdus_collector.registry import DEFAULT_SITE
from pasperdus_collector.site_calendar import StoredCalendar

FOUR_WEEKS = 28  # days, unless asked otherwise
MAX_DAYS = 3_660  # in one answer: ten years
MAX_STRETCHES = 12  # of opening in one day
MAX_EXCEPTIONS = 400
MAX_CLOSURES = 200

_Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_Stretches = Annotated[list[tuple[str, str]], Field(max_length=MAX_STRETCHES)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _ExceptionBody(_Body):
    day: date
    hours: _Stretches


class _ClosureBody(_Body):
    first_day: date
    last_day: date
    label: str = Field(min_length=1, max_length=LABEL_MAX)


class CalendarBody(_Body):
    """``PUT sites/{site}/calendar``: the whole calendar; what is left out is not known."""

    hours: dict[_Weekday, _Stretches] = Field(default_factory=dict)
    exceptions: list[_ExceptionBody] = Field(default_factory=list, max_length=MAX_EXCEPTIONS)
    closures: list[_ClosureBody] = Field(default_factory=list, max_length=MAX_CLOSURES)
    closes_on_public_holidays: bool = True
    territory: Territory = "metropole"
    school_zone: SchoolZone | None = None


class DaysQuestion(_Body):
    """``GET calendar``: the days of ``[from, to)`` on the site's calendar."""

    site: str = DEFAULT_SITE
    first_day: date | None = Field(default=None, alias="from")
    end_day: date | None = Field(default=None, alias="to")


def routes(calendars: Calendars) -> APIRouter:
    """Return the routes of calendars."""
    router = APIRouter(prefix="/api/v1")

    @router.get("/sites/{site}/calendar")
    def one_calendar(site: str) -> JSONResponse:
        return _answer(calendars.one(site))

    @router.put("/sites/{site}/calendar")
    def put_calendar(
        site: str, body: CalendarBody, if_match: Annotated[str | None, Header()] = None
    ) -> JSONResponse:
        calendar = SiteCalendar.from_json(body.model_dump(mode="json"))
        return _answer(calendars.change(site, calendar, version=believed_version(if_match)))

    @router.get("/calendar")
    def days(asked: Annotated[DaysQuestion, Query()]) -> dict[str, Any]:
        found = calendars.one(asked.site)
        zone = ZoneInfo(found.time_zone)
        asked_days = _days(asked, today=calendars.today(zone))
        knows_schools = found.calendar.school_zone is not None
        return {
            "site": found.site,
            "time_zone": found.time_zone,
            "school_known_from": SCHOOL_FIRST_DAY.isoformat() if knows_schools else None,
            "school_known_to": SCHOOL_LAST_DAY.isoformat() if knows_schools else None,
            "days": [_day_json(describe(found.calendar, day, zone), zone) for day in asked_days],
        }

    return router


def _answer(stored: StoredCalendar) -> JSONResponse:
    return JSONResponse(
        {
            "site": stored.site,
            "time_zone": stored.time_zone,
            "version": stored.version,
            "calendar": stored.calendar.to_json(),
        },
        headers={"ETag": f'"{stored.version}"'},
    )


def _day_json(day: Day, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "day": day.day.isoformat(),
        "open": None
        if day.open is None
        else [
            {"from": _local(opens_ms, zone), "to": _local(closes_ms, zone)}
            for opens_ms, closes_ms in day.open
        ],
        "closure": day.closure,
        "public_holiday": day.public_holiday,
        "school": day.school.state,
        "school_holiday": day.school.holiday,
    }


def _local(at_ms: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(at_ms // 1000, zone).isoformat()


def _days(asked: DaysQuestion, *, today: date) -> list[date]:
    first = asked.first_day or today
    _check_year("from", first)
    end = asked.end_day or first + timedelta(days=FOUR_WEEKS)
    if end <= first:
        raise QueryError(
            f"to: {end} is not after from, {first}; it is the day after the last one",
            fault("to", "last-before-first"),
        )
    _check_year("to", end - timedelta(days=1))
    if (end - first).days > MAX_DAYS:
        raise QueryError(
            f"to: {end} is more than {MAX_DAYS} days after from; ask for fewer days at a time",
            fault("to", "too-many-days", most=MAX_DAYS),
        )
    return [first + timedelta(days=n) for n in range((end - first).days)]


def _check_year(name: str, day: date) -> None:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise QueryError(
            f"{name}: ask for days between {FIRST_YEAR} and {LAST_YEAR}",
            fault(name, "year-out-of-range", first=FIRST_YEAR, last=LAST_YEAR),
        )
