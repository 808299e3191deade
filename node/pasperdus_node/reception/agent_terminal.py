"""The agent's terminal at work: news and touches go in, pictures and events come out.

All that is decided is decided by the pure modules of ``terminal``; this one gathers for them and
applies what they say. A tap is answered in three steps: a ring around what is under the thumb, in
the very next picture; the commit of what it records; the effect.
"""

import secrets
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Literal
from zoneinfo import ZoneInfo

import structlog

from pasperdus_contract.board import Board
from pasperdus_contract.codec import WireError, decode
from pasperdus_contract.slips import Slips
from pasperdus_node.clock import Clock
from pasperdus_node.display.touches import Closed, Key, Touch
from pasperdus_node.errors import OutboxError
from pasperdus_node.keeping import Keeper
from pasperdus_node.outbox import Outbox
from pasperdus_node.reception.answered import without_answered
from pasperdus_node.reception.board_cache import BoardCache
from pasperdus_node.reception.board_news import BoardNews
from pasperdus_node.reception.board_watch import BoardWatch
from pasperdus_node.reception.next_button import next_actions
from pasperdus_node.reception.picture import Picture
from pasperdus_node.reception.recording import Key as EventKey
from pasperdus_node.reception.recording import drafts
from pasperdus_node.reception.saved import SavedChoices
from pasperdus_node.reception.site_time import SiteTime
from pasperdus_node.reception.touched import TouchedPicture
from pasperdus_node.reception.troubles import Troubles
from pasperdus_node.screens.agent import agent
from pasperdus_node.screens.scene import Scene
from pasperdus_node.sensors.beside import Knobs, Lamp
from pasperdus_node.sensors.pins import PinEdge
from pasperdus_node.simulation.touching import sight_of
from pasperdus_node.terminal import hearing, resuming
from pasperdus_node.terminal.actions import Action, Switch
from pasperdus_node.terminal.performing import perform
from pasperdus_node.terminal.queue import zone
from pasperdus_node.terminal.records import Felt
from pasperdus_node.terminal.state import Now, Terminal, View

REDRAW_MS = 5_000  # what changes by itself is known; this is for what nobody thought of
COUNTDOWN_MS = 250  # while the seconds of an undo run down
MOVING_MS = 50
JOURNAL_SLACK = 20  # rows that say nothing any more are deleted together, to spare the card

NOT_SHOWN = "a page cannot be shown; the terminal goes on without it"
SLIPS_NOT_SHOWN = "the phone slips cannot be shown; those before stay"

log = structlog.get_logger()


