"""Builds the collector from its configuration: the only place that does."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.metadata import version

import structlog

from pasperdus_collector.api.changes import Changes
from pasperdus_collector.api.inside_now import InsideNow
from pasperdus_collector.api.queries import Queries
from pasperdus_collector.broker import EmbeddedBroker
from pasperdus_collector.config import Config, HomeAssistantSettings, InfluxSettings
from pasperdus_collector.demo_node.process import DemoNode
from pasperdus_collector.errors import CollectorError
from pasperdus_collector.home_assistant.announcements import Announcements
from pasperdus_collector.home_assistant.announcer import Announcer
from pasperdus_collector.home_assistant.discovery import Home
from pasperdus_collector.home_assistant.words import WORDS
from pasperdus_collector.ingest import Ingest
from pasperdus_collector.ledger import Ledger
from pasperdus_collector.reception.outgoing import Outgoing
from pasperdus_collector.reception.publishing import Publishing
from pasperdus_collector.series.influx import InfluxRows, InfluxServer
from pasperdus_collector.series.projection import Projection
from pasperdus_collector.serving import StopSignals, serve_http
from pasperdus_collector.subscriber import Subscriber, events_filter
from pasperdus_collector.web import build_web
from pasperdus_collector.writer import Writer
from pasperdus_contract.topics import Topics
from pasperdus_service.errors import ServiceError
from pasperdus_service.lock import FileLock
from pasperdus_service.systemd import notify

log = structlog.get_logger()


def serve(config: Config) -> None:
    """Run until SIGTERM or SIGINT.

    Raises :class:`CollectorError` when the broker, the ledger or the port cannot be had.
    """
    with StopSignals() as stop, ExitStack() as running:
        running.enter_context(_stopped(config))
        running.enter_context(_locked_ledger(config))
        broker = _start_broker(config)
        if broker is not None:
            running.callback(broker.stop)
        changes = Changes()
        writer = Writer(on_commit=changes.tell)
        home = _home(config)
        announcements = _announcements(config.home_assistant, home)
        outgoing = Outgoing()
        running.callback(writer.stop)
        _start_writer(config, writer, outgoing, announcements, broker)
        influx = None if config.influx is None else InfluxServer(config.influx)
        queries = Queries(
            config.ledger.path,
            writer,
            collector=config.collector.name,
            shared=None if influx is None else InfluxRows(influx),
        )
        publishing = Publishing(
            config.ledger.path,
            outgoing,
            Topics(config.mqtt.prefix),
            inside=InsideNow(queries).read,
            generation=lambda: changes.generation,
            submit=writer.submit,
            wake=writer.wake,
        )
        publishing.start()
        running.callback(publishing.stop)
        projection = announcer = None
        if config.influx is not None and influx is not None:
            projection = _start_projection(config, config.influx, influx, writer)
            running.callback(projection.stop)
        if home is not None and announcements is not None:
            announcer = Announcer(queries, announcements, home, lambda: changes.generation)
            announcer.start()
            running.callback(announcer.stop)
        demo_node = DemoNode(config.mqtt, collector=config.collector.name, submit=writer.submit)
        running.callback(demo_node.stop)
        web = build_web(
            config,
            queries,
            writer,
            changes,
            broker=broker,
            demo_node=demo_node,
            publishing=publishing,
            announcer=announcer,
            projection=projection,
        )
        log.info(
            "collector started",
            collector=config.collector.name,
            address=f"http://{config.http.host}:{config.http.port}/",
        )
        running.callback(notify, "STOPPING=1")
        serve_http(config, web, stop)


@contextmanager
def _stopped(config: Config) -> Iterator[None]:
    try:
        yield
    finally:
        log.info("collector stopped", collector=config.collector.name)


@contextmanager
def _locked_ledger(config: Config) -> Iterator[None]:
    """Make sure that we are the ledger's only writer: SQLite's WAL must not have two."""
    path = config.ledger.path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path.with_name(f"{path.name}.lock"))
    except (ServiceError, OSError) as error:
        raise CollectorError(
            f"[ledger] path {path} cannot be had for this collector alone: {error}"
        ) from error
    try:
        yield
    finally:
        lock.release()


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


def _start_writer(
    config: Config,
    writer: Writer,
    outgoing: Outgoing,
    announcements: Announcements | None,
    broker: EmbeddedBroker | None,
) -> None:
    writer.start(
        lambda: Ledger(config.ledger.path, quarantine_max=config.ledger.quarantine_max),
        lambda ledger: Ingest(
            ledger,
            collector=config.collector.name,
            enrols_unknown=config.enrolment.mode == "open",
        ),
        Subscriber(
            config.mqtt,
            collector=config.collector.name,
            sink=writer.sink,
            outgoing=outgoing,
            announcements=announcements,
        ),
        broker,
    )


def _start_projection(
    config: Config, settings: InfluxSettings, server: InfluxServer, writer: Writer
) -> Projection:
    projection = Projection(
        server,
        path=config.ledger.path,
        collector=config.collector.name,
        submit=writer.submit,
        every_s=settings.every_s,
    )
    projection.start()
    return projection


def _home(config: Config) -> Home | None:
    if config.home_assistant is None:
        return None
    return Home(
        collector=config.collector.name,
        prefix=config.mqtt.prefix,
        discovery=config.home_assistant.discovery,
        version=version("pasperdus"),
        words=WORDS[config.home_assistant.language],
    )


def _announcements(
    settings: HomeAssistantSettings | None, home: Home | None
) -> Announcements | None:
    if settings is None or home is None:
        return None
    return Announcements(discovery=home.discovery, own=home.own, status_topic=settings.status_topic)
