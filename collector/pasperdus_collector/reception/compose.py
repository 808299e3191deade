"""One board, from what was gathered (pure)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from pasperdus_contract.board import (
    CHARACTERS,
    MAX_VISITS,
    Board,
    BoardAnswer,
    BoardCall,
    BoardContact,
    BoardDesk,
    BoardNeed,
    BoardNotice,
    BoardPhrase,
    BoardService,
    BoardTally,
    BoardTerminal,
    BoardVisit,
    Inside,
)
from pasperdus_contract.tokens import TOKENS
from pasperdus_contract.visits import QUEUED, Visit

NO_VERSION = "0" * 16
_UNDRAWABLE = re.compile(f"[^{CHARACTERS}]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminal:
    """A terminal of the site, by a title that no other one has."""

    node: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the site wants shown today, as :mod:`reception.content` expands it."""

    services: Sequence[BoardService] = ()
    desks: Sequence[BoardDesk] = ()
    notices: Sequence[BoardNotice] = ()
    answers: Sequence[BoardAnswer] = ()
    needs: Sequence[BoardNeed] = ()
    contacts: Sequence[BoardContact] = ()
    phrases: Sequence[BoardPhrase] = ()
    tallies: Sequence[BoardTally] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """Everything that a board is made of; ``now_ms`` is the collector's clock."""

    site: str
    title: str
    time_zone: str
    day: date
    now_ms: int
    asks_pulse: bool
    visits: Sequence[Visit]
    terminals: Sequence[Terminal]
    hands: Mapping[str, Sequence[str]]
    heard: Mapping[str, int]
    inside: Inside | None
    shown: Shown


def compose(found: Gathered) -> Board:
    """Return the board; its version is a digest of everything but its time.

    A screen that gets two boards of one version has nothing to draw anew. What no screen can draw
    is left out: visits by tokens that nobody has, and characters of titles that were written before
    such were refused.
    """
    board = Board(
        site=found.site,
        title=_drawable(found.title, found.site),
        time_zone=found.time_zone,
        version=NO_VERSION,
        composed_at=found.now_ms,
        day=found.day.isoformat(),
        visits=[_visit(visit) for visit in _fitting(found.visits)],
        terminals=[
            BoardTerminal(
                node=terminal.node,
                title=_drawable(terminal.title, terminal.node),
                hand=list(found.hands.get(terminal.node, ())),
                heard=found.heard.get(terminal.node, 0),
            )
            for terminal in found.terminals
        ],
        inside=found.inside,
        asks_pulse=found.asks_pulse,
        services=list(found.shown.services),
        desks=list(found.shown.desks),
        notices=list(found.shown.notices),
        answers=list(found.shown.answers),
        needs=list(found.shown.needs),
        contacts=list(found.shown.contacts),
        phrases=list(found.shown.phrases),
        tallies=list(found.shown.tallies),
    )
    content = board.model_dump_json(exclude={"version", "composed_at"})
    return board.model_copy(update={"version": sha256(content.encode()).hexdigest()[:16]})


def _fitting(visits: Sequence[Visit]) -> list[Visit]:
    """Return the visits that a board holds: of too many, the end of the queue is left out.

    Who is called or served stays: in the waiting room nobody would know that it is their turn.
    """
    drawn = [visit for visit in visits if visit.token in TOKENS]
    queue = [visit for visit in drawn if visit.state in QUEUED]
    called = [visit for visit in drawn if visit.state not in QUEUED][:MAX_VISITS]
    return [*queue[: MAX_VISITS - len(called)], *called]


def _drawable(title: str, name: str) -> str:
    return " ".join(_UNDRAWABLE.sub(" ", title).split()) or name


def _visit(visit: Visit) -> BoardVisit:
    if visit.state == "closed":
        raise AssertionError(f"visit {visit.visit} is closed: no board shows it")
    return BoardVisit(
        visit=visit.visit,
        token=visit.token,
        state=visit.state,
        service=visit.service,
        since=visit.since,
        is_timed=visit.is_timed,
        call=None if visit.call is None else BoardCall(**visit.call._asdict()),
    )
