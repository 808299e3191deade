"""The demonstration's own installation: a directory with everything a real one would have.

Configuration files of the collector and its nodes, ledger, outboxes and logs. Unix sockets have
short paths only (108 bytes on Linux), so they stand in a temporary directory of their own.
"""

import errno
import json
import shutil
import socket
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from pasperdus_demo.errors import DemoError
from pasperdus_demo.past import (
    DOOR,
    ENTRANCE,
    HALL,
    QUESTION,
    ROOM_DOOR,
    SECOND_TERMINAL,
    TERMINAL,
    WAITING_ROOM,
)

COLLECTOR = "mairie"
NODES = (ENTRANCE, WAITING_ROOM, TERMINAL, HALL)
WINDOWS = (SECOND_TERMINAL, HALL)
"""Nodes whose screen is a window on the desktop, where somebody asked for that."""
BUTTON_PINS = (5, 6, 13, 19, 26)  # worst first

_BEAMS = "[beams.{line}]\nouter_pin = 17\ninner_pin = 27\n"
_BUTTONS = (
    f"[buttons.{QUESTION}]\nscale = 5\npins = {list(BUTTON_PINS)}\nleds = [12, 16, 20, 21, 25]\n"
)
_SENSORS = {
    ENTRANCE: _BEAMS.format(line=DOOR),
    WAITING_ROOM: _BEAMS.format(line=ROOM_DOOR) + _BUTTONS,
}
_HIDDEN = 'driver = "dummy"\nsound = false\n'
# Small enough for any desktop: the 7-inch display, and the public screen at half its size.
_WINDOW = 'driver = "auto"\nis_window = true\nwidth = {}\nheight = {}\npx_per_mm = {}\n'
_SCREENS = {
    TERMINAL: ("agent", "led_pin = 22\n", ""),
    SECOND_TERMINAL: ("agent", "", _WINDOW.format(800, 480, 5.2)),
    HALL: ("public", "", _WINDOW.format(960, 540, 1.8)),
}


class Installation:
    """Directories, ports and configuration files; removed at the end unless asked to be kept.

    Raises :class:`DemoError` when the HTTP port is taken or ``directory`` holds something.
    """

    def __init__(
        self, *, port: int, directory: Path | None, is_driven: bool, has_windows: bool = False
    ) -> None:
        self._cleanup = ExitStack()
        self._is_driven = is_driven
        self._has_windows = has_windows
        self.http_port = _checked_port(port)
        self.mqtt_port = _free_port()
        self.directory = self._own(directory)
        self._sockets = Path(tempfile.mkdtemp(prefix="pasperdus-"))
        self._cleanup.callback(shutil.rmtree, self._sockets)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._cleanup.close()

    @property
    def address(self) -> str:
        """Where the pages are."""
        return f"http://127.0.0.1:{self.http_port}/"

    @property
    def broker(self) -> str:
        """Where MQTT clients connect."""
        return f"mqtt://127.0.0.1:{self.mqtt_port}"

    @property
    def logs(self) -> Path:
        """Where the processes write what they have to say."""
        return self.directory / "log"

    def socket(self, node: str) -> Path:
        """Where a node listens to whoever moves its pins."""
        return self._sockets / f"{node}.sock"

    def outbox(self, node: str) -> Path:
        """Where a node keeps its events."""
        return self.directory / node / "outbox.db"

    def write_collector(self) -> Path:
        """Write the collector's configuration; return its path."""
        return self._write(
            "collector.toml",
            f'[collector]\nname = "{COLLECTOR}"\n'
            f'[mqtt]\nurl = "embedded:{self.mqtt_port}"\n'
            f"[ledger]\npath = {_quoted(self.directory / 'ledger.db')}\n"
            f'[http]\nhost = "127.0.0.1"\nport = {self.http_port}\nauth = "none"\n'
            '[enrolment]\nmode = "open"\n',
        )

    def write_node(self, node: str) -> Path:
        """Write a node's configuration; return its path."""
        clock = 'clock = "driven"\nboot = "replay"' if self._is_driven else 'clock = "system"'
        return self._write(
            f"{node}.toml",
            f'[node]\nname = "{node}"\ncollector = "{COLLECTOR}"\n'
            f'[mqtt]\nurl = "{self.broker}"\n'
            f"[outbox]\npath = {_quoted(self.outbox(node))}\n"
            '[gpio]\npin_factory = "mock"\n'
            f"{_SENSORS.get(node, '')}{self._screen(node)}"
            f"[simulation]\nsocket = {_quoted(self.socket(node))}\n{clock}\n",
        )

    def tell(self, pids: Mapping[str, int], nodes: Sequence[str]) -> None:
        """Write ``demo.json``: where everything is, and which processes run it."""
        said = {
            "address": self.address,
            "broker": self.broker,
            "pids": dict(pids),
            "sockets": {node: str(self.socket(node)) for node in nodes},
        }
        draft = self.directory / "demo.json.new"
        draft.write_text(json.dumps(said, indent=2) + "\n", encoding="utf-8")
        draft.replace(self.directory / "demo.json")  # a reader never sees half of it

    def _screen(self, node: str) -> str:
        if node not in _SCREENS:
            return ""
        kind, lamp, window = _SCREENS[node]
        is_window = self._has_windows and node in WINDOWS
        return f'[screen]\nkind = "{kind}"\n{lamp}{window if is_window else _HIDDEN}'

    def _write(self, name: str, text: str) -> Path:
        path = self.directory / name
        path.write_text(text, encoding="utf-8")
        return path

    def _own(self, directory: Path | None) -> Path:
        if directory is None:
            made = Path(tempfile.mkdtemp(prefix="pasperdus-demo-"))
            self._cleanup.callback(shutil.rmtree, made)
            return made
        try:
            directory.mkdir(parents=True, exist_ok=True)
            if any(directory.iterdir()):
                raise DemoError(f"--data {directory}: not empty; give a new or an empty directory")
        except OSError as error:
            raise DemoError(f"--data {directory}: {error.strerror}") from error
        return directory.resolve()


def _checked_port(port: int) -> int:
    """Return ``port`` if it is free, or any free one for 0."""
    if port == 0:
        return _free_port()
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", port))
            trial.listen(1)
        except OSError as error:
            what = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be had: {error}"
            raise DemoError(
                f"port {port} {what}; choose another one, as in --port {port + 80}"
            ) from error
    return port


def _free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port


def _quoted(path: Path) -> str:
    """Return a TOML string; JSON's are valid TOML."""
    return json.dumps(str(path), ensure_ascii=False)
