"""The demonstration node's process: started by a button, stopped by one, and never for long.

It is a real node on simulated pins, so a visitor of the demonstration goes through outbox, broker
and ledger as everybody does. It belongs to a site of its own from before it speaks, so that nothing
of it is ever counted with anything real. Configuration, outbox and log stand in a temporary
directory, which goes with it.
"""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import structlog

from pasperdus_collector.demo_node import NODE
from pasperdus_collector.demo_node.visitors import INNER_PIN, OUTER_PIN, visitors
from pasperdus_collector.errors import CollectorError
from pasperdus_collector.ledger import Ledger, wall_ms
from pasperdus_collector.registry import DEMO_SITE
from pasperdus_service.settings import MqttSettings

LINE = "porte"
LONGEST_S = 900.0  # it would be forgotten otherwise
START_TIMEOUT_S = 30.0  # of a busy Pi
ANSWER_TIMEOUT_S = 10.0
STOP_TIMEOUT_S = 5.0
SAID_CHARACTERS = 300
_RETRY_S = 0.1
_CHILD = Path(__file__).with_name("child.py")
# It needs no secret of the collector's environment, and speaks to no service manager.
_ENVIRONMENT = ("PATH", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "TMPDIR", "LANG")
_NEEDED = ("pasperdus_node", "gpiozero")

Obstacle = Literal["not-installed", "broker-elsewhere", "broker-asks-who"]
"""Why there can be no demonstration node here."""

log = structlog.get_logger()


