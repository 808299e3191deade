"""Touches every control of an agent's screens, from one picture to the next, as far as it leads."""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from pasperdus_contract.events import AnyEvent
from pasperdus_node.clock import Reading
from pasperdus_node.reception.next_button import next_actions
from pasperdus_node.reception.recording import drafts
from pasperdus_node.screens.agent import agent
from pasperdus_node.screens.look import Glass
from pasperdus_node.screens.scene import Scene
from pasperdus_node.terminal.actions import Act, Action, Give, Go, Open, Page, Switch, name
from pasperdus_node.terminal.hearing import kept, pass_time
from pasperdus_node.terminal.performing import perform
from pasperdus_node.terminal.queue import visits_now, zone
from pasperdus_node.terminal.state import UNDO_MS, Now, Terminal
from support.boards import visit_id
from support.looks import look

EPOCH = "a" * 32
HOME_TAPS = 3

States = Mapping[str, str]
"""In which state each visit is, by its name."""

By = Literal["tap", "hold", "button"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """One control, and what came of it; ``events`` are what the outbox was given."""

    before: Terminal
    by: By
    action: Action
    events: tuple[AnyEvent, ...]
    after: Terminal


@dataclass(kw_only=True)
class Walk:
    """All that can be done on one glass from one state; it ends early after ``most`` pictures.

    Two states are one where the same page offers the same kinds of things: one macaron that waits
    is like another, a service or a phrase is not. ``seen`` has each of them, with its picture.
    """

    start: Terminal
    glass: Glass
    now: Now
    most: int
    seen: list[tuple[Terminal, Scene]] = field(default_factory=list)
    _done: int = 0

    def touches(self) -> Iterator[Touched]:
        """Yield every control of every picture, the nearest first."""
        known: set[object] = set()
        ahead = deque([self.start])
        while ahead and len(self.seen) < self.most:
            terminal = ahead.popleft()
            states = {visit.visit: visit.state for visit in visits_now(terminal)}
            state = _state(terminal, states)
            if state in known:
                continue
            known.add(state)
            scene = self.drawn(terminal)
            short = _in_short(terminal, scene, states)
            if short in known:
                continue
            known.add(short)
            self.seen.append((terminal, scene))
            kinds: set[object] = set()
            for by, actions in _controls(terminal, scene):
                kind = (by, tuple(_kind(action, states) for action in actions))
                after = terminal
                for action in actions:
                    before = after
                    after, events = self._do(before, action)
                    yield Touched(before=before, by=by, action=action, events=events, after=after)
                if kind not in kinds:  # what one of them leads to, the others lead to, too
                    kinds.add(kind)
                    ahead.append(after)
            if terminal.toast is not None:
                ahead.append(self._later(terminal))

    def drawn(self, terminal: Terminal) -> Scene:
        """Return the picture of a state, in its own language."""
        return agent(terminal, self.now, look(self.glass, terminal.language))

    def taps_home(self, terminal: Terminal, scene: Scene) -> int | None:
        """Return how many taps lead home from a picture; None for more than ``HOME_TAPS``."""
        near, scenes = [terminal], [scene]
        for taps in range(HOME_TAPS + 1):
            if any(map(_is_home, near)):
                return taps
            shown = scenes or [self.drawn(one) for one in near]
            offered = [
                (one, target.tap)
                for one, each in zip(near, shown, strict=True)
                for target in each.targets
            ]
            # The tab for it first: where there is one, nothing else has to be tried.
            tabs = [(one, tap) for one, tap in offered if tap == Go(Page.HOME)]
            near, scenes = [self._do(one, tap)[0] for one, tap in tabs or offered], []
        return None

    def _do(self, terminal: Terminal, action: Action) -> tuple[Terminal, tuple[AnyEvent, ...]]:
        """Do what the glue does: perform, commit, show the effect."""
        self._done += 1
        outcome = perform(terminal, action, self.now, fresh_visit=visit_id(10**6 + self._done))
        if not outcome.records:
            return outcome.terminal, ()
        reading = Reading(
            wall_ms=self.now.wall_ms, uptime_ms=self.now.uptime_ms, is_synced=self.now.is_timed
        )
        made = drafts(
            outcome.records,
            reading=reading,
            now=self.now,
            zone=zone(terminal),
            is_pulse=lambda _: False,
        )
        events = tuple(draft(seq=self._done) for draft in made)
        after = kept(outcome.terminal, outcome.records, events, epoch=EPOCH, now=self.now)
        return after, events

    def _later(self, terminal: Terminal) -> Terminal:
        """Let the message at hand end."""
        later = replace(self.now, uptime_ms=self.now.uptime_ms + UNDO_MS)
        return pass_time(terminal, later)


def _controls(terminal: Terminal, scene: Scene) -> Iterator[tuple[By, tuple[Action, ...]]]:
    for target in scene.targets:
        yield "tap", (target.tap,)
        if target.hold is not None:
            yield "hold", (target.hold,)
    yield "button", tuple(next_actions(terminal))
    yield "button", (Switch("blank"),)


def _state(terminal: Terminal, states: States) -> object:
    """Return what a picture is made of but its words: who draws it need not draw it again."""
    if terminal.is_blank:  # whatever it hides
        return terminal.view.page, terminal.training is None
    is_undoable = terminal.toast is not None and terminal.toast.undoes is not None
    items = tuple(states.get(item, item) for item in terminal.view.items)
    page = terminal.view.page
    has_felt = terminal.training is not None and terminal.training.has_felt
    of_page = {
        Page.TOKENS: (terminal.has_options, terminal.service),
        Page.DESKS: terminal.shows_week,
        Page.PULSE: (terminal.felt_on, has_felt),
        Page.RECOUNT: terminal.recount,
        Page.CARDS: terminal.card_language,
    }
    return (
        (page, items, terminal.view.part, of_page.get(page)),
        (terminal.language, terminal.training is None),
        (len(terminal.slips), is_undoable, frozenset(states.values())),
    )


def _in_short(terminal: Terminal, scene: Scene, states: States) -> object:
    return (
        (terminal.view.page, len(terminal.view.items), terminal.language),
        (terminal.is_blank, terminal.training is None),
        frozenset(
            (_kind(target.tap, states), target.hold and _kind(target.hold, states))
            for target in scene.targets
        ),
    )


def _kind(action: Action, states: States) -> str:
    """Return the name of an action, with the state of a visit instead of which one it is."""
    match action:
        case Give():
            return "give"
        case Act(visit=visit) | Open(item=visit) if visit in states:
            return name(action).replace(visit, states[visit])
    return name(action)


def _is_home(terminal: Terminal) -> bool:
    view = terminal.view
    return not terminal.is_blank and view.page is Page.HOME and not view.items
