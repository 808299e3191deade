"""A writer on a real ledger, with a subscriber that keeps what would go to the broker."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from pasperdus_collector.ingest import Ingest
from pasperdus_collector.ledger import Ledger, reading
from pasperdus_collector.subscriber import Subscriber
from pasperdus_collector.writer import Writer
from pasperdus_contract.codec import decode_answer
from pasperdus_contract.messages import Ack, Rejection
from pasperdus_contract.topics import Channel, NodeTopic, Topics
from pasperdus_service.link import LinkEvent, Received
from support.collecting import NODE

T = TypeVar("T")


class KeptAnswers(Subscriber):
    """Stands for the broker: keeps each answer, with the events a reader saw when it left."""

    strange_topics = 0

    def __init__(self, ledger: Path) -> None:
        self._ledger = ledger
        self.answers: list[tuple[str, Ack | Rejection]] = []
        self.seen_when_answered: list[int] = []
        self.is_granted = True
        self.is_stopped = False

    @property
    def is_listening(self) -> bool:
        return self.is_granted

    @property
    def trouble(self) -> str | None:
        return None if self.is_granted else "the broker refused a subscription"

    @property
    def deadline_s(self) -> float | None:
        return None

    def start(self) -> None:
        pass

    def tick(self, now_s: float) -> None:
        pass

    def take(self, event: LinkEvent, now_s: float) -> NodeTopic | None:
        del now_s  # it never connects again
        return Topics().parse_node(event.topic) if isinstance(event, Received) else None

    def answer(self, node: str, payload: bytes) -> bool:
        with reading(self._ledger) as db:
            (seen,) = db.execute("SELECT count(*) FROM events").fetchone()
        self.seen_when_answered.append(seen)
        self.answers.append((node, decode_answer(payload)))
        return True

    def stop(self) -> None:
        self.is_stopped = True


class Desk:
    """A running writer: messages in by :meth:`deliver`, answers in ``subscriber.answers``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.commits = 0
        self.writer = Writer(on_commit=self._committed)
        self.subscriber = KeptAnswers(path)
        self.is_started = False

    def start(self) -> None:
        self.is_started = True
        self.writer.start(
            lambda: Ledger(self.path, quarantine_max=100),
            lambda ledger: Ingest(ledger, collector="mairie", enrols_unknown=True),
            self.subscriber,
            None,
        )

    def stop(self) -> None:
        if self.is_started:
            self.writer.stop()

    def deliver(
        self, payload: bytes, *, node: str = NODE, channel: Channel = Channel.EVENTS
    ) -> None:
        """Put a message where paho's thread would."""
        self.writer.sink(Received(1, Topics().node(node, channel), payload))

    def settle(self) -> None:
        """Return once everything delivered before is stored and answered.

        A change runs before the messages that were taken out of the queue with it, so a second
        one tells that those are done too.
        """
        for _ in range(2):
            self.writer.submit(lambda _: None)

    def run(self, change: Callable[[Ledger], T]) -> T:
        return self.writer.submit(change)

    def sql(self, statement: str, *parameters: object) -> list[tuple[object, ...]]:
        return self.run(lambda ledger: ledger.db.execute(statement, parameters).fetchall())

    def _committed(self) -> None:
        assert threading.current_thread().name == "writer"
        self.commits += 1
