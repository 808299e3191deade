"""The writing thread: answers only after a commit, and nothing stops it."""

from __future__ import annotations

import itertools
import queue
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from pasperdus_collector.dating import REDATED_TOGETHER
from pasperdus_collector.errors import LedgerError, QueryError
from pasperdus_collector.ledger import Ledger, reading
from pasperdus_collector.writer import MAX_WAITING
from pasperdus_contract.messages import Ack, Rejection
from pasperdus_contract.topics import Channel
from pasperdus_service.link import Gone, Received
from support.collecting import BOOT, BOOTED, HOUR, MONDAY, Core, batch, passage, rating
from support.wire import HEARTBEAT, written
from support.writing import Desk

BROKEN = 13  # the seq with which the tests break something


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path / "ledger.db")
    yield desk
    desk.stop()


def break_with(path: Path, what_happens: str) -> None:
    """Let the ledger fail for real at the event with the seq ``BROKEN``."""
    ledger = Ledger(path, quarantine_max=100)
    ledger.db.executescript(
        # Checked at COMMIT and not before.
        "CREATE TABLE owed (node INTEGER REFERENCES nodes (id) DEFERRABLE INITIALLY DEFERRED);"
        f"CREATE TRIGGER broken AFTER INSERT ON events WHEN NEW.seq = {BROKEN} "
        f"BEGIN {what_happens}; END;"
    )
    ledger.close()


def one(seq: int) -> bytes:
    return batch(passage(seq, MONDAY), sent_at=MONDAY, first=1, head=99)


def acked(desk: Desk) -> list[int]:
    return [
        first
        for _, answer in desk.subscriber.answers
        if isinstance(answer, Ack)
        for first, _ in answer.stored
    ]


def stored(desk: Desk) -> list[int]:
    with reading(desk.path) as db:
        return [seq for (seq,) in db.execute("SELECT seq FROM events ORDER BY seq")]


def test_an_answer_leaves_only_after_others_can_read_what_it_promises(desk: Desk) -> None:
    for seq in range(1, 6):
        desk.deliver(one(seq))
    desk.start()
    desk.deliver(one(6))
    desk.settle()

    assert acked(desk) == [1, 2, 3, 4, 5, 6]
    for position, seen in enumerate(desk.subscriber.seen_when_answered, start=1):
        assert seen >= position
    assert desk.commits >= 1


def test_a_commit_that_fails_answers_nothing_and_the_next_one_works(desk: Desk) -> None:
    break_with(desk.path, "INSERT INTO owed VALUES (-1)")
    desk.deliver(one(1))
    desk.deliver(one(BROKEN))
    with capture_logs() as logs:
        desk.start()
        desk.settle()

    assert desk.subscriber.answers == []
    assert stored(desk) == []
    assert desk.writer.failures == 1
    assert [log["event"] for log in logs if log["log_level"] == "error"] == [
        "the ledger could not be written"
    ]
    desk.deliver(one(1))
    desk.settle()
    assert acked(desk) == stored(desk) == [1]


def test_one_poisoned_message_does_not_cost_its_neighbours(desk: Desk) -> None:
    break_with(desk.path, "SELECT RAISE (ABORT, 'poison')")
    for seq in (1, BROKEN, 2):
        desk.deliver(one(seq))
    desk.deliver(b"no JSON")
    with capture_logs() as logs:
        desk.start()
        desk.settle()

    assert acked(desk) == stored(desk) == [1, 2]
    assert isinstance(desk.subscriber.answers[-1][1], Rejection)
    assert (desk.writer.failures, desk.writer.rejected) == (1, 1)
    assert any("stays unanswered" in log["event"] for log in logs)
    assert desk.sql("SELECT received, stored FROM nodes") == [(2, 2)]


def test_a_full_disk_answers_nothing_and_goes_on_when_there_is_room(desk: Desk) -> None:
    desk.start()
    desk.deliver(one(1))
    desk.settle()
    ((pages,),) = desk.sql("PRAGMA page_count")
    desk.sql(f"PRAGMA max_page_count = {pages}")
    large = [
        batch(*(passage(seq, MONDAY, extra="x" * 600) for seq in range(n, n + 60)), sent_at=MONDAY)
        for n in (100, 200)
    ]

    with capture_logs() as logs:
        for payload in large:
            desk.deliver(payload)
        desk.settle()
    assert "database or disk is full" in str(logs)
    assert desk.writer.failures >= 1
    assert acked(desk) == stored(desk) == [1]
    assert desk.writer.is_alive

    desk.sql("PRAGMA max_page_count = 1000000")
    for payload in large:
        desk.deliver(payload)
    desk.settle()
    assert acked(desk) == [1, 100, 200]
    assert len(stored(desk)) == 121
    assert desk.sql("SELECT received, stored, duplicate FROM nodes") == [(121, 121, 0)]


def test_the_queue_is_bounded_but_always_takes_the_end_of_a_connection(desk: Desk) -> None:
    for _ in range(MAX_WAITING):
        desk.deliver(b"{}")

    with pytest.raises(queue.Full):
        desk.deliver(b"{}")
    desk.writer.sink(Gone(1, "the connection ended"))

    assert desk.writer.dropped == 1
    assert desk.writer.waiting == MAX_WAITING + 1


def test_a_message_on_another_topic_is_nobody_s(desk: Desk) -> None:
    desk.start()
    desk.writer.sink(Received(1, "pasperdus/v1/node/entrance-1/other", one(1)))
    desk.settle()

    assert (desk.subscriber.answers, stored(desk)) == ([], [])


