"""What nodes cost while nobody comes: heartbeats and pings on the wire, and in the collector."""

import queue
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from uuid import uuid4

from bench.collector import Collector, cpu_s
from bench.node_process import NodeParts, NodeProcess
from bench.wire_meter import WireMeter
from pasperdus_contract.codec import encode
from pasperdus_contract.events import Health
from pasperdus_contract.messages import HEARTBEAT_EPOCHS
from pasperdus_contract.topics import Channel, Topics
from pasperdus_node.clock import SystemClock
from pasperdus_node.health import HEARTBEAT_S, heartbeat
from pasperdus_node.outbox import Outbox
from pasperdus_node.speaking import status_message
from pasperdus_service.link import Link, LinkEvent, Message, Subscribed
from pasperdus_service.settings import MqttSettings

DAY_S = 86_400
TIMEOUT_S = 20.0
_SETTLE_S = 3.0
_PACE_S = 0.004  # between two heartbeats of the burst: a processor that is idle half of the time


@dataclass(frozen=True, slots=True, kw_only=True)
class IdleNode:
    """One node's day without a visitor: packets and bytes on the wire, both directions."""

    packets_a_day: float
    bytes_a_day: float
    heartbeat_bytes: float
    """One heartbeat of a node that was started often, its MQTT frame included."""

    memory_mb: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HeartbeatCost:
    """Processor time of one heartbeat, in seconds; and of nothing at all, each second."""

    collector_s: float
    broker_s: float
    idle_collector: float
    idle_broker: float


def idle_node(directory: Path, broker_port: int, *, heartbeats: int) -> IdleNode:
    """Watch a real node's connection in real time, for so many heartbeats.

    The node was started often enough before that its heartbeats are as long as they become.
    """
    parts = NodeParts(name="idle-door", line="door", has_box=True)
    directory.mkdir()
    _start_often(directory / "outbox.db")
    with (
        WireMeter(broker_port) as meter,
        NodeProcess(parts, directory, mqtt_port=meter.port, clock="system") as node,
    ):
        _wait_for_heartbeats(meter, 1)
        time.sleep(_SETTLE_S)  # what it had to tell of its earlier starts
        meter.take()
        _wait_for_heartbeats(meter, 1)
        meter.take()
        _wait_for_heartbeats(meter, heartbeats)
        seen = meter.take()
        # Beside these the collector's own news and the coverage of a quarter-hour may pass by.
        names = ("heartbeat", "ping", "pong")
        days = heartbeats * HEARTBEAT_S / DAY_S
        return IdleNode(
            packets_a_day=sum(seen.packets[name] for name in names) / days,
            bytes_a_day=seen.bytes_of(*names) / days,
            heartbeat_bytes=seen.octets["heartbeat"] / seen.packets["heartbeat"],
            memory_mb=node.resident_mb(),
        )


def heartbeat_cost(
    collector: Collector, directory: Path, broker_pid: int, *, heartbeats: int
) -> HeartbeatCost:
    """Send many heartbeats of one node and see what they cost."""
    directory.mkdir()
    path = directory / "outbox.db"
    _start_often(path)
    clock, topics = SystemClock(), Topics()
    outbox = Outbox(path, boot=clock.boot)
    beat = heartbeat(outbox, clock, sensors={"door": "ok"}, lost=0, directory=directory)
    message = Message(
        topic=topics.node("idle-burst", Channel.HEARTBEAT), payload=encode(beat), qos=0
    )
    inbox: queue.SimpleQueue[LinkEvent] = queue.SimpleQueue()
    link = Link(
        MqttSettings(url=f"mqtt://127.0.0.1:{collector.mqtt_port}"),
        client_id="idle-burst",
        sink=inbox.put,
        subscriptions=(topics.node("idle-burst", Channel.ACK),),
        will=status_message(topics, "idle-burst", outbox, is_online=False),
    )
    link.start()
    while not isinstance(event := inbox.get(timeout=TIMEOUT_S), Subscribed):
        link.take(event, time.monotonic())
    link.take(event, time.monotonic())
    span_s = heartbeats * _PACE_S + _SETTLE_S
    idle = processor_time(collector, broker_pid)
    time.sleep(span_s)
    before = processor_time(collector, broker_pid)
    began_s = time.monotonic()
    for number in range(heartbeats):
        time.sleep(max(0.0, began_s + number * _PACE_S - time.monotonic()))
        link.publish(message)
    time.sleep(max(0.0, began_s + span_s - time.monotonic()))
    after = processor_time(collector, broker_pid)
    link.stop()
    outbox.close()
    collector_s, broker_s = (
        max(0.0, (last - middle) - (middle - first)) / heartbeats
        for first, middle, last in zip(idle, before, after, strict=True)
    )
    return HeartbeatCost(
        collector_s=collector_s,
        broker_s=broker_s,
        idle_collector=(before[0] - idle[0]) / span_s,
        idle_broker=(before[1] - idle[1]) / span_s,
    )


def processor_time(collector: Collector, broker_pid: int) -> tuple[float, float]:
    """Return the processor time of collector and broker since their start, in seconds."""
    return collector.cpu_s(), cpu_s(broker_pid)


def _start_often(path: Path) -> None:
    """Leave an outbox as many starts of a node do, each with an event of its own."""
    for _ in range(HEARTBEAT_EPOCHS):
        outbox = Outbox(path, boot=str(uuid4()))
        started = partial(
            Health, wall=1_772_409_600_000, uptime=60_000, synced=True, part="door", state="ok"
        )
        outbox.record([started])
        outbox.close()


def _wait_for_heartbeats(meter: WireMeter, count: int) -> None:
    give_up_at = time.monotonic() + TIMEOUT_S + count * HEARTBEAT_S
    while meter.peek("heartbeat") < count:
        if time.monotonic() > give_up_at:
            raise RuntimeError("the node sent no heartbeat")
        time.sleep(_PACE_S)
