"""Everything that a terminal knows at one moment; frozen, so that each change is a new one."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from pasperdus_contract import visits
from pasperdus_contract.board import Board
from pasperdus_contract.slips import Slip
from pasperdus_node.terminal.actions import Page

UNDO_MS = 5_000
STALE_MS = 180_000  # boards come each minute: three missed are no jitter


@dataclass(frozen=True, slots=True, kw_only=True)
class Now:
    """The present: ``uptime_ms`` of this boot, and the wall clock (ms since 1970 UTC).

    ``is_timed`` tells whether the wall clock can be trusted: it is synchronised, or a board that
    came alive in this boot told the time.
    """

    uptime_ms: int
    wall_ms: int
    is_timed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The board at hand.

    ``heard_ms`` is the uptime when it came, None for one that may be old: from the card, or
    retained by the broker. ``heard_on`` is this terminal's service day then: where the collector's
    clock says another one, its board is of today all the same.
    """

    board: Board
    heard_ms: int | None
    heard_on: date | None = None

    @property
    def day(self) -> date:
        """The service day of which it tells."""
        said = date.fromisoformat(self.board.day)
        return said if self.heard_on is None else max(said, self.heard_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnUndo:
    """The event by which this terminal took a step of its own back."""

    epoch: str
    seq: int
    is_pending: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnStep:
    """A step that this terminal recorded and that no board has heard yet.

    ``uptime_ms`` is when, None in another boot. ``before`` and ``after`` are the visit around it
    (None: there was none, or it is not known any more, then ``after`` is None too).
    """

    step: visits.Step
    is_pending: bool
    """Whether the collector has not answered for it."""

    uptime_ms: int | None = None
    before: visits.Visit | None = None
    after: visits.Visit | None = None
    undone: OwnUndo | None = None

    @property
    def key(self) -> tuple[str, int]:
        """Epoch and seq of its event."""
        return self.step.epoch, self.step.seq


ToastKind = Literal[
    # What the agent did:
    "given", "called", "recalled", "serving", "parked", "requeued", "transferred", "left", "done",
    "counted", "felt", "recounted", "taken", "undone",
    # What was not done, and why:
    "in_use",  # this token is in somebody's hands
    "not_in_hand",  # another terminal hands this token out today
    "no_board",  # no tokens were dealt to this terminal yet
    "no_longer",  # things changed meanwhile: this step makes no sense any more
    "felt_before",  # once a service day
    "too_late",  # nothing can be taken back any more
    "not_kept",  # the outbox could not be written
    # News:
    "beaten",  # another terminal (by) called this token before (at_ms, None when not known)
    "ended",  # another terminal had closed the visit before this one called it
    "held_twice",  # two visitors hold this token
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Toast:
    """A message under the title until ``until_ms`` (uptime).

    ``token``, ``what`` (a tally or a service), ``category``, ``by`` (a terminal's title),
    ``people`` and ``at_ms`` fill its sentence in, as far as its kind needs them. ``undoes`` is
    the key (epoch, seq) of the event that :class:`actions.Undo` takes back.
    """

    kind: ToastKind
    until_ms: int
    token: str | None = None
    what: str | None = None
    category: str | None = None
    by: str | None = None
    people: int | None = None
    at_ms: int | None = None
    undoes: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Where the agent is; ``items`` are what was opened one from the other, ``part`` of a list.

    ``below`` are the parts at hand when each of ``items`` was opened, to come back to.
    """

    page: Page = Page.HOME
    items: tuple[str, ...] = ()
    part: int = 0
    below: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """A morning of one's own that nobody hears of: its visits begin as the board's were.

    ``recorded`` counts invented events; ``slips`` are the real ones, of which ``taken`` are hidden
    meanwhile; ``before`` is how things stood before the last step.
    """

    visits: tuple[visits.Visit, ...]
    recorded: int = 0
    slips: tuple[Slip, ...] = ()
    taken: frozenset[str] = frozenset()
    has_felt: bool = False
    before: "Training | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminal:
    """One terminal of a site. Today's tokens and who waits are told by :mod:`terminal.queue`.

    ``day`` is the service day; ``own`` are steps in the order of their ``seq``; ``slips`` are
    those to show, ``taken`` the ids of those to hide until the collector has deleted them;
    ``news`` are messages that wait for their turn. ``last_seq`` is how far this outbox has
    counted; ``strange_heard`` what the board at hand says to have heard, where that was more: the
    numbers are of another outbox then.
    """

    node: str
    site: str
    language: Literal["fr", "en"] = "fr"
    kept: Kept | None = None
    day: date | None = None
    own: tuple[OwnStep, ...] = ()
    last_seq: int = 0
    strange_heard: int | None = None
    slips: tuple[Slip, ...] = ()
    taken: frozenset[str] = frozenset()
    view: View = View()
    service: str | None = None
    has_options: bool = False
    shows_week: bool = False
    card_language: str = "fr"
    recount: int | None = None
    toast: Toast | None = None
    news: tuple[Toast, ...] = ()
    training: Training | None = None
    is_blank: bool = False
    felt_on: date | None = None
    is_connected: bool = False
    pending: int = 0
    """Events in the outbox."""
