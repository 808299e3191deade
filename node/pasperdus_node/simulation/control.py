"""The socket through which a driver moves pins and touches: a JSON object a line, an answer each.

=======================================  =========================================================
request                                  does
=======================================  =========================================================
``{"clock": {"wall": …, "uptime": …}}``  tells the time (driven clock; first of all, and later to
                                         let it pass to ``uptime`` and put the wall clock otherwise)
``{"synced": true}``                     from now on a driven clock says that it is synchronised, or
                                         with ``false`` that it is not
``{"out_of_service": {"door": true}}``   from now on these beams count nothing and are not covered;
                                         ``false`` starts them anew
``{"edges": [[t, pin, high], …]}``       lets time pass to each ``t`` (ms of uptime) and moves the
                                         pin; with the system's clock ``t`` is ignored
``{"touch": "give:blue-star"}``          puts a finger on the target of that name and lifts it;
                                         ``"hold": true`` beside it lets the finger rest
``{"until": t}``                         lets time pass to ``t``
``{}``                                   only asks
=======================================  =========================================================

Of several in one object, what stands higher in this table comes first. The answer comes when
everything that followed is committed: ``uptime``, ``health`` by sensor, ``totals`` of the outbox,
``lit`` scores by box; of a node with a screen also ``screen``: the names of its ``targets``, the
``texts`` and the tokens (``marks``) on it, how many ``chimes`` it has sounded, ``pending`` events,
and whether its ``lamp`` is lit; or ``error``.
"""

import json
import queue
import socket
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import structlog
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pasperdus_contract.fields import Name, UptimeMs, WallMs
from pasperdus_node.errors import SimulationError

ANSWER_TIMEOUT_S = 60.0

log = structlog.get_logger()


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ClockRequest(_Strict):
    """What the clocks say."""

    wall: WallMs
    uptime: UptimeMs


class DriveRequest(_Strict):
    """One line from the driver."""

    clock: ClockRequest | None = None
    edges: list[tuple[UptimeMs, Annotated[int, Field(ge=0, le=27)], bool]] = []
    touch: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    hold: bool = False
    until: UptimeMs | None = None
    synced: bool | None = None
    out_of_service: dict[Name, bool] = {}


@dataclass(frozen=True, slots=True)
class Drive:
    """A request and where its answer goes."""

    request: DriveRequest
    answer: queue.SimpleQueue[dict[str, Any]]


class ControlSocket:
    """Listens on a Unix socket and hands each request to the loop's queue."""

    def __init__(self, path: Path, inbox: "queue.SimpleQueue[Any]") -> None:
        self._path = path
        self._inbox = inbox
        self._server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)

    def start(self) -> None:
        """Listen, for this user only. Raises :class:`SimulationError` when it cannot."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.unlink(missing_ok=True)  # of a process that was killed
            self._server.bind(str(self._path))
            self._path.chmod(0o600)
            self._server.listen()
        except OSError as error:
            raise SimulationError(f"[simulation] socket {self._path}: {error}") from error
        threading.Thread(target=self._accept, name="simulation", daemon=True).start()

    def stop(self) -> None:
        """Listen no more."""
        self._server.shutdown(socket.SHUT_RDWR)  # wakes the thread; close() alone would not
        self._server.close()
        self._path.unlink(missing_ok=True)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return  # stop() closed it
            with connection, connection.makefile("rwb") as stream:
                try:
                    for line in stream:
                        stream.write(json.dumps(self._ask(line)).encode() + b"\n")
                        stream.flush()
                except OSError as error:
                    log.info("the driver is gone", reason=str(error))

    def _ask(self, line: bytes) -> dict[str, Any]:
        try:
            request = DriveRequest.model_validate_json(line)
        except ValidationError as error:
            return {"error": str(error)}
        answer: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._inbox.put(Drive(request, answer))
        try:
            return answer.get(timeout=ANSWER_TIMEOUT_S)
        except queue.Empty:
            return {"error": f"no answer from the node within {ANSWER_TIMEOUT_S:.0f} s"}
