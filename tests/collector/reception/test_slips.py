"""Phone slips: for one terminal, taken by it alone, and gone to the last byte."""

from __future__ import annotations

import random
import sqlite3
from itertools import count
from pathlib import Path

import pytest

from pasperdus_collector.buckets import slip_traces
from pasperdus_collector.errors import NotFoundError, QueryError
from pasperdus_collector.ledger import reading
from pasperdus_collector.reception import slips
from pasperdus_collector.reception.slips import KEPT_MS, NewSlip
from pasperdus_contract.slips import MAX_SLIPS
from support.collecting import MINUTE, MONDAY, Core, batch, event
from support.writing import Desk as WritingDesk

DESK, OTHER, THIRD, DOOR = "accueil-1", "accueil-2", "accueil-3", "porte-1"


class Colleagues:
    """Write slips on a ledger with three terminals and a door."""

    def __init__(self, core: Core) -> None:
        self.core, self.ledger, self.db = core, core.ledger, core.ledger.db
        self._ids = count(1)
        with self.ledger.transaction():
            for node in (DESK, OTHER, THIRD, DOOR):
                self.ledger.registry.enrol(node, 0)
            self.db.execute("UPDATE nodes SET screen = 'agent' WHERE name <> ?", (DOOR,))

    def write(self, text: str = "Rappeler M. Untel", *, node: str = DESK, at: int = MONDAY) -> str:
        slip = NewSlip(node=node, caller="Bureau 4", phone="01 23", text=text)
        with self.ledger.transaction():
            return slips.add(self.db, slip, now_ms=at, new_id=lambda: f"slip-{next(self._ids)}").id

    def withdraw(self, slip: str) -> None:
        with self.ledger.transaction():
            slips.withdraw(self.db, slip)

    def purge(self, now_ms: int) -> int:
        with self.ledger.transaction():
            return slips.purge(self.db, now_ms)

    def take(self, slip: str, *, node: str, seq: int = 1) -> None:
        """Take a slip at a terminal, as its event tells."""
        taken = event(seq, MONDAY, kind="message", id=slip, action="taken")
        self.core.store(taken, node=node)

    def erase(self) -> bool:
        with self.ledger.transaction():
            slip_traces.rewrite(self.db)
        return slip_traces.cut(self.db)

    def texts(self, node: str = DESK) -> list[str]:
        return [text for *_, text in slips.waiting_rows(self.db)[node]]

    def on_disk(self) -> bytes:
        return on_disk(self.core.path)


@pytest.fixture
def colleagues(core: Core) -> Colleagues:
    return Colleagues(core)


def on_disk(path: Path) -> bytes:
    log = Path(f"{path}-wal")
    return path.read_bytes() + (log.read_bytes() if log.exists() else b"")


def _write_somewhere(db: sqlite3.Connection, rng: random.Random, text: str) -> str:
    """Write a slip for the terminal with the fewest, under a name that no other one has."""
    (node,) = db.execute(
        "SELECT name FROM nodes WHERE screen = 'agent' ORDER BY "
        "(SELECT count(*) FROM slips WHERE node_id = nodes.id) LIMIT 1"
    ).fetchone()
    slip = NewSlip(node=node, text=text)
    return slips.add(db, slip, now_ms=MONDAY, new_id=lambda: f"{rng.getrandbits(64):016x}").id


def test_a_slip_is_for_one_terminal_and_a_list_of_notes_says_nothing_of_it(
    colleagues: Colleagues,
) -> None:
    slip = colleagues.write("Dossier prêt")

    assert list(slips.waiting_rows(colleagues.db)) == [DESK, OTHER, THIRD]
    assert colleagues.texts(OTHER) == []
    (told,) = map(slips.slip_of, slips.waiting_rows(colleagues.db)[DESK])
    assert (told.id, told.caller, told.phone, told.text) == (
        *(slip, "Bureau 4", "01 23", "Dossier prêt"),
    )
    (note,) = slips.notes(colleagues.db, DESK)
    assert (note.id, note.node, note.written_at) == (slip, DESK, MONDAY)
    assert slips.notes(colleagues.db, OTHER) == []
    assert "Dossier" not in repr(NewSlip(node=DESK, caller="Dossier", text="Dossier"))


def test_a_slip_goes_only_where_an_agent_reads_it(colleagues: Colleagues) -> None:
    with pytest.raises(QueryError, match=r"'porte-1' has no screen of an agent.*accueil-1, acc"):
        colleagues.write(node=DOOR)
    with pytest.raises(NotFoundError, match="no terminal 'accueil-9'; known are accueil-1"):
        colleagues.write(node="accueil-9")
    assert slips.notes(colleagues.db) == []


