"""A morning at a reception, written down beforehand: who taps what and when, and what follows.

Times are milliseconds since midnight at the site. The waits that each visit must have are written
beside the taps that make it, as places in its own story, and computed by nobody else's rules.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from pasperdus_contract.visits import Action

SECOND_MS = 1_000
MINUTE_MS = 60_000
HOUR_MS = 3_600_000

OPENS_MS = 8 * HOUR_MS + 30 * MINUTE_MS
CLOSES_MS = 12 * HOUR_MS + 30 * MINUTE_MS
LAST_ARRIVAL_MS = 11 * HOUR_MS + 50 * MINUTE_MS
RIGHT_MS = 10 * HOUR_MS + 15 * MINUTE_MS
"""When the second terminal's clock finds the time."""
CUT_MS = (10 * HOUR_MS + 40 * MINUTE_MS, 10 * HOUR_MS + 50 * MINUTE_MS)
"""Without a network: the first terminal."""
ALONE_MS = (11 * HOUR_MS + 29 * MINUTE_MS, 11 * HOUR_MS + 33 * MINUTE_MS)
"""Without a network: the second terminal, which dies meanwhile."""
KILLED_MS = 11 * HOUR_MS + 30 * MINUTE_MS + 30 * SECOND_MS

_QUIET_MS = (  # nobody taps while something of the above happens
    (RIGHT_MS, RIGHT_MS + 30 * SECOND_MS),
    (CUT_MS[0], CUT_MS[0] + 15 * SECOND_MS),
    (CUT_MS[1], CUT_MS[1] + 45 * SECOND_MS),
    (ALONE_MS[0], ALONE_MS[0] + 15 * SECOND_MS),
    (KILLED_MS, KILLED_MS + 30 * SECOND_MS),
    (ALONE_MS[1], ALONE_MS[1] + 30 * SECOND_MS),
)

APART_MS = 6 * SECOND_MS  # between two taps: longer than what is undone stays undoable
UNDO_AFTER_MS = 2 * SECOND_MS
VISITORS = 120
FIRST, SECOND = "accueil-1", "accueil-2"
SERVICES = ("identite", "urbanisme")
NEVER_CLOSED = 5


@dataclass(frozen=True, slots=True)
class Round:
    """One wait of a visit, by places in its story: from and to, and when somebody served.

    ``outcome`` is what the ledger calls it; ``is_served`` whether the service came to its end.
    """

    outcome: str
    waited: tuple[int, int]
    served: tuple[tuple[int, int], ...] = ()
    is_served: bool = True


@dataclass(frozen=True, slots=True)
class Plot:
    """A course that a visit can take, and how many in a hundred take it."""

    share: int
    actions: tuple[Action, ...]
    rounds: tuple[Round, ...]


PLOTS = (
    Plot(42, ("wait", "call", "serve", "done"), (Round("called", (0, 1), ((2, 3),)),)),
    Plot(10, ("wait", "call", "done"), (Round("called", (0, 1), ((1, 2),)),)),
    Plot(9, ("wait", "call", "recall", "serve", "done"), (Round("called", (0, 1), ((3, 4),)),)),
    Plot(5, ("wait", "park", "call", "serve", "done"), (Round("called", (0, 2), ((3, 4),)),)),
    Plot(
        4, ("wait", "call", "park", "call", "serve", "done"), (Round("called", (0, 1), ((4, 5),)),)
    ),
    Plot(
        4,
        ("wait", "call", "serve", "park", "call", "serve", "done"),
        (Round("called", (0, 1), ((2, 3), (5, 6))),),
    ),
    Plot(
        8,
        ("wait", "call", "serve", "transfer", "call", "serve", "done"),
        (Round("called", (0, 1), ((2, 3),)), Round("called", (3, 4), ((5, 6),))),
    ),
    Plot(4, ("wait", "transfer", "call", "serve", "done"), (Round("called", (0, 2), ((3, 4),)),)),
    Plot(
        4,
        ("wait", "call", "wait", "call", "serve", "done"),
        (Round("called", (0, 1), ((1, 2),)), Round("called", (2, 3), ((4, 5),))),
    ),
    Plot(7, ("wait", "left"), (Round("left", (0, 1)),)),
    Plot(3, ("wait", "call", "left"), (Round("called", (0, 1)),)),
)
UNCLOSED = (
    Plot(0, ("wait",), (Round("unclosed", (0, 0)),)),
    Plot(0, ("wait", "call"), (Round("called", (0, 1), ((1, 1),), is_served=False),)),
    Plot(0, ("wait", "call", "serve"), (Round("called", (0, 1), ((2, 2),), is_served=False),)),
)
GIVEN_BY_MISTAKE = Plot(0, ("wait",), ())
CONTESTED = Plot(
    0, ("wait", "call", "call", "serve", "done"), (Round("called", (0, 1), ((3, 4),)),)
)

