"""The agent of the demonstration, what visitors need of it, and the texts on its screens."""

import json
import queue
import random
import shutil
import socket
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from pasperdus_collector.api.sheets import NewSheet
from pasperdus_collector.reception.content import FORMS, KINDS
from pasperdus_demo.agent import REFUSALS, Agent
from pasperdus_demo.errands import MACARON_SHARE, Errand, errands, room_span
from pasperdus_demo.installation import NODES, WINDOWS, Installation
from pasperdus_demo.processes import Processes
from pasperdus_demo.reception_texts import contents, services, sheets, slips
from pasperdus_demo.town import today_at
from pasperdus_node.config import Config
from pasperdus_node.terminal.actions import Act, name
from pasperdus_service.settings import load

WAIT_S = 10.0
UNTIL_MS = round(datetime(2026, 11, 20, 9, 45, tzinfo=UTC).timestamp() * 1000)
VISIT = "0123456789abcdef"
CALL, LEFT = name(Act(VISIT, "call")), name(Act(VISIT, "left"))
TOKENS_PAGE = ["open:services", "give:blue-star", "give:red-moon", "go:home", "go:tokens"]


def test_what_is_written_for_the_screens_is_all_there_is_to_write_and_good() -> None:
    told: Counter[str] = Counter()
    for kind, text in contents():
        known = next(each for each in KINDS if each == kind)
        FORMS[known].model_validate(text)
        told[kind] += 1

    assert set(told) == set(KINDS)
    assert (told["service"], told["notice"], told["contact"]) == (3, 2, 8)
    assert len(slips()) > 1
    found = [NewSheet.model_validate(each) for each in sheets(date(2026, 11, 20))]
    assert {each.kind for each in found} == {"anomaly", "improvement"}
    assert any(each.due is not None and each.due < date(2026, 11, 20) for each in found)


def test_english_stands_wherever_french_does() -> None:
    def languages(text: Any) -> Iterator[set[str]]:
        if isinstance(text, dict) and "fr" in text:
            yield set(text)
        elif isinstance(text, dict):
            for each in text.values():
                yield from languages(each)
        elif isinstance(text, list):
            for each in text:
                yield from languages(each)

    for kind, text in contents():
        for found in languages(text):
            assert {"fr", "en"} <= found, (kind, text["name"])


def test_whoever_has_a_macaron_gives_it_back_and_the_steps_between_are_in_order() -> None:
    town, rng = today_at(UNTIL_MS, 7), random.Random(3)
    kinds: Counter[str] = Counter()
    in_room = 0
    for number in range(4_000):
        visit = town.visit(rng, UNTIL_MS, pace=4.0)
        needs = [(at_ms, need) for at_ms, need in errands(visit, number, rng)]
        kinds.update(need.kind for _, need in needs)
        steps = [(at_ms, need.kind) for at_ms, need in needs if need.kind != "question"]
        in_room += room_span(visit) is not None
        if not steps:
            continue
        assert room_span(visit) is not None
        assert [at_ms for at_ms, _ in steps] == sorted(at_ms for at_ms, _ in steps)
        order = [kind for _, kind in steps]
        assert order in (
            ["give", "close"],
            ["give", "call", "serve", "close"],
            ["give", "park", "call", "serve", "close"],
        )
        assert visit.arrived_ms < steps[0][0] <= steps[-1][0] <= visit.left_ms

    assert kinds["give"] / in_room == pytest.approx(MACARON_SHARE, abs=0.04)
    assert kinds["park"] > 50
    assert kinds["question"] > 200
    assert 0 < kinds["close"] - kinds["call"] < 0.1 * kinds["close"]  # who did not wait


class Glass:
    """A terminal's control socket: answers each touch with what ``shows`` makes of it."""

    def __init__(self, path: Path, shows: Callable[[str | None], dict[str, Any]]) -> None:
        self._shows = shows
        self._server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._server.bind(str(path))
        self._server.listen()
        self.touched: queue.SimpleQueue[tuple[str, bool]] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join(WAIT_S)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            with connection, connection.makefile("rwb") as stream:
                for line in stream:
                    request = json.loads(line)
                    touched = request.get("touch")
                    if touched is not None:
                        self.touched.put((touched, request["hold"]))
                    stream.write(json.dumps(self._shows(touched)).encode() + b"\n")
                    stream.flush()
                if self._server.fileno() == -1:
                    return