class AgentTerminal:
    """One agent's terminal."""

    kind: Literal["agent", "public"] = "agent"

    def __init__(
        self,
        terminal: Terminal,
        *,
        picture: Picture,
        clock: Clock,
        outbox: Outbox,
        keeper: Keeper,
        boards: BoardCache,
        watch: BoardWatch,
        saved: SavedChoices,
        knobs: Knobs,
        lamp: Lamp,
    ) -> None:
        self._terminal = terminal
        self._glass = picture
        self._picture = TouchedPicture(picture)
        self._troubles = Troubles()
        self._slips_drawn = terminal.slips
        self._clock = clock
        self._time = SiteTime(clock)
        self._outbox = outbox
        self._keeper = keeper
        self._watch = watch
        self._news = BoardNews(boards, watch, self._time)
        self._saved = saved
        self._knobs = knobs
        self._lamp = lamp
        self._pulses: set[EventKey] = set()
        self._are_slips_unreadable = False
        self.is_closed = False
        self.deadline_ms: int | None = None
        self._show(terminal, is_asked=False)

    # -- what arrives ---------------------------------------------------------------------------

    def hear_board(self, payload: bytes, *, is_retained: bool) -> None:
        """Take a board of the site; one that cannot be read or shown changes nothing."""
        before = self._terminal

        def show(board: Board) -> None:
            now = self._time.now()
            heard = hearing.hear_board(before, board, now, is_alive=not is_retained)
            if not is_retained:
                heard = without_answered(heard, epoch=self._outbox.epoch)
            self._show(heard, is_asked=False)

        if not self._news.hear(payload, is_retained=is_retained, show=show):
            if self._terminal is not before:
                self._become(before)
        elif not self._news.is_undrawn:
            self._shorten_journal()

    def hear_slips(self, payload: bytes) -> None:
        """Take all the phone slips that wait; they are personal, and only ever in memory."""
        try:
            slips = decode(Slips, payload)
        except WireError:
            if not self._are_slips_unreadable:
                self._are_slips_unreadable = True
                # The reason may quote the slip.
                log.error("the phone slips cannot be read; those shown stay")
            return
        self._are_slips_unreadable = False
        before = self._terminal
        try:
            self._show(hearing.hear_slips(before, slips), is_asked=False)
        except Exception as error:  # noqa: BLE001 (told; whatever is in a slip, the screen lives)
            self._troubles.tell(SLIPS_NOT_SHOWN, error)
            self._become(before)
            return
        self._troubles.end(SLIPS_NOT_SHOWN, said="the phone slips can be shown again")

    def hear_link(self, *, is_subscribed: bool) -> None:
        """Learn whether the collector can be heard."""
        self._watch.hear_link(is_subscribed=is_subscribed)

    def hear_answer(self) -> None:
        """Learn that the collector has answered for events."""
        self._become(hearing.answered(self._terminal, self._outbox.journal_pending()))

    def take_edge(self, edge: PinEdge, t_ms: int) -> None:
        """Follow a button beside the glass."""
        pressed = self._knobs.press(edge, t_ms)
        if pressed is not None:
            self._press(pressed)

    def advance(self) -> None:
        """Let time pass: messages end, minutes grow, the service day turns."""
        day = self._terminal.day
        self._become(hearing.pass_time(self._terminal, self._time.now()))
        if self._terminal.day != day:  # without a network no board will come to do it
            self._shorten_journal()

    def read(self) -> None:
        """See what was touched, and show what has changed since."""
        for touched in self._picture.read():
            match touched:
                case Touch():
                    self._do_if(self._picture.follow(touched, self._time.now(), self._zone()))
                case Key():
                    self._press(touched.name)
                case Closed():
                    self.is_closed = True
        now = self._time.now()
        self._do_if(self._picture.hold_due(now))
        self._watch.check()
        if self._has_news() or self._picture.is_awaited or self._is_due(now):
            self._become(self._terminal)
        self._saved.check(now.uptime_ms)

    def stop(self) -> None:
        """Give glass and pins back."""
        self._saved.stop()
        self._knobs.stop()
        self._lamp.stop()
        self._picture.close()

    # -- what is done ---------------------------------------------------------------------------

    def _press(self, button: str) -> None:
        if button == "blank":
            self._do(Switch("blank"))
        elif button == "next":
            for action in next_actions(self._terminal):
                self._do(action)

    def _do_if(self, action: Action | None) -> None:
        if action is not None:
            self._do(action)

    def _do(self, action: Action) -> None:
        now = self._time.now()
        outcome = perform(self._terminal, action, now, fresh_visit=secrets.token_hex(8))
        terminal = outcome.terminal
        if outcome.records:
            made = drafts(
                outcome.records,
                reading=self._clock.read(),
                now=now,
                zone=zone(terminal),
                is_pulse=self._pulses.__contains__,
            )
            events = self._keeper.keep(made)
            if events is None:
                terminal = hearing.not_kept(terminal, now)
            else:
                epoch = self._outbox.epoch
                for record, event in zip(outcome.records, events, strict=True):
                    if isinstance(record, Felt):
                        self._pulses.add((epoch, event.seq))
                terminal = hearing.kept(terminal, outcome.records, events, epoch=epoch, now=now)
        self._become(terminal, is_asked=True)

    def _become(self, terminal: Terminal, *, is_asked: bool = False) -> None:
        """Be another terminal, and show it; ``is_asked`` tells that the agent made the change.

        Where it cannot be shown, something plainer is: raises only what nothing helps against.
        """
        try:
            self._show(terminal, is_asked=is_asked)
        except Exception as error:
            self._troubles.tell(NOT_SHOWN, error)
            if not any(self._can_show(plainer, error) for plainer in _plainer(terminal)):
                raise

    def _can_show(self, terminal: Terminal, error: Exception) -> bool:
        is_bare = terminal.kept is None and self._terminal.kept is not None
        try:
            self._show(terminal, is_asked=False)
        except Exception as another:  # noqa: BLE001 (told; something plainer still is tried)
            self._troubles.tell(NOT_SHOWN, another)
            return False
        if is_bare:
            self._news.drop(error)
        return True

    def _show(self, terminal: Terminal, *, is_asked: bool) -> None:
        """Be another terminal and show it, or raise what went wrong."""
        self._terminal = replace(
            terminal, is_connected=self._watch.is_connected, pending=self._outbox.pending()[0]
        )
        self.deadline_ms = hearing.next_change_ms(self._terminal, self._time.now())
        self._lamp.light(is_on=bool(self._terminal.slips))
        self._draw(is_asked=is_asked)
        # The card comes after the picture.
        self._saved.keep(resuming.saved(self._terminal), self._time.now().uptime_ms)

    def _has_news(self) -> bool:
        shown = self._terminal
        is_connected, pending = self._watch.is_connected, self._outbox.pending()[0]
        return (shown.is_connected, shown.pending) != (is_connected, pending)

    def _shorten_journal(self) -> None:
        stale = resuming.forgettable(self._terminal, self._outbox.journal())
        if len(stale) < JOURNAL_SLACK:
            return
        try:
            self._outbox.forget_journal(stale)
        except OutboxError as error:
            log.error("the journal grows", rows=len(stale), reason=str(error))

    # -- what is shown --------------------------------------------------------------------------

    def _draw(self, *, is_asked: bool) -> None:
        now = self._time.now()
        made: list[Scene] = []

        def make() -> Scene:
            look = self._picture.look(self._terminal.language, self._zone())
            made.append(agent(self._terminal, now, look))
            return made[-1]

        self._picture.renew(make, now, self._zone(), is_asked=is_asked)
        if made and self._picture.scene is made[-1]:  # not while a finger is down
            self._drawn()

    def _drawn(self) -> None:
        """Follow up on what is on the glass now."""
        self._news.drawn()
        if self._terminal.slips != self._slips_drawn:
            self._slips_drawn = self._terminal.slips
            self._glass.forget_texts()  # a slip that is gone is gone from memory too

    def _is_due(self, now: Now) -> bool:
        if self._picture.scene is not None and self._picture.scene.is_moving:
            every_ms = MOVING_MS
        else:
            every_ms = REDRAW_MS if self._terminal.toast is None else COUNTDOWN_MS
        return self._picture.age_ms(now) >= every_ms

    def _zone(self) -> ZoneInfo:
        return zone(self._terminal)

    # -- simulation -----------------------------------------------------------------------------

    def press(self, target: str) -> None:
        """Put a finger on what bears this name."""
        self._picture.press(target, self.read)

    def release(self) -> None:
        """Lift the finger where it is."""
        self._picture.release(self.read)

    def sight(self) -> dict[str, Any]:
        """Tell what can be seen and touched."""
        told = {"pending": self._terminal.pending, "lamp": self._lamp.is_lit}
        return sight_of(self._picture.scene) | told


def _plainer(terminal: Terminal) -> Iterator[Terminal]:
    """Return what may still be shown where something cannot, with as little left out as will do."""
    home = replace(terminal, view=View(), toast=None)
    yield home
    home = replace(home, slips=(), training=None)
    yield home
    yield replace(home, kept=None)
