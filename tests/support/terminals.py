"""A screen's glue with everything real but the display: SDL's dummy driver, outbox, mock pins."""

from __future__ import annotations

import json
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from pasperdus_contract.board import Board
from pasperdus_contract.codec import encode
from pasperdus_node.config import ScreenSettings
from pasperdus_node.keeping import Keeper
from pasperdus_node.outbox import Outbox
from pasperdus_node.reception.agent_terminal import AgentTerminal
from pasperdus_node.reception.parts import agent_screen, public_screen
from pasperdus_node.reception.public_screen import PublicScreen
from pasperdus_node.simulation.clock import DrivenClock
from pasperdus_node.simulation.pins import SimulatedPins
from support.simulated_node import own_pins

BOOT = "5b3c1e0a"
NODE = "terminal-1"
MORNING_MS = 1_772_438_400_000  # 2026-03-02T08:00:00Z, 09:00 in Paris
WRONG_MS = 1_560_000_000_000  # June 2019
START_MS = 10_000_000  # uptime at that moment: the node was switched on at 06:13
GUARDED_MS = 400  # longer than a press on what moved is refused
NEXT_PIN, BLANK_PIN, LED_PIN = 17, 27, 22


def board(version: int = 1, *, heard: int = 0, **other: Any) -> Board:
    """Return a board of the site with two terminals; ``version`` tells one from the next."""
    hand = ["blue-circle", "yellow-circle", "red-star", "green-moon"]
    told: dict[str, Any] = {
        "site": "mairie",
        "title": "Mairie",
        "time_zone": "Europe/Paris",
        "version": f"{version:016x}",
        "composed_at": MORNING_MS,
        "day": "2026-03-02",
        "asks_pulse": True,
        "terminals": [
            {"node": NODE, "title": "Terminal de l’accueil", "hand": hand, "heard": heard},
            {"node": "terminal-2", "title": "Terminal de l’étage", "hand": ["blue-drop"]},
        ],
    }
    return Board.model_validate(told | other)


class Desk:
    """One agent's terminal and its parts, in ``directory``; make another for a restart.

    It is made ``t_ms`` after the morning's beginning; a clock that is not synchronised says 2019.
    """

    def __init__(self, directory: Path, *, is_synced: bool = True, t_ms: int = 0) -> None:
        self.directory = directory
        self.clock = DrivenClock(boot=BOOT, is_synced=is_synced)
        believed_ms = MORNING_MS if is_synced else WRONG_MS
        self.clock.set(wall_ms=believed_ms + t_ms, uptime_ms=START_MS + t_ms)
        self.outbox = Outbox(directory / "outbox.db", boot=BOOT)
        self.keeper = Keeper(self.outbox)
        self.screen: AgentTerminal = agent_screen(
            settings("agent", next_pin=NEXT_PIN, blank_pin=BLANK_PIN, led_pin=LED_PIN),
            NODE,
            self.clock,
            directory,
            self.outbox,
            self.keeper,
            lambda _: None,
        )

    def hear(self, said: Board, *, is_retained: bool = False) -> None:
        """Let a board come, and time pass until a press counts again."""
        self.screen.hear_board(encode(said), is_retained=is_retained)
        self.wait(GUARDED_MS)

    def wait(self, duration_ms: int) -> None:
        """Let time pass as the loop does."""
        until_ms = self.clock.read().uptime_ms + duration_ms
        while (due_ms := self.screen.deadline_ms) is not None and due_ms <= until_ms:
            self.clock.move_to(due_ms)
            self.screen.advance()
        self.clock.move_to(until_ms)
        self.screen.read()

    def tap(self, target: str) -> None:
        """Touch what bears this name, and let time pass until the next tap counts anywhere."""
        self.screen.press(target)
        self.screen.release()
        self.wait(GUARDED_MS)

    def targets(self) -> list[str]:
        """Return what can be touched."""
        found: list[str] = self.screen.sight()["targets"]
        return found

    def said(self, text: str) -> bool:
        """Tell whether a text is somewhere on the screen."""
        # A French text has its own, unbreakable spaces.
        words = " ".join(" ".join(self.screen.sight()["texts"]).split())
        return text in words

    def events(self) -> list[dict[str, Any]]:
        """Return what is in the outbox, oldest first."""
        path = self.directory / "outbox.db"
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as db:
            bodies = db.execute("SELECT body FROM events ORDER BY seq").fetchall()
        return [json.loads(body) for (body,) in bodies]

    def deliver(self) -> None:
        """Let the collector answer for everything."""
        self.outbox.forget(self.outbox.epoch, [(1, 10**6)])
        self.screen.hear_answer()

    def stop(self) -> None:
        """End the process."""
        self.screen.stop()
        self.outbox.close()


@contextmanager
def pins() -> Iterator[SimulatedPins]:
    """Let the block have mock pins of its own."""
    with own_pins():
        yield SimulatedPins()


def hall(directory: Path, clock: DrivenClock) -> PublicScreen:
    """Return a public screen."""
    return public_screen(settings("public"), "hall-1", clock, directory)


def settings(kind: str, **other: Any) -> ScreenSettings:
    """Return the configuration of a screen of this kind that is drawn nowhere."""
    told = {"kind": kind, "site": "mairie", "driver": "dummy", "theme": "day"}
    return ScreenSettings.model_validate(told | other)


def ask(control: Path, **request: Any) -> dict[str, Any]:
    """Ask a running node something through its control socket."""
    with socket.socket(socket.AF_UNIX) as channel:
        channel.connect(str(control))
        with channel.makefile("rwb") as stream:
            stream.write(json.dumps(request).encode() + b"\n")
            stream.flush()
            answer: dict[str, Any] = json.loads(stream.readline())
            return answer
