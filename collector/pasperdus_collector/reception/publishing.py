"""Keeps the screens of every site told: a thread that composes boards and lists of phone slips.

It looks whenever something was committed, and tells what differs; a board each minute even if
nothing does, so that a screen knows how old what it shows is. The writing thread sends.
"""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import structlog

from pasperdus_collector.ledger import Ledger, reading, wall_ms
from pasperdus_collector.reception import slips
from pasperdus_collector.reception.boards import board_of, sites_with_screens
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
        self._is_failing = False
        self.failures = 0
        """Looks that failed since the start."""

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
        self._deal()
        due = [wanted for wanted in self._wanted() if self._is_due(wanted, now_s)]
        for wanted in due:
            self._outgoing.put(wanted.message)
            self._said[wanted.message.topic] = _Said(wanted.version, now_s)
        if due:
            self._wake()

    def _deal(self) -> None:
        """Deal tokens where a day began or a terminal came."""
        now_ms = self._now_ms()
        with reading(self._path) as db:
            undealt = [
                site.id for site in sites_with_screens(db) if is_to_be_dealt(db, site.id, now_ms)
            ]
        if undealt:

            def deal(ledger: Ledger) -> None:
                for site_id in undealt:
                    deal_today(ledger.db, site_id, now_ms)

            self._submit(deal)

    def _wanted(self) -> Iterator[_Wanted]:
        with reading(self._path) as db:
            for site in sites_with_screens(db):
                board = board_of(db, site, now_ms=self._now_ms(), inside=self._inside(site.name))
                yield _Wanted(
                    Message(
                        topic=self._topics.board(site.name),
                        payload=encode(board),
                        is_retained=True,
                    ),
                    board.version,
                    BOARD_AGAIN_S,
                )
            for node, waiting in slips.waiting(db).items():
                payload = encode(Slips(slips=waiting))
                yield _Wanted(
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
            self._look_safely(began_s)
            seen, again_at_s = generation, began_s + LOOK_AGAIN_S
            look_at_s = began_s + (time.monotonic() - began_s) / LARGEST_SHARE

    def _look_safely(self, now_s: float) -> None:
        try:
            self.look(now_s)
        except Exception as error:
            # Counting goes on; screens show what they had, and how old it is.
            self.failures += 1
            if not self._is_failing:
                log.exception("the screens cannot be told", reason=repr(error))
            self._is_failing = True
            return
        if self._is_failing:
            log.info("the screens are told again")
        self._is_failing = False