def test_a_change_is_committed_or_raised_where_it_was_asked(desk: Desk) -> None:
    desk.start()

    def half_done(ledger: Ledger) -> None:
        ledger.registry.create_site(name="annexe", title="A", time_zone="Europe/Paris")
        raise QueryError("no")

    with pytest.raises(QueryError, match="no"):
        desk.run(half_done)
    assert desk.sql("SELECT name FROM sites") == []
    with pytest.raises(TimeoutError, match="of the change itself"):
        desk.run(raise_timeout)
    assert desk.run(lambda _: 7) == 7


def raise_timeout(_: Ledger) -> None:
    raise TimeoutError("of the change itself")


def test_stopping_stores_and_answers_what_waits_and_says_goodbye(desk: Desk) -> None:
    desk.start()
    for seq in range(1, 200):
        desk.deliver(one(seq))
    desk.stop()

    assert len(acked(desk)) == len(stored(desk)) == 199
    assert desk.subscriber.is_stopped
    assert not desk.writer.is_alive


def test_a_change_after_the_end_is_refused_and_does_not_wait_for_ever(desk: Desk) -> None:
    desk.start()
    desk.stop()

    with pytest.raises(LedgerError, match="nothing was changed: the writing thread ended"):
        desk.run(lambda _: None)


def test_a_ledger_that_cannot_be_opened_is_told_to_whoever_starts(tmp_path: Path) -> None:
    (tmp_path / "ledger.db").write_bytes(b"something else" * 1000)
    desk = Desk(tmp_path / "ledger.db")

    with pytest.raises(LedgerError, match="cannot be opened"):
        desk.start()


def test_due_blocks_are_closed_at_the_start(desk: Desk) -> None:
    core = Core(desk.path)
    core.store(*(rating(seq, MONDAY - HOUR) for seq in range(1, 12)))
    core.close()

    desk.start()
    desk.settle()

    assert desk.sql("SELECT s4 FROM blocks") == [(11,)]


def test_a_late_anchor_of_a_long_boot_does_not_keep_others_waiting(tmp_path: Path) -> None:
    desk = CountingDesk(tmp_path / "ledger.db")
    fill(desk.path)
    desk.deliver(ANCHOR, channel=Channel.HEARTBEAT)
    try:
        desk.start()
        desk.finish()
    finally:
        desk.stop()

    at_each_commit = [corrected for corrected, _ in desk.seen]
    assert at_each_commit[-1] == MANY
    steps = [after - before for before, after in itertools.pairwise([0, *at_each_commit])]
    assert max(steps) == REDATED_TOGETHER
    # The message that arrived during the first commit is answered before the next step.
    assert next(corrected for corrected, answers in desk.seen if answers) <= 2 * REDATED_TOGETHER
    assert acked(desk) == [1]


def test_what_was_to_be_dated_anew_goes_on_after_a_restart(tmp_path: Path) -> None:
    desk = CountingDesk(tmp_path / "ledger.db")
    fill(desk.path)
    core = Core(desk.path)
    core.take(ANCHOR, at=NOON, channel=Channel.HEARTBEAT)
    core.close()
    try:
        desk.start()
        desk.finish()
    finally:
        desk.stop()

    assert desk.seen[-1][0] == MANY


def test_what_cannot_be_dated_anew_stops_nobody_else(tmp_path: Path) -> None:
    desk = CountingDesk(tmp_path / "ledger.db")
    fill(desk.path)
    core = Core(desk.path)
    core.take(ANCHOR, at=NOON, channel=Channel.HEARTBEAT)
    core.rows("UPDATE events SET body = 'damaged' WHERE seq = ?", MANY - 1)
    core.close()
    try:
        with capture_logs() as logs:
            desk.start()
            for _ in range(5):
                desk.settle()
    finally:
        desk.stop()

    assert [log["event"] for log in logs if log["log_level"] == "error"] == [
        "events could not be dated anew"
    ]
    assert (desk.writer.failures, acked(desk)) == (1, [1])
    assert desk.seen[-1][0] == MANY - REDATED_TOGETHER


MANY = 4 * REDATED_TOGETHER
NOON = BOOTED + 12 * HOUR
ANCHOR = written(
    {
        **HEARTBEAT,
        "first": None,
        "head": None,
        "sent": {"boot": BOOT, "wall": NOON, "uptime": NOON - BOOTED, "synced": True},
    }
)


def fill(path: Path) -> None:
    """Store MANY passages of a boot whose clock was never right."""
    core = Core(path)
    for first in range(1, MANY + 1, 500):
        events = [
            passage(seq, BOOTED + seq * 1000, synced=False) for seq in range(first, first + 500)
        ]
        core.take(batch(*events, sent_at=NOON, synced=False), at=NOON + HOUR)
    core.close()


class CountingDesk(Desk):
    """Counts corrected events and answers at each commit; a message arrives during the first."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.seen: list[tuple[int, int]] = []

    def _committed(self) -> None:
        super()._committed()
        with reading(self.path) as db:
            ((corrected,),) = db.execute(
                "SELECT count(*) FROM events WHERE quality = 'corrected'"
            ).fetchall()
        self.seen.append((corrected, len(self.subscriber.answers)))
        if len(self.seen) == 1:
            payload = batch(passage(1, MONDAY), sent_at=MONDAY, node="entrance-2")
            self.deliver(payload, node="entrance-2")

    def finish(self) -> None:
        """Return when nothing waits to be dated anew."""
        for _ in range(50):
            self.settle()
            with reading(self.path) as db:
                if db.execute("SELECT 1 FROM redating").fetchone() is None:
                    return
        raise AssertionError("events still wait to be dated anew")
