"""The public screen of a waiting room (pure): which calls it shows, and when it chimes."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from pasperdus_contract.board import Board
from pasperdus_contract.visits import Call, Visit
from pasperdus_node.terminal.queue import MINUTE_MS, from_board, is_old, stale_ms
from pasperdus_node.terminal.state import Kept, Now

SHOWN = 4
PAST_MS = 600_000  # somebody comes back from the corridor and looks
CALL_MS = 1_800_000  # nobody comes any more: the visit was never closed, and would stay all day


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCall:
    """A macaron that was called, and by which terminal.

    ``at_ms`` is ms since 1970 UTC, None when no clock can tell; ``shown_ms`` the uptime when this
    screen first heard of it, ``past_ms`` the uptime since when the visitor has come or gone.
    """

    visit: str
    token: str
    service: str | None
    call: Call
    at_ms: int | None
    shown_ms: int
    past_ms: int | None = None

    @property
    def node(self) -> str:
        """The terminal that called; the board has its title."""
        return self.call.node

    @property
    def is_past(self) -> bool:
        """Whether nobody is waited for any more."""
        return self.past_ms is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hall:
    """What a public screen knows.

    ``calls`` are newest first; ``chimes`` grows with each sound; ``called_ms`` is the uptime of
    the newest call that came while the screen was on.
    """

    node: str
    site: str
    kept: Kept | None = None
    calls: tuple[ShownCall, ...] = ()
    since_ms: Mapping[str, int] = field(default_factory=dict)
    """By visit, the uptime when its last call was first heard of, shown or not."""
    chimes: int = 0
    called_ms: int | None = None
    is_connected: bool = False
    has_heard: bool = False
    """Whether a board came since the start: the first makes no sound."""


def begun(node: str, site: str, board: Board | None, now: Now) -> Hall:
    """Return a screen that has just started; ``board`` is what the card had kept."""
    hall = Hall(node=node, site=site)
    if board is None:
        return hall
    return replace(hear_board(hall, board, now, is_alive=False), has_heard=False)


def hear_board(hall: Hall, board: Board, now: Now, *, is_alive: bool) -> Hall:
    """Take a board: show new calls, drop what was taken back, chime once for all that is new."""
    if board.site != hall.site:
        return hall
    old = None if hall.kept is None or hall.kept.board.day != board.day else hall.kept.board
    shown = {} if old is None else {call.visit: call for call in hall.calls}
    new = _new_calls(old, board)
    states = {visit.visit: visit.state for visit in board.visits}
    known_ms = {} if old is None else hall.since_ms
    since_ms = {
        visit: now.uptime_ms if visit in new else known_ms.get(visit, now.uptime_ms)
        for visit in states
    }
    calls = [
        _shown(visit, shown, since_ms[visit.visit], now, is_new=visit.visit in new)
        for visit in map(from_board, board.visits)
        if visit.state == "called" or (visit.state == "serving" and visit.visit in shown)
    ]
    calls += [_past(call, now) for name, call in shown.items() if name not in states]
    kept = Kept(board=board, heard_ms=now.uptime_ms if is_alive else None)
    heard = replace(hall, kept=kept, has_heard=True, calls=tuple(calls), since_ms=since_ms)
    heard = pass_time(heard, now)
    if hall.has_heard and any(call.visit in new for call in heard.calls):
        heard = replace(heard, chimes=hall.chimes + 1, called_ms=now.uptime_ms)
    return replace(heard, calls=_newest(heard.calls))


def pass_time(hall: Hall, now: Now) -> Hall:
    """Take away calls that are long past, and sooner where no board tells of them any more."""
    is_lost = is_old(hall.kept, now)
    calls = tuple(
        call for call in hall.calls if now.uptime_ms < _ends_ms(call, now, is_lost=is_lost)
    )
    return hall if calls == hall.calls else replace(hall, calls=calls)


def next_change_ms(hall: Hall, now: Now) -> int | None:
    """Return the uptime at which something changes by itself: a call, the board's age, a minute."""
    at = [] if hall.kept is None else [stale_ms(hall.kept, now)]
    is_lost = is_old(hall.kept, now)
    ends = (_ends_ms(call, now, is_lost=is_lost) for call in hall.calls)
    at += ends
    if now.is_timed:
        at.append(now.uptime_ms + MINUTE_MS - now.wall_ms % MINUTE_MS)
    return min((ms for ms in at if ms > now.uptime_ms), default=None)


def _new_calls(old: Board | None, board: Board) -> frozenset[str]:
    """Return the visits that were called, or called again, since the board before."""
    before = {} if old is None else {visit.visit: from_board(visit).call for visit in old.visits}
    new = set()
    for visit in map(from_board, board.visits):
        known = before.get(visit.visit)
        if visit.state == "called" and visit.call and _is_news(visit.call, known):
            new.add(visit.visit)
    return frozenset(new)


def _is_news(call: Call, known: Call | None) -> bool:
    """Tell whether nobody has heard of a call yet.

    One that was only dated anew keeps its key. An earlier one than the known one is the other of
    two at once: it was shown already.
    """
    return known is None or (call[1:] != known[1:] and known < call)


def _shown(
    visit: Visit, shown: dict[str, ShownCall], since_ms: int, now: Now, *, is_new: bool
) -> ShownCall:
    known = None if is_new else shown.get(visit.visit)
    call = visit.call or Call(visit.since, "", "", 0)
    fresh = ShownCall(
        visit=visit.visit,
        token=visit.token,
        service=visit.service,
        call=call,
        at_ms=call.at if visit.is_timed else None,
        shown_ms=since_ms,
    )
    if visit.state == "called":
        return fresh
    return _past(fresh if known is None else replace(fresh, past_ms=known.past_ms), now)


def _past(call: ShownCall, now: Now) -> ShownCall:
    return call if call.is_past else replace(call, past_ms=now.uptime_ms)


def _newest(calls: tuple[ShownCall, ...]) -> tuple[ShownCall, ...]:
    """Return the newest calls; one that is past gives way to somebody who is waited for."""
    latest = sorted(calls, key=lambda call: call.call, reverse=True)
    chosen = sorted(latest, key=lambda call: call.is_past)[:SHOWN]
    return tuple(call for call in latest if call in chosen)


def _ends_ms(call: ShownCall, now: Now, *, is_lost: bool) -> int:
    made_ms = call.shown_ms
    if call.at_ms is not None and now.is_timed:
        made_ms = now.uptime_ms - (now.wall_ms - call.at_ms)
    if call.past_ms is not None:
        return min(call.past_ms + PAST_MS, made_ms + CALL_MS)
    return made_ms + (PAST_MS if is_lost else CALL_MS)
