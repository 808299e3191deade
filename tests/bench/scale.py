"""Measures one site of each kind with the real programs, and multiplies."""

import argparse
import socket
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bench.busy import Busy, one_event_each
from bench.collector import Collector, memory_mb
from bench.extrapolation import NodeUnits, Row, SiteUnits, extrapolate
from bench.growth import Growth, grow, harvest
from bench.idle import HeartbeatCost, IdleNode, heartbeat_cost, idle_node, processor_time
from bench.site_day import LARGE, SMALL, SitePlan, live_through_a_day
from bench.throughput import drain
from bench.wire_meter import Traffic, WireMeter
from pasperdus_service.logs import configure_logs
from support.mosquitto import Mosquitto

SITES = (1, 10, 100, 1_000, 10_000)
EVENT_PACKETS = ("events", "ack", "puback")
CONNECTIONS = 500
SELDOM_S = 300.0  # another [influx] every_s, for many sites
_HOUR_MS = 3_600_000
_TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteDayMeasured:
    """One site's day through real nodes."""

    plan: SitePlan
    traffic: Traffic
    collector_s: float
    broker_s: float
    growth: Growth
    without_visitors: int
    busiest_hour: float

    def units(self) -> SiteUnits:
        """Return what is multiplied."""
        messages = self.traffic.packets["events"]
        return SiteUnits(
            name=self.plan.name,
            visitors=self.plan.visitors,
            nodes=len(self.plan.nodes),
            events=self.growth.events,
            events_without_visitors=self.without_visitors,
            messages=messages,
            bytes_on_wire=self.traffic.bytes_of(*EVENT_PACKETS),
            busiest_hour=self.busiest_hour,
            message_collector_s=self.collector_s / messages,
            message_broker_s=self.broker_s / messages,
            raw_bytes=self.growth.raw_bytes,
            kept_bytes=self.growth.kept_bytes,
            points=self.growth.points,
            points_a_copy=self.growth.points_a_copy,
            copy_s=self.growth.copy_s,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Everything that was measured in one run."""

    days: list[SiteDayMeasured]
    idle: IdleNode
    beat: HeartbeatCost
    busy: Busy
    catch_up_s: float
    catch_up_event_s: float
    collector_idle_mb: float
    collector_peak_mb: float
    connection_kb: float

    def node_units(self) -> NodeUnits:
        """Return what is multiplied."""
        return NodeUnits(
            idle_bytes_a_day=self.idle.bytes_a_day,
            heartbeat_collector_s=self.beat.collector_s,
            heartbeat_broker_s=self.beat.broker_s,
        )


def main(arguments: Sequence[str]) -> int:
    """Measure, and print what was measured and the products."""
    parser = argparse.ArgumentParser(prog="script/bench scale")
    parser.add_argument("--heartbeats", type=int, default=3, help="waited for, 30 s each")
    parser.add_argument("--messages", type=int, default=4_000, help="of the busy hour")
    parser.add_argument("--days", type=int, default=20, help="of which the ledger's growth is told")
    options = parser.parse_args(arguments)
    configure_logs(level="warning")
    with tempfile.TemporaryDirectory(prefix="pasperdus-bench-") as scratch:
        measured = measure(
            Path(scratch),
            (LARGE, SMALL),
            heartbeats=options.heartbeats,
            messages=options.messages,
            days=options.days,
        )
    for line in (*told(measured), *products(measured)):
        print(line)
    return 0


def measure(
    directory: Path, plans: Sequence[SitePlan], *, heartbeats: int, messages: int, days: int
) -> Measured:
    """Run broker, collector and nodes on this machine, and look at them."""
    with ExitStack() as stack:
        broker = stack.enter_context(Mosquitto(directory / "broker"))
        collector = stack.enter_context(Collector(directory / "collector", broker_port=broker.port))
        if broker.pid is None:
            raise RuntimeError("the broker does not run")
        idle_mb = collector.resident_mb()
        beat = heartbeat_cost(
            collector, directory / "beats", broker.pid, heartbeats=max(messages // 2, 1)
        )
        site_days = [_site_day(plan, directory, collector, broker, beat, days) for plan in plans]
        busy = one_event_each(collector, broker.pid, nodes=20, messages=messages)
        before = collector.cpu_s()
        caught_up = drain(collector, nodes=4, events=10 * messages)
        catch_up_event_s = (collector.cpu_s() - before) / (10 * messages)
        return Measured(
            days=site_days,
            idle=idle_node(directory / "idle", broker.port, heartbeats=heartbeats),
            beat=beat,
            busy=busy,
            catch_up_s=caught_up.events_s,
            catch_up_event_s=catch_up_event_s,
            collector_idle_mb=idle_mb,
            collector_peak_mb=collector.peak_mb(),
            connection_kb=_connection_kb(broker),
        )


def told(measured: Measured) -> Iterable[str]:
    """Yield what was measured, as a table."""
    beat, idle, busy = measured.beat, measured.idle, measured.busy
    yield (
        "| measured, on an open day | " + " | ".join(_title(each) for each in measured.days) + " |"
    )
    yield "|---|" + "---:|" * len(measured.days)
    rows: dict[str, Callable[[SiteDayMeasured], str]] = {
        "nodes": lambda day: f"{len(day.plan.nodes)}",
        "events": lambda day: f"{day.growth.events:,}",
        "of these coverage, day and night": lambda day: f"{day.without_visitors:,}",
        "batches, each with its acknowledgement": lambda day: f"{_batches(day):,}",
        "batches in the busiest hour": lambda day: f"{_batches(day) * day.busiest_hour:,.0f}",
        "MQTT for these, both ways": lambda day: _size(day.traffic.bytes_of(*EVENT_PACKETS)),
        "collector's processor time a batch": lambda day: _ms(day.collector_s / _batches(day)),
        "the same for 1,000 events": lambda day: _ms(day.collector_s / day.growth.events * 1000),
        "broker's processor time a batch": lambda day: _ms(day.broker_s / _batches(day)),
        "ledger: an event": lambda day: _size(day.growth.raw_bytes / day.growth.events),
        "ledger: all events of the day": lambda day: _size(day.growth.raw_bytes),
        "ledger: what is kept for ever": lambda day: _size(day.growth.kept_bytes),
        "InfluxDB: points": lambda day: f"{day.growth.points:,}",
        "InfluxDB: a line": lambda day: _size(day.growth.point_bytes),
        "InfluxDB: lines a copy, of a day that goes on": (
            lambda day: f"{day.growth.points_a_copy:.0f}"
        ),
        "processor time of such a copy": lambda day: _ms(day.growth.copy_s),
    }
    for name, cell in rows.items():
        yield f"| {name} | " + " | ".join(cell(day) for day in measured.days) + " |"
    yield ""
    yield "| measured, of any node or collector | |"
    yield "|---|---:|"
    yield f"| a heartbeat of a node that was started often | {_size(idle.heartbeat_bytes)} |"
    yield f"| heartbeats and pings of a node, a day | {_size(idle.bytes_a_day)} |"
    yield f"| collector's processor time a heartbeat | {_ms(beat.collector_s)} |"
    yield f"| broker's processor time a heartbeat | {_ms(beat.broker_s)} |"
    yield f"| memory of a node | {idle.memory_mb:.0f} MB |"
    yield (
        f"| memory of the collector, idle; the most | {measured.collector_idle_mb:.0f}; "
        f"{measured.collector_peak_mb:.0f} MB |"
    )
    yield f"| memory of the broker for a connection | {measured.connection_kb:.1f} kB |"
    yield (
        "| batches of one event a second, 20 nodes in turn, clients on the same machine | "
        f"{busy.messages_s:,.0f} |"
    )
    yield f"| collector's processor time for one of these | {_ms(busy.collector_s)} |"
    yield f"| events a second of 4 nodes that were away | {measured.catch_up_s:,.0f} |"
    yield (
        "| collector's processor time for 1,000 of these | "
        f"{_ms(measured.catch_up_event_s * 1000)} |"
    )


def products(measured: Measured) -> Iterable[str]:
    """Yield the table of many sites, for each kind."""
    for day in measured.days:
        rows = [extrapolate(day.units(), measured.node_units(), sites) for sites in SITES]
        yield ""
        yield f"| products: {_title(day)} | " + " | ".join(f"{row.sites:,}" for row in rows) + " |"
        yield "|---|" + "---:|" * len(rows)
        cells: dict[str, Callable[[Row], str]] = {
            "nodes": lambda row: f"{row.nodes:,}",
            "messages a second, busiest hour": lambda row: f"{row.messages_s:,.1f}",
            "MQTT a day": lambda row: _size(row.gigabytes_a_day * 1e9),
            "events a day": lambda row: f"{row.events_a_day:,}",
            "ledgers: events of a year": lambda row: _size(row.raw_gigabytes_a_year * 1e9),
            "ledgers: kept for ever, a year": lambda row: _size(row.kept_gigabytes_a_year * 1e9),
            "InfluxDB: points a day": lambda row: f"{row.points_a_day:,}",
            "InfluxDB: lines sent a day, at most": lambda row: f"{row.points_sent_a_day:,}",
            "processors that collectors fill": lambda row: f"{row.processors:.3f}",
            "of it the projection; heartbeats": (
                lambda row: f"{row.projection_share:.0%}; {row.heartbeat_share:.0%}"
            ),
            "collectors": lambda row: f"{row.collectors:,}",
            "machines of four processors for them": lambda row: f"{row.machines:,}",
            "processors that brokers fill": lambda row: f"{row.broker_processors:.3f}",
        }
        for name, cell in cells.items():
            yield f"| {name} | " + " | ".join(cell(row) for row in rows) + " |"
        seldom = [
            extrapolate(day.units(), measured.node_units(), sites, copy_every_s=SELDOM_S)
            for sites in SITES
        ]
        said = f"copied every {SELDOM_S:.0f} s instead"
        for name in ("InfluxDB: lines sent a day, at most", "processors that collectors fill"):
            yield f"| {name}, {said} | " + " | ".join(cells[name](row) for row in seldom) + " |"
        yield (
            f"| collectors, {said} | " + " | ".join(f"{row.collectors:,}" for row in seldom) + " |"
        )


# -- measuring ------------------------------------------------------------------------------------


def _site_day(
    plan: SitePlan,
    directory: Path,
    collector: Collector,
    broker: Mosquitto,
    beat: HeartbeatCost,
    days: int,
) -> SiteDayMeasured:
    if broker.pid is None:
        raise RuntimeError("the broker does not run")
    with WireMeter(broker.port) as meter:
        before, began_s = processor_time(collector, broker.pid), time.monotonic()
        live_through_a_day(plan, directory / plan.name, mqtt_port=meter.port)
        after, took_s = processor_time(collector, broker.pid), time.monotonic() - began_s
        traffic = meter.take()
    # Heartbeats follow the real clock, in which this was no day: they are counted by themselves.
    beats = traffic.packets["heartbeat"]
    collector_s = after[0] - before[0] - took_s * beat.idle_collector - beats * beat.collector_s
    broker_s = after[1] - before[1] - took_s * beat.idle_broker - beats * beat.broker_s
    told_events = harvest(collector.directory / "ledger.db", [node.name for node in plan.nodes])
    return SiteDayMeasured(
        plan=plan,
        traffic=traffic,
        collector_s=max(0.0, collector_s),
        broker_s=max(0.0, broker_s),
        growth=grow(directory / f"{plan.name}.db", told_events, days=days),
        without_visitors=sum(
            event["kind"] == "coverage" for events in told_events.values() for event in events
        ),
        busiest_hour=_busiest_hour(event["wall"] for e in told_events.values() for event in e),
    )


def _busiest_hour(walls_ms: Iterable[int]) -> float:
    hours = Counter(wall_ms // _HOUR_MS for wall_ms in walls_ms)
    return max(hours.values()) / hours.total()


def _connection_kb(broker: Mosquitto) -> float:
    """Return what a quiet connection costs the broker in memory."""
    if broker.pid is None:
        raise RuntimeError("the broker does not run")
    before_mb = memory_mb(broker.pid, "VmRSS")
    with ExitStack() as stack:
        for number in range(CONNECTIONS):
            client = stack.enter_context(socket.create_connection(("127.0.0.1", broker.port)))
            client.settimeout(_TIMEOUT_S)
            client.sendall(_connect_packet(f"quiet-{number}"))
            if client.recv(4)[:1] != b"\x20":
                raise RuntimeError("the broker refused a connection")
        return (memory_mb(broker.pid, "VmRSS") - before_mb) * 1024 / CONNECTIONS


def _connect_packet(client_id: str) -> bytes:
    """Return MQTT 3.1.1's CONNECT with a clean session and a minute's keep-alive."""
    name = client_id.encode()
    rest = b"\x00\x04MQTT\x04\x02\x00\x3c" + len(name).to_bytes(2) + name
    return bytes([0x10, len(rest)]) + rest


# -- words ----------------------------------------------------------------------------------------


def _title(day: SiteDayMeasured) -> str:
    return f"{day.plan.visitors} visitors a day"


def _batches(day: SiteDayMeasured) -> int:
    return day.traffic.packets["events"]


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.2f} ms" if seconds < 0.1 else f"{seconds:.2f} s"


def _size(octets: float) -> str:
    for unit, size in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if octets >= size:
            return f"{octets / size:.1f} {unit}"
    return f"{octets:.0f} B"
