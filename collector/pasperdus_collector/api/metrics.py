"""Prometheus metrics: the lifetime counters of the ledger and the state of the process."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from pasperdus_collector.api.queries import Queries
from pasperdus_collector.writer import Writer

_MILLISECONDS = 1000


class Metrics:
    """Renders the text of ``/metrics``."""

    def __init__(self, queries: Queries, writer: Writer) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_Ledger(queries, writer))
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)

    def text(self) -> bytes:
        """Return all metrics in the text format."""
        return generate_latest(self._registry)


class _Ledger(Collector):
    def __init__(self, queries: Queries, writer: Writer) -> None:
        self._queries = queries
        self._writer = writer

    def describe(self) -> list[Metric]:
        return []  # registering must not read the ledger

    def collect(self) -> Iterator[Metric]:
        counters = self._queries.counters()
        for name, what in (
            ("received", "Events received: stored + duplicate + quarantined"),
            ("stored", "Events stored once each"),
            ("duplicate", "Events received again"),
            ("quarantined", "Invalid events kept aside"),
        ):
            family = CounterMetricFamily(f"pasperdus_events_{name}", what, labels=["node"])
            for node, each in counters.nodes.items():
                family.add_metric([node], getattr(each, name))
            yield family
        for name, what, value in (
            ("unparseable", "Payloads that are no JSON", counters.unparseable),
            ("unknown_node", "Messages of nodes that are not enrolled", counters.unknown_node),
            ("rejected", "Payloads rejected since the start", self._writer.rejected),
            ("dropped", "Messages that found the queue full", self._writer.dropped),
            ("strange", "Messages on topics that are no node's", self._writer.strange_topics),
            ("failures", "Messages or commits that failed unforeseen", self._writer.failures),
        ):
            yield CounterMetricFamily(f"pasperdus_messages_{name}", what, value=value)
        yield GaugeMetricFamily(
            "pasperdus_messages_waiting", "Messages in the queue", value=self._writer.waiting
        )
        yield GaugeMetricFamily(
            "pasperdus_quarantine_full",
            "1 while invalid events stay unanswered",
            value=self._writer.is_quarantine_full,
        )
        yield GaugeMetricFamily(
            "pasperdus_listening", "1 while nodes can be heard", value=self._writer.is_listening
        )
        yield from self._nodes()

    def _nodes(self) -> Iterator[Metric]:
        nodes = self._queries.nodes()
        pending = GaugeMetricFamily(
            "pasperdus_node_pending", "Events not yet acknowledged", labels=["node"]
        )
        lost = GaugeMetricFamily(
            "pasperdus_node_lost", "Events that a node could not keep", labels=["node"]
        )
        online = GaugeMetricFamily(
            "pasperdus_node_online", "1 while a node is heard", labels=["node"]
        )
        missing = GaugeMetricFamily(
            "pasperdus_node_missing", "Events recorded and not arrived", labels=["node"]
        )
        heard = GaugeMetricFamily(
            "pasperdus_node_heartbeat_timestamp_seconds", "Last heartbeat", labels=["node"]
        )
        for node in nodes:
            online.add_metric([node.node], node.state == "online")
            missing.add_metric([node.node], sum(gap.last - gap.first + 1 for gap in node.missing))
            if node.pending is not None:
                pending.add_metric([node.node], node.pending)
            if node.lost is not None:
                lost.add_metric([node.node], node.lost)
            if node.heartbeat_at is not None:
                heard.add_metric([node.node], node.heartbeat_at / _MILLISECONDS)
        yield from (pending, lost, online, missing, heard)
