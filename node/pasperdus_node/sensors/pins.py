"""A few input pins under one name: a pair of beams, a row of buttons.

Beams come through optocouplers and read **high when blocked**, so that a cut wire shows as a
fault and not as an empty hall. Buttons close to ground and read low when pressed. Both are pulled
up; neither uses gpiozero's ``bounce_time``, which differs from one back-end to the next and drops
edges: filtering is the work of our pure code.
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gpiozero import DigitalInputDevice

from pasperdus_node.errors import SensorError


@dataclass(frozen=True, slots=True)
class PinEdge:
    """One pin of a sensor came on or went off, at ``ticks_s`` of the pin factory."""

    sensor: str
    channel: int
    is_on: bool
    ticks_s: float


@dataclass(frozen=True, slots=True)
class PinFault:
    """A callback failed: the sensor may have missed an edge until its next resync."""

    sensor: str
    reason: str


Sink = Callable[[PinEdge | PinFault], None]
"""Takes an edge from a callback's thread; must neither raise nor wait."""


class WatchedPins:
    """Input pins, each a channel by its position; *on* means blocked or pressed."""

    def __init__(self, name: str, pins: Mapping[int, int], *, is_on_when_low: bool) -> None:
        self.name = name
        self._pins = dict(pins)
        self._is_on_when_low = is_on_when_low
        self._devices: dict[int, DigitalInputDevice] = {}

    def start(self, sink: Sink) -> None:
        """Begin to watch; a pin that is on already fires nothing, see :meth:`levels`.

        Raises :class:`SensorError` when a pin cannot be had.
        """
        for channel, pin in self._pins.items():
            try:
                # Pulled up: gpiozero calls low "active".
                device = DigitalInputDevice(pin, pull_up=True, bounce_time=None)
            except Exception as error:  # each back-end has errors of its own
                raise SensorError(f"{self.name}: pin {pin} cannot be used: {error}") from error
            self._devices[channel] = device
            device.when_activated = _putter(self.name, channel, device, sink, self._is_on_when_low)
            device.when_deactivated = _putter(
                self.name, channel, device, sink, not self._is_on_when_low
            )

    def levels(self) -> dict[int, bool]:
        """Read every channel now: true is on."""
        return {
            channel: device.is_active == self._is_on_when_low
            for channel, device in self._devices.items()
        }

    def stop(self) -> None:
        """Give the pins back."""
        for device in self._devices.values():
            device.close()
        self._devices.clear()


def callbacks_are_heard() -> bool:
    """Tell whether lgpio's one callback thread lives; other back-ends have nothing to ask."""
    thread = getattr(sys.modules.get("lgpio"), "_notify_thread", None)
    return thread is None or bool(thread.is_alive())


def _putter(
    name: str,
    channel: int,
    device: DigitalInputDevice,
    sink: Sink,
    is_on: bool,  # noqa: FBT001 (one of two values of one edge)
) -> Callable[[], None]:
    def put() -> None:
        try:
            # gpiozero has just noted the edge: one of the two times is None, whatever the pin
            # reads by now.
            age_s = device.active_time
            if age_s is None:
                age_s = device.inactive_time
            sink(PinEdge(name, channel, is_on, device.pin_factory.ticks() - (age_s or 0.0)))
        except Exception as error:  # noqa: BLE001 (it would end the callback thread for good)
            sink(PinFault(name, repr(error)))

    return put
