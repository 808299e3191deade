"""The finished weeks of a site."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from pasperdus_collector.api.past import WEEKS, read_past
from pasperdus_collector.registry import read_sites
from support.reception import reception, wall

MONDAY = date(2026, 3, 2)


def test_weeks_begin_with_the_first_that_was_heard_of_and_end_before_this_one(
    tmp_path: Path,
) -> None:
    with reception(tmp_path / "ledger.db") as place:
        for week in range(3):
            noon = wall(MONDAY + timedelta(weeks=week), "12:00")
            place.passages("entree", "porte", "in", [noon] * (week + 1))
        now_ms = wall(MONDAY + timedelta(weeks=2, days=3), "09:00")

        weeks = read_past(place.ledger.db, read_sites(place.ledger.db)[0], now_ms)

    assert [(week.monday, week.passages_in) for week in weeks] == [
        (MONDAY, 1),
        (MONDAY + timedelta(weeks=1), 2),
    ]


def test_no_more_than_nine_months_are_told(tmp_path: Path) -> None:
    with reception(tmp_path / "ledger.db") as place:
        for week in range(WEEKS + 10):
            noon = wall(MONDAY + timedelta(weeks=week), "12:00")
            place.passages("entree", "porte", "in", [noon])
        now_ms = wall(MONDAY + timedelta(weeks=WEEKS + 10), "09:00")

        weeks = read_past(place.ledger.db, read_sites(place.ledger.db)[0], now_ms)

    assert len(weeks) == WEEKS
