"""Real time-series servers on loopback, to be killed and started again at will.

```python
with Influx1(tmp_path / "influx") as influx:
    ...  # influx.url is what a configuration of ours calls it
    influx.query("SELECT * FROM sites")
    influx.kill()
    influx.start()  # the same ports, the same data
```

Debian's InfluxDB is 1.6, which knows ``/write`` only; 1.8, 2 and 3 all take ``/api/v2/write``. So
:class:`Influx1` has a small proxy in front that writes the one address into the other: it is for
tests alone and nothing that ships knows of it. It also reads ``Token user:password`` as 1.8 does.
"""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import threading
import time
import urllib.parse
import urllib.request
from abc import ABC, abstractmethod
from base64 import b64encode
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

from support.mosquitto import LOOPBACK, command, free_port

START_WAIT_S = 20.0
STOP_WAIT_S = 10.0
POLL_S = 0.02
PORT_TRIES = 5  # another process may take a free port before the server does
TIMEOUT_S = 30.0
DATABASE = "pasperdus"
LONGEST_RETENTION = "100y"  # victoria-metrics drops what is older than a month unless told


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """One series of an answer: its name, the tags that it was grouped by, its columns and rows."""

    name: str
    columns: list[str]
    values: list[list[Any]]
    tags: dict[str, str] = field(default_factory=dict)

    def records(self) -> list[dict[str, Any]]:
        """Return the rows by the names of their columns."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.values]


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server that somebody else runs, told by the environment."""

    url: str
    token: str
    org: str
    bucket: str


def other_server() -> Server | None:
    """Return the server that ``PASPERDUS_TEST_INFLUX_URL`` names, if it does.

    ``…_TOKEN``, ``…_ORG`` and ``…_BUCKET`` say the rest. Tests write into that bucket, under names
    of collectors that begin with ``test-``.
    """
    name = "PASPERDUS_TEST_INFLUX"
    url = os.environ.get(f"{name}_URL")
    if not url:
        return None
    return Server(
        url=url,
        token=os.environ.get(f"{name}_TOKEN", ""),
        org=os.environ.get(f"{name}_ORG", "-"),
        bucket=os.environ.get(f"{name}_BUCKET", DATABASE),
    )


class _Child(ABC):
    """A server process on ports of its own; the same ones in all its lives."""

    ports_needed = 1

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.directory = directory
        self._log = directory / "server.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._ports = [free_port() for _ in range(self.ports_needed)]

    @abstractmethod
    def command(self) -> list[str]:
        """Return the program to run and its arguments."""

    @abstractmethod
    def is_ready(self) -> bool:
        """Return whether it answers by now."""

    @property
    def direct_url(self) -> str:
        """Where the server itself listens."""
        return f"http://{LOOPBACK}:{self._ports[0]}"

    @property
    def pid(self) -> int | None:
        """The process, None while there is none."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def start(self) -> None:
        """Start it, on the ports that it had before, and return once it answers."""
        if self.pid is not None:
            return
        is_first = self._process is None
        for _ in range(PORT_TRIES):
            if self._answers():
                return
            if not is_first or "address already in use" not in self.log():
                break
            self._ports = [free_port() for _ in range(self.ports_needed)]
        raise AssertionError(f"{self.command()[0]} did not start; its log:\n{self.log()}")

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
            raise AssertionError(f"it did not stop; its log:\n{self.log()}") from None

    def log(self) -> str:
        """Return all that it said, over all its lives."""
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _answers(self) -> bool:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        deadline_s = time.monotonic() + START_WAIT_S
        while time.monotonic() < deadline_s and self._process.poll() is None:
            try:
                if self.is_ready():
                    return True
            except (OSError, http.client.HTTPException):
                pass
            time.sleep(POLL_S)
        self.kill()
        return False


class Influx1(_Child):
    """Debian's InfluxDB 1.6 with an empty database; ``url`` takes what 1.8, 2 and 3 take.

    With ``auth`` only the user ``admin``, password ``secret``, may enter.
    """

    ports_needed = 2
    user, password = "admin", "secret"

    def __init__(self, directory: Path, *, auth: bool = False) -> None:
        self._program = command("influxd", package="influxdb")
        self._auth = auth
        super().__init__(directory)
        self._front = _Front()

    @property
    def url(self) -> str:
        """What a configuration of ours calls this server."""
        return self._front.url

    def command(self) -> list[str]:
        file = self.directory / "influxdb.conf"
        file.write_text(self.config(), encoding="utf-8")
        return [self._program, "-config", str(file)]

    def config(self) -> str:
        """Return the text of its configuration file."""
        http_port, rpc_port = self._ports
        directory = json.dumps(str(self.directory))[1:-1]
        return (
            f'reporting-disabled = true\nbind-address = "{LOOPBACK}:{rpc_port}"\n'
            f'[meta]\ndir = "{directory}/meta"\n'
            f'[data]\ndir = "{directory}/data"\nwal-dir = "{directory}/wal"\n'
            "query-log-enabled = false\n"
            "[monitor]\nstore-enabled = false\n[subscriber]\nenabled = false\n"
            "[continuous_queries]\nenabled = false\n[ifql]\nenabled = false\n"
            f'[http]\nbind-address = "{LOOPBACK}:{http_port}"\nlog-enabled = false\n'
            f"auth-enabled = {'true' if self._auth else 'false'}\n"
        )

    def is_ready(self) -> bool:
        with urllib.request.urlopen(f"{self.direct_url}/ping", timeout=1) as answer:
            return bool(answer.status == 204)

    def start(self) -> None:
        """Start it and return once it answers and the database is there."""
        super().start()
        self._front.open(self._ports[0])
        if self._auth:
            self.query(
                f"CREATE USER {self.user} WITH PASSWORD '{self.password}' WITH ALL PRIVILEGES"
            )
        self.query(f'CREATE DATABASE "{DATABASE}"')

    def kill(self) -> None:
        """End it as a power cut would; its address does not answer any more."""
        super().kill()
        self._front.close()

    def stop(self) -> None:
        """End it in good order; safe to call twice."""
        self._front.close()
        super().stop()

    def query(self, influxql: str) -> list[Rows]:
        """Ask the server itself; times are milliseconds since 1970 UTC."""
        asked = urllib.parse.urlencode({"db": DATABASE, "epoch": "ms", "q": influxql})
        request = urllib.request.Request(f"{self.direct_url}/query", data=asked.encode())
        if self._auth:
            request.add_header("Authorization", _basic(f"{self.user}:{self.password}"))
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
            told = json.load(answer)
        series = []
        for result in told["results"]:
            assert "error" not in result, result["error"]
            series += result.get("series", [])
        return [
            Rows(
                name=each.get("name", ""),
                columns=each["columns"],
                values=each.get("values", []),
                tags=each.get("tags", {}),
            )
            for each in series
        ]


class VictoriaMetrics(_Child):
    """Debian's victoria-metrics, which takes ``/api/v2/write`` as it is, and numbers only."""

    def __init__(self, directory: Path) -> None:
        self._program = command("victoria-metrics", package="victoria-metrics")
        super().__init__(directory)

    @property
    def url(self) -> str:
        """What a configuration of ours calls this server."""
        return self.direct_url

    def command(self) -> list[str]:
        return [
            self._program,
            f"-httpListenAddr={LOOPBACK}:{self._ports[0]}",
            f"-storageDataPath={self.directory}/metrics",
            f"-retentionPeriod={LONGEST_RETENTION}",
            "-loggerLevel=WARN",
        ]

    def is_ready(self) -> bool:
        with urllib.request.urlopen(f"{self.direct_url}/health", timeout=1) as answer:
            return bool(answer.status == 200)

    def export(self, match: str) -> list[dict[str, Any]]:
        """Return every series that matches, such as ``{__name__=~"passages_1d_.*"}``.

        Each has ``metric`` (labels), ``values`` and ``timestamps`` (milliseconds). What was just
        written is made visible first.
        """
        with urllib.request.urlopen(f"{self.direct_url}/internal/force_flush", timeout=TIMEOUT_S):
            pass
        asked = urllib.parse.urlencode({"match[]": match})
        address = f"{self.direct_url}/api/v1/export?{asked}"
        with urllib.request.urlopen(address, timeout=TIMEOUT_S) as answer:
            return [json.loads(line) for line in answer]


