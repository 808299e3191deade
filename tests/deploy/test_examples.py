"""The shipped examples: read by our own programs, and run through the shipped broker."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

import httpx
import pytest

from pasperdus_collector.config import Config as CollectorConfig
from pasperdus_node.config import Config as NodeConfig
from pasperdus_service.settings import load
from support.mosquitto import free_port
from support.processes import Process, eventually
from support.shipped_broker import COLLECTOR, NODE, Broker

EXAMPLES = Path(__file__).resolve().parents[2] / "deploy" / "config"
OUTER, INNER = 17, 27
CROSSING = ((OUTER, True), (INNER, True), (OUTER, False), (INNER, False))


def test_the_collectors_example_is_a_configuration() -> None:
    assert load(CollectorConfig, EXAMPLES / "collector.toml").collector.name == "mairie"


@pytest.mark.parametrize("name", ["entrance", "waiting-room", "terminal", "hall-screen"])
def test_each_nodes_example_is_a_configuration(name: str) -> None:
    assert load(NodeConfig, EXAMPLES / f"node-{name}.toml").node.collector == "mairie"


def rewritten(name: str, places: dict[str, str]) -> str:
    """Return an example with these texts replaced, each exactly once."""
    text = (EXAMPLES / name).read_text()
    for place, ours in places.items():
        assert text.count(place) == 1, place
        text = text.replace(place, ours)
    return text


def ask(pins: Path, request: dict[str, Any]) -> Any:
    with socket.socket(socket.AF_UNIX) as channel:
        channel.connect(str(pins))
        with channel.makefile("rwb") as stream:
            stream.write(json.dumps(request).encode() + b"\n")
            stream.flush()
            return json.loads(stream.readline())


def test_node_and_collector_work_through_the_shipped_broker(broker: Broker, tmp_path: Path) -> None:
    """TLS, passwords and ACL as shipped: a passage reaches the ledger and is let go of."""
    http_port, pins = free_port(), tmp_path / "pins"
    for user in (COLLECTOR, NODE):
        (tmp_path / f"{user}.password").write_text(f"{broker.passwords[user]}\n")
    collector_file, node_file = tmp_path / "collector.toml", tmp_path / "node.toml"
    collector_file.write_text(
        rewritten(
            "collector.toml",
            {
                "mqtt://127.0.0.1:1883": f"mqtt://127.0.0.1:{broker.plain_port}",
                "/etc/pasperdus/collector.password": f"{tmp_path}/{COLLECTOR}.password",
                "/var/lib/pasperdus/ledger.db": f"{tmp_path}/ledger.db",
                "port = 8000": f"port = {http_port}",
            },
        )
    )
    node_file.write_text(
        rewritten(
            "node-entrance.toml",
            {
                "mqtts://accueil.example:8883": f"mqtts://127.0.0.1:{broker.tls_port}",
                "/etc/pasperdus/ca.crt": f"{broker.directory}/pasperdus-ca.crt",
                "/etc/pasperdus/node.password": f"{tmp_path}/{NODE}.password",
                "/var/lib/pasperdus-node/outbox.db": f"{tmp_path}/outbox.db",
                'pin_factory = "lgpio"': 'pin_factory = "mock"',
            },
        )
        + f'[simulation]\nsocket = "{pins}"\nclock = "driven"\n'
    )
    collector = Process(
        "pasperdus_collector", "serve", "--config", str(collector_file), log=tmp_path / "c.log"
    )
    node = Process("pasperdus_node", "run", "--config", str(node_file), log=tmp_path / "n.log")
    api = httpx.Client(base_url=f"http://127.0.0.1:{http_port}", trust_env=False)

    def is_ready() -> bool:
        try:
            return api.get("/readyz").status_code == 200
        except httpx.TransportError:
            return False

    def stored() -> int:
        return int(api.get("/api/v1/counters").json()["stored"])

    try:
        collector.start()
        collector.wait_until(is_ready, "readiness")
        node.start()
        node.wait_until(pins.exists, "simulation socket")
        ask(pins, {"clock": {"wall": 1_772_438_400_000, "uptime": 1_000}})
        ask(pins, {"edges": [[1_000, OUTER, False], [1_000, INNER, False]], "until": 3_000})
        edges = [[3_000 + 90 * n, pin, is_high] for n, (pin, is_high) in enumerate(CROSSING)]
        told = ask(pins, {"edges": edges, "until": 5_000})
        (line,) = told["health"]
        assert told["totals"][f"{line}.in"] == 1

        eventually(lambda: stored() >= 3, "stored events")  # coverage, health, passage
        day = {"bucket": "1d", "from": "2026-03-02T00:00:00Z", "to": "2026-03-02T12:00:00Z"}
        series = api.get("/api/v1/series", params={"measure": "passages_in", **day}).json()
        assert sum(point["value"] or 0 for point in series["points"]) == 1
    finally:
        api.close()
        node.terminate()
        collector.terminate()
