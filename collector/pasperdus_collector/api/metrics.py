"""Prometheus metrics: the ledger's counters, every node, and the parts of this process.

docs/metrics.md lists them all. Names and units follow Prometheus: seconds, bytes, ratios 0-1.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from pasperdus_collector.api.queries import Queries
from pasperdus_collector.api.vitals import Vitals, read_vitals
from pasperdus_collector.broker import EmbeddedBroker
from pasperdus_collector.home_assistant.announcer import Announcer
from pasperdus_collector.ledger import reading
from pasperdus_collector.node_state import NodeState
from pasperdus_collector.reception.publishing import Publishing
from pasperdus_collector.series.projection import Projection
from pasperdus_collector.writer import Writer

_MILLISECONDS = 1000
_MEGABYTE = 1_000_000
_PERCENT = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What else this process has; None where the configuration leaves it out."""

    ledger: Path | None = None
    committed_at_s: Callable[[], float | None] | None = None
    streams: Callable[[], int] | None = None
    broker: EmbeddedBroker | None = None
    projection: Projection | None = None
    announcer: Announcer | None = None
    publishing: Publishing | None = None


class Metrics:
    """Renders the text of ``/metrics``."""

    def __init__(self, queries: Queries, writer: Writer, parts: Parts | None = None) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_Ours(queries, writer, parts or Parts()))
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)

    def text(self) -> bytes:
        """Return all metrics in the text format."""
        return generate_latest(self._registry)


class _Ours(Collector):
    def __init__(self, queries: Queries, writer: Writer, parts: Parts) -> None:
        self._queries = queries
        self._writer = writer
        self._parts = parts

    def describe(self) -> list[Metric]:
        return []  # registering must not read the ledger

    def collect(self) -> Iterator[Metric]:
        yield InfoMetricFamily(
            "pasperdus_build", "The release that runs", value={"version": version("pasperdus")}
        )
        yield from self._events()
        yield from self._messages()
        yield from _nodes(self._queries.nodes())
        if self._parts.ledger is not None:
            with reading(self._parts.ledger) as db:
                vitals = read_vitals(db, self._queries.now_ms())
            yield from _vitals(vitals)
            yield from self._ledger(self._parts.ledger)
        yield from self._parts_of_the_process()

    def _events(self) -> Iterator[Metric]:
        counters = self._queries.counters()
        for name, what in (
            ("received", "Events received: stored + duplicate + quarantined"),
            ("stored", "Events stored once each"),
            ("duplicate", "Events received again"),
            ("quarantined", "Invalid events kept aside"),
        ):
            yield _counter_by_node(
                f"pasperdus_events_{name}",
                what,
                ((node, getattr(each, name)) for node, each in counters.nodes.items()),
            )
        yield _counter(
            "pasperdus_messages_unparseable", "Payloads that are no JSON", counters.unparseable
        )
        yield _counter(
            "pasperdus_messages_unknown_node",
            "Messages of nodes that are not enrolled",
            counters.unknown_node,
        )

    def _messages(self) -> Iterator[Metric]:
        writer = self._writer
        for name, what, value in (
            ("rejected", "Payloads rejected since the start", writer.rejected),
            ("dropped", "Messages that found the queue full", writer.dropped),
            ("strange", "Messages on topics that are no node's", writer.strange_topics),
            ("failures", "Messages or commits that failed unforeseen", writer.failures),
        ):
            yield _counter(f"pasperdus_messages_{name}", what, value)
        for name, what, value in (
            ("messages_waiting", "Messages in the queue", writer.waiting),
            (
                "quarantine_full",
                "1 while invalid events stay unanswered",
                writer.is_quarantine_full,
            ),
            ("listening", "1 while nodes can be heard", writer.is_listening),
            ("writer_alive", "1 while the writing thread runs", writer.is_alive),
        ):
            yield _gauge(f"pasperdus_{name}", what, value)

    def _ledger(self, path: Path) -> Iterator[Metric]:
        yield _gauge("pasperdus_ledger_size_bytes", "Size of the ledger's file", _size(path))
        yield _gauge(
            "pasperdus_ledger_wal_size_bytes",
            "Size of the ledger's write-ahead log",
            _size(path.with_name(f"{path.name}-wal")),
        )
        if self._parts.committed_at_s is not None:
            at_s = self._parts.committed_at_s()
            if at_s is not None:
                yield _gauge(
                    "pasperdus_ledger_commit_timestamp_seconds", "Last commit of this process", at_s
                )

    def _parts_of_the_process(self) -> Iterator[Metric]:
        parts = self._parts
        if parts.streams is not None:
            yield _gauge(
                "pasperdus_http_streams", "Pages that are told every change", parts.streams()
            )
        if parts.broker is not None:
            yield _gauge("pasperdus_broker_up", "1 while our broker answers", parts.broker.is_up)
            yield _counter(
                "pasperdus_broker_restarts",
                "Times that our broker was started again",
                parts.broker.restarts,
            )
        if parts.publishing is not None:
            yield _counter(
                "pasperdus_screens_messages",
                "Boards and lists of phone slips handed to the connection",
                parts.publishing.sent,
            )
            yield _counter(
                "pasperdus_screens_failures",
                "Boards and lists of phone slips that could not be told",
                parts.publishing.failures,
            )
        if parts.projection is not None:
            yield from _projection(parts.projection)
        if parts.announcer is not None:
            yield _gauge(
                "pasperdus_home_assistant_devices",
                "Devices announced to Home Assistant",
                parts.announcer.devices,
            )
            yield _counter(
                "pasperdus_home_assistant_messages",
                "Descriptions and states published for Home Assistant",
                parts.announcer.published,
            )
            yield _counter(
                "pasperdus_home_assistant_failures",
                "Failed attempts to read what Home Assistant is told",
                parts.announcer.failures,
            )


