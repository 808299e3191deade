"""A real collector, with its embedded broker or another one, in a process of its own."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Self

from support.mosquitto import free_port

READY_TIMEOUT_S = 20.0


class Collector:
    """Serves from entering to leaving the block; ``broker_port`` is that of a broker on its own."""

    def __init__(self, directory: Path, *, broker_port: int | None = None) -> None:
        directory.mkdir(parents=True)
        self.directory = directory
        self.mqtt_port = broker_port or free_port()
        broker = "embedded:" if broker_port is None else "mqtt://127.0.0.1:"
        self.http_port = free_port()
        self.address = f"http://127.0.0.1:{self.http_port}"
        config = directory / "collector.toml"
        config.write_text(
            f'[collector]\nname = "bench"\n[mqtt]\nurl = "{broker}{self.mqtt_port}"\n'
            f'[ledger]\npath = "{directory}/ledger.db"\n'
            f'[http]\nport = {self.http_port}\nauth = "none"\n[enrolment]\nmode = "open"\n',
            encoding="utf-8",
        )
        self._command = [
            str(Path(sys.executable).parent / "pasperdus-collector"),
            *("serve", "--config", str(config)),
        ]
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        log = (self.directory / "collector.log").open("wb")
        with log:
            self._process = subprocess.Popen(self._command, stderr=log)
        give_up_at = time.monotonic() + READY_TIMEOUT_S
        while not self._is_ready():
            if time.monotonic() > give_up_at or self._process.poll() is not None:
                raise RuntimeError(f"the collector did not start: {self.directory}/collector.log")
            time.sleep(0.05)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=READY_TIMEOUT_S)

    def resident_mb(self) -> float:
        """Return the resident memory of the collector's process, without its broker."""
        return self._memory_mb("VmRSS")

    def peak_mb(self) -> float:
        """Return the most it ever was."""
        return self._memory_mb("VmHWM")

    def cpu_s(self) -> float:
        """Return the processor time of the collector's process since its start."""
        return cpu_s(self.pid)

    @property
    def pid(self) -> int:
        """The collector's process."""
        if self._process is None:
            raise RuntimeError("the collector does not run")
        return self._process.pid

    def _memory_mb(self, name: str) -> float:
        return memory_mb(self.pid, name)

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/readyz", timeout=1) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False


def memory_mb(pid: int, name: str) -> float:
    """Return one of the sizes in ``/proc/PID/status``, such as ``VmRSS``."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith(name))
    return int(line.split()[1]) / 1024


def cpu_s(pid: int) -> float:
    """Return the processor time of a process and its threads, user and system."""
    stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    user, system = stat.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
