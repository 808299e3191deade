"""How each node is, and which exact events of it have not arrived."""

from __future__ import annotations

from typing import Any

from pasperdus_collector.node_state import Missing, NodeState
from pasperdus_collector.node_states import SILENT_AFTER_MS, read_nodes
from pasperdus_contract.fields import MAX_WALL_MS
from pasperdus_contract.topics import Channel
from support.collecting import MINUTE, MONDAY, Core, batch, passage
from support.wire import EPOCH, HEARTBEAT, written

OTHER_EPOCH = "0" * 32


def status(core: Core, state: str, *, at: int) -> None:
    said = {"schema": 1, "state": state, "epoch": EPOCH, "version": "0.1.0"}
    assert core.take(written(said), at=at, channel=Channel.STATUS) is None


def heartbeat(core: Core, *, at: int, **changes: Any) -> None:
    beat = {**HEARTBEAT, "first": None, "head": None, **changes}
    assert core.take(written(beat), at=at, channel=Channel.HEARTBEAT) is None


def node(core: Core, *, at: int) -> NodeState:
    (found,) = read_nodes(core.ledger.db, at)
    return found


def missing(core: Core, *, at: int) -> list[tuple[int, int]]:
    return [(gap.first, gap.last) for gap in node(core, at=at).missing]


def deliver(core: Core, *seqs: int, at: int, first: int = 1, head: int = 9) -> None:
    events = (passage(seq, MONDAY - MINUTE) for seq in seqs)
    core.take(batch(*events, sent_at=at, first=first, head=head), at=at)


def test_what_has_not_arrived_is_missing_after_a_minute_and_no_sooner(core: Core) -> None:
    deliver(core, 1, 2, 5, at=MONDAY)

    assert missing(core, at=MONDAY + MINUTE - 1) == []
    assert missing(core, at=MONDAY + MINUTE) == [(3, 4), (6, 9)]
    assert node(core, at=MONDAY + MINUTE).missing[0] == Missing(epoch=EPOCH, first=3, last=4)


def test_a_gap_vanishes_when_it_arrives_also_into_the_quarantine(core: Core) -> None:
    deliver(core, 1, 2, 5, at=MONDAY)
    bad = {**passage(4, MONDAY), "direction": "up"}
    core.take(batch(bad, sent_at=MONDAY, first=1, head=9), at=MONDAY)
    deliver(core, 3, 6, 7, 8, 9, at=MONDAY + 2 * MINUTE)

    assert missing(core, at=MONDAY + 5 * MINUTE) == []


def test_a_head_that_goes_on_growing_still_settles(core: Core) -> None:
    for second in range(0, 181, 10):
        deliver(core, 1, at=MONDAY + second * 1000, head=10 + second)

    found = missing(core, at=MONDAY + 180_000)

    assert found[0][0] == 2
    assert 10 + 60 <= found[-1][1] <= 10 + 120
    assert missing(core, at=MONDAY + 180_000 + MINUTE) == [(2, 190)]


def test_a_lower_head_than_known_is_no_error_and_takes_nothing_back(core: Core) -> None:
    deliver(core, 1, at=MONDAY, head=9)
    deliver(core, 2, at=MONDAY + 1, head=4)

    assert missing(core, at=MONDAY + MINUTE) == [(3, 9)]


def test_a_heartbeat_names_the_tail_of_an_epoch_of_which_nothing_came(core: Core) -> None:
    closed = [{"epoch": OTHER_EPOCH, "first": 1, "head": 3}]
    heartbeat(core, at=MONDAY, first=4, head=6, closed=closed)

    found = node(core, at=MONDAY + MINUTE).missing

    assert {(gap.epoch, gap.first, gap.last) for gap in found} == {
        (OTHER_EPOCH, 1, 3),
        (EPOCH, 4, 6),
    }


def test_an_epoch_first_named_by_a_heartbeat_takes_events_afterwards(core: Core) -> None:
    heartbeat(core, at=MONDAY, first=1, head=2)
    deliver(core, 1, 2, at=MONDAY + 1, head=2)

    assert missing(core, at=MONDAY + MINUTE) == []


