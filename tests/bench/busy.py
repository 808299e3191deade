"""How many messages a second a collector takes when many nodes have one event each to tell.

That is a busy hour of many sites: batches of one event, each acknowledged before the node's next
one. What is sent has no outbox behind it, so that only broker and collector are at work.
"""

import queue
import threading
import time
from dataclasses import dataclass
from uuid import uuid4

from bench.collector import Collector
from bench.idle import processor_time
from pasperdus_contract.codec import decode_answer, encode, encode_batch, encode_event
from pasperdus_contract.events import Passage
from pasperdus_contract.fields import Moment
from pasperdus_contract.messages import Ack, NodeStatus
from pasperdus_contract.topics import Channel, Topics
from pasperdus_service.link import Link, LinkEvent, Message, Received, Subscribed
from pasperdus_service.settings import MqttSettings

TIMEOUT_S = 60.0
UPTIME_MS = 3_600_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Busy:
    """Messages of one event that were acknowledged, and what each cost."""

    messages_s: float
    collector_s: float
    """Processor time a message, in seconds; a commit holds what waits at that moment."""

    broker_s: float


def one_event_each(collector: Collector, broker_pid: int, *, nodes: int, messages: int) -> Busy:
    """Let ``nodes`` connections send ``messages`` batches of one event, one after another."""
    share = messages // nodes
    ready = threading.Barrier(nodes + 1)
    failed: list[str] = []
    senders = [
        threading.Thread(target=_send, args=(collector, f"busy-{n}", share, ready, failed))
        for n in range(nodes)
    ]
    for sender in senders:
        sender.start()
    ready.wait(TIMEOUT_S)
    before, began_s = processor_time(collector, broker_pid), time.perf_counter()
    for sender in senders:
        sender.join()
    took_s = time.perf_counter() - began_s
    if failed:
        raise RuntimeError(f"{failed[0]}: an event was not acknowledged in {TIMEOUT_S:.0f} s")
    collector_s, broker_s = (
        (after - at_first) / (share * nodes)
        for at_first, after in zip(before, processor_time(collector, broker_pid), strict=True)
    )
    return Busy(messages_s=share * nodes / took_s, collector_s=collector_s, broker_s=broker_s)


def _send(
    collector: Collector, node: str, messages: int, ready: threading.Barrier, failed: list[str]
) -> None:
    topics, epoch, boot = Topics(), uuid4().hex, str(uuid4())
    inbox: queue.SimpleQueue[LinkEvent] = queue.SimpleQueue()
    gone = NodeStatus(state="offline", epoch=epoch, version="0")
    link = Link(
        MqttSettings(url=f"mqtt://127.0.0.1:{collector.mqtt_port}"),
        client_id=node,
        sink=inbox.put,
        subscriptions=(topics.node(node, Channel.ACK),),
        will=Message(topic=topics.node(node, Channel.STATUS), payload=encode(gone)),
    )
    link.start()
    try:
        while not isinstance(event := inbox.get(timeout=TIMEOUT_S), Subscribed):
            link.take(event, time.monotonic())
        link.take(event, time.monotonic())
        ready.wait(TIMEOUT_S)
        for seq in range(1, messages + 1):
            payload = _batch(node, epoch, boot, seq)
            link.publish(Message(topic=topics.node(node, Channel.EVENTS), payload=payload))
            _wait_for_answer(inbox, seq)
    except (queue.Empty, threading.BrokenBarrierError):
        failed.append(node)
        ready.abort()
    finally:
        link.stop()


def _batch(node: str, epoch: str, boot: str, seq: int) -> bytes:
    now_ms = time.time_ns() // 1_000_000
    passage = Passage(
        seq=seq,
        wall=now_ms,
        uptime=UPTIME_MS + seq,
        synced=True,
        line="door",
        direction="in" if seq % 2 else "out",
    )
    return encode_batch(
        node=node,
        epoch=epoch,
        first=1,
        head=seq,
        boot=boot,
        sent=Moment(boot=boot, wall=now_ms, uptime=UPTIME_MS + seq, synced=True),
        bodies=[encode_event(passage)],
    )


def _wait_for_answer(inbox: "queue.SimpleQueue[LinkEvent]", seq: int) -> None:
    while True:
        event = inbox.get(timeout=TIMEOUT_S)
        if isinstance(event, Received):
            answer = decode_answer(event.payload)
            if isinstance(answer, Ack) and [seq, seq] in [list(pair) for pair in answer.stored]:
                return
