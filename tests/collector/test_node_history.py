"""How nodes and their sensors were over the last days: heartbeats by the quarter-hour, and gaps."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI

from pasperdus_collector.api import problems
from pasperdus_collector.api.node_history import NodeHistory
from pasperdus_collector.api.node_history_routes import routes
from pasperdus_collector.buckets.line_gaps import LineGap, read_line_gaps
from pasperdus_collector.node_history import KEPT_DAYS, NodeQuarter, read_node_history
from pasperdus_contract.topics import Channel
from support.collecting import (
    BOOT,
    BOOTED,
    DAY,
    MINUTE,
    MONDAY,
    NODE,
    QUARTER,
    Core,
    coverage,
    passage,
)
from support.web import Client
from support.wire import HEARTBEAT, written


def heartbeat(
    core: Core, at: int, *, ahead_ms: int = 0, synced: bool = True, node: str = NODE, **changes: Any
) -> None:
    sent = {"boot": BOOT, "wall": at + ahead_ms, "uptime": at - BOOTED, "synced": synced}
    beat = {**HEARTBEAT, "first": None, "head": None, "sent": sent, **changes}
    assert core.take(written(beat), at=at, node=node, channel=Channel.HEARTBEAT) is None


def history(core: Core, *, node: str = NODE) -> list[NodeQuarter]:
    return read_node_history(core.ledger.db, node, 0, MONDAY + 365 * DAY)


def test_a_quarter_hour_keeps_the_worst_of_its_heartbeats_and_the_last_clock(core: Core) -> None:
    heartbeat(core, MONDAY, pending=0, oldest_pending_wall=None, battery=80, temperature_c=40.0)
    heartbeat(
        core, MONDAY + MINUTE, ahead_ms=-120_000, synced=False,
        pending=7, oldest_pending_wall=MONDAY, battery=None, temperature_c=51.5,
    )  # fmt: skip
    heartbeat(
        core, MONDAY + 2 * MINUTE, ahead_ms=25,
        pending=3, oldest_pending_wall=MONDAY + MINUTE, battery=78, temperature_c=None,
    )  # fmt: skip
    heartbeat(core, MONDAY + QUARTER, pending=0, oldest_pending_wall=None, battery=None)

    first, second = history(core)

    assert first == NodeQuarter(
        start_ms=MONDAY,
        beats=3,
        synced=2,
        pending=7,
        waited_ms=MINUTE + 25,
        clock_ahead_ms=25,
        battery=78,
        temperature_c=51.5,
    )
    assert (second.start_ms, second.beats, second.pending) == (MONDAY + QUARTER, 1, 0)
    assert (second.waited_ms, second.battery) == (None, None)


@pytest.mark.parametrize(("synced", "since"), [(False, MONDAY), (True, 86_400_000)])
def test_how_long_events_wait_is_not_told_by_a_clock_that_does_not_know(
    core: Core, synced: bool, since: int
) -> None:
    heartbeat(core, MONDAY, synced=synced, pending=2, oldest_pending_wall=since)

    (quarter,) = history(core)

    assert (quarter.pending, quarter.waited_ms) == (2, None)


def test_what_is_older_than_fourteen_days_goes_also_of_a_node_that_fell_silent(core: Core) -> None:
    heartbeat(core, MONDAY, node="gone-1")
    heartbeat(core, MONDAY)
    heartbeat(core, MONDAY + KEPT_DAYS * DAY)
    assert history(core)[0].start_ms == MONDAY

    heartbeat(core, MONDAY + KEPT_DAYS * DAY + QUARTER)

    assert [quarter.start_ms for quarter in history(core)] == [
        MONDAY + KEPT_DAYS * DAY,
        MONDAY + KEPT_DAYS * DAY + QUARTER,
    ]
    assert history(core, node="gone-1") == []


def gaps(core: Core, *, now: int) -> list[LineGap]:
    return read_line_gaps(core.ledger.db, 1, start_ms=now - KEPT_DAYS * DAY, now_ms=now)


def test_a_gap_joins_the_quarter_hours_in_which_a_line_was_silent(core: Core) -> None:
    core.store(
        passage(1, MONDAY + MINUTE),
        coverage(2, MONDAY, MONDAY + QUARTER),
        coverage(3, MONDAY + QUARTER, MONDAY + 2 * QUARTER, ok_ms=QUARTER - 5 * MINUTE),
        # Of the third quarter-hour nothing is ever told: the node had no power.
        coverage(4, MONDAY + 3 * QUARTER, MONDAY + 4 * QUARTER, ok_ms=QUARTER - MINUTE),
        coverage(5, MONDAY + 4 * QUARTER, MONDAY + 5 * QUARTER, ok_ms=0),
    )

    found = gaps(core, now=MONDAY + 5 * QUARTER + MINUTE)

    assert [(gap.start_ms, gap.end_ms, gap.silent_ms) for gap in found] == [
        (MONDAY + QUARTER, MONDAY + 3 * QUARTER, 20 * MINUTE),
        (MONDAY + 4 * QUARTER, MONDAY + 5 * QUARTER, QUARTER),
    ]
    assert {(gap.node, gap.line) for gap in found} == {(NODE, "door")}


def test_no_gap_before_a_line_was_put_up_nor_before_its_coverage_can_have_come(core: Core) -> None:
    put_up = MONDAY + 10 * MINUTE
    core.store(
        coverage(1, put_up, MONDAY + QUARTER),
        passage(2, MONDAY + QUARTER + MINUTE),
        coverage(3, MONDAY + QUARTER, MONDAY + 2 * QUARTER),
    )

    assert gaps(core, now=MONDAY + 3 * QUARTER + 4 * MINUTE) == []
    (silent,) = gaps(core, now=MONDAY + 3 * QUARTER + 6 * MINUTE)
    assert (silent.start_ms, silent.silent_ms) == (MONDAY + 2 * QUARTER, QUARTER)


def test_both_are_told_over_http_and_what_is_not_there_is_said(core: Core) -> None:
    core.store(
        coverage(1, MONDAY, MONDAY + QUARTER),
        passage(2, MONDAY + QUARTER + MINUTE),
        coverage(3, MONDAY + QUARTER, MONDAY + 2 * QUARTER, ok_ms=0),
    )
    heartbeat(core, MONDAY + MINUTE, pending=2, oldest_pending_wall=MONDAY)
    web = FastAPI()
    problems.install(web)
    past = NodeHistory(core.path, now_ms=lambda: MONDAY + 3 * QUARTER)
    web.include_router(routes(past))
    client = Client(web, base_url="http://127.0.0.1:8000")

    (quarter,) = client.get(f"/api/v1/nodes/{NODE}/history").json()["quarters"]
    assert quarter == {
        "start": "2026-03-02T00:00:00Z",
        "heartbeats": 1,
        "synced": 1,
        "pending": 2,
        "waited_ms": MINUTE,
        "clock_ahead_ms": 0,
        "battery": HEARTBEAT["battery"],
        "temperature_c": HEARTBEAT["temperature_c"],
    }
    later = {"from": "2026-03-02T00:15:00Z", "to": "2026-03-02T01:00:00Z"}
    asked = client.get(f"/api/v1/nodes/{NODE}/history", params=later)
    assert asked.json()["quarters"] == []
    assert client.get("/api/v1/sites/default/gaps").json()["gaps"] == [
        {
            "node": NODE,
            "line": "door",
            "from": "2026-03-02T00:15:00Z",
            "to": "2026-03-02T00:30:00Z",
            "silent_ms": QUARTER,
        }
    ]
    assert client.get("/api/v1/nodes/nobody/history").status_code == 404
    assert client.get("/api/v1/sites/nowhere/gaps").status_code == 404
    backwards = {"from": later["to"], "to": later["from"]}
    assert client.get(f"/api/v1/nodes/{NODE}/history", params=backwards).status_code == 400
