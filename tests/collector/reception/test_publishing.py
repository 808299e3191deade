"""What screens are told: when something differs, once a minute, and all of it to a new broker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from pasperdus_collector.ledger import Ledger
from pasperdus_collector.reception import slips
from pasperdus_collector.reception.outgoing import Outgoing
from pasperdus_collector.reception.publishing import BOARD_AGAIN_S, SLIPS_AGAIN_S, Publishing
from pasperdus_contract.board import MAX_TERMINALS, Board, Inside
from pasperdus_contract.codec import decode
from pasperdus_contract.slips import Slips
from pasperdus_contract.tokens import TOKENS
from pasperdus_contract.topics import Topics
from pasperdus_service.link import Message
from support.reception import Reception, reception, wall

NOW = wall(date(2026, 11, 24), "10:00")
BOARD = "pasperdus/v1/site/default/board"
SLIPS = "pasperdus/v1/node/terminal-1/messages"


class Hall:
    """A site with a terminal, what its screens were told, and a clock for the telling."""

    def __init__(self, place: Reception) -> None:
        self.place = place
        self.outgoing = Outgoing()
        self.now_s = 1_000.0
        self.people: int | None = 12
        self.wakes = 0
        self._publishing = Publishing(
            place.ledger.path,
            self.outgoing,
            Topics(),
            inside=lambda _: None if self.people is None else Inside(people=self.people),
            generation=lambda: 0,
            submit=self._change,
            wake=self._wake,
            now_ms=lambda: NOW,
        )

    def _change(self, run: Callable[[Ledger], None]) -> None:
        with self.place.ledger.transaction():
            run(self.place.ledger)

    def _wake(self) -> None:
        self.wakes += 1

    @property
    def failures(self) -> int:
        return self._publishing.failures

    def told(self, *, after_s: float = 0.1) -> dict[str, Message]:
        """Let time pass, look, and return what goes to the broker."""
        self.now_s += after_s
        sent: dict[str, Message] = {}

        def publish(message: Message) -> bool:
            sent[message.topic] = message
            return True

        self._publishing.look(self.now_s)
        self.outgoing.flush(publish)
        return sent


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    with reception(tmp_path / "ledger.db") as place:
        place.status("terminal-1", NOW - 60_000, screen="agent")
        yield Hall(place)


def board(told: dict[str, Message]) -> Board:
    return decode(Board, told[BOARD].payload)


def test_the_first_look_deals_the_tokens_and_tells_a_retained_board(hall: Hall) -> None:
    told = hall.told()

    assert told[BOARD].is_retained
    (terminal,) = board(told).terminals
    assert sorted(terminal.hand) == sorted(TOKENS)
    assert hall.wakes == 1


def test_a_step_is_told_at_once_with_the_seq_that_was_heard(hall: Hall) -> None:
    hall.told()
    hall.place.steps("terminal-1", [(NOW - 60_000, 7, "wait")], token="blue-star")

    after = board(hall.told())

    assert [visit.token for visit in after.visits] == ["blue-star"]
    assert after.terminals[0].heard == 1


def test_nothing_is_said_twice_within_a_minute_and_once_after_it(hall: Hall) -> None:
    before = board(hall.told())

    assert hall.told(after_s=BOARD_AGAIN_S / 2) == {}
    again = board(hall.told(after_s=BOARD_AGAIN_S / 2))

    assert again.version == before.version


def test_people_who_come_or_cannot_be_counted_any_more_are_news(hall: Hall) -> None:
    hall.told()
    hall.people = 13
    assert board(hall.told()).inside == Inside(people=13)

    hall.people = None
    assert board(hall.told()).inside is None


def test_a_broker_that_comes_back_is_told_everything_again(hall: Hall) -> None:
    first = hall.told()
    hall.outgoing.connected()

    assert hall.told().keys() == first.keys()


def test_slips_are_sent_until_they_are_gone_and_their_end_is_said_once(hall: Hall) -> None:
    assert decode(Slips, hall.told()[SLIPS].payload).slips == []
    new = slips.NewSlip(node="terminal-1", caller="Urbanisme", text="Rappeler avant midi.")
    with hall.place.ledger.transaction():
        note = slips.add(hall.place.ledger.db, new, now_ms=NOW)
    (waiting,) = decode(Slips, hall.told()[SLIPS].payload).slips
    assert waiting.text == "Rappeler avant midi."
    assert SLIPS not in hall.told(after_s=SLIPS_AGAIN_S / 2)
    assert SLIPS in hall.told(after_s=SLIPS_AGAIN_S / 2)

    taken = {"kind": "message", "id": note.id, "action": "taken", "at": NOW}
    hall.place.tell("terminal-1", [taken])

    assert decode(Slips, hall.told()[SLIPS].payload).slips == []
    assert SLIPS not in hall.told(after_s=10 * SLIPS_AGAIN_S)


def test_a_site_that_cannot_be_told_is_said_once_and_silences_no_other(hall: Hall) -> None:
    db = hall.place.ledger.db
    hall.place.status("annexe-1", NOW - 60_000, screen="agent")
    db.execute("INSERT INTO sites (name, title, time_zone) VALUES ('annexe', 'A', 'Europe/Paris')")
    db.execute(
        "UPDATE zones SET site_id = (SELECT id FROM sites WHERE name = 'annexe') "
        "WHERE name = 'annexe-1'"
    )
    hall.told()
    db.execute("UPDATE sites SET calendar = '[' WHERE name = 'annexe'")

    with capture_logs() as logged:
        for n in range(3):
            hall.place.steps("terminal-1", [(NOW - 9 + n, n, "wait")], token="red-star")
            assert list(hall.told()) == [BOARD]

    assert [(each["event"], each["what"]) for each in logged] == [
        ("the screens cannot be told", "board of annexe")
    ]
    assert hall.failures == 3
    db.execute("UPDATE sites SET calendar = '{}' WHERE name = 'annexe'")
    with capture_logs() as logged:
        hall.told()
    assert [each["event"] for each in logged] == ["the screens are told again"]


def test_a_slip_that_no_terminal_can_show_silences_no_other_and_no_word_of_it_is_logged(
    hall: Hall,
) -> None:
    db = hall.place.ledger.db
    with hall.place.ledger.transaction():
        slips.add(db, slips.NewSlip(node="terminal-1", text="Rappeler avant midi."), now_ms=NOW)
        edited = slips.add(db, slips.NewSlip(node="terminal-1", text="x"), now_ms=NOW)
        db.execute("UPDATE slips SET text = ? WHERE id = ?", ("Mme Secret\nau 06", edited.id))

    with capture_logs() as logged:
        told = hall.told()

    assert [each.text for each in decode(Slips, told[SLIPS].payload).slips] == [
        "Rappeler avant midi."
    ]
    assert BOARD in told
    assert [(each["what"], each["reason"]) for each in logged] == [
        (f"slip {edited.id}", "ValidationError")
    ]
    assert "Secret" not in str(logged)


def test_of_more_terminals_than_a_board_holds_those_heard_last_are_told(hall: Hall) -> None:
    hall.place.status("terminal-1", NOW - 2 * 86_400_000, screen="agent")
    for n in range(MAX_TERMINALS + 3):
        hall.place.status(f"desk-{n:02}", NOW - n, screen="agent")

    terminals = board(hall.told()).terminals

    assert [each.node for each in terminals] == [f"desk-{n:02}" for n in range(MAX_TERMINALS)]
    assert all(each.hand for each in terminals)
    for n in range(MAX_TERMINALS + 3):  # who spoke last among those at work changes nothing
        hall.place.status(f"desk-{n:02}", NOW + n, screen="agent")
    assert BOARD not in hall.told()


def test_a_site_without_a_screen_is_told_nothing(tmp_path: Path) -> None:
    with reception(tmp_path / "ledger.db") as place:
        place.status("entree", NOW)
        assert Hall(place).told() == {}
