"""Files of door counts, their replay while processes are killed, and what must come of it."""

from __future__ import annotations

import csv
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from pasperdus_demo.collector_api import CollectorApi
from pasperdus_demo.door_counts import read_door_counts
from support.demo import Demo, wait_for
from support.read_back import differences, read_back, totals

SLOTS_A_DAY = 48


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorCounts:
    """A file, and what its replay must say."""

    path: Path
    summary: str


def written(path: Path, *, weeks: int) -> DoorCounts:
    """Write busy days, quiet nights, a crowd, and a half-hour of which one cell is missing."""
    rng = random.Random(20050724)
    rows = [("start", "in", "out")]
    start = datetime(2005, 7, 24)  # noqa: DTZ001 (the file's times carry no zone)
    slots = weeks * 7 * SLOTS_A_DAY
    ins = outs = 0
    for slot in range(slots):
        at = start + timedelta(minutes=30 * slot)
        is_busy = 8 <= at.hour < 18 and at.weekday() < 5
        most = 18 if is_busy else rng.choice((0, 0, 0, 2))
        entered, left = rng.randint(0, most), rng.randint(0, most)
        if slot == 2 * SLOTS_A_DAY + 23:
            entered, left = 70, 60
        is_missing = slot == 3 * SLOTS_A_DAY + 21
        if not is_missing:
            ins += entered
            outs += left
        rows.append((at.isoformat(), str(entered), "" if is_missing else str(left)))
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    return DoorCounts(path=path, summary=_summary(ins, outs, equal=slots - 1, missing=1))


def found(path: Path) -> DoorCounts:
    """Return a file that is there already.

    Raises :class:`pasperdus_demo.errors.DoorCountsError` when it cannot be replayed.
    """
    slots = read_door_counts(path)
    missing = sum(slot.is_missing for slot in slots)
    ins, outs = (
        sum(way or 0 for way in ways)
        for ways in zip(*((slot.ins, slot.outs) for slot in slots), strict=True)
    )
    summary = _summary(ins, outs, equal=len(slots) - missing, missing=missing)
    return DoorCounts(path=path, summary=summary)


def replay(counts: DoorCounts, directory: Path, *, timeout_s: float) -> None:
    """Replay a file undisturbed. Raises AssertionError when not all of it arrives."""
    with Demo(directory / "data", "--replay", str(counts.path), "--check") as demo:
        said, complained = demo.finish(timeout_s)

    assert said == counts.summary, complained
    assert demo.process.returncode == 0
    assert_read_back_alike(counts.path, directory)


def replay_and_kill(
    counts: DoorCounts,
    directory: Path,
    names: Sequence[str],
    *,
    seed: int,
    longest_s: float,
    timeout_s: float,
) -> None:
    """Replay a file with ``kill -9`` of these in turn; whoever supervises each starts it again.

    Raises AssertionError when not all of it arrives, or when a kill came too late to matter.
    """
    chance = random.Random(seed)
    asked = ["--replay", str(counts.path), "--check", "--seed", str(seed)]
    with Demo(directory / "data", *asked) as demo:
        api = CollectorApi(demo.address)
        wait_for(lambda: api.counters().stored, "a first event: a kill before it is none", 60.0)
        for name in names:
            time.sleep(chance.uniform(0.7, longest_s))
            assert demo.is_running, "the replay ended before the last kill"
            demo.kill(name)
        said, complained = demo.finish(timeout_s)

    assert said == counts.summary, complained
    assert demo.process.returncode == 0
    assert "node restarted 0 times" not in complained.splitlines()[-1]


def assert_read_back_alike(path: Path, directory: Path) -> None:
    """The file's counts come back from the ledger, InfluxDB, Grafana's questions and exports."""
    slots = read_door_counts(path)
    in_file = (sum(slot.ins or 0 for slot in slots), sum(slot.outs or 0 for slot in slots))
    told = read_back(directory / "data" / "ledger.db", slots, directory)
    assert len(told) == 6
    for way, quarters in told.items():
        assert totals(quarters) == in_file, way
        assert differences(quarters, slots) == [], way


def _summary(ins: int, outs: int, *, equal: int, missing: int) -> str:
    return f"{ins} in, {outs} out, {equal} half-hours equal, {missing} missing\n"