_GAPS_S: dict[Action, tuple[int, int]] = {  # before a tap, from and to
    "call": (90, 420),
    "recall": (40, 90),
    "serve": (40, 100),
    "park": (30, 90),
    "done": (60, 240),
    "left": (120, 600),
    "transfer": (60, 180),
    "wait": (30, 90),
}
# What somebody may tap by mistake in place of a step, and take back at once.
_MISTAKES: dict[Action, tuple[Action, ...]] = {
    "call": ("call", "left"),
    "serve": ("recall", "left"),
    "done": ("done", "park"),
    "recall": ("serve",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tap:
    """What the script asks of one terminal."""

    at_ms: int
    visitor: int
    node: str
    action: Action
    service: str | None = None
    is_undone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A tap as it was made, with the token and the name that the terminal gave to the visit."""

    tap: Tap
    at: int
    """True time, ms since 1970 UTC."""
    visit: str
    token: str

    @property
    def told(self) -> tuple[int, str, str, str | None, str]:
        """What the ledger has to tell of it."""
        return self.at, self.tap.action, self.token, self.tap.service, self.tap.node


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """One wait as the script has it; lengths in ms, None where there is none."""

    service: str | None
    outcome: str
    waited_ms: int
    served_ms: int | None
    is_served: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """All taps of the morning in the order of their times, and each visitor's plot."""

    taps: tuple[Tap, ...]
    plots: tuple[Plot, ...]
    first_wins: int
    """The visitor whom both terminals call during the cut, the first one earlier."""
    second_wins: int
    """The same, the second one earlier."""


def write(seed: int) -> Script:
    """Write a morning; the same seed gives the same one."""
    rng = random.Random(seed)
    plots = rng.choices(PLOTS, [plot.share for plot in PLOTS], k=VISITORS)
    special = list(range(VISITORS))
    rng.shuffle(special)
    for visitor in special[:NEVER_CLOSED]:
        plots[visitor] = rng.choice(UNCLOSED)
    plots[special[NEVER_CLOSED]] = plots[special[NEVER_CLOSED + 1]] = GIVEN_BY_MISTAKE
    first_wins, second_wins, early, killed, alone = special[-5:]
    plots[first_wins] = plots[second_wins] = CONTESTED
    plots[early] = plots[killed] = plots[alone] = PLOTS[0]
    told = {
        first_wins: _contested(first_wins, FIRST, SECOND),
        second_wins: _contested(second_wins, SECOND, FIRST),
        early: _at(early, PLOTS[0], SECOND, ("10:10", "10:18", "10:20", "10:23")),
        killed: _at(killed, PLOTS[0], SECOND, ("11:20", "11:30", "11:31:30", "11:34")),
        alone: _at(alone, PLOTS[0], SECOND, ("11:29:30", "11:32", "11:34:30", "11:36")),
    }
    taps = [tap for known in told.values() for tap in known]
    for visitor in range(VISITORS):
        if visitor not in told:
            taps += _story(rng, visitor, plots[visitor])
    return Script(
        taps=tuple(_with_nodes(rng, _apart(taps), frozenset(told))),
        plots=tuple(plots),
        first_wins=first_wins,
        second_wins=second_wins,
    )


def waits(plot: Plot, story: Sequence[Done]) -> list[Wait]:
    """Return the waits of a visit from the taps that were made and not taken back."""
    found = []
    for part in plot.rounds:
        began, ended = part.waited
        served_ms = sum(story[to].at - story[from_].at for from_, to in part.served)
        services = [each.tap.service for each in story[: ended + 1] if each.tap.service]
        found.append(
            Wait(
                service=services[-1] if services else None,
                outcome=part.outcome,
                waited_ms=story[ended].at - story[began].at,
                served_ms=served_ms if part.served else None,
                is_served=bool(part.served) and part.is_served,
            )
        )
    return found


def median_ms(ended: Iterable[int], censored: Iterable[int]) -> Fraction | None:
    """Return the median of Kaplan and Meier by their own product, in exact fractions.

    Where exactly half last longer than one ending, it lies midway to the next one.
    """
    ends, others = sorted(ended), list(censored)
    share, flat_from = Fraction(1), None
    for at in sorted(set(ends)):
        if flat_from is not None:
            return Fraction(flat_from + at, 2)
        at_risk = sum(each >= at for each in ends) + sum(each >= at for each in others)
        share *= 1 - Fraction(ends.count(at), at_risk)
        if share < Fraction(1, 2):
            return Fraction(at)
        if share == Fraction(1, 2):
            flat_from = at
    return None if flat_from is None else Fraction(flat_from)


def isolated(at_ms: int) -> tuple[int, int] | None:
    """Return the cut in which a time lies."""
    return next((cut for cut in (CUT_MS, ALONE_MS) if cut[0] <= at_ms < cut[1]), None)


def _story(rng: random.Random, visitor: int, plot: Plot) -> Iterator[Tap]:
    # Of those nobody closes, none comes early: they would fill the waiting room's screen.
    earliest_ms = RIGHT_MS if plot in UNCLOSED else OPENS_MS
    at_ms = rng.randrange(earliest_ms + MINUTE_MS, LAST_ARRIVAL_MS)
    service = rng.choice((None, *SERVICES))
    for place, action in enumerate(plot.actions):
        if place:
            at_ms += rng.randrange(*_GAPS_S[action]) * SECOND_MS
            if action in _MISTAKES and rng.random() < 0.06:
                mistaken = rng.choice(_MISTAKES[action])
                yield Tap(at_ms=at_ms, visitor=visitor, node="", action=mistaken, is_undone=True)
                at_ms += 10 * SECOND_MS
        if action == "transfer":
            service = rng.choice([each for each in SERVICES if each != service])
        yield Tap(
            at_ms=at_ms,
            visitor=visitor,
            node="",
            action=action,
            # Only these two say what for; a wait that goes on is for what it was.
            service=service if place == 0 or action == "transfer" else None,
            is_undone=plot is GIVEN_BY_MISTAKE,
        )


def _contested(visitor: int, winner: str, loser: str) -> list[Tap]:
    """Write a visit that both call during the cut; ``winner`` a minute before ``loser``."""
    shift_ms = 0 if winner == FIRST else MINUTE_MS
    taps = _at(visitor, CONTESTED, winner, ("10:36", "10:43", "10:45", "10:53", "10:56"))
    taps[2] = replace(taps[2], node=loser)
    return [replace(tap, at_ms=tap.at_ms + shift_ms) for tap in taps]


def _at(visitor: int, plot: Plot, node: str, clocks: Sequence[str]) -> list[Tap]:
    return [
        Tap(at_ms=_ms(clock), visitor=visitor, node=node, action=action)
        for action, clock in zip(plot.actions, clocks, strict=True)
    ]


def _ms(clock: str) -> int:
    hours, minutes, *seconds = map(int, clock.split(":"))
    return hours * HOUR_MS + minutes * MINUTE_MS + sum(seconds) * SECOND_MS


def _apart(taps: Iterable[Tap]) -> Iterator[Tap]:
    """Sort taps and put them as far apart as two thumbs of one head would."""
    free_at_ms = 0
    for tap in sorted(taps, key=lambda tap: (tap.at_ms, tap.visitor)):
        at_ms = max(tap.at_ms, free_at_ms)
        at_ms = next((to for from_, to in _QUIET_MS if from_ <= at_ms < to), at_ms)
        free_at_ms = at_ms + APART_MS
        if at_ms >= CLOSES_MS:
            raise AssertionError(f"the morning is over at {tap}; let the last arrive earlier")
        yield replace(tap, at_ms=at_ms)


def _with_nodes(rng: random.Random, taps: Iterable[Tap], fixed: frozenset[int]) -> Iterator[Tap]:
    """Say which terminal makes each tap: mostly the one that had the visit last.

    It must be able to know the visit. Of two that cannot hear each other only one goes on with
    it. And until the second one's clock is right, its steps are dated by their receipt, by the
    collector's clock, which does not run with the simulation: a visit that it has touched stays
    with it, so that its steps stay in their order.
    """
    before: defaultdict[int, list[Tap]] = defaultdict(list)
    held: dict[str, set[int]] = {FIRST: set(), SECOND: set()}  # visitors with one of its tokens
    for tap in taps:
        known = before[tap.visitor]
        if tap.visitor in fixed:
            node = tap.node
        elif not known:  # visitors go where fewer stand
            node = min(rng.sample((FIRST, SECOND), 2), key=lambda each: len(held[each]))
        else:
            node = known[-1].node
            cut = isolated(tap.at_ms)
            is_bound = (cut is not None and isolated(known[-1].at_ms) == cut) or (
                tap.at_ms < RIGHT_MS and node == SECOND
            )
            if not is_bound and rng.random() < 0.3:
                node = SECOND if node == FIRST else FIRST
        known.append(replace(tap, node=node))
        yield known[-1]
        if len(known) == 1:
            held[node].add(tap.visitor)
        is_mistake = tap.action == "wait" and tap.is_undone
        if is_mistake or (tap.action in ("done", "left") and not tap.is_undone):
            held[known[0].node].discard(tap.visitor)
