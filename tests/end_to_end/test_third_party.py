"""A node that somebody else wrote, from contract.md alone, against the real collector.

No code of ours on the client's side: paho, json and what the contract says.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from support.listening import ANSWER_WAIT_S, Listener
from support.mosquitto import Mosquitto, free_port
from support.processes import CollectorProcess

P = "pasperdus/v1"
MORNING = 1_772_438_400_000  # 2026-03-02T08:00:00Z
BOOT = "5b3c1e0a-7d1f-4c56-9a5e-2f1f5c3e9b10"
UPTIME = 8_000_000


class Client(Listener):
    """A third party's node: it publishes on its topic and hears its acks."""

    def __init__(self, port: int, name: str) -> None:
        self.name = name
        self.epoch = secrets.token_hex(16)
        super().__init__(port, f"{P}/node/{name}/ack", f"{P}/collector/mairie/status")

    def batch(self, *events: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """Return the batch of the contract's example, with these events."""
        sent = {"boot": BOOT, "wall": MORNING + 60_000, "uptime": UPTIME + 60_000, "synced": True}
        return {
            "schema": 1,
            "node": self.name,
            "epoch": self.epoch,
            "first": min((event.get("seq", 1) for event in events), default=1),
            "head": max((event.get("seq", 1) for event in events), default=1),
            "boot": BOOT,
            "sent": sent,
            "events": list(events),
            **changes,
        }

    def send(self, payload: dict[str, Any] | bytes) -> bytes:
        """Publish to our events topic and return the bytes that went."""
        said = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        self._client.publish(f"{P}/node/{self.name}/events", said, qos=1)
        return said

    def ask(self, payload: dict[str, Any] | bytes) -> dict[str, Any]:
        """Publish and return the collector's answer."""
        self.send(payload)
        return self.hear("ack")

    def hear(self, kind: str) -> dict[str, Any]:
        """Return the next message on a topic that ends in ``kind``."""
        while True:
            message = self.heard.get(timeout=ANSWER_WAIT_S)
            if message.topic.endswith(f"/{kind}"):
                said: dict[str, Any] = json.loads(message.payload)
                return {**said, "_retained": message.retain} if kind == "status" else said


class Town:
    """A collector, its broker, and the clients that the tests bring."""

    def __init__(self, kind: str, directory: Path) -> None:
        self._stack = ExitStack()
        self._clients: list[Client] = []
        self.has_own_broker = kind != "embedded"
        if kind == "embedded":
            self.port = free_port()
            url = f"embedded:{self.port}"
        else:
            broker = self._stack.enter_context(Mosquitto(directory / "broker"))
            self.port, url = broker.port, broker.url
        self.collector = self._stack.enter_context(CollectorProcess(directory, mqtt_url=url))

    def client(self, name: str) -> Client:
        made = Client(self.port, name)
        self._clients.append(made)
        return made

    def send_clients_home(self) -> None:
        while self._clients:
            self._clients.pop().close()

    def close(self) -> None:
        self._stack.close()


@pytest.fixture(scope="module", params=["embedded", "mosquitto"])
def town(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Town]:
    made = Town(request.param, tmp_path_factory.mktemp(request.param))
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _clients_go_home(town: Town) -> Iterator[None]:
    yield
    town.send_clients_home()


def passage(seq: int, **changes: Any) -> dict[str, Any]:
    at = {"wall": MORNING + seq, "uptime": UPTIME + seq, "synced": True}
    event = {"seq": seq, "kind": "passage", **at, "line": "door", "direction": "in", "flags": []}
    return {**event, **changes}


def rating(seq: int, value: int) -> dict[str, Any]:
    at = {"wall": MORNING + seq, "uptime": UPTIME + seq, "synced": True}
    fields = {"question": "accueil", "value": value, "scale": 5, "flags": []}
    return {"seq": seq, "kind": "rating", **at, **fields}


def ack(node: Client, stored: list[list[int]], quarantined: list[list[Any]]) -> dict[str, Any]:
    return {
        "schema": 1,
        "collector": "mairie",
        "epoch": node.epoch,
        "stored": stored,
        "quarantined": quarantined,
    }


def test_the_contracts_own_arithmetic(town: Town) -> None:
    node = town.client("arithmetic")
    before = town.collector.get("counters")

    assert node.ask(node.batch(passage(41))) == ack(node, [[41, 41]], [])
    assert node.ask(node.batch(passage(41))) == ack(node, [[41, 41]], [])
    assert node.ask(node.batch(rating(42, 9))) == ack(
        node, [], [[42, 42, "rating.value: 9 is not in 1..5"]]
    )

    expected = {"received": 3, "stored": 1, "duplicate": 1, "quarantined": 1}
    after = town.collector.get("counters")
    assert after["nodes"]["arithmetic"] == expected
    assert {key: after[key] - before[key] for key in expected} == expected
    assert (after["unparseable"], after["unknown_node"]) == (
        before["unparseable"],
        before["unknown_node"],
    )


def test_an_ack_names_exactly_the_batch_in_ranges(town: Town) -> None:
    node = town.client("ranges")

    answer = node.ask(
        node.batch(passage(5), passage(6), rating(7, 0), passage(9), passage(10, line="No Such"))
    )

    assert answer["stored"] == [[5, 6], [9, 9]]
    assert [entry[:2] for entry in answer["quarantined"]] == [[7, 7], [10, 10]]
    assert answer["quarantined"][0][2] == "rating.value: 0 is not in 1..5"
    assert answer["quarantined"][1][2].startswith("passage.line: 'No Such' does not match")


def test_a_quarantined_event_sent_again_is_a_duplicate_acked_again(town: Town) -> None:
    node = town.client("again")
    first = node.ask(node.batch(rating(1, 9)))

    assert node.ask(node.batch(rating(1, 9))) == first
    assert town.collector.counters("again") == {
        "received": 2,
        "stored": 0,
        "duplicate": 1,
        "quarantined": 1,
    }


def test_another_content_under_a_known_key_is_a_conflict_and_changes_nothing(town: Town) -> None:
    node = town.client("conflict")
    node.ask(node.batch(passage(1)))

    answer = node.ask(node.batch(passage(1, direction="out")))

    assert answer["stored"] == []
    ((first, last, reason),) = answer["quarantined"]
    assert (first, last) == (1, 1)
    assert reason.startswith("conflict")
    assert series(town, "conflict", "passages_in") == 1
    assert series(town, "conflict", "passages_out") == 0


def test_defaults_and_the_order_of_keys_make_no_other_content(town: Town) -> None:
    node = town.client("same")
    node.ask(node.batch(passage(1)))
    bare = {key: value for key, value in reversed(passage(1).items()) if key != "flags"}

    assert node.ask(node.batch(bare)) == ack(node, [[1, 1]], [])
    assert town.collector.counters("same")["duplicate"] == 1


def test_an_unknown_kind_is_kept_whole_in_quarantine(town: Town) -> None:
    node = town.client("newer")

    answer = node.ask(node.batch(passage(1, kind="hologram", shape={"deep": [1]}), passage(2)))

    assert answer["stored"] == [[2, 2]]
    assert answer["quarantined"] == [[1, 1, "kind: 'hologram' is not known here"]]


def test_unknown_fields_are_no_fault(town: Town) -> None:
    node = town.client("fields")

    answer = node.ask(node.batch(passage(1, weather="rain"), colour="blue"))

    assert answer["stored"] == [[1, 1]]


def test_500_events_are_a_batch_and_501_are_none(town: Town) -> None:
    node = town.client("many")
    events = [{**passage(seq), "flags": []} for seq in range(1, 502)]
    for event in events:
        del event["flags"]  # so that 501 stay within 64 KiB

    refused = node.ask(json.dumps(node.batch(*events), separators=(",", ":")).encode())

    assert refused["rejected"] == "events: more than 500"
    assert node.ask(json.dumps(node.batch(*events[:500]), separators=(",", ":")).encode()) == ack(
        node, [[1, 500]], []
    )
    assert town.collector.counters("many")["received"] == 500


@pytest.mark.parametrize(
    ("what", "is_unparseable"),
    [
        ("garbage", True),
        ("half", True),
        ("oversize", True),
        ("another node", False),
        ("another schema", False),
        ("no seq", False),
        ("a list", False),
    ],
)
def test_a_payload_that_is_no_batch_is_rejected_by_its_sha_256(
    town: Town, what: str, is_unparseable: bool
) -> None:
    node = town.client(f"refused-{what.replace(' ', '-')}")
    sound = json.dumps(node.batch(passage(1))).encode()
    payload = {
        "garbage": b"\x00\xff not JSON",
        "half": sound[: len(sound) // 2],
        "oversize": sound + b" " * 65_536,
        "another node": json.dumps(node.batch(passage(1), node="somebody-else")).encode(),
        "another schema": json.dumps(node.batch(passage(1), schema=2)).encode(),
        "no seq": json.dumps(node.batch({"kind": "passage"})).encode(),
        "a list": b"[]",
    }[what]
    before = town.collector.get("counters")

    answer = node.ask(payload)

    reason = answer.pop("rejected")
    assert answer == {
        "schema": 1,
        "collector": "mairie",
        "payload": hashlib.sha256(payload).hexdigest(),
    }
    assert {
        "garbage": "not JSON: ",
        "half": "not JSON: ",
        "oversize": f"a message of {len(payload)} bytes; the limit is 65536",
        "another node": f"node: the payload is of 'somebody-else', its topic of '{node.name}'",
        "another schema": "unknown schema 2",
        "no seq": "events.0.seq: ",
        "a list": "a batch is a JSON object, not list",
    }[what] in reason
    after = town.collector.get("counters")
    assert after["unparseable"] - before["unparseable"] == is_unparseable
    assert after["received"] == before["received"]
    assert "somebody-else" not in after["nodes"]
    assert node.ask(sound)["stored"] == [[1, 1]], "and the next batch is taken"


def test_an_empty_batch_is_answered(town: Town) -> None:
    node = town.client("empty")

    assert node.ask(node.batch()) == ack(node, [], [])


def series(town: Town, zone: str, measure: str, **parameters: str) -> Any:
    """Return the value of the quarter-hour from MORNING on."""
    answer = town.collector.get(
        "series",
        **{
            "zone": zone,
            "measure": measure,
            "from": "2026-03-02T08:00:00Z",
            "to": "2026-03-02T08:15:00Z",
            "bucket": "15m",
            **parameters,
        },
    )
    (point,) = answer["points"]
    assert point["start"] == "2026-03-02T08:00:00Z"
    return point["value"]


def test_what_was_stored_is_in_the_series_once(town: Town) -> None:
    node = town.client("shown")
    events = [passage(1), passage(2), passage(3, direction="out"), passage(4, flags=["staff"])]
    for _ in range(3):
        node.ask(node.batch(*events))

    assert series(town, "shown", "passages_in") == 2
    assert series(town, "shown", "passages_out") == 1


def test_the_status_is_retained_and_its_instance_changes_with_each_start(town: Town) -> None:
    told = [town.client("status-1").hear("status")]
    town.collector.terminate()
    town.collector.start()
    told.append(town.client("status-2").hear("status"))

    for status in told:
        assert status["_retained"]
        assert (status["schema"], status["state"]) == (1, "online")
        assert len(bytes.fromhex(status["instance"])) == 16
    assert told[0]["instance"] != told[1]["instance"]
    assert told[0]["version"] == told[1]["version"]


def test_a_collector_that_stops_says_so_and_keeps_what_it_has(town: Town) -> None:
    witness = town.client("witness")
    assert witness.hear("status")["state"] == "online"
    witness.ask(witness.batch(passage(1)))

    assert town.collector.terminate() == 0
    if town.has_own_broker:  # else it went with its collector
        assert witness.hear("status")["state"] == "offline"
    town.collector.start()
    again = town.client("witness")
    again.epoch = witness.epoch

    assert again.ask(again.batch(passage(1)))["stored"] == [[1, 1]]
    assert town.collector.counters("witness")["duplicate"] == 1
