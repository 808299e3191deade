"""What a heartbeat and a status say, as JSON on the wire."""

from __future__ import annotations

import json
import shutil
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

import pasperdus_node.health
from pasperdus_contract import events
from pasperdus_contract.codec import encode
from pasperdus_node.health import heartbeat, status
from pasperdus_node.outbox import Outbox
from pasperdus_node.simulation.clock import DrivenClock


@pytest.fixture
def clock() -> DrivenClock:
    clock = DrivenClock(boot="5b3c1e0a", is_synced=True)
    clock.set(wall_ms=1_795_346_400_000, uptime_ms=9_000)
    return clock


def said(outbox: Outbox, clock: DrivenClock, directory: Path, *, lost: int = 0) -> dict[str, Any]:
    beat = heartbeat(outbox, clock, sensors={"door": "ok"}, lost=lost, directory=directory)
    parsed: dict[str, Any] = json.loads(encode(beat))
    return parsed


def test_a_heartbeat_before_the_first_event_has_no_extent(
    tmp_path: Path, clock: DrivenClock
) -> None:
    outbox = Outbox(tmp_path / "outbox.db", boot="5b3c1e0a")

    beat = said(outbox, clock, tmp_path)

    assert 0 <= beat.pop("disk_free_mb") - shutil.disk_usage(tmp_path).free // 10**6 + 1000 <= 2000
    beat.pop("temperature_c")
    assert beat == {
        "schema": 1,
        "epoch": outbox.epoch,
        "first": None,
        "head": None,
        "pending": 0,
        "oldest_pending_wall": None,
        "closed": [],
        "lost": 0,
        "sent": {"boot": "5b3c1e0a", "wall": 1_795_346_400_000, "uptime": 9_000, "synced": True},
        "sensors": {"door": "ok"},
        "battery": None,
        "version": version("pasperdus"),
    }
    outbox.close()


def test_a_heartbeat_tells_what_waits_and_every_epoch_it_comes_from(
    tmp_path: Path, clock: DrivenClock
) -> None:
    tally = partial(events.Tally, uptime=1, synced=True, what="phone")
    before = Outbox(tmp_path / "outbox.db", boot="5b3c1e0a")
    before.record([partial(tally, wall=100), partial(tally, wall=200)])
    before.forget(before.epoch, [(1, 1)])
    before.close()
    outbox = Outbox(tmp_path / "outbox.db", boot="5b3c1e0a")
    outbox.record([partial(tally, wall=300)])

    beat = said(outbox, clock, tmp_path, lost=4)

    assert (beat["first"], beat["head"]) == (3, 3)
    assert beat["closed"] == [{"epoch": before.epoch, "first": 1, "head": 2}]
    assert (beat["pending"], beat["oldest_pending_wall"]) == (2, 200)
    assert beat["lost"] == 4
    outbox.close()


@pytest.mark.parametrize(
    ("content", "temperature_c"), [("51234\n", 51.234), ("broken", None), (None, None)]
)
def test_the_temperature_is_told_where_there_is_a_sensor(
    tmp_path: Path,
    clock: DrivenClock,
    monkeypatch: pytest.MonkeyPatch,
    content: str | None,
    temperature_c: float | None,
) -> None:
    thermal = tmp_path / "temp"
    if content is not None:
        thermal.write_text(content)
    monkeypatch.setattr(pasperdus_node.health, "_THERMAL", thermal)
    outbox = Outbox(tmp_path / "outbox.db", boot="5b3c1e0a")

    assert said(outbox, clock, tmp_path)["temperature_c"] == temperature_c
    outbox.close()


@pytest.mark.parametrize(("is_online", "state"), [(True, "online"), (False, "offline")])
def test_a_status_names_the_epoch(tmp_path: Path, is_online: bool, state: str) -> None:
    outbox = Outbox(tmp_path / "outbox.db", boot="5b3c1e0a")

    assert json.loads(encode(status(outbox, is_online=is_online))) == {
        "schema": 1,
        "state": state,
        "epoch": outbox.epoch,
        "version": version("pasperdus"),
    }
    outbox.close()
