"""Delivery under every schedule: a real outbox, and a collector that we speak for by hand."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

import pasperdus_node.publisher
from pasperdus_contract import events
from pasperdus_node.outbox import Draft, Outbox
from pasperdus_node.publisher import IN_FLIGHT, LAST_ANSWER_S, Publisher
from pasperdus_node.simulation.clock import DrivenClock
from support import scratch

NODE, COLLECTOR = "entrance-1", "mairie"
BOOT = "5b3c1e0a"
MAX_BYTES, MAX_EVENTS = 65_536, 500  # the contract's
ONLINE = {"schema": 1, "state": "online", "version": "0.1.0"}


@dataclass
class Collector:
    """A collector as contract.md has it; what it stores survives its restarts."""

    name: str = COLLECTOR
    stored: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)
    quarantined: dict[tuple[str, int], str] = field(default_factory=dict)
    poison: set[int] = field(default_factory=set)
    """Seqs that make the whole payload unreadable."""
    bad: set[int] = field(default_factory=set)
    """Seqs of invalid events."""
    is_too_old: bool = False
    is_quarantine_full: bool = False
    conflicts: int = 0

    def hear(self, payload: bytes) -> bytes | None:
        """Store a batch and return the answer."""
        batch = json.loads(payload)
        seqs = {event["seq"] for event in batch["events"]}
        if self.is_too_old:
            return self.reject(payload, "unknown schema 1")
        if seqs & self.poison:
            return self.reject(payload, "not JSON: expected value at line 1")
        epoch = batch["epoch"]
        stored: list[int] = []
        kept: list[tuple[int, str]] = []
        for event in batch["events"]:
            key = (epoch, event["seq"])
            if event["seq"] in self.bad:
                if key not in self.quarantined and self.is_quarantine_full:
                    continue
                self.quarantined[key] = "line: is missing"
                kept.append((event["seq"], "line: is missing"))
            else:
                self.conflicts += self.stored.setdefault(key, event) != event
                stored.append(event["seq"])
        if not stored and not kept:
            return None
        return self.say(
            epoch=epoch,
            stored=[[seq, seq] for seq in stored],
            quarantined=[[seq, seq, reason] for seq, reason in kept],
        )

    def reject(self, payload: bytes, reason: str) -> bytes:
        return self.say(rejected=reason, payload=sha256(payload).hexdigest())

    def say(self, **fields: Any) -> bytes:
        return json.dumps({"schema": 1, "collector": self.name, **fields}).encode()


def status(number: int, state: str = "online") -> bytes:
    return json.dumps({**ONLINE, "state": state, "instance": f"{number:032x}"}).encode()


def ack(epoch: str, first: int, last: int, collector: str = COLLECTOR) -> bytes:
    return Collector(collector).say(epoch=epoch, stored=[[first, last]], quarantined=[])


def passage() -> Draft:
    return partial(events.Passage, wall=0, uptime=0, synced=False, line="door", direction="in")


def seqs_of(payload: bytes) -> list[int]:
    return [event["seq"] for event in json.loads(payload)["events"]]


@dataclass
class Node:
    """A publisher on an outbox, and what it has put on the wire."""

    path: Path
    sent: list[bytes] = field(default_factory=list)
    is_connected: bool = True
    now_s: float = 1000.0

    def __post_init__(self) -> None:
        clock = DrivenClock(boot=BOOT, is_synced=True)
        clock.set(wall_ms=1_795_346_400_000, uptime_ms=0)
        self.clock = clock
        self.outbox = Outbox(self.path, boot=BOOT)
        self.publisher = Publisher(
            self.outbox, clock, node=NODE, collector=COLLECTOR, send=self.send
        )

    def send(self, payload: bytes) -> bool:
        if self.is_connected:
            self.sent.append(payload)
        return self.is_connected

    def record(self, count: int) -> None:
        self.outbox.record([passage()] * count)

    def pump(self, *, after_s: float = 0.0) -> list[bytes]:
        """Let time pass and return what is sent then."""
        self.now_s += after_s
        self.clock.move_to(round((self.now_s - 1000) * 1000))
        self.publisher.pump(self.now_s)
        return self.take()

    def take(self) -> list[bytes]:
        taken, self.sent = self.sent, []
        return taken

    def answer(self, payload: bytes | None) -> list[bytes]:
        """Bring an answer and return what is sent because of it."""
        if payload is not None:
            self.publisher.take_answer(payload, self.now_s)
        return self.take()

    @property
    def pending(self) -> int:
        return self.outbox.pending()[0]


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    made = Node(tmp_path / "outbox.db")
    yield made
    made.outbox.close()


# -- batches ----------------------------------------------------------------------------------


def test_at_most_eight_batches_are_in_flight_oldest_first(node: Node) -> None:
    node.record(12 * MAX_EVENTS)

    first = node.pump()

    assert len(first) == IN_FLIGHT == 8
    assert [seqs_of(payload)[0] for payload in first] == [1 + MAX_EVENTS * n for n in range(8)]
    assert all(len(seqs_of(payload)) == MAX_EVENTS for payload in first)
    assert node.pump() == []
    (ninth,) = node.answer(ack(node.outbox.epoch, 1, MAX_EVENTS))
    assert seqs_of(ninth)[0] == 8 * MAX_EVENTS + 1


def test_a_batch_stays_within_64_kib(node: Node) -> None:
    fat: Draft = partial(
        events.Health,
        wall=0,
        uptime=0,
        synced=False,
        part="outbox",
        state="held",
        detail='"' * 200,
    )
    node.outbox.record([fat] * 700)

    sent = node.pump()

    assert [seq for payload in sent for seq in seqs_of(payload)] == list(range(1, 701))
    assert all(len(payload) <= MAX_BYTES for payload in sent)
    assert len(sent[0]) > 0.95 * MAX_BYTES


def test_a_batch_holds_one_epoch_and_tells_its_extent(node: Node) -> None:
    node.record(3)
    node.outbox.close()
    again = Node(node.path)
    again.record(2)

    before, after = (json.loads(payload) for payload in again.pump())

    assert before["epoch"] == node.outbox.epoch
    assert (before["first"], before["head"], before["boot"]) == (1, 3, BOOT)
    assert [event["seq"] for event in before["events"]] == [1, 2, 3]
    assert after["epoch"] == again.outbox.epoch
    assert (after["first"], after["head"]) == (4, 5)
    assert after["node"] == NODE
    assert after["schema"] == 1
    again.outbox.close()


def test_only_the_rest_of_a_partly_answered_batch_is_sent_again(node: Node) -> None:
    node.record(6)
    node.pump()

    node.answer(
        Collector().say(
            epoch=node.outbox.epoch, stored=[[1, 2], [6, 6]], quarantined=[[4, 4, "kind: no"]]
        )
    )

    assert node.pending == 2
    (rest,) = node.pump(after_s=2.0)
    assert seqs_of(rest) == [3, 5]


# -- time -------------------------------------------------------------------------------------


def test_a_late_answer_is_awaited_twice_as_long_each_time_up_to_a_minute(node: Node) -> None:
    node.record(1)
    node.pump()
    waits_s = []
    for _ in range(8):
        deadline_s = node.publisher.deadline_s
        assert deadline_s is not None
        waits_s.append(deadline_s - node.now_s)
        assert node.pump(after_s=waits_s[-1] - 0.001) == []
        assert len(node.pump(after_s=0.001)) == 1

    assert waits_s == pytest.approx([2, 4, 8, 16, 32, 60, 60, LAST_ANSWER_S])


def test_another_instance_of_the_collector_is_sent_everything_at_once(node: Node) -> None:
    node.publisher.take_status(status(1), node.now_s)
    node.record(2 * MAX_EVENTS)
    first = node.pump()
    node.pump(after_s=2.0)
    node.pump(after_s=4.0)

    node.publisher.take_status(status(1), node.now_s)
    assert node.take() == []
    node.publisher.take_status(status(2), node.now_s)

    assert [seqs_of(payload) for payload in node.take()] == [seqs_of(payload) for payload in first]
    assert len(node.pump(after_s=2.0)) == 2, "the back-off begins anew"


def test_a_collector_that_was_away_is_sent_everything_also_as_the_same_instance(
    node: Node,
) -> None:
    node.publisher.take_status(status(1), node.now_s)
    node.record(1)
    node.pump()

    node.publisher.take_status(status(1, "offline"), node.now_s)
    assert node.take() == []
    node.publisher.take_status(status(1), node.now_s)

    assert len(node.take()) == 1


def test_nothing_is_due_while_there_is_no_connection(node: Node) -> None:
    node.is_connected = False
    node.record(3)

    assert node.pump() == []
    assert node.publisher.deadline_s is None
    node.is_connected = True
    node.publisher.resend(node.now_s)
    assert [seqs_of(payload) for payload in node.take()] == [[1, 2, 3]]


# -- rejection --------------------------------------------------------------------------------


def drain(node: Node, collector: Collector, *, rounds: int = 200) -> list[bytes]:
    """Let them talk without loss until nothing is pending; return all that was sent."""
    said: list[bytes] = []
    open_batches = 0
    waiting = node.pump()
    for _ in range(rounds):
        if not waiting:
            if node.pending == 0:
                return said
            waiting = node.pump(after_s=LAST_ANSWER_S)
        open_batches = max(open_batches, len(waiting))
        payload = waiting.pop(0)
        said.append(payload)
        waiting += node.answer(collector.hear(payload))
        assert len(waiting) <= IN_FLIGHT, "batches on the wire"
    raise AssertionError(f"{node.pending} still pending after {rounds} rounds")


def test_one_poisonous_row_is_isolated_and_all_others_are_delivered(node: Node) -> None:
    collector = Collector(poison={777})
    node.record(8 * MAX_EVENTS)

    said = drain(node, collector)

    assert sorted(seq for _, seq in collector.stored) == [
        seq for seq in range(1, 8 * MAX_EVENTS + 1) if seq != 777
    ]
    assert node.publisher.held == [(777, "not JSON: expected value at line 1")]
    assert len(said) <= 8 + 2 * 10, "halving 500 rows takes 9 or 10 steps"
    assert node.pump(after_s=LAST_ANSWER_S) == []


def test_rows_that_are_all_rejected_are_all_held_with_at_most_eight_on_the_wire(
    node: Node,
) -> None:
    collector = Collector(poison=set(range(1, 101)))
    node.record(100)

    drain(node, collector, rounds=1000)

    assert sorted(seq for seq, _ in node.publisher.held) == list(range(1, 101))
    assert collector.stored == {}


def test_an_unknown_schema_is_tried_again_and_never_halved(node: Node) -> None:
    collector = Collector(is_too_old=True)
    node.record(10)
    (payload,) = node.pump()
    for wait_s in (2, 4, 8, 16):
        assert node.answer(collector.hear(payload)) == []
        assert node.pump(after_s=wait_s - 0.001) == []
        (payload,) = node.pump(after_s=0.001)
        assert len(seqs_of(payload)) == 10
    collector.is_too_old = False

    node.answer(collector.hear(payload))

    assert node.pending == 0
    assert node.publisher.held == []


def test_a_rejection_of_an_earlier_sending_is_recognised(node: Node) -> None:
    collector = Collector(poison={2})
    node.record(2)
    (early,) = node.pump()
    (late,) = node.pump(after_s=2.0)
    assert late != early, "each sending tells its own time"

    halves = node.answer(collector.hear(early))

    assert [seqs_of(payload) for payload in halves] == [[1], [2]]
    assert node.answer(collector.hear(late)) == [], "that batch is no more"


def test_a_rejection_of_more_rows_does_not_condemn_the_one_that_is_left(node: Node) -> None:
    node.record(2)
    (payload,) = node.pump()
    node.answer(ack(node.outbox.epoch, 1, 1))

    node.answer(Collector().reject(payload, "not JSON"))

    assert node.publisher.held == []
    assert [seqs_of(again) for again in node.pump(after_s=2.0)] == [[2]]


# -- whom to believe --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "forge",
    [
        lambda epoch, _: ack(epoch, 1, 2**62, collector="elsewhere"),
        lambda _, payload: Collector("elsewhere").reject(payload, "no"),
        lambda _, __: ack("f" * 32, 1, 2**62),
        lambda _, __: Collector().reject(b"something else", "no"),
        lambda epoch, _: ack(epoch, 2, 1),
        lambda _, __: b"\xff\x00",
        lambda _, __: b"[" * 60_000,
        lambda _, __: b"{}",
        lambda epoch, _: ack(epoch, 1, 2).replace(b'"schema": 1', b'"schema": 2'),
    ],
    ids=[
        "an ack of another collector",
        "a rejection of another collector",
        "an ack of another epoch",
        "a rejection of another payload",
        "a range backwards",
        "bytes",
        "a million brackets",
        "an empty object",
        "an ack of a later contract",
    ],
)
def test_no_other_answer_lets_go_of_anything(
    node: Node, forge: Callable[[str, bytes], bytes]
) -> None:
    node.record(2)
    (payload,) = node.pump()

    sent = node.answer(forge(node.outbox.epoch, payload))

    assert sent == []
    assert node.pending == 2
    assert node.publisher.held == []
    assert len(node.pump(after_s=2.0)) == 1


def test_a_status_that_was_there_before_us_is_no_news(node: Node) -> None:
    node.record(1)
    node.pump()

    node.publisher.take_status(status(1), node.now_s, is_retained=True)
    assert node.take() == [], "it heard what we sent after we had subscribed"
    node.publisher.take_status(status(1), node.now_s)
    assert node.take() == []
    node.publisher.take_status(status(2), node.now_s)

    assert len(node.take()) == 1


@pytest.mark.parametrize("payload", [b"", b"{}", b"\xff", b'{"schema":1,"state":"online"}'])
def test_an_unreadable_status_changes_nothing(node: Node, payload: bytes) -> None:
    node.record(1)
    node.pump()

    node.publisher.take_status(payload, node.now_s)

    assert node.take() == []


def test_an_ack_that_cannot_be_kept_is_no_loss(node: Node) -> None:
    collector = Collector()
    node.record(5)
    (payload,) = node.pump()
    node.outbox._db.execute("PRAGMA query_only = ON")

    assert node.answer(collector.hear(payload)) == []
    assert node.pending == 5
    (payload,) = node.pump(after_s=2.0)
    node.outbox._db.execute("PRAGMA query_only = OFF")
    node.answer(collector.hear(payload))

    assert node.pending == 0
    assert len(collector.stored) == 5


# -- any schedule -----------------------------------------------------------------------------

FEW = 4  # events a batch in the machine below: few events make many batches
indexes = st.integers(0, 10**6)


class Delivery(RuleBasedStateMachine):
    """A network that delays, drops, doubles and reorders; processes that die and come back."""

    def __init__(self) -> None:
        super().__init__()
        self.directory = tempfile.TemporaryDirectory(prefix="publisher-", dir=scratch.in_memory())
        self.collector = Collector()
        self.instance = 1
        self.up: list[bytes] = []
        self.down: list[bytes] = []
        self.recorded: dict[tuple[str, int], dict[str, Any]] = {}
        self.sent_up_to = 0

    @initialize()
    def start(self) -> None:
        self.node = Node(Path(self.directory.name, "outbox.db"))
        self.node.publisher.take_status(status(self.instance), self.node.now_s)

    @rule(count=st.integers(1, 12), flaw=st.sampled_from(["", "", "", "bad", "poison"]))
    def record(self, count: int, flaw: str) -> None:
        for event in self.node.outbox.record([passage()] * count):
            key = (self.node.outbox.epoch, event.seq)
            self.recorded[key] = json.loads(event.model_dump_json(exclude_none=True))
            last = event.seq
        if flaw:
            (self.collector.bad if flaw == "bad" else self.collector.poison).add(last)

    @rule(seconds=st.sampled_from([0.0, 0.5, 2.0, 4.0, 70.0]))
    def pass_time(self, seconds: float) -> None:
        self.node.sent += self.node.pump(after_s=seconds)

    @precondition(lambda self: self.up)
    @rule(index=indexes, is_kept=st.booleans(), is_lost=st.booleans())
    def collector_hears(self, index: int, is_kept: bool, is_lost: bool) -> None:
        at = index % len(self.up)
        answer = self.collector.hear(self.up[at] if is_kept else self.up.pop(at))
        if answer is not None and not is_lost:
            self.down.append(answer)

    @precondition(lambda self: self.down)
    @rule(index=indexes, is_kept=st.booleans())
    def node_hears(self, index: int, is_kept: bool) -> None:
        at = index % len(self.down)
        answer = self.down[at] if is_kept else self.down.pop(at)
        self.node.publisher.take_answer(answer, self.node.now_s)

    @precondition(lambda self: self.up)
    @rule(index=indexes)
    def drop(self, index: int) -> None:
        del self.up[index % len(self.up)]

    @rule()
    def forge(self) -> None:
        for epoch in {epoch for epoch, _ in self.recorded}:
            forged = ack(epoch, 1, 2**62, collector="elsewhere")
            self.node.publisher.take_answer(forged, self.node.now_s)
        self.node.publisher.take_answer(b'{"schema":1}', self.node.now_s)

    @rule()
    def broker_dies(self) -> None:
        self.up.clear()
        self.down.clear()
        self.node.is_connected = False

    @rule()
    def broker_comes_back(self) -> None:
        self.node.is_connected = True
        self.node.publisher.resend(self.node.now_s)

    @rule()
    def collector_restarts(self) -> None:
        self.instance += 1
        if self.node.is_connected:
            self.node.publisher.take_status(status(self.instance), self.node.now_s)

    @rule(is_too_old=st.booleans(), is_quarantine_full=st.booleans())
    def collector_changes(self, is_too_old: bool, is_quarantine_full: bool) -> None:
        self.collector.is_too_old = is_too_old
        self.collector.is_quarantine_full = is_quarantine_full

    @rule(is_killed=st.booleans())
    def node_restarts(self, is_killed: bool) -> None:
        if is_killed:
            self.node.outbox._lock.release()  # the kernel does that, and nobody closes the file
        else:
            self.node.outbox.close()
        now_s = self.node.now_s
        self.node = Node(self.node.path)
        self.node.pump(after_s=now_s - self.node.now_s)
        self.sent_up_to = 0
        self.node.publisher.take_status(status(self.instance), self.node.now_s)

    @invariant()
    def what_is_sent_keeps_the_contract(self) -> None:
        if not hasattr(self, "node"):
            return
        for payload in self.node.take():
            self.up.append(payload)
            batch = json.loads(payload)
            seqs = [event["seq"] for event in batch["events"]]
            assert len(seqs) <= FEW
            assert seqs == sorted(set(seqs))
            own = [seq for epoch, seq in self.recorded if epoch == batch["epoch"]]
            assert (batch["first"], batch["head"]) == (own[0], own[-1])
            for event in batch["events"]:
                assert event == self.recorded[batch["epoch"], event["seq"]]
            if seqs[-1] > self.sent_up_to:
                assert seqs[0] > self.sent_up_to, "new rows travel with new rows, oldest first"
                self.sent_up_to = seqs[-1]
        assert sum(flight.is_sent for flight in self.node.publisher._flights) <= IN_FLIGHT

    @invariant()
    def nothing_leaves_the_outbox_before_the_collector_has_it(self) -> None:
        if not hasattr(self, "node"):
            return
        kept = {
            (epoch, seq)
            for epoch, seq in self.node.outbox._db.execute(
                "SELECT epoch, seq FROM events JOIN epochs ON epochs.id = epoch_id"
            )
        }
        has = self.collector.stored.keys() | self.collector.quarantined.keys()
        assert self.recorded.keys() <= kept | has
        assert self.collector.conflicts == 0

    def teardown(self) -> None:
        """Once the faults end, everything arrives, once."""
        try:
            if hasattr(self, "node"):
                self.settle()
        finally:
            if hasattr(self, "node"):
                self.node.outbox.close()
            self.directory.cleanup()

    def settle(self) -> None:
        self.collector.is_too_old = self.collector.is_quarantine_full = False
        self.broker_comes_back()
        for _ in range(40 + 10 * len(self.recorded)):
            self.what_is_sent_keeps_the_contract()
            if not self.up:
                if self.node.pending == 0:
                    break
                self.pass_time(LAST_ANSWER_S)
                continue
            answer = self.collector.hear(self.up.pop(0))
            if answer is not None:
                self.node.publisher.take_answer(answer, self.node.now_s)
        assert self.node.pending == 0
        poison = {key for key in self.recorded if key[1] in self.collector.poison}
        bad = {key for key in self.recorded if key[1] in self.collector.bad}
        assert self.collector.stored.keys() == self.recorded.keys() - poison - bad
        assert self.collector.quarantined.keys() == bad - poison
        held = self.node.outbox._db.execute("SELECT seq FROM events WHERE held IS NOT NULL")
        assert {seq for (seq,) in held} == {seq for _, seq in poison}


def test_under_any_schedule_everything_arrives_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pasperdus_node.publisher, "MAX_EVENTS", FEW)
    run_state_machine_as_test(
        Delivery,
        settings=settings(max_examples=80, stateful_step_count=40, deadline=None, print_blob=True),
    )
