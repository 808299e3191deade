"""The loop's own part: what it says of held rows, what it hands to a screen, how it ends."""

from __future__ import annotations

import json
import os
import queue
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pygame
import pytest

from pasperdus_contract.codec import encode
from pasperdus_contract.messages import Ack
from pasperdus_contract.slips import Slip, Slips
from pasperdus_contract.topics import Topics
from pasperdus_node.display.window import Window
from pasperdus_node.keeping import Keeper
from pasperdus_node.loop import Loop, Stop
from pasperdus_node.outbox import Outbox
from pasperdus_node.publisher import Publisher
from pasperdus_node.simulation.clock import DrivenClock
from pasperdus_node.speaking import Speaker, status_message
from pasperdus_service.link import Link
from pasperdus_service.settings import MqttSettings
from support.listening import Listener
from support.mosquitto import Mosquitto, free_port
from support.processes import Process, eventually
from support.simulated_node import START_MS, START_WALL_MS, SimulatedNode
from support.terminals import MORNING_MS, ask, board


class Bare:
    """A loop without sensors and without a broker, and its parts."""

    def __init__(self, path: Path) -> None:
        clock = DrivenClock(boot="5b3c1e0a", is_synced=True)
        clock.set(wall_ms=1_772_438_400_000, uptime_ms=10_000)
        topics = Topics()
        self.path = path
        self.outbox = Outbox(path, boot=clock.boot)
        self.inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
        link = Link(
            MqttSettings(url=f"mqtt://127.0.0.1:{free_port()}"),
            client_id="entrance-1",
            sink=self.inbox.put,
            subscriptions=(),
            will=status_message(topics, "entrance-1", self.outbox, is_online=False),
        )
        self.publisher = Publisher(
            self.outbox, clock, node="entrance-1", collector="mairie", send=lambda _: False
        )
        keeper = Keeper(self.outbox)
        speaker = Speaker(
            link=link,
            topics=topics,
            node="entrance-1",
            outbox=self.outbox,
            clock=clock,
            keeper=keeper,
            publisher=self.publisher,
            directory=path.parent,
            screen=None,
            health=dict,
        )
        self.loop = Loop(
            inbox=self.inbox,
            clock=clock,
            outbox=self.outbox,
            keeper=keeper,
            stations=[],
            screen=None,
            publisher=self.publisher,
            speaker=speaker,
            link=link,
            topics=topics,
            uptime_of_ticks=round,
            simulation=None,
        )

    def run(self) -> list[dict[str, Any]]:
        """Run the loop until it has seen to everything once; return what is in the outbox."""
        self.inbox.put(Stop())
        self.loop.run()
        with closing(sqlite3.connect(f"{self.path.as_uri()}?mode=ro", uri=True)) as db:
            return [json.loads(body) for (body,) in db.execute("SELECT body FROM events")]


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Bare]:
    made = Bare(tmp_path / "outbox.db")
    yield made
    made.outbox.close()


def test_a_row_that_was_held_aside_is_told_with_its_reason(bare: Bare) -> None:
    bare.publisher.held.append((7, "not JSON"))

    (event,) = bare.run()

    assert (event["kind"], event["part"], event["state"]) == ("health", "outbox", "held")
    assert event["detail"] == "event 7 not JSON"
    assert bare.publisher.held == []


def test_many_held_rows_are_told_in_one_event(bare: Bare) -> None:
    """Where a collector refuses all there is, an event each would breed for ever."""
    bare.publisher.held += [(seq, "no" * 200) for seq in range(1, 501)]

    (event,) = bare.run()

    assert event["detail"].startswith("event 1 and 499 more; nono")
    assert len(event["detail"]) == 200


def test_nothing_held_is_nothing_told(bare: Bare) -> None:
    assert bare.run() == []


