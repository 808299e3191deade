"""The duty desks of a week: held, cancelled by somebody, or by the site's calendar."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from pasperdus_collector.api.contents import Contents
from pasperdus_collector.api.desks_shown import DesksShown
from pasperdus_collector.calendar.opening import Closure, Hours, SiteCalendar
from pasperdus_collector.errors import QueryError
from pasperdus_collector.site_calendar import write_calendar
from support.contents import WRITTEN
from support.registering import at
from support.writing import Desk

MONDAY = date(2026, 12, 21)
WORKDAYS = ((Hours(540, 1020),),) * 5 + ((), ())


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path / "ledger.db")
    desk.start()
    desk.run(lambda ledger: ledger.registry.enrol("door", 0))
    yield desk
    desk.stop()


def test_a_week_tells_who_cancelled_a_desk_and_why_a_day_is_closed(desk: Desk) -> None:
    calendar = SiteCalendar(
        hours=WORKDAYS,
        closures=(
            Closure(first_day=date(2026, 12, 24), last_day=date(2026, 12, 24), label="Réveillon"),
        ),
    )
    desk.run(lambda ledger: write_calendar(ledger.db, "default", calendar, version=None))
    contents = Contents(desk.path, desk.writer, now_ms=lambda: at("2026-12-22T10:00"))
    contents.add(
        "default",
        "desk",
        {
            **WRITTEN["desk"],
            "weekdays": ["monday", "tuesday", "thursday", "friday"],
            "cancelled": ["2026-12-22"],
        },
    )
    contents.add(
        "default",
        "desk",
        {**WRITTEN["desk"], "name": "nuit", "opens": "08:00", "held_when_closed": True}
        | {"weekdays": ["friday"]},
    )

    week = DesksShown(desk.path, now_ms=lambda: at("2026-12-22T10:00")).week("default")

    assert week.today == date(2026, 12, 22)
    assert [each.day.day for each in week.days] == [21, 22, 23, 24, 25, 26, 27]
    told = [[(each.name, each.cancelled_by) for each in day.desks] for day in week.days]
    assert told == [
        [("impots", None)],
        [("impots", "date")],
        [],
        [("impots", "calendar")],
        [("nuit", None), ("impots", "calendar")],
        [],
        [],
    ]
    assert [day.why_closed for day in week.days] == [
        *(None, None, None, "Réveillon", "Noël", None, None),
    ]
    assert [day.hours == () for day in week.days] == [False] * 3 + [True] * 4


def test_a_week_is_any_that_calendars_know(desk: Desk) -> None:
    shown = DesksShown(desk.path, now_ms=lambda: at("2026-12-22T10:00"))

    assert shown.week("default", date(2027, 1, 3)).days[0].day == date(2026, 12, 28)
    for day in (date.min, date.max):
        with pytest.raises(QueryError, match="is not between 1991 and 2099"):
            shown.week("default", day)
