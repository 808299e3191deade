"""Metrics for those who run a collector: documented, named as Prometheus asks, and true."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from pasperdus_collector.api.metrics import Metrics, Parts
from pasperdus_collector.api.queries import Queries
from pasperdus_collector.broker import EmbeddedBroker
from pasperdus_collector.config import InfluxSettings
from pasperdus_collector.home_assistant.announcements import Announcements
from pasperdus_collector.home_assistant.announcer import Announcer
from pasperdus_collector.home_assistant.discovery import Home
from pasperdus_collector.home_assistant.words import WORDS
from pasperdus_collector.reception.outgoing import Outgoing
from pasperdus_collector.reception.publishing import Publishing
from pasperdus_collector.release import release
from pasperdus_collector.series.influx import InfluxServer
from pasperdus_collector.series.projection import Projection
from pasperdus_contract.board import Inside
from pasperdus_contract.topics import Channel, Topics
from support.collecting import (
    BOOT,
    BOOTED,
    HOUR,
    MINUTE,
    MONDAY,
    NODE,
    QUARTER,
    batch,
    coverage,
    passage,
    rating,
)
from support.mosquitto import free_port
from support.wire import HEARTBEAT, written
from support.writing import Desk

NOW = MONDAY + 9 * HOUR + 7 * MINUTE  # the quarter-hour before 9:00 is due, the one after is not
DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "metrics.md"
ROW = re.compile(
    r"^\| `(?P<name>pasperdus_\w+)` \| (?P<type>\w+) \| (?P<labels>[^|]*) \| (?P<what>.+) \|$"
)
LIBRARY = ("process_", "python_")  # what the client library adds


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path / "ledger.db")
    desk.start()
    yield desk
    desk.stop()


def store(desk: Desk, *events: dict[str, Any], **changes: Any) -> None:
    desk.deliver(batch(*events, **{"sent_at": NOW, "head": 99, "first": 1, **changes}))
    desk.settle()


def beat(desk: Desk, *, received_after_ms: int = 0, **changes: Any) -> None:
    sent = {"boot": BOOT, "wall": NOW, "uptime": NOW - BOOTED, "synced": True}
    desk.deliver(written({**HEARTBEAT, "sent": sent, **changes}), channel=Channel.HEARTBEAT)
    desk.settle()
    desk.sql("UPDATE nodes SET heartbeat_at = ?", NOW + received_after_ms)


def families(desk: Desk, parts: Parts | None = None) -> dict[str, Metric]:
    queries = Queries(desk.path, desk.writer, now_ms=lambda: NOW)
    text = Metrics(queries, desk.writer, parts or Parts(ledger=desk.path)).text().decode()
    return {
        family.name: family
        for family in text_string_to_metric_families(text)
        if not family.name.startswith(LIBRARY)
    }


def value(found: dict[str, Metric], family: str, **labels: str) -> float:
    """Return the one sample of a family with these labels."""
    (sample,) = [s for s in found[family].samples if labels.items() <= s.labels.items()]
    return float(sample.value)


def publishing(
    desk: Desk, *, inside: Callable[[str], Inside | None] = lambda _: None
) -> Publishing:
    return Publishing(
        desk.path,
        Outgoing(),
        Topics(),
        inside=inside,
        generation=lambda: 0,
        submit=desk.writer.submit,
        wake=desk.writer.wake,
        now_ms=lambda: NOW,
    )


@pytest.fixture
def everything(desk: Desk) -> Iterator[dict[str, Metric]]:
    """All that can be exposed, from a collector with every part and a node with every reading."""
    store(desk, passage(1, NOW - MINUTE), coverage(2, NOW - QUARTER, NOW))
    beat(
        desk,
        sensors={"door": "ok"},
        battery=80,
        temperature_c=51.2,
        oldest_pending_wall=NOW,
    )
    queries = Queries(desk.path, desk.writer, now_ms=lambda: NOW)
    projection = Projection(
        InfluxServer(InfluxSettings(url=f"http://127.0.0.1:{free_port()}", bucket="b")),
        path=desk.path,
        collector="mairie",
        submit=desk.writer.submit,
        every_s=10,
    )
    projection.oldest_at_ms = NOW
    home = Home(
        collector="mairie",
        prefix="pasperdus/v1",
        discovery="homeassistant",
        version="0.1.0",
        words=WORDS["fr"],
    )
    announcements = Announcements(
        discovery="homeassistant", own=home.own, status_topic="homeassistant/status"
    )
    parts = Parts(
        ledger=desk.path,
        committed_at_s=lambda: NOW / 1000,
        streams=lambda: 3,
        broker=EmbeddedBroker(port=free_port()),
        projection=projection,
        announcer=Announcer(queries, announcements, home, lambda: 0),
        publishing=publishing(desk),
    )
    yield families(desk, parts)
    projection.stop()


# The document and the names


def documented() -> dict[str, tuple[str, frozenset[str], str]]:
    rows = [ROW.match(line) for line in DOCUMENT.read_text(encoding="utf-8").splitlines()]
    return {
        row["name"]: (
            row["type"],
            frozenset(re.findall(r"`(\w+)`", row["labels"])),
            row["what"].strip(),
        )
        for row in rows
        if row is not None
    }


def test_the_document_lists_every_metric_with_its_type_labels_and_meaning(
    everything: dict[str, Metric],
) -> None:
    exposed = {}
    for family in everything.values():
        names = {sample.name for sample in family.samples}
        assert len(names) == 1, f"{family.name} has no sample, or several kinds: {names}"
        labels = {label for sample in family.samples for label in sample.labels}
        exposed[names.pop()] = (family.type, frozenset(labels), family.documentation)

    assert documented() == exposed


def test_names_follow_prometheus(everything: dict[str, Metric]) -> None:
    for family in everything.values():
        name = family.samples[0].name
        assert re.fullmatch(r"pasperdus_[a-z0-9_]+", name)
        assert family.documentation
        assert name.endswith("_total") == (family.type == "counter"), name
        assert not re.search(r"_(ms|milliseconds|kb|mb|megabytes|percent|minutes|hours)\b", name)
        for sample in family.samples:
            assert not {"le", "quantile", "job", "instance"} & set(sample.labels)


def test_a_part_that_is_not_there_has_no_metric(desk: Desk) -> None:
    found = families(desk, Parts())

    assert not [
        name
        for name in found
        if re.match(r"pasperdus_(broker|screens|projection|home_assistant|http|ledger)_", name)
    ]
    assert value(found, "pasperdus_listening") == 1


# The figures


def test_a_board_that_cannot_be_told_is_counted(desk: Desk) -> None:
    def nobody_knows(site: str) -> Inside | None:
        raise RuntimeError(f"no people inside {site} can be told")

    beat(desk, screen="agent")
    screens = publishing(desk, inside=nobody_knows)

    screens.look(0.0)

    found = families(desk, Parts(publishing=screens))
    assert value(found, "pasperdus_screens_failures") == 1
    assert value(found, "pasperdus_screens_messages") == 0


def test_a_node_is_told_in_base_units(desk: Desk) -> None:
    store(desk, passage(1, NOW - MINUTE))
    beat(
        desk,
        received_after_ms=1_500,
        pending=4,
        battery=80,
        temperature_c=51.2,
        disk_free_mb=12_345,
        oldest_pending_wall=NOW - HOUR,
        sensors={"door": "ok", "inner": "blocked"},
    )
    found = families(desk)

    of = {"node": NODE}
    assert value(found, "pasperdus_node_pending", **of) == 4
    assert value(found, "pasperdus_node_battery_ratio", **of) == 0.8
    assert value(found, "pasperdus_node_temperature_celsius", **of) == 51.2
    assert value(found, "pasperdus_node_disk_free_bytes", **of) == 12_345_000_000
    assert value(found, "pasperdus_node_clock_synced", **of) == 1
    assert value(found, "pasperdus_node_clock_offset_seconds", **of) == 1.5
    assert value(found, "pasperdus_node_heartbeat_timestamp_seconds", **of) == NOW / 1000 + 1.5
    oldest = "pasperdus_node_pending_oldest_timestamp_seconds"
    assert value(found, oldest, **of) == (NOW - HOUR) / 1000
    assert value(found, "pasperdus_sensor_ok", node=NODE, sensor="door") == 1
    assert value(found, "pasperdus_sensor_ok", node=NODE, sensor="inner") == 0
    assert value(found, "pasperdus_node_info", site="default", zone=NODE, version="0.1.0") == 1


def test_what_a_node_does_not_say_has_no_sample(desk: Desk) -> None:
    store(desk, passage(1, NOW - MINUTE))
    found = families(desk)

    for name in ("pending", "battery_ratio", "temperature_celsius", "clock_offset_seconds"):
        assert found[f"pasperdus_node_{name}"].samples == []
    assert value(found, "pasperdus_node_online", node=NODE) == 0


def test_coverage_is_of_the_last_quarter_hour_that_is_due(desk: Desk) -> None:
    due = NOW // QUARTER * QUARTER - QUARTER
    store(
        desk,
        coverage(1, due, due + QUARTER, ok_ms=QUARTER // 3),
        coverage(2, due - QUARTER, due, sensor="inner"),
        coverage(3, due + QUARTER, NOW),  # not over yet
    )
    found = families(desk)

    share = "pasperdus_sensor_coverage_ratio"
    assert value(found, share, node=NODE, sensor="door") == pytest.approx(1 / 3)
    assert value(found, share, node=NODE, sensor="inner") == 0


def test_the_ledger_tells_its_sizes_and_what_it_holds_back(desk: Desk) -> None:
    store(desk, passage(1, NOW), rating(2, NOW, 9), rating(3, NOW, 9))
    after_its_sending = passage(1, NOW + 1, synced=False)
    store(desk, after_its_sending, epoch="0" * 32, boot="boot-2", synced=False)
    wal = desk.path.with_name(f"{desk.path.name}-wal")
    before = (desk.path.stat().st_size, wal.stat().st_size)
    found = families(desk)
    after = (desk.path.stat().st_size, wal.stat().st_size)  # the writer may have work of its own

    assert value(found, "pasperdus_quarantine_events") == 2
    assert before[0] <= value(found, "pasperdus_ledger_size_bytes") <= after[0]
    assert 0 < before[1] <= value(found, "pasperdus_ledger_wal_size_bytes") <= after[1]
    assert value(found, "pasperdus_node_undated", node=NODE) == 1
    assert value(found, "pasperdus_redating_epochs") == 0


def test_ratings_that_wait_for_a_block_show_nowhere_but_among_all_events(desk: Desk) -> None:
    early = [rating(seq, NOW - 3 * HOUR + seq) for seq in range(1, 13)]
    store(desk, *early)
    desk.run(lambda ledger: release(ledger.db, NOW))

    def told() -> dict[str, list[Any]]:
        found = families(desk)
        assert value(found, "pasperdus_release_blocks") == 1
        return {
            name: family.samples
            for name, family in found.items()
            if not name.startswith(("pasperdus_events_", "pasperdus_ledger_"))
        }

    before = told()
    store(desk, *(rating(seq, NOW - HOUR + seq, 1 + seq % 5) for seq in range(20, 25)))
    desk.run(lambda ledger: release(ledger.db, NOW))

    assert [name for name, samples in told().items() if samples != before[name]] == []
