"""Builds the collector from its configuration: the only place that does."""

import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from socket import socket
from types import FrameType
from typing import Any, Self

import structlog
import uvicorn
from fastapi import FastAPI

from pasperdus_collector.api import guard, problems
from pasperdus_collector.api.changes import Changes
from pasperdus_collector.api.queries import Queries
from pasperdus_collector.api.routes import api, probes
from pasperdus_collector.broker import EmbeddedBroker
from pasperdus_collector.config import Config
from pasperdus_collector.errors import CollectorError
from pasperdus_collector.ingest import Ingest
from pasperdus_collector.ledger import Ledger
from pasperdus_collector.subscriber import Subscriber, events_filter
from pasperdus_collector.writer import Writer
from pasperdus_dashboards.pages import pages
from pasperdus_service.errors import ServiceError
from pasperdus_service.lock import FileLock
from pasperdus_service.systemd import notify

GRACE_S = 2  # how long open pages may keep us from stopping
_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)

log = structlog.get_logger()


def build_web(config: Config, queries: Queries, writer: Writer, changes: Changes) -> FastAPI:
    """Return pages, API and probes as one application."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        changes.attach()
        yield

    web = FastAPI(
        title="Pas perdus", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan
    )
    guard.install(
        web, ["127.0.0.1", "localhost", "[::1]", config.http.host, *config.http.allowed_hosts]
    )
    problems.install(web)
    web.include_router(api(queries, changes))
    web.include_router(probes(queries, writer))
    web.include_router(pages(queries, changes))
    return web


def serve(config: Config) -> None:
    """Run until SIGTERM or SIGINT.

    Raises :class:`CollectorError` when the broker, the ledger or the port cannot be had.
    """
    with _StopSignals() as stop:
        _serve(config, stop)


def _serve(config: Config, stop: "_StopSignals") -> None:
    lock = _lock_ledger(config)
    changes = Changes()
    writer = Writer(on_commit=changes.tell)
    broker = _start_broker(config)
    try:
        writer.start(
            lambda: Ledger(config.ledger.path, quarantine_max=config.ledger.quarantine_max),
            lambda ledger: Ingest(
                ledger,
                collector=config.collector.name,
                enrols_unknown=config.enrolment.mode == "open",
            ),
            Subscriber(config.mqtt, collector=config.collector.name, sink=writer.sink),
            broker,
        )
        queries = Queries(config.ledger.path, writer)
        web = build_web(config, queries, writer, changes)
        log.info(
            "collector started",
            collector=config.collector.name,
            address=f"http://{config.http.host}:{config.http.port}/",
        )
        _serve_http(config, web, stop)
    finally:
        notify("STOPPING=1")
        writer.stop()
        if broker is not None:
            broker.stop()
        lock.release()
        log.info("collector stopped", collector=config.collector.name)


def _lock_ledger(config: Config) -> FileLock:
    """Make sure that we are the ledger's only writer: SQLite's WAL must not have two."""
    path = config.ledger.path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return FileLock(path.with_name(f"{path.name}.lock"))
    except (ServiceError, OSError) as error:
        raise CollectorError(
            f"[ledger] path {path} cannot be had for this collector alone: {error}"
        ) from error


def _start_broker(config: Config) -> EmbeddedBroker | None:
    if not config.mqtt.is_embedded:
        return None
    broker = EmbeddedBroker(
        host=config.mqtt.host,
        port=config.mqtt.port,
        large_filters=[events_filter(config.mqtt.prefix)],
    )
    broker.start()
    return broker


def _serve_http(config: Config, web: FastAPI, stop: "_StopSignals") -> None:
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


class _StopSignals:
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
        """Leave the signals to :class:`_StopSignals`.

        uvicorn would raise them again and so end the process before the ledger is closed and the
        nodes are told.
        """
        yield

    async def startup(self, sockets: list[socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            notify("READY=1")
