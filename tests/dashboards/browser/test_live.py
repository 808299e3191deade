"""Today's page comes alive: a real browser in front of a real collector with its broker."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from support.browsing import CHROMIUM, Opening, Tab
from support.mosquitto import free_port

START_S = 60.0
SOON_S = 2.0  # "within about a second", on a busy machine
CHART_SOON_S = 5.0  # it is drawn at most every two seconds
LAST_BAR = (
    "[...document.querySelector('.drawn').querySelectorAll('.mark-text text')]"
    ".map(each => each.textContent).filter(Boolean).at(-1)"
)
EPOCH = "0" * 31 + "1"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="needs the chromium of the system"),
]


@dataclass
class Door:
    """A node at a door, in a few lines of its own."""

    client: mqtt.Client
    seq: int = 0

    def passage(self, direction: str = "in") -> None:
        """Tell one passage; return once the broker has it."""
        self.seq += 1
        now = time.time_ns() // 1_000_000
        moment = {"wall": now, "uptime": now - 1_000_000_000_000, "synced": True}
        event = {"seq": self.seq, "kind": "passage", **moment, "line": "porte"}
        batch = {
            "schema": 1,
            "node": "entree",
            "epoch": EPOCH,
            "first": 1,
            "head": self.seq,
            "boot": "b",
            "sent": {"boot": "b", **moment},
            "events": [{**event, "direction": direction, "flags": []}],
        }
        self.client.publish(
            "pasperdus/v1/node/entree/events", json.dumps(batch), qos=1
        ).wait_for_publish(timeout=START_S)

    def status(self, state: str) -> None:
        """Say that the node is there, or not."""
        said = {"schema": 1, "state": state, "epoch": EPOCH, "version": "0.1.0"}
        self.client.publish(
            "pasperdus/v1/node/entree/status", json.dumps(said), qos=1
        ).wait_for_publish(timeout=START_S)

    def passages(self, count: int) -> None:
        """Tell several."""
        for _ in range(count):
            self.passage()


@dataclass
class Collector:
    """A running collector, its address, and a node that speaks to it."""

    process: subprocess.Popen[bytes]
    url: str
    door: Door


@pytest.fixture
def collector(tmp_path: Path) -> Iterator[Collector]:
    http, broker = free_port(), free_port()
    config = tmp_path / "collector.toml"
    config.write_text(
        '[collector]\nname = "mairie"\n'
        f'[mqtt]\nurl = "embedded:{broker}"\n'
        f'[ledger]\npath = "{tmp_path}/ledger.db"\n'
        f'[http]\nport = {http}\nauth = "none"\n'
        '[enrolment]\nmode = "open"\n'
    )
    url = f"http://127.0.0.1:{http}"
    command = [sys.executable, "-m", "pasperdus_collector", "serve", "--config", str(config)]
    with (tmp_path / "collector.log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            wait_until_ready(url, tmp_path / "collector.log")
            client = mqtt.Client(CallbackAPIVersion.VERSION2)
            client.connect("127.0.0.1", broker)
            client.loop_start()
            yield Collector(process, url, Door(client))
            client.disconnect()
            client.loop_stop()
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=START_S)


def test_somebody_who_walks_in_shows_within_a_second_without_reloading(
    collector: Collector, browse: Opening
) -> None:
    tab = browse()
    collector.door.passages(3)
    wait_for_entries(collector, 3)
    tab.open(f"{collector.url}/aujourdhui", settled="document.querySelector('.drawn svg')")
    tab.evaluate("window.isTheSamePage = true")
    tab.evaluate("document.querySelector('summary').focus()")
    tab.evaluate("document.querySelector('summary').click()")
    tab.evaluate("window.scrollTo(0, 300)")
    assert entries(tab) == "3"

    for expected in (4, 5, 6):
        told = time.monotonic()
        collector.door.passage()
        tab.until(f"document.querySelector('.entries .big').textContent.trim() === '{expected}'")
        took_s = time.monotonic() - told
        assert took_s < SOON_S, f"{took_s:.2f} s"

    tab.until(f"{LAST_BAR} === '6'", within_s=CHART_SOON_S)
    assert tab.evaluate("window.isTheSamePage") is True
    assert tab.evaluate("document.activeElement.tagName") == "SUMMARY"
    assert tab.evaluate("document.querySelector('details').open") is True
    assert tab.evaluate("window.scrollY") > 0


def test_a_lost_connection_is_told_with_the_time_of_the_figures_and_mended(
    collector: Collector, browse: Opening
) -> None:
    tab = browse()
    collector.door.passages(1)
    wait_for_entries(collector, 1)
    tab.open(f"{collector.url}/aujourdhui?lang=en", settled="document.querySelector('.drawn svg')")

    collector.process.send_signal(signal.SIGSTOP)
    try:
        tab.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        tab.until("document.getElementById('lost').textContent !== ''", within_s=15.0)
        said = tab.evaluate("document.getElementById('lost').textContent")
        clock = tab.evaluate("document.getElementById('clock').textContent")
    finally:
        collector.process.send_signal(signal.SIGCONT)
        is_dimmed = tab.evaluate("getComputedStyle(document.getElementById('figures')).opacity < 1")
    assert f"these figures are from {clock}" in said
    assert "The sensors should go on counting." in said
    assert is_dimmed
    assert entries(tab) == "1"

    collector.door.passage()
    tab.until("document.getElementById('lost').textContent === ''", within_s=15.0)
    tab.until("document.querySelector('.entries .big').textContent.trim() === '2'")


def test_a_page_opened_before_anything_comes_alive_by_itself(
    collector: Collector, browse: Opening
) -> None:
    tab = browse()
    tab.open(f"{collector.url}/aujourdhui", settled="document.querySelector('[data-waiting]')")
    with tab.page.expect_navigation():
        collector.door.status("online")
    tab.evaluate("window.isTheSamePage = true")
    assert tab.evaluate("document.querySelector('.drawable').hidden") is True
    assert tab.evaluate("document.querySelector('.still')") is None

    collector.door.passages(2)

    tab.until(f"{LAST_BAR} === '2'", within_s=CHART_SOON_S)
    assert tab.evaluate("document.querySelector('.drawable').hidden") is False
    assert tab.evaluate("document.querySelector('.still img').src").count("v=") == 1
    assert tab.evaluate("document.querySelectorAll('#hours-table tbody tr').length") >= 8
    assert tab.evaluate("window.isTheSamePage") is True


def test_nothing_moves_when_the_browser_draws_in_place_of_the_picture(
    collector: Collector, browse: Opening
) -> None:
    tab = browse()
    collector.door.passages(1)
    wait_for_entries(collector, 1)

    for width, height in ((360, 800), (900, 700), (1280, 800)):
        tab.page.set_viewport_size({"width": width, "height": height})
        tab.open(f"{collector.url}/aujourdhui", settled="document.querySelector('.drawn svg')")
        heights = tab.evaluate(
            "['is-drawn', ''].map(name => { const chart = document.querySelector('.chart');"
            "chart.className = `chart ${name}`; return chart.offsetHeight; })"
        )
        assert heights[0] == heights[1], width


def entries(tab: Tab) -> str:
    text: str = tab.evaluate("document.querySelector('.entries .big').textContent.trim()")
    return text


def wait_for_entries(collector: Collector, count: int) -> None:
    """Wait until the collector has counted."""
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        answer = httpx.get(f"{collector.url}/api/v1/counters")
        if answer.json()["stored"] >= count:
            return
        time.sleep(0.05)
    raise AssertionError(f"{count} passages are not counted")


def wait_until_ready(url: str, log: Path) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{url}/readyz").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"the collector is not ready: {log.read_text()[-2000:]}")
