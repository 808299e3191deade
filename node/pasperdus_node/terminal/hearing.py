"""What reaches a terminal: boards, slips, its own events once they are kept, and time."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from itertools import combinations

from pasperdus_contract import visits
from pasperdus_contract.board import Board
from pasperdus_contract.events import AnyEvent
from pasperdus_contract.slips import Slips
from pasperdus_contract.visits import Visit
from pasperdus_node.terminal import training
from pasperdus_node.terminal.queue import (
    MINUTE_MS,
    day_ends_at,
    doubtful,
    heard_seq,
    judged,
    service_day,
    service_day_of,
    stale_ms,
    title_of,
    visits_now,
    zone,
)
from pasperdus_node.terminal.records import Felt, Record, SlipTaken, TakenBack, TokenStep, step_of
from pasperdus_node.terminal.state import (
    Kept,
    Now,
    OwnStep,
    OwnUndo,
    Terminal,
    Toast,
    View,
)
from pasperdus_node.terminal.toasts import about, announce, next_toast, say, show
from pasperdus_node.terminal.viewing import after_recording, without


def hear_board(terminal: Terminal, board: Board, now: Now, *, is_alive: bool) -> Terminal:
    """Take a board; ``is_alive`` is false for one that the broker or the card had kept.

    The agent stays where they are, unless the visit at hand ended: then its sheet closes.
    """
    if board.site != terminal.site:
        return terminal
    told = replace(terminal, kept=Kept(board=board, heard_ms=None))
    if is_alive:
        kept = Kept(board=board, heard_ms=now.uptime_ms, heard_on=service_day_of(told, now))
        told = replace(told, kept=kept)
    heard, news = _with_changes(terminal, settled(judged(told), now))
    return announce(heard, news, now)


def hear_slips(terminal: Terminal, slips: Slips) -> Terminal:
    """Take all the slips there are; those taken stay away until the collector has deleted them."""
    taken = terminal.taken & {slip.id for slip in slips.slips}
    real = tuple(slip for slip in slips.slips if slip.id not in taken)
    heard = replace(terminal, taken=taken, slips=real)
    if terminal.training is not None:
        hidden = terminal.training.taken
        heard = replace(
            heard,
            training=replace(terminal.training, slips=real),
            slips=tuple(slip for slip in real if slip.id not in hidden),
        )
    gone = {slip.id for slip in terminal.slips} - {slip.id for slip in heard.slips}
    for name in gone:
        heard = without(heard, name)
    return heard


def kept(
    terminal: Terminal,
    records: Sequence[Record],
    events: Sequence[AnyEvent],
    *,
    epoch: str,
    now: Now,
) -> Terminal:
    """Show the effect of records that the outbox has committed as ``events``, in their order."""
    for record, event in zip(records, events, strict=True):
        terminal = _kept(terminal, record, event, epoch, now)
    return terminal


def not_kept(terminal: Terminal, now: Now) -> Terminal:
    """Tell that the outbox could not be written: nothing was done."""
    return say(terminal, "not_kept", now)


def answered(terminal: Terminal, pending_seqs: frozenset[int]) -> Terminal:
    """Learn which own events the collector has not answered for yet."""
    own = tuple(_answered(step, pending_seqs) for step in terminal.own)
    if own == terminal.own:
        return terminal
    # A visit that only waited for this answer is over: somebody else has closed it.
    heard, news = _with_changes(terminal, replace(terminal, own=own))
    return replace(heard, news=(*heard.news, *news))


def settled(terminal: Terminal, now: Now) -> Terminal:
    """Drop own steps of another day, and those that the board has heard.

    One that can still be taken back stays, and one whose undo the board has not heard.
    """
    terminal = _turned(terminal, now)
    toast = terminal.toast
    undoable = toast.undoes if toast is not None and toast.until_ms > now.uptime_ms else None
    is_needed = _is_needed_by_numbers(terminal)
    if terminal.strange_heard is not None:
        is_needed = _is_needed_by_answers(terminal)
    own = tuple(step for step in terminal.own if step.key == undoable or is_needed(step))
    return replace(terminal, own=own)


def pass_time(terminal: Terminal, now: Now) -> Terminal:
    """Let messages end, and the service day turn at 04:00."""
    return next_toast(_turned(terminal, now), now)


def next_change_ms(terminal: Terminal, now: Now) -> int | None:
    """Return the uptime at which something changes by itself: a message, a minute, the day."""
    at = [] if terminal.toast is None else [terminal.toast.until_ms]
    if terminal.news and terminal.toast is None and terminal.training is None:
        at.append(now.uptime_ms + 1)
    if terminal.kept is not None:
        at.append(stale_ms(terminal.kept, now))
    if now.is_timed:
        walls = [day_ends_at(service_day_of(terminal, now), zone(terminal)), _next_minute(0, now)]
        walls += [_next_minute(v.since, now) for v in visits_now(terminal) if v.is_timed]
        at.append(now.uptime_ms + min(walls) - now.wall_ms)
    return min((ms for ms in at if ms > now.uptime_ms), default=None)


def _is_needed_by_numbers(terminal: Terminal) -> Callable[[OwnStep], bool]:
    heard = heard_seq(terminal)
    in_doubt = doubtful(terminal)
    return lambda own: (
        own.step.seq > heard
        or own.step.visit in in_doubt
        or (own.undone is not None and (own.undone.is_pending or own.undone.seq > heard))
    )


def _is_needed_by_answers(terminal: Terminal) -> Callable[[OwnStep], bool]:
    """Judge by answers alone, where the numbers that the board tells are of another outbox.

    What was answered is in the boards that come then, and not in one that was kept.
    """
    is_alive = terminal.kept is not None and terminal.kept.heard_ms is not None
    return lambda own: (
        not is_alive or own.is_pending or (own.undone is not None and own.undone.is_pending)
    )


def _next_minute(since: int, now: Now) -> int:
    """Return when the minutes since an instant grow by one, in ms since 1970 UTC."""
    return now.wall_ms + MINUTE_MS - (now.wall_ms - since) % MINUTE_MS


def _kept(terminal: Terminal, record: Record, event: AnyEvent, epoch: str, now: Now) -> Terminal:
    key = (epoch, event.seq)
    begins = False
    if isinstance(record, TokenStep):
        before = _real_visits(terminal).get(record.visit)
        begins = before is None
        own = _own_step(terminal, record, event, epoch, now, before)
        terminal = replace(terminal, own=(*terminal.own, own))
    terminal = replace(terminal, last_seq=max(terminal.last_seq, event.seq))
    toast = about(record, key, begins=begins)
    match record:
        case Felt():
            terminal = replace(terminal, felt_on=service_day_of(terminal, now))
        case SlipTaken():
            slips = tuple(slip for slip in terminal.slips if slip.id != record.slip)
            terminal = replace(terminal, slips=slips, taken=terminal.taken | {record.slip})
        case TakenBack():
            terminal, toast = _taken_back(terminal, record, event.seq, epoch, toast)
    return show(after_recording(terminal, record), toast, now)


def _own_step(
    terminal: Terminal,
    record: TokenStep,
    event: AnyEvent,
    epoch: str,
    now: Now,
    before: Visit | None,
) -> OwnStep:
    step = step_of(
        record,
        at=event.wall if event.synced else now.wall_ms,
        is_timed=event.synced or now.is_timed,
        node=terminal.node,
        epoch=epoch,
        seq=event.seq,
    )
    return OwnStep(
        step=step,
        is_pending=True,
        uptime_ms=event.uptime,
        before=before,
        after=visits.apply(before, step),
    )


def _taken_back(
    terminal: Terminal, record: TakenBack, seq: int, epoch: str, toast: Toast
) -> tuple[Terminal, Toast]:
    undone = (record.epoch, record.seq)
    undo = OwnUndo(epoch=epoch, seq=seq, is_pending=True)
    own = tuple(replace(step, undone=undo) if step.key == undone else step for step in terminal.own)
    last = terminal.toast
    felt_on = terminal.felt_on
    if last is not None and last.undoes == undone:
        toast = replace(toast, token=last.token, what=last.what, category=last.category)
        felt_on = None if last.kind == "felt" else felt_on
    return replace(terminal, own=own, felt_on=felt_on), toast


def _answered(step: OwnStep, pending: frozenset[int]) -> OwnStep:
    undone = step.undone
    if undone is not None:
        undone = replace(undone, is_pending=undone.seq in pending)
    return replace(step, is_pending=step.step.seq in pending, undone=undone)


def _turned(terminal: Terminal, now: Now) -> Terminal:
    """Begin a service day when another one has come: the day before is over, training too.

    Where no clock can be trusted yet, nobody knows what day it is: nothing turns.
    """
    today = service_day_of(terminal, now)
    if not now.is_timed or today == terminal.day:
        return terminal
    own = tuple(step for step in terminal.own if _is_of(step, today, terminal, now))
    if terminal.day is None:
        return replace(terminal, day=today, own=own)
    return replace(
        training.ended(terminal),
        day=today,
        own=own,
        view=View(),
        recount=None,
        has_options=False,
        shows_week=False,
        toast=None,
    )


def _is_of(own: OwnStep, today: date, terminal: Terminal, now: Now) -> bool:
    """Tell whether a step is of today; one without a clock is dated by the uptime of this boot.

    Of another boot it cannot be dated: it stays for the first day that is known after a start.
    """
    at = own.step.at
    if not own.step.is_timed:
        if own.uptime_ms is None:
            return terminal.day is None
        at = now.wall_ms - (now.uptime_ms - own.uptime_ms)
    return service_day(at, zone(terminal)) >= today


def _real_visits(terminal: Terminal) -> dict[str, Visit]:
    real = replace(terminal, training=None)
    return {visit.visit: visit for visit in visits_now(real)}


def _with_changes(before: Terminal, after: Terminal) -> tuple[Terminal, tuple[Toast, ...]]:
    """Close the sheets of visits that ended, and return the messages about what others did."""
    old, new = _real_visits(before), _real_visits(after)
    for name in old.keys() - new.keys():
        after = after if after.training is not None else without(after, name)
    news = (
        *_beaten(after, old, new),
        *_ended(before, after, old, new),
        *_held_twice(old, new),
    )
    return after, news


def _ended(
    before: Terminal, after: Terminal, old: dict[str, Visit], new: dict[str, Visit]
) -> list[Toast]:
    """Return a message for each own call of a visit that somebody else had closed.

    A visit that ends after its call was on a board has taken its course: that is no news.
    """
    if _day_at_hand(before) != _day_at_hand(after):
        return []
    own = {step.key for step in before.own}
    gone = [visit for name, visit in old.items() if name not in new]
    return [
        Toast(kind="ended", until_ms=0, token=visit.token)
        for visit in gone
        if visit.call is not None
        and visit.call.node == before.node
        and (visit.call.epoch, visit.call.seq) in own
    ]


def _day_at_hand(terminal: Terminal) -> tuple[date | None, str | None]:
    return terminal.day, None if terminal.kept is None else terminal.kept.board.day


def _beaten(terminal: Terminal, before: dict[str, Visit], after: dict[str, Visit]) -> list[Toast]:
    """Return a message for each own call that another terminal's earlier one has replaced."""
    toasts = []
    for name in before.keys() & after.keys():
        mine, theirs = before[name].call, after[name].call
        if mine is None or theirs is None or before[name].state not in ("called", "serving"):
            continue
        is_timed = before[name].is_timed and after[name].is_timed
        is_earlier = theirs < mine if is_timed else before[name].since == after[name].since
        if mine.node == terminal.node != theirs.node and is_earlier and terminal.kept is not None:
            toasts.append(
                Toast(
                    kind="beaten",
                    until_ms=0,
                    token=after[name].token,
                    by=title_of(terminal.kept.board, theirs.node),
                    at_ms=theirs.at if after[name].is_timed else None,
                )
            )
    return toasts


def _held_twice(before: dict[str, Visit], after: dict[str, Visit]) -> list[Toast]:
    known = _twice(before)
    return [
        Toast(kind="held_twice", until_ms=0, token=token)
        for token in sorted({token for token, _ in _twice(after) - known})
    ]


def _twice(found: dict[str, Visit]) -> set[tuple[str, frozenset[str]]]:
    return {
        (one.token, frozenset((one.visit, other.visit)))
        for one, other in combinations(found.values(), 2)
        if one.token == other.token
    }
