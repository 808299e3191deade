"""The loop's own part: what it says of rows that were held aside, and how it ends."""

from __future__ import annotations

import json
import queue
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pasperdus_contract.topics import Topics
from pasperdus_node.loop import Loop, Stop, status_message
from pasperdus_node.outbox import Outbox
from pasperdus_node.publisher import Publisher
from pasperdus_node.simulation.clock import DrivenClock
from pasperdus_service.link import Link
from pasperdus_service.settings import MqttSettings
from support.mosquitto import free_port
from support.simulated_node import SimulatedNode


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
        self.loop = Loop(
            inbox=self.inbox,
            clock=clock,
            outbox=self.outbox,
            stations=[],
            publisher=self.publisher,
            link=link,
            topics=topics,
            node="entrance-1",
            outbox_directory=path.parent,
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
