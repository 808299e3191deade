"""What one action does: to the terminal at once, or as records to commit first.

An action that records leaves the terminal as it is: the effect is shown once the outbox has kept
it (:func:`hearing.kept`). In training it is shown at once and there are no records.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from pasperdus_contract.board import PHRASE_LANGUAGES, Board
from pasperdus_contract.events import MAX_OCCUPANCY
from pasperdus_contract.visits import Visit
from pasperdus_node.terminal import training
from pasperdus_node.terminal.actions import (
    Act,
    Action,
    Back,
    Change,
    ChooseService,
    Count,
    Feel,
    Give,
    Go,
    KeepCount,
    Open,
    Page,
    Speak,
    Switch,
    Take,
    Turn,
    Undo,
)
from pasperdus_node.terminal.queue import hand, service_day_of, steps_of, visits_now
from pasperdus_node.terminal.records import (
    Counted,
    Felt,
    Record,
    Recounted,
    SlipTaken,
    TakenBack,
    TokenStep,
)
from pasperdus_node.terminal.state import Now, Terminal, ToastKind, View
from pasperdus_node.terminal.toasts import say
from pasperdus_node.terminal.viewing import LANGUAGES, SERVICES, without

_BEHIND_MORE = frozenset(
    (Page.MESSAGES, Page.TALLIES, Page.PULSE, Page.RECOUNT, Page.CARDS),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The terminal after an action, and what is to be committed before its effect is shown."""

    terminal: Terminal
    records: tuple[Record, ...] = ()


def perform(terminal: Terminal, action: Action, now: Now, *, fresh_visit: str) -> Outcome:
    """Answer one action; ``fresh_visit`` (16 hex digits) names a visit that may begin with it."""
    if terminal.is_blank:  # any touch wakes it and does nothing else
        return Outcome(terminal=replace(terminal, is_blank=False))
    found = _recorded(terminal, action, now, fresh_visit)
    if found is None:
        return Outcome(terminal=_MOVES[type(action)](terminal, action))
    if isinstance(found, str):
        return Outcome(terminal=say(terminal, found, now, token=_token(terminal, action)))
    if terminal.training is not None:
        return Outcome(terminal=training.rehearse(terminal, found, now))
    return Outcome(terminal=terminal, records=(found,))


def _recorded(
    terminal: Terminal, action: Action, now: Now, fresh_visit: str
) -> Record | ToastKind | None:
    """Return what an action records, or why it cannot; None for one that only moves about."""
    match action:
        case Give():
            return _given(terminal, action, now, fresh_visit)
        case Act():
            return _act(terminal, action)
        case Count():
            is_known = (action.what, action.category) in _tallies(terminal)
            return Counted(what=action.what, category=action.category) if is_known else "no_longer"
        case Feel():
            return _felt(terminal, action, now)
        case Take():
            is_here = any(slip.id == action.slip for slip in terminal.slips)
            return SlipTaken(slip=action.slip) if is_here else "no_longer"
        case KeepCount():
            people = terminal.recount
            return "no_longer" if people is None else Recounted(people=people)
        case Undo():
            toast = terminal.toast
            if toast is None or toast.undoes is None or now.uptime_ms >= toast.until_ms:
                return "too_late"
            epoch, seq = toast.undoes
            return TakenBack(epoch=epoch, seq=seq)
    return None


def _given(terminal: Terminal, action: Give, now: Now, fresh_visit: str) -> Record | ToastKind:
    if any(visit.token == action.token for visit in visits_now(terminal)):
        return "in_use"
    tokens = hand(terminal, now)
    if not tokens:
        return "no_board"
    if action.token not in tokens:
        return "not_in_hand"
    service = terminal.service if terminal.service in _services(terminal) else None
    return TokenStep(visit=fresh_visit, token=action.token, action="wait", service=service)


def _act(terminal: Terminal, action: Act) -> Record | ToastKind:
    visit = _visit(terminal, action.visit)
    if visit is None or action.action not in steps_of(visit):
        return "no_longer"
    service = None
    if action.action == "transfer":
        is_same = visit.state == "waiting" and action.service == visit.service
        if action.service not in _services(terminal) or is_same:
            return "no_longer"
        service = action.service
    return TokenStep(visit=visit.visit, token=visit.token, action=action.action, service=service)


