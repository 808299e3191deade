"""The node's durable queue, against a model of plain Python and against what SQLite says of it."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
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
from structlog.testing import capture_logs

from pasperdus_contract import events
from pasperdus_contract.codec import decode_event, encode_event
from pasperdus_contract.messages import HEARTBEAT_EPOCHS, EpochExtent
from pasperdus_contract.ranges import Range, compress, contains
from pasperdus_node.errors import OutboxError
from pasperdus_node.outbox import Draft, Outbox
from support import scratch

BOOT = "5b3c1e0a"
WALL = 1_795_346_400_000


def passage(n: int = 0) -> Draft:
    return partial(
        events.Passage, wall=WALL + n, uptime=n, synced=True, line="door", direction="in"
    )


def refuse(*, seq: int) -> events.AnyEvent:
    raise RuntimeError(f"the event of {seq} cannot be made")


class Unwritable(events.Passage):
    """An event whose JSON cannot be made."""

    def model_dump_json(self, **_: object) -> str:
        raise RuntimeError("no JSON")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new" / "outbox.db"


@pytest.fixture
def outbox(path: Path) -> Iterator[Outbox]:
    opened = Outbox(path, boot=BOOT)
    yield opened
    opened.close()


def seqs(outbox: Outbox) -> list[int]:
    """Return every pending seq, read as the publisher reads them."""
    found: list[int] = []
    after = 0
    while (part := outbox.pending_after(after, most=3, most_bytes=10**6)) is not None:
        found += [row.seq for row in part.rows]
        after = found[-1]
    return found


# -- durability -------------------------------------------------------------------------------


def test_a_commit_survives_a_power_cut_and_a_seq_never_comes_twice(outbox: Outbox) -> None:
    db = outbox._db
    (ddl,) = db.execute("SELECT sql FROM sqlite_master WHERE name = 'events'").fetchone()

    assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert db.execute("PRAGMA synchronous").fetchone() == (2,), "FULL, on the live connection"
    assert "seq INTEGER PRIMARY KEY AUTOINCREMENT" in ddl


def test_seqs_go_on_after_everything_was_delivered_and_the_node_started_anew(path: Path) -> None:
    first = Outbox(path, boot=BOOT)
    first.record([passage(), passage()])
    first.forget(first.epoch, [(1, 2)])
    assert seqs(first) == []
    first.close()

    again = Outbox(path, boot=BOOT)
    (event,) = again.record([passage()])

    assert event.seq == 3
    assert again.epoch != first.epoch
    again.close()


def test_the_bytes_of_an_event_are_final(path: Path) -> None:
    first = Outbox(path, boot=BOOT)
    (event,) = first.record([passage(7)])
    first.close()
    # As a release with another notion of JSON would have written it.
    db = sqlite3.connect(path)
    odd = encode_event(event).replace(b'"line"', b'"extra":[1 ,2],"line"')
    db.execute("UPDATE events SET body = ?", (odd,))
    db.commit()
    db.close()

    again = Outbox(path, boot=BOOT)
    found = again.pending_after(0, most=1, most_bytes=10**6)

    assert found is not None
    assert found.rows[0].body == odd
    assert decode_event(odd).seq == event.seq
    again.close()


UNWRITABLE = partial(Unwritable, wall=WALL, uptime=0, synced=True, line="door", direction="in")


@pytest.mark.parametrize("broken", [refuse, UNWRITABLE], ids=["draft", "JSON"])
def test_events_and_totals_are_one_commit(outbox: Outbox, broken: Draft) -> None:
    outbox.record([passage()], {"door.in": 1})

    with pytest.raises(RuntimeError):
        outbox.record([passage(), broken], {"door.in": 2, "door.out": 1})

    assert outbox.totals() == {"door.in": 1}
    assert seqs(outbox) == [1]
    assert outbox.pending()[0] == 1
    extent = outbox.epoch_record(outbox.epoch)
    assert extent is not None
    assert (extent.first, extent.head) == (1, 1)
    (next_event,) = outbox.record([passage()], {"door.in": 1})
    assert next_event.seq == 2
    assert outbox.totals() == {"door.in": 2}


def test_a_commit_that_fails_is_told_and_the_next_one_works(outbox: Outbox) -> None:
    outbox.record([passage()])
    failing = FailingCommit(outbox._db)
    outbox._db = failing  # type: ignore[assignment]  # the same connection but for one COMMIT

    with pytest.raises(OutboxError, match="1 events could not be recorded: disk is full; check"):
        outbox.record([passage()], {"door.in": 1})
    assert (seqs(outbox), outbox.pending()[0], outbox.totals()) == ([1], 1, {})

    (event,) = outbox.record([passage()])
    assert event.seq == 2


class FailingCommit:
    """A connection whose first COMMIT fails and leaves its transaction open."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._has_failed = False

    def execute(self, sql: str, *arguments: object) -> object:
        if sql == "COMMIT" and not self._has_failed:
            self._has_failed = True
            raise sqlite3.OperationalError("disk is full")
        return self._db.execute(sql, *arguments)  # type: ignore[arg-type]  # passed through

    def __getattr__(self, name: str) -> object:
        return getattr(self._db, name)


