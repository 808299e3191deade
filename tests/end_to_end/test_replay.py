"""The main job on its way from beam to ledger, with real processes, also while they are killed.

A sample of what ``script/torture --replay`` does with fifteen weeks of a real building.
"""

import random
from pathlib import Path

import pytest

from pasperdus_demo.collector_api import CollectorApi
from pasperdus_demo.comparison import compare
from pasperdus_demo.door_counts import HalfHour, read_door_counts
from support.demo import Demo, wait_for
from support.replaying import replay, replay_and_kill, written


@pytest.mark.slow(about_s=25)
def test_a_week_arrives_as_it_is_in_the_file(tmp_path: Path) -> None:
    replay(written(tmp_path / "doors.csv", weeks=1), tmp_path, timeout_s=120)


@pytest.mark.slow(about_s=30)
def test_kills_change_nothing(tmp_path: Path) -> None:
    """``kill -9`` of each in turn; whoever supervises it starts it again."""
    seed = random.SystemRandom().randrange(2**31)
    print(f"seed {seed}")
    counts = written(tmp_path / "doors.csv", weeks=2)

    killed = ("entrance-1", "broker", "entrance-1", "collector")
    replay_and_kill(counts, tmp_path, killed, seed=seed, longest_s=1.7, timeout_s=180)


@pytest.mark.slow
def test_a_half_hour_that_differs_is_told(tmp_path: Path) -> None:
    """The comparison can fail: one person more in the file than in the ledger."""
    week = written(tmp_path / "doors.csv", weeks=1)
    lines = week.path.read_text(encoding="utf-8").splitlines()[: 1 + 48]
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
