"""Touches everything that can be touched, from screen to screen, as far as it leads."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator

from pasperdus_contract.board import Board
from pasperdus_contract.events import MAX_OCCUPANCY
from pasperdus_contract.tokens import TOKENS
from pasperdus_node.terminal.actions import Action
from pasperdus_node.terminal.hearing import kept
from pasperdus_node.terminal.performing import perform
from pasperdus_node.terminal.queue import visits_now
from pasperdus_node.terminal.records import (
    Counted,
    Felt,
    Record,
    Recounted,
    SlipTaken,
    TakenBack,
    TokenStep,
)
from pasperdus_node.terminal.state import Now, Terminal
from support.at_work import as_event
from support.boards import visit_id

EPOCH = "a" * 32
HEX = frozenset("0123456789abcdef")

Offered = Callable[[Terminal], Iterable[Action]]
"""What can be touched in a state: such as taps and holds of a scene's targets."""


def walk(
    start: Terminal, offered: Offered, now: Now, *, most: int = 3_000
) -> Iterator[tuple[Terminal, Action, tuple[Record, ...]]]:
    """Yield each state with each action that it offers and what that would record.

    What an action records is kept, as an outbox would. Ends after ``most`` actions.
    """
    seen = {_in_short(start)}
    ahead = deque([start])
    walked = 0
    while ahead:
        terminal = ahead.popleft()
        for action in dict.fromkeys(offered(terminal)):
            walked += 1
            outcome = perform(terminal, action, now, fresh_visit=visit_id(walked))
            yield terminal, action, outcome.records
            if walked >= most:
                return
            events = [as_event(record, walked, now) for record in outcome.records]
            after = kept(outcome.terminal, outcome.records, events, epoch=EPOCH, now=now)
            key = _in_short(after)
            if key not in seen:
                seen.add(key)
                ahead.append(after)


def is_free_of_text(record: Record, board: Board, slips: Iterable[str]) -> bool:
    """Tell whether a record holds only tokens, hexadecimal keys, numbers and the board's names."""
    match record:
        case TokenStep():
            services = {None, *(service.service for service in board.services)}
            is_visit = len(record.visit) == 16 and set(record.visit) <= HEX
            return is_visit and record.token in TOKENS and record.service in services
        case Counted():
            categories = {
                tally.what: {None, *(each.category for each in tally.categories)}
                for tally in board.tallies
            }
            return record.category in categories.get(record.what, ())
        case Felt():
            return record.value in (1, 2, 3, 4, 5)
        case Recounted():
            return 0 <= record.people <= MAX_OCCUPANCY
        case SlipTaken():
            return record.slip in slips
        case TakenBack():
            return len(record.epoch) == 32 and set(record.epoch) <= HEX


def _in_short(terminal: Terminal) -> str:
    """Return what tells states apart: not their times, keys and words of messages."""
    return repr(
        (
            terminal.view,
            [(visit.token, visit.state, visit.service) for visit in visits_now(terminal)],
            (terminal.recount, terminal.service, terminal.felt_on, terminal.slips),
            (terminal.language, terminal.card_language, terminal.shows_week),
            (terminal.has_options, terminal.is_blank, terminal.training is None),
            terminal.toast is not None and terminal.toast.undoes is not None,
        )
    )