def test_a_full_disk_is_told_in_words_and_costs_nothing_that_was_there(outbox: Outbox) -> None:
    outbox.record([passage(n) for n in range(50)])
    (pages,) = outbox._db.execute("PRAGMA page_count").fetchone()
    outbox._db.execute(f"PRAGMA max_page_count = {pages}")

    with pytest.raises(OutboxError, match=r"500 events .* full; check the space left"):
        outbox.record([passage(n) for n in range(500)], {"door.in": 500})

    assert seqs(outbox) == list(range(1, 51))
    assert outbox.pending()[0] == 50
    assert outbox.totals() == {}
    assert outbox.forget(outbox.epoch, [(1, 50)]) == 50


def test_a_write_that_fails_is_an_outbox_error_wherever_it_happens(outbox: Outbox) -> None:
    outbox.record([passage(), passage()])
    outbox._db.execute("PRAGMA query_only = ON")

    with pytest.raises(OutboxError, match=r"outbox\.db: delivered events could not be deleted: "):
        outbox.forget(outbox.epoch, [(1, 1)])
    with pytest.raises(OutboxError, match=r"outbox\.db: event 1 could not be set aside: "):
        outbox.hold(1, "bad")

    assert seqs(outbox) == [1, 2]
    assert outbox.pending()[0] == 2


def test_a_file_that_is_no_outbox_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"
    path.write_bytes(b"this is no database at all " * 200)

    with pytest.raises(
        OutboxError, match=r"outbox\.db: the outbox cannot be opened: .*; check \[outbox\] path"
    ):
        Outbox(path, boot=BOOT)


def test_a_directory_that_cannot_be_made_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(OutboxError, match=r"cannot be opened: .*; check \[outbox\] path"):
        Outbox(tmp_path / "file" / "outbox.db", boot=BOOT)


# -- one process at a time ----------------------------------------------------------------------


def test_a_second_process_is_refused_and_costs_the_first_one_nothing(path: Path) -> None:
    first = Outbox(path, boot=BOOT)

    with pytest.raises(
        OutboxError, match=r"outbox\.db: another pasperdus-node uses .*; stop it first"
    ):
        Outbox(path, boot="another")
    first.record([passage()])

    assert (seqs(first), first.pending()[0]) == ([1], 1)
    first.close()
    again = Outbox(path, boot=BOOT)
    assert [extent.epoch for extent in again.closed_epochs()] == [first.epoch]
    again.close()


def test_an_outbox_that_could_not_be_opened_is_not_kept_from_others(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"this is no database at all " * 200)
    for _ in range(2):
        with pytest.raises(OutboxError, match="not a database"):
            Outbox(path, boot=BOOT)
    path.unlink()

    Outbox(path, boot=BOOT).close()


def test_a_row_without_its_epoch_is_held_aside_and_the_others_go_on(path: Path) -> None:
    first = Outbox(path, boot=BOOT)
    first.record([passage(), passage()])
    first.close()
    db = sqlite3.connect(path)
    db.execute("DELETE FROM epochs")  # what two processes on one file once did
    db.commit()
    db.close()

    with capture_logs() as told:
        again = Outbox(path, boot=BOOT)
    again.record([passage()])

    assert told == [
        {
            "event": "rows held aside",
            "log_level": "error",
            "rows": 2,
            "reason": "its epoch is not in this outbox",
        }
    ]
    assert (seqs(again), again.pending()[0]) == ([3], 1)
    again.close()
    # The new epoch got the number of the old one: it must not adopt its rows now.
    last = Outbox(path, boot=BOOT)
    assert seqs(last) == [3]
    last.forget(again.epoch, [(1, 3)])
    assert last.pending() == (0, None)
    last.close()


