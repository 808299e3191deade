"""Builds the node from its configuration: the only place that does."""

import queue
import secrets
from collections.abc import Iterator
from typing import Any

import structlog
from gpiozero import Device

from pasperdus_contract.topics import Channel, Topics
from pasperdus_node.clock import Clock, SystemClock
from pasperdus_node.config import Config
from pasperdus_node.counting import Geometry
from pasperdus_node.errors import SensorError
from pasperdus_node.keeping import Keeper
from pasperdus_node.loop import Loop, Stop, node_health
from pasperdus_node.outbox import Outbox
from pasperdus_node.pressing import PressTimings
from pasperdus_node.publisher import Publisher
from pasperdus_node.reception.guarded import GuardedScreen
from pasperdus_node.reception.screen import Screen
from pasperdus_node.sensors.lights import Lights
from pasperdus_node.sensors.pins import WatchedPins
from pasperdus_node.simulation.clock import DrivenClock
from pasperdus_node.simulation.control import ControlSocket, Drive
from pasperdus_node.simulation.driving import Simulation
from pasperdus_node.simulation.pins import SimulatedPins
from pasperdus_node.speaking import Speaker, status_message
from pasperdus_node.stations import BeamStation, RatingStation, Station
from pasperdus_service.link import Link, Message

log = structlog.get_logger()


class App:
    """One node's process."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def stop(self) -> None:
        """Ask the loop to end; safe in a signal handler (``SimpleQueue.put`` is reentrant)."""
        self._inbox.put(Stop())

    def run(self) -> None:
        """Run until :meth:`stop`."""
        driven, simulation, control = self._simulate()
        if control is not None:
            control.start()
        try:
            if driven is None or self._wait_for_time(driven):
                self._run_loop(driven, simulation)
        finally:
            if control is not None:
                control.stop()

    def _run_loop(self, driven: DrivenClock | None, simulation: Simulation | None) -> None:
        config = self._config
        told = config.simulation.synced if config.simulation is not None else None
        clock: Clock = driven or SystemClock(is_synced=told)
        if simulation is None:
            _choose_pin_factory(config.gpio.pin_factory)
        outbox = Outbox(config.outbox.path, boot=clock.boot)
        keeper = Keeper(outbox)
        topics = Topics(config.mqtt.prefix)
        node = config.node.name
        kind = None if config.screen is None else config.screen.kind
        link = Link(
            config.mqtt,
            client_id=node,
            sink=self._inbox.put,
            subscriptions=(
                topics.node(node, Channel.ACK),
                topics.collector_status(config.node.collector),
            ),
            extras=tuple(self._for_screen(topics)),
            will=status_message(topics, node, outbox, is_online=False, screen=kind),
        )
        publisher = Publisher(
            outbox,
            clock,
            node=node,
            collector=config.node.collector,
            send=lambda payload: link.publish(
                Message(topic=topics.node(node, Channel.EVENTS), payload=payload)
            ),
        )
        stations = self._start_stations(clock)
        screen = self._start_screen(clock, outbox, keeper)
        speaker = Speaker(
            link=link,
            topics=topics,
            node=node,
            outbox=outbox,
            clock=clock,
            keeper=keeper,
            publisher=publisher,
            directory=config.outbox.path.parent,
            screen=kind,
            health=lambda: node_health(stations, screen),
        )

        def uptime_of_ticks(ticks_s: float) -> int:
            age_s: float = Device.pin_factory.ticks() - ticks_s
            return clock.read().uptime_ms - round(age_s * 1000)

        loop = Loop(
            inbox=self._inbox,
            clock=clock,
            outbox=outbox,
            keeper=keeper,
            stations=stations,
            screen=screen,
            publisher=publisher,
            speaker=speaker,
            link=link,
            topics=topics,
            uptime_of_ticks=uptime_of_ticks,
            simulation=simulation,
        )
        log.info("node started", node=node, epoch=outbox.epoch, pending=outbox.pending()[0])
        loop.run()
        log.info("node stopped", node=node)

    def _for_screen(self, topics: Topics) -> Iterator[str]:
        screen = self._config.screen
        if screen is not None:
            yield topics.board(screen.site)
            if screen.kind == "agent":
                yield topics.node(self._config.node.name, Channel.MESSAGES)

    def _start_screen(self, clock: Clock, outbox: Outbox, keeper: Keeper) -> GuardedScreen | None:
        config, screen = self._config, self._config.screen
        if screen is None:
            return None
        # A node without a screen needs neither pygame nor Babel: these are not imported there.
        from pasperdus_node.reception.parts import agent_screen, public_screen

        directory, name = config.outbox.path.parent, config.node.name

        def make(is_board_suspected: bool) -> Screen:  # noqa: FBT001 (a callable has no keywords)
            if screen.kind == "public":
                return public_screen(
                    screen, name, clock, directory, is_board_suspected=is_board_suspected
                )
            return agent_screen(
                screen,
                name,
                clock,
                directory,
                outbox,
                keeper,
                self._inbox.put,
                is_board_suspected=is_board_suspected,
            )

        return GuardedScreen(screen.kind, make)

    def _simulate(self) -> tuple[DrivenClock | None, Simulation | None, ControlSocket | None]:
        settings = self._config.simulation
        if settings is None:
            return None, None, None
        clock = None
        if settings.clock == "driven":
            boot = settings.boot or secrets.token_hex(16)
            clock = DrivenClock(boot=boot, is_synced=settings.synced)
        simulation = Simulation(pins=SimulatedPins(clock), clock=clock)
        return clock, simulation, ControlSocket(settings.socket, self._inbox)

    def _wait_for_time(self, clock: DrivenClock) -> bool:
        """Wait until the driver tells the time; False when we are to stop before that."""
        while not clock.is_set:
            item = self._inbox.get()
            if isinstance(item, Stop):
                return False
            if isinstance(item, Drive):
                told = item.request.clock
                if told is None:
                    item.answer.put({"error": "tell the time first"})
                    continue
                clock.set(wall_ms=told.wall, uptime_ms=told.uptime)
                item.answer.put({"uptime": told.uptime})
        return True

    def _start_stations(self, clock: Clock) -> list[Station]:
        stations: list[Station] = []
        for name, beams in self._config.beams.items():
            pins = WatchedPins(name, {0: beams.outer_pin, 1: beams.inner_pin}, is_on_when_low=False)
            pins.start(self._inbox.put)
            stations.append(BeamStation(pins, Geometry(gap_mode=beams.gap_mode), clock.read()))
        for name, box in self._config.buttons.items():
            pins = WatchedPins(name, dict(enumerate(box.pins, start=1)), is_on_when_low=True)
            pins.start(self._inbox.put)
            lights = Lights(name, box.leds)
            lights.start()
            stations.append(
                RatingStation(
                    pins,
                    lights,
                    scale=box.scale,
                    timings=PressTimings(),
                    reading=clock.read(),
                )
            )
        return stations


def _choose_pin_factory(name: str) -> None:
    """Use exactly the back-end that the configuration names, never another one silently."""
    try:
        match name:
            case "lgpio":
                from gpiozero.pins.lgpio import LGPIOFactory as Factory
            case "rpigpio":
                from gpiozero.pins.rpigpio import RPiGPIOFactory as Factory
            case _:
                from gpiozero.pins.native import NativeFactory as Factory
        Device.pin_factory = Factory()
    except Exception as error:  # each back-end has errors of its own
        raise SensorError(
            f'[gpio] pin_factory = "{name}" cannot be used here: {error}; on a Raspberry Pi '
            "install its library and put this user into the group gpio"
        ) from error
