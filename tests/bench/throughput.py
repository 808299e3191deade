"""How many events a second go from outboxes to acknowledged commits in the ledger."""

import queue
import sqlite3
import threading
import time
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench.collector import Collector
from pasperdus_contract.codec import encode_event
from pasperdus_contract.events import Passage
from pasperdus_contract.topics import Channel, Topics
from pasperdus_node.clock import SystemClock
from pasperdus_node.outbox import Draft, Outbox
from pasperdus_node.publisher import Publisher
from pasperdus_node.speaking import status_message
from pasperdus_service.link import Link, LinkEvent, Message, Received, Subscribed
from pasperdus_service.settings import MqttSettings

BATCH = 500
DRAIN_TIMEOUT_S = 300.0
HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Throughput:
    """Events acknowledged a second."""

    events_s: float


def bare_sqlite(path: Path, events: int) -> float:
    """Return the rate at which SQLite alone takes the same rows, in the same batches."""
    rows = [
        (1, n, "passage", encode_event(draft(seq=n)).decode())
        for n, draft in enumerate(_passages(events), start=1)
    ]
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute(
            "CREATE TABLE events (epoch_id INTEGER, seq INTEGER, kind TEXT, body TEXT, "
            "PRIMARY KEY (epoch_id, seq)) WITHOUT ROWID"
        )
        began = time.perf_counter()
        for start in range(0, events, BATCH):
            db.execute("BEGIN")
            db.executemany("INSERT INTO events VALUES (?, ?, ?, ?)", rows[start : start + BATCH])
            db.execute("COMMIT")
        return events / (time.perf_counter() - began)


def drain(collector: Collector, *, nodes: int, events: int) -> Throughput:
    """Fill the outboxes of ``nodes``, then time how long they take to drain."""
    share = events // nodes
    ready = threading.Barrier(nodes + 1)
    senders = [
        threading.Thread(target=_send, args=(collector, f"bench-{n}", share, ready), daemon=True)
        for n in range(nodes)
    ]
    for sender in senders:
        sender.start()
    ready.wait(DRAIN_TIMEOUT_S)
    began = time.perf_counter()
    for sender in senders:
        sender.join(DRAIN_TIMEOUT_S)
        if sender.is_alive():
            raise RuntimeError("the outboxes did not drain in time")
    return Throughput(share * nodes / (time.perf_counter() - began))


def _send(collector: Collector, node: str, events: int, ready: threading.Barrier) -> None:
    clock = SystemClock()
    outbox = Outbox(collector.directory / f"{node}.db", boot=clock.boot)
    drafts = _passages(events)
    for start in range(0, events, 5_000):
        outbox.record(drafts[start : start + 5_000])
    inbox: queue.SimpleQueue[LinkEvent] = queue.SimpleQueue()
    topics = Topics()
    link = Link(
        MqttSettings(url=f"mqtt://127.0.0.1:{collector.mqtt_port}"),
        client_id=node,
        sink=inbox.put,
        subscriptions=(topics.node(node, Channel.ACK),),
        will=status_message(topics, node, outbox, is_online=False),
    )
    publisher = Publisher(
        outbox,
        clock,
        node=node,
        collector="bench",
        send=lambda payload: link.publish(
            Message(topic=topics.node(node, Channel.EVENTS), payload=payload)
        ),
    )
    link.start()
    is_waiting = True
    while outbox.pending()[0]:
        event = inbox.get(timeout=DRAIN_TIMEOUT_S)
        now_s = time.monotonic()
        if not link.take(event, now_s):
            continue
        if isinstance(event, Subscribed):
            if is_waiting:
                is_waiting = False
                ready.wait(DRAIN_TIMEOUT_S)
            publisher.resend(now_s)
        elif isinstance(event, Received):
            publisher.take_answer(event.payload, now_s)
    link.stop()
    outbox.close()


def _passages(events: int) -> list[Draft]:
    now_ms = time.time_ns() // 1_000_000
    return [
        partial(
            Passage,
            wall=now_ms - HOUR_MS + n,
            uptime=1_000_000 + n,
            synced=True,
            line="door",
            direction="in" if n % 2 else "out",
        )
        for n in range(events)
    ]
