"""Our own programs as real processes: ``with CollectorProcess(...) as collector``.

Each waits for what it waits for with a deadline, and shows the program's log when it is missed.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self, TypeVar

import httpx

from support.mosquitto import LOOPBACK, free_port

WAIT_S = 30.0
POLL_S = 0.01
LOG_CHARACTERS = 6_000

T = TypeVar("T")


def eventually(look: Callable[[], T | None], what: str, *, within_s: float = WAIT_S) -> T:
    """Look until there is something to see, and return it."""
    deadline_s = time.monotonic() + within_s
    while True:
        seen = look()
        if seen is not None and seen is not False:
            return seen
        if time.monotonic() > deadline_s:
            raise AssertionError(f"no {what} within {within_s} s")
        time.sleep(POLL_S)


class Process:
    """``python -m module arguments``; both outputs go to ``log``, over all its lives."""

    def __init__(self, module: str, *arguments: str, log: Path) -> None:
        self._command = [sys.executable, "-m", module, *arguments]
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The id of the running process."""
        if self._process is None or self._process.poll() is not None:
            raise AssertionError(f"{self._command[2]} does not run; its log:\n{self.log()}")
        return self._process.pid

    def start(self) -> None:
        """Start it; see :meth:`wait_until` for its being ready."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def wait_until(self, look: Callable[[], T | None], what: str) -> T:
        """Look until there is something to see; fail at once when the process has ended."""

        def look_at_a_living_process() -> T | None:
            assert self.pid
            return look()

        try:
            return eventually(look_at_a_living_process, what)
        except AssertionError as error:
            raise AssertionError(f"{error}; its log:\n{self.log()}") from None

    def terminate(self) -> int:
        """End it in good order (SIGTERM) and return its exit status."""
        assert self._process is not None
        self._process.terminate()
        try:
            return self._process.wait(WAIT_S)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"it did not stop; its log:\n{self.log()}") from None

    def kill(self) -> None:
        """End it as a power cut would."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(WAIT_S)

    def log(self) -> str:
        """Return the end of all that it logged."""
        return self._log.read_text(errors="replace")[-LOG_CHARACTERS:]

    def cpu_s(self) -> float:
        """Return the processor time that it has used, in seconds."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None and self._process.poll() is None:
            self.terminate()


class CollectorProcess(Process):
    """``pasperdus-collector serve``, with its ledger in ``directory``; ready once it is entered.

    ``tables`` are further ones of its configuration.
    """

    def __init__(
        self, directory: Path, *, mqtt_url: str, name: str = "mairie", tables: str = ""
    ) -> None:
        self.http = httpx.Client(base_url=f"http://{LOOPBACK}:{(port := free_port())}", timeout=15)
        config = directory / f"{name}.toml"
        config.write_text(
            f'[collector]\nname = "{name}"\n[mqtt]\nurl = "{mqtt_url}"\n'
            f'[ledger]\npath = "{directory}/{name}.db"\n'
            f'[http]\nport = {port}\nauth = "none"\n[enrolment]\nmode = "open"\n'
            f"{tables}"
        )
        super().__init__(
            "pasperdus_collector", "serve", "--config", str(config), log=directory / f"{name}.log"
        )

    def get(self, path: str, **parameters: str) -> Any:
        """Return the JSON of ``/api/v1/{path}``."""
        answer = self.http.get(f"/api/v1/{path}", params=parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def counters(self, node: str) -> dict[str, int]:
        """Return what was ever received of one node."""
        found: dict[str, int] = self.get("counters")["nodes"].get(node, {})
        return found

    def node(self, name: str) -> dict[str, Any]:
        """Return how the collector sees one node; empty while it knows none of this name."""
        return next((node for node in self.get("nodes") if node["node"] == name), {})

    def start(self) -> None:
        """Start it and return once it hears nodes."""
        super().start()
        self.wait_until(self._is_ready, "answer of /readyz")

    def __exit__(self, *reason: object) -> None:
        super().__exit__(*reason)
        self.http.close()

    def _is_ready(self) -> bool | None:
        try:
            return self.http.get("/readyz").status_code == 200 or None
        except httpx.TransportError:
            return None


class NodeProcess(Process):
    """``pasperdus-node run`` on mock pins; its outbox and control socket in ``directory``."""

    def __init__(
        self, directory: Path, *, mqtt_url: str, name: str = "entrance-1", clock: str = "system"
    ) -> None:
        self.name = name
        self.outbox = directory / f"{name}.db"
        self._socket = directory / f"{name}.sock"
        self._connection: socket.socket | None = None
        self._config = directory / f"{name}.toml"
        self._clock = clock
        self.configure(mqtt_url)
        super().__init__(
            "pasperdus_node", "run", "--config", str(self._config), log=directory / f"{name}.log"
        )

    def configure(self, mqtt_url: str) -> None:
        """Write its configuration, for its next start."""
        self._config.write_text(
            f'[node]\nname = "{self.name}"\ncollector = "mairie"\n[mqtt]\nurl = "{mqtt_url}"\n'
            f'[outbox]\npath = "{self.outbox}"\n[gpio]\npin_factory = "mock"\n'
            "[beams.door]\nouter_pin = 17\ninner_pin = 27\n"
            f'[simulation]\nsocket = "{self._socket}"\nclock = "{self._clock}"\n'
        )

    def start(self) -> None:
        """Start it and return once it can be driven."""
        self._hang_up()
        self._socket.unlink(missing_ok=True)  # of a life that was killed
        super().start()
        self._connection = self.wait_until(self._call, "control socket")

    def drive(self, **request: Any) -> dict[str, Any]:
        """Ask for something through the control socket and return the answer."""
        assert self._connection is not None
        self._connection.sendall(json.dumps(request).encode() + b"\n")
        said = b""
        while not said.endswith(b"\n"):
            part = self._connection.recv(65_536)
            assert part, f"the node hung up; its log:\n{self.log()}"
            said += part
        answer: dict[str, Any] = json.loads(said)
        assert "error" not in answer, answer["error"]
        return answer

    def __exit__(self, *reason: object) -> None:
        super().__exit__(*reason)
        self._hang_up()

    def _call(self) -> socket.socket | None:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(WAIT_S)
        try:
            connection.connect(str(self._socket))
        except (FileNotFoundError, ConnectionRefusedError):
            connection.close()
            return None
        return connection

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
