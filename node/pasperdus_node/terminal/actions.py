"""What a touch may ask for. There is no other way to put anything into a terminal: no text."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from pasperdus_contract import visits


class Page(StrEnum):
    """Where the agent is; the first five have a tab each."""

    HOME = "home"
    TOKENS = "tokens"
    DESKS = "desks"
    DIRECTORY = "directory"
    MORE = "more"
    MESSAGES = "messages"
    TALLIES = "tallies"
    PULSE = "pulse"
    RECOUNT = "recount"
    CARDS = "cards"


@dataclass(frozen=True, slots=True)
class Go:
    """Show a page from its beginning."""

    page: Page


@dataclass(frozen=True, slots=True)
class Open:
    """Show one thing of the page at hand: a visit, a need, a contact, a phrase, a tally."""

    item: str


@dataclass(frozen=True, slots=True)
class Back:
    """Leave what was opened last."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Show the next (1) or the previous (-1) part of a list that does not fit.

    ``parts`` is how many there are now: a list may have shrunk since.
    """

    by: Literal[-1, 1]
    parts: int | None = field(default=None, kw_only=True)


@dataclass(frozen=True, slots=True)
class Give:
    """Hand out a free token, for the service that is chosen."""

    token: str


@dataclass(frozen=True, slots=True)
class Act:
    """Take a step with the macaron of a visit; ``service`` only with ``transfer``."""

    visit: str
    action: visits.Action
    service: str | None = None


@dataclass(frozen=True, slots=True)
class ChooseService:
    """Hand out tokens for this service from now on; None for no service in particular."""

    service: str | None


@dataclass(frozen=True, slots=True)
class Count:
    """Count something that happened."""

    what: str
    category: str | None = None


@dataclass(frozen=True, slots=True)
class Feel:
    """Give the day a face, 1 worst to 5 best."""

    value: Literal[1, 2, 3, 4, 5]


@dataclass(frozen=True, slots=True)
class Take:
    """Take a phone slip: it is gone on both sides."""

    slip: str


@dataclass(frozen=True, slots=True)
class Change:
    """Add to the recount at hand, before it is kept."""

    by: int


@dataclass(frozen=True, slots=True)
class KeepCount:
    """Keep the recount at hand."""


@dataclass(frozen=True, slots=True)
class Undo:
    """Take back the last tap, while its message stands."""


@dataclass(frozen=True, slots=True)
class Speak:
    """Show the card at hand in another language."""

    language: str


@dataclass(frozen=True, slots=True)
class Switch:
    """Turn something of the terminal itself over."""

    what: Literal["language", "training", "options", "blank", "week"]


Action = (
    Go
    | Open
    | Back
    | Turn
    | Give
    | Act
    | ChooseService
    | Count
    | Feel
    | Take
    | Change
    | KeepCount
    | Undo
    | Speak
    | Switch
)


_RECORDING = (Give, Act, Count, Feel, Take, KeepCount, Undo)


def is_recording(action: Action) -> bool:
    """Tell whether an action asks for an event, and does not only move about."""
    return isinstance(action, _RECORDING)


def name(action: Action) -> str:
    """Return a short name, such as ``give:blue-star``: for tests, simulations and the log."""
    values = (getattr(action, field) for field in action.__match_args__)
    return ":".join([type(action).__name__.lower(), *("" if v is None else str(v) for v in values)])
