"""What a site's screens are told: real collector and broker, terminals spoken for by hand."""

from __future__ import annotations

import json
import queue
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from pydantic import BaseModel

from pasperdus_contract import board as boards
from pasperdus_contract.board import Board
from pasperdus_contract.codec import MAX_PAYLOAD_BYTES
from pasperdus_contract.slips import MAX_SLIPS
from pasperdus_contract.tokens import TOKENS
from support.boards import LONGEST_DETAIL, LONGEST_HEADING, LONGEST_PARAGRAPH, LONGEST_TITLE
from support.mosquitto import LOOPBACK, Mosquitto
from support.processes import CollectorProcess, eventually

P = "pasperdus/v1"
HANG_S = 30.0  # bounds a hang only
WITHIN_S = 1.0
FIRST, SECOND = "accueil-1", "accueil-2"
BOARD = "site/default/board"
SAID = "Rappeler le garage au sujet de la Clio verte"  # words that nothing else would say


@dataclass(frozen=True, slots=True)
class Heard:
    """A message, and when it arrived by a monotonic clock."""

    topic: str
    payload: bytes
    is_retained: bool
    at_s: float

    @property
    def json(self) -> Any:
        return json.loads(self.payload)


class Terminals:
    """Speaks for terminals and hears what they and everybody else hear, with one connection."""

    def __init__(self, port: int, *topics: str) -> None:
        self._port = port
        self._topics = topics
        self._heard: queue.SimpleQueue[Heard] = queue.SimpleQueue()
        self._epochs: dict[str, str] = {}
        self._seqs: dict[str, int] = {}
        self.all: list[Heard] = []
        """Everything that was taken so far."""

    def __enter__(self) -> Self:
        ready: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2)
        self._client.on_message = lambda _c, _d, message: self._heard.put(
            Heard(
                message.topic.removeprefix(f"{P}/"),
                bytes(message.payload),
                message.retain,
                time.monotonic(),
            )
        )
        self._client.on_subscribe = lambda _c, _d, mid, _r, _p: ready.put(mid)
        self._client.connect(LOOPBACK, self._port)
        self._client.loop_start()
        for topic in self._topics:
            self._client.subscribe(f"{P}/{topic}", 1)
            ready.get(timeout=HANG_S)
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def appear(self, *nodes: str) -> None:
        """Say that these nodes are there, each with an agent's screen."""
        for node in nodes:
            epoch = self._epochs.setdefault(node, secrets.token_hex(16))
            status = {"state": "online", "epoch": epoch, "version": "1", "screen": "agent"}
            self._client.publish(
                f"{P}/node/{node}/status", json.dumps({"schema": 1, **status}), 1, retain=True
            )

    def record(self, node: str, *events: dict[str, Any]) -> None:
        """Send a batch of new events of one node."""
        now = time.time_ns() // 1_000_000
        first = self._seqs.get(node, 0) + 1
        numbered = [
            {"seq": n, **_clocks(now - len(events) + n - first), **event}
            for n, event in enumerate(events, start=first)
        ]
        self._seqs[node] = head = first + len(events) - 1
        batch = {
            "schema": 1,
            "node": node,
            "epoch": self._epochs[node],
            "first": 1,
            "head": head,
            "boot": "boot",
            "sent": {"boot": "boot", **_clocks(now)},
            "events": numbered,
        }
        self._client.publish(f"{P}/node/{node}/events", json.dumps(batch), 1)

    def next(self, is_wanted: Callable[[Heard], bool], what: str) -> Heard:
        """Return the next message that is wanted, of all that were not taken yet."""
        give_up_s = time.monotonic() + HANG_S
        while (left_s := give_up_s - time.monotonic()) > 0:
            try:
                heard = self._heard.get(timeout=left_s)
            except queue.Empty:
                break
            self.all.append(heard)
            if is_wanted(heard):
                return heard
        raise AssertionError(f"no {what} within {HANG_S} s; heard {[h.topic for h in self.all]}")

    def next_board(self, is_wanted: Callable[[Any], bool], what: str) -> Heard:
        """Return the next board that is wanted."""
        return self.next(lambda heard: heard.topic == BOARD and is_wanted(heard.json), what)


def _clocks(wall: int) -> dict[str, Any]:
    return {"wall": wall, "uptime": wall % 10**9, "synced": True}


def wait(token: str, visit: str) -> dict[str, Any]:
    return {"kind": "token", "visit": visit, "token": token, "action": "wait"}


def visits(board: Any) -> set[str]:
    return {visit["visit"] for visit in board["visits"]}


