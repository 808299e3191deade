"""Release blocks of the agents' pulse: the only form in which it leaves the ledger.

A handful of agents share a desk, so a day's faces would tell whose day it was. Pulses of a whole
site, never of a desk, are summed over blocks of at least :data:`K` of them and at least
:data:`SPAN_DAYS` local days, at sites that declare at least :data:`MIN_AGENTS` agents. A block
takes whole finished days, in time order, and is never redrawn; late pulses form later blocks,
which may overlap in time. A block counts in its last day.
"""

import sqlite3
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from zoneinfo import ZoneInfo

from pasperdus_collector.buckets.touched import touch
from pasperdus_collector.calendar.grid import local_date, midnight, start_of_day_ms

K = 11
SPAN_DAYS = 28
MIN_AGENTS = 5


@dataclass(frozen=True, slots=True)
class UnreleasedPulse:
    """One pulse that no block holds yet; ``day`` is the ordinal of its local date."""

    epoch_id: int
    seq: int
    day: int
    value: int


@dataclass(frozen=True, slots=True)
class PulseBlock:
    """Pulses that leave together, and the local days, both included, that they stand for."""

    first_day: int
    last_day: int
    pulses: Sequence[UnreleasedPulse]


def close_pulse_blocks(
    pulses: Iterable[UnreleasedPulse], *, today: int, released_to: int | None
) -> Iterator[PulseBlock]:
    """Yield the blocks that can be closed now; this computes, without a look at the ledger.

    ``pulses`` are those of one site, in time order; ``released_to`` is the last day of its latest
    block. A block begins with the first unreleased pulse and ends at least :data:`SPAN_DAYS` after
    both that and the block before it: otherwise one late pulse would let a few days out. What is
    left over, or of a day that goes on, waits.
    """
    waiting = deque(
        (day, list(of_day)) for day, of_day in groupby(pulses, key=lambda pulse: pulse.day)
    )
    while waiting:
        first_day = waiting[0][0]
        fresh_from = first_day if released_to is None else max(first_day, released_to + 1)
        last_day = fresh_from + SPAN_DAYS - 1
        block: list[UnreleasedPulse] = []
        while waiting and (len(block) < K or waiting[0][0] <= last_day):
            day, of_day = waiting.popleft()
            last_day = max(last_day, day)
            block += of_day
        if len(block) < K or last_day >= today:
            return
        yield PulseBlock(first_day, last_day, block)
        released_to = last_day


def release_pulses(db: sqlite3.Connection, now_ms: int) -> int:
    """Close the blocks that are due, within the caller's transaction; return how many."""
    closed = 0
    for site_id, time_zone in db.execute(
        "SELECT id, time_zone FROM sites WHERE agents >= ? ORDER BY id", (MIN_AGENTS,)
    ).fetchall():
        zone = ZoneInfo(time_zone)
        waiting = [
            UnreleasedPulse(epoch_id, seq, local_date(at, zone).toordinal(), value)
            for epoch_id, seq, at, value in db.execute(
                "SELECT epoch_id, seq, at, value FROM pulses WHERE site_id = ? AND at < ? "
                "ORDER BY at, epoch_id, seq",
                (site_id, start_of_day_ms(now_ms, zone)),
            )
        ]
        (released_to,) = db.execute(
            "SELECT max(last_day) FROM pulse_blocks WHERE site_id = ?", (site_id,)
        ).fetchone()
        today = local_date(now_ms, zone).toordinal()
        for block in close_pulse_blocks(waiting, today=today, released_to=released_to):
            _store(db, site_id, block, now_ms)
            quarter = midnight(date.fromordinal(block.last_day), zone)
            touch(db, site_id, quarter, quarter + 1)
            closed += 1
    return closed


def _store(db: sqlite3.Connection, site_id: int, block: PulseBlock, now_ms: int) -> None:
    counts = [0] * 5
    for pulse in block.pulses:
        counts[pulse.value - 1] += 1
    db.execute(
        "INSERT INTO pulse_blocks (site_id, first_day, last_day, closed_at, p1, p2, p3, p4, p5) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (site_id, block.first_day, block.last_day, now_ms, *counts),
    )
    db.executemany(
        "DELETE FROM pulses WHERE epoch_id = ? AND seq = ?",
        [(pulse.epoch_id, pulse.seq) for pulse in block.pulses],
    )


def read_pulses(db: sqlite3.Connection, site: str, ranges: Sequence[tuple[int, int]]) -> list[int]:
    """Return the pulses by score, worst first, of the blocks that lie within one of the ranges.

    Ranges are in milliseconds since 1970 UTC. Nothing at sites that declare too few agents.
    """
    row = db.execute(
        "SELECT id, time_zone FROM sites WHERE name = ? AND agents >= ?", (site, MIN_AGENTS)
    ).fetchone()
    sums = [0] * 5
    if row is None:
        return sums
    site_id, zone = row[0], ZoneInfo(row[1])
    days = [
        (local_date(start, zone).toordinal(), local_date(end - 1, zone).toordinal())
        for start, end in ranges
        if start < end
    ]
    for first, last, *counts in db.execute(
        "SELECT first_day, last_day, p1, p2, p3, p4, p5 FROM pulse_blocks WHERE site_id = ?",
        (site_id,),
    ):
        if any(begin <= first and last <= end for begin, end in days):
            sums = [a + b for a, b in zip(sums, counts, strict=True)]
    return sums