def test_an_epoch_that_has_rows_cannot_be_taken_away(outbox: Outbox) -> None:
    outbox.record([passage()])

    with pytest.raises(sqlite3.IntegrityError):
        outbox._db.execute("DELETE FROM epochs")


# -- reading ----------------------------------------------------------------------------------


def test_a_slice_stays_within_its_bytes_but_is_never_empty(outbox: Outbox) -> None:
    recorded = outbox.record([passage() for _ in range(4)])
    size = len(encode_event(recorded[0])) + 1  # and the comma

    def count(most_bytes: int) -> int:
        found = outbox.pending_after(0, most=10, most_bytes=most_bytes)
        return len(found.rows) if found else 0

    assert [count(1), count(2 * size - 1), count(2 * size), count(4 * size)] == [1, 1, 2, 4]


def test_what_is_held_waits_aside_until_the_next_start(path: Path) -> None:
    first = Outbox(path, boot=BOOT)
    first.record([passage(), passage(), passage()])
    first.hold(2, "rejected")
    first.hold(2, "rejected again")
    first.hold(99, "never recorded")
    assert seqs(first) == [1, 3]
    assert first.pending() == (2, WALL)
    first.forget(first.epoch, [(1, 3)])
    first.close()

    again = Outbox(path, boot=BOOT)

    assert seqs(again) == [2]
    assert again.pending()[0] == 1
    again.close()


def test_a_heartbeat_names_the_last_epochs_that_recorded_anything(path: Path) -> None:
    extents = []
    for number in range(HEARTBEAT_EPOCHS + 4):
        outbox = Outbox(path, boot=BOOT)
        (event,) = outbox.record([passage()])
        extents.append(EpochExtent(epoch=outbox.epoch, first=event.seq, head=event.seq))
        if number > 0:
            outbox.forget(outbox.epoch, [(event.seq, event.seq)])
        outbox.close()
    for _ in range(5 * HEARTBEAT_EPOCHS):  # a node that dies again and again before it sees anyone
        Outbox(path, boot=BOOT).close()
    last = Outbox(path, boot=BOOT)

    assert last.closed_epochs() == extents[-HEARTBEAT_EPOCHS:]
    oldest = last.pending_after(0, most=1, most_bytes=10**6)
    assert oldest is not None
    assert oldest.epoch == extents[0].epoch, "an epoch with an undelivered row is kept"
    (kept,) = last._db.execute("SELECT count(*) FROM epochs").fetchone()
    assert kept == 1 + HEARTBEAT_EPOCHS + 1
    last.close()


# -- the journal ------------------------------------------------------------------------------


def token(action: str = "wait") -> Draft:
    when: dict[str, Any] = {"wall": WALL, "uptime": 0, "synced": True}
    return partial(events.Token, **when, visit="0" * 16, token="blue-star", action=action)


def undo(epoch: str, seq: int) -> Draft:
    key = events.EventKey(epoch=epoch, seq=seq)
    return partial(events.Undo, wall=WALL, uptime=0, synced=True, undone=key)


def taken() -> Draft:
    when: dict[str, Any] = {"wall": WALL, "uptime": 0, "synced": True}
    return partial(events.MessageTaken, **when, id="slip-1", action="taken")


def test_the_journal_keeps_taps_past_their_ack_and_past_a_restart(path: Path) -> None:
    first = Outbox(path, boot=BOOT)
    recorded = first.record([passage(), token(), token("call"), undo(first.epoch, 3), taken()])
    first.forget(first.epoch, [(1, 3)])
    first.close()
    for _ in range(HEARTBEAT_EPOCHS + 2):  # the outbox itself forgets the epoch meanwhile
        again = Outbox(path, boot=BOOT)
        again.record([passage()])
        again.forget(first.epoch, [(1, 9)])
        again.close()

    last = Outbox(path, boot=BOOT)

    assert [(row.seq, row.epoch, row.event) for row in last.journal()] == [
        (event.seq, first.epoch, event) for event in recorded[1:]
    ]
    assert last.epoch_record(first.epoch) is None
    last.close()


