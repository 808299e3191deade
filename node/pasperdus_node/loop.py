"""The node's one loop: everything but the callbacks happens here, one thing at a time.

What callbacks and sockets have to say waits in ``inbox``. Sensing runs on the node's clock
(milliseconds of uptime, which a simulation may drive); housekeeping (answers that are late,
heartbeats, reconnection) runs on ``time.monotonic``.
"""

import queue
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import structlog

from pasperdus_contract import codec, events
from pasperdus_contract.messages import NodeStatus
from pasperdus_contract.topics import Channel, Topics
from pasperdus_node.clock import Clock
from pasperdus_node.coverage import next_quarter_ms
from pasperdus_node.errors import OutboxError, SimulationError
from pasperdus_node.health import HEARTBEAT_S, heartbeat, status
from pasperdus_node.outbox import Draft, Outbox
from pasperdus_node.publisher import Publisher
from pasperdus_node.sensors.pins import PinEdge, PinFault, callbacks_are_heard
from pasperdus_node.simulation.clock import DrivenClock
from pasperdus_node.simulation.control import Drive, DriveRequest
from pasperdus_node.simulation.pins import SimulatedPins
from pasperdus_node.stations import BeamStation, Findings, RatingStation, Station
from pasperdus_service.link import Connected, Gone, Link, Message, Received, Subscribed
from pasperdus_service.systemd import notify

RESYNC_S = 1.0  # how long a missed edge can go unnoticed
WATCHDOG_S = 10.0  # a third of WatchdogSec in the unit
NEWS_EVERY_S = 1.0  # a change of health is told at once, a flickering sensor this often
LONGEST_SLEEP_S = 1.0

log = structlog.get_logger()


