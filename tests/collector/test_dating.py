"""Wrong clocks: nothing is lost, each time has its quality, a late anchor moves what counted."""

from __future__ import annotations

import itertools
import tempfile
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pasperdus_collector import dating
from pasperdus_collector import release as release_module
from pasperdus_collector.dating import REDATED_TOGETHER, Dating
from pasperdus_collector.release import release
from pasperdus_contract.fields import MAX_WALL_MS
from pasperdus_contract.messages import Ack
from pasperdus_contract.topics import Channel
from support import scratch
from support.collecting import (
    BOOTED,
    DAY,
    HOUR,
    MONDAY,
    NODE,
    QUARTER,
    Core,
    batch,
    coverage,
    event,
    passage,
    rating,
)
from support.wire import EPOCH, HEARTBEAT, written

OTHER_EPOCH = "0" * 32
LAST_EPOCH = "1" * 32
YEAR = 365 * DAY
NOON = MONDAY + 12 * HOUR


def times(core: Core) -> dict[int, tuple[int | None, str]]:
    return {
        seq: (at, quality) for seq, at, quality in core.rows("SELECT seq, at, quality FROM events")
    }


def quarters(core: Core) -> dict[int, tuple[int, int]]:
    """Return entries and exits by the quarter-hour in which they count, as its start."""
    return {
        quarter * QUARTER: (ins, outs)
        for quarter, ins, outs in core.rows("SELECT quarter, ins, outs FROM passage_quarters")
    }


def unsynced(seq: int, at: int, booted: int, direction: str = "in") -> dict[str, Any]:
    return passage(seq, at, direction, booted=booted, synced=False)


def heartbeat(
    core: Core, *, at: int, booted: int, boot: str = "boot-1", synced: bool = True
) -> None:
    wall = at if synced else at - booted
    sent = {"boot": boot, "wall": wall, "uptime": at - booted, "synced": synced}
    payload = written({**HEARTBEAT, "first": None, "head": None, "sent": sent})
    assert core.take(payload, at=at, channel=Channel.HEARTBEAT) is None


def test_a_synchronised_event_counts_where_its_clock_says(core: Core) -> None:
    core.store(passage(1, NOON))

    assert times(core) == {1: (NOON, "exact")}
    assert quarters(core) == {NOON: (1, 0)}


def test_a_start_in_1970_is_corrected_by_the_message_that_brings_it(core: Core) -> None:
    core.take(batch(unsynced(1, NOON, BOOTED), sent_at=NOON + HOUR), at=NOON + HOUR)

    assert times(core) == {1: (NOON, "corrected")}
    assert quarters(core) == {NOON: (1, 0)}


def test_a_boot_never_synchronised_is_bounded_by_the_receipt(core: Core) -> None:
    late_by = 5_000
    core.take(
        batch(unsynced(1, NOON, BOOTED), sent_at=NOON + HOUR, synced=False),
        at=NOON + HOUR + late_by,
    )

    assert times(core) == {1: (NOON + late_by, "bounded")}


def test_clocks_that_contradict_each_other_give_no_time_and_are_counted_beside(core: Core) -> None:
    after_sending = unsynced(1, NOON + 1, BOOTED)
    core.take(batch(after_sending, sent_at=NOON, synced=False), at=NOON)

    assert times(core) == {1: (None, "unknown")}
    assert quarters(core) == {}
    assert core.rows("SELECT kind, events FROM undated") == [("passage", 1)]


def test_a_late_anchor_dates_even_what_was_unknown(core: Core) -> None:
    core.take(batch(unsynced(1, NOON + 1, BOOTED), sent_at=NOON, synced=False), at=NOON)

    heartbeat(core, at=NOON + HOUR, booted=BOOTED)

    assert times(core) == {1: (NOON + 1, "corrected")}
    assert quarters(core) == {NOON: (1, 0)}
    assert core.rows("SELECT kind, events FROM undated") == []


