"""What an agent took back counts nothing, whenever the undo arrives; the raw event stays."""

from __future__ import annotations

import tempfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pasperdus_contract.messages import Ack
from support import scratch
from support.collecting import (
    DAY,
    MINUTE,
    MONDAY,
    QUARTER,
    Core,
    batch,
    event,
    passage,
    rating,
)
from support.wire import EPOCH

NINE = MONDAY + 9 * 60 * MINUTE
OTHER_EPOCH = "0" * 32
VISIT = f"{7:016x}"


def step(
    seq: int, at: int, action: str = "wait", visit: str = VISIT, **fields: Any
) -> dict[str, Any]:
    told = {"kind": "token", "visit": visit, "token": "blue-moon", "action": action}
    return event(seq, at, **{**told, **fields})


def tally(seq: int, at: int, **fields: Any) -> dict[str, Any]:
    return event(seq, at, **{"kind": "tally", "what": "phone", **fields})


def pulse(seq: int, at: int, value: int = 4, **fields: Any) -> dict[str, Any]:
    return event(seq, at, **{"kind": "pulse", "value": value, **fields})


def undo(seq: int, at: int, undone: int, epoch: str = EPOCH, **fields: Any) -> dict[str, Any]:
    return event(seq, at, kind="undo", undone={"epoch": epoch, "seq": undone}, **fields)


def tallies(core: Core) -> list[tuple[int, int]]:
    return core.rows("SELECT quarter, tallies FROM tally_quarters ORDER BY quarter")


def waits(core: Core) -> list[tuple[str, int | None]]:
    return core.rows("SELECT outcome, waited_ms FROM token_waits ORDER BY began_at, n")


def test_a_step_taken_back_is_as_if_never_recorded_but_its_raw_event_stays(core: Core) -> None:
    core.store(step(1, NINE), step(2, NINE + MINUTE, "call"))
    core.store(undo(3, NINE + 2 * MINUTE, 2), step(4, NINE + 5 * MINUTE, "call"))

    assert waits(core) == [("called", 5 * MINUTE)]
    assert core.rows("SELECT seq FROM token_steps ORDER BY seq") == [(1,), (4,)]
    assert core.rows("SELECT seq, kind FROM events ORDER BY seq") == [
        (1, "token"), (2, "token"), (3, "undo"), (4, "token"),
    ]  # fmt: skip


def test_a_visit_whose_wait_is_taken_back_never_was(core: Core) -> None:
    core.store(step(1, NINE), undo(2, NINE + MINUTE, 1))

    assert core.is_empty("token_steps")
    assert core.is_empty("token_waits")


