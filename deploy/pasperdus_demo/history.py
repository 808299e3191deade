"""Gives the nodes their past: nine months of events through real outboxes, publishers and MQTT.

A process of its own, at low priority, started as ``python -m pasperdus_demo.history``. The same
events come out of the same seed and end, so after a kill it goes on where its outboxes stopped.
Only a few batches are under way at a time: live events never queue behind months of old ones.
"""

import argparse
import os
import queue
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from pasperdus_contract.topics import Channel, Topics
from pasperdus_demo.errors import DemoError
from pasperdus_demo.past import ENTRANCE, TERMINAL, WAITING_ROOM, Past
from pasperdus_demo.town import HISTORY_DAYS, today_at
from pasperdus_node.clock import Reading
from pasperdus_node.outbox import Draft, Outbox
from pasperdus_node.publisher import Publisher
from pasperdus_service.link import Link, LinkEvent, Message, Received, Subscribed
from pasperdus_service.logs import configure_logs
from pasperdus_service.settings import MqttSettings

NICENESS = 10  # live nodes and the collector come first
MOST_PENDING = 2_000  # events, of all nodes together, under way at a time
PATIENCE_S = 60.0  # without any answer

_POLL_S = 0.05
_SHOWN_EVERY_DAYS = 30  # where progress is not a terminal

_Inbox = queue.SimpleQueue[tuple["PastNode", LinkEvent]]


class PastClock:
    """The clock of a node whose one boot began long ago."""

    def __init__(self, *, node: str, started_ms: int) -> None:
        self.boot = f"history-{node}-{started_ms}"
        self._started_ms = started_ms

    def read(self) -> Reading:
        """Look at the wall clock; uptime follows it."""
        wall_ms = time.time_ns() // 1_000_000
        return Reading(wall_ms=wall_ms, uptime_ms=wall_ms - self._started_ms, is_synced=True)


class PastNode:
    """One node's outbox of old events, and the connection that drains it."""

    def __init__(
        self,
        node: str,
        *,
        past: Past,
        mqtt: MqttSettings,
        collector: str,
        directory: Path,
        inbox: _Inbox,
    ) -> None:
        clock = PastClock(node=node, started_ms=past.started_ms)
        topics = Topics(mqtt.prefix)
        self.outbox = Outbox(directory / f"history-{node}.db", boot=clock.boot)
        self.has_heard = False
        """Whether the collector has said that it is there: what is sent earlier is sent twice."""
        self._topics = topics
        # What an earlier process, killed before it was done, has recorded already.
        self._recorded = max((extent.head for extent in self.outbox.closed_epochs()), default=0)
        self.link = Link(
            mqtt,
            client_id=f"history-{node}",  # the live node keeps its own connection
            sink=lambda event: inbox.put((self, event)),
            subscriptions=(topics.node(node, Channel.ACK), topics.collector_status(collector)),
            # Not the node's status: the live node is there and says so itself.
            will=Message(topic=f"{mqtt.prefix}/demo/history-{node}", payload=b"gone"),
        )
        self._publisher = Publisher(
            self.outbox,
            clock,
            node=node,
            collector=collector,
            send=lambda payload: self.link.publish(
                Message(topic=topics.node(node, Channel.EVENTS), payload=payload)
            ),
        )

    @property
    def pending(self) -> int:
        """How many events wait for the collector."""
        return self.outbox.pending()[0]

    def record(self, drafts: list[Draft]) -> None:
        """Commit a day, except what was recorded before a kill."""
        known = min(self._recorded, len(drafts))
        self._recorded -= known
        if drafts[known:]:
            self.outbox.record(drafts[known:])

    def take(self, event: LinkEvent) -> None:
        """Follow the connection and the collector's answers."""
        now_s = time.monotonic()
        if not self.link.take(event, now_s):
            return
        match event:
            case Subscribed(is_granted=True):
                self._publisher.resend(now_s)
            case Received():
                if self._topics.parse_node(event.topic) is not None:
                    self._publisher.take_answer(event.payload, now_s)
                else:
                    self.has_heard = True
                    self._publisher.take_status(event.payload, now_s)

    def pump(self) -> None:
        """Send what is due."""
        now_s = time.monotonic()
        self.link.tick(now_s)
        if self.link.is_subscribed:
            self._publisher.pump(now_s)
        if self._publisher.held:
            seq, reason = self._publisher.held[0]
            raise DemoError(f"history: the collector rejected event {seq}: {reason}")

    def close(self) -> None:
        """Say goodbye and close the file."""
        self.link.stop()
        self.outbox.close()