def _nodes(nodes: list[NodeState]) -> Iterator[Metric]:
    about = InfoMetricFamily("pasperdus_node", "Where a node is and what it runs", labels=["node"])
    sensors = GaugeMetricFamily(
        "pasperdus_sensor_ok",
        "1 where the node's last heartbeat calls a sensor ok",
        labels=["node", "sensor"],
    )
    for node in nodes:
        about.add_metric(
            [node.node], {"site": node.site, "zone": node.zone, "version": node.version or ""}
        )
        for sensor, state in node.sensors.items():
            sensors.add_metric([node.node, sensor], state == "ok")
    yield about
    for name, what, value in _NODE_GAUGES:
        yield _gauge_by_node(
            f"pasperdus_node_{name}", what, ((node.node, value(node)) for node in nodes)
        )
    yield sensors


def _seconds(at_ms: int | None) -> float | None:
    return None if at_ms is None else at_ms / _MILLISECONDS


_NODE_GAUGES: tuple[tuple[str, str, Callable[[NodeState], float | None]], ...] = (
    ("online", "1 while a node is heard", lambda node: node.state == "online"),
    ("pending", "Events not yet acknowledged", lambda node: node.pending),
    (
        "pending_oldest_timestamp_seconds",
        "When the oldest of these was recorded, by the node's clock",
        lambda node: _seconds(node.oldest_pending_at),
    ),
    ("lost", "Events that a node could not keep", lambda node: node.lost),
    (
        "missing",
        "Events recorded and not arrived",
        lambda node: sum(gap.last - gap.first + 1 for gap in node.missing),
    ),
    ("undated", "Stored events of which no time is known yet", lambda node: node.undated),
    (
        "heartbeat_timestamp_seconds",
        "Last heartbeat",
        lambda node: _seconds(node.heartbeat_at),
    ),
    ("clock_synced", "1 while a node's clock is synchronised", lambda node: node.is_synced),
    ("temperature_celsius", "Temperature of a node's processor", lambda node: node.temperature_c),
    (
        "disk_free_bytes",
        "Free space on a node's disk",
        lambda node: None if node.disk_free_mb is None else node.disk_free_mb * _MEGABYTE,
    ),
    (
        "battery_ratio",
        "Charge of a node's battery, 0-1",
        lambda node: None if node.battery is None else node.battery / _PERCENT,
    ),
)


def _vitals(vitals: Vitals) -> Iterator[Metric]:
    yield _gauge_by_node(
        "pasperdus_node_clock_offset_seconds",
        "How far a node's clock was behind ours at its last heartbeat, the message's way included",
        ((node, _seconds(offset_ms)) for node, offset_ms in vitals.clock_offsets_ms.items()),
    )
    coverage = GaugeMetricFamily(
        "pasperdus_sensor_coverage_ratio",
        "Share of the last quarter-hour that is due in which a sensor worked, 0-1",
        labels=["node", "sensor"],
    )
    for watch in vitals.watches:
        coverage.add_metric([watch.node, watch.sensor], watch.coverage)
    yield coverage
    yield _gauge("pasperdus_quarantine_events", "Invalid events kept aside", vitals.quarantined)
    yield _gauge(
        "pasperdus_redating_epochs",
        "Node starts of which events wait to be dated anew",
        vitals.redating_epochs,
    )
    yield _counter("pasperdus_release_blocks", "Release blocks of ratings closed", vitals.blocks)


def _projection(projection: Projection) -> Iterator[Metric]:
    yield _gauge(
        "pasperdus_projection_up", "1 when the last copy to InfluxDB went well", projection.is_up
    )
    yield _gauge(
        "pasperdus_projection_waiting",
        "Changed days of sites that InfluxDB does not have yet",
        projection.waiting,
    )
    if projection.oldest_at_ms is not None:
        yield _gauge(
            "pasperdus_projection_oldest_timestamp_seconds",
            "When the oldest of these was changed; absent while none waits",
            projection.oldest_at_ms / _MILLISECONDS,
        )
    yield _counter(
        "pasperdus_projection_rows", "Rows that InfluxDB took since the start", projection.written
    )
    yield _counter(
        "pasperdus_projection_failures",
        "Copies to InfluxDB that failed since the start",
        projection.failures,
    )


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:  # a log that is not there is empty
        return 0


def _gauge(name: str, what: str, value: float) -> Metric:
    return GaugeMetricFamily(name, what, value=value)


def _counter(name: str, what: str, value: float) -> Metric:
    return CounterMetricFamily(name, what, value=value)


def _gauge_by_node(name: str, what: str, values: Iterable[tuple[str, float | None]]) -> Metric:
    family = GaugeMetricFamily(name, what, labels=["node"])
    for node, value in values:
        if value is not None:  # not known: no sample, which PromQL's absent() finds
            family.add_metric([node], value)
    return family


def _counter_by_node(name: str, what: str, values: Iterable[tuple[str, float]]) -> Metric:
    family = CounterMetricFamily(name, what, labels=["node"])
    for node, value in values:
        family.add_metric([node], value)
    return family