def test_a_tally_is_subtracted_and_an_emptied_quarter_claims_nothing(core: Core) -> None:
    core.store(tally(1, NINE), tally(2, NINE), tally(3, NINE + QUARTER))
    core.store(undo(4, NINE + DAY, 1), undo(5, NINE + DAY, 3))

    assert tallies(core) == [(NINE // QUARTER, 1)]


def test_a_pulse_that_waits_is_removed_and_one_in_a_block_stays(core: Core) -> None:
    core.store(pulse(1, NINE), pulse(2, NINE, 5))
    core.rows("DELETE FROM pulses WHERE seq = 1")  # as a block takes it
    core.rows(
        "INSERT INTO pulse_blocks (site_id, first_day, last_day, closed_at, p1, p2, p3, p4, p5) "
        "VALUES (1, 1, 28, 1, 0, 0, 0, 1, 0)"
    )

    core.store(undo(3, NINE + MINUTE, 1), undo(4, NINE + MINUTE, 2))

    assert core.is_empty("pulses")
    assert core.rows("SELECT p4, p5 FROM pulse_blocks") == [(1, 0)]


@pytest.mark.parametrize("is_one_batch", [True, False])
def test_an_undo_may_come_before_what_it_takes_back(core: Core, is_one_batch: bool) -> None:
    first = [undo(9, NINE + MINUTE, 1), undo(8, NINE, 2), undo(7, NINE, 3)]
    then = [tally(1, NINE), step(2, NINE), pulse(3, NINE)]
    for events in [[*first, *then]] if is_one_batch else [first, then]:
        core.store(*events, at=NINE + DAY)

    assert tallies(core) == []
    assert core.is_empty("token_steps")
    assert core.is_empty("pulses")
    assert core.counters() == (6, 6, 0, 0)


def test_two_undos_of_one_tally_subtract_it_once(core: Core) -> None:
    core.store(tally(1, NINE), tally(2, NINE))
    for undone in (undo(3, NINE, 1), undo(4, NINE + 1, 1), undo(3, NINE, 1)):
        core.store(undone)

    assert tallies(core) == [(NINE // QUARTER, 1)]
    assert core.counters() == (5, 4, 1, 0)


def test_nothing_else_can_be_taken_back(core: Core) -> None:
    before = [passage(1, NINE), rating(2, NINE), event(3, NINE, kind="adjust", occupancy=4)]
    core.store(*before[:2], tally(4, NINE), undo(5, NINE, 4))
    core.store(*(undo(10 + n, NINE, n) for n in (1, 2, 3, 5)))
    core.store(before[2])

    assert core.rows("SELECT ins FROM passage_quarters") == [(1,)]
    assert core.rows("SELECT s4 FROM rating_quarters") == [(1,)]
    assert core.rows("SELECT people FROM recounts") == [(4,)]
    assert tallies(core) == []  # the undo of the undo is none


def test_a_node_takes_back_only_what_is_its_own_also_of_an_earlier_epoch(core: Core) -> None:
    core.store(tally(1, NINE))
    core.store(undo(2, NINE, 1), node="elsewhere", boot="boot-2")
    assert tallies(core) == [(NINE // QUARTER, 1)]

    core.store(undo(2, NINE + MINUTE, 1), epoch=OTHER_EPOCH)

    assert tallies(core) == []


def test_an_epoch_that_only_an_undo_named_takes_its_events_afterwards(core: Core) -> None:
    core.store(undo(5, NINE + MINUTE, 1), epoch=OTHER_EPOCH, boot="boot-2", booted=NINE)
    core.store(tally(1, NINE), tally(2, NINE))

    assert tallies(core) == [(NINE // QUARTER, 1)]
    assert core.rows("SELECT count(*) FROM epochs") == [(2,)]


def test_a_late_anchor_counts_nothing_of_what_was_taken_back(core: Core) -> None:
    """The clock is wrong, and the network slow, until a later batch tells the time."""
    told = [
        tally(1, NINE, synced=False),
        tally(2, NINE, synced=False),
        step(3, NINE, synced=False),
        undo(4, NINE + 1, 1, synced=False),
        undo(5, NINE + 1, 3, synced=False),
    ]
    core.take(batch(*told, sent_at=NINE + MINUTE, synced=False), at=NINE + DAY)
    assert tallies(core) == [((NINE + DAY - MINUTE) // QUARTER, 1)]

    core.store(passage(6, NINE + 2 * DAY))

    assert tallies(core) == [(NINE // QUARTER, 1)]
    assert core.is_empty("token_steps")
    assert core.rows("SELECT at, quality FROM events WHERE seq = 1") == [(NINE, "corrected")]


def test_a_tally_without_a_time_is_not_told_as_undated_once_taken_back(core: Core) -> None:
    """It claims to be younger than the message that brought it: nobody knows when it was."""
    core.store(tally(1, NINE, synced=False), at=NINE - MINUTE, synced=False)
    assert core.rows("SELECT kind, events FROM undated") == [("tally", 1)]

    core.store(undo(2, NINE, 1), epoch=OTHER_EPOCH, boot="boot-2", booted=NINE - MINUTE)

    assert core.is_empty("undated")


def test_the_days_and_the_projection_learn_of_an_undo(core: Core) -> None:
    core.store(tally(1, NINE), step(2, NINE + DAY), at=NINE + 2 * DAY)
    core.rows("DELETE FROM changed_days")

    core.store(undo(3, NINE + 5 * DAY, 1), undo(4, NINE + 5 * DAY, 2))

    days = core.rows("SELECT day - (SELECT min(day) FROM changed_days) FROM changed_days")
    assert {0, 1} <= {day for (day,) in days}


COUNTED = {
    "tally_quarters": "what, category, quarter, tallies",
    "passage_quarters": "quarter, ins, outs",
    "token_steps": "seq, visit, at, quality, action, service, token",
    "token_waits": "began_at, visit, n, service, outcome, waited_ms, served_ms, is_served",
    "pulses": "seq, at, value",
    "undated": "kind, events",
}
taps = st.one_of(
    st.fixed_dictionaries({"kind": st.just("tally"), "what": st.sampled_from(["phone", "lost"])}),
    st.fixed_dictionaries({"kind": st.just("pulse"), "value": st.integers(1, 5)}),
    st.fixed_dictionaries(
        {
            "kind": st.just("token"),
            "visit": st.sampled_from([VISIT, "0" * 16]),
            "token": st.just("red-star"),
            "action": st.sampled_from(["wait", "call", "park", "transfer", "done", "left"]),
        }
    ),
    st.just({"kind": "passage", "line": "door", "direction": "in"}),
)


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_any_history_with_undos_is_the_history_without_what_was_taken_back(
    data: st.DataObject,
) -> None:
    """In any order of arrival, with clocks that were right from the start or became so."""
    recorded = data.draw(st.lists(taps, min_size=1, max_size=12))
    right_from = data.draw(st.integers(1, 20))
    events = [
        event(n, NINE + n * 7 * MINUTE, synced=n >= right_from, **tap)
        for n, tap in enumerate(recorded, start=1)
    ]
    undone = data.draw(st.lists(st.sampled_from(range(1, len(events) + 1)), max_size=8))
    undos = [
        undo(100 + n, NINE + 4 * 60 * MINUTE, seq, synced=False) for n, seq in enumerate(undone)
    ]
    arriving = data.draw(st.permutations([*events, *undos]))
    cuts = sorted(
        data.draw(st.sets(st.integers(1, len(arriving)), max_size=4)) | {0, len(arriving)}
    )
    gone = {seq for seq in undone if events[seq - 1]["kind"] != "passage"}

    with tempfile.TemporaryDirectory(dir=scratch.in_memory()) as directory:
        one, other = (Core(Path(directory) / f"{name}.db") for name in ("with", "without"))
        try:
            for first, end in pairwise(cuts):
                is_right = data.draw(st.booleans())
                _deliver(one, arriving[first:end], is_synced=is_right)
            _deliver(other, [each for each in events if each["seq"] not in gone], is_synced=False)
            for core in (one, other):
                _deliver(core, [], is_synced=True)
            for table, columns in COUNTED.items():
                select = f"SELECT {columns} FROM {table} ORDER BY {columns}"  # noqa: S608 (literals above)
                assert one.rows(select) == other.rows(select), table
        finally:
            one.close()
            other.close()


def _deliver(core: Core, events: list[dict[str, Any]], *, is_synced: bool) -> None:
    """Hours late: a receipt bounds the times that no clock tells, until one does."""
    sent_at = NINE + DAY
    payload = batch(*events, sent_at=sent_at, synced=is_synced, first=1, head=200)
    assert isinstance(core.take(payload, at=sent_at + 3 * 60 * MINUTE), Ack)
