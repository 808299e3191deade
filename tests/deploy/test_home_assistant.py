"""Home Assistant's account at the shipped broker: it hears devices and states, and can be heard."""

from __future__ import annotations

import json
from pathlib import Path

from support.home_assistant import checked
from support.mosquitto import free_port
from support.processes import Process, eventually
from support.shipped_broker import ANSWER_WAIT_S, COLLECTOR, HOME, NODE, Broker, Link, P
from support.wire import EPOCH, written

EXAMPLE = Path(__file__).resolve().parents[2] / "deploy" / "config" / "collector.toml"
COMMENTED = '# [home_assistant]\n# language = "fr"\n'
CONFIG = f"homeassistant/device/pasperdus_mairie_node_{NODE}/config"
STATE = f"{P}/home/node/{NODE}"


def configuration(broker: Broker, directory: Path) -> Path:
    """Write the shipped example with our paths, and its Home Assistant part in use."""
    password = directory / "collector.password"
    password.write_text(f"{broker.passwords[COLLECTOR]}\n")
    text = EXAMPLE.read_text()
    for place, ours in {
        COMMENTED: COMMENTED.replace("# ", ""),
        "mqtt://127.0.0.1:1883": f"mqtt://127.0.0.1:{broker.plain_port}",
        "/etc/pasperdus/collector.password": str(password),
        "/var/lib/pasperdus/ledger.db": f"{directory}/ledger.db",
        "port = 8000": f"port = {free_port()}",
    }.items():
        assert text.count(place) == 1, place
        text = text.replace(place, ours)
    file = directory / "collector.toml"
    file.write_text(text)
    return file


def heard(link: Link, topic: str) -> bytes:
    while (message := link.messages.get(timeout=ANSWER_WAIT_S)).topic != topic:
        pass
    return bytes(message.payload)


def test_home_assistant_s_account_hears_devices_and_its_birth_is_heard(
    broker: Broker, tmp_path: Path
) -> None:
    file = configuration(broker, tmp_path)
    collector = Process(
        "pasperdus_collector", "serve", "--config", str(file), log=tmp_path / "c.log"
    )
    status = {"schema": 1, "state": "online", "epoch": EPOCH, "version": "0.1.0"}
    try:
        collector.start()
        broker.link(NODE).entered().publish(f"{P}/node/{NODE}/status", written(status), retain=True)
        home = broker.link(HOME).entered()
        home.subscribe("homeassistant/#", f"{P}/#")
        said: dict[str, bytes] = {}

        def has_heard_all() -> bool:
            while not home.messages.empty():
                message = home.messages.get()
                said[message.topic] = bytes(message.payload)
            return {CONFIG, STATE} <= set(said)

        eventually(has_heard_all, "device and state")
        device = checked(said[CONFIG])
        assert device["state_topic"] == STATE
        assert json.loads(said[STATE])["state"] == "online"
        assert f"{P}/node/{NODE}/status" not in said
        for each in device["availability"]:
            assert each["topic"] in said, "what availability leans on may be read"

        home.publish("homeassistant/status", b"online")
        assert heard(home, CONFIG) == said[CONFIG]
    finally:
        collector.terminate()