def test_a_node_is_online_until_three_heartbeats_are_missing(core: Core) -> None:
    status(core, "online", at=MONDAY)
    heartbeat(core, at=MONDAY + 30_000)

    assert node(core, at=MONDAY + 30_000 + SILENT_AFTER_MS).state == "online"
    assert node(core, at=MONDAY + 30_001 + SILENT_AFTER_MS).state == "silent"
    heartbeat(core, at=MONDAY + 10 * MINUTE)
    assert node(core, at=MONDAY + 10 * MINUTE).state == "online"


def test_a_node_that_said_goodbye_is_offline_and_not_silent(core: Core) -> None:
    status(core, "online", at=MONDAY)
    status(core, "offline", at=MONDAY + 1)

    state = node(core, at=MONDAY + 60 * MINUTE)

    assert (state.state, state.state_at) == ("offline", MONDAY + 1)


def test_the_last_heartbeat_tells_how_a_node_is(core: Core) -> None:
    deliver(core, 1, at=MONDAY)
    assert node(core, at=MONDAY).pending is None
    heartbeat(core, at=MONDAY, pending=8, lost=1)
    heartbeat(
        core, at=MONDAY + 1, pending=3, oldest_pending_wall=MONDAY - 5, lost=2, battery=88,
        temperature_c=51.2, sensors={"door": "ok"}, extra="kept",
    )  # fmt: skip

    found = node(core, at=MONDAY + 1)

    assert (found.pending, found.oldest_pending_at, found.lost) == (3, MONDAY - 5, 2)
    assert (found.battery, found.temperature_c, found.sensors) == (88, 51.2, {"door": "ok"})
    assert (found.heartbeat_at, found.event_at) == (MONDAY + 1, MONDAY - MINUTE)
    assert (found.is_synced, found.version, found.undated) == (True, "0.1.0", 0)


def test_an_unreadable_heartbeat_or_status_changes_nothing(core: Core) -> None:
    status(core, "online", at=MONDAY)
    heartbeat(core, at=MONDAY, pending=3)
    for payload in (b"{", b"{}", b"\xff", b"[]", b'{"schema": 1}'):
        core.take(payload, at=MONDAY + 1, channel=Channel.HEARTBEAT)
        core.take(payload, at=MONDAY + 1, channel=Channel.STATUS)
    core.take(b"", at=MONDAY + 1, channel=Channel.STATUS)  # a retained status was cleared

    found = node(core, at=MONDAY + 1)

    assert (found.state, found.state_at, found.pending) == ("online", MONDAY, 3)


def test_a_tail_that_only_a_heartbeat_named_is_missing_after_a_minute(core: Core) -> None:
    """The node dies while an earlier head still waits to be a minute old."""
    deliver(core, 1, 2, 3, 4, 5, at=MONDAY, head=5)
    heartbeat(core, at=MONDAY + MINUTE // 2, first=1, head=9)

    assert missing(core, at=MONDAY + MINUTE // 2 + MINUTE - 1) == []
    assert missing(core, at=MONDAY + MINUTE // 2 + MINUTE) == [(6, 9)]


def test_a_clock_far_ahead_does_not_set_the_last_event(core: Core) -> None:
    core.take(batch(passage(1, MONDAY), sent_at=MONDAY), at=MONDAY)
    core.take(batch(passage(2, MAX_WALL_MS), sent_at=MONDAY), at=MONDAY)

    assert node(core, at=MONDAY).event_at == MONDAY


def test_a_node_says_what_its_screen_shows_in_its_status_and_in_its_heartbeat(core: Core) -> None:
    """Whoever was running before a collector was upgraded does not send a status again."""
    heartbeat(core, at=MONDAY)
    assert node(core, at=MONDAY).screen is None
    heartbeat(core, at=MONDAY + 1, screen="public")
    assert node(core, at=MONDAY + 1).screen == "public"

    for said, expected in (({"screen": "agent"}, "agent"), ({}, None)):
        online = {"schema": 1, "state": "online", "epoch": EPOCH, "version": "0.1.0", **said}
        core.take(written(online), at=MONDAY + 2, channel=Channel.STATUS)
        assert node(core, at=MONDAY + 2).screen == expected
