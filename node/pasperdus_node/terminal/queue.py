"""Who waits, and with which tokens: the board, and on top of it what no board has heard yet."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from pasperdus_contract import visits
from pasperdus_contract.board import Board, BoardTerminal, BoardVisit
from pasperdus_contract.tokens import TOKENS, deal
from pasperdus_contract.visits import Call, Visit
from pasperdus_node.terminal.state import STALE_MS, Kept, Now, OwnStep, Terminal

DAY_BEGINS = timedelta(hours=4)
DEFAULT_ZONE = "Europe/Paris"  # of a site that says nothing else, in the contract
MINUTE_MS = 60_000

_STEPS: dict[visits.State, tuple[visits.Action, ...]] = {
    "waiting": ("call", "park", "transfer", "left"),
    "called": ("serve", "recall", "done", "wait", "park", "transfer", "left"),
    "serving": ("done", "recall", "wait", "park", "transfer", "left"),
    "parked": ("call", "wait", "transfer", "left"),
    "closed": (),
}


def visits_now(terminal: Terminal) -> tuple[Visit, ...]:
    """Return the open visits, longest wait first; in training, the training's own."""
    if terminal.training is not None:
        return terminal.training.visits
    found = of_board(terminal)
    heard = heard_seq(terminal)
    for name, steps in by_visit(terminal.own).items():
        visit = with_own(found.get(name), steps, heard)
        if visit is None:
            found.pop(name, None)
        else:
            found[name] = visit
    return in_queue_order(found)


def in_queue_order(found: dict[str, Visit]) -> tuple[Visit, ...]:
    """Return visits, longest wait first.

    Of waits that began together the board has the order already, and own ones come as they began:
    steps without a clock may all have one time.
    """
    return tuple(sorted(found.values(), key=lambda visit: visit.since))


def of_board(terminal: Terminal) -> dict[str, Visit]:
    """Return the visits of the board at hand, in its order; none of one of an earlier day."""
    kept = terminal.kept
    if kept is None or (terminal.day is not None and kept.day < terminal.day):
        return {}
    return {visit.visit: from_board(visit) for visit in kept.board.visits}


def by_visit(own: Sequence[OwnStep]) -> dict[str, list[OwnStep]]:
    """Return own steps by their visit, in their order: no visit depends on another."""
    found = defaultdict(list)
    for step in own:
        found[step.step.visit].append(step)
    return dict(found)


def with_own(known: Visit | None, own: Sequence[OwnStep], heard: int) -> Visit | None:
    """Return a visit of the board with what it has not heard of it yet; None when it is over.

    Batches are stored in order: what is below the highest seq heard is in the board, even when its
    answer was lost. Only a visitor whom the board does not know at all stays on the screen until
    the answer has come: nobody may vanish.
    """
    in_doubt = known is None and any(_is_doubtful(step, heard) for step in own)
    visit = known
    for event in _events(own):
        if not isinstance(event, OwnStep):
            visit = _taken_back(visit, *event, heard)
        elif event.undone is None and (event.step.seq > heard or in_doubt):
            visit = _open(visits.apply(visit, event.step))
    return visit


def steps_of(visit: Visit) -> tuple[visits.Action, ...]:
    """Return the steps that make sense now, the likeliest first."""
    return _STEPS[visit.state]


def hand(terminal: Terminal, now: Now) -> tuple[str, ...]:
    """Return the tokens that this terminal hands out today, in the order of ``TOKENS``.

    On a day of which no board came, the terminal deals by itself among those of the last board.
    Nothing before the first board, nor while the collector has not heard of this terminal.
    """
    if terminal.kept is None:
        return ()
    board = terminal.kept.board
    today = service_day_of(terminal, now)
    if terminal.kept.day >= today:
        own = _terminal(board, terminal.node)
        dealt = [] if own is None else own.hand
    else:
        holders = [other.node for other in board.terminals]
        dealt = deal(board.site, today, holders).get(terminal.node, [])
    return tuple(token for token in TOKENS if token in dealt)


def service_day(wall_ms: int, zone: ZoneInfo) -> date:
    """Return the day from 04:00 to 04:00 at the site."""
    return (datetime.fromtimestamp(wall_ms / 1000, zone) - DAY_BEGINS).date()


def service_day_of(terminal: Terminal, now: Now) -> date:
    """Return today; by a clock that nobody can trust, the day of the last board."""
    if now.is_timed or terminal.kept is None:
        return service_day(now.wall_ms, zone(terminal))
    return max(terminal.kept.day, terminal.day or date.min)


