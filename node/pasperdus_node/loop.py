"""The node's one loop: everything but the callbacks happens here, one thing at a time.

What callbacks and sockets have to say waits in ``inbox``. Sensing runs on the node's clock
(milliseconds of uptime, which a simulation may drive); housekeeping (answers that are late,
heartbeats, reconnection) runs on ``time.monotonic``.
"""

import queue
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import structlog

from pasperdus_contract.topics import Channel, Topics
from pasperdus_node.clock import Clock
from pasperdus_node.coverage import next_quarter_ms
from pasperdus_node.errors import SimulationError
from pasperdus_node.keeping import Keeper
from pasperdus_node.outbox import Draft, Outbox
from pasperdus_node.publisher import Publisher
from pasperdus_node.reception.guarded import GuardedScreen
from pasperdus_node.reception.screen import READ_EVERY_S
from pasperdus_node.sensors.pins import PinEdge, PinFault, callbacks_are_heard
from pasperdus_node.simulation.control import Drive, DriveRequest
from pasperdus_node.simulation.driving import Simulation
from pasperdus_node.speaking import Speaker
from pasperdus_node.stations import BeamStation, Findings, RatingStation, Station
from pasperdus_service.link import Connected, Gone, Link, Received, Subscribed
from pasperdus_service.systemd import notify

RESYNC_S = 1.0  # how long a missed edge can go unnoticed
WATCHDOG_S = 10.0  # a third of WatchdogSec in the unit
LONGEST_SLEEP_S = 1.0

log = structlog.get_logger()


class Stop:
    """Put into the inbox to end the loop."""


