"""A terminal at work, with an outbox of its own, and a collector that folds all it was told."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from pasperdus_contract.board import Board
from pasperdus_contract.events import (
    Adjust,
    AnyEvent,
    EventKey,
    MessageTaken,
    Pulse,
    Tally,
    Token,
    Undo,
)
from pasperdus_contract.visits import Visit, fold
from pasperdus_node.terminal.actions import Action
from pasperdus_node.terminal.hearing import answered, hear_board, kept
from pasperdus_node.terminal.performing import perform
from pasperdus_node.terminal.records import (
    Counted,
    Felt,
    Record,
    Recounted,
    SlipTaken,
    TakenBack,
    TokenStep,
    step_of,
)
from pasperdus_node.terminal.resuming import forgettable, resumed, saved
from pasperdus_node.terminal.state import Now, Terminal
from support.boards import NODE, OTHER, SITE, TITLES, bare_board, visit_id


@dataclass(frozen=True)
class Row:
    """An event of the journal."""

    seq: int
    epoch: str
    event: AnyEvent
    is_pending: bool = True


@dataclass
class AtWork:
    """A terminal and what it keeps: ``cached`` is the board on its card."""

    terminal: Terminal = field(default_factory=lambda: Terminal(node=NODE, site=SITE))
    epoch: str = "a" * 32
    seq: int = 0
    journal: dict[int, Row] = field(default_factory=dict)
    outbox: dict[int, Row] = field(default_factory=dict)
    cached: Board | None = None

    def do(self, action: Action, now: Now) -> tuple[Record, ...]:
        """Touch something, and commit what comes of it."""
        number = (2 if self.terminal.node == OTHER else 1) * 10**6 + self.seq
        outcome = perform(self.terminal, action, now, fresh_visit=visit_id(number))
        self.terminal = outcome.terminal
        if outcome.records:
            events = [self._recorded(record, now) for record in outcome.records]
            self.terminal = kept(self.terminal, outcome.records, events, epoch=self.epoch, now=now)
        return outcome.records

    def hear(self, board: Board, now: Now, *, is_alive: bool = True) -> None:
        """Take a board, keep it, and forget what it tells."""
        self.terminal = hear_board(self.terminal, board, now, is_alive=is_alive)
        self.cached = board
        for seq in forgettable(self.terminal, self.rows()):
            del self.journal[seq]

    def hear_answer(self, seqs: Iterable[int]) -> None:
        """Let go of events that the collector has."""
        for seq in seqs:
            self.outbox.pop(seq, None)
        self.terminal = answered(self.terminal, frozenset(self.outbox))

    def rows(self) -> list[Row]:
        """Return the journal."""
        return [replace(r, is_pending=seq in self.outbox) for seq, r in self.journal.items()]

    def restart(self, now: Now, epoch: str) -> None:
        """Begin anew with what the card holds."""
        self.epoch = epoch
        self.terminal = resumed(
            self.terminal.node,
            SITE,
            language="fr",
            board=self.cached,
            journal=self.rows(),
            last_seq=self.seq,
            saved=saved(self.terminal),
            now=now,
        )

    def _recorded(self, record: Record, now: Now) -> AnyEvent:
        self.seq += 1
        event = as_event(record, self.seq, now)
        row = Row(self.seq, self.epoch, event)
        self.outbox[self.seq] = row
        if event.kind in ("token", "undo", "message"):
            self.journal[self.seq] = row
        return event


def as_event(record: Record, seq: int, now: Now) -> AnyEvent:
    """Return the event of a record."""
    head: dict[str, Any] = {
        "seq": seq,
        "wall": now.wall_ms,
        "uptime": now.uptime_ms,
        "synced": now.is_timed,
    }
    match record:
        case TokenStep():
            return Token(
                **head,
                visit=record.visit,
                token=record.token,
                action=record.action,
                service=record.service,
            )
        case Counted():
            return Tally(**head, what=record.what, category=record.category)
        case Felt():
            return Pulse(**head, value=record.value)
        case Recounted():
            return Adjust(**head, occupancy=record.people)
        case SlipTaken():
            return MessageTaken(**head, id=record.slip, action="taken")
        case TakenBack():
            return Undo(**head, undone=EventKey(epoch=record.epoch, seq=record.seq))


@dataclass
class Told:
    """What a collector was told so far; each key counts once."""

    events: dict[tuple[str, str, int], AnyEvent] = field(default_factory=dict)

    def take(self, node: str, rows: Iterable[Row]) -> None:
        """Store events."""
        for row in rows:
            self.events[node, row.epoch, row.seq] = row.event

    def visits(self) -> tuple[Visit, ...]:
        """Return the open visits, from all steps that nobody took back."""
        return folded(self.events)

    def board(self, now: Now, **fields: Any) -> Board:
        """Compose the site's board."""
        plain = bare_board()
        terminals = [
            each.model_dump() | {"heard": self._heard(each.node)} for each in plain.terminals
        ]
        return bare_board(
            visits=[as_told(visit) for visit in self.visits()],
            terminals=terminals,
            composed_at=now.wall_ms,
            **fields,
        )

    def _heard(self, node: str) -> int:
        return max(
            (
                seq
                for (teller, _, seq), event in self.events.items()
                if teller == node and event.kind in ("token", "undo")
            ),
            default=0,
        )


def folded(events: dict[tuple[str, str, int], AnyEvent]) -> tuple[Visit, ...]:
    """Return the open visits that events of several nodes amount to, longest wait first."""
    undone = {
        (node, event.undone.epoch, event.undone.seq)
        for (node, _, _), event in events.items()
        if isinstance(event, Undo)
    }
    steps = defaultdict(list)
    for (node, epoch, seq), event in events.items():
        if isinstance(event, Token) and (node, epoch, seq) not in undone:
            steps[event.visit].append(
                step_of(
                    event, at=event.wall, is_timed=event.synced, node=node, epoch=epoch, seq=seq
                )
            )
    found = [fold(each) for each in steps.values()]
    return tuple(
        sorted(
            (visit for visit in found if visit is not None and visit.state != "closed"),
            key=lambda visit: (visit.since, visit.visit),
        )
    )


def as_told(visit: Visit) -> dict[str, Any]:
    """Return a visit as boards tell it."""
    call = None if visit.call is None else visit.call._asdict()
    return {
        "visit": visit.visit,
        "token": visit.token,
        "state": visit.state,
        "service": visit.service,
        "since": visit.since,
        "is_timed": visit.is_timed,
        "call": call,
    }


def two_at_work() -> dict[str, AtWork]:
    """Return both terminals of the site."""
    return {
        node: AtWork(terminal=Terminal(node=node, site=SITE), epoch=letter * 32)
        for node, letter in zip(TITLES, "ab", strict=True)
    }