@pytest.fixture
def path() -> Iterator[Path]:
    directory = Path(tempfile.mkdtemp())  # short, as the path of a Unix socket must be
    yield directory / "node.sock"
    shutil.rmtree(directory)


@pytest.fixture(autouse=True)
def _in_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pasperdus_demo.thumb.TOUCH_GAP_S", 0.0)


def shown(*targets: str) -> dict[str, Any]:
    return {"screen": {"targets": list(targets), "texts": [], "lamp": False}}


def until(glass: Glass, last: str) -> list[tuple[str, bool]]:
    """Return what is touched up to ``last``."""
    found: list[tuple[str, bool]] = []
    while not found or found[-1][0] != last:
        found.append(glass.touched.get(timeout=WAIT_S))
    return found


def test_the_sheet_of_one_who_waits_is_opened_by_a_long_press_which_calls_nobody(
    path: Path,
) -> None:
    given: list[str] = []

    def shows(touched: str | None) -> dict[str, Any]:
        if touched is not None and touched.startswith("give:"):
            given.append(touched)
        if touched == CALL:
            return shown(CALL, LEFT, "back")
        cells = [CALL if each in given else each for each in TOKENS_PAGE]
        return shown(*cells)

    with closing(Glass(path, shows)) as glass:
        agent = Agent(path, services=("etat-civil",), seed=1)
        agent.start()
        with closing(agent):
            agent.tell(Errand(kind="give", visitor=1))
            agent.tell(Errand(kind="close", visitor=1))
            touched = until(glass, LEFT)

    assert [each for each, _ in touched] == [
        "go:tokens",
        "go:tokens",
        "open:services",
        "chooseservice:etat-civil",
        "go:tokens",
        given[0],
        "go:tokens",
        CALL,
        LEFT,
    ]
    assert [each for each, is_held in touched if is_held] == [CALL]


@pytest.mark.parametrize("has_windows", [False, True])
def test_only_the_screens_that_are_for_people_are_windows(*, has_windows: bool) -> None:
    nodes = [*NODES, *WINDOWS] if has_windows else NODES
    with Installation(
        port=0, directory=None, is_driven=False, has_windows=has_windows
    ) as installation:
        screens = {node: load(Config, installation.write_node(node)).screen for node in nodes}

    shown = {node: screen for node, screen in screens.items() if screen is not None}
    assert {node for node, screen in shown.items() if screen.is_window} == (
        {"terminal-2", "hall-1"} if has_windows else set()
    )
    assert {node for node, screen in shown.items() if screen.driver == "dummy"} == (
        {"terminal-1"} if has_windows else {"terminal-1", "hall-1"}
    )
    assert {node for node, screen in shown.items() if screen.kind == "public"} == {"hall-1"}


@pytest.mark.parametrize("is_window", [False, True])
def test_a_window_that_was_closed_stays_closed_and_what_else_ends_comes_back(
    tmp_path: Path, *, is_window: bool
) -> None:
    starts: list[int] = []
    processes = Processes(logs=tmp_path, end=threading.Event())
    processes.on_change = lambda: starts.extend(processes.pids().values())
    processes.start("one", "this", may_end=is_window)  # says its lines and ends with 0
    rounds_after = 0
    deadline_s = time.monotonic() + WAIT_S
    while rounds_after < 3 and time.monotonic() < deadline_s:
        processes.supervise()
        rounds_after += len(set(starts)) > 1 or not processes.pids()
        threading.Event().wait(0.02)
    processes.stop()

    assert len(set(starts)) == 1 if is_window else len(set(starts)) > 1


def test_a_terminal_that_refuses_everything_ends_the_demonstration_in_words(path: Path) -> None:
    def refuses(touched: str | None) -> dict[str, Any]:
        return {"error": "no such target"} if touched else shown("give:blue-star")

    with closing(Glass(path, refuses)):
        agent = Agent(path, services=services(), seed=1)
        agent.start()
        agent.join(WAIT_S)
        agent.close()

    assert REFUSALS > 1
    assert "agent: nothing can be done any more" in str(agent.failure)
    assert "no such target" in str(agent.failure)
