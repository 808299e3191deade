"""What the steps of one macaron amount to: who waits, who is called, and by whom (pure).

Collector and terminals apply the same rules: the collector to all steps that it has, in the order
of their corrected times; a terminal to its own steps that no board has heard yet, on top of the
board. Waits for the figures are worked out elsewhere, from the same steps.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import reduce
from typing import Literal, NamedTuple

Action = Literal["wait", "call", "recall", "serve", "done", "left", "transfer", "park"]
State = Literal["waiting", "called", "serving", "parked", "closed"]

QUEUED: frozenset[State] = frozenset(("waiting", "parked"))

# Of steps of different nodes within one millisecond, the order in which a macaron lives.
RANK = {
    action: rank
    for rank, action in enumerate(
        ("wait", "park", "call", "recall", "serve", "transfer", "left", "done")
    )
}


class Step(NamedTuple):
    """One tap on a macaron, by the node that recorded it.

    ``at`` is ms since 1970 UTC and orders the steps; ``is_timed`` tells whether it is from a clock
    that can be trusted, so that minutes may be counted from it.
    """

    at: int
    is_timed: bool
    action: Action
    visit: str
    token: str
    service: str | None
    node: str
    epoch: str
    seq: int


class Call(NamedTuple):
    """The call that counts: of two, the one that is less (its time, then its key)."""

    at: int
    node: str
    epoch: str
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A macaron in somebody's hands.

    ``since`` is when the wait at hand began (ms since 1970 UTC). No time may be told of a visit
    that is not ``is_timed``: one of its steps is from a clock that nobody can trust.
    """

    visit: str
    token: str
    state: State
    service: str | None
    since: int
    is_timed: bool
    call: Call | None = None


def in_order(steps: Iterable[Step]) -> list[Step]:
    """Return steps by corrected time, those of one node within one millisecond by their ``seq``.

    That is so of all that a node recorded before a clock could be trusted: it has one bound for
    their time, and knows in which order it recorded them, over restarts too. Steps of other nodes
    at that time go where they belong in a macaron's life, as far as both orders can be kept.
    """
    highest: dict[tuple[int, str], int] = {}
    ranked: list[tuple[tuple[int, int, str, int, str], Step]] = []
    for step in sorted(steps, key=lambda step: (step.at, step.node, step.seq, step.epoch)):
        # No step ranks lower than what its node recorded before: so ranks keep that order.
        rank = max(RANK[step.action], highest.get((step.at, step.node), 0))
        highest[step.at, step.node] = rank
        ranked.append(((step.at, rank, step.node, step.seq, step.epoch), step))
    return [step for _, step in sorted(ranked)]


def fold(steps: Iterable[Step]) -> Visit | None:
    """Return what the steps of one visit amount to; None without a ``wait``.

    Nobody can call a visit before its first ``wait``, whatever clocks say: where they contradict
    that, the step counts as the next one, and no time may be told of the visit.
    """
    ordered = in_order(steps)
    lived = _from_first_wait(ordered)
    nobody: Visit | None = None
    visit = reduce(apply, lived, nobody)
    return visit if visit is None or lived == ordered else replace(visit, is_timed=False)


def begun_by(steps: Iterable[Step]) -> Step | None:
    """Return the step with which the wait at hand of one visit began; None without a ``wait``.

    Of waits that began in one millisecond, it tells which is the longer one.
    """
    visit: Visit | None = None
    begun: Step | None = None
    for step in _from_first_wait(in_order(steps)):
        after = apply(visit, step)
        if after is not None and (visit is None or (visit.call and not after.call)):
            begun = step
        visit = after
    return begun


def apply(visit: Visit | None, step: Step) -> Visit | None:
    """Return the visit after one more step."""
    if visit is None:
        return _begun(step) if step.action == "wait" else None
    if visit.state == "closed":
        return visit
    after = _after(visit, step)
    return after if step.is_timed else replace(after, is_timed=False)


def _from_first_wait(ordered: list[Step]) -> list[Step]:
    first = next((n for n, step in enumerate(ordered) if step.action == "wait"), None)
    if first is None:
        return []
    return [ordered[first], *ordered[:first], *ordered[first + 1 :]]


def _begun(step: Step) -> Visit:
    return Visit(
        visit=step.visit,
        token=step.token,
        state="waiting",
        service=step.service,
        since=step.at,
        is_timed=step.is_timed,
    )


def _after(visit: Visit, step: Step) -> Visit:
    match step.action:
        case "call":
            return _called(visit, _call(step))
        case "recall":
            state: State = "serving" if visit.state == "serving" else "called"
            return replace(visit, state=state, call=_call(step))
        case "serve":
            return replace(visit, state="serving", call=visit.call or _call(step))
        case "park":
            return replace(visit, state="parked")
        case "transfer" | "wait":
            return _back_in_queue(visit, step)
        case "done" | "left":
            return replace(visit, state="closed")


def _called(visit: Visit, call: Call) -> Visit:
    if visit.call is None or visit.state == "parked":
        return replace(visit, state="called", call=call)
    # Two terminals called the same visit: the earlier call counts, the other changes nothing.
    return replace(visit, call=min(visit.call, call))


def _back_in_queue(visit: Visit, step: Step) -> Visit:
    service = step.service or visit.service
    if visit.call is None:  # the same wait goes on, perhaps for another service
        return replace(visit, state="waiting", service=service)
    return replace(visit, state="waiting", service=service, since=step.at, call=None)


def _call(step: Step) -> Call:
    return Call(step.at, step.node, step.epoch, step.seq)
