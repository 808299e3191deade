"""The embedded MQTT broker: a broker without root, for one machine and for small sites.

`EmbeddedBroker` runs rumqttd in a child process, watches it and starts it again. It speaks MQTT
3.1.1 on one address, without TLS, passwords or topic rules: anything beyond the loopback address or
a network of one's own calls for Mosquitto. Like every broker here it is a lossy pipe: what it holds
is gone when it ends, and nodes send again what the collector did not acknowledge.
"""

import errno
import ipaddress
import os
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import structlog

from pasperdus_collector.errors import CollectorError

START_TIMEOUT_S = 10.0
# After a kill -9 of the collector its old broker ends a moment later; wait that long for the port.
PORT_FREE_TIMEOUT_S = 2.0
STOP_TIMEOUT_S = 2.0
# A broker whose process lives but whose router thread died still accepts connections: only an
# answered CONNECT shows that it works.
PROBE_INTERVAL_S = 10.0
PROBE_TIMEOUT_S = 1.0
PROBES_BEFORE_RESTART = 3
FIRST_RETRY_S = 1.0
LAST_RETRY_S = 30.0
# A broker that stayed up this long starts afresh with the shortest back-off.
STABLE_AFTER_S = 60.0

_LAST_PORT = 65535
_POLL_S = 0.02
_SAID_LINES = 20
_SAID_CHARACTERS = 500
_CHILD = Path(__file__).with_name("broker_child.py")
# The child needs no secret of the collector's environment.
_CHILD_ENVIRONMENT = ("PATH", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "TMPDIR", "LANG")
_PROBE_CLIENT_ID = b"pasperdus-probe"
_CONNACK_ACCEPTED = b"\x20\x02\x00\x00"
_DISCONNECT = b"\xe0\x00"

_log: structlog.typing.FilteringBoundLogger = structlog.get_logger(__name__)


class BrokerError(CollectorError):
    """The embedded broker cannot start; the message names the key to change."""


