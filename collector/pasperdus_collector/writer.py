"""The collector's one writing thread: messages in, commits, answers out.

Several waiting messages share one transaction (a commit waits for the disk, whatever it holds);
each is undone alone when it fails. Answers leave after the commit, never before. What a late anchor
dates anew follows in small steps between messages.
"""

import queue
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, wait
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog

from pasperdus_collector.broker import EmbeddedBroker
from pasperdus_collector.buckets import slip_traces
from pasperdus_collector.buckets.days import close_days, pass_time
from pasperdus_collector.dating import Dating
from pasperdus_collector.errors import LedgerError
from pasperdus_collector.ingest import Inbound, Ingest
from pasperdus_collector.ledger import Ledger, wall_ms
from pasperdus_collector.pulse_release import release_pulses
from pasperdus_collector.reception import slips
from pasperdus_collector.release import release
from pasperdus_collector.subscriber import Subscriber
from pasperdus_contract.fields import QUARTER_MS
from pasperdus_service.link import LinkEvent, Received
from pasperdus_service.systemd import notify

MAX_WAITING = 2_000  # messages; more go unanswered and come again
MAX_TOGETHER = 64  # messages in one transaction
ENOUGH_CHANGES = 10_000  # rows after which a transaction takes no other message
LONGEST_SLEEP_S = 1.0
RELEASE_EVERY_S = 20.0
LONGEST_HOLD_S = 300.0  # for which blocks wait for times that are on their way
CLOSE_EVERY_S = 2.0
PURGE_EVERY_S = 20.0
AGAIN_S = 60.0  # after a failure
WATCHDOG_S = 10.0  # a third of WatchdogSec in the unit

T = TypeVar("T")
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Arrived:
    event: LinkEvent
    at_ms: int


@dataclass(frozen=True, slots=True)
class _Command:
    run: Callable[[Ledger], Any]
    done: "Future[Any]"


class _Stop:
    pass


class _Wake:
    """Ends the wait of the loop: there is something to send."""


_Item = _Arrived | _Command | _Wake | _Stop