class DemoNodeError(CollectorError):
    """The demonstration node cannot start, or ended by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoState:
    """How the demonstration node is; ``trouble`` is why it ended, where nobody stopped it."""

    is_running: bool
    ends_at_ms: int | None
    trouble: str | None


class DemoNode:
    """At most one process at a time. Every method may be called from any thread."""

    def __init__(
        self,
        mqtt: MqttSettings,
        *,
        collector: str,
        submit: Callable[[Callable[[Ledger], None]], None],
        longest_s: float = LONGEST_S,
    ) -> None:
        self._mqtt = mqtt
        self._collector = collector
        self._submit = submit
        self._longest_s = longest_s
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self._ends_at_ms: int | None = None
        self._trouble: str | None = None
        self.pid: int | None = None
        """Of the process while it runs."""

    @property
    def obstacle(self) -> Obstacle | None:
        """Why it cannot be offered here; None when it can."""
        if any(find_spec(name) is None for name in _NEEDED):
            return "not-installed"
        if self._mqtt.is_encrypted:
            return "broker-elsewhere"
        if self._mqtt.username is not None:
            return "broker-asks-who"
        return None

    def state(self) -> DemoState:
        """Return how it is."""
        is_running = self._thread is not None and self._thread.is_alive()
        return DemoState(
            is_running=is_running,
            ends_at_ms=self._ends_at_ms if is_running else None,
            trouble=None if is_running else self._trouble,
        )

    def start(self, *, title: str, zone_title: str, time_zone: str) -> None:
        """Start it, unless it runs; its site is made with these where it is not there yet.

        Raises :class:`DemoNodeError` where it cannot be offered, or when a real node has its name.
        """
        with self._lock:
            if self.state().is_running:
                return
            obstacle = self.obstacle
            if obstacle is not None:
                raise DemoNodeError(f"there can be no demonstration node here: {obstacle}")

            def enrol(ledger: Ledger) -> None:
                node_id = ledger.registry.enrol(
                    NODE,
                    wall_ms(),
                    site=DEMO_SITE,
                    title=title,
                    zone_title=zone_title,
                    time_zone=time_zone,
                )
                if not ledger.registry.is_of_site(node_id, DEMO_SITE):
                    raise DemoNodeError(
                        f"a node named {NODE!r} belongs to another site; rename that one"
                    )

            self._submit(enrol)
            self._stop.clear()
            self._trouble = None
            self._ends_at_ms = wall_ms() + round(self._longest_s * 1000)
            self._thread = threading.Thread(target=self._run, name="demo-node", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End it, and wait until it is gone; safe when none runs."""
        with self._lock:
            self._stop.set()
            if self._thread is not None:
                self._thread.join()

    # -- the thread ------------------------------------------------------------------------------

    def _run(self) -> None:
        deadline_s = time.monotonic() + self._longest_s
        try:
            with TemporaryDirectory(prefix="pasperdus-demonstration-") as directory:
                self._play(Path(directory), deadline_s)
        except (DemoNodeError, OSError) as error:
            self._trouble = str(error)
            log.error("the demonstration node ended", reason=str(error))
        else:
            log.info("the demonstration node was stopped")

    def _play(self, directory: Path, deadline_s: float) -> None:
        config, said = directory / "node.toml", directory / "node.log"
        config.write_text(self._config(directory), encoding="utf-8")
        with said.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-P", str(_CHILD), "run", "--config", str(config)],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=directory,
                env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
                start_new_session=True,
            )
        self.pid = process.pid
        log.info("the demonstration node started", pid=process.pid)
        try:
            self._walk_visitors(directory / "node.sock", deadline_s, process, said)
        finally:
            self.pid = None
            _end(process)

    def _walk_visitors(
        self, path: Path, deadline_s: float, process: subprocess.Popen[bytes], said: Path
    ) -> None:
        line = self._connect(path, process, said)
        if line is None:
            return
        with closing(line):
            self._clear_beams(line)
            for moves in visitors():
                for move in moves:
                    left_s = deadline_s - time.monotonic()
                    if self._stop.wait(min(move.after_s, left_s)) or move.after_s >= left_s:
                        return
                    line.ask(edges=[[0, move.pin, move.is_high]])

    def _connect(
        self, path: Path, process: subprocess.Popen[bytes], said: Path
    ) -> "_ControlLine | None":
        """Wait for the node to listen; None when it shall stop before that."""
        give_up_s = time.monotonic() + START_TIMEOUT_S
        while not self._stop.wait(_RETRY_S):
            with suppress(FileNotFoundError, ConnectionRefusedError):
                return _ControlLine(path)
            if process.poll() is not None or time.monotonic() > give_up_s:
                last = said.read_text(encoding="utf-8", errors="replace").strip()
                raise DemoNodeError(f"it did not start: {last[-SAID_CHARACTERS:] or 'no reason'}")
        return None

    def _clear_beams(self, line: "_ControlLine") -> None:
        """Let nobody stand in the beams, and wait until they are believed."""
        line.ask(edges=[[0, OUTER_PIN, False], [0, INNER_PIN, False]])
        give_up_s = time.monotonic() + START_TIMEOUT_S
        while line.ask()["health"].get(LINE) != "ok" and not self._stop.wait(_RETRY_S):
            if time.monotonic() > give_up_s:
                raise DemoNodeError("its beams did not come to work")

    def _config(self, directory: Path) -> str:
        host = f"[{self._mqtt.host}]" if ":" in self._mqtt.host else self._mqtt.host
        return "\n".join(
            (
                f'[node]\nname = "{NODE}"\ncollector = "{self._collector}"',
                f'[mqtt]\nurl = "mqtt://{host}:{self._mqtt.port}"\nprefix = "{self._mqtt.prefix}"',
                f'[outbox]\npath = "{directory / "outbox.db"}"',
                '[gpio]\npin_factory = "mock"',
                f"[beams.{LINE}]\nouter_pin = {OUTER_PIN}\ninner_pin = {INNER_PIN}",
                '[simulation]\nsocket = "node.sock"\n',
            )
        )


class _ControlLine:
    """The driver's end of the node's control socket: one request, one answer."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(ANSWER_TIMEOUT_S)
        try:
            _connect_shortly(self._socket, path)
        except OSError:
            self._socket.close()
            raise
        self._stream = self._socket.makefile("rwb")

    def ask(self, **request: Any) -> dict[str, Any]:
        """Return the answer, which comes once what follows is in the outbox."""
        self._stream.write(json.dumps(request).encode() + b"\n")
        self._stream.flush()
        line = self._stream.readline()
        if not line.endswith(b"\n"):
            raise DemoNodeError("it ended by itself")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise DemoNodeError(f"it refused to play: {answer['error']}")
        return answer

    def close(self) -> None:
        with suppress(OSError):  # what could not be flushed to a dead node is not needed any more
            self._stream.close()
        self._socket.close()


def _connect_shortly(connection: socket.socket, path: Path) -> None:
    """Connect to a socket however long its path: the system takes 107 bytes of one."""
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        connection.connect(f"/proc/self/fd/{folder}/{path.name}")
    finally:
        os.close(folder)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Let the node say goodbye; take the lifeline away from one that does not end."""
    process.terminate()
    try:
        process.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdin is not None:
        process.stdin.close()
