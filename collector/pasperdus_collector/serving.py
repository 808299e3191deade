"""The HTTP server: until SIGTERM or SIGINT, which are heard from the first moment on."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from socket import socket
from types import FrameType
from typing import Any, Self

import uvicorn
from fastapi import FastAPI

from pasperdus_collector.config import Config
from pasperdus_collector.errors import CollectorError
from pasperdus_service.systemd import notify

GRACE_S = 2  # how long open pages may keep us from stopping
_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)


def serve_http(config: Config, web: FastAPI, stop: "StopSignals") -> None:
    """Answer requests until told to stop. Raises :class:`CollectorError` without a port."""
    server = _Server(
        uvicorn.Config(
            web,
            host=config.http.host,
            port=config.http.port,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE_S,
        )
    )
    stop.tell(server)
    try:
        server.run()
    except SystemExit:
        raise CollectorError(
            f"[http] {config.http.host}:{config.http.port} cannot be used (is another program on "
            "that port?); choose another port"
        ) from None


class StopSignals:
    """SIGTERM and SIGINT, heard from the first moment of the start.

    A start that is told to stop goes on until the server could listen and ends there, the usual
    way: ledger closed, nodes told, broker ended.
    """

    def __init__(self) -> None:
        self._server: uvicorn.Server | None = None
        self._asked = False
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        self._before = {sig: signal.signal(sig, self._hear) for sig in _STOP_SIGNALS}
        return self

    def __exit__(self, *_exception: object) -> None:
        for sig, previous in self._before.items():
            signal.signal(sig, previous)

    def tell(self, server: uvicorn.Server) -> None:
        """Pass every signal on to this server, one that came before it included."""
        self._server = server
        server.should_exit = self._asked

    def _hear(self, sig: int, frame: FrameType | None) -> None:
        self._asked = True
        if self._server is not None:
            self._server.handle_exit(sig, frame)


class _Server(uvicorn.Server):
    """Tells systemd once the port is open, and leaves the process alive when it is stopped."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to :class:`StopSignals`.

        uvicorn would raise them again and so end the process before the ledger is closed and the
        nodes are told.
        """
        yield

    async def startup(self, sockets: list[socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            notify("READY=1")