def test_the_journal_tells_what_the_collector_has_not_answered_for(outbox: Outbox) -> None:
    outbox.record([token(), token("call"), token("serve")])
    outbox.forget(outbox.epoch, [(1, 1)])
    outbox.hold(2, "rejected")

    assert [row.is_pending for row in outbox.journal()] == [False, True, True]
    assert outbox.journal_pending() == {2, 3}


def test_what_the_journal_forgets_is_delivered_all_the_same(outbox: Outbox) -> None:
    outbox.record([token(), token("call")])

    outbox.forget_journal([1])

    assert [row.seq for row in outbox.journal()] == [2]
    assert seqs(outbox) == [1, 2]


def test_a_tap_and_its_journal_are_one_commit(outbox: Outbox) -> None:
    failing = FailingCommit(outbox._db)
    outbox._db = failing  # type: ignore[assignment]  # the same connection but for one COMMIT

    with pytest.raises(OutboxError):
        outbox.record([token()])
    assert outbox.journal() == []

    outbox.record([token()])
    assert [row.seq for row in outbox.journal()] == seqs(outbox) == [1]


def test_an_outbox_of_an_earlier_release_gets_its_journal(path: Path) -> None:
    first = Outbox(path, boot=BOOT)
    first.record([token()])
    first.close()
    db = sqlite3.connect(path)
    db.execute("DROP TABLE journal")
    db.commit()
    db.close()

    again = Outbox(path, boot=BOOT)
    again.record([token("call")])

    assert [row.seq for row in again.journal()] == [2]
    assert seqs(again) == [1, 2]
    again.close()


def test_a_journal_row_that_nobody_can_read_keeps_no_node_from_starting(path: Path) -> None:
    first = Outbox(path, boot=BOOT)
    first.record([token(), token("call")])
    first.close()
    db = sqlite3.connect(path)
    db.execute("UPDATE journal SET body = ? WHERE seq = 1", (b'{"kind":"from a later release"}',))
    db.commit()
    db.close()

    again = Outbox(path, boot=BOOT)
    with capture_logs() as told:
        rows = again.journal()

    assert [row.seq for row in rows] == [2]
    assert [(line["event"], line["seq"]) for line in told] == [
        ("a row of the journal is left out", 1)
    ]
    again.close()


def test_a_journal_that_cannot_be_shortened_is_an_outbox_error(outbox: Outbox) -> None:
    outbox.record([token()])
    outbox._db.execute("PRAGMA query_only = ON")

    with pytest.raises(OutboxError, match=r"outbox\.db: the journal could not be shortened: "):
        outbox.forget_journal([1])


# -- against a model --------------------------------------------------------------------------


@dataclass
class ModelRow:
    epoch: str
    body: bytes
    wall: int
    is_held: bool = False


