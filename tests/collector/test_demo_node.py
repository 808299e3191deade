"""The demonstration node: a real one in a real process, of a site of its own, never for long."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import pytest

from pasperdus_collector.broker import EmbeddedBroker
from pasperdus_collector.demo_node import NODE
from pasperdus_collector.demo_node.process import LINE, DemoNode, DemoNodeError
from pasperdus_collector.demo_node.visitors import INNER_PIN, OUTER_PIN, visitors
from pasperdus_collector.ingest import Ingest
from pasperdus_collector.ledger import Ledger, reading, wall_ms
from pasperdus_collector.node_states import read_nodes
from pasperdus_collector.registry import DEMO_SITE, read_sites
from pasperdus_collector.subscriber import Subscriber
from pasperdus_collector.writer import Writer
from pasperdus_service.settings import MqttSettings
from support.mosquitto import free_port
from support.processes import eventually

TITLES = {"title": "Démonstration", "zone_title": "Porte simulée", "time_zone": "Europe/Paris"}


@contextmanager
def collector(directory: Path) -> Iterator[tuple[Writer, MqttSettings, Path]]:
    """A collector without pages: its broker, and the thread that owns its ledger."""
    port, path = free_port(), directory / "ledger.db"
    settings = MqttSettings(url=f"mqtt://127.0.0.1:{port}")
    writer = Writer(on_commit=lambda: None)
    with EmbeddedBroker(port=port):
        writer.start(
            lambda: Ledger(path, quarantine_max=100),
            lambda ledger: Ingest(ledger, collector="mairie", enrols_unknown=True),
            Subscriber(settings, collector="mairie", sink=writer.sink),
            None,
        )
        try:
            yield writer, settings, path
        finally:
            writer.stop()


def is_there(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


@pytest.mark.slow(about_s=12)
def test_its_visitors_are_counted_in_its_own_site_until_it_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with collector(tmp_path) as (writer, settings, path):
        node = DemoNode(settings, collector="mairie", submit=writer.submit)
        node.start(**TITLES)
        node.start(**TITLES)  # it runs already: nothing to do

        def passages() -> list[str] | None:
            with reading(path) as db:
                return [
                    row[0]
                    for row in db.execute(
                        "SELECT body ->> '$.direction' FROM events WHERE kind = 'passage'"
                    )
                ] or None

        assert eventually(passages, "passage")[0] == "in"
        pid = node.pid
        assert pid is not None
        assert is_there(pid)
        assert len(list(tmp_path.glob("pasperdus-demonstration-*"))) == 1
        with reading(path) as db:
            (site,) = read_sites(db)  # none called "default" came to be
        assert (site.site, site.title) == (DEMO_SITE, "Démonstration")
        assert [(zone.zone, zone.title) for zone in site.zones] == [(NODE, "Porte simulée")]
        assert [line.line for line in site.zones[0].lines] == [LINE]
        ends_at_ms = node.state().ends_at_ms
        assert ends_at_ms is not None
        assert wall_ms() < ends_at_ms <= wall_ms() + 900_000

        node.stop()

        assert not is_there(pid)
        assert list(tmp_path.glob("pasperdus-demonstration-*")) == []

        def is_offline() -> bool:
            with reading(path) as db:
                return read_nodes(db, wall_ms())[0].state == "offline"

        assert eventually(is_offline, "goodbye")
        assert (node.state().is_running, node.state().trouble) == (False, None)


@pytest.mark.slow(about_s=8)
def test_it_ends_by_itself_when_its_time_is_over(tmp_path: Path) -> None:
    settings = MqttSettings(url=f"mqtt://127.0.0.1:{free_port()}")
    node = DemoNode(settings, collector="mairie", submit=lambda _: None, longest_s=3)

    node.start(**TITLES)
    pid = eventually(lambda: node.pid, "process")

    assert eventually(lambda: not node.state().is_running, "end", within_s=15)
    assert not is_there(pid)
    assert node.state().trouble is None


@pytest.mark.slow(about_s=8)
def test_it_ends_with_a_collector_that_is_killed(tmp_path: Path) -> None:
    script = (
        "import time\n"
        "from pasperdus_collector.demo_node.process import DemoNode\n"
        "from pasperdus_service.settings import MqttSettings\n"
        f"settings = MqttSettings(url='mqtt://127.0.0.1:{free_port()}')\n"
        "node = DemoNode(settings, collector='mairie', submit=lambda _: None)\n"
        "node.start(title='D', zone_title='P', time_zone='UTC')\n"
        "while node.pid is None: time.sleep(0.01)\n"
        "time.sleep(1)\n"
        "print('pid', node.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    command = [sys.executable, "-c", script]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}  # what it leaves behind goes with that
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as parent:
        assert parent.stdout is not None
        lines = (line.split() for line in parent.stdout)
        pid = next(int(words[1]) for words in lines if words[0] == b"pid")
        assert is_there(pid)

        parent.kill()

        assert eventually(lambda: not is_there(pid), "end of the node")


@pytest.mark.parametrize(
    ("broker", "obstacle"),
    [
        ({"url": "embedded:1883"}, None),
        ({"url": "mqtt://127.0.0.1:1883"}, None),
        ({"url": "mqtts://127.0.0.1:8883"}, "broker-elsewhere"),
        ({"url": "mqtt://127.0.0.1:1883", "username": "collector"}, "broker-asks-who"),
    ],
)
def test_it_is_offered_only_where_the_broker_takes_anybody(
    broker: dict[str, str], obstacle: str | None
) -> None:
    def never(_: object) -> None:
        raise AssertionError("the ledger must be left alone")

    node = DemoNode(MqttSettings.model_validate(broker), collector="mairie", submit=never)

    assert node.obstacle == obstacle
    if obstacle is not None:
        with pytest.raises(DemoNodeError, match=obstacle):
            node.start(**TITLES)


def test_a_real_node_of_that_name_is_not_taken_for_it(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.db", quarantine_max=1)
    with ledger.transaction():
        ledger.registry.enrol(NODE, 0)

    def submit(change: object) -> None:
        assert callable(change)
        with ledger.transaction():
            change(ledger)

    settings = MqttSettings(url="mqtt://127.0.0.1:1883")
    node = DemoNode(settings, collector="mairie", submit=submit)
    with pytest.raises(DemoNodeError, match="belongs to another site"):
        node.start(**TITLES)

    assert [site.site for site in read_sites(ledger.db)] == ["default"]
    assert not node.state().is_running
    ledger.close()


def test_never_more_visitors_go_out_than_came_in_and_the_hall_is_empty_again() -> None:
    inside = [0]
    for moves in islice(visitors(), 240):
        first = moves[0].pin
        assert [move.is_high for move in moves] == [True, True, False, False]
        assert {move.pin for move in moves} == {OUTER_PIN, INNER_PIN}
        inside.append(inside[-1] + (1 if first == OUTER_PIN else -1))

    assert min(inside) == 0
    assert max(inside) < 10
    assert inside[-1] == 0