def test_a_terminal_has_as_many_slips_as_it_can_show(colleagues: Colleagues) -> None:
    written = [colleagues.write(at=MONDAY + n) for n in range(MAX_SLIPS)]

    with pytest.raises(QueryError, match="20 slips wait at 'accueil-1' already"):
        colleagues.write()
    colleagues.write(node=OTHER)
    colleagues.withdraw(written[0])
    colleagues.write(at=MONDAY + MAX_SLIPS)
    assert len(colleagues.texts()) == MAX_SLIPS


def test_a_slip_that_its_terminal_took_is_gone_and_its_event_stays(
    colleagues: Colleagues,
) -> None:
    taken, left = colleagues.write(), colleagues.write("Autre")

    colleagues.take(taken, node=DESK)

    assert [note.id for note in slips.notes(colleagues.db)] == [left]
    assert colleagues.core.rows("SELECT count(*) FROM events WHERE kind = 'message'") == [(1,)]
    with pytest.raises(NotFoundError, match="it was taken, withdrawn or too old"):
        colleagues.withdraw(taken)


def test_another_terminal_cannot_take_it(colleagues: Colleagues) -> None:
    slip = colleagues.write()

    colleagues.take(slip, node=OTHER)

    assert [note.id for note in slips.notes(colleagues.db)] == [slip]


def test_a_slip_waits_three_days(colleagues: Colleagues) -> None:
    colleagues.write(at=MONDAY)

    assert colleagues.purge(MONDAY + KEPT_MS - 1) == 0
    assert colleagues.purge(MONDAY + KEPT_MS) == 1
    assert colleagues.texts() == []


def test_no_byte_of_a_slip_that_is_gone_is_left_in_file_or_log(colleagues: Colleagues) -> None:
    """Slips come and go, so that SQLite splits, joins and reuses their pages."""
    seed = random.randrange(2**32)
    rng = random.Random(seed)
    db, alive, gone = colleagues.db, dict[str, str](), list[str]()
    for _ in range(80):
        with colleagues.ledger.transaction():
            for _ in range(20):
                if alive and (rng.random() < 0.5 or len(alive) >= 3 * MAX_SLIPS):
                    slip = rng.choice(list(alive))
                    gone.append(alive.pop(slip))
                    slips.withdraw(db, slip)
                else:
                    text = f"texte-{len(gone) + len(alive):04}." + "ế" * rng.randrange(190)
                    alive[_write_somewhere(db, rng, text)] = text[:11]
        assert colleagues.erase()
        disk = colleagues.on_disk()
        assert [text for text in gone if text.encode() in disk] == [], f"seed {seed}"
        assert all(text.encode() in disk for text in alive.values()), f"seed {seed}"
    with colleagues.ledger.transaction():
        _write_somewhere(db, rng, "texte-last.")
    colleagues.purge(MONDAY + KEPT_MS)
    assert b"texte-" in colleagues.on_disk(), f"seed {seed}: nothing was there to erase"
    assert colleagues.erase()
    assert b"texte-" not in colleagues.on_disk(), f"seed {seed}"


def test_whoever_reads_meanwhile_is_not_waited_for_and_the_next_try_erases(
    colleagues: Colleagues,
) -> None:
    slip = colleagues.write("Secret")
    with reading(colleagues.core.path) as reader:
        reader.execute("SELECT count(*) FROM slips").fetchone()
        colleagues.withdraw(slip)

        assert not colleagues.erase()

        assert b"Secret" in colleagues.on_disk()
    assert colleagues.erase()
    assert b"Secret" not in colleagues.on_disk()


def test_what_a_power_cut_left_behind_is_erased_at_the_next_start(colleagues: Colleagues) -> None:
    slip = colleagues.write("Secret")
    colleagues.withdraw(slip)
    core = colleagues.core
    core.crash()
    assert b"Secret" in on_disk(core.path)

    with core.ledger.transaction():
        slip_traces.rewrite(core.ledger.db)

    assert slip_traces.cut(core.ledger.db)
    assert b"Secret" not in on_disk(core.path)


def test_a_withdrawal_that_is_undone_leaves_the_slip(colleagues: Colleagues) -> None:
    slip = colleagues.write()

    def withdraw_and_fail() -> None:
        with colleagues.ledger.transaction():
            slips.withdraw(colleagues.db, slip)
            raise sqlite3.IntegrityError("undone")

    with pytest.raises(sqlite3.IntegrityError, match="undone"):
        withdraw_and_fail()
    assert [note.id for note in slips.notes(colleagues.db)] == [slip]


def test_the_writing_thread_purges_and_erases_by_itself(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    core = Core(path)
    Colleagues(core).write("Secret", at=MONDAY)  # long ago
    core.close()
    desk = WritingDesk(path)
    desk.start()
    try:
        desk.deliver(batch(sent_at=MONDAY + MINUTE))
        desk.settle()
        assert desk.sql("SELECT count(*) FROM slips") == [(0,)]
        assert b"Secret" not in on_disk(path)
        assert desk.writer.failures == 0
    finally:
        desk.stop()
