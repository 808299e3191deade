"""A real browser without a window: the system's Chromium over the DevTools protocol, no driver."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

START_S = 20.0
ANSWER_S = 20.0
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

_FLAGS = (
    "--headless",
    "--no-sandbox",  # test machines run as root in containers
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--remote-debugging-port=0",
)


class Tab:
    """One page; ``complaints`` collects errors, warnings and refused loads."""

    def __init__(self, connection: ClientConnection, session: str) -> None:
        self._connection = connection
        self._session = session
        self._calls = 0
        self.complaints: list[str] = []
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Ask for one thing and return the answer. Raises AssertionError when it is refused."""
        self._calls += 1
        number = self._calls
        self._connection.send(
            json.dumps(
                {
                    "id": number,
                    "sessionId": self._session,
                    "method": method,
                    "params": parameters,
                }
            )
        )
        deadline = time.monotonic() + ANSWER_S
        while True:
            message = self._receive()
            assert time.monotonic() < deadline, f"{method}: no answer within {ANSWER_S} s"
            if message.get("id") == number:
                assert "error" not in message, f"{method}: {message['error']}"
                result: dict[str, Any] = message["result"]
                return result

    def open(self, url: str, *, settled: str = "true") -> None:
        """Load a page, and wait until a JavaScript condition holds in it."""
        self.call("Page.navigate", url=url)
        self.until_loaded()
        self.until(settled)

    def until_loaded(self) -> None:
        """Wait until a page has been loaded, by whomever it was asked for."""
        deadline = time.monotonic() + ANSWER_S
        while self._receive().get("method") != "Page.loadEventFired":
            assert time.monotonic() < deadline, f"no page was loaded within {ANSWER_S} s"

    def evaluate(self, expression: str) -> Any:
        """Return the value of a JavaScript expression, awaited where it is a promise."""
        result = self.call(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    def until(self, condition: str, *, within_s: float = 10.0) -> float:
        """Wait in the page until a condition holds; return for how many seconds."""
        started = time.monotonic()
        is_true = self.evaluate(
            "new Promise(done => {"
            f"const end = performance.now() + {within_s * 1000};"
            "const look = () => {"
            f"if ({condition}) done(true);"
            "else if (performance.now() > end) done(false);"
            "else setTimeout(look, 10); };"
            "look(); })"
        )
        assert is_true, f"not within {within_s} s: {condition}"
        return time.monotonic() - started

    def shape(self, width: int, height: int, *, is_dark: bool = False, media: str = "") -> None:
        """Take a size, a colour scheme and a medium."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        scheme = "dark" if is_dark else "light"
        self.call(
            "Emulation.setEmulatedMedia",
            media=media,
            features=[{"name": "prefers-color-scheme", "value": scheme}],
        )

    def without_scripts(self) -> None:
        """Switch JavaScript off."""
        self.call("Emulation.setScriptExecutionDisabled", value=True)

    def picture(self, path: Path) -> None:
        """Save the whole page as PNG."""
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        shot = self.call("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)
        path.write_bytes(base64.b64decode(shot["data"]))

    def paper(self, path: Path) -> None:
        """Save the page as it prints, in PDF."""
        pdf = self.call("Page.printToPDF", printBackground=False, preferCSSPageSize=True)
        path.write_bytes(base64.b64decode(pdf["data"]))

    def _receive(self) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(self._connection.recv(timeout=ANSWER_S))
        parameters = message.get("params", {})
        match message.get("method"):
            case "Runtime.exceptionThrown":
                self.complaints.append(f"exception: {parameters['exceptionDetails']}")
            case "Runtime.consoleAPICalled" if parameters["type"] in ("error", "warning"):
                self.complaints.append(f"console: {parameters['args']}")
            case "Log.entryAdded" if parameters["entry"]["level"] in ("error", "warning"):
                self.complaints.append(f"log: {parameters['entry']}")
        return message


@contextmanager
def browser(profile: Path) -> Iterator[Tab]:
    """Start Chromium with an empty profile; give one tab of it."""
    assert CHROMIUM is not None, "install chromium"
    profile.mkdir(exist_ok=True)
    with (
        (profile / "chromium.log").open("w") as log,
        subprocess.Popen(
            [CHROMIUM, *_FLAGS, f"--user-data-dir={profile}", "about:blank"],
            stdout=log,
            stderr=log,
        ) as process,
    ):
        try:
            port, path = _address(profile, process)
            address = f"ws://127.0.0.1:{port}{path}"
            with connect(address, max_size=None, open_timeout=START_S) as connection:
                yield Tab(connection, _session(connection))
        finally:
            process.terminate()


def _address(profile: Path, process: subprocess.Popen[bytes]) -> tuple[str, str]:
    """Return port and path of the browser, which it writes once it listens."""
    written = profile / "DevToolsActivePort"
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        lines = written.read_text().split("\n") if written.exists() else []
        if len(lines) >= 2:
            return lines[0], lines[1]
        assert process.poll() is None, (profile / "chromium.log").read_text()[-2000:]
        time.sleep(0.05)
    raise AssertionError(f"chromium does not listen: {(profile / 'chromium.log').read_text()}")


def _session(connection: ClientConnection) -> str:
    def ask(number: int, method: str, **parameters: Any) -> dict[str, Any]:
        connection.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(connection.recv(timeout=ANSWER_S))
            if message.get("id") == number:
                result: dict[str, Any] = message["result"]
                return result

    target = ask(-1, "Target.createTarget", url="about:blank")["targetId"]
    session: str = ask(-2, "Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
    return session
