"""What an action asks to be recorded: nothing here can hold a word about a visitor."""

from dataclasses import dataclass
from typing import Literal

from pasperdus_contract import visits
from pasperdus_contract.events import Token


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenStep:
    """A step of a visit's macaron; ``wait`` with a fresh ``visit`` (16 hex digits) begins it."""

    visit: str
    token: str
    action: visits.Action
    service: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Something that the agent counted."""

    what: str
    category: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Felt:
    """The agent's own day, 1 worst to 5 best."""

    value: Literal[1, 2, 3, 4, 5]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recounted:
    """So many people are inside now."""

    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipTaken:
    """The agent has a phone slip; ``slip`` is its id."""

    slip: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenBack:
    """The key of an own event that does not count any more."""

    epoch: str
    seq: int


Record = TokenStep | Counted | Felt | Recounted | SlipTaken | TakenBack


def step_of(
    taken: TokenStep | Token, *, at: int, is_timed: bool, node: str, epoch: str, seq: int
) -> visits.Step:
    """Return what was taken as a step, under the key of its event."""
    return visits.Step(
        at=at,
        is_timed=is_timed,
        action=taken.action,
        visit=taken.visit,
        token=taken.token,
        service=taken.service,
        node=node,
        epoch=epoch,
        seq=seq,
    )
