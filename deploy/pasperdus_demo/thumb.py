"""A thumb on a simulated terminal: looks at its screen, touches what is there, one at a time.

It goes through the node's control socket, which puts a real touch where the target is. So whatever
happens is what happens to an agent, including that a press just after a change does nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pasperdus_demo.control_line import ControlLine
from pasperdus_demo.errors import BrokenControlError, ControlError

TOUCH_GAP_S = 0.4  # longer than the moment after a change in which a press does nothing
TRIES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What is on the screen: names of targets in the order of drawing, and the message lamp."""

    targets: tuple[str, ...]
    is_lamp_lit: bool


class Thumb:
    """One terminal's, over a connection that is made again when the node was killed.

    Every method raises :class:`BrokenControlError` while the node is away.
    """

    def __init__(self, socket: Path, *, pause: Callable[[float], None]) -> None:
        self._socket = socket
        self._pause = pause
        self._line: ControlLine | None = None

    def look(self) -> Sight:
        """Look at the screen."""
        return _seen(self._ask())

    def touch(self, target: str, *, is_held: bool = False) -> Sight:
        """Touch what bears this name, and look at what came of it.

        Raises :class:`ControlError` when it is not there, or moves away again and again.
        """
        for _ in range(TRIES - 1):
            self._pause(TOUCH_GAP_S)
            try:
                return _seen(self._ask(touch=target, is_held=is_held))
            except BrokenControlError:
                raise
            except ControlError:
                if target not in self.look().targets:
                    raise
        self._pause(TOUCH_GAP_S)
        return _seen(self._ask(touch=target, is_held=is_held))

    def close(self) -> None:
        """Let go of the node."""
        if self._line is not None:
            self._line.close()
        self._line = None

    def _ask(self, *, touch: str | None = None, is_held: bool = False) -> dict[str, Any]:
        try:
            if self._line is None:
                self._line = ControlLine(self._socket)
            return self._line.ask(touch=touch, is_held=is_held)
        except BrokenControlError:
            self.close()
            raise


def _seen(answer: dict[str, Any]) -> Sight:
    screen = answer["screen"]
    return Sight(targets=tuple(screen["targets"]), is_lamp_lit=screen["lamp"])
