import random
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pasperdus_demo.door_counts import SLOT_MS, HalfHour, read_door_counts
from pasperdus_demo.errors import DoorCountsError, ReplayError
from pasperdus_demo.replay_plan import FIRST_MS, LAST_MS, plan_half_hour
from pasperdus_demo.walks import WEIGHTS, BeamPins, Direction, Walk
from pasperdus_node.counting import BeamCounter, Geometry, Passage, Zone, ZoneEdge

START = datetime(2005, 7, 24, tzinfo=UTC)


def half_hour(ins: int, outs: int) -> HalfHour:
    return HalfHour(line=2, start=START, ins=ins, outs=outs)


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "doors.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_an_empty_cell_makes_the_whole_half_hour_missing(tmp_path: Path) -> None:
    path = written(tmp_path, "start,in,out\n2005-07-24T00:00:00,3,\n2005-07-24T00:30:00,0,4\n")

    first, second = read_door_counts(path)

    assert (first.ins, first.outs, first.is_missing) == (None, None, True)
    assert (second.ins, second.outs, second.start) == (0, 4, START.replace(minute=30))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("time,in,out\n", ":1: the first line must be start,in,out"),
        ("start,in,out\n", "holds no half-hour"),
        ("start,in,out\n2005-07-24T00:00:00,1\n", ":2: 2 cells"),
        ("start,in,out\nyesterday,1,1\n", ":2: 'yesterday' is no time"),
        ("start,in,out\n2005-07-24T00:10:00,1,1\n", ":2: 2005-07-24T00:10:00 is not on a whole"),
        ("start,in,out\n2005-07-24T00:00:00,-1,1\n", ":2: '-1' is no count"),
        ("start,in,out\n2005-07-24T00:00:00,٣,1\n", ":2: '٣' is no count"),
        ("start,in,out\n2005-07-24T00:00:00,1801,1\n", ":2: 1801 people one way in half an hour"),
        (f"start,in,out\n2005-07-24T00:00:00,{'9' * 23},1\n", ":2: 999999999999… people one way"),
        (f"start,in,out\n2005-07-24T00:00:00,{'9' * 5000},1\n", "no door lets more than 1800"),
        (
            "start,in,out\n0001-01-01T00:00:00+05:00,1,1\n",
            ":2: 0001-01-01T00:00:00+05:00 is not in",
        ),
        (
            "start,in,out\n9999-12-31T23:30:00-05:00,1,1\n",
            "is not in the years 1970 to 2999; correct",
        ),
        ("start,in,out\n1970-01-01T00:00:00,1,1\n", ":2: 1970-01-01T00:00:00 is not in the years"),
        ("start,in,out\n3000-01-01T00:00:00,1,1\n", ":2: 3000-01-01T00:00:00 is not in the years"),
        (
            "start,in,out\n2005-07-24T00:00:00+05:45,1,1\n",
            "+05:45 is not on a whole half-hour of UTC",
        ),
        ("start,in,out\n\n2005-07-24T00:00:00,1,1\n", ":2: 0 cells; write start,in,out"),
        (
            "start,in,out\n2005-07-24T00:00:00,1,1\n2005-07-24T01:30:00,1,1\n",
            ":3: 2005-07-24T01:30:00 does not follow 2005-07-24T00:00:00 by half an hour",
        ),
    ],
)
def test_a_bad_file_is_refused_with_its_line(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(DoorCountsError) as refused:
        read_door_counts(written(tmp_path, text))

    assert complaint in str(refused.value)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(
        DoorCountsError, match=r"nothing\.csv: cannot be read: there is no such file"
    ):
        read_door_counts(tmp_path / "nothing.csv")
    with pytest.raises(DoorCountsError, match="cannot be read: Is a directory; give a CSV file"):
        read_door_counts(tmp_path)


def test_a_file_of_another_encoding_is_told(tmp_path: Path) -> None:
    path = tmp_path / "doors.csv"
    path.write_bytes("start,in,out\nété,1,1\n".encode("latin-1"))

    with pytest.raises(DoorCountsError, match="is not UTF-8 text; save it as CSV in UTF-8"):
        read_door_counts(path)


def test_a_byte_order_mark_an_offset_and_empty_lines_at_the_end_are_no_harm(tmp_path: Path) -> None:
    path = written(tmp_path, "\ufeffstart,in,out\r\n2005-07-24T02:00:00+02:00,3,4\r\n\r\n  \r\n")

    (slot,) = read_door_counts(path)

    assert (slot.start, slot.ins, slot.outs) == (START, 3, 4)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("ins", "outs"), [(0, 0), (1, 0), (70, 44), (300, 300), (1000, 1000)])
def test_a_plan_has_everybody_once_and_nobody_two_at_a_time(ins: int, outs: int, seed: int) -> None:
    plan = plan_half_hour(half_hour(ins, outs), random.Random(seed))

    directions = [crossing.direction for crossing in plan]
    assert (directions.count("in"), directions.count("out")) == (ins, outs)
    clear_from_ms = FIRST_MS
    for crossing in plan:
        assert crossing.after_ms >= clear_from_ms
        clear_from_ms = crossing.after_ms + crossing.walk.duration_ms + 500
    assert clear_from_ms <= LAST_MS < SLOT_MS


def test_more_people_than_fit_through_the_door_are_refused_with_their_line() -> None:
    with pytest.raises(ReplayError, match="line 2: 4000 crossings do not fit"):
        plan_half_hour(half_hour(4000, 0), random.Random(1))


@pytest.mark.parametrize("walk", WEIGHTS, ids=lambda walk: walk.name)
@pytest.mark.parametrize("direction", ["in", "out"])
def test_every_walk_of_the_replay_counts_exactly_one(walk: Walk, direction: Direction) -> None:
    pins = BeamPins()
    zones = {pins.outer: Zone.A, pins.inner: Zone.B}
    counter = BeamCounter(Geometry(), t_ms=0, levels={Zone.A: False, Zone.B: False})
    outcomes = counter.advance(2_000)
    for t_ms, pin, is_high in walk.moves(pins, direction, 5_000):
        outcomes += counter.feed(ZoneEdge(t_ms=t_ms, zone=zones[pin], blocked=is_high))
    outcomes += counter.advance(5_000 + walk.duration_ms + 130)

    passages = [outcome for outcome in outcomes if isinstance(outcome, Passage)]
    assert [(passage.direction, passage.flags) for passage in passages] == [(direction, ())]
