"""The main job on its way from beam to ledger, with real processes, also while they are killed."""

import csv
import random
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from pasperdus_demo.collector_api import CollectorApi
from pasperdus_demo.comparison import compare
from pasperdus_demo.door_counts import HalfHour, read_door_counts
from support.demo import Demo, wait_for
from support.read_back import differences, read_back, totals

pytestmark = pytest.mark.slow

BUILDING = Path(__file__).parents[3] / "shared/data/building-doors/door-counts.csv"
BUILDING_SUMMARY = "19625 in, 18806 out, 5038 half-hours equal, 2 missing\n"
WEEKS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorCounts:
    """A file, and what its replay must say."""

    path: Path
    summary: str


@pytest.fixture
def three_weeks(tmp_path: Path) -> DoorCounts:
    """Busy days, quiet nights, a crowd, and a half-hour of which one cell is missing."""
    rng = random.Random(20050724)
    rows = [("start", "in", "out")]
    start = datetime(2005, 7, 24)  # noqa: DTZ001 (the file's times carry no zone)
    ins = outs = 0
    for slot in range(WEEKS * 7 * 48):
        at = start + timedelta(minutes=30 * slot)
        is_busy = 8 <= at.hour < 18 and at.weekday() < 5
        most = 18 if is_busy else rng.choice((0, 0, 0, 2))
        entered, left = rng.randint(0, most), rng.randint(0, most)
        if slot == 9 * 48 + 23:
            entered, left = 70, 60
        is_missing = slot == 10 * 48 + 21
        if not is_missing:
            ins += entered
            outs += left
        rows.append((at.isoformat(), str(entered), "" if is_missing else str(left)))
    path = tmp_path / "doors.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    equal = WEEKS * 7 * 48 - 1
    return DoorCounts(
        path=path, summary=f"{ins} in, {outs} out, {equal} half-hours equal, 1 missing\n"
    )


def test_three_weeks_arrive_as_they_are_in_the_file(
    three_weeks: DoorCounts, tmp_path: Path
) -> None:
    with Demo(tmp_path / "data", "--replay", str(three_weeks.path), "--check") as demo:
        said, complained = demo.finish(timeout_s=120)

    assert said == three_weeks.summary, complained
    assert demo.process.returncode == 0
    assert_read_back_alike(three_weeks.path, tmp_path)


def test_kills_change_nothing(three_weeks: DoorCounts, tmp_path: Path) -> None:
    """``kill -9`` of each in turn, several times; whoever supervises it starts it again."""
    seed = random.SystemRandom().randrange(2**31)
    print(f"seed {seed}")
    rng = random.Random(seed)
    replay = ["--replay", str(three_weeks.path), "--check", "--seed", str(seed)]
    with Demo(tmp_path / "data", *replay) as demo:
        api = CollectorApi(demo.address)
        wait_for(lambda: api.counters().stored, "a first event: a kill before it is none", 60.0)
        for name in ("entrance-1", "broker", "entrance-1", "collector") * 2:
            time.sleep(rng.uniform(0.7, 1.7))
            assert demo.is_running, "the replay ended before the last kill"
            demo.kill(name)
        said, complained = demo.finish(timeout_s=180)

    assert said == three_weeks.summary, complained
    assert demo.process.returncode == 0
    assert "node restarted 0 times" not in complained.splitlines()[-1]


def test_a_half_hour_that_differs_is_told(three_weeks: DoorCounts, tmp_path: Path) -> None:
    """The comparison can fail: one person more in the file than in the ledger."""
    lines = three_weeks.path.read_text(encoding="utf-8").splitlines()[: 1 + 48]
    path = tmp_path / "short.csv"
    path.write_text("\n".join([*lines, "2005-07-25T00:00:00,1,"]) + "\n", encoding="utf-8")
    slots = read_door_counts(path)
    truth, missing = slots[10], slots[-1]
    one_more = HalfHour(
        line=truth.line, start=truth.start, ins=(truth.ins or 0) + 1, outs=truth.outs
    )
    measured = HalfHour(line=missing.line, start=missing.start, ins=0, outs=0)
    with Demo(tmp_path / "data", "--replay", str(path)) as demo:
        api = CollectorApi(demo.address)
        wait_for(lambda: api.counters().stored, "a first event")
        wait_for(lambda: not compare(slots, api).differences, "the end of the replay", 40.0)

        lie = compare([one_more if slot is truth else slot for slot in slots], api)
        zero_for_missing = compare([*slots[:-1], measured], api)

    assert [f"line {truth.line}," in each for each in lie.differences] == [True]
    assert lie.summary.endswith("47 half-hours equal, 1 missing, 1 different")
    assert zero_for_missing.differences == [
        f"line {missing.line}, 2005-07-25T00:00: file 0 in, 0 out, ledger missing in, missing out"
    ]


@pytest.mark.skipif(not BUILDING.exists(), reason=f"the building's door counts: no {BUILDING}")
@pytest.mark.slow(about_s=110)
def test_fifteen_weeks_of_the_real_building_arrive_whatever_is_killed(tmp_path: Path) -> None:
    """The whole file, with ``kill -9`` of each in turn all along the way."""
    seed = random.SystemRandom().randrange(2**31)
    print(f"seed {seed}")
    rng = random.Random(seed)
    with Demo(tmp_path / "data", "--replay", str(BUILDING), "--check") as demo:
        demo.pid_of("entrance-1")
        for name in ("entrance-1", "broker", "collector") * 3:
            time.sleep(rng.uniform(1.0, 4.0))
            assert demo.is_running, "the replay ended before the last kill"
            demo.kill(name)
        said, complained = demo.finish(timeout_s=400)

    assert said == BUILDING_SUMMARY, complained
    assert demo.process.returncode == 0
    assert_read_back_alike(BUILDING, tmp_path)


def assert_read_back_alike(counts: Path, tmp_path: Path) -> None:
    """The file's counts come back from the ledger, InfluxDB, Grafana's questions and exports."""
    slots = read_door_counts(counts)
    in_file = (sum(slot.ins or 0 for slot in slots), sum(slot.outs or 0 for slot in slots))
    told = read_back(tmp_path / "data" / "ledger.db", slots, tmp_path)
    assert len(told) == 6
    for way, quarters in told.items():
        assert totals(quarters) == in_file, way
        assert differences(quarters, slots) == [], way
