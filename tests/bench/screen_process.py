"""A whole terminal, touched at random moments; and processes with a screen that nobody touches."""

import queue
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import paho.mqtt.client as mqtt
import pygame
from paho.mqtt.enums import CallbackAPIVersion

from bench.collector import cpu_s, memory_mb
from pasperdus_contract.board import Board
from pasperdus_contract.codec import encode
from pasperdus_contract.topics import Topics
from pasperdus_node.app import App
from pasperdus_node.config import Config
from pasperdus_node.display.glass import SdlGlass
from pasperdus_node.reception.parts import BOARD_FILE
from pasperdus_node.screens.hall import ARRIVAL_MS
from pasperdus_node.screens.scene import Ring, Scene
from pasperdus_node.screens.theme import Theme
from pasperdus_node.terminal.actions import Go, Page
from support.boards import NODE, PARIS, SITE, busy_board, called
from support.mosquitto import LOOPBACK, free_port
from support.processes import NodeProcess
from support.simulated_node import own_pins

WAIT_S = 20.0
REST_S = (
    0.05  # between two touches: longer than the loop's poll, so that each begins anywhere in it
)
SETTLE_S = 5.0  # after the first board: page, fonts and journal are at rest

Drawn = queue.SimpleQueue[tuple[float, Scene]]
"""Each picture, and when it was on the glass by a monotonic clock, in seconds."""
Say = Callable[[Board], None]
"""Publishes a board as the collector does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """Processor time of a process as a share of one core, and its memory."""

    share: float
    span_s: float
    memory_mb: float


def touches(directory: Path, width: int, height: int, *, count: int) -> list[float]:
    """Return ms from the report of a finger to the picture that has the ring around its target.

    The loop runs as in a node; reports are posted to SDL's queue as a touch screen's are. The
    finger goes to and fro between the tabs of two pages that show 24 tokens each.
    """
    directory.mkdir()
    (directory / BOARD_FILE).write_bytes(encode(today(busy_board())))
    drawn: queue.SimpleQueue[tuple[float, Scene]] = queue.SimpleQueue()
    app = App(Config.model_validate(_config(directory, width, height)))
    waits = []
    with _told(drawn), own_pins():
        thread = threading.Thread(target=app.run, daemon=True)
        thread.start()
        _, scene = drawn.get(timeout=WAIT_S)
        rng = random.Random(1)
        for n in range(count):
            time.sleep(REST_S + rng.random() * REST_S)
            page = (Page.TOKENS, Page.HOME)[n % 2]
            rect = next(each.rect for each in scene.targets if each.tap == Go(page))
            at = {"x": (rect.x + rect.w / 2) / width, "y": (rect.y + rect.h / 2) / height}
            began_s = time.perf_counter()
            _post(pygame.FINGERDOWN, at)
            waits.append((_until(drawn, has_ring=True)[0] - began_s) * 1000)
            _post(pygame.FINGERUP, at)
            _, scene = _until(drawn, has_ring=False)
        app.stop()
        thread.join(WAIT_S)
    return waits


def idle(
    directory: Path, broker_port: int, *, kind: str, size: tuple[int, int], span_s: float
) -> Watched:
    """Watch a node with a screen, connected and told of 24 visits, while nobody touches it."""
    with _running(directory, broker_port, kind=kind, size=size) as (node, say):
        say(today(busy_board()))
        time.sleep(SETTLE_S)
        return _watched(node, span_s)


def moving(directory: Path, broker_port: int, *, size: tuple[int, int]) -> Watched:
    """Watch a public screen for as long as a new call moves on it."""
    with _running(directory, broker_port, kind="public", size=size) as (node, say):
        quiet = today(busy_board())
        say(quiet)
        time.sleep(SETTLE_S)
        call = called(4)["call"] | {"at": quiet.composed_at}
        said = quiet.model_dump(by_alias=True)
        said["visits"][4] |= {"state": "called", "call": call}
        say(Board.model_validate(said | {"version": "1" * 16}))
        return _watched(node, ARRIVAL_MS / 1000)


def today(board: Board) -> Board:
    """Return a board as if it were composed now, on this service day."""
    now = datetime.now(UTC)
    day = (now.astimezone(PARIS) - timedelta(hours=4)).date()
    return board.model_copy(
        update={"day": day.isoformat(), "composed_at": round(now.timestamp() * 1000)}
    )


def _config(directory: Path, width: int, height: int) -> dict[str, Any]:
    return {
        "node": {"name": NODE, "collector": "bench"},
        "mqtt": {"url": f"mqtt://{LOOPBACK}:{free_port()}"},  # nobody is there
        "outbox": {"path": directory / "outbox.db"},
        "gpio": {"pin_factory": "mock"},
        "screen": {
            "kind": "agent",
            "site": SITE,
            "width": width,
            "height": height,
            "driver": "dummy",
            "theme": "day",
        },
        "simulation": {"socket": directory / "control", "clock": "system"},
    }


@contextmanager
def _told(drawn: Drawn) -> Iterator[None]:
    """Tell when each picture was on the glass."""
    show = SdlGlass.show

    def show_and_tell(glass: SdlGlass, scene: Scene, theme: Theme) -> bool:
        is_new = show(glass, scene, theme)
        drawn.put((time.perf_counter(), scene))
        return is_new

    with patch.object(SdlGlass, "show", show_and_tell):
        yield


def _until(drawn: Drawn, *, has_ring: bool) -> tuple[float, Scene]:
    """Return the next picture with, or without, a ring, and when it was drawn."""
    while True:
        at_s, scene = drawn.get(timeout=WAIT_S)
        if any(isinstance(item, Ring) for item in scene.items) == has_ring:
            return at_s, scene


def _post(kind: int, at: dict[str, float]) -> None:
    pygame.event.post(pygame.event.Event(kind, {"touch_id": 0, "finger_id": 0, **at}))


class _ScreenNode(NodeProcess):
    """``pasperdus-node run`` with a screen that is drawn nowhere, by the system's clock."""

    def __init__(self, directory: Path, *, mqtt_url: str, kind: str, size: tuple[int, int]) -> None:
        self._kind, self._width, self._height = kind, *size
        super().__init__(directory, mqtt_url=mqtt_url, name=NODE)

    def configure(self, mqtt_url: str) -> None:
        self._config.write_text(
            f'[node]\nname = "{self.name}"\ncollector = "bench"\n[mqtt]\nurl = "{mqtt_url}"\n'
            f'[outbox]\npath = "{self.outbox}"\n[gpio]\npin_factory = "mock"\n'
            f'[screen]\nkind = "{self._kind}"\nsite = "{SITE}"\nwidth = {self._width}\n'
            f'height = {self._height}\ndriver = "dummy"\ntheme = "day"\nsound = false\n'
            f'[simulation]\nsocket = "{self._socket}"\n'
        )


@contextmanager
def _running(
    directory: Path, broker_port: int, *, kind: str, size: tuple[int, int]
) -> Iterator[tuple[NodeProcess, Say]]:
    directory.mkdir()
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.connect(LOOPBACK, broker_port)
    client.loop_start()

    def say(board: Board) -> None:
        client.publish(Topics().board(SITE), encode(board), 1).wait_for_publish(WAIT_S)

    try:
        url = f"mqtt://{LOOPBACK}:{broker_port}"
        with _ScreenNode(directory, mqtt_url=url, kind=kind, size=size) as node:
            time.sleep(1.0)  # it connects and subscribes
            yield node, say
    finally:
        client.disconnect()
        client.loop_stop()


def _watched(node: NodeProcess, span_s: float) -> Watched:
    before_s, began_s = cpu_s(node.pid), time.monotonic()
    time.sleep(span_s)
    used_s, passed_s = cpu_s(node.pid) - before_s, time.monotonic() - began_s
    return Watched(share=used_s / passed_s, span_s=passed_s, memory_mb=memory_mb(node.pid, "VmRSS"))
