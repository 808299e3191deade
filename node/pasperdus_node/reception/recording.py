"""From what a terminal asks to be recorded to events, as drafts for the outbox (pure).

A pulse carries the day and never the minute: agents share a desk, and who stood at it when is
known. So does the event that takes a pulse back.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from pasperdus_contract import events
from pasperdus_node.clock import Reading
from pasperdus_node.outbox import Draft
from pasperdus_node.terminal import queue
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

BLUR_MS = 4 * 3_600_000  # no more than the night, so that a morning stays on its own day

Key = tuple[str, int]
"""Epoch and seq of an own event."""


def drafts(
    records: Sequence[Record],
    *,
    reading: Reading,
    now: Now,
    zone: ZoneInfo,
    is_pulse: Callable[[Key], bool],
) -> list[Draft]:
    """Return one draft for each record; ``reading`` and ``now`` are of the same moment.

    ``is_pulse`` tells whether an own event was a pulse.
    """
    moment = _when(reading, reading.uptime_ms)
    day = _when(reading, _blurred_ms(reading, now, zone))
    return [_draft(record, moment, day, is_pulse) for record in records]


def _draft(
    record: Record, moment: dict[str, Any], day: dict[str, Any], is_pulse: Callable[[Key], bool]
) -> Draft:
    match record:
        case TokenStep():
            return partial(
                events.Token,
                **moment,
                visit=record.visit,
                token=record.token,
                action=record.action,
                service=record.service,
            )
        case Counted():
            return partial(events.Tally, **moment, what=record.what, category=record.category)
        case Felt():
            return partial(events.Pulse, **day, value=record.value)
        case Recounted():
            return partial(events.Adjust, **moment, occupancy=record.people)
        case SlipTaken():
            return partial(events.MessageTaken, **moment, id=record.slip, action="taken")
        case TakenBack():
            key = events.EventKey(epoch=record.epoch, seq=record.seq)
            when = day if is_pulse((record.epoch, record.seq)) else moment
            return partial(events.Undo, **when, undone=key)


def _blurred_ms(reading: Reading, now: Now, zone: ZoneInfo) -> int:
    """Return an uptime that tells the service day and no more.

    It is the day's beginning at 04:00, or the start of this boot where that came later. Wall clock
    and uptime move back together, so that the collector dates the event like any other of this
    boot. Where nobody knows the time of day, the uptime loses what is beyond four hours: so the
    day stays right from 04:00 on.
    """
    if not now.is_timed:
        return reading.uptime_ms - reading.uptime_ms % BLUR_MS
    begins_at = queue.day_ends_at(queue.service_day(now.wall_ms, zone) - timedelta(days=1), zone)
    return max(0, reading.uptime_ms - (now.wall_ms - begins_at))


def _when(reading: Reading, uptime_ms: int) -> dict[str, Any]:
    return {
        "wall": reading.wall_at(uptime_ms),
        "uptime": uptime_ms,
        "synced": reading.is_synced,
    }
