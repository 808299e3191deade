"""The driver's end of a simulated node's control socket: one request, one answer."""

import json
import select
import socket
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from pasperdus_demo.errors import BrokenControlError, ControlError

ANSWER_TIMEOUT_S = 90.0  # longer than the node's own patience
RETRY_S = 0.05

PinMove = tuple[int, int, bool]
"""When (ms of the node's uptime), which pin, whether it goes high."""


class ControlLine:
    """A connection to one node. Every method raises :class:`BrokenControlError` once it ended."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(ANSWER_TIMEOUT_S)
        try:
            self._socket.connect(str(path))
        except OSError as error:
            self._socket.close()
            raise BrokenControlError(f"{path}: {error}") from error
        self._stream = self._socket.makefile("rwb")
        self._path = path

    def ask(
        self,
        *,
        moves: Sequence[PinMove] = (),
        until_ms: int | None = None,
        clock: tuple[int, int] | None = None,
        out_of_service: dict[str, bool] | None = None,
        touch: str | None = None,
        is_held: bool = False,
    ) -> dict[str, Any]:
        """Send one request; return the answer, which comes after everything is committed.

        ``clock`` is ``(wall_ms, uptime_ms)``; ``touch`` names a target on the screen, on which the
        finger rests where it ``is_held``. Raises :class:`ControlError` when the node refuses.
        """
        request: dict[str, Any] = {}
        if moves:
            request["edges"] = moves
        if until_ms is not None:
            request["until"] = until_ms
        if clock is not None:
            request["clock"] = {"wall": clock[0], "uptime": clock[1]}
        if out_of_service is not None:
            request["out_of_service"] = out_of_service
        if touch is not None:
            request |= {"touch": touch, "hold": is_held}
        try:
            self._stream.write(json.dumps(request, separators=(",", ":")).encode() + b"\n")
            self._stream.flush()
            line = self._stream.readline()
        except OSError as error:
            raise BrokenControlError(f"{self._path}: {error}") from error
        if not line.endswith(b"\n"):
            raise BrokenControlError(f"{self._path}: the node ended before its answer")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise ControlError(f"{self._path}: {answer['error']}")
        return answer

    @property
    def has_ended(self) -> bool:
        """Whether the node went away; between two requests it has nothing else to say."""
        watch = select.poll()
        watch.register(self._socket, select.POLLIN)
        return bool(watch.poll(0))

    def close(self) -> None:
        """End the connection."""
        try:
            self._stream.close()
        except OSError:
            pass  # what could not be flushed to a dead node is not needed any more
        finally:
            self._socket.close()


def connect(path: Path, *, timeout_s: float, meanwhile: Callable[[], None]) -> ControlLine:
    """Wait for a node to listen; ``meanwhile`` is called again and again.

    Raises :class:`ControlError` when it does not within ``timeout_s``.
    """
    deadline_s = time.monotonic() + timeout_s
    while True:
        try:
            return ControlLine(path)
        except BrokenControlError as error:
            if time.monotonic() > deadline_s:
                raise ControlError(f"no node listens on {path} after {timeout_s:.0f} s") from error
        meanwhile()
        time.sleep(RETRY_S)
