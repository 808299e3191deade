"""Which rows a change concerns: every bucket that it touches, none twice."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from pasperdus_collector.calendar.grid import midnight
from pasperdus_collector.series.card import SiteCard
from pasperdus_collector.series.changes import ChangedDay, changed_rows
from support.conformance import COLLECTOR, PARIS


def test_a_change_concerns_its_quarters_its_hours_its_day_week_and_month() -> None:
    card = SiteCard(collector=COLLECTOR, site="annexe", title="", time_zone="Europe/Paris")
    day = date(2026, 3, 29)  # of 23 hours
    start = midnight(day, PARIS)
    touched = ChangedDay(
        site_id=1,
        site="annexe",
        day=day.toordinal(),
        first_quarter=start + 37,
        end_quarter=start + 39,
        change=1,
    )

    edges = {asked.bucket: list(asked.edges) for asked in changed_rows(card, [touched])}

    assert edges == {
        "15m": [start + 37, start + 38, start + 39],
        "1h": [start + 36, start + 40],
        "1d": [start, start + 92],
        "1w": [midnight(date(2026, 3, 23), PARIS), start + 92],
        "1mo": [midnight(date(2026, 3, 1), PARIS), midnight(date(2026, 4, 1), PARIS)],
    }


def test_days_that_follow_each_other_are_asked_for_together_and_no_bucket_twice() -> None:
    card = SiteCard(collector=COLLECTOR, site="annexe", title="", time_zone="America/Cayenne")
    zone = ZoneInfo(card.time_zone)
    days = [date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 5)]
    changed = [
        ChangedDay(
            site_id=1,
            site="annexe",
            day=day.toordinal(),
            first_quarter=midnight(day, zone),
            end_quarter=midnight(day, zone) + 96,
            change=1,
        )
        for day in days
    ]

    asked = [each for each in changed_rows(card, changed) if each.group.name == "occupancy"]

    buckets = [(each.bucket, len(each.edges) - 1) for each in asked]
    assert buckets == [
        *(("15m", 192), ("15m", 96), ("1h", 48), ("1h", 24), ("1d", 2), ("1d", 1)),
        *(("1w", 1), ("1mo", 1)),
    ]