class Stop:
    """Put into the inbox to end the loop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """What a driver may move."""

    pins: SimulatedPins
    clock: DrivenClock | None


class Loop:
    """Owns stations, outbox, publisher and connection."""

    def __init__(
        self,
        *,
        inbox: "queue.SimpleQueue[Any]",
        clock: Clock,
        outbox: Outbox,
        stations: Sequence[Station],
        publisher: Publisher,
        link: Link,
        topics: Topics,
        node: str,
        outbox_directory: Path,
        uptime_of_ticks: Callable[[float], int],
        simulation: Simulation | None,
    ) -> None:
        self._inbox = inbox
        self._clock = clock
        self._outbox = outbox
        self._stations = {station.name: station for station in stations}
        self._publisher = publisher
        self._link = link
        self._topics = topics
        self._node = node
        self._directory = outbox_directory
        self._uptime_of_ticks = uptime_of_ticks
        self._simulation = simulation
        self._is_driven = simulation is not None and simulation.clock is not None
        self._is_stopping = False
        self._lost = 0
        self._heartbeat_at_s = self._resync_at_s = self._watchdog_at_s = time.monotonic()
        self._told_health: dict[str, str] = {}
        self._told_at_s = time.monotonic()
        self._schedule_coverage()

    def run(self) -> None:
        """Run until a :class:`Stop` comes; then tell the coverage, publish it and say goodbye."""
        self._link.start()
        notify("READY=1")
        while not self._is_stopping:
            try:
                item = self._inbox.get(timeout=self._sleep_s())
            except queue.Empty:
                item = None
            if item is not None:
                self._take(item)
            if not self._is_driven:
                self._pass_time()
            self._keep_house()
        self._stop()

    # -- what arrives ---------------------------------------------------------------------------

    def _take(self, item: Any) -> None:
        match item:
            case PinEdge():
                station = self._stations[item.sensor]
                t_ms = self._uptime_of_ticks(item.ticks_s)
                self._record(station, station.take(item, t_ms, self._clock.read()))
            case PinFault():
                log.error("a sensor callback failed", sensor=item.sensor, reason=item.reason)
            case Connected() | Subscribed() | Received() | Gone():
                self._follow_link(item)
            case Drive():
                item.answer.put(self._drive(item.request))
            case Stop():
                self._is_stopping = True

    def _follow_link(self, event: Connected | Subscribed | Received | Gone) -> None:
        now_s = time.monotonic()
        if not self._link.take(event, now_s):
            return
        match event:
            case Connected():
                log.info("connected to the broker")
                self._say_status(is_online=True)
                self._heartbeat_at_s = now_s
            case Subscribed():
                # Only now can an answer reach us.
                if event.is_granted:
                    self._publisher.resend(now_s)
                else:
                    log.error("not allowed to hear the collector", trouble=self._link.trouble)
            case Gone():
                log.warning("no connection to the broker", reason=event.reason)
            case Received():
                topic = self._topics.parse_node(event.topic)
                if topic is not None and topic.channel is Channel.ACK:
                    self._publisher.take_answer(event.payload, now_s)
                elif self._topics.parse_collector_status(event.topic) is not None:
                    self._publisher.take_status(event.payload, now_s, is_retained=event.is_retained)

    # -- time -----------------------------------------------------------------------------------

    def _pass_time(self) -> None:
        """Let every station see the present; with a driven clock, call it at each deadline."""
        reading = self._clock.read()
        for station in self._stations.values():
            due_ms = station.deadline_ms
            if due_ms is not None and due_ms <= reading.uptime_ms:
                self._record(station, station.advance(reading))
        if reading.uptime_ms >= self._coverage_at_ms:
            self._close_coverage()
            self._schedule_coverage()

    def _next_ms(self) -> int:
        dues = [station.deadline_ms for station in self._stations.values()]
        return min([self._coverage_at_ms, *(due for due in dues if due is not None)])

    def _schedule_coverage(self) -> None:
        reading = self._clock.read()
        self._coverage_at_ms = next_quarter_ms(wall_ms=reading.wall_ms, uptime_ms=reading.uptime_ms)

    def _close_coverage(self) -> None:
        reading = self._clock.read()
        drafts: list[Draft] = []
        for station in self._stations.values():
            drafts += station.close_coverage(reading).drafts
        if drafts:
            self._commit(Findings(drafts=drafts))

    def _sleep_s(self) -> float:
        now_s = time.monotonic()
        dues = [
            self._heartbeat_at_s,
            self._resync_at_s,
            now_s + LONGEST_SLEEP_S,
        ]
        if self._link.deadline_s is not None:
            dues.append(self._link.deadline_s)
        # An overdue answer is nothing to wake up for while nothing can be sent.
        if self._link.is_subscribed and self._publisher.deadline_s is not None:
            dues.append(self._publisher.deadline_s)
        if not self._is_driven:
            wait_ms = self._next_ms() - self._clock.read().uptime_ms
            dues.append(now_s + wait_ms / 1000)
        return max(0.0, min(dues) - now_s)

    def _keep_house(self) -> None:
        now_s = time.monotonic()
        self._link.tick(now_s)
        if self._link.is_subscribed:
            self._publisher.pump(now_s)
        if now_s >= self._resync_at_s:
            self._resync_at_s = now_s + RESYNC_S
            self._take_waiting()  # an edge in the queue is not a missed edge
            reading = self._clock.read()
            for station in self._stations.values():
                self._record(station, station.resync(reading))
        if self._health() != self._told_health:
            self._heartbeat_at_s = min(self._heartbeat_at_s, self._told_at_s + NEWS_EVERY_S)
        if now_s >= self._heartbeat_at_s:
            self._heartbeat_at_s = now_s + HEARTBEAT_S
            self._say_heartbeat()
        if now_s >= self._watchdog_at_s:
            self._watchdog_at_s = now_s + WATCHDOG_S
            # Not petted, systemd starts us again; the network has no say in it.
            if callbacks_are_heard() and self._outbox.is_writable():
                notify("WATCHDOG=1")
            else:
                log.error("not fit to count", callbacks=callbacks_are_heard())

    # -- what is found --------------------------------------------------------------------------

    def _record(self, station: Station, found: Findings) -> None:
        if not found.drafts and not found.totals:
            return
        is_kept = self._commit(found)
        if is_kept and isinstance(station, RatingStation):
            for score in found.scores:
                station.lights.glow(score, self._clock.read().uptime_ms)

    def _commit(self, found: Findings) -> bool:
        """Commit; what cannot be kept is counted and told, and counting goes on."""
        try:
            self._outbox.record(found.drafts, found.totals)
        except OutboxError as error:
            self._lost += len(found.drafts)
            log.error("events could not be kept", lost=self._lost, reason=str(error))
            return False
        return True

    def _tell_held(self) -> None:
        """Record once what was held aside: one event each would breed where all are refused."""
        if not self._publisher.held:
            return
        (seq, reason), *others = self._publisher.held
        self._publisher.held.clear()
        reading = self._clock.read()
        more = f"and {len(others)} more; " if others else ""
        told = partial(
            events.Health,
            wall=reading.wall_ms,
            uptime=reading.uptime_ms,
            synced=reading.is_synced,
            part="outbox",
            state="held",
            detail=f"event {seq} {more}{reason}"[:200],
        )
        self._commit(Findings(drafts=[told]))

    # -- what is said ---------------------------------------------------------------------------

    def _health(self) -> dict[str, str]:
        return {station.name: station.health for station in self._stations.values()}

    def _say_heartbeat(self) -> None:
        self._tell_held()
        self._told_health, self._told_at_s = self._health(), time.monotonic()
        beat = heartbeat(
            self._outbox,
            self._clock,
            sensors=self._health(),
            lost=self._lost,
            directory=self._directory,
        )
        topic = self._topics.node(self._node, Channel.HEARTBEAT)
        self._link.publish(Message(topic=topic, payload=codec.encode(beat), qos=0))

    def _say_status(self, *, is_online: bool) -> None:
        self._link.publish(
            status_message(self._topics, self._node, self._outbox, is_online=is_online)
        )

    def _stop(self) -> None:
        notify("STOPPING=1")
        self._close_coverage()
        if self._link.is_subscribed:
            self._publisher.pump(time.monotonic())
        self._link.stop(status_message(self._topics, self._node, self._outbox, is_online=False))
        for station in self._stations.values():
            station.pins.stop()
            if isinstance(station, RatingStation):
                station.lights.stop()
        self._outbox.close()

    # -- simulation -----------------------------------------------------------------------------

    def _drive(self, request: DriveRequest) -> dict[str, Any]:
        simulation = self._simulation
        if simulation is None:
            return {"error": "this node is not simulated"}
        try:
            for name, is_out in request.out_of_service.items():
                self._put_out_of_service(name, is_out=is_out)
            for t_ms, pin, is_high in request.edges:
                self._move_to(t_ms)
                simulation.pins.drive(pin, is_high=is_high)
                self._take_waiting()
            if request.until is not None:
                self._move_to(request.until)
        except SimulationError as error:
            return {"error": str(error)}
        return {
            "uptime": self._clock.read().uptime_ms,
            "health": self._health(),
            "totals": self._outbox.totals(),
            "lit": {
                station.name: station.lights.lit()
                for station in self._stations.values()
                if isinstance(station, RatingStation)
            },
        }

    def _put_out_of_service(self, name: str, *, is_out: bool) -> None:
        station = self._stations.get(name)
        if not isinstance(station, BeamStation):
            raise SimulationError(f"out_of_service: there are no beams {name!r} on this node")
        reading = self._clock.read()
        change = station.put_out_of_service if is_out else station.return_to_service
        self._record(station, change(reading))

    def _move_to(self, t_ms: int) -> None:
        """Let simulated time pass, stopping at everything that falls due on the way."""
        if self._simulation is None or self._simulation.clock is None:
            return  # the system's clock passes by itself
        clock = self._simulation.clock
        while self._next_ms() <= t_ms:
            clock.move_to(max(self._next_ms(), clock.read().uptime_ms))
            self._pass_time()
        clock.move_to(t_ms)
        self._pass_time()

    def _take_waiting(self) -> None:
        while True:
            try:
                item = self._inbox.get_nowait()
            except queue.Empty:
                return
            self._take(item)


def status_message(topics: Topics, node: str, outbox: Outbox, *, is_online: bool) -> Message:
    """Return the retained status, also used as last will."""
    said: NodeStatus = status(outbox, is_online=is_online)
    return Message(
        topic=topics.node(node, Channel.STATUS), payload=codec.encode(said), is_retained=True
    )
