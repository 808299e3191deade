"""What a driver may do to a node whose pins, and perhaps clock and glass, are simulated."""

import time
from dataclasses import dataclass
from typing import Protocol

from pasperdus_node.errors import SimulationError
from pasperdus_node.reception.screen import READ_EVERY_S, Screen
from pasperdus_node.simulation.clock import DrivenClock
from pasperdus_node.simulation.control import ClockRequest, DriveRequest
from pasperdus_node.simulation.pins import SimulatedPins

HELD_MS = 800  # longer than any touch that could be meant as a tap


class Driven(Protocol):
    """What a driver needs of the loop."""

    @property
    def screen(self) -> Screen | None:
        """Return what may be touched, where there is one."""

    def next_ms(self) -> int:
        """Return the uptime at which something falls due by itself."""

    def pass_time(self) -> None:
        """Let everything see the present."""

    def take_waiting(self) -> None:
        """Take what callbacks have put into the queue."""

    def put_out_of_service(self, name: str, *, is_out: bool) -> None:
        """Let these beams count nothing, or begin anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """What a driver may move; ``clock`` is None where the system's clock runs."""

    pins: SimulatedPins
    clock: DrivenClock | None

    def drive(self, request: DriveRequest, loop: Driven) -> None:
        """Do what is asked. Raises :class:`SimulationError` for what makes no sense."""
        if request.clock is not None:
            self._set_clock(request.clock, loop)
        if request.synced is not None:
            if self.clock is None:
                raise SimulationError("synced: tell it of a driven clock ([simulation] clock)")
            self.clock.set_synced(is_synced=request.synced)
        for name, is_out in request.out_of_service.items():
            loop.put_out_of_service(name, is_out=is_out)
        for t_ms, pin, is_high in request.edges:
            self._move_to(t_ms, loop)
            self.pins.drive(pin, is_high=is_high)
            loop.take_waiting()
        if request.touch is not None:
            self._touch(request.touch, loop, is_held=request.hold)
        if request.until is not None:
            self._move_to(request.until, loop)

    def _set_clock(self, told: ClockRequest, loop: Driven) -> None:
        """Let time pass to ``told.uptime``, and then put the wall clock right or wrong."""
        if self.clock is None:
            raise SimulationError("clock: tell it of a driven clock ([simulation] clock)")
        self._move_to(told.uptime, loop)
        self.clock.set(wall_ms=told.wall, uptime_ms=told.uptime)

    def _touch(self, target: str, loop: Driven, *, is_held: bool) -> None:
        if loop.screen is None:
            raise SimulationError(f"touch {target!r}: this node has no screen")
        loop.screen.press(target)
        if is_held:
            self._let_pass(HELD_MS, loop)
        loop.screen.release()

    def _let_pass(self, duration_ms: int, loop: Driven) -> None:
        if self.clock is not None:
            self._move_to(self.clock.read().uptime_ms + duration_ms, loop)
            return
        until_s = time.monotonic() + duration_ms / 1000
        while time.monotonic() < until_s:
            time.sleep(READ_EVERY_S)
            loop.pass_time()

    def _move_to(self, t_ms: int, loop: Driven) -> None:
        """Let simulated time pass, stopping at everything that falls due on the way."""
        if self.clock is None:
            return  # the system's clock passes by itself
        while loop.next_ms() <= t_ms:
            self.clock.move_to(max(loop.next_ms(), self.clock.read().uptime_ms))
            loop.pass_time()
        self.clock.move_to(t_ms)
        loop.pass_time()
