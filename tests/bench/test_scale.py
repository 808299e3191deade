"""What the measurements of scale stand on: packets, products, a day of real nodes."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from bench.collector import Collector
from bench.extrapolation import NodeUnits, SiteUnits, extrapolate
from bench.growth import grow, harvest
from bench.site_day import SMALL, live_through_a_day
from bench.wire_meter import Frames, WireMeter
from pasperdus_demo.town import Crossing

PING, PUBACK = b"\xc0\x00", b"\x40\x02\x00\x07"
NODE = NodeUnits(idle_bytes_a_day=1e6, heartbeat_collector_s=0.001, heartbeat_broker_s=0.0001)
SITE = SiteUnits(
    name="site",
    visitors=500,
    nodes=2,
    events=2_000,
    events_without_visitors=300,
    messages=1_800,
    bytes_on_wire=1_000_000,
    busiest_hour=0.1,
    message_collector_s=0.004,
    message_broker_s=0.0004,
    raw_bytes=400_000.0,
    kept_bytes=7_000.0,
    points=700,
    points_a_copy=40.0,
    copy_s=0.02,
)


def publish(topic: str, size: int) -> bytes:
    rest = len(topic).to_bytes(2) + topic.encode() + bytes(size)
    length, coded = len(rest), bytearray()
    while True:
        length, low = divmod(length, 128)
        coded.append(low | (0x80 if length else 0))
        if not length:
            return b"\x30" + bytes(coded) + rest


@pytest.mark.parametrize("seed", range(5))
def test_packets_are_counted_whole_however_their_bytes_come(seed: int) -> None:
    sent = [
        PING,
        publish("pasperdus/v1/node/entrance-1/events", 40_000),
        PUBACK,
        publish("pasperdus/v1/node/entrance-1/heartbeat", 3),
        publish("pasperdus/v1/collector/mairie/status", 100),
    ]
    stream, rng, frames = b"".join(sent), Random(seed), Frames()
    found = []
    while stream:
        cut = rng.choice((1, 2, 3, 1_000, 20_000))
        found += frames.feed(stream[:cut])
        stream = stream[cut:]

    names = ["ping", "events", "puback", "heartbeat", "collector status"]
    assert found == list(zip(names, map(len, sent), strict=True))


def test_ten_sites_are_ten_times_one() -> None:
    one, ten = extrapolate(SITE, NODE, 1), extrapolate(SITE, NODE, 10)

    assert one.events_a_day == 2_000
    assert one.gigabytes_a_day == pytest.approx(0.003)  # a megabyte, and one of each node's own
    assert ten.messages_s == pytest.approx(10 * one.messages_s)
    assert ten.processors == pytest.approx(10 * one.processors)
    assert ten.raw_gigabytes_a_year == pytest.approx(10 * one.raw_gigabytes_a_year)


def test_a_collector_more_is_needed_once_half_a_processor_is_full() -> None:
    costly = replace(SITE, message_collector_s=1.0, copy_s=0.0)  # 0.05 s a second, and heartbeats
    quiet = replace(NODE, heartbeat_collector_s=0.0)

    assert extrapolate(costly, quiet, 10).collectors == 1
    assert extrapolate(costly, quiet, 11).collectors == 2


def test_copying_less_often_sends_fewer_lines() -> None:
    often, seldom = extrapolate(SITE, NODE, 1), extrapolate(SITE, NODE, 1, copy_every_s=300.0)

    assert often.points_sent_a_day == 1_800 * 40
    assert seldom.points_sent_a_day == 288 * 40
    assert seldom.processors < often.processors
    assert seldom.points_a_day == often.points_a_day


@pytest.mark.slow
def test_a_day_of_a_site_is_measured_whole(tmp_path: Path) -> None:
    plan = replace(SMALL, name="tiny", visitors=3)
    with (
        Collector(tmp_path / "collector") as collector,
        WireMeter(collector.mqtt_port) as meter,
    ):
        live_through_a_day(plan, tmp_path / "nodes", mqtt_port=meter.port)
        seen = meter.take()
        told = harvest(collector.directory / "ledger.db", [plan.nodes[0].name])
    steps = plan.steps()
    events = told[plan.nodes[0].name]
    growth = grow(tmp_path / "grown.db", told, days=2)

    assert Counter(event["kind"] for event in events)["passage"] == sum(
        isinstance(step, Crossing) for step in steps
    )
    assert seen.packets["events"] == seen.packets["ack"] >= 96 + len(steps)
    assert growth.events == len(events)
    assert growth.raw_bytes > 100 * len(events)
    assert growth.points > 4 * 96  # of site, zone and line, and people inside, each quarter-hour