def hands(board: Any) -> dict[str, list[str]]:
    return {each["node"]: each["hand"] for each in board["terminals"]}


@pytest.fixture
def collector(tmp_path: Path, broker: Mosquitto) -> Iterator[CollectorProcess]:
    with CollectorProcess(tmp_path, mqtt_url=broker.url) as running:
        yield running


@pytest.fixture
def known_visit(broker: Mosquitto, collector: CollectorProcess) -> str:
    """A visit that a board has told of."""
    visit = secrets.token_hex(8)
    with Terminals(broker.port, BOARD) as terminals:
        terminals.appear(FIRST)
        terminals.record(FIRST, wait("blue-star", visit))
        terminals.next_board(lambda board: visit in visits(board), "board with a step")
    return visit


def test_a_step_is_on_the_board_within_a_second_of_its_commit(
    broker: Mosquitto, collector: CollectorProcess
) -> None:
    with Terminals(broker.port, BOARD, f"node/{FIRST}/ack") as terminals:
        terminals.appear(FIRST)
        terminals.next_board(lambda board: bool(hands(board).get(FIRST)), "board with a hand")
        late_s = []
        for token in TOKENS[:10]:
            visit = secrets.token_hex(8)
            terminals.record(FIRST, wait(token, visit))
            committed = terminals.next(lambda heard: heard.topic.endswith("ack"), "answer")
            told = terminals.next_board(lambda board: visit in visits(board), "board with a step")  # noqa: B023
            late_s.append(told.at_s - committed.at_s)

    assert max(late_s) < WITHIN_S, f"seconds from the answer to the board: {late_s}"


def test_a_screen_that_comes_later_is_told_at_once(
    broker: Mosquitto, collector: CollectorProcess, known_visit: str
) -> None:
    collector.terminate()  # nobody is there to tell it any more, but the broker

    with Terminals(broker.port, BOARD) as later:
        told = later.next(lambda _: True, "retained board")

    assert told.is_retained
    assert known_visit in visits(told.json)


def test_a_broker_that_forgot_everything_is_told_the_board_again(
    broker: Mosquitto, known_visit: str
) -> None:
    broker.kill()
    broker.start()  # it keeps nothing on disk

    with Terminals(broker.port, BOARD) as later:
        told = later.next(lambda _: True, "board of the new broker")

    assert known_visit in visits(told.json)


class HastyCollector(CollectorProcess):
    """The collector's program, but that it clears free pages each second, not every twenty."""

    def __init__(self, directory: Path, *, mqtt_url: str) -> None:
        super().__init__(directory, mqtt_url=mqtt_url)
        hastily = (
            "from pasperdus_collector import __main__, writer; assert writer.PURGE_EVERY_S > 1; "
            "writer.PURGE_EVERY_S = 1.0; raise SystemExit(__main__.main())"
        )
        python, _, _, *arguments = self._command
        self._command = [python, "-c", hastily, *arguments]


@pytest.fixture
def hasty_collector(tmp_path: Path, broker: Mosquitto) -> Iterator[CollectorProcess]:
    with HastyCollector(tmp_path, mqtt_url=broker.url) as running:
        yield running


@pytest.mark.slow
def test_a_slip_goes_to_its_terminal_until_it_is_taken_and_leaves_no_trace(
    tmp_path: Path, broker: Mosquitto, hasty_collector: CollectorProcess
) -> None:
    messages = f"node/{FIRST}/messages"
    phone, caller = "06 12 34 56 78", "Garage du Lac"
    with Terminals(broker.port, "#") as terminals:
        terminals.appear(FIRST, SECOND)
        terminals.next_board(lambda board: {FIRST, SECOND} <= hands(board).keys(), "board of both")
        body = {"node": FIRST, "caller": caller, "phone": phone, "text": SAID}
        answer = hasty_collector.http.post("/api/v1/slips", json=body)
        assert answer.status_code == 201, answer.text
        slip = answer.json()["id"]
        told = terminals.next(lambda heard: slip.encode() in heard.payload, "slip")
        assert told.topic == messages
        (shown,) = told.json["slips"]
        assert (shown["caller"], shown["phone"], shown["text"]) == (caller, phone, SAID)
        assert not told.is_retained
        assert SAID not in hasty_collector.http.get("/api/v1/slips").text, (
            "listed without what it says"
        )
        before = terminals.all
        broker.kill()
    broker.start()

    with Terminals(broker.port, "#") as terminals:
        again = terminals.next(lambda heard: slip.encode() in heard.payload, "slip, said again")
        assert again.topic == messages
        terminals.appear(FIRST)
        terminals.record(FIRST, {"kind": "message", "id": slip, "action": "taken"})
        terminals.next(
            lambda heard: heard.topic == messages and heard.json["slips"] == [], "empty list"
        )
        heard = [*before, *terminals.all]

    elsewhere = {each.topic for each in heard if SAID.encode() in each.payload} - {messages}
    assert elsewhere == set(), "its words were said on another topic"
    assert hasty_collector.http.get("/api/v1/slips").json() == []

    def remains() -> list[str]:
        files = [each for each in tmp_path.glob("mairie.*") if each.is_file()]
        private = [word.encode() for word in (SAID, phone, caller)]
        return [each.name for each in files if any(word in each.read_bytes() for word in private)]

    eventually(lambda: not remains() or None, f"ledger and log without the slip: {remains()}")