class _Front:
    """The proxy: ``/api/v2/write`` becomes ``/write``, everything else passes as it is.

    While it is closed its port refuses connections, as the server's own would.
    """

    def __init__(self) -> None:
        self._port = free_port()
        self._server: ThreadingHTTPServer | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self._port}"

    def open(self, behind: int) -> None:
        if self._server is not None:
            return
        is_open = threading.Event()

        class Handler(_Handler):
            port = behind
            accepts = is_open

        is_open.set()
        server = _FrontServer((LOOPBACK, self._port), Handler)
        self._is_open = is_open
        self._server = server
        self._thread = threading.Thread(
            target=server.serve_forever, kwargs={"poll_interval": POLL_S}, daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        if self._server is None or self._thread is None:
            return
        self._is_open.clear()  # connections kept alive end with their next request
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(STOP_WAIT_S)
        self._server = self._thread = None


class _FrontServer(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that was killed meanwhile: the tests do that on purpose."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    port: int
    accepts: threading.Event

    def do_GET(self) -> None:
        self._pass_on()

    def do_POST(self) -> None:
        self._pass_on()

    def _pass_on(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        if len(body) < length or not self.accepts.is_set():
            self.close_connection = True
            return
        headers = {
            name: value
            for name, value in self.headers.items()
            if name.lower() not in ("host", "content-length", "connection", "transfer-encoding")
        }
        scheme, _, token = headers.get("Authorization", "").partition(" ")
        if scheme == "Token" and ":" in token:  # as 1.8 reads it
            headers["Authorization"] = _basic(token)
        behind = http.client.HTTPConnection(LOOPBACK, self.port, timeout=TIMEOUT_S)
        try:
            behind.request(self.command, _address_in_1_6(self.path), body=body, headers=headers)
            answer = behind.getresponse()
            told = answer.read()
        except (OSError, http.client.HTTPException):
            self.close_connection = True  # hang up, as a server that died would
            return
        finally:
            behind.close()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("content-length", "connection", "transfer-encoding", "date"):
                self.send_header(name, value)
        if answer.status != http.HTTPStatus.NO_CONTENT:
            self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the name it is called by)
        """Keep the tests' output to themselves."""


def _address_in_1_6(address: str) -> str:
    path, _, query = address.partition("?")
    if path != "/api/v2/write":
        return address
    asked = dict(urllib.parse.parse_qsl(query))
    named = {"db": asked["bucket"], "precision": asked.get("precision", "ns")}
    return f"/write?{urllib.parse.urlencode(named)}"


def _basic(user_and_password: str) -> str:
    return f"Basic {b64encode(user_and_password.encode()).decode()}"