def test_a_node_that_has_stopped_leaves_no_thread_behind(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    node = SimulatedNode(tmp_path, beams={"door": (17, 27)})
    node.run()

    for thread in set(threading.enumerate()) - before:
        thread.join(5.0)
        assert not thread.is_alive(), thread.name
    assert not (tmp_path / "node.sock").exists()


def test_a_driver_may_let_the_clock_lose_and_find_the_time(tmp_path: Path) -> None:
    node = SimulatedNode(tmp_path, beams={"door": (17, 27)}, synced=False)
    crossing = ((17, 1), (27, 1), (17, 0), (27, 0))
    right = {"wall": START_WALL_MS + 3_600_000 + 10_000, "uptime": START_MS + 10_000}
    node.edges((0, 17, 0), (0, 27, 0))
    node.edges(*((2_000 + 90 * n, *move) for n, move in enumerate(crossing)), until=5_000)
    node.ask(clock=right, synced=True)
    node.edges(*((12_000 + 90 * n, *move) for n, move in enumerate(crossing)), until=15_000)

    node.run()

    before, after = node.events("passage")
    assert (before["synced"], after["synced"]) == (False, True)
    assert before["wall"] - before["uptime"] == START_WALL_MS - START_MS
    assert after["wall"] - after["uptime"] == START_WALL_MS - START_MS + 3_600_000


# -- with a screen ----------------------------------------------------------------------------

AGENT = {"kind": "agent", "site": "mairie", "driver": "dummy"}
P = "pasperdus/v1"


class Collector(Listener):
    """Says what a collector says, and hears what a node says: no more than this file needs."""

    def __init__(self, port: int) -> None:
        super().__init__(port, f"{P}/node/#")

    def hear(self, channel: str) -> dict[str, Any]:
        """Return the next message on a channel of a node."""
        while True:
            message = self.heard.get(timeout=20)
            if message.topic.endswith(f"/{channel}"):
                said: dict[str, Any] = json.loads(message.payload)
                return said


@pytest.fixture
def collector(broker: Mosquitto) -> Iterator[Collector]:
    made = Collector(broker.port)
    yield made
    made.close()


def configured(directory: Path, broker: Mosquitto, kind: str) -> Path:
    file = directory / "node.toml"
    file.write_text(
        f'[node]\nname = "terminal-1"\ncollector = "mairie"\n[mqtt]\nurl = "{broker.url}"\n'
        f'[outbox]\npath = "{directory}/outbox.db"\n[gpio]\npin_factory = "mock"\n'
        f'[screen]\nkind = "{kind}"\nsite = "mairie"\ndriver = "dummy"\n'
        f'[simulation]\nsocket = "{directory}/control"\nclock = "driven"\n'
    )
    return file


@contextmanager
def running(directory: Path, broker: Mosquitto, kind: str) -> Iterator[Path]:
    """Run a node with a screen as a process of its own; yield its control socket."""
    control = directory / "control"
    node = Process(
        "pasperdus_node",
        "run",
        "--config",
        str(configured(directory, broker, kind)),
        log=directory / "node.log",
    )
    node.start()
    try:
        node.wait_until(control.exists, "control socket")
        ask(control, clock={"wall": MORNING_MS, "uptime": 10_000})
        yield control
    finally:
        status = node.terminate()
    assert status == 0, node.log()


def test_a_terminal_lives_on_boards_messages_and_answers(
    tmp_path: Path, broker: Mosquitto, collector: Collector
) -> None:
    collector.say(f"{P}/site/mairie/board", encode(board()), retain=True)
    with running(tmp_path, broker, "agent") as control:
        assert collector.hear("status")["screen"] == "agent"
        assert collector.hear("heartbeat")["screen"] == "agent"
        eventually(lambda: "Mairie" in ask(control)["screen"]["texts"], "board of before the start")
        slip = Slip(id="slip-1", written_at=MORNING_MS, text="Rappeler le service")
        collector.say(f"{P}/node/terminal-1/messages", encode(Slips(slips=[slip])))
        until = 12_000
        ask(control, touch="go:tokens", until=until)
        told = ask(control, touch="give:red-star")
        assert told["screen"]["pending"] == 1

        batch = collector.hear("events")
        assert [event["action"] for event in batch["events"]] == ["wait"]
        answer = Ack(collector="mairie", epoch=batch["epoch"], stored=[(1, 1)])
        collector.say(f"{P}/node/terminal-1/ack", encode(answer))
        eventually(lambda: ask(control)["screen"]["pending"] == 0, "answer")

        told = ask(control, touch="go:more", until=until + 6_000)
        told = ask(control, touch="go:messages")
        assert any("Rappeler" in text for text in told["screen"]["texts"])
        assert "error" in ask(control, touch="give:red-star"), "it is on another page"
    assert collector.hear("status")["state"] == "offline"


def test_a_public_screen_shows_boards_and_says_nothing_but_how_it_is(
    tmp_path: Path, broker: Mosquitto, collector: Collector
) -> None:
    with running(tmp_path, broker, "public") as control:
        assert collector.hear("status")["screen"] == "public"
        collector.say(f"{P}/site/mairie/board", encode(board()), retain=True)
        eventually(lambda: "Mairie" in ask(control)["screen"]["texts"], "board")
        told = ask(control, until=30_000, touch="give:red-star")
        assert told == {"error": "touch 'give:red-star': nothing on a public screen can be touched"}
    with closing(sqlite3.connect(tmp_path / "outbox.db")) as db:
        assert db.execute("SELECT count(*) FROM events").fetchone() == (0,)


def test_closing_the_window_stops_the_node_in_good_order(tmp_path: Path) -> None:
    node = SimulatedNode(tmp_path, beams={"door": (17, 27)}, screen=AGENT, name="terminal-1")
    node.edges(until=5_000)  # answered once the window is open

    def close() -> None:
        pygame.event.post(pygame.event.Event(pygame.QUIT))

    node.run(at_the_end=close)

    assert [event["kind"] for event in node.events()][-1] == "coverage", "told at the stop"


def test_a_node_whose_screen_fails_goes_on_counting_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    show, drawn = Window.show, []

    def shown(window: Window, *what: Any) -> bool:
        drawn.append(what)
        if len(drawn) > 1:
            raise pygame.error("the display is gone")
        return show(window, *what)

    monkeypatch.setattr(Window, "show", shown)
    node = SimulatedNode(tmp_path, beams={"door": (17, 27)}, screen=AGENT, name="terminal-1")
    crossing = ((17, 1), (27, 1), (17, 0), (27, 0))
    node.edges((0, 17, 0), (0, 27, 0), until=1)
    node.edges((50_000, 17, 0), until=60_000)
    node.edges(*((70_000 + 90 * n, *move) for n, move in enumerate(crossing)), until=80_000)

    told = node.run()

    assert told[0]["health"]["screen"] == "ok"
    assert told[-1]["health"] == {"door": "ok", "screen": "failed"}
    assert told[-1]["totals"] == {"door.in": 1}
    assert len(node.events("passage")) == 1


def test_a_screen_that_cannot_be_had_ends_the_node_with_one_sentence(
    tmp_path: Path, broker: Mosquitto
) -> None:
    file = configured(tmp_path, broker, "agent")
    file.write_text(
        file.read_text()
        .replace('driver = "dummy"', 'driver = "x11"')
        .replace('clock = "driven"', 'clock = "system"')
    )
    quiet = {name: value for name, value in os.environ.items() if name != "DISPLAY"}

    ended = subprocess.run(
        [sys.executable, "-m", "pasperdus_node", "run", "--config", str(file)],
        capture_output=True,
        text=True,
        timeout=30,
        env=quiet,
        check=False,
    )

    assert ended.returncode == 1
    (sentence,) = (line for line in ended.stderr.splitlines() if "pasperdus-node:" in line)
    assert sentence.startswith("pasperdus-node: screen: the driver x11 cannot open the screen")
    assert "Traceback" not in ended.stderr
