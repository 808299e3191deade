"""Who waits, and with which tokens: the board, and on top of it what no board has heard yet."""

from collections.abc import Iterator
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
    found = {visit.visit: visit for visit in _of_board(terminal)}
    heard = heard_seq(terminal)
    # Batches are stored in order: what is below the highest seq heard is in the board, even when
    # its answer was lost. Only a visitor whom the board does not know at all stays on the screen
    # until the answer has come: nobody may vanish.
    in_doubt = doubtful(terminal) - found.keys()
    for event in _events(terminal):
        if not isinstance(event, OwnStep):
            _take_back(found, *event, heard)
        elif event.undone is None and (event.step.seq > heard or event.step.visit in in_doubt):
            visit = event.step.visit
            _put(found, visit, visits.apply(found.get(visit), event.step))
    return tuple(sorted(found.values(), key=queue_order))


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
    if date.fromisoformat(board.day) >= today:
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
    return max(date.fromisoformat(terminal.kept.board.day), terminal.day or date.min)


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
    """Return the highest ``seq`` of this terminal that the board at hand knows."""
    own = None if terminal.kept is None else _terminal(terminal.kept.board, terminal.node)
    return 0 if own is None else own.heard


def doubtful(terminal: Terminal) -> frozenset[str]:
    """Return the visits with own steps that the board should have, and no answer says so."""
    heard = heard_seq(terminal)
    return frozenset(
        own.step.visit for own in terminal.own if own.is_pending and own.step.seq <= heard
    )


def queue_order(visit: Visit) -> tuple[int, str]:
    """Return the sort key: who has waited longest is first."""
    return visit.since, visit.visit


def _of_board(terminal: Terminal) -> Iterator[Visit]:
    if terminal.kept is None:
        return
    board = terminal.kept.board
    if terminal.day is None or date.fromisoformat(board.day) >= terminal.day:
        yield from map(from_board, board.visits)


def _events(terminal: Terminal) -> list[OwnStep | tuple[int, OwnStep]]:
    """Return own steps, and undos as (seq, step taken back), in the order of their ``seq``."""
    steps = {own.step.seq: own for own in terminal.own}
    undos = {own.undone.seq: own for own in terminal.own if own.undone is not None}
    return [
        steps[seq] if seq in steps else (seq, undos[seq]) for seq in sorted(steps.keys() | undos)
    ]


def _take_back(found: dict[str, Visit], seq: int, own: OwnStep, heard: int) -> None:
    """Show a visit as it was before a step that the board has heard and its undo it has not.

    When somebody did something else with it since, the collector is left to work that out.
    """
    if own.step.seq > heard or seq <= heard or own.after is None:
        return
    visit = found.get(own.step.visit)
    is_gone = own.after.state == "closed"
    if visit is None if is_gone else visit is not None and _is_like(visit, own.after):
        _put(found, own.step.visit, own.before)


def _is_like(visit: Visit, after: Visit) -> bool:
    """Compare all but the times, which the collector may have corrected."""
    key = None if visit.call is None else visit.call[1:]
    after_key = None if after.call is None else after.call[1:]
    return (visit.state, visit.service, key) == (after.state, after.service, after_key)


def _put(found: dict[str, Visit], name: str, visit: Visit | None) -> None:
    if visit is None or visit.state == "closed":
        found.pop(name, None)
    else:
        found[name] = visit


def _terminal(board: Board, node: str) -> BoardTerminal | None:
    return next((other for other in board.terminals if other.node == node), None)
