"""A whole node in this thread: mock pins, a driven clock, a real outbox, no broker.

```python
node = SimulatedNode(tmp_path, beams={"door": (17, 27)})
node.edges((1000, 17, 0), (1000, 27, 0))
answers = node.run()  # everything up to the stop; then look at node.events()
```
"""

from __future__ import annotations

import json
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import gpiozero.pins.local
import gpiozero.pins.mock
from gpiozero import Device

from pasperdus_node.app import App
from pasperdus_node.config import Config
from pasperdus_node.simulation.control import Drive, DriveRequest
from support.mosquitto import free_port

ANSWER_WAIT_S = 10.0
START_MS = 10_000  # the uptime at which a simulated node starts
START_WALL_MS = 1_772_438_400_000  # 2026-03-02T08:00:00Z, the start of a quarter-hour


@contextmanager
def own_pins() -> Iterator[None]:
    """Let the block replace gpiozero's pin factory and its clock; put them back after it."""
    modules = (gpiozero.pins.mock, gpiozero.pins.local)
    clocks = [module.monotonic for module in modules]
    factory = Device.pin_factory
    Device.pin_factory = None
    try:
        yield
    finally:
        if Device.pin_factory is not None:
            Device.pin_factory.reset()
        Device.pin_factory = factory
        for module, clock in zip(modules, clocks, strict=True):
            module.monotonic = clock


class SimulatedNode:
    """One start of a node; requests are kept until :meth:`run`."""

    def __init__(
        self,
        directory: Path,
        *,
        beams: Mapping[str, tuple[int, int]] | None = None,
        buttons: Mapping[str, Mapping[str, Any]] | None = None,
        screen: Mapping[str, Any] | None = None,
        broker_url: str | None = None,
        name: str = "entrance-1",
        synced: bool = True,
    ) -> None:
        self.outbox_path = directory / "outbox.db"
        tables = {name: {"outer_pin": a, "inner_pin": b} for name, (a, b) in (beams or {}).items()}
        self._app = App(
            Config.model_validate(
                {
                    "node": {"name": name, "collector": "mairie"},
                    "mqtt": {"url": broker_url or f"mqtt://127.0.0.1:{free_port()}"},
                    "outbox": {"path": self.outbox_path},
                    "gpio": {"pin_factory": "mock"},
                    "simulation": {
                        "socket": directory / "node.sock",
                        "clock": "driven",
                        "synced": synced,
                    },
                    "beams": tables,
                    "buttons": dict(buttons or {}),
                    "screen": None if screen is None else dict(screen),
                }
            )
        )
        self._requests: list[DriveRequest] = []
        self.ask(clock={"wall": START_WALL_MS, "uptime": START_MS})

    def ask(self, **request: Any) -> None:
        """Ask for something as a driver does through the socket."""
        self._requests.append(DriveRequest.model_validate(request))

    def edges(self, *edges: tuple[int, int, int], until: int | None = None) -> None:
        """Move pins: ``(ms after the start, pin, level)``."""
        self.ask(
            edges=[(START_MS + t_ms, pin, bool(high)) for t_ms, pin, high in edges],
            until=None if until is None else START_MS + until,
        )

    def run(self, *, at_the_end: Callable[[], None] | None = None) -> list[dict[str, Any]]:
        """Run the node until all that was asked for is done, and stop it; return the answers.

        ``at_the_end`` stops it in another way.
        """
        answers: list[dict[str, Any]] = []
        end = at_the_end or self._app.stop
        driver = threading.Thread(target=self._drive, args=(answers, end), daemon=True)
        driver.start()
        with own_pins():
            self._app.run()
        driver.join()
        return answers[1:]

    def events(self, *kinds: str) -> list[dict[str, Any]]:
        """Return what is in the outbox, oldest first, of these kinds or of all."""
        with closing(sqlite3.connect(f"{self.outbox_path.as_uri()}?mode=ro", uri=True)) as db:
            bodies = db.execute("SELECT body FROM events ORDER BY seq").fetchall()
        found = [json.loads(body) for (body,) in bodies]
        return [event for event in found if not kinds or event["kind"] in kinds]

    def _drive(self, answers: list[dict[str, Any]], end: Callable[[], None]) -> None:
        """Ask one thing after the other, as the control socket does."""
        try:
            for request in self._requests:
                answer: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
                self._app._inbox.put(Drive(request, answer))
                answers.append(answer.get(timeout=ANSWER_WAIT_S))
        finally:
            end()


def five_buttons(pins: Sequence[int] = (5, 6, 13, 19, 26)) -> dict[str, Any]:
    """Return the reference box of the waiting room."""
    return {"scale": 5, "pins": list(pins), "leds": [12, 16, 20, 21, 25]}
