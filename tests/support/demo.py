"""The demonstration as a process of its own: ``with Demo(arguments, data) as demo``."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Self, TypeVar

STOP_TIMEOUT_S = 20.0
_POLL_S = 0.02

T = TypeVar("T")


class Demo:
    """``python -m pasperdus_demo`` on a free port, its files in ``directory``.

    With ``temporary`` instead it makes a directory of its own in there, and removes it.
    """

    def __init__(
        self, directory: Path | None, *arguments: str, temporary: Path | None = None
    ) -> None:
        self._directory = directory
        self._temporary = temporary
        self._arguments = arguments
        self.process: subprocess.Popen[str]

    def __enter__(self) -> Self:
        kept = ["--data", str(self._directory)] if self._directory else []
        environment = {"TMPDIR": str(self._temporary)} if self._temporary else {}
        self.process = start(["--port", "0", *kept, *self._arguments], environment)
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.communicate(timeout=STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()
            raise

    @property
    def is_running(self) -> bool:
        return self.process.poll() is None

    @property
    def address(self) -> str:
        return str(self._told()["address"])

    def pid_of(self, name: str) -> int:
        """Wait for a child, or for the ``broker``, which is the collector's child."""
        if name == "broker":
            return wait_for(lambda: _child_of(self._pids().get("collector")), "a broker")
        return wait_for(lambda: self._pids().get(name), name)

    def kill(self, name: str) -> None:
        """``kill -9`` of a child; one that has just ended is waited for to come back."""

        def has_hit() -> bool:
            try:
                os.kill(self.pid_of(name), signal.SIGKILL)
            except ProcessLookupError:
                return False
            return True

        wait_for(has_hit, f"a living {name}")

    def pids(self) -> list[int]:
        """Every process of it, the broker's included."""
        return [self.process.pid, self.pid_of("broker"), *self._pids().values()]

    def finish(self, timeout_s: float) -> tuple[str, str]:
        """Wait for its end; return what it said on standard output and error."""
        return self.process.communicate(timeout=timeout_s)

    def _pids(self) -> dict[str, int]:
        pids: dict[str, int] = self._told()["pids"]
        return pids

    def _told(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(wait_for(self._read, "demo.json"))
        return told

    def _read(self) -> str | None:
        assert self.is_running, self.process.communicate()[1]
        if self._directory is not None:
            paths = [self._directory / "demo.json"]
        else:
            assert self._temporary is not None
            paths = list(self._temporary.glob("pasperdus-demo-*/demo.json"))
        return next((path.read_text(encoding="utf-8") for path in paths if path.exists()), None)


def start(
    arguments: Sequence[str], environment: dict[str, str] | None = None
) -> subprocess.Popen[str]:
    """Start the demonstration in a session of its own, as a terminal would."""
    return subprocess.Popen(
        [sys.executable, "-m", "pasperdus_demo", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **(environment or {})},
        start_new_session=True,
    )


def wait_for(found: Callable[[], T | None], what: str, timeout_s: float = 20.0) -> T:
    """Return what is found at last: anything but None, False, zero or nothing."""
    deadline_s = time.monotonic() + timeout_s
    while not (value := found()):
        assert time.monotonic() < deadline_s, f"{what}: not within {timeout_s} s"
        time.sleep(_POLL_S)
    return value


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that nobody has waited for yet does not."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def _child_of(parent: int | None) -> int | None:
    if parent is None:
        return None
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal():
            continue
        try:
            status = (entry / "stat").read_text(encoding="ascii", errors="replace")
        except OSError:
            continue  # it has ended meanwhile
        state, its_parent, *_ = status.rpartition(")")[2].split()
        if int(its_parent) == parent and state != "Z":
            return int(entry.name)
    return None
