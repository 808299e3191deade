"""The node's and the collector's own programs, a real broker between them, and what dies when."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from support.listening import Listener
from support.mosquitto import LOOPBACK, Mosquitto, free_port
from support.processes import CollectorProcess, NodeProcess, Process, eventually

P = "pasperdus/v1"
MORNING = 1_772_438_400_000  # 2026-03-02T08:00:00Z
START = 10_000  # of the driven clock's uptime
A, B = 17, 27


class Witness(Listener):
    """Hears what is said on one topic, by a connection of its own."""

    def next(self) -> dict[str, Any]:
        said: dict[str, Any] = json.loads(self.heard.get(timeout=10).payload)
        return said


def driven(directory: Path, url: str) -> NodeProcess:
    return NodeProcess(directory, mqtt_url=url, clock="driven")


def open_door(node: NodeProcess) -> None:
    """Tell the time and clear both beams."""
    node.drive(clock={"wall": MORNING, "uptime": START})
    node.drive(edges=[[START, A, False], [START, B, False]], until=START + 2000)


def walk_in(node: NodeProcess, times: int, *, from_ms: int) -> int:
    """Let people in, one a second; return how many the node ever counted."""
    edges = []
    for person in range(times):
        t_ms = START + from_ms + 1000 * person
        edges += [[t_ms, A, True], [t_ms + 60, B, True], [t_ms + 250, A, False]]
        edges += [[t_ms + 310, B, False]]
    answer = node.drive(edges=edges, until=START + from_ms + 1000 * times)
    counted: int = answer["totals"]["door.in"]
    return counted


def recorded(node: NodeProcess) -> int:
    """Return how many events the node ever recorded: its sequence numbers have no gap."""
    with closing(sqlite3.connect(f"{node.outbox.as_uri()}?mode=ro", uri=True)) as db:
        (seq,) = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'events'").fetchone()
    return int(seq)


def pending(node: NodeProcess) -> int:
    with closing(sqlite3.connect(f"{node.outbox.as_uri()}?mode=ro", uri=True)) as db:
        (count,) = db.execute("SELECT count(*) FROM events").fetchone()
    return int(count)


def passages_in(collector: CollectorProcess) -> int:
    (point,) = collector.get(
        "series",
        zone="entrance-1",
        measure="passages_in",
        bucket="1d",
        **{"from": "2026-03-02T08:00:00Z", "to": "2026-03-02T09:00:00Z"},
    )["points"]
    return int(point["value"] or 0)


def wait_until_drained(node: NodeProcess) -> None:
    node.wait_until(lambda: pending(node) == 0 or None, "empty outbox")


@pytest.mark.parametrize("kind", ["embedded", "mosquitto"])
def test_a_passage_is_stored_and_the_outbox_drains(tmp_path: Path, kind: str) -> None:
    port = free_port()
    with Mosquitto(tmp_path / "broker") as mosquitto:
        url = f"embedded:{port}" if kind == "embedded" else mosquitto.url
        reach = f"mqtt://{LOOPBACK}:{port}" if kind == "embedded" else mosquitto.url
        with CollectorProcess(tmp_path, mqtt_url=url) as collector, driven(tmp_path, reach) as node:
            open_door(node)
            assert walk_in(node, 7, from_ms=3000) == 7

            wait_until_drained(node)

            assert passages_in(collector) == 7
            counters = collector.counters("entrance-1")
            assert counters["stored"] == recorded(node)
            assert counters["received"] == counters["stored"] + counters["duplicate"]
            assert eventually(lambda: collector.node("entrance-1") or None, "node")["state"] == (
                "online"
            )


def test_the_systems_own_clock_counts_as_well(tmp_path: Path, broker: Mosquitto) -> None:
    with (
        CollectorProcess(tmp_path, mqtt_url=broker.url) as collector,
        NodeProcess(tmp_path, mqtt_url=broker.url) as node,
    ):
        node.drive(edges=[[0, A, False], [0, B, False]])
        node.wait_until(lambda: node.drive()["health"]["door"] == "ok" or None, "good health")
        for pin, is_high in ((A, True), (B, True), (A, False), (B, False)):
            node.drive(edges=[[0, pin, is_high]])
            time.sleep(0.1)  # a person is not faster, and here time is real
        node.wait_until(lambda: node.drive()["totals"].get("door.in"), "passage")
        wait_until_drained(node)

        assert node.drive()["totals"]["door.in"] == 1
        assert collector.counters("entrance-1")["stored"] == recorded(node)


def test_a_node_that_is_stopped_tells_its_coverage_and_says_offline(
    tmp_path: Path, broker: Mosquitto
) -> None:
    with (
        closing(Witness(broker.port, f"{P}/node/entrance-1/status")) as status,
        closing(Witness(broker.port, f"{P}/node/entrance-1/events")) as batches,
        CollectorProcess(tmp_path, mqtt_url=broker.url) as collector,
        driven(tmp_path, broker.url) as node,
    ):
        open_door(node)
        online = status.next()
        node.drive(until=START + 60_000)
        wait_until_drained(node)

        assert node.terminate() == 0

        offline = status.next()
        assert (online["state"], offline["state"]) == ("online", "offline")
        assert online["epoch"] == offline["epoch"]
        last: dict[str, Any] = {}
        while last.get("kind") != "coverage" or last["to"] != START + 60_000:
            (*_, last) = batches.next()["events"]
        eventually(
            lambda: collector.counters("entrance-1").get("stored") == recorded(node) or None,
            "coverage at the collector",
        )
        assert collector.node("entrance-1")["state"] == "offline"


def test_a_killed_node_leaves_its_last_will_and_loses_nothing(
    tmp_path: Path, broker: Mosquitto
) -> None:
    with (
        closing(Witness(broker.port, f"{P}/node/entrance-1/status")) as status,
        CollectorProcess(tmp_path, mqtt_url=broker.url) as collector,
        driven(tmp_path, broker.url) as node,
    ):
        open_door(node)
        first = status.next()
        assert walk_in(node, 5, from_ms=3000) == 5
        node.kill()
        will = status.next()
        assert (will["state"], will["epoch"]) == ("offline", first["epoch"])

        node.start()
        open_door(node)
        second = status.next()
        assert second["state"] == "online"
        assert second["epoch"] != first["epoch"]
        assert walk_in(node, 3, from_ms=10_000) == 8
        wait_until_drained(node)

        assert passages_in(collector) == 8
        assert collector.counters("entrance-1")["stored"] == recorded(node)


def test_a_node_that_is_there_first_is_heard_once_the_collector_comes(
    tmp_path: Path, broker: Mosquitto
) -> None:
    with driven(tmp_path, broker.url) as node:
        open_door(node)
        walk_in(node, 4, from_ms=3000)
        with CollectorProcess(tmp_path, mqtt_url=broker.url) as collector:
            wait_until_drained(node)

            assert passages_in(collector) == 4


def test_a_collector_that_is_killed_and_comes_back_has_everything_once(
    tmp_path: Path, broker: Mosquitto
) -> None:
    with (
        CollectorProcess(tmp_path, mqtt_url=broker.url) as collector,
        driven(tmp_path, broker.url) as node,
    ):
        open_door(node)
        for round_number in range(3):
            walk_in(node, 20, from_ms=3000 + 40_000 * round_number)
            collector.kill()
            walk_in(node, 10, from_ms=25_000 + 40_000 * round_number)
            collector.start()
        wait_until_drained(node)

        assert passages_in(collector) == 90
        counters = collector.counters("entrance-1")
        assert counters["stored"] == recorded(node)
        assert counters["quarantined"] == 0


def test_a_collector_that_is_told_to_stop_while_it_starts_ends_in_good_order(
    tmp_path: Path,
) -> None:
    collector = CollectorProcess(tmp_path, mqtt_url=f"embedded:{free_port()}")
    Process.start(collector)  # without waiting for it to hear nodes
    collector.wait_until(lambda: "embedded broker listens" in collector.log() or None, "broker")

    assert collector.terminate() == 0, collector.log()

    assert "collector stopped" in collector.log()
    collector.http.close()


def test_a_second_collector_on_the_same_ledger_is_refused(
    tmp_path: Path, broker: Mosquitto
) -> None:
    with CollectorProcess(tmp_path, mqtt_url=broker.url):
        again = subprocess.run(
            [
                *(sys.executable, "-m", "pasperdus_collector", "serve"),
                *("--config", str(tmp_path / "mairie.toml")),
            ],
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )

    assert again.returncode == 1
    assert "[ledger] path" in again.stderr
    assert "held by another process" in again.stderr


def test_everything_arrives_also_after_a_move_to_another_broker(tmp_path: Path) -> None:
    with (
        Mosquitto(tmp_path / "old") as old,
        Mosquitto(tmp_path / "new") as new,
        driven(tmp_path, old.url) as node,
    ):
        with CollectorProcess(tmp_path, mqtt_url=old.url) as collector:
            open_door(node)
            walk_in(node, 3, from_ms=3000)
            wait_until_drained(node)
        walk_in(node, 3, from_ms=10_000)
        node.terminate()
        node.configure(new.url)
        with CollectorProcess(tmp_path, mqtt_url=new.url) as collector:
            node.start()
            open_door(node)
            wait_until_drained(node)

            assert passages_in(collector) == 6
            assert collector.counters("entrance-1")["stored"] == recorded(node)


def test_a_node_without_broker_rests_and_delivers_when_it_is_back(
    tmp_path: Path, broker: Mosquitto
) -> None:
    with (
        CollectorProcess(tmp_path, mqtt_url=broker.url) as collector,
        driven(tmp_path, broker.url) as node,
    ):
        open_door(node)
        wait_until_drained(node)
        collector.kill()  # so that there is an answer to wait for
        walk_in(node, 5, from_ms=3000)
        broker.kill()
        time.sleep(2.2)  # by now that answer is overdue

        before_s = node.cpu_s()
        time.sleep(1.0)
        assert node.cpu_s() - before_s < 0.2, "it waits, and does not spin"

        broker.start()
        collector.start()
        wait_until_drained(node)
        assert passages_in(collector) == 5


FOREIGN = {
    "pasperdus_node": {
        *("pasperdus_collector", "pasperdus_dashboards", "altair", "babel", "fastapi", "iotcore"),
        *("influxdb_client", "jinja2", "prometheus_client", "starlette", "uvicorn", "vl_convert"),
    },
    "pasperdus_collector": {"pasperdus_node", "gpiozero", "lgpio", "pygame"},
}


@pytest.mark.parametrize("program", FOREIGN)
def test_a_program_imports_nothing_of_the_other_side(tmp_path: Path, program: str) -> None:
    """Import all that a run imports: ``.[node]`` alone must be enough for a node."""
    port = free_port()
    if program == "pasperdus_node":
        config = NodeProcess(tmp_path, mqtt_url=f"mqtt://{LOOPBACK}:{port}")._config
        verb = "run"
    else:
        collector = CollectorProcess(tmp_path, mqtt_url=f"embedded:{port}")
        collector.http.close()
        config = tmp_path / "mairie.toml"
        verb = "serve"
    script = (
        "import os, signal, sys, threading, time\n"
        f"from {program}.__main__ import main\n"
        "def stop_soon():\n"
        "    while signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:\n"
        "        time.sleep(0.01)\n"
        "    time.sleep(1.0)\n"
        "    os.kill(os.getpid(), signal.SIGTERM)\n"
        "threading.Thread(target=stop_soon, daemon=True).start()\n"
        f"ended = main(['{verb}', '--config', sys.argv[1]])\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))\n"
        "sys.exit(ended)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, str(config)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert ran.returncode == 0, ran.stderr
    imported = set(ran.stdout.split())
    assert {program, "paho", "pydantic"} <= imported
    assert imported & FOREIGN[program] == set()