class Writer:
    """Owns the ledger's writing connection and the subscriber while its thread runs."""

    def __init__(self, *, on_commit: Callable[[], None]) -> None:
        self._inbox: queue.SimpleQueue[_Item] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._on_commit = on_commit
        self._ingest: Ingest | None = None
        self._subscriber: Subscriber | None = None
        self._redate_at_s = 0.0
        self._days_at_s = 0.0
        self._quarter = -1
        self._watchdog_at_s = 0.0
        self.dropped = 0
        """Messages that found the queue full since the start."""
        self.failures = 0
        """Messages or transactions that raised what nobody foresaw, since the start."""

    # -- from other threads ---------------------------------------------------------------------

    def sink(self, event: LinkEvent) -> None:
        """Take what paho's thread has to say. Raises ``queue.Full`` for a message too many."""
        if isinstance(event, Received) and self._inbox.qsize() >= MAX_WAITING:
            self.dropped += 1
            raise queue.Full
        self._inbox.put(_Arrived(event, wall_ms()))

    def submit(self, run: Callable[[Ledger], T]) -> T:
        """Run a change in the writing thread, in a transaction; return or raise what it does."""
        done: Future[T] = Future()
        self._inbox.put(_Command(run, done))
        while not done.done():
            if not self.is_alive and not done.done():
                raise LedgerError(
                    "nothing was changed: the writing thread ended; restart the service"
                )
            wait([done], timeout=LONGEST_SLEEP_S)
        return done.result()

    def wake(self) -> None:
        """Let the thread send at once what the subscriber has to say."""
        self._inbox.put(_Wake())

    @property
    def is_alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def is_listening(self) -> bool:
        """Whether nodes can be heard."""
        return self._subscriber is not None and self._subscriber.is_listening

    @property
    def trouble(self) -> str | None:
        """Why nodes cannot be heard, once that is known."""
        return self._subscriber.trouble if self._subscriber is not None else None

    @property
    def waiting(self) -> int:
        """Messages and changes that wait for the thread."""
        return self._inbox.qsize()

    @property
    def strange_topics(self) -> int:
        """Messages on topics that are no node's, since the start."""
        return self._subscriber.strange_topics if self._subscriber is not None else 0

    @property
    def rejected(self) -> int:
        """Payloads answered with a rejection since the start."""
        return self._ingest.rejected if self._ingest is not None else 0

    @property
    def is_quarantine_full(self) -> bool:
        """Whether invalid events stay unanswered."""
        return self._ingest is not None and self._ingest.is_quarantine_full

    def start(
        self,
        open_ledger: Callable[[], Ledger],
        make_ingest: Callable[[Ledger], Ingest],
        subscriber: Subscriber,
        broker: EmbeddedBroker | None,
    ) -> None:
        """Start the thread; return once the ledger is open, or raise what opening it raised."""
        opened: Future[None] = Future()
        self._subscriber = subscriber

        def run() -> None:
            try:
                ledger = open_ledger()
                ingest = self._ingest = make_ingest(ledger)
            except Exception as error:  # noqa: BLE001 (raised again in the thread that waits)
                opened.set_exception(error)
                return
            opened.set_result(None)
            try:
                self._run(ledger, ingest, subscriber, broker)
            finally:
                ledger.close()

        self._thread = threading.Thread(target=run, name="writer", daemon=True)
        self._thread.start()
        opened.result()

    def stop(self) -> None:
        """End the thread after what waits already."""
        self._inbox.put(_Stop())
        if self._thread is not None:
            self._thread.join()

    # -- the thread -----------------------------------------------------------------------------

    def _run(
        self,
        ledger: Ledger,
        ingest: Ingest,
        subscriber: Subscriber,
        broker: EmbeddedBroker | None,
    ) -> None:
        subscriber.start()
        dating = Dating(ledger.db, ledger.registry)
        release_at_s = purge_at_s = broker_at_s = time.monotonic()
        is_behind = False
        while True:
            items = self._wait(subscriber, longest_s=0.0 if is_behind else LONGEST_SLEEP_S)
            self._process(items, ledger, ingest, subscriber)
            now_s = time.monotonic()
            subscriber.tick(now_s)
            if broker is not None and now_s >= broker_at_s:
                broker_at_s = now_s + LONGEST_SLEEP_S
                broker.supervise()
            is_behind = now_s >= self._redate_at_s and self._redate(ledger, dating)
            # Blocks are never redrawn: the times that are on their way belong into them.
            if now_s >= release_at_s + (LONGEST_HOLD_S if is_behind else 0.0):
                release_at_s = now_s + RELEASE_EVERY_S
                self._release(ledger)
            if now_s >= purge_at_s:
                purge_at_s = now_s + PURGE_EVERY_S
                self._purge_slips(ledger)
            is_behind = self._close_days(ledger) or is_behind
            self._pet_watchdog()
            if any(isinstance(item, _Stop) for item in items):
                subscriber.stop()
                return

    def _wait(self, subscriber: Subscriber, *, longest_s: float) -> list[_Item]:
        timeout_s = longest_s
        if subscriber.deadline_s is not None:
            timeout_s = min(timeout_s, max(0.0, subscriber.deadline_s - time.monotonic()))
        items: list[_Item] = []
        try:
            items.append(self._inbox.get(timeout=timeout_s))
            while len(items) < MAX_TOGETHER:
                items.append(self._inbox.get_nowait())
        except queue.Empty:
            pass
        return items

    def _process(
        self,
        items: list[_Item],
        ledger: Ledger,
        ingest: Ingest,
        subscriber: Subscriber,
    ) -> None:
        messages: list[Inbound] = []
        for item in items:
            if isinstance(item, _Arrived):
                topic = subscriber.take(item.event, time.monotonic())
                if topic is not None and isinstance(item.event, Received):
                    messages.append(
                        Inbound(topic=topic, payload=item.event.payload, received_at=item.at_ms)
                    )
            elif isinstance(item, _Command):
                self._obey(item, ledger)
        waiting = deque(messages)
        while waiting:
            self._store(waiting, ledger, ingest, subscriber)
            self._pet_watchdog()

    def _store(
        self, waiting: deque[Inbound], ledger: Ledger, ingest: Ingest, subscriber: Subscriber
    ) -> None:
        """Take messages off ``waiting``, at least one, in one transaction."""
        answers: list[tuple[str, bytes]] = []
        enough = ledger.db.total_changes + ENOUGH_CHANGES
        try:
            with ledger.transaction():
                while waiting and ledger.db.total_changes < enough:
                    message = waiting.popleft()
                    answer = self._take_one(message, ledger, ingest)
                    if answer is not None:
                        answers.append((message.topic.node, answer))
        except sqlite3.Error as error:
            # Nothing was kept and nothing is answered: every node sends again.
            self.failures += 1
            log.error("the ledger could not be written", reason=str(error))
            return
        for node, answer in answers:
            subscriber.answer(node, answer)
        self._on_commit()

    def _take_one(self, message: Inbound, ledger: Ledger, ingest: Ingest) -> bytes | None:
        try:
            with ledger.savepoint():
                return ingest.take(message)
        except sqlite3.OperationalError:
            raise  # the disk: it concerns the whole transaction
        except Exception as error:
            self.failures += 1
            log.exception(
                "a message could not be taken; it stays unanswered",
                node=message.topic.node,
                channel=message.topic.channel.value,
                reason=repr(error),
            )
            return None

    def _obey(self, command: _Command, ledger: Ledger) -> None:
        try:
            with ledger.transaction():
                result = command.run(ledger)
        except Exception as error:  # noqa: BLE001 (raised again where it was asked)
            command.done.set_exception(error)
        else:
            command.done.set_result(result)
            self._on_commit()

    def _redate(self, ledger: Ledger, dating: Dating) -> bool:
        """Do one step of what is to be dated anew; return whether another may follow."""
        try:
            if not dating.is_behind:
                return False
            with ledger.transaction():
                is_behind = dating.redate()
        except Exception as error:
            # What cannot be dated anew keeps its time; nobody else has to suffer for it.
            self.failures += 1
            self._redate_at_s = time.monotonic() + AGAIN_S
            log.exception("events could not be dated anew", reason=repr(error))
            return False
        self._on_commit()
        return is_behind

    def _close_days(self, ledger: Ledger) -> bool:
        """Build days that are over or due; return whether others wait."""
        now_s = time.monotonic()
        if now_s < self._days_at_s:
            return False
        now_ms = wall_ms()
        try:
            with ledger.transaction():
                if now_ms // QUARTER_MS > self._quarter:
                    pass_time(ledger.db, self._quarter, now_ms)
                are_left = close_days(ledger.db, now_ms)
        except Exception as error:
            self.failures += 1
            self._days_at_s = now_s + AGAIN_S
            log.exception("days could not be built", reason=repr(error))
            return False
        self._quarter = now_ms // QUARTER_MS
        self._days_at_s = now_s if are_left else now_s + CLOSE_EVERY_S
        return are_left

    def _pet_watchdog(self) -> None:
        now_s = time.monotonic()
        if now_s >= self._watchdog_at_s:
            self._watchdog_at_s = now_s + WATCHDOG_S
            notify("WATCHDOG=1")

    def _release(self, ledger: Ledger) -> None:
        try:
            with ledger.transaction():
                closed = release(ledger.db, wall_ms()) + release_pulses(ledger.db, wall_ms())
        except sqlite3.Error as error:
            self.failures += 1
            log.error("release blocks could not be closed", reason=str(error))
            return
        if closed:
            log.info("release blocks closed", blocks=closed)
            self._on_commit()

    def _purge_slips(self, ledger: Ledger) -> None:
        """Delete phone slips that waited too long, and what is left of all that are gone."""
        try:
            with ledger.transaction():
                purged = slips.purge(ledger.db, wall_ms())
                slip_traces.rewrite(ledger.db)
            if purged:
                log.info("phone slips purged", slips=purged)
                self._on_commit()
            slip_traces.cut(ledger.db)
        except sqlite3.Error as error:
            self.failures += 1
            log.error("phone slips could not be purged", reason=str(error))
