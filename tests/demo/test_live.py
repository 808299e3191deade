"""Visitors of now, and nodes that are killed under their feet."""

import json
import queue
import random
import shutil
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import pasperdus_demo
from pasperdus_demo.errands import Errand
from pasperdus_demo.live import MEAN_GAP_S, LiveVisitors, visitor_gap_s
from pasperdus_demo.town import Town

WAIT_S = 10.0
BEAMS_CLEAR = [[0, 17, False], [0, 27, False]]
NIGHT_MS = 1_795_300_000_000  # nobody is inside
DEMO_PAGE = Path(pasperdus_demo.__file__).parents[2] / "docs" / "demo.md"


class Listener:
    """A control socket that answers everything; :meth:`hang_up` is what a kill of its node does."""

    def __init__(self, path: Path) -> None:
        self._server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._server.bind(str(path))
        self._server.listen()
        self._connection: socket.socket | None = None
        self.asked: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def hang_up(self) -> None:
        assert self._connection is not None
        self._connection.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join(WAIT_S)

    def _serve(self) -> None:
        while True:
            try:
                self._connection, _ = self._server.accept()
            except OSError:
                return
            with self._connection, self._connection.makefile("rwb") as stream:
                for line in stream:
                    self.asked.put(json.loads(line))
                    stream.write(b"{}\n")
                    stream.flush()


@pytest.fixture
def listener() -> Iterator[tuple[Path, Listener]]:
    directory = Path(tempfile.mkdtemp())  # short, as the path of a Unix socket must be
    path = directory / "node.sock"
    with closing(Listener(path)) as made:
        yield path, made
    shutil.rmtree(directory)


def test_beams_are_clear_again_after_a_kill_though_nobody_walks(
    listener: tuple[Path, Listener],
) -> None:
    path, node = listener
    now_s = [1000.0]
    live = LiveVisitors(
        town=Town(seed=7, today=date(2026, 11, 22)),
        started_ms=NIGHT_MS,
        sockets={"entrance-1": path},
        seed=1,
        tell_agent=lambda _: None,
        monotonic_s=lambda: now_s[0],
    )
    with closing(live):
        live.tick()
        assert node.asked.get(timeout=WAIT_S) == {"edges": BEAMS_CLEAR}

        node.hang_up()
        now_s[0] += 0.3  # before anybody comes
        live.tick()

        assert node.asked.get(timeout=WAIT_S) == {"edges": BEAMS_CLEAR}
        assert live.visitors == 0


def test_the_first_visitor_takes_a_macaron_so_that_the_screens_have_something_to_show(
    listener: tuple[Path, Listener],
) -> None:
    path, _ = listener
    now_s = [1000.0]
    for seed in range(8):
        live = LiveVisitors(
            town=Town(seed=7, today=date(2026, 11, 22)),
            started_ms=NIGHT_MS,
            sockets={"entrance-1": path},
            seed=seed,
            tell_agent=lambda _: None,
            monotonic_s=lambda: now_s[0],
        )
        with closing(live):
            while not live.visitors:
                live.tick()
                now_s[0] += 0.1
        due_s = {
            step.kind: at_s - now_s[0] for at_s, _, step in live._steps if isinstance(step, Errand)
        }

        assert 0 < due_s["give"] < 3.0, seed
        assert due_s.get("call", due_s["close"]) < 180.0, seed


def test_visitors_come_as_often_as_is_said() -> None:
    rng = random.Random(20)
    gaps_s = [visitor_gap_s(rng) for _ in range(50_000)]

    assert sum(gaps_s) / len(gaps_s) == pytest.approx(MEAN_GAP_S, abs=0.15)
    assert f"every {MEAN_GAP_S} seconds on average" in DEMO_PAGE.read_text(encoding="utf-8")
