"""The collector's own program, a real broker, and a client that hears what Home Assistant hears."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from paho.mqtt.client import MQTTMessage

from support.collecting import DAY, MINUTE, batch, passage
from support.home_assistant import checked
from support.listening import Listener
from support.mosquitto import Mosquitto
from support.processes import CollectorProcess, eventually
from support.wire import EPOCH, HEARTBEAT, written

P = "pasperdus/v1"
NODE_CONFIG = "homeassistant/device/pasperdus_mairie_node_entrance-1/config"
SITE_CONFIG = "homeassistant/device/pasperdus_mairie_site_default/config"
NODE_STATE = f"{P}/home/node/entrance-1"
SITE_STATE = f"{P}/home/site/default"
STORED = 5_000
HANDFUL = 5

pytestmark = pytest.mark.slow


class Ear(Listener):
    """Hears all that Home Assistant would, and speaks as nodes and Home Assistant do."""

    def __init__(self, port: int) -> None:
        super().__init__(port, "homeassistant/device/#", f"{P}/home/#")
        self.messages_heard = 0

    def hear_until(self, is_enough: Callable[[dict[str, bytes]], bool]) -> dict[str, bytes]:
        """Return the last payload by topic, of all that is heard until it is enough."""
        heard: dict[str, bytes] = {}

        def look() -> bool:
            for message in self.drain():
                heard[message.topic] = bytes(message.payload)
            return is_enough(heard)

        eventually(look, f"more than {sorted(heard)}")
        return heard

    def drain(self) -> list[MQTTMessage]:
        messages = []
        while not self.heard.empty():
            messages.append(self.heard.get())
        self.messages_heard += len(messages)
        return messages


@pytest.fixture
def ear(broker: Mosquitto) -> Iterator[Ear]:
    ear = Ear(broker.port)
    yield ear
    ear.close()


def collector(directory: Path, broker: Mosquitto) -> CollectorProcess:
    return CollectorProcess(directory, mqtt_url=broker.url, tables="[home_assistant]\n")


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def speak_as_a_node(ear: Ear, *, wall: int) -> None:
    status = {"schema": 1, "state": "online", "epoch": EPOCH, "version": "0.1.0"}
    ear.say(f"{P}/node/entrance-1/status", written(status), retain=True)
    sent = {"boot": "boot-1", "wall": wall, "uptime": 30 * DAY, "synced": True}
    beat = {**HEARTBEAT, "first": None, "head": None, "sent": sent, "sensors": {"door": "ok"}}
    ear.say(f"{P}/node/entrance-1/heartbeat", written(beat))


def is_described(heard: dict[str, bytes]) -> bool:
    return {NODE_CONFIG, SITE_CONFIG, NODE_STATE, SITE_STATE} <= set(heard)


def is_settled(heard: dict[str, bytes]) -> bool:
    """Whether all of a heartbeat was told: from then on nothing changes by itself."""
    return (
        is_described(heard)
        and state(heard[NODE_STATE])["heartbeat"] is not None
        and "sw_version" in state(heard[NODE_CONFIG])["device"]
    )


def state(payload: bytes) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(payload)
    return value


def test_devices_are_retained_described_again_at_a_birth_and_spared_a_backlog(
    tmp_path: Path, broker: Mosquitto, ear: Ear
) -> None:
    with collector(tmp_path, broker) as running:
        wall = now_ms()
        booted = wall - 30 * DAY
        speak_as_a_node(ear, wall=wall)
        now = ear.hear_until(is_settled)
        checked(now[NODE_CONFIG])
        checked(now[SITE_CONFIG])
        assert state(now[NODE_STATE])["state"] == "online"

        late = Ear(broker.port)  # Home Assistant comes later than everything was said
        kept = late.hear_until(is_described)
        late.close()
        assert {kept[topic] for topic in (NODE_CONFIG, SITE_CONFIG)} == {
            now[topic] for topic in (NODE_CONFIG, SITE_CONFIG)
        }

        ear.say("homeassistant/status", b"online")
        again = ear.hear_until(lambda heard: {NODE_CONFIG, SITE_CONFIG} <= set(heard))
        assert set(again) == {NODE_CONFIG, SITE_CONFIG}, "a birth repeats no state"

        before = ear.messages_heard
        old = [
            passage(seq, wall - 14 * DAY + seq * MINUTE, booted=booted)
            for seq in range(1, STORED + 1)
        ]
        for first in range(0, STORED, 500):
            ear.say(
                f"{P}/node/entrance-1/events",
                batch(*old[first : first + 500], sent_at=wall, booted=booted, head=STORED + 1),
            )
        running.wait_until(
            lambda: running.counters("entrance-1").get("stored") == STORED or None, "the backlog"
        )

        wall = now_ms()
        event = passage(STORED + 1, wall, booted=booted)
        ear.say(f"{P}/node/entrance-1/events", batch(event, sent_at=wall, booted=booted, first=1))
        during = ear.hear_until(
            lambda heard: SITE_STATE in heard and state(heard[SITE_STATE])["entries_today"] == 1
        )
        assert ear.messages_heard - before <= HANDFUL, during
        assert not {NODE_CONFIG, SITE_CONFIG} & set(during)
        assert running.http.get("/metrics").text.count("pasperdus_home_assistant_devices 2.0") == 1


def test_a_broker_that_forgot_everything_is_told_again(
    tmp_path: Path, broker: Mosquitto, ear: Ear
) -> None:
    with collector(tmp_path, broker):
        speak_as_a_node(ear, wall=now_ms())
        before = ear.hear_until(is_described)
        ear.close()
        broker.kill()
        broker.start()

        later = Ear(broker.port)
        after = later.hear_until(is_described)
        later.close()

    assert after[NODE_CONFIG] == before[NODE_CONFIG]
    assert after[SITE_CONFIG] == before[SITE_CONFIG]


def test_a_device_that_went_while_the_collector_was_down_is_taken_away(
    tmp_path: Path, broker: Mosquitto, ear: Ear
) -> None:
    with collector(tmp_path, broker):
        speak_as_a_node(ear, wall=now_ms())
        ear.hear_until(is_described)
    somebody = "homeassistant/device/somebody_else/config"
    ear.say(somebody, b"{}", retain=True)
    ear.say(f"{P}/node/entrance-1/status", b"", retain=True)
    with closing(sqlite3.connect(tmp_path / "mairie.db")) as db, db:
        db.execute("DELETE FROM nodes")

    ear.drain()
    with collector(tmp_path, broker):
        gone = ear.hear_until(lambda heard: heard.get(NODE_CONFIG) == b"")
    assert gone.get(somebody) != b""


def test_a_collector_without_the_table_is_silent_beside_one_that_has_it(
    tmp_path: Path, broker: Mosquitto, ear: Ear
) -> None:
    silent = CollectorProcess(tmp_path, mqtt_url=broker.url, name="silent")
    with silent, collector(tmp_path, broker):
        speak_as_a_node(ear, wall=now_ms())
        heard = ear.hear_until(is_settled)

        assert silent.node("entrance-1")["last_heartbeat"] is not None
        assert not [topic for topic in heard if "pasperdus_silent_" in topic]
        assert "pasperdus_home_assistant" not in silent.http.get("/metrics").text
