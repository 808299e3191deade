"""A real Mosquitto on a free loopback port, to be killed and started again at will.

```python
with Mosquitto(tmp_path, passwords={"entrance-1": "secret"}) as broker:
    ...  # broker.url, broker.port
    broker.kill()
    broker.start()  # the same port, what it persisted, the same log file
```
"""

from __future__ import annotations

import fcntl
import os
import random
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Self

START_WAIT_S = 20.0
STOP_WAIT_S = 10.0
POLL_S = 0.01
PORT_TRIES = 5  # a program that is no test of ours may take a free port before the broker does
LOOPBACK = "127.0.0.1"
# Below those that Linux gives to whoever asks for any (from 32768), and above well-known ones: so
# no outgoing connection takes the port of a server that was killed and is to come back.
PORTS = range(20_000, 32_768)


class Mosquitto:
    """One broker process and its files, all under ``directory``.

    ``settings`` are further lines for ``mosquitto.conf`` (``{directory}`` is filled in), for
    instance ``"persistence true\\nautosave_on_changes true\\nautosave_interval 1"``. With
    ``passwords`` (by user) nobody else may enter; without, anybody may.
    """

    def __init__(
        self, directory: Path, *, settings: str = "", passwords: Mapping[str, str] | None = None
    ) -> None:
        self._program = command("mosquitto", package="mosquitto")
        self._directory = directory
        self._settings = settings
        self._passwords = passwords
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port()
        directory.mkdir(parents=True, exist_ok=True)
        self._passwd = directory / "passwd"
        self._log = directory / "mosquitto.log"
        if passwords is not None:
            self._write_passwords(passwords)

    @property
    def url(self) -> str:
        """What a configuration of ours calls this broker."""
        return f"mqtt://{LOOPBACK}:{self.port}"

    @property
    def pid(self) -> int | None:
        """The process, None while there is none."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def start(self) -> None:
        """Start it, on the port that it had before, and return once it listens."""
        if self.pid is not None:
            return
        is_first = self._process is None
        for _ in range(PORT_TRIES):
            if self._listens():
                return
            if not is_first or "Address already in use" not in self.log():
                break
            self.port = free_port()
        raise AssertionError(f"mosquitto did not start; its log:\n{self.log()}")

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(STOP_WAIT_S)

    def stop(self) -> None:
        """End it in good order; safe to call twice."""
        process = self._process
        if process is None or process.poll() is not None:
            return
        process.terminate()
        try:
            process.wait(STOP_WAIT_S)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(
                f"mosquitto did not stop within {STOP_WAIT_S} s; its log:\n{self.log()}"
            ) from None

    def restart(self) -> None:
        """Stop it in good order and start it again."""
        self.stop()
        self.start()

    def log(self) -> str:
        """Return all that it logged, over all its lives."""
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    def config(self) -> str:
        """Return the text of its configuration file."""
        lines = [
            f"listener {self.port} {LOOPBACK}",
            f"allow_anonymous {'true' if self._passwords is None else 'false'}",
            f"persistence_location {self._directory}/",
            f"log_dest file {self._log}",
            "log_type all",
            "connection_messages true",
        ]
        if self._passwords is not None:
            lines.append(f"password_file {self._passwd}")
        if os.geteuid() == 0:
            # Else it becomes the user `mosquitto`, who may not enter pytest's directories.
            lines.append("user root")
        settings = self._settings.replace("{directory}", str(self._directory))
        return "\n".join([*lines, settings, ""])

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _listens(self) -> bool:
        """Start the process and tell whether it took the port."""
        file = self._directory / "mosquitto.conf"
        file.write_text(self.config(), encoding="utf-8")
        self._process = subprocess.Popen(
            [self._program, "-c", str(file)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline_s = time.monotonic() + START_WAIT_S
        while time.monotonic() < deadline_s:
            try:
                self._process.wait(POLL_S)
            except subprocess.TimeoutExpired:
                with socket.socket() as probe:
                    if probe.connect_ex((LOOPBACK, self.port)) == 0:
                        return True
            else:
                return False
        self.kill()
        return False

    def _write_passwords(self, passwords: Mapping[str, str]) -> None:
        self._passwd.touch(mode=0o600)
        for user, password in passwords.items():
            subprocess.run(
                [command("mosquitto_passwd", package="mosquitto"), str(self._passwd), user],
                input=f"{password}\n{password}\n".encode(),
                check=True,
                capture_output=True,
            )


def command(name: str, *, package: str) -> str:
    """Return the path of a program, which Debian keeps in ``package``."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/bin")
    if found is None:
        raise AssertionError(f"{name} is missing; install it with: apt-get install {package}")
    return found


def free_port() -> int:
    """Return a loopback port that nobody listens on and no other test process is given.

    Raises AssertionError when there is none left.
    """
    port = next(_free_ports(), None)
    if port is None:
        raise AssertionError(f"no free port among {PORTS}; end what listens there")
    return port


@cache
def _free_ports() -> Iterator[int]:
    """Yield free ports in no order, each once; a lock on a byte of its number says whose it is.

    The locks end with this process, however it ends.
    """
    file = Path(tempfile.gettempdir()) / f"pasperdus-test-ports-{os.getuid()}"
    locks = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    for port in random.SystemRandom().sample(PORTS, len(PORTS)):
        try:
            fcntl.lockf(locks, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
        except (BlockingIOError, PermissionError):
            continue  # another test process has it
        with socket.socket() as probe:
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                continue  # somebody listens there
        yield port