class EmbeddedBroker:
    """An MQTT 3.1.1 broker on `host` (an IP address) and `port`, in a process of its own.

    `large_filters` are subscription filters, spelled as subscribed, for which the broker holds up
    to 16 MiB instead of 256 KiB. Every method may be called from any thread.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int,
        large_filters: Sequence[str] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        try:
            self._address = ipaddress.ip_address(host)
        except ValueError as error:
            raise BrokerError(
                f"[mqtt] url: the embedded broker cannot listen on {host!r}; "
                'give an IP address, such as 127.0.0.1, or "embedded:1883"'
            ) from error
        if not 0 < port <= _LAST_PORT:
            raise BrokerError(
                f"[mqtt] url: {port} is no port; give one from 1 to {_LAST_PORT}, "
                'as in "embedded:1883"'
            )
        self._port = port
        self._large_filters = tuple(large_filters)
        self._clock = clock
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._reader: threading.Thread | None = None
        self._said: deque[str] = deque(maxlen=_SAID_LINES)
        self._wanted = False
        self._is_up = False
        self._up_at = self._spawned_at = self._next_probe_at = self._retry_at = 0.0
        self._retry_s = FIRST_RETRY_S
        self._failed_probes = 0
        self.restarts = 0
        """Times that it was started again since the start."""

    @property
    def is_up(self) -> bool:
        """Whether it answered when we last looked."""
        return self._is_up

    @property
    def pid(self) -> int | None:
        """Process id of the running broker, None while there is none."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def start(self) -> None:
        """Start the broker and return once it answers an MQTT CONNECT; raise `BrokerError` else."""
        with self._lock:
            if self._wanted:
                return
            self._wait_for_free_port()
            self._spawn()
            deadline = self._spawned_at + START_TIMEOUT_S
            while not self._answers():
                exited = self._process is None or self._process.poll() is not None
                if exited or self._clock() >= deadline:
                    self._end_process()
                    raise BrokerError(
                        f"the embedded broker {'ended' if exited else 'gave no answer'} while "
                        f"starting on {self._listen}; "
                        f"it said: {' | '.join(self._said) or 'nothing'}"
                    )
                time.sleep(_POLL_S)
            self._wanted = True
            self._mark_up()
            _log.info("embedded broker listens", listen=self._listen, pid=self.pid)

    def supervise(self) -> bool:
        """Start the broker again if it ended or hangs; say whether it is up.

        To be called about every second; blocks for a few seconds at worst, when the broker hangs.
        """
        with self._lock:
            if not self._wanted:
                return False
            exit_code = None if self._process is None else self._process.poll()
            if self._process is None or exit_code is not None:
                self._mark_down(f"ended with status {exit_code}")
                self._retry()
            elif not self._is_up:
                self._finish_restart()
            elif self._clock() >= self._next_probe_at:
                self._probe()
            return self._is_up

    def stop(self) -> None:
        """End the broker and free its port; safe to call twice."""
        with self._lock:
            self._wanted = self._is_up = False
            self._end_process()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def _listen(self) -> str:
        host = f"[{self._address}]" if self._address.version == 6 else str(self._address)
        return f"{host}:{self._port}"

    @property
    def _family(self) -> socket.AddressFamily:
        return socket.AF_INET6 if self._address.version == 6 else socket.AF_INET

    def _wait_for_free_port(self) -> None:
        deadline = self._clock() + PORT_FREE_TIMEOUT_S
        while True:
            try:
                with socket.socket(self._family, socket.SOCK_STREAM) as trial:
                    # As the broker does: connections still closing do not make a port busy.
                    trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    trial.bind((str(self._address), self._port))
                    trial.listen(1)
                    return
            except OSError as error:
                if error.errno != errno.EADDRINUSE or self._clock() >= deadline:
                    raise BrokerError(self._bind_message(error)) from error
            time.sleep(_POLL_S)

    def _bind_message(self, error: OSError) -> str:
        what = f"[mqtt] url: the embedded broker cannot listen on {self._listen}"
        if error.errno == errno.EADDRINUSE:
            return (
                f"{what}: another program (an MQTT broker or a second collector?) has the port; "
                f'stop it, use it with url = "mqtt://{self._listen}", '
                'or choose another port, as in url = "embedded:1884"'
            )
        if error.errno == errno.EACCES:
            return f"{what}: ports below 1024 need root; choose a higher port"
        return f"{what}: {error}; choose an address of this machine"

    def _spawn(self) -> None:
        self._end_process()
        self._said.clear()
        self._spawned_at = self._clock()
        # In a session of its own, the broker gets no Ctrl-C meant for the collector.
        process = subprocess.Popen(
            [sys.executable, "-P", str(_CHILD), self._listen, *self._large_filters],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={name: os.environ[name] for name in _CHILD_ENVIRONMENT if name in os.environ},
            start_new_session=True,
        )
        self._process = process
        if process.stderr is not None:
            self._reader = threading.Thread(
                target=_log_lines, args=(process.stderr, self._said), name="broker-log", daemon=True
            )
            self._reader.start()

    def _end_process(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()  # the lifeline: the child ends by itself
        try:
            process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if self._reader is not None:
            self._reader.join(STOP_TIMEOUT_S)
            self._reader = None

    def _mark_up(self) -> None:
        self._is_up = True
        self._failed_probes = 0
        self._up_at = self._clock()
        self._next_probe_at = self._up_at + PROBE_INTERVAL_S

    def _mark_down(self, reason: str) -> None:
        if not self._is_up:
            return
        self._is_up = False
        now = self._clock()
        if now - self._up_at >= STABLE_AFTER_S:
            self._retry_s = FIRST_RETRY_S
            self._retry_at = now
        _log.error(
            "embedded broker is down", listen=self._listen, reason=reason, said=list(self._said)
        )

    def _retry(self) -> None:
        now = self._clock()
        if now < self._retry_at:
            return
        self._retry_at = now + self._retry_s
        self._retry_s = min(2 * self._retry_s, LAST_RETRY_S)
        self.restarts += 1
        self._spawn()

    def _finish_restart(self) -> None:
        if self._answers():
            self._mark_up()
            _log.info("embedded broker is back", listen=self._listen, pid=self.pid)
        elif self._clock() - self._spawned_at >= START_TIMEOUT_S:
            self._kill()

    def _probe(self) -> None:
        self._next_probe_at = self._clock() + PROBE_INTERVAL_S
        if self._answers():
            self._failed_probes = 0
            return
        self._failed_probes += 1
        if self._failed_probes >= PROBES_BEFORE_RESTART:
            self._mark_down(f"refused or left unanswered {self._failed_probes} connections")
            self._kill()

    def _kill(self) -> None:
        """Let the next `supervise` find it ended; a hanging process may not read its lifeline."""
        if self._process is not None:
            self._process.kill()

    def _answers(self) -> bool:
        """Whether the broker accepts a fresh MQTT connection."""
        variable = b"\x00\x04MQTT\x04\x02\x00\x0a"  # 3.1.1, clean session, keep-alive 10 s
        body = variable + len(_PROBE_CLIENT_ID).to_bytes(2, "big") + _PROBE_CLIENT_ID
        try:
            with socket.create_connection(
                (str(self._address), self._port), timeout=PROBE_TIMEOUT_S
            ) as connection:
                connection.sendall(b"\x10" + bytes([len(body)]) + body)
                answer = connection.recv(len(_CONNACK_ACCEPTED), socket.MSG_WAITALL)
                if answer == _CONNACK_ACCEPTED:
                    connection.sendall(_DISCONNECT)
                return answer == _CONNACK_ACCEPTED
        except OSError:
            return False


def _log_lines(stream: IO[bytes], said: deque[str]) -> None:
    with stream:
        for raw in stream:
            line = raw.decode("utf-8", "replace").rstrip()[:_SAID_CHARACTERS]
            said.append(line)
            _log.warning("embedded broker said", line=line)
