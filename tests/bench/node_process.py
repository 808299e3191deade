"""A real node, with simulated pins, in a process of its own."""

import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from bench.collector import memory_mb
from pasperdus_demo.control_line import ControlLine
from pasperdus_demo.errors import BrokenControlError

TIMEOUT_S = 20.0
QUESTION = "accueil"
BUTTONS = (5, 6, 13, 19, 26)  # worst first
_LEDS = (12, 16, 20, 21, 25)
_POLL_S = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeParts:
    """What a node watches: a line (None: no beams) and perhaps a rating box."""

    name: str
    line: str | None
    has_box: bool


class NodeProcess:
    """Runs from entering to leaving the block; pins move through :attr:`control`."""

    control: ControlLine

    def __init__(
        self,
        parts: NodeParts,
        directory: Path,
        *,
        mqtt_port: int,
        clock: Literal["system", "driven"],
    ) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.parts = parts
        self.outbox = directory / "outbox.db"
        self._directory = directory
        self._socket = directory / "pins"
        beams = f"[beams.{parts.line}]\nouter_pin = 17\ninner_pin = 27\n" if parts.line else ""
        box = f"[buttons.{QUESTION}]\nscale = 5\npins = {list(BUTTONS)}\nleds = {list(_LEDS)}\n"
        self._config = directory / "node.toml"
        self._config.write_text(
            f'[node]\nname = "{parts.name}"\ncollector = "bench"\n'
            f'[mqtt]\nurl = "mqtt://127.0.0.1:{mqtt_port}"\n'
            f'[outbox]\npath = "{self.outbox}"\n[gpio]\npin_factory = "mock"\n'
            f"{beams}{box if parts.has_box else ''}"
            f'[simulation]\nsocket = "{self._socket}"\nclock = "{clock}"\n',
            encoding="utf-8",
        )
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        program = str(Path(sys.executable).parent / "pasperdus-node")
        with (self._directory / "node.log").open("wb") as log:
            self._process = subprocess.Popen(
                [program, "run", "--config", str(self._config)], stderr=log
            )
        self.control = self._connect()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.control.close()
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=TIMEOUT_S)

    def resident_mb(self) -> float:
        """Return the resident memory of the node's process."""
        if self._process is None:
            raise RuntimeError("the node does not run")
        return memory_mb(self._process.pid, "VmRSS")

    def _connect(self) -> ControlLine:
        give_up_at = time.monotonic() + TIMEOUT_S
        while True:
            try:
                return ControlLine(self._socket)
            except BrokenControlError as error:
                if time.monotonic() > give_up_at:
                    raise RuntimeError(
                        f"the node did not start: {self._directory}/node.log"
                    ) from error
                time.sleep(_POLL_S)