def write_history(
    past: Past, *, mqtt: MqttSettings, collector: str, directory: Path
) -> Iterator[int]:
    """Record and send the whole past; yield how many days are behind us.

    Raises :class:`DemoError` when the collector rejects an event or stops answering.
    """
    inbox: _Inbox = queue.SimpleQueue()
    nodes = {
        name: PastNode(
            name, past=past, mqtt=mqtt, collector=collector, directory=directory, inbox=inbox
        )
        for name in (ENTRANCE, WAITING_ROOM, TERMINAL)
    }
    for node in nodes.values():
        node.link.start()
    _listen(nodes, inbox)
    for done, (_, told) in enumerate(past.days()):
        for name, drafts in told.items():
            nodes[name].record(drafts)
        _drain(nodes, inbox, until=MOST_PENDING)
        yield done
    _drain(nodes, inbox, until=0)
    for node in nodes.values():
        node.close()


def main(arguments: list[str] | None = None) -> int:
    """Fill in the history and tell the progress on standard output."""
    parser = argparse.ArgumentParser(
        prog="python -m pasperdus_demo.history", description="Give the nodes their past."
    )
    parser.add_argument("--broker", required=True, metavar="URL")
    parser.add_argument("--collector", required=True, metavar="NAME")
    parser.add_argument("--directory", type=Path, required=True, metavar="DIR")
    parser.add_argument("--until", type=int, required=True, metavar="MS", help="ms since 1970")
    parser.add_argument("--seed", type=int, required=True)
    options = parser.parse_args(arguments)

    configure_logs()
    os.nice(NICENESS)
    past = Past(town=today_at(options.until, options.seed), until_ms=options.until)
    try:
        for done in write_history(
            past,
            mqtt=MqttSettings(url=options.broker),
            collector=options.collector,
            directory=options.directory,
        ):
            _show(done)
    except DemoError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _listen(nodes: dict[str, PastNode], inbox: _Inbox) -> None:
    """Wait until the collector is there."""
    deadline_s = time.monotonic() + PATIENCE_S
    while not all(node.has_heard for node in nodes.values()):
        _take_next(nodes, inbox)
        if time.monotonic() > deadline_s:
            raise DemoError(f"history: no collector in sight for {PATIENCE_S:.0f} s")


def _drain(nodes: dict[str, PastNode], inbox: _Inbox, *, until: int) -> None:
    """Move events to the collector until at most ``until`` are left."""
    for node in nodes.values():
        node.pump()
    pending = _pending(nodes)
    moved_s = time.monotonic()
    while pending > until:
        _take_next(nodes, inbox)
        left = _pending(nodes)
        if left != pending:
            pending, moved_s = left, time.monotonic()
        elif time.monotonic() - moved_s > PATIENCE_S:
            raise DemoError(
                f"history: no answer from the collector for {PATIENCE_S:.0f} s; "
                f"{pending} events are kept and wait"
            )


def _take_next(nodes: dict[str, PastNode], inbox: _Inbox) -> None:
    try:
        node, event = inbox.get(timeout=_POLL_S)
    except queue.Empty:
        for each in nodes.values():
            each.pump()
    else:
        node.take(event)
        node.pump()


def _pending(nodes: dict[str, PastNode]) -> int:
    return sum(node.pending for node in nodes.values())


def _show(done: int) -> None:
    is_last = done == HISTORY_DAYS
    if sys.stdout.isatty():
        print(f"\rHistorique : {done}/{HISTORY_DAYS} jours", end="\n" if is_last else "")
    elif is_last or done % _SHOWN_EVERY_DAYS == 0:
        print(f"Historique : {done}/{HISTORY_DAYS} jours")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
