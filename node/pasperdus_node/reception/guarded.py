"""Keeps a screen from ending the node: beams and buttons count on, whatever happens on the glass.

A screen that fails is put off, and made anew each half minute from what is on the card. How it is
stands in the heartbeat among the sensors, under ``screen``.
"""

import time
from collections.abc import Callable
from typing import Any, Literal

import structlog

from pasperdus_node.errors import ScreenError, SimulationError
from pasperdus_node.reception.screen import Screen
from pasperdus_node.reception.troubles import Troubles, reason_of
from pasperdus_node.sensors.pins import PinEdge

RETRY_S = 30.0
SOUND_S = 300.0  # a screen that lived for so long was not made of what ends it
SUSPECTED_AFTER = 2  # failures in a row: then what was kept of the board may be why

PUT_OFF = "the screen failed; it is off, all else goes on, and it is tried again each 30 s"

log = structlog.get_logger()

Make = Callable[[bool], Screen]
"""Opens the screen; with True without the board that was kept on the card."""


class GuardedScreen:
    """A screen that may be off for a while.

    Raises :class:`ScreenError` where it cannot be had as configured when it is opened first.
    """

    def __init__(
        self,
        kind: Literal["agent", "public"],
        make: Make,
        *,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self.kind: Literal["agent", "public"] = kind
        self._make = make
        self._clock_s = clock_s
        self._troubles = Troubles()
        self._failures = 0
        self._changed_at_s = clock_s()  # on since then, or off
        self._is_subscribed = False
        self._screen: Screen | None = None
        try:
            self._screen = make(False)  # noqa: FBT003 (the one argument of a callable)
        except ScreenError:
            raise
        except Exception as error:  # noqa: BLE001 (told; the node counts on without a screen)
            self._put_off(None, error)

    @property
    def health(self) -> str:
        """``ok``, or ``failed`` while it is off."""
        return "failed" if self._screen is None else "ok"

    @property
    def is_closed(self) -> bool:
        """Whether somebody closed its window."""
        return self._screen is not None and self._screen.is_closed

    @property
    def deadline_ms(self) -> int | None:
        """The uptime at which what it shows changes by itself."""
        return None if self._screen is None else self._screen.deadline_ms

    def hear_board(self, payload: bytes, *, is_retained: bool) -> None:
        """Take a board of the site."""
        self._try(lambda screen: screen.hear_board(payload, is_retained=is_retained))

    def hear_slips(self, payload: bytes) -> None:
        """Take all the phone slips that wait for this terminal."""
        self._try(lambda screen: screen.hear_slips(payload))

    def hear_link(self, *, is_subscribed: bool) -> None:
        """Learn whether the collector can be heard."""
        self._is_subscribed = is_subscribed
        self._try(lambda screen: screen.hear_link(is_subscribed=is_subscribed))

    def hear_answer(self) -> None:
        """Learn that the collector has answered for events."""
        self._try(lambda screen: screen.hear_answer())

    def take_edge(self, edge: PinEdge, t_ms: int) -> None:
        """Follow a button beside the glass."""
        self._try(lambda screen: screen.take_edge(edge, t_ms))

    def advance(self) -> None:
        """Let time pass."""
        self._try(lambda screen: screen.advance())

    def read(self) -> None:
        """See what was touched and show what has changed since; open it again when that is due."""
        if self._screen is None and self._clock_s() - self._changed_at_s >= RETRY_S:
            self._reopen()
        self._try(lambda screen: screen.read())

    def press(self, target: str) -> None:
        """Put a finger on what bears this name, for a simulation."""
        self._touch(lambda screen: screen.press(target))

    def release(self) -> None:
        """Lift the finger again, for a simulation."""
        self._touch(lambda screen: screen.release())

    def sight(self) -> dict[str, Any]:
        """Tell what can be seen and touched, for a simulation."""
        if self._screen is None:
            nothing: dict[str, Any] = {"targets": [], "texts": [], "marks": [], "chimes": 0}
            return nothing | {"pending": 0, "lamp": False}
        return self._screen.sight()

    def stop(self) -> None:
        """Give glass and pins back."""
        self._try(lambda screen: screen.stop())

    def _touch(self, do: Callable[[Screen], None]) -> None:
        if self._screen is None:
            raise SimulationError("the screen is off: it failed")
        self._try(do)

    def _try(self, do: Callable[[Screen], None]) -> None:
        if self._screen is None:
            return
        try:
            do(self._screen)
        except SimulationError:
            raise
        except Exception as error:  # noqa: BLE001 (told; the node counts on without a screen)
            self._put_off(self._screen, error)

    def _put_off(self, screen: Screen | None, error: Exception) -> None:
        now_s = self._clock_s()
        if screen is not None and now_s - self._changed_at_s >= SOUND_S:
            self._failures = 0
            self._troubles.end(PUT_OFF)
        self._failures += 1
        self._screen, self._changed_at_s = None, now_s
        self._troubles.tell(PUT_OFF, error)
        if screen is None:
            return
        try:
            screen.stop()
        except Exception as stuck:  # noqa: BLE001 (told; it is tried to open it anew all the same)
            log.warning("a screen that failed could not be closed", reason=reason_of(stuck))

    def _reopen(self) -> None:
        try:
            screen = self._make(self._failures >= SUSPECTED_AFTER)
        except Exception as error:  # noqa: BLE001 (told; it is tried again)
            self._put_off(None, error)
            return
        self._screen, self._changed_at_s = screen, self._clock_s()
        log.info("the screen is on again")
        self.hear_link(is_subscribed=self._is_subscribed)