class OutboxMachine(RuleBasedStateMachine):
    """Whatever happens in whatever order, the outbox holds what a dict would hold."""

    def __init__(self) -> None:
        super().__init__()
        self.directory = Path(tempfile.mkdtemp(prefix="outbox-", dir=scratch.in_memory()))
        self.generation = 0
        self.rows: dict[int, ModelRow] = {}
        self.epochs: dict[str, tuple[str, int, int]] = {}
        self.totals: dict[str, int] = {}
        self.used = 0

    @initialize()
    def start(self) -> None:
        self.open()

    def open(self) -> None:
        self.boot = f"boot-{self.generation}"
        self.outbox = Outbox(self.directory / "outbox.db", boot=self.boot)
        assert self.outbox.epoch not in self.epochs
        for row in self.rows.values():
            row.is_held = False

    @rule(count=st.integers(0, 6), total=st.integers(0, 3))
    def record(self, count: int, total: int) -> None:
        recorded = self.outbox.record(
            [passage(self.used + n) for n in range(count)], {"door.in": total}
        )
        assert [event.seq for event in recorded] == [self.used + n + 1 for n in range(count)]
        for event in recorded:
            self.rows[event.seq] = ModelRow(self.outbox.epoch, encode_event(event), event.wall)
            _, first, _ = self.epochs.get(self.outbox.epoch, ("", event.seq, 0))
            self.epochs[self.outbox.epoch] = (self.boot, first, event.seq)
        self.used += count
        self.totals["door.in"] = self.totals.get("door.in", 0) + total

    @rule(count=st.integers(0, 3))
    def fail_to_record(self, count: int) -> None:
        with pytest.raises(RuntimeError):
            self.outbox.record([*(passage() for _ in range(count)), refuse], {"door.in": 1})

    @precondition(lambda self: self.used)
    @rule(data=st.data())
    def forget(self, data: st.DataObject) -> None:
        epoch = data.draw(st.sampled_from([*self.epochs, "0" * 32]))
        named: list[Range] = compress(
            data.draw(st.sets(st.integers(1, self.used + 2), max_size=8), label="seqs")
        )
        gone = [
            seq
            for seq, row in self.rows.items()
            if contains(named, seq) and row.epoch == epoch and not row.is_held
        ]
        assert self.outbox.forget(epoch, named) == len(gone)
        for seq in gone:
            del self.rows[seq]

    @precondition(lambda self: self.used)
    @rule(data=st.data())
    def hold(self, data: st.DataObject) -> None:
        seq = data.draw(st.integers(1, self.used), label="seq")
        self.outbox.hold(seq, "bad")
        if seq in self.rows:
            self.rows[seq].is_held = True

    @rule()
    def restart(self) -> None:
        self.outbox.close()
        self.generation += 1
        self.open()

    @rule(is_writing=st.booleans())
    def be_killed(self, is_writing: bool) -> None:
        """What is on the disk at this instant is what the next process finds."""
        if is_writing:
            self.outbox._db.execute("BEGIN IMMEDIATE")
            self.outbox._db.execute("DELETE FROM events")
        self.generation += 1
        image = self.directory.with_name(f"{self.directory.name.split('.')[0]}.{self.generation}")
        shutil.copytree(self.directory, image)
        self.outbox.close()
        shutil.rmtree(self.directory)
        self.directory = image
        self.open()

    @rule(after=st.integers(0, 40), most=st.integers(1, 7), most_bytes=st.integers(1, 900))
    def read(self, after: int, most: int, most_bytes: int) -> None:
        expected: list[tuple[int, bytes]] = []
        epoch = None
        for seq, row in sorted(self.rows.items()):
            if seq <= after or row.is_held:
                continue
            size = sum(len(body) + 1 for _, body in expected) + len(row.body) + 1
            is_full = len(expected) == most or row.epoch != epoch or size > most_bytes
            if expected and is_full:
                break
            epoch = row.epoch
            expected.append((seq, row.body))
        found = self.outbox.pending_after(after, most=most, most_bytes=most_bytes)
        if found is None:
            assert not expected
        else:
            assert (found.epoch, [(row.seq, row.body) for row in found.rows]) == (epoch, expected)

    @invariant()
    def counts_what_waits(self) -> None:
        if not hasattr(self, "outbox"):
            return
        waiting = [row for _, row in sorted(self.rows.items()) if not row.is_held]
        oldest = waiting[0].wall if waiting else None
        assert self.outbox.pending() == (len(waiting), oldest)
        assert self.outbox.totals() == self.totals

    @invariant()
    def knows_its_epochs(self) -> None:
        if not hasattr(self, "outbox"):
            return
        closed = [
            EpochExtent(epoch=epoch, first=first, head=head)
            for epoch, (_, first, head) in self.epochs.items()
            if epoch != self.outbox.epoch
        ]
        assert self.outbox.closed_epochs() == closed[-HEARTBEAT_EPOCHS:]
        for epoch in {row.epoch for row in self.rows.values()}:
            known = self.outbox.epoch_record(epoch)
            assert known is not None
            assert (known.boot, known.first, known.head) == self.epochs[epoch]

    def teardown(self) -> None:
        if hasattr(self, "outbox"):
            self.outbox.close()
        shutil.rmtree(self.directory, ignore_errors=True)


def test_the_outbox_holds_what_a_dict_would_hold() -> None:
    run_state_machine_as_test(
        OutboxMachine,
        settings=settings(max_examples=60, stateful_step_count=30, deadline=None, print_blob=True),
    )
