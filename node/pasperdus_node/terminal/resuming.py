"""A terminal after a restart: as it was, but for what must never lie on a card.

What it shows is made again of the last board and of the journal of its own events; phone slips come
again from the collector.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, Protocol

from pasperdus_contract import visits
from pasperdus_contract.board import Board
from pasperdus_contract.events import AnyEvent, MessageTaken, Token, Undo
from pasperdus_node.terminal.actions import Page
from pasperdus_node.terminal.hearing import settled
from pasperdus_node.terminal.queue import (
    heard_seq,
    judged,
    of_board,
    service_day,
    service_day_of,
    with_own,
    zone,
)
from pasperdus_node.terminal.records import step_of
from pasperdus_node.terminal.state import Kept, Now, OwnStep, OwnUndo, Terminal, View


class Journalled(Protocol):
    """An own event as the journal kept it."""

    @property
    def seq(self) -> int:
        """The event's number."""

    @property
    def epoch(self) -> str:
        """The start of the process in which it was recorded."""

    @property
    def event(self) -> AnyEvent:
        """The event itself."""

    @property
    def is_pending(self) -> bool:
        """Whether the collector has not answered for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What the agents chose; ``felt_on`` is the last service day that was given a face."""

    language: Literal["fr", "en"]
    service: str | None = None
    has_options: bool = False
    felt_on: date | None = None
    page: Page = Page.HOME


def saved(terminal: Terminal) -> Saved:
    """Return what a restart must not forget."""
    return Saved(
        language=terminal.language,
        service=terminal.service,
        has_options=terminal.has_options,
        felt_on=terminal.felt_on,
        page=terminal.view.page,
    )


def resumed(
    node: str,
    site: str,
    *,
    language: Literal["fr", "en"],
    board: Board | None,
    journal: Iterable[Journalled],
    last_seq: int,
    saved: Saved | None,
    now: Now,
) -> Terminal:
    """Return the terminal as it was; ``language`` is that of a first start.

    ``last_seq`` is the highest number that the outbox has given to an event.
    """
    choices = Saved(language=language) if saved is None else saved
    is_ours = board is not None and board.site == site
    terminal = Terminal(
        node=node,
        site=site,
        kept=Kept(board=board, heard_ms=None) if board is not None and is_ours else None,
        language=choices.language,
        service=choices.service,
        has_options=choices.has_options,
        felt_on=choices.felt_on,
        # A recount begins with the people inside now.
        view=View(page=Page.MORE if choices.page is Page.RECOUNT else choices.page),
        last_seq=last_seq,
    )
    # After a week without a network most rows are of past days: they show nobody.
    rows = [row for row in journal if not _is_past(row.event, terminal, now)]
    return settled(_again(judged(terminal), sorted(rows, key=lambda row: row.seq)), now)


def forgettable(terminal: Terminal, journal: Iterable[Journalled]) -> list[int]:
    """Return the rows of the journal that a restart would not need any more.

    A slip that the collector knows to be taken is not sent again.
    """
    needed = {own.step.seq for own in terminal.own}
    needed |= {own.undone.seq for own in terminal.own if own.undone is not None}
    return [
        row.seq
        for row in journal
        if not (row.seq in needed or (isinstance(row.event, MessageTaken) and row.is_pending))
    ]


def _is_past(event: AnyEvent, terminal: Terminal, now: Now) -> bool:
    """Tell whether a step is known to be of an earlier service day."""
    if not (isinstance(event, Token) and event.synced and now.is_timed):
        return False
    return service_day(event.wall, zone(terminal)) < service_day_of(terminal, now)


def _again(terminal: Terminal, rows: Iterable[Journalled]) -> Terminal:
    """Do again what rows tell, oldest first, each to its own visit."""
    known = of_board(terminal)
    heard = heard_seq(terminal)
    own: dict[tuple[str, int], OwnStep] = {}
    of_visit: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    taken = set(terminal.taken)
    for row in rows:
        match row.event:
            case Token(visit=name):
                earlier = [own[key] for key in of_visit[name]]
                before = with_own(known.get(name), earlier, heard)
                step = _own_step(terminal.node, row, row.event, before)
                own[step.key] = step
                of_visit[name].append(step.key)
            case Undo(undone=undone):
                key = (undone.epoch, undone.seq)
                undo = OwnUndo(epoch=row.epoch, seq=row.seq, is_pending=row.is_pending)
                if key in own:
                    own[key] = replace(own[key], undone=undo)
            case MessageTaken(id=name):
                taken.add(name)
    return replace(terminal, own=tuple(own.values()), taken=frozenset(taken))


def _own_step(node: str, row: Journalled, event: Token, before: visits.Visit | None) -> OwnStep:
    # Of a step that the board has, ``before`` is how things stand now: its undo, if there is one,
    # is then shown when the board has heard it.
    step = step_of(
        event, at=event.wall, is_timed=event.synced, node=node, epoch=row.epoch, seq=row.seq
    )
    after = visits.apply(before, step)
    return OwnStep(step=step, is_pending=row.is_pending, before=before, after=after)