def _felt(terminal: Terminal, action: Feel, now: Now) -> Record | ToastKind:
    board = _board(terminal)
    if board is None or not board.asks_pulse:
        return "no_longer"
    if terminal.training is not None:
        has_felt = terminal.training.has_felt
    else:
        has_felt = terminal.felt_on == service_day_of(terminal, now)
    return "felt_before" if has_felt else Felt(value=action.value)


def _go(terminal: Terminal, action: Go) -> Terminal:
    board = _board(terminal)
    recount = None
    if action.page is Page.RECOUNT:
        recount = board.inside.people if board is not None and board.inside is not None else 0
    return replace(
        terminal,
        view=View(page=action.page),
        recount=recount,
        has_options=terminal.has_options and action.page is terminal.view.page,
    )


def _open(terminal: Terminal, action: Open) -> Terminal:
    view = terminal.view
    if action.item in view.items:
        return terminal
    return replace(
        terminal,
        has_options=False,
        view=replace(
            view, items=(*view.items, action.item), part=0, below=(*view.below, view.part)
        ),
    )


def _back(terminal: Terminal, _: Back) -> Terminal:
    if terminal.view.items:
        return without(terminal, terminal.view.items[-1])
    return _go(terminal, Go(Page.MORE if terminal.view.page in _BEHIND_MORE else Page.HOME))


def _turn(terminal: Terminal, action: Turn) -> Terminal:
    at_hand = terminal.view.part
    if action.parts is not None:  # a list that shrank shows its last part
        at_hand = min(at_hand, action.parts - 1)
    part = max(0, at_hand + action.by)
    if action.parts is not None:
        part = min(part, action.parts - 1)
    return replace(terminal, view=replace(terminal.view, part=max(0, part)))


def _choose_service(terminal: Terminal, action: ChooseService) -> Terminal:
    is_known = action.service is None or action.service in _services(terminal)
    return without(replace(terminal, service=action.service), SERVICES) if is_known else terminal


def _change(terminal: Terminal, action: Change) -> Terminal:
    if terminal.recount is None:
        return terminal
    return replace(terminal, recount=min(max(0, terminal.recount + action.by), MAX_OCCUPANCY))


def _speak(terminal: Terminal, action: Speak) -> Terminal:
    if action.language not in PHRASE_LANGUAGES:
        return terminal
    return without(replace(terminal, card_language=action.language), LANGUAGES)


def _switch(terminal: Terminal, action: Switch) -> Terminal:
    match action.what:
        case "language":
            return replace(terminal, language="en" if terminal.language == "fr" else "fr")
        case "training":
            return training.turned_over(terminal)
        case "options":
            return replace(terminal, has_options=not terminal.has_options)
        case "week":
            view = replace(terminal.view, part=0)
            return replace(terminal, shows_week=not terminal.shows_week, view=view)
        case "blank":
            return replace(terminal, is_blank=True)


_MOVES: dict[type[Action], Callable[[Terminal, Any], Terminal]] = {
    Go: _go,
    Open: _open,
    Back: _back,
    Turn: _turn,
    ChooseService: _choose_service,
    Change: _change,
    Speak: _speak,
    Switch: _switch,
}


def _board(terminal: Terminal) -> Board | None:
    return None if terminal.kept is None else terminal.kept.board


def _services(terminal: Terminal) -> frozenset[str]:
    board = _board(terminal)
    return frozenset(() if board is None else (service.service for service in board.services))


def _tallies(terminal: Terminal) -> frozenset[tuple[str, str | None]]:
    board = _board(terminal)
    return frozenset(
        (tally.what, category)
        for tally in (() if board is None else board.tallies)
        for category in (None, *(each.category for each in tally.categories))
    )


def _visit(terminal: Terminal, name: str) -> Visit | None:
    return next((visit for visit in visits_now(terminal) if visit.visit == name), None)


def _token(terminal: Terminal, action: Action) -> str | None:
    """Return the token that an action was about."""
    if isinstance(action, Give):
        return action.token
    visit = _visit(terminal, action.visit) if isinstance(action, Act) else None
    return None if visit is None else visit.token