def day_ends_at(day: date, zone: ZoneInfo) -> int:
    """Return when a service day ends, in ms since 1970 UTC."""
    midnight = datetime.combine(day + timedelta(days=1), datetime.min.time(), zone)
    return round((midnight + DAY_BEGINS).timestamp() * 1000)


def minutes(visit: Visit, now: Now) -> int | None:
    """Return how long the wait at hand is; None when no clock can tell."""
    if not (visit.is_timed and now.is_timed):
        return None
    return max(0, now.wall_ms - visit.since) // MINUTE_MS


def zone(terminal: Terminal) -> ZoneInfo:
    """Return the site's time zone."""
    return ZoneInfo(DEFAULT_ZONE if terminal.kept is None else terminal.kept.board.time_zone)


def is_stale(terminal: Terminal, now: Now) -> bool:
    """Tell whether boards have stopped coming, or none has come yet."""
    return is_old(terminal.kept, now)


def is_old(kept: Kept | None, now: Now) -> bool:
    """Tell whether a board is older than three that should have come since."""
    return kept is None or now.uptime_ms >= stale_ms(kept, now)


def stale_ms(kept: Kept, now: Now) -> int:
    """Return the uptime from which a board is old; one that may have been kept is as its clock."""
    if kept.heard_ms is not None:
        return kept.heard_ms + STALE_MS
    if now.is_timed:
        return kept.board.composed_at + STALE_MS - now.wall_ms + now.uptime_ms
    return now.uptime_ms


def title_of(board: Board, node: str) -> str:
    """Return what people call a terminal."""
    terminal = _terminal(board, node)
    return node if terminal is None else terminal.title


def from_board(visit: BoardVisit) -> Visit:
    """Return a visit as the rules for steps know it."""
    call = visit.call
    return Visit(
        visit=visit.visit,
        token=visit.token,
        state=visit.state,
        service=visit.service,
        since=visit.since,
        is_timed=visit.is_timed,
        call=None if call is None else Call(call.at, call.node, call.epoch, call.seq),
    )


def heard_seq(terminal: Terminal) -> int:
    """Return the highest ``seq`` of this terminal that the board at hand knows; 0 for none.

    None either, as far as anybody can tell, where it counts another outbox.
    """
    heard = _said_heard(terminal)
    return 0 if heard == terminal.strange_heard else heard


def judged(terminal: Terminal) -> Terminal:
    """Judge whose numbers the board at hand tells, once for each: later, own ones may reach them.

    A card that was replaced begins at 1 again, and one that was restored goes on from the past,
    while the broker still keeps a board that has heard more.
    """
    heard = _said_heard(terminal)
    is_strange = heard > terminal.last_seq or heard == terminal.strange_heard
    return replace(terminal, strange_heard=heard if is_strange else None)


def doubtful(terminal: Terminal) -> frozenset[str]:
    """Return the visits with own steps that the board should have, and no answer says so."""
    heard = heard_seq(terminal)
    return frozenset(own.step.visit for own in terminal.own if _is_doubtful(own, heard))


def _said_heard(terminal: Terminal) -> int:
    own = None if terminal.kept is None else _terminal(terminal.kept.board, terminal.node)
    return 0 if own is None else own.heard


def _is_doubtful(own: OwnStep, heard: int) -> bool:
    return own.is_pending and own.step.seq <= heard


def _events(own: Sequence[OwnStep]) -> list[OwnStep | tuple[int, OwnStep]]:
    """Return own steps, and undos as (seq, step taken back), in the order of their ``seq``."""
    steps = {step.step.seq: step for step in own}
    undos = {step.undone.seq: step for step in own if step.undone is not None}
    return [
        steps[seq] if seq in steps else (seq, undos[seq]) for seq in sorted(steps.keys() | undos)
    ]


def _taken_back(visit: Visit | None, seq: int, own: OwnStep, heard: int) -> Visit | None:
    """Return a visit as it was before a step that the board has heard and its undo it has not.

    When somebody did something else with it since, the collector is left to work that out.
    """
    if own.step.seq > heard or seq <= heard or own.after is None:
        return visit
    is_gone = own.after.state == "closed"
    is_so = visit is None if is_gone else visit is not None and _is_like(visit, own.after)
    return _open(own.before) if is_so else visit


def _is_like(visit: Visit, after: Visit) -> bool:
    """Compare all but the times, which the collector may have corrected."""
    key = None if visit.call is None else visit.call[1:]
    after_key = None if after.call is None else after.call[1:]
    return (visit.state, visit.service, key) == (after.state, after.service, after_key)


def _open(visit: Visit | None) -> Visit | None:
    return None if visit is None or visit.state == "closed" else visit


def _terminal(board: Board, node: str) -> BoardTerminal | None:
    return next((other for other in board.terminals if other.node == node), None)
