"""gpiozero's mock pins, and for a driven clock its notion of now."""

from typing import Any

import gpiozero.pins.local
import gpiozero.pins.mock
from gpiozero import Device
from gpiozero.pins.mock import MockFactory

from pasperdus_node.errors import SimulationError
from pasperdus_node.simulation.clock import DrivenClock


class SimulatedPins:
    """A fresh set of mock pins, made gpiozero's pin factory for this process."""

    def __init__(self, clock: DrivenClock | None = None) -> None:
        if clock is not None:
            # gpiozero stamps edges with the `monotonic` that these two modules imported.
            for module in (gpiozero.pins.mock, gpiozero.pins.local):
                module.monotonic = clock.ticks_s
        self._factory: Any = MockFactory()
        Device.pin_factory = self._factory

    def drive(self, pin: int, *, is_high: bool) -> None:
        """Put a level on an input pin, as the hardware would.

        Raises :class:`SimulationError` for a pin that the node itself drives.
        """
        mock = self._factory.pin(pin)
        if mock.function != "input":
            raise SimulationError(f"pin {pin} is an LED of this node; move only inputs")
        if is_high:
            mock.drive_high()
        else:
            mock.drive_low()
        mock.clear_states()  # its history would grow for ever