def test_a_clock_of_2099_and_one_of_1970_that_claim_to_be_right_are_kept_where_they_say(
    core: Core,
) -> None:
    far = MONDAY + 73 * YEAR
    core.store({**passage(1, NOON), "wall": 5_000}, {**passage(2, NOON), "wall": far}, at=NOON)

    assert times(core) == {1: (5_000, "exact"), 2: (far, "exact")}
    assert quarters(core) == {0: (1, 0), far // QUARTER * QUARTER: (1, 0)}


@pytest.mark.parametrize("wall", [0, 2**31 * 1000, 2**32 * 1000, MAX_WALL_MS])
def test_every_wall_time_of_the_contract_can_be_counted_and_released(core: Core, wall: int) -> None:
    extreme = {**rating(1, NOON), "wall": wall}
    other = {**passage(2, NOON), "wall": wall}

    assert core.store(extreme, other, at=NOON).stored == [(1, 2)]

    with core.ledger.transaction():
        release(core.ledger.db, MAX_WALL_MS)
    assert times(core)[1] == (wall, "exact")


def test_a_clock_set_back_a_year_in_the_middle_of_a_batch_loses_nothing(core: Core) -> None:
    before = passage(1, NOON)
    after = {**passage(2, NOON + 1000), "wall": NOON - YEAR}
    between = unsynced(3, NOON + 2000, BOOTED)

    assert core.store(before, after, between, at=NOON + 2500).stored == [(1, 3)]

    assert core.rows("SELECT sum(ins) FROM passage_quarters") == [(3,)]
    assert times(core)[1] == (NOON, "exact")
    assert times(core)[2] == (NOON - YEAR, "exact")
    # The nearest anchor is the message, sent half a second later, whose clock is right again.
    assert times(core)[3] == (NOON + 2000, "corrected")


def test_the_hour_that_comes_twice_in_autumn_is_two_hours(core: Core) -> None:
    paris = ZoneInfo("Europe/Paris")
    first = datetime(2026, 10, 25, 2, 30, tzinfo=paris)
    second = first.replace(fold=1)
    at = [int(each.timestamp() * 1000) for each in (first, second)]
    assert at[1] - at[0] == HOUR

    core.store(passage(1, at[0]), passage(2, at[1], "out"))

    assert quarters(core) == {at[0]: (1, 0), at[1]: (0, 1)}


def test_an_anchor_of_another_boot_dates_nothing(core: Core) -> None:
    core.take(batch(unsynced(1, NOON, BOOTED), sent_at=NOON, synced=False), at=NOON + 60_000)

    heartbeat(core, at=NOON + HOUR, booted=BOOTED, boot="boot-2")

    assert times(core) == {1: (NOON + 60_000, "bounded")}


def test_an_anchor_of_a_node_with_the_same_boot_name_dates_nothing(core: Core) -> None:
    core.take(batch(unsynced(1, NOON, BOOTED), sent_at=NOON, synced=False), at=NOON + 60_000)

    core.store(passage(1, NOON + HOUR), node="entrance-2")

    assert times(core)[1][1] == "exact"
    assert core.rows("SELECT at FROM events WHERE quality = 'bounded'") == [(NOON + 60_000,)]


@pytest.mark.parametrize("learns_from", ["heartbeat", "event"])
def test_a_late_anchor_moves_counts_and_changes_no_total(core: Core, learns_from: str) -> None:
    late_by = 2 * HOUR
    events = [
        unsynced(1, NOON, BOOTED),
        unsynced(2, NOON + QUARTER, BOOTED, "out"),
        event(3, NOON, booted=BOOTED, synced=False, kind="tally", what="phone"),
        coverage(4, NOON - QUARTER - 7, NOON - 7, ok_ms=777_777, synced=False),
        {**rating(5, NOON, synced=False), "flags": ["burst"]},
    ]
    core.take(batch(*events, sent_at=NOON + HOUR, synced=False), at=NOON + HOUR + late_by)
    assert quarters(core) == {NOON + late_by: (1, 0), NOON + QUARTER + late_by: (0, 1)}
    told = core.rows("SELECT sum(told_ms), sum(ok_ms) FROM coverage_quarters")

    if learns_from == "heartbeat":
        heartbeat(core, at=NOON + 3 * HOUR, booted=BOOTED)
    else:
        core.store(event(6, NOON + 3 * HOUR, kind="adjust", occupancy=0))

    assert quarters(core) == {NOON: (1, 0), NOON + QUARTER: (0, 1)}
    assert {quality for _, quality in times(core).values()} <= {"corrected", "exact"}
    assert core.rows("SELECT quarter, tallies FROM tally_quarters") == [(NOON // QUARTER, 1)]
    assert core.rows("SELECT quarter, burst4 FROM rating_quarters") == [(NOON // QUARTER, 1)]
    assert core.rows("SELECT at FROM unreleased") == [(NOON,)]
    assert told == core.rows("SELECT sum(told_ms), sum(ok_ms) FROM coverage_quarters")
    assert told == [(QUARTER, 777_777)]
    assert core.rows("SELECT quarter, told_ms FROM coverage_quarters ORDER BY quarter") == [
        (NOON // QUARTER - 2, 7),
        (NOON // QUARTER - 1, QUARTER - 7),
    ]


def test_a_nearer_anchor_corrects_what_a_farther_one_dated(core: Core) -> None:
    drifted = 90_000  # after a day and a half without a time server
    core.take(batch(unsynced(1, NOON, BOOTED), sent_at=NOON - 10 * HOUR), at=NOON)
    assert times(core) == {1: (NOON, "corrected")}

    heartbeat(core, at=NOON + HOUR + drifted, booted=BOOTED + drifted)

    assert times(core) == {1: (NOON + drifted, "corrected")}


def test_two_unsynchronised_boots_in_a_row_are_each_put_before_the_next(core: Core) -> None:
    second, third = MONDAY + DAY, MONDAY + 2 * DAY
    now = third + HOUR
    for boot, epoch, booted, seqs in (
        ("boot-1", EPOCH, MONDAY, (1, 2)),
        ("boot-2", OTHER_EPOCH, second, (3, 4)),
    ):
        core.take(
            batch(
                *(unsynced(seq, booted + seq * HOUR, booted) for seq in seqs),
                sent_at=now,
                epoch=epoch,
                boot=boot,
                booted=third,
                sent_boot="boot-3",
                synced=False,
            ),
            at=now,
        )
    assert times(core) == dict.fromkeys((1, 2, 3, 4), (third, "bounded"))

    # One event of the second boot was synchronised after all: it dates that boot, bounds the first.
    core.store(passage(5, second + 9 * HOUR, booted=second), epoch=OTHER_EPOCH, boot="boot-2",
               booted=third, sent_boot="boot-3", at=now)  # fmt: skip

    assert times(core) == {
        1: (second, "bounded"),
        2: (second, "bounded"),
        3: (second + 3 * HOUR, "corrected"),
        4: (second + 4 * HOUR, "corrected"),
        5: (second + 9 * HOUR, "exact"),
    }
    assert core.rows("SELECT sum(ins) FROM passage_quarters") == [(5,)]


def test_a_time_that_an_anchor_puts_outside_the_calendar_is_unknown_and_comes_back(
    core: Core,
) -> None:
    core.take(batch(rating(1, NOON, synced=False), sent_at=NOON, synced=False), at=NOON)
    lost = {**passage(2, NOON - DAY), "wall": MAX_WALL_MS}

    assert isinstance(core.take(batch(lost, sent_at=NOON, synced=False), at=NOON), Ack)
    assert times(core)[1] == (None, "unknown")

    heartbeat(core, at=NOON + 1000, booted=BOOTED)
    assert times(core)[1] == (NOON, "corrected")
    assert core.rows("SELECT at FROM unreleased") == [(NOON,)]


def test_ratings_dated_late_are_released_like_any_other(core: Core) -> None:
    ratings = [rating(seq, NOON + seq, synced=False) for seq in range(1, 12)]
    core.take(batch(*ratings, sent_at=NOON, synced=False), at=NOON)
    assert {quality for _, quality in times(core).values()} == {"unknown"}

    heartbeat(core, at=NOON + HOUR, booted=BOOTED)
    with core.ledger.transaction():
        assert release(core.ledger.db, NOON + HOUR) == 1

    assert core.rows("SELECT s4, last_hour FROM blocks") == [(11, NOON // HOUR)]


def test_very_many_ratings_are_released_in_the_same_blocks_call_by_call(
    core: Core, tmp_path: Path
) -> None:
    ratings = [rating(seq, NOON + seq * QUARTER, value=seq % 5 + 1) for seq in range(1, 61)]
    at_once = Core(tmp_path / "at-once.db")
    for each in (core, at_once):
        each.store(*ratings)

    with patch.object(release_module, "RELEASED_TOGETHER", 11):
        for blocks in (1, 1, 1, 1, 1, 0):
            with core.ledger.transaction():
                assert release(core.ledger.db, NOON + 2 * DAY) == blocks
    with at_once.ledger.transaction():
        assert release(at_once.ledger.db, NOON + 2 * DAY) == 5

    for table in ("blocks", "unreleased"):
        assert core.rows(f"SELECT * FROM {table}") == at_once.rows(f"SELECT * FROM {table}")  # noqa: S608 (literals)
    at_once.close()


def test_a_released_rating_stays_in_its_block_when_it_is_dated_anew(core: Core) -> None:
    ratings = [rating(seq, NOON + seq, synced=False) for seq in range(1, 12)]
    late_by = 5 * HOUR
    core.take(batch(*ratings, sent_at=NOON + HOUR, synced=False), at=NOON + HOUR + late_by)
    with core.ledger.transaction():
        assert release(core.ledger.db, NOON + DAY) == 1
    block = core.rows("SELECT * FROM blocks")

    heartbeat(core, at=NOON + DAY, booted=BOOTED)
    with core.ledger.transaction():
        assert release(core.ledger.db, NOON + 2 * DAY) == 0

    assert {at for at, _ in times(core).values()} == {NOON + seq for seq in range(1, 12)}
    assert core.rows("SELECT * FROM blocks") == block
    assert core.rows("SELECT * FROM unreleased") == []


MANY = 20_000
LONG_NOON = BOOTED + 6 * HOUR  # a second after the last of MANY


def store_many(core: Core) -> None:
    """Store MANY passages, one a second, in a boot whose clock was never right."""
    for first in range(1, MANY + 1, 500):
        events = [unsynced(seq, BOOTED + seq * 1000, BOOTED) for seq in range(first, first + 500)]
        payload = batch(*events, sent_at=LONG_NOON, synced=False, first=1, head=MANY)
        assert isinstance(core.take(payload, at=LONG_NOON + DAY), Ack)


def everything(core: Core) -> tuple[object, ...]:
    return times(core), quarters(core), core.rows("SELECT kind, events FROM undated")


def corrected(core: Core) -> int:
    ((events,),) = core.rows("SELECT count(*) FROM events WHERE quality = 'corrected'")
    return int(events)


def step(core: Core, limit: int = REDATED_TOGETHER) -> bool:
    with core.ledger.transaction():
        return Dating(core.ledger.db, core.ledger.registry).redate(limit)


def test_a_late_anchor_of_a_long_boot_is_applied_in_bounded_steps_that_survive_a_power_cut(
    core: Core, tmp_path: Path
) -> None:
    store_many(core)
    heartbeat(core, at=LONG_NOON, booted=BOOTED)

    done = [corrected(core)]
    while True:
        core.crash()
        # What waits counts where it did: no total ever changes.
        assert core.rows("SELECT sum(ins) FROM passage_quarters") == [(MANY,)]
        if not step(core):
            break
        done.append(corrected(core))

    assert done == list(range(REDATED_TOGETHER, MANY + 1, REDATED_TOGETHER))
    at_once = Core(tmp_path / "at-once.db")
    heartbeat(at_once, at=LONG_NOON, booted=BOOTED)
    store_many(at_once)
    assert everything(core) == everything(at_once)
    at_once.close()


def test_a_second_anchor_while_the_first_is_being_applied_is_not_lost(core: Core) -> None:
    drifted = 90_000
    store_many(core)
    heartbeat(core, at=LONG_NOON, booted=BOOTED)

    # Two hours before, the clock differed: it is nearest to all but the last hour.
    heartbeat(core, at=LONG_NOON - 2 * HOUR + drifted, booted=BOOTED + drifted)
    core.store(passage(MANY + 1, LONG_NOON + 1000))
    while step(core):
        pass

    found = times(core)
    nearer = (LONG_NOON - HOUR - BOOTED) // 1000
    assert {seq: at - BOOTED - seq * 1000 for seq, (at, _) in found.items() if at} == {
        **{seq: drifted if seq <= nearer else 0 for seq in range(1, MANY + 1)},
        MANY + 1: LONG_NOON + 1000 - BOOTED - (MANY + 1) * 1000,
    }
    assert Counter(quality for _, quality in found.values()) == {"corrected": MANY, "exact": 1}
    assert core.rows("SELECT sum(ins) FROM passage_quarters") == [(MANY + 1,)]


def test_a_later_boot_bounds_a_long_one_in_steps_and_an_anchor_still_dates_it(core: Core) -> None:
    store_many(core)
    second = LONG_NOON + HOUR
    bound = batch(
        unsynced(MANY + 1, second + 1000, second), sent_at=second + 2000, epoch=OTHER_EPOCH,
        boot="boot-2", booted=second, synced=False,
    )  # fmt: skip
    heartbeat(core, at=second + 1000, booted=second, boot="boot-2")
    core.take(bound, at=second + 2000)
    late = core.rows("SELECT count(*) FROM events WHERE at > ?", second + 1000)
    assert late == [(MANY - REDATED_TOGETHER,)]

    assert step(core)
    heartbeat(core, at=LONG_NOON, booted=BOOTED)
    while step(core):
        pass

    assert {seq: at for seq, (at, _) in times(core).items()} == {
        **{seq: BOOTED + seq * 1000 for seq in range(1, MANY + 1)},
        MANY + 1: second + 1000,
    }


def test_a_boot_bounds_the_one_before_it_however_late_it_is_told(core: Core) -> None:
    starts = [MONDAY + n * DAY for n in range(4)]
    now = starts[-1] + HOUR
    epochs = [f"{n:032x}" for n in range(4)]
    for n in (0, 1, 2):
        told = unsynced(n + 1, starts[n] + HOUR, starts[n])
        payload = batch(
            told, sent_at=now, epoch=epochs[n], boot=f"boot-{n}",
            booted=starts[3], sent_boot="boot-3", synced=False,
        )  # fmt: skip
        core.take(payload, at=now)

    # The starts become known out of order: each moves only what lies between it and the last.
    heartbeat(core, at=starts[2] + HOUR, booted=starts[2], boot="boot-2")
    assert [at for at, _ in times(core).values()] == [starts[2], starts[2], starts[2] + HOUR]
    heartbeat(core, at=starts[1] + 2 * HOUR, booted=starts[1], boot="boot-1")

    assert times(core) == {
        1: (starts[1], "bounded"),
        2: (starts[1] + HOUR, "corrected"),
        3: (starts[2] + HOUR, "corrected"),
    }


class Story:
    """Three boots of one node, some with a right clock for a while, told message by message."""

    def __init__(self, synced: tuple[bool, bool, bool]) -> None:
        self.messages: list[tuple[bytes, Channel, int]] = []
        boots = [(MONDAY, EPOCH), (MONDAY + DAY, OTHER_EPOCH), (MONDAY + 2 * DAY, LAST_EPOCH)]
        seq = itertools.count(1)
        for n, ((booted, epoch), is_right) in enumerate(zip(boots, synced, strict=True)):
            head = n * 5 + 5
            for hour in range(1, 6):
                at = booted + hour * HOUR
                told = passage(next(seq), at, booted=booted, synced=is_right and hour == 4)
                # Odd hours of the first boots are sent later, from the last one.
                is_late = hour % 2 == 1 and n < 2
                sent_from = 2 if is_late else n
                sent_at = boots[2][0] + HOUR if is_late else at + 10
                payload = batch(
                    told, sent_at=sent_at, epoch=epoch, boot=f"boot-{n}",
                    booted=boots[sent_from][0], sent_boot=f"boot-{sent_from}",
                    synced=False, first=head - 4, head=head,
                )  # fmt: skip
                self.messages.append((payload, Channel.EVENTS, sent_at + 20 * hour))


def outcome(
    messages: list[tuple[bytes, Channel, int]], *, together: int = REDATED_TOGETHER
) -> tuple[object, ...]:
    """Return where everything is in the end, when so many events at most are dated anew at once."""
    with (
        tempfile.TemporaryDirectory(dir=scratch.in_memory()) as directory,
        patch.object(dating, "REDATED_TOGETHER", together),
    ):
        core = Core(Path(directory) / "ledger.db")
        for stored, (payload, channel, at) in enumerate(messages, start=1):
            core.take(payload, at=at, node=NODE, channel=channel)
            assert sum(ins for ins, _ in quarters(core).values()) == stored
        while step(core, together):
            pass
        found = everything(core)
        core.close()
    return found


@settings(max_examples=40, deadline=None)
@given(
    st.tuples(st.booleans(), st.booleans(), st.booleans()),
    st.randoms(use_true_random=False),
    st.sampled_from([1, 2, REDATED_TOGETHER]),
)
def test_neither_the_order_of_arrival_nor_small_steps_change_a_time_or_a_count(
    synced: tuple[bool, bool, bool], random: Any, together: int
) -> None:
    story = Story(synced)
    shuffled = list(story.messages)
    random.shuffle(shuffled)

    found_times, found_quarters, _ = found = outcome(shuffled, together=together)

    in_order = outcome(story.messages)
    assert isinstance(found_times, dict)
    assert isinstance(in_order[0], dict)
    for seq, (at, quality) in in_order[0].items():
        other_at, other_quality = found_times[seq]
        assert quality == other_quality
        # Bounds rest on how fast messages travelled; a bound is not moved for under a second.
        assert abs(at - other_at) <= (1_000 if quality == "bounded" else 0)
    assert found[2] == in_order[2]
    assert isinstance(found_quarters, dict)
    assert sum(ins for ins, _ in found_quarters.values()) == 15
