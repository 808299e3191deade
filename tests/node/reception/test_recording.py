"""What a tap records, and that the agents' own day tells the day and never the minute."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from pasperdus_collector.time_correction import Anchor, date_event, latest_in_same_boot
from pasperdus_contract import events
from pasperdus_contract.codec import encode_event
from pasperdus_node.clock import Reading
from pasperdus_node.reception.recording import drafts
from pasperdus_node.terminal.records import (
    Counted,
    Felt,
    Record,
    Recounted,
    SlipTaken,
    TakenBack,
    TokenStep,
)
from pasperdus_node.terminal.state import Now

PARIS = ZoneInfo("Europe/Paris")
HOUR_MS = 3_600_000
PULSE_KEY = ("0" * 32, 7)


def at(clock: str, day: int = 2) -> int:
    """Return a moment of March 2026 in Paris, in ms since 1970."""
    hour, minute = clock.split(":")
    moment = datetime(2026, 3, day, int(hour), int(minute), tzinfo=PARIS)
    return round(moment.timestamp() * 1000)


def recorded(
    record: Record,
    wall_ms: int,
    uptime_ms: int,
    *,
    is_synced: bool = True,
    believed_ms: int | None = None,
) -> Any:
    """Return the event of one record; ``believed_ms`` is what an unsynchronised clock showed."""
    shown_ms = wall_ms if believed_ms is None else believed_ms
    reading = Reading(wall_ms=shown_ms, uptime_ms=uptime_ms, is_synced=is_synced)
    (draft,) = drafts(
        [record],
        reading=reading,
        now=Now(uptime_ms=uptime_ms, wall_ms=wall_ms, is_timed=believed_ms is None),
        zone=PARIS,
        is_pulse=lambda key: key == PULSE_KEY,
    )
    return draft(seq=8)


def local(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(PARIS)


def test_each_record_is_the_event_of_its_kind() -> None:
    made = partial(recorded, wall_ms=at("10:07"), uptime_ms=HOUR_MS)

    step = made(TokenStep(visit="a" * 16, token="red-star", action="transfer", service="titres"))
    assert isinstance(step, events.Token)
    assert (step.visit, step.token, step.action) == ("a" * 16, "red-star", "transfer")
    assert step.service == "titres"
    assert (step.wall, step.uptime, step.synced) == (at("10:07"), HOUR_MS, True)
    tally = made(Counted(what="misorientation", category="toilettes"))
    assert encode_event(tally).endswith(
        b'"kind":"tally","what":"misorientation","category":"toilettes"}'
    )
    assert made(Recounted(people=12)).occupancy == 12
    assert made(SlipTaken(slip="slip-1")).id == "slip-1"
    undo = made(TakenBack(epoch="b" * 32, seq=3))
    assert undo.undone == events.EventKey(epoch="b" * 32, seq=3)
    assert undo.wall == at("10:07")


@pytest.mark.parametrize("record", [Felt(value=2), TakenBack(epoch="0" * 32, seq=7)])
@pytest.mark.parametrize("pressed", ["08:31", "12:00", "17:59", "23:59"])
def test_a_face_tells_its_day_and_the_same_instant_whenever_it_is_tapped(
    record: Record, pressed: str
) -> None:
    event = recorded(record, at(pressed), 300 * HOUR_MS)

    assert event.wall == at("04:00")
    assert event.wall - event.uptime == at(pressed) - 300 * HOUR_MS, "one boot, one offset"


def test_a_face_of_a_terminal_that_was_switched_on_later_tells_when_that_was() -> None:
    early = recorded(Felt(value=2), at("09:10"), round(0.5 * HOUR_MS))
    late = recorded(Felt(value=5), at("16:40"), 8 * HOUR_MS)

    assert (early.wall, early.uptime) == (late.wall, late.uptime) == (at("08:40"), 0)


def test_a_face_after_midnight_belongs_to_the_day_of_the_evening() -> None:
    event = recorded(Felt(value=3), at("00:20", day=3), 30 * HOUR_MS)

    assert local(event.wall).isoformat() == "2026-03-02T04:00:00+01:00"


@pytest.mark.parametrize("pressed", ["08:31", "12:00", "17:59"])
@pytest.mark.parametrize("up_h", [0.2, 3.0, 26.0, 300.0])
@pytest.mark.parametrize("anchors", [True, False], ids=["anchored later", "never anchored"])
def test_the_collector_dates_a_face_of_a_wrong_clock_on_its_day(
    pressed: str, up_h: float, *, anchors: bool
) -> None:
    """The clock believes in 2019; the time of day is known from a board."""
    uptime_ms = round(up_h * HOUR_MS)
    reading = Reading(wall_ms=1_560_000_000_000, uptime_ms=uptime_ms, is_synced=False)
    (draft,) = drafts(
        [Felt(value=4)],
        reading=reading,
        now=Now(uptime_ms=uptime_ms, wall_ms=at(pressed), is_timed=True),
        zone=PARIS,
        is_pulse=lambda _: False,
    )
    event = draft(seq=1)
    sent_ms = 5_000  # after the tap
    latest = latest_in_same_boot(
        received_at=at(pressed) + sent_ms, sent_uptime=uptime_ms + sent_ms, uptime=event.uptime
    )

    dated = date_event(
        wall=event.wall,
        uptime=event.uptime,
        is_synced=event.synced,
        anchors=[Anchor(uptime_ms + sent_ms, at(pressed) - uptime_ms)] if anchors else [],
        latest=latest,
    )

    assert dated.at is not None
    assert local(dated.at).date() == local(at(pressed)).date()
    assert dated.quality == ("corrected" if anchors else "bounded")


@pytest.mark.parametrize("minute", range(0, 240, 37))
def test_where_nobody_knows_the_time_a_face_loses_its_minute(minute: int) -> None:
    uptime_ms = 8 * HOUR_MS + minute * 60_000

    event = recorded(
        Felt(value=4), at("12:00"), uptime_ms, is_synced=False, believed_ms=1_560_000_000_000
    )

    assert event.uptime == 8 * HOUR_MS
