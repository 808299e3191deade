"""Keeps the screens of every site told: a thread that composes boards and lists of phone slips.

It looks whenever something was committed, and tells what differs; a board each minute even if
nothing does, so that a screen knows how old what it shows is. What fails at one site, or for one
terminal, leaves the others told. The writing thread sends.
"""

import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

import structlog

from pasperdus_collector.ledger import Ledger, reading, wall_ms
from pasperdus_collector.reception import slips
from pasperdus_collector.reception.boards import SiteOfBoard, board_of, sites_with_screens
from pasperdus_collector.reception.hands import deal_today, is_to_be_dealt
from pasperdus_collector.reception.outgoing import Outgoing
from pasperdus_contract.board import Inside
from pasperdus_contract.codec import encode
from pasperdus_contract.slips import Slips
from pasperdus_contract.topics import Channel, Topics
from pasperdus_service.link import Message

GLANCE_S = 0.05  # how soon a commit is noticed
LARGEST_SHARE = 0.25  # of this thread's time that looking may take
LOOK_AGAIN_S = 5.0  # time passes for desks and people inside too, without a commit
BOARD_AGAIN_S = 60.0
SLIPS_AGAIN_S = 30.0
NEVER_S = float("inf")
T = TypeVar("T")

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a topic is to carry; said again after ``again_s`` though its ``version`` is the same."""

    message: Message
    version: str
    again_s: float


@dataclass(frozen=True, slots=True)
class _Said:
    version: str
    at_s: float


class Publishing:
    """Looks at the ledger in a thread of its own.

    ``inside`` tells the people inside a site now, ``generation`` grows with each commit, ``submit``
    runs a change in the writing thread, ``wake`` makes that thread send.
    """

    def __init__(
        self,
        path: Path,
        outgoing: Outgoing,
        topics: Topics,
        *,
        inside: Callable[[str], Inside | None],
        generation: Callable[[], int],
        submit: Callable[[Callable[[Ledger], None]], None],
        wake: Callable[[], None],
        now_ms: Callable[[], int] = wall_ms,
    ) -> None:
        self._path = path
        self._outgoing = outgoing
        self._topics = topics
        self._inside = inside
        self._generation = generation
        self._submit = submit
        self._wake = wake
        self._now_ms = now_ms
        self._said: dict[str, _Said] = {}
        self._connections = 0
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._failing: set[str] = set()
        self.failures = 0
        """What could not be told since the start: a board, the slips of a terminal, all at once."""

    @property
    def sent(self) -> int:
        """Messages handed to the connection since the start."""
        return self._outgoing.sent

    def start(self) -> None:
        """Begin to look."""
        self._thread = threading.Thread(target=self._run, name="screens", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def look(self, now_s: float) -> None:
        """Hand over what differs from what was said, and what is to be said again."""
        if self._outgoing.connections != self._connections:
            self._connections = self._outgoing.connections
            self._said.clear()  # the broker may have forgotten it
        with reading(self._path) as db:
            sites, waiting = sites_with_screens(db), slips.waiting_rows(db)
            undealt = [site for site in sites if self._is_undealt(db, site)]
        for site in undealt:
            self._apart(f"new hands of {site.name}", partial(self._deal, site))
        with reading(self._path) as db:
            boards = [
                self._apart(f"board of {site.name}", partial(self._board, db, site))
                for site in sites
            ]
        lists = [
            self._apart(f"slips for {node}", partial(self._slips, node, rows), is_private=True)
            for node, rows in waiting.items()
        ]
        told = (*boards, *lists)
        due = [wanted for wanted in told if wanted is not None and self._is_due(wanted, now_s)]
        for wanted in due:
            self._outgoing.put(wanted.message)
            self._said[wanted.message.topic] = _Said(wanted.version, now_s)
        if due:
            self._wake()

    def _is_undealt(self, db: sqlite3.Connection, site: SiteOfBoard) -> bool | None:
        asked = partial(is_to_be_dealt, db, site.id, self._now_ms())
        return self._apart(f"hands of {site.name}", asked)

    def _deal(self, site: SiteOfBoard) -> None:
        """Deal tokens where a day began or a terminal came."""
        now_ms = self._now_ms()

        def deal(ledger: Ledger) -> None:
            deal_today(ledger.db, site.id, now_ms)

        self._submit(deal)

    def _board(self, db: sqlite3.Connection, site: SiteOfBoard) -> _Wanted:
        board = board_of(db, site, now_ms=self._now_ms(), inside=self._inside(site.name))
        topic = self._topics.board(site.name)
        message = Message(topic=topic, payload=encode(board), is_retained=True)
        return _Wanted(message, board.version, BOARD_AGAIN_S)

    def _slips(self, node: str, rows: list[slips.Row]) -> _Wanted:
        found = [
            self._apart(f"slip {row[0]}", partial(slips.slip_of, row), is_private=True)
            for row in rows
        ]
        waiting = [slip for slip in found if slip is not None]
        payload = encode(Slips(slips=waiting))
        return _Wanted(
            Message(topic=self._topics.node(node, Channel.MESSAGES), payload=payload),
            sha256(payload).hexdigest(),
            SLIPS_AGAIN_S if waiting else NEVER_S,
        )

    def _is_due(self, wanted: _Wanted, now_s: float) -> bool:
        said = self._said.get(wanted.message.topic)
        return said is None or said.version != wanted.version or now_s >= said.at_s + wanted.again_s

    def _run(self) -> None:
        seen, look_at_s, again_at_s = -1, 0.0, 0.0
        while not self._stop.wait(GLANCE_S):
            began_s = time.monotonic()
            if began_s < look_at_s:
                continue
            generation = self._generation()
            is_new_connection = self._outgoing.connections != self._connections
            if generation == seen and not is_new_connection and began_s < again_at_s:
                continue
            self._apart("all", partial(self.look, began_s))
            seen, again_at_s = generation, began_s + LOOK_AGAIN_S
            look_at_s = began_s + (time.monotonic() - began_s) / LARGEST_SHARE

    def _apart(self, what: str, tell: Callable[[], T], *, is_private: bool = False) -> T | None:
        """Return what ``tell`` does, or None where it fails: screens show what they had.

        Said once on failure and once on recovery. Of what is private only the type of the error is
        said: no word of a slip may reach a log.
        """
        try:
            told = tell()
        except Exception as error:
            self.failures += 1  # whatever it is, the others are to be told
            if what not in self._failing:
                reason = type(error).__name__ if is_private else repr(error)
                shows = not is_private
                log.error("the screens cannot be told", what=what, reason=reason, exc_info=shows)
            self._failing.add(what)
            return None
        if what in self._failing:
            log.info("the screens are told again", what=what)
            self._failing.discard(what)
        return told
