"""The chart of a node's outbox and clock: steps, gaps, and stretches that say the same."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest

from pasperdus_dashboards.charts.outbox import (
    OutboxRow,
    OutboxWords,
    outbox_chart,
    outbox_frame,
    outbox_rows,
)
from pasperdus_dashboards.charts.style import Size, look_in
from pasperdus_dashboards.shell.drawings import draw_pictures

FIRST = datetime(2026, 11, 17)  # noqa: DTZ001 (the wall's clock)
QUARTER = timedelta(minutes=15)
WORDS = OutboxWords(
    pending="événements en attente",
    clock="horloge",
    labels=[(FIRST + timedelta(days=day), f"{17 + day} nov.") for day in range(7)],
    separator="\u202f",
)


def quarters(*pending: int | None, synced: float = 1.0) -> list[OutboxRow]:
    return [
        OutboxRow(
            start=FIRST + n * QUARTER,
            end=FIRST + (n + 1) * QUARTER,
            most_pending=each,
            synced_share=None if each is None else synced,
            written="",
        )
        for n, each in enumerate(pending)
    ]


def test_quarter_hours_that_say_the_same_are_one_step_and_a_silence_is_none() -> None:
    rows = outbox_rows(quarters(0, 0, 0, 7, 7, None, None, 0))

    assert [(row["pending"], row["is_heard"]) for row in rows] == [
        (0, True),
        (7, True),
        (None, False),
        (0, True),
    ]
    assert rows[0]["to"] == rows[1]["from"]
    assert rows[1]["from"] - rows[0]["from"] == 3 * QUARTER.total_seconds() * 1000


def test_a_stretch_that_is_missing_is_not_bridged() -> None:
    apart = quarters(0, 0, 0)
    del apart[1]

    assert len(outbox_rows(apart)) == 2


def test_one_heartbeat_of_a_wrong_clock_is_enough_to_say_so() -> None:
    assert [row["is_synced"] for row in outbox_rows(quarters(0, synced=0.99))] == [False]
    assert [row["is_synced"] for row in outbox_rows(quarters(0))] == [True]


@pytest.mark.parametrize("size", ["wide", "narrow"])
def test_vega_draws_a_week_with_as_many_days_as_have_room(size: Size) -> None:
    week = quarters(*[None if n % 50 == 0 else n % 9 for n in range(7 * 96)])
    frame = outbox_frame(size)

    (picture,) = draw_pictures([outbox_chart(week, look_in(frame, "light"), WORDS)])

    days = re.findall(r">(\d+) nov\.<", picture.decode())
    assert days == (
        ["17", "18", "19", "20", "21", "22", "23"] if size == "wide" else ["17", "19", "21", "23"]
    )
    assert "événements en attente" in picture.decode()
    assert b"NaN" not in picture