def unknown_fields(model: BaseModel, path: str = "board") -> list[str]:
    """Return the paths of all fields that the contract does not name."""
    found = [f"{path}.{name}" for name in model.model_extra or {}]
    for name in type(model).model_fields:
        value = getattr(model, name)
        for n, part in enumerate(value if isinstance(value, list) else [value]):
            if isinstance(part, BaseModel):
                found += unknown_fields(part, f"{path}.{name}[{n}]")
    return found


def fill(collector: CollectorProcess) -> dict[str, int]:
    """Write contents until the collector refuses more; return how many of each kind it took."""

    def both(text: str) -> dict[str, str]:
        return {"fr": text, "en": text}

    forms: dict[str, dict[str, Any]] = {
        "service": {"title": both(LONGEST_TITLE), "place": both(LONGEST_TITLE)},
        "desk": {
            "title": both(LONGEST_TITLE),
            "place": both(LONGEST_TITLE),
            "weekdays": ["monday"],
            "opens": "09:00",
            "closes": "12:00",
        },
        "notice": {"title": both(LONGEST_HEADING), "text": both(LONGEST_PARAGRAPH)},
        "answer": {"said": both(LONGEST_HEADING), "done": both(LONGEST_PARAGRAPH)},
        "need": {"title": both(LONGEST_TITLE)},
        "contact": {
            "needs": ["need-0"],
            "title": LONGEST_TITLE,
            "address": LONGEST_HEADING,
            "hours": both(LONGEST_HEADING),
            "detail": both(LONGEST_DETAIL),
        },
    }
    taken = dict.fromkeys(forms, 0)
    for kind, form in forms.items():
        for n in range(boards.MAX_DESKS + 1):
            name = {"name": f"{kind}-{n}"}
            answer = collector.http.post(f"/api/v1/content/{kind}", json=name | form)
            if answer.status_code != 201:
                assert "would" in answer.json()["detail"], answer.text
                break
            taken[kind] += 1
    return taken


def test_the_fullest_board_fits_the_wire_and_holds_nothing_but_its_contract(
    broker: Mosquitto, collector: CollectorProcess
) -> None:
    nodes = [f"{'accueil-au-nom-aussi-long-que-possible':.37s}-{n:02}" for n in range(24)]
    with Terminals(broker.port, BOARD) as terminals:
        terminals.appear(*nodes)
        terminals.next_board(lambda board: len(hands(board)) == len(nodes), "board of all")
        taken = fill(collector)
        assert taken["service"] == boards.MAX_SERVICES, taken
        assert taken["contact"] > 0, taken
        for n in range(MAX_SLIPS):
            body = {"node": nodes[n], "caller": "—", "text": SAID}
            assert collector.http.post("/api/v1/slips", json=body).status_code == 201
        given = [secrets.token_hex(8) for _ in range(boards.MAX_VISITS + 1)]
        steps = [
            step | {"service": "service-0"}
            for n, visit in enumerate(given)
            for step in (wait(TOKENS[n % len(TOKENS)], visit),)
        ]
        calls = [{**step, "action": "call"} for step in steps]
        terminals.record(nodes[0], *steps, *calls)
        last = terminals.next_board(
            lambda board: given[0] in visits(board) and len(board["contacts"]) == taken["contact"],
            "board of many visits",
        )

    assert len(last.payload) <= MAX_PAYLOAD_BYTES
    # Of more visits than fit, at least as many as there are tokens, from the head of the queue.
    assert set(given[: len(TOKENS)]) <= visits(last.json)
    board = Board.model_validate(last.json)
    assert unknown_fields(board) == []
    assert SAID.encode() not in last.payload
