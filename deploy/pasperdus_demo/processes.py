"""The demonstration's child processes: started, watched, started again, ended.

A child that dies is started again at once, whatever killed it, as systemd does for a real
installation; a window that somebody has closed stays closed. One that keeps failing by itself right
after its start will not get better: then the last lines of its log are told and the demonstration
ends.
"""

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from pasperdus_demo.errors import ChildError, EndedError

STARTING_S = 5.0  # a child that fails sooner than this failed at its start
FAILED_STARTS = 3  # in a row, before we give up
RETRY_S = 0.5
STOP_TIMEOUT_S = 8.0
SHOWN_LINES = 12

_POLL_S = 0.05


@dataclass(slots=True, kw_only=True)
class _Child:
    """One program that should run."""

    name: str
    command: list[str]
    log: Path
    is_task: bool  # ends by itself when its work is done, and tells of it
    may_end: bool  # by itself: somebody closes its window
    process: subprocess.Popen[bytes] | None = None
    started_s: float = 0.0
    start_at_s: float = 0.0
    failed_starts: int = 0
    is_done: bool = False


@dataclass(slots=True)
class Processes:
    """Children of this process. Call :meth:`supervise` several times a second."""

    logs: Path
    end: threading.Event
    """Set by whoever wants everything to end."""
    on_change: Callable[[], None] = lambda: None
    """Called whenever a process id has changed."""
    _children: dict[str, _Child] = field(default_factory=dict)

    def start(
        self,
        name: str,
        module: str,
        *arguments: str,
        is_task: bool = False,
        may_end: bool = False,
    ) -> None:
        """Run ``python -m module arguments``; its standard error goes to ``<name>.log``.

        A task ends by itself with status 0, and so does what ``may_end``; a service that ends is
        started again in any case.
        """
        child = _Child(
            name=name,
            command=[sys.executable, "-m", "pasperdus_demo.tether", module, *arguments],
            log=self.logs / f"{name}.log",
            is_task=is_task,
            may_end=may_end,
        )
        self._children[name] = child
        self._spawn(child)

    def pids(self) -> dict[str, int]:
        """Return the process ids of those that run, by name."""
        return {
            child.name: child.process.pid
            for child in self._children.values()
            if child.process is not None and child.process.returncode is None
        }

    def supervise(self) -> None:
        """Start again what has died.

        Raises :class:`ChildError` when that is useless, :class:`EndedError` when the end was asked
        for.
        """
        if self.end.is_set():
            raise EndedError
        now_s = time.monotonic()
        for child in self._children.values():
            if child.is_done:
                continue
            if child.process is None:
                if now_s >= child.start_at_s:
                    self._spawn(child)
                continue
            status = child.process.poll()
            if status is None:
                continue
            if status == 0 and (child.is_task or child.may_end):
                child.is_done = True
                self.on_change()
            else:
                self._follow_end(child, status, now_s)

    def stop(self) -> None:
        """End them, the last started first; kill what does not end in time."""
        for child in reversed(self._children.values()):
            process = child.process
            if process is None:
                continue
            if process.poll() is None:
                process.terminate()
            try:
                process.wait(STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            _close_lifeline(process)
        self._children.clear()

    def _follow_end(self, child: _Child, status: int, now_s: float) -> None:
        if child.process is not None:
            _close_lifeline(child.process)
        child.process = None
        # A negative status is a signal: somebody killed it, so it did not fail by itself.
        has_failed = status > 0 and now_s - child.started_s < STARTING_S
        child.failed_starts = child.failed_starts + 1 if has_failed else 0
        if child.failed_starts >= FAILED_STARTS:
            raise ChildError(
                f"{child.name} ended {FAILED_STARTS} times in a row at its start "
                f"(status {status}); the end of {child.log}:\n{_last_lines(child.log)}"
            )
        child.start_at_s = now_s + (RETRY_S if has_failed else 0.0)

    def _spawn(self, child: _Child) -> None:
        child.log.parent.mkdir(parents=True, exist_ok=True)
        with child.log.open("ab") as log:
            # In a session of its own: Ctrl-C is for us, and we end the children in order.
            child.process = subprocess.Popen(
                child.command,
                stdin=subprocess.PIPE,
                stdout=None if child.is_task else log,
                stderr=log,
                start_new_session=True,
            )
        child.started_s = time.monotonic()
        self.on_change()


def wait_until(
    is_true: Callable[[], bool], processes: Processes, *, timeout_s: float, what: str
) -> None:
    """Wait, and keep the processes running meanwhile. Raises :class:`ChildError` when late."""
    deadline_s = time.monotonic() + timeout_s
    while not is_true():
        if time.monotonic() > deadline_s:
            raise ChildError(f"{what}: not within {timeout_s:.0f} s; see the logs")
        processes.supervise()
        time.sleep(_POLL_S)


def _close_lifeline(process: "subprocess.Popen[bytes]") -> None:
    if process.stdin is not None:
        process.stdin.close()


def _last_lines(path: Path) -> str:
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()[-SHOWN_LINES:]
    return "\n".join(f"    {line}" for line in lines) or "    (nothing)"
