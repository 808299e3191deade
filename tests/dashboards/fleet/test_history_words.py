"""A node's last days in words and rows, from quarter-hours that are there or not."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from pasperdus_collector.node_history import NodeQuarter
from pasperdus_dashboards.fleet.history_words import (
    DAY_MS,
    HOUR_MS,
    QUARTER_MS,
    HistoryView,
    clock_words,
    history_view,
)
from pasperdus_dashboards.shell.languages import languages
from support.pages import TUESDAY, plain
from support.reception import wall

NOW_MS = wall(TUESDAY, "14:37")
PARIS = ZoneInfo("Europe/Paris")


def quarter(before_ms: int, **changed: int) -> NodeQuarter:
    start_ms = (NOW_MS - before_ms) // QUARTER_MS * QUARTER_MS
    fields = {"beats": 30, "synced": 30, "pending": 0, "clock_ahead_ms": 0} | changed
    return NodeQuarter(
        start_ms=start_ms, waited_ms=None, battery=None, temperature_c=None, **fields
    )


def view(*quarters: NodeQuarter, span_days: int = 3) -> HistoryView:
    return history_view(quarters, languages()["en"], zone=PARIS, span_days=span_days, now_ms=NOW_MS)


@pytest.mark.parametrize(
    ("ahead_ms", "french", "english"),
    [
        (0, "moins d’une seconde d’écart", "less than a second off"),
        (-999, "moins d’une seconde d’écart", "less than a second off"),
        (1_000, "en avance de 1 seconde", "1 second fast"),
        (-59_400, "en retard de 59 secondes", "59 seconds slow"),
        (125 * 60_000, "en avance de 2 h 05", "2 h 05 fast"),
        (-56 * 365 * DAY_MS, "en retard de 20 440 jours", "20,440 days slow"),
    ],
)
def test_how_far_a_clock_is_off_is_told_as_people_would(
    ahead_ms: int, french: str, english: str
) -> None:
    assert plain(clock_words(ahead_ms, languages()["fr"])) == french
    assert plain(clock_words(ahead_ms, languages()["en"])) == english


def test_rows_follow_one_another_from_the_first_heartbeat_until_now() -> None:
    rows = view(quarter(2 * HOUR_MS, pending=4), quarter(0)).rows

    assert [row.most_pending for row in rows] == [4, *[None] * 7, 0]
    assert all(row.end == after.start for row, after in pairwise(rows))
    assert {row.end - row.start for row in rows} == {timedelta(minutes=15)}


def test_of_fourteen_days_an_hour_is_one_row_with_its_worst_quarter() -> None:
    shown = view(
        quarter(HOUR_MS, pending=4),
        quarter(HOUR_MS - QUARTER_MS, pending=9, synced=0),
        quarter(0),
        span_days=14,
    )

    assert [(row.most_pending, row.synced_share) for row in shown.rows] == [(9, 0.5), (0, 1.0)]
    assert {row.end - row.start for row in shown.rows} == {timedelta(hours=1)}


def test_what_is_older_than_asked_for_is_left_out() -> None:
    shown = view(quarter(4 * DAY_MS, pending=99), quarter(HOUR_MS))

    assert "No event had to wait." in shown.sentence
    assert [day.pending for day in shown.days] == ["0"]
    assert view(quarter(4 * DAY_MS)).rows == []


def test_a_day_without_any_heartbeat_is_a_row_of_dashes_that_says_for_how_long() -> None:
    days = view(quarter(2 * DAY_MS), quarter(0)).days

    assert [plain(day.label) for day in days] == ["Tue 24 Nov", "Mon 23 Nov", "Sun 22 Nov"]
    assert (days[1].pending, days[1].clock, plain(days[1].unheard)) == ("–", "–", "24 h")
