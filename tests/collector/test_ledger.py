"""The ledger file: what a commit holds, what a failure takes back, what it refuses."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from pasperdus_collector.errors import LedgerError
from pasperdus_collector.ledger import Ledger, open_reader, reading, wall_ms
from pasperdus_collector.migrations import MIGRATIONS
from pasperdus_collector.reception.queue import heard
from pasperdus_contract.fields import MAX_SEQ
from pasperdus_contract.messages import Ack, Rejection
from support.collecting import BOOTED, MINUTE, MONDAY, NODE, Core, batch, coverage, passage, rating
from support.wire import EPOCH

SYNCHRONOUS_FULL = 2


def test_a_commit_waits_for_the_disk_on_the_live_connection(core: Core) -> None:
    assert core.rows("PRAGMA synchronous") == [(SYNCHRONOUS_FULL,)]
    assert core.rows("PRAGMA journal_mode") == [("wal",)]
    assert core.rows("PRAGMA foreign_keys") == [(1,)]


def test_a_second_delivery_is_not_counted(core: Core) -> None:
    events = [passage(1, MONDAY), passage(2, MONDAY + 5, "out")]

    first, second = core.store(*events), core.store(*events)

    assert first.stored == second.stored == [(1, 2)]
    assert core.counters() == (4, 2, 2, 0)
    assert core.rows("SELECT ins, outs FROM passage_quarters") == [(1, 1)]


def test_the_same_seq_of_another_epoch_or_node_is_another_event(core: Core) -> None:
    core.store(passage(1, MONDAY))
    core.store(passage(1, MONDAY), epoch="0" * 32, boot="boot-2", booted=BOOTED + 9)
    core.store(passage(1, MONDAY), node="entrance-2")

    assert core.rows("SELECT sum(ins) FROM passage_quarters") == [(3,)]
    assert core.counters(NODE) == (2, 2, 0, 0)
    assert core.counters("entrance-2") == (1, 1, 0, 0)


def test_the_key_of_an_event_is_unique_in_the_file_itself(core: Core) -> None:
    core.store(passage(1, MONDAY))

    with pytest.raises(sqlite3.IntegrityError, match=r"UNIQUE.*events.epoch_id, events.seq"):
        core.rows("INSERT INTO events SELECT * FROM events")


def test_a_late_resend_is_a_duplicate_after_retention_deleted_the_raw_row(core: Core) -> None:
    core.store(passage(1, MONDAY), passage(2, MONDAY))
    core.rows("DELETE FROM events")

    again = core.store(passage(1, MONDAY), passage(2, MONDAY), passage(3, MONDAY))

    assert again.stored == [(1, 3)]
    assert core.counters() == (5, 3, 2, 0)
    assert core.rows("SELECT first, last FROM ranges") == [(1, 3)]


def test_neighbouring_ranges_join_and_far_ones_stay_apart(core: Core) -> None:
    for seq in (5, 1, 3, 9, 2, 4):
        core.store(passage(seq, MONDAY))

    assert core.rows("SELECT first, last FROM ranges ORDER BY first") == [(1, 5), (9, 9)]


def test_the_greatest_seq_is_a_seq_like_any_other(core: Core) -> None:
    events = [passage(MAX_SEQ - 1, MONDAY), passage(MAX_SEQ, MONDAY)]

    assert core.store(*events).stored == [(MAX_SEQ - 1, MAX_SEQ)]
    assert core.store(*events).stored == [(MAX_SEQ - 1, MAX_SEQ)]
    assert core.counters() == (4, 2, 2, 0)


def test_a_failure_while_counting_takes_the_events_back_too(core: Core) -> None:
    core.store(passage(1, MONDAY))
    core.rows(
        "CREATE TRIGGER broken BEFORE INSERT ON tally_quarters "
        "BEGIN SELECT RAISE (ABORT, 'no room'); END"
    )
    tally = {**passage(2, MONDAY), "kind": "tally", "what": "phone"}

    with pytest.raises(sqlite3.IntegrityError, match="no room"):
        core.store(passage(3, MONDAY), tally)
    core.crash()

    assert core.rows("SELECT seq FROM events") == [(1,)]
    assert core.rows("SELECT first, last FROM ranges") == [(1, 1)]
    assert core.rows("SELECT sum(ins) FROM passage_quarters") == [(1,)]
    assert core.counters() == (1, 1, 0, 0)


def test_what_was_not_committed_is_gone_after_a_crash_and_comes_again(core: Core) -> None:
    events = [passage(1, MONDAY), rating(2, MONDAY), coverage(3, MONDAY - 60_000, MONDAY)]
    payload = batch(*events, sent_at=MONDAY)
    core.ledger.db.execute("BEGIN IMMEDIATE")
    core.take_uncommitted(payload, at=MONDAY)

    core.crash()

    for table in ("nodes", "events", "ranges", "passage_quarters", "unreleased"):
        assert core.is_empty(table)
    core.store(*events)
    assert core.counters() == (3, 3, 0, 0)


def test_a_commit_that_fails_ends_its_transaction(core: Core) -> None:
    def owing() -> None:
        with core.ledger.transaction():
            # Checked at COMMIT, which then leaves the transaction open.
            core.rows("PRAGMA defer_foreign_keys = ON")
            core.rows("INSERT INTO lines (node_id, name) VALUES (99, 'nowhere')")

    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
        owing()

    assert core.store(passage(1, MONDAY)).stored == [(1, 1)]


def test_ids_of_a_rolled_back_transaction_are_forgotten(core: Core) -> None:
    def poisoned() -> None:
        with core.ledger.savepoint():
            core.take_uncommitted(batch(passage(1, MONDAY), sent_at=MONDAY), at=MONDAY)
            raise ValueError("poison")

    core.ledger.db.execute("BEGIN IMMEDIATE")
    with pytest.raises(ValueError, match="poison"):
        poisoned()
    core.take_uncommitted(
        batch(passage(1, MONDAY), sent_at=MONDAY, node="other"), at=MONDAY, node="other"
    )
    core.take_uncommitted(batch(passage(1, MONDAY), sent_at=MONDAY), at=MONDAY)
    core.ledger.db.execute("COMMIT")

    assert core.rows(
        "SELECT nodes.name, ins FROM passage_quarters JOIN lines ON lines.id = line_id "
        "JOIN nodes ON nodes.id = node_id ORDER BY nodes.name"
    ) == [("entrance-1", 1), ("other", 1)]


def test_a_full_quarantine_answers_nothing_for_what_it_cannot_keep(tmp_path: Path) -> None:
    core = Core(tmp_path / "ledger.db", quarantine_max=1)
    bad = [rating(seq, MONDAY, 9) for seq in (1, 2)]

    assert core.store(*bad, passage(3, MONDAY)).stored == [(3, 3)]
    assert core.ingest.is_quarantine_full
    assert core.counters() == (2, 1, 0, 1)
    assert core.take(batch(bad[1], sent_at=MONDAY), at=MONDAY) is None
    assert isinstance(core.take(batch(bad[0], sent_at=MONDAY), at=MONDAY), Ack)
    core.close()
    core.open()  # the room is counted anew
    assert core.take(batch(bad[1], sent_at=MONDAY), at=MONDAY) is None
    core.close()


def test_payloads_that_are_no_batch_are_rejected_and_not_counted_as_received(core: Core) -> None:
    other_boot = batch(passage(2, MONDAY), sent_at=MONDAY, boot="boot-2", booted=BOOTED + 5)
    core.store(passage(1, MONDAY))

    answers = [
        core.take(b"{", at=MONDAY),
        core.take(b'{"schema": 2}', at=MONDAY),
        core.take(batch(passage(1, MONDAY), sent_at=MONDAY, node="other"), at=MONDAY),
        core.take(other_boot, at=MONDAY),
    ]

    assert [isinstance(answer, Rejection) and answer.rejected for answer in answers] == [
        "not JSON: EOF while parsing an object at line 1 column 1",
        "unknown schema 2",
        "node: the payload is of 'other', its topic of 'entrance-1'",
        f"boot: epoch {EPOCH} was recorded in another boot",
    ]
    assert core.counters() == (1, 1, 0, 0)
    assert core.rows("SELECT name, total FROM totals") == [("unparseable", 1)]


def test_a_closed_collector_keeps_and_answers_nothing_of_an_unknown_node(tmp_path: Path) -> None:
    core = Core(tmp_path / "ledger.db", enrols_unknown=False)

    assert core.take(batch(rating(1, MONDAY, 9), sent_at=MONDAY), at=MONDAY) is None

    for table in ("nodes", "epochs", "events", "quarantine"):
        assert core.is_empty(table)
    assert core.rows("SELECT name, total FROM totals") == [("unknown_node", 1)]
    core.close()


def test_an_empty_batch_is_answered_and_tells_how_far_the_epoch_reaches(core: Core) -> None:
    answer = core.take(batch(sent_at=MONDAY, first=4, head=9), at=MONDAY)

    assert isinstance(answer, Ack)
    assert (answer.epoch, answer.stored, answer.quarantined) == (EPOCH, [], [])
    assert core.rows("SELECT first, head FROM epochs") == [(4, 9)]


def test_readers_cannot_write_and_see_one_moment(core: Core) -> None:
    core.store(passage(1, MONDAY))
    with reading(core.path) as db:
        (before,) = db.execute("SELECT count(*) FROM events").fetchone()
        core.store(passage(2, MONDAY))
        (after,) = db.execute("SELECT count(*) FROM events").fetchone()
    assert before == after == 1

    reader = open_reader(core.path)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader.execute("DELETE FROM events")
    reader.close()


def test_opening_again_migrates_nothing_and_keeps_everything(core: Core) -> None:
    assert core.ledger.migrated == [name for name, _ in MIGRATIONS]
    core.store(passage(1, MONDAY))
    core.close()
    core.open()

    assert core.ledger.migrated == []
    assert core.counters() == (1, 1, 0, 0)


def test_a_ledger_of_the_release_before_knows_the_tokens_of_its_steps(tmp_path: Path) -> None:
    """Where the raw event is gone, so is the token; a clock that ran ahead was not ours."""
    path = tmp_path / "before.db"
    old = sqlite3.connect(path, isolation_level=None)
    for number, (_, script) in enumerate(MIGRATIONS[:3], start=1):
        old.executescript(f"BEGIN;\n{script}\nPRAGMA user_version = {number};\nCOMMIT;")
    old.executescript(
        """
        INSERT INTO sites (name, title, time_zone) VALUES ('default', 'M', 'UTC');
        INSERT INTO zones (site_id, name, title) VALUES (1, 'hall', 'Hall');
        INSERT INTO nodes (name, zone_id, enrolled_at) VALUES ('desk-1', 1, 0), ('door', 1, 0);
        INSERT INTO epochs (node_id, epoch) VALUES (1, 'e');
        INSERT INTO events VALUES (1, 7, 'token', 0, 5, 'exact', '{"token":"blue-moon"}');
        INSERT INTO token_steps VALUES (1, 7, 1, 'v', 5, 'exact', 'wait', NULL),
            (1, 8, 1, 'v', NULL, 'unknown', 'call', NULL),
            (1, 9, 1, 'v', 32503680000000, 'exact', 'done', NULL);
        """
    )
    old.close()

    ledger = Ledger(path, quarantine_max=1)

    assert ledger.migrated == [name for name, _ in MIGRATIONS[3:]]
    before = ledger.db.execute("SELECT token, noted_at FROM token_steps ORDER BY seq").fetchall()
    assert before[:2] == [("blue-moon", 5), ("", 0)]
    assert abs(before[2][1] - wall_ms()) < MINUTE
    assert heard(ledger.db, 1) == {"desk-1": 9}
    ledger.close()


def test_a_ledger_of_a_newer_release_is_refused_and_left_alone(core: Core) -> None:
    newer = len(MIGRATIONS) + 1
    core.rows(f"PRAGMA user_version = {newer}")

    with pytest.raises(
        LedgerError, match=rf"ledger.db: the ledger is at schema {newer}, .* restore the backup"
    ):
        Ledger(core.path, quarantine_max=1)


@pytest.mark.parametrize(
    "content", [b"not a database, " * 500, b"SQLite format 3\0" + b"\xff" * 4096]
)
def test_a_file_that_is_no_ledger_is_named_with_what_to_do(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "ledger.db"
    path.write_bytes(content)

    with pytest.raises(LedgerError) as refused:
        Ledger(path, quarantine_max=1)

    assert str(refused.value).startswith(f"{path}: the ledger cannot be opened: ")
    assert "check [ledger] path" in str(refused.value)
    assert path.read_bytes() == content


def test_a_place_that_cannot_hold_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(LedgerError, match=r"file/ledger.db: the ledger cannot be opened"):
        Ledger(tmp_path / "file" / "ledger.db", quarantine_max=1)
