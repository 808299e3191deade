"""The whole first run in a real browser, with the demonstration node and with a real one."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.browsing import CHROMIUM, Opening, Tab
from support.mosquitto import LOOPBACK, free_port
from support.processes import CollectorProcess, NodeProcess, eventually

SOON_S = 2.0  # "within about a second", on a busy machine
FIRST_S = 30.0  # for a node to start and its first visitor to come
SEEN = "document.querySelector('#seen[data-seen]') !== null"

pytestmark = [
    pytest.mark.slow(about_s=25),
    pytest.mark.skipif(CHROMIUM is None, reason="needs the chromium of the system"),
]


@pytest.fixture
def broker_port() -> int:
    return free_port()


@pytest.fixture
def collector(tmp_path: Path, broker_port: int) -> Iterator[CollectorProcess]:
    with CollectorProcess(tmp_path, mqtt_url=f"embedded:{broker_port}") as running:
        yield running


def opened(collector: CollectorProcess, browse: Opening, path: str = "/premiers-pas") -> Tab:
    tab = browse()
    tab.open(f"{collector.http.base_url}{path}", settled="document.querySelector('main')")
    return tab


def named(tab: Tab) -> None:
    tab.page.fill("#title", "Mairie d’Essai")
    tab.page.click("main form button")
    tab.page.wait_for_url("**step=2**")


def has_passage(collector: CollectorProcess, site: str) -> bool:
    zones = [
        zone for each in collector.get("sites") if each["site"] == site for zone in each["zones"]
    ]
    return any(zone["lines"] for zone in zones)


def test_somebody_without_hardware_sees_a_first_passage_and_stops_the_demonstration(
    collector: CollectorProcess, browse: Opening
) -> None:
    tab = opened(collector, browse)
    named(tab)
    tab.page.click("text=Je ne sais pas encore")
    tab.page.wait_for_url("**step=3**")
    tab.page.click("text=Lancer le nœud de démonstration")
    tab.page.wait_for_url("**of=demonstration**")
    tab.evaluate("window.isTheSamePage = true")

    assert eventually(lambda: has_passage(collector, "demonstration"), "passage", within_s=FIRST_S)
    passed_s = time.monotonic()
    tab.until(SEEN, within_s=10.0)
    took_s = time.monotonic() - passed_s
    assert took_s < SOON_S, f"{took_s:.2f} s"
    assert tab.evaluate("window.isTheSamePage") is True
    assert "Le premier passage" in str(
        tab.evaluate("document.getElementById('seen-said').innerText")
    )
    assert tab.violations() == []
    assert not has_passage(collector, "default")

    tab.page.click("text=L’arrêter maintenant")
    tab.page.wait_for_url("**done=stopped**")
    assert collector.node("demonstration")["state"] == "offline"

    tab.page.goto(f"{collector.http.base_url}/aujourdhui?site=demonstration")
    counted = str(tab.evaluate("document.querySelector('.entries .big').innerText"))
    assert re.search("[1-9]", counted), counted


def test_a_real_node_appears_by_itself_and_so_does_its_first_passage(
    collector: CollectorProcess, broker_port: int, browse: Opening, tmp_path: Path
) -> None:
    tab = opened(collector, browse)
    named(tab)
    tab.page.click("text=Je ne sais pas encore")
    tab.page.wait_for_url("**step=3**")
    tab.evaluate("window.isTheSamePage = true")

    with NodeProcess(tmp_path, mqtt_url=f"mqtt://{LOOPBACK}:{broker_port}") as node:
        tab.until("document.querySelector('#seen a.button') !== null", within_s=FIRST_S)
        assert tab.evaluate("window.isTheSamePage") is True
        tab.page.click("#seen a.button")
        tab.page.wait_for_url("**step=4**")

        node.drive(edges=[[0, 17, False], [0, 27, False]])
        eventually(lambda: node.drive()["health"]["door"] == "ok", "clear beams")
        for pin, is_blocked in ((17, True), (27, True), (17, False), (27, False)):
            node.drive(edges=[[0, pin, is_blocked]])
            time.sleep(0.08)  # a walk takes its time: the node's clock is the system's

        assert eventually(lambda: has_passage(collector, "default"), "passage")
        passed_s = time.monotonic()
        tab.until(SEEN, within_s=10.0)
        took_s = time.monotonic() - passed_s
    assert took_s < SOON_S, f"{took_s:.2f} s"
    assert tab.violations() == []