class Loop:
    """Owns stations, screen, outbox, publisher and connection."""

    def __init__(
        self,
        *,
        inbox: "queue.SimpleQueue[Any]",
        clock: Clock,
        outbox: Outbox,
        keeper: Keeper,
        stations: Sequence[Station],
        screen: GuardedScreen | None,
        publisher: Publisher,
        speaker: Speaker,
        link: Link,
        topics: Topics,
        uptime_of_ticks: Callable[[float], int],
        simulation: Simulation | None,
    ) -> None:
        self._inbox = inbox
        self._clock = clock
        self._outbox = outbox
        self._keeper = keeper
        self._stations = {station.name: station for station in stations}
        self.screen = screen
        self._publisher = publisher
        self._speaker = speaker
        self._link = link
        self._topics = topics
        self._uptime_of_ticks = uptime_of_ticks
        self._simulation = simulation
        self._is_driven = simulation is not None and simulation.clock is not None
        self._is_stopping = False
        self._resync_at_s = self._watchdog_at_s = time.monotonic()
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
                self.pass_time()
            self._attend_screen()  # before the rest, which sends what was tapped
            self._keep_house()
        self._stop()

    # -- what arrives ---------------------------------------------------------------------------

    def _take(self, item: Any) -> None:
        match item:
            case PinEdge():
                self._follow_pin(item, self._uptime_of_ticks(item.ticks_s))
            case PinFault():
                log.error("a sensor callback failed", sensor=item.sensor, reason=item.reason)
            case Connected() | Subscribed() | Received() | Gone():
                self._follow_link(item)
            case Drive():
                item.answer.put(self._drive(item.request))
            case Stop():
                self._is_stopping = True

    def _follow_pin(self, edge: PinEdge, t_ms: int) -> None:
        station = self._stations.get(edge.sensor)
        if station is not None:
            self._record(station, station.take(edge, t_ms, self._clock.read()))
        elif self.screen is not None:
            self.screen.take_edge(edge, t_ms)

    def _follow_link(self, event: Connected | Subscribed | Received | Gone) -> None:
        now_s = time.monotonic()
        if not self._link.take(event, now_s):
            return
        match event:
            case Connected():
                log.info("connected to the broker")
                self._speaker.greet(now_s)
            case Subscribed():
                # Only now can an answer reach us.
                if event.is_granted:
                    self._publisher.resend(now_s)
                if event.refused or not event.is_granted:
                    log.error("not allowed to hear the collector", trouble=self._link.trouble)
            case Gone():
                log.warning("no connection to the broker", reason=event.reason)
            case Received():
                self._hear(event, now_s)
        if self.screen is not None:
            self.screen.hear_link(is_subscribed=self._link.is_subscribed)

    def _hear(self, said: Received, now_s: float) -> None:
        topic = self._topics.parse_node(said.topic)
        if topic is not None and topic.channel is Channel.ACK:
            self._publisher.take_answer(said.payload, now_s)
            if self.screen is not None:
                self.screen.hear_answer()
        elif self._topics.parse_collector_status(said.topic) is not None:
            self._publisher.take_status(said.payload, now_s, is_retained=said.is_retained)
        elif self.screen is None:
            log.warning("a message for a screen, and there is none", topic=said.topic)
        elif topic is not None and topic.channel is Channel.MESSAGES:
            self.screen.hear_slips(said.payload)
        elif self._topics.parse_board(said.topic) is not None:
            self.screen.hear_board(said.payload, is_retained=said.is_retained)

    # -- time -----------------------------------------------------------------------------------

    def pass_time(self) -> None:
        """Let every station see the present; with a driven clock, call it at each deadline."""
        reading = self._clock.read()
        for station in self._stations.values():
            due_ms = station.deadline_ms
            if due_ms is not None and due_ms <= reading.uptime_ms:
                self._record(station, station.advance(reading))
        if self.screen is not None:
            due_ms = self.screen.deadline_ms
            if due_ms is not None and due_ms <= reading.uptime_ms:
                self.screen.advance()
        if reading.uptime_ms >= self._coverage_at_ms:
            self._close_coverage()
            self._schedule_coverage()

    def next_ms(self) -> int:
        """Return the uptime at which something falls due by itself."""
        dues = [station.deadline_ms for station in self._stations.values()]
        if self.screen is not None:
            dues.append(self.screen.deadline_ms)
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
            self._keeper.keep(drafts)

    def _sleep_s(self) -> float:
        now_s = time.monotonic()
        dues = [
            self._speaker.deadline_s,
            self._resync_at_s,
            now_s + (LONGEST_SLEEP_S if self.screen is None else READ_EVERY_S),
        ]
        if self._link.deadline_s is not None:
            dues.append(self._link.deadline_s)
        # An overdue answer is nothing to wake up for while nothing can be sent.
        if self._link.is_subscribed and self._publisher.deadline_s is not None:
            dues.append(self._publisher.deadline_s)
        if not self._is_driven:
            wait_ms = self.next_ms() - self._clock.read().uptime_ms
            dues.append(now_s + wait_ms / 1000)
        return max(0.0, min(dues) - now_s)

    def _keep_house(self) -> None:
        now_s = time.monotonic()
        self._link.tick(now_s)
        if self._link.is_subscribed:
            self._publisher.pump(now_s)
        if now_s >= self._resync_at_s:
            self._resync_at_s = now_s + RESYNC_S
            self.take_waiting()  # an edge in the queue is not a missed edge
            reading = self._clock.read()
            for station in self._stations.values():
                self._record(station, station.resync(reading))
        self._speaker.tick(now_s)
        if now_s >= self._watchdog_at_s:
            self._watchdog_at_s = now_s + WATCHDOG_S
            # Not petted, systemd starts us again; the network has no say in it.
            if callbacks_are_heard() and self._outbox.is_writable():
                notify("WATCHDOG=1")
            else:
                log.error("not fit to count", callbacks=callbacks_are_heard())

    def _attend_screen(self) -> None:
        if self.screen is not None:
            self.screen.read()
            self._is_stopping |= self.screen.is_closed

    # -- what is found --------------------------------------------------------------------------

    def _record(self, station: Station, found: Findings) -> None:
        if not found.drafts and not found.totals:
            return
        kept = self._keeper.keep(found.drafts, found.totals)
        if kept is not None and isinstance(station, RatingStation):
            for score in found.scores:
                station.lights.glow(score, self._clock.read().uptime_ms)

    def _stop(self) -> None:
        notify("STOPPING=1")
        self._close_coverage()
        if self._link.is_subscribed:
            self._publisher.pump(time.monotonic())
        self._link.stop(self._speaker.farewell())
        for station in self._stations.values():
            station.pins.stop()
            if isinstance(station, RatingStation):
                station.lights.stop()
        if self.screen is not None:
            self.screen.stop()
        self._outbox.close()

    # -- simulation -----------------------------------------------------------------------------

    def _drive(self, request: DriveRequest) -> dict[str, Any]:
        if self._simulation is None:
            return {"error": "this node is not simulated"}
        try:
            self._simulation.drive(request, self)
        except SimulationError as error:
            return {"error": str(error)}
        answer: dict[str, Any] = {
            "uptime": self._clock.read().uptime_ms,
            "health": node_health(self._stations.values(), self.screen),
            "totals": self._outbox.totals(),
            "lit": {
                station.name: station.lights.lit()
                for station in self._stations.values()
                if isinstance(station, RatingStation)
            },
        }
        return answer if self.screen is None else answer | {"screen": self.screen.sight()}

    def put_out_of_service(self, name: str, *, is_out: bool) -> None:
        """Let these beams count nothing, or begin anew."""
        station = self._stations.get(name)
        if not isinstance(station, BeamStation):
            raise SimulationError(f"out_of_service: there are no beams {name!r} on this node")
        reading = self._clock.read()
        change = station.put_out_of_service if is_out else station.return_to_service
        self._record(station, change(reading))

    def take_waiting(self) -> None:
        """Take what callbacks have put into the queue."""
        while True:
            try:
                item = self._inbox.get_nowait()
            except queue.Empty:
                return
            self._take(item)


def node_health(stations: Iterable[Station], screen: GuardedScreen | None) -> dict[str, str]:
    """Return how each sensor is, and the screen where there is one, as a heartbeat tells it."""
    told = {station.name: station.health for station in stations}
    return told if screen is None else told | {"screen": screen.health}
