"""HTTP as other tools meet it: the shapes of the contract, and every error as a problem."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, Request
from prometheus_client.parser import text_string_to_metric_families

from pasperdus_collector.api import problems, series_routes
from pasperdus_collector.api.changes import Changes
from pasperdus_collector.api.live_feed import LiveFeed
from pasperdus_collector.api.queries import Live, Queries
from pasperdus_collector.config import Config, InfluxSettings
from pasperdus_collector.release import release
from pasperdus_collector.series.influx import InfluxRows, InfluxServer
from pasperdus_collector.web import build_web
from pasperdus_contract.fields import MAX_WALL_MS
from pasperdus_contract.topics import Channel
from support.collecting import DAY, HOUR, MONDAY, NODE, batch, coverage, event, passage, rating
from support.mosquitto import LOOPBACK, free_port
from support.web import Client
from support.wire import EPOCH, HEARTBEAT, written
from support.writing import Desk

PROBLEM = "application/problem+json"
DAY_OF_SERIES = {"from": "2026-03-02T00:00:00Z", "to": "2026-03-03T00:00:00Z", "bucket": "1h"}
NOW = MONDAY + DAY


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path / "ledger.db")
    desk.start()
    yield desk
    desk.stop()


@pytest.fixture
def client(desk: Desk) -> Client:
    changes = Changes()
    config = Config.model_validate(
        {
            "collector": {"name": "mairie"},
            "mqtt": {"url": "mqtt://127.0.0.1:1"},
            "ledger": {"path": str(desk.path)},
            "http": {"auth": "none", "allowed_hosts": ["accueil.example.org"]},
            "enrolment": {"mode": "open"},
        }
    )
    queries = Queries(desk.path, desk.writer, now_ms=lambda: NOW)
    web = build_web(config, queries, desk.writer, changes)
    return Client(web, base_url="http://127.0.0.1:8000")


def store(desk: Desk, *events: dict[str, Any], node: str = NODE) -> None:
    desk.deliver(batch(*events, sent_at=MONDAY + DAY, node=node), node=node)
    desk.settle()


def detail(client: Client, method: str, path: str, status: int, **request: Any) -> str:
    """Ask for what must be refused; return the words, after a look at the whole problem."""
    answer = client.request(method, path, **request)
    problem = answer.json()
    assert answer.headers["content-type"] == PROBLEM
    assert answer.status_code == problem["status"] == status
    assert set(problem) == {"type", "title", "status", "detail", "instance"}
    assert problem["instance"] == path
    assert problem["title"]
    words: str = problem["detail"]
    return words


# Series


def test_a_series_is_answered_to_the_letter_of_the_contract(client: Client, desk: Desk) -> None:
    entered = [passage(n, MONDAY + n * 1000) for n in range(1, 13)]
    store(desk, *entered, coverage(20, MONDAY, MONDAY + HOUR))

    answer = client.get(
        "/api/v1/series",
        params={**DAY_OF_SERIES, "site": "default", "zone": NODE, "measure": "passages_in"},
    )

    assert answer.status_code == 200
    body = answer.json()
    points = body.pop("points")
    assert body == {
        "site": "default",
        "zone": "entrance-1",
        "measure": "passages_in",
        "bucket": "1h",
        "unit": "persons",
    }
    assert points[0] == {"start": "2026-03-02T00:00:00Z", "value": 12, "coverage": 1.0}
    assert points[1] == {"start": "2026-03-02T01:00:00Z", "value": None, "coverage": 0.0}
    assert len(points) == 24


def test_the_site_is_default_and_a_series_of_ratings_tells_its_question(
    client: Client, desk: Desk
) -> None:
    store(desk, *(rating(seq, MONDAY, 1 + seq % 5) for seq in range(1, 13)))
    desk.run(lambda ledger: release_all(ledger.db))

    body = client.get("/api/v1/series", params={**DAY_OF_SERIES, "measure": "ratings"}).json()

    assert (body["site"], body["zone"]) == ("default", None)
    assert (body["question"], body["scale"]) == ("accueil", 5)
    assert body["points"][0]["value"] == [2, 3, 3, 2, 2]


def release_all(db: sqlite3.Connection) -> None:
    release(db, NOW)


@pytest.mark.parametrize(
    ("start", "first"),
    [
        ("2026-03-02T00:00:00+00:00", "2026-03-02T00:00:00Z"),
        ("2026-03-02T01:29:59.999+01:00", "2026-03-02T00:00:00Z"),
        ("2026-03-01T19:00:00-05:00", "2026-03-02T00:00:00Z"),
    ],
)
def test_times_may_have_any_offset(client: Client, desk: Desk, start: str, first: str) -> None:
    store(desk, passage(1, MONDAY))

    answer = client.get(
        "/api/v1/series", params={**DAY_OF_SERIES, "measure": "passages_in", "from": start}
    )

    assert answer.json()["points"][0]["start"] == first


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        ({"site": "nowhere"}, 404, "there is no site 'nowhere'"),
        ({"zone": "cellar"}, 404, "site 'default' has no zone 'cellar'"),
        ({"from": "2026-03-02"}, 400, "from: '2026-03-02' is no time with offset; write"),
        ({"from": "2026-03-02T00:00:00"}, 400, "is no time with offset"),
        ({"to": "soon"}, 400, "to: 'soon' is no time with offset"),
        ({"to": "2026-03-02T00:00:00Z"}, 400, "from must be before to"),
        ({"from": "0001-01-01T00:00:00+14:00"}, 400, "in the years 1970 to 2999"),
        ({"to": "9999-12-31T23:59:59-14:00"}, 400, "in the years 1970 to 2999"),
        ({"to": "2999-12-31T00:00:00Z", "bucket": "15m"}, 400, "ask for a shorter time"),
        ({"bucket": "2h"}, 400, "bucket '2h' is not one of 15m, 1h, 1d, 1w, 1mo"),
        ({"measure": "passages"}, 400, "measure 'passages' is not one of passages_in, "),
        (
            {"measure": "wait_minutes"},
            400,
            "waiting and service times are of whole days; ask for bucket 1d or coarser",
        ),
        ({"scale": "five"}, 400, "scale: 'five' is not a whole number; write"),
        ({"measure": "ratings", "scale": "3"}, 404, "no rating box of this site"),
        ({"measure": ["passages_in", "ratings"]}, 400, "'measure' is given more than once; give"),
        ({"measure": "tallies", "what": "fax"}, 404, "nothing called 'fax' was ever tallied"),
        ({"zones": "x"}, 400, "unknown parameter 'zones'; known are bucket, collector, from, "),
        ({"measure": None}, 400, "measure: is missing; give it"),
        ({"from": None, "to": None}, 400, "from: is missing; give it; to: is missing"),
    ],
)
def test_a_question_about_a_series_is_refused_as_a_problem(
    client: Client, desk: Desk, change: dict[str, str | list[str] | None], status: int, words: str
) -> None:
    store(desk, passage(1, MONDAY))
    asked = {**DAY_OF_SERIES, "measure": "passages_in", **change}
    params = {name: value for name, value in asked.items() if value is not None}

    assert words in detail(client, "GET", "/api/v1/series", status, params=params)


def test_passages_say_that_agents_are_left_out_where_they_are_told_apart(
    client: Client, desk: Desk
) -> None:
    store(desk, passage(1, MONDAY, flags=["staff"]))

    def told(measure: str) -> object:
        params = {**DAY_OF_SERIES, "measure": measure}
        return client.get("/api/v1/series", params=params).json().get("excludes_staff")

    assert [told(each) for each in ("passages_in", "occupancy", "tallies")] == [True, True, None]


@pytest.mark.parametrize("path", ["/api/v1/series", "/api/v1/fleet"])
def test_a_shared_influxdb_that_is_away_is_a_problem_that_says_what_to_do(
    desk: Desk, path: str
) -> None:
    server = InfluxServer(InfluxSettings(url=f"http://{LOOPBACK}:{free_port()}", bucket="shared"))
    queries = Queries(desk.path, desk.writer, shared=InfluxRows(server), now_ms=lambda: NOW)
    web = FastAPI()
    problems.install(web)
    web.include_router(series_routes.routes(queries))
    params = {**DAY_OF_SERIES, "measure": "passages_in", "source": "shared"}

    words = detail(Client(web, base_url="http://127.0.0.1:8000"), "GET", path, 503, params=params)

    assert "cannot be reached" in words
    assert "check [influx] url" in words
    server.close()


def test_an_import_or_site_that_is_not_there_is_told_with_those_that_are(
    client: Client, desk: Desk
) -> None:
    store(desk, passage(1, MONDAY))

    missing = detail(client, "DELETE", "/api/v1/sites/default/imports/99", 404)
    elsewhere = detail(client, "GET", "/api/v1/sites/annexe", 404)

    assert missing == "site 'default' has no import 99; known are none yet"
    assert elsewhere == "there is no site 'annexe'; known are default"


# Sites


def test_a_site_is_added_read_and_changed_with_its_version(client: Client) -> None:
    site = {"site": "annexe", "title": "Annexe", "time_zone": "Asia/Kolkata"}

    created = client.post("/api/v1/sites", json=site)

    assert created.status_code == 201
    assert created.headers["location"] == "/api/v1/sites/annexe"
    assert created.headers["etag"] == '"1"'
    assert created.json() == {**site, "agents": 0, "version": 1, "zones": []}
    changed = client.patch(
        "/api/v1/sites/annexe", json={"title": "Été"}, headers={"If-Match": '"1"'}
    )
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    assert client.get("/api/v1/sites/annexe").json() == {
        **site, "title": "Été", "agents": 0, "version": 2, "zones": []
    }  # fmt: skip
    assert [each["site"] for each in client.get("/api/v1/sites").json()] == ["annexe"]


def test_a_site_shows_its_zones_lines_and_boxes(client: Client, desk: Desk) -> None:
    store(desk, passage(1, MONDAY), rating(2, MONDAY))

    answer = client.patch(
        "/api/v1/sites/default",
        json={"lines": [{"node": NODE, "line": "door", "role": "inner"}]},
    )

    assert answer.json()["zones"] == [
        {
            "zone": NODE,
            "title": NODE,
            "lines": [{"node": NODE, "line": "door", "role": "inner"}],
            "boxes": [{"node": NODE, "question": "accueil", "scale": 5}],
        }
    ]


def test_a_zone_is_given_the_title_that_people_read(client: Client, desk: Desk) -> None:
    store(desk, passage(1, MONDAY))

    answer = client.patch(
        "/api/v1/sites/default", json={"zones": [{"zone": NODE, "title": "Hall d’entrée"}]}
    )

    assert [zone["title"] for zone in answer.json()["zones"]] == ["Hall d’entrée"]


@pytest.mark.parametrize(
    "stale", ['"1"', 'W/"1"', "1", '"7"', "yes", '"1", "2"', '"²"', '"' + "9" * 5000 + '"']
)
def test_a_change_from_an_older_version_is_refused(client: Client, stale: str) -> None:
    client.post("/api/v1/sites", json={"site": "annexe", "title": "A"})
    client.patch("/api/v1/sites/annexe", json={"title": "B"})

    words = detail(
        client, "PATCH", "/api/v1/sites/annexe", 412, json={"title": "C"},
        headers={"If-Match": stale.encode("latin-1")},
    )  # fmt: skip

    assert "read it again" in words
    assert client.get("/api/v1/sites/annexe").json()["title"] == "B"


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "words"),
    [
        ("POST", "/api/v1/sites", {"site": "a", "title": "A"}, 409, "a site 'a' already"),
        ("POST", "/api/v1/sites", {"site": "A b", "title": "A"}, 400, "site: 'A b' does not fit"),
        ("POST", "/api/v1/sites", {"site": "b"}, 400, "title: is missing"),
        (
            "POST",
            "/api/v1/sites",
            {"site": "b", "title": ""},
            400,
            "title: '' is too short; write at",
        ),
        ("POST", "/api/v1/sites", {"site": "b", "title": "x" * 81}, 400, "at most 80"),
        ("POST", "/api/v1/sites", {"site": "b", "title": "a\0"}, 400, "U+0000 (without a name)"),
        ("PATCH", "/api/v1/sites/a", {"title": "Été 🙁"}, 400, "none that the screens can draw"),
        (
            "PATCH",
            "/api/v1/sites/a",
            {"zones": [{"zone": "z", "title": "deux\nlignes"}]},
            400,
            "zones.0.title: the character U+000A (a line break)",
        ),
        ("POST", "/api/v1/sites", [], 400, "body: "),
        ("POST", "/api/v1/sites", {"site": "b", "title": "B", "tz": "x"}, 400, "tz: nothing"),
        (
            "POST",
            "/api/v1/sites",
            {"site": "b", "title": "B", "time_zone": "Europe"},
            400,
            "time_zone 'Europe' is not known; write one like Europe/Paris",
        ),
        ("PATCH", "/api/v1/sites/a", {"time_zone": "Mars"}, 400, "time_zone 'Mars' is not known"),
        ("PATCH", "/api/v1/sites/nowhere", {}, 404, "there is no site 'nowhere'"),
        (
            "PATCH",
            "/api/v1/sites/a",
            {"lines": [{"node": "n", "line": "l", "role": "outer"}]},
            404,
            "site 'a' knows no line 'l' of node 'n'",
        ),
        (
            "PATCH",
            "/api/v1/sites/a",
            {"lines": [{"node": "n", "line": "l", "role": "side"}]},
            400,
            "lines.0.role: ",
        ),
        (
            "PATCH",
            "/api/v1/sites/a",
            {"zones": [{"zone": "z", "title": "Z"}]},
            404,
            "site 'a' has no zone 'z'",
        ),
        ("GET", "/api/v1/sites/nowhere", None, 404, "there is no site 'nowhere'"),
        ("GET", "/api/v1/live", None, 404, "there is no site 'default'"),
        ("GET", "/api/v1/nothing", None, 404, "Not Found"),
        ("DELETE", "/api/v1/sites/a", None, 405, "Method Not Allowed"),
    ],
)
def test_a_request_that_cannot_be_met_is_a_problem(
    client: Client, method: str, path: str, body: object, status: int, words: str
) -> None:
    client.post("/api/v1/sites", json={"site": "a", "title": "A"})

    assert words in detail(client, method, path, status, json=body)


def test_a_body_that_is_no_json_or_no_unicode_is_a_problem(client: Client) -> None:
    for body in (
        b"{",
        b"\xff",
        rb'{"site": "b", "title": "\ud800"}',
        rb'{"\ud800": 1}',
        b"[" * 9999,
    ):
        detail(
            client, "POST", "/api/v1/sites", 400, content=body,
            headers={"Content-Type": "application/json"},
        )  # fmt: skip


def test_an_unknown_parameter_of_live_is_refused(client: Client) -> None:
    words = detail(client, "GET", "/api/v1/live", 400, params={"sites": "default"})

    assert words == "unknown parameter 'sites'; known are site"


# Nodes and counters


def test_counters_have_the_keys_of_the_contract_and_add_up(client: Client, desk: Desk) -> None:
    store(desk, passage(1, MONDAY), rating(2, MONDAY, 9))
    store(desk, passage(1, MONDAY))
    desk.deliver(b"no JSON")
    store(desk, passage(1, MONDAY), node="annexe")

    assert client.get("/api/v1/counters").json() == {
        "received": 4, "stored": 2, "duplicate": 1, "quarantined": 1,
        "unparseable": 1, "unknown_node": 0,
        "nodes": {
            "annexe": {"received": 1, "stored": 1, "duplicate": 0, "quarantined": 0},
            "entrance-1": {"received": 3, "stored": 1, "duplicate": 1, "quarantined": 1},
        },
    }  # fmt: skip


def test_a_node_tells_how_it_is(client: Client, desk: Desk) -> None:
    store(desk, passage(1, MONDAY + 1), event(5, MONDAY, kind="health", part="p", state="ok"))
    beat = {**HEARTBEAT, "first": 1, "head": 5, "oldest_pending_wall": MONDAY, "battery": 7}
    desk.deliver(written(beat), channel=Channel.HEARTBEAT)
    desk.settle()
    # Both came just now, by the clock of this machine; a minute later the gap is one.
    desk.sql("UPDATE epochs SET candidate_at = ?", NOW - 60_000)
    desk.sql("UPDATE nodes SET heartbeat_at = ?", NOW)

    (node,) = client.get("/api/v1/nodes").json()

    assert node == {
        "node": NODE, "site": "default", "zone": NODE, "state": "unknown", "state_since": None,
        "last_heartbeat": "2026-03-03T00:00:00Z", "last_event": "2026-03-02T00:00:00.001Z",
        "pending": 0, "oldest_pending": "2026-03-02T00:00:00Z", "lost": 0, "sensors": {},
        "clock_synced": True, "battery": 7, "temperature_c": None, "disk_free_mb": 1,
        "version": "0.1.0", "screen": None,
        "missing": [{"epoch": EPOCH, "first": 2, "last": 4}], "undated": 0,
    }  # fmt: skip


def test_metrics_parse_and_say_what_the_counters_say(client: Client, desk: Desk) -> None:
    store(desk, passage(1, MONDAY), passage(1, MONDAY), rating(2, MONDAY, 9))
    desk.deliver(b"no JSON")
    desk.deliver(written(HEARTBEAT), channel=Channel.HEARTBEAT)
    desk.settle()
    counters = client.get("/api/v1/counters").json()

    answer = client.get("/metrics")

    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    samples = {
        (sample.name, sample.labels.get("node")): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }
    for name, value in counters["nodes"][NODE].items():
        assert samples[f"pasperdus_events_{name}_total", NODE] == value
    assert samples["pasperdus_messages_unparseable_total", None] == counters["unparseable"] == 1
    assert samples["pasperdus_messages_unknown_node_total", None] == counters["unknown_node"]
    assert samples["pasperdus_messages_rejected_total", None] == 1
    assert samples["pasperdus_listening", None] == 1
    assert samples["pasperdus_quarantine_full", None] == 0
    assert samples["pasperdus_node_pending", NODE] == 0


# The process


def test_ready_only_while_the_subscription_is_confirmed(client: Client, desk: Desk) -> None:
    desk.subscriber.is_granted = False
    assert detail(client, "GET", "/readyz", 503) == "the broker refused a subscription"
    assert client.get("/healthz").status_code == 200

    desk.subscriber.is_granted = True
    assert (client.get("/readyz").status_code, client.get("/readyz").text) == (200, "ready\n")

    desk.stop()
    detail(client, "GET", "/readyz", 503)
    assert "writing thread ended" in detail(client, "GET", "/healthz", 503)


def test_a_change_while_nothing_can_be_written_is_a_problem_and_does_not_wait(
    client: Client, desk: Desk
) -> None:
    desk.stop()

    words = detail(client, "POST", "/api/v1/sites", 503, json={"site": "b", "title": "B"})

    assert words == "nothing was changed: the writing thread ended; restart the service"


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost:8000", "[::1]", "[::1]:8000", "accueil.example.org"]
)
def test_our_own_names_are_answered(client: Client, host: str) -> None:
    assert client.get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example.com", "evil.example.com:80", "127.0.0.1.evil.example.com", "", "localhost@evil",
     "evil.accueil.example.org", "127.0.0.1:8000#evil", "a b"],
)  # fmt: skip
def test_a_page_elsewhere_cannot_reach_us_under_a_name_of_its_own(
    client: Client, host: str
) -> None:
    for path in ("/healthz", "/api/v1/sites", "/metrics"):
        answer = client.get(path, headers={"Host": host})

        assert answer.status_code == 400
        assert "location" not in answer.headers


def test_every_answer_forbids_what_a_page_does_not_need(client: Client) -> None:
    for path in ("/healthz", "/api/v1/sites", "/api/v1/nothing"):
        headers = client.get(path).headers
        assert "default-src 'self'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
    for path in ("/docs", "/redoc", "/openapi.json"):
        assert client.get(path).status_code == 404


def test_clocks_at_both_ends_of_the_calendar_break_no_page_of_numbers(
    client: Client, desk: Desk
) -> None:
    ends = [{**passage(n, MONDAY), "wall": wall} for n, wall in enumerate((0, MAX_WALL_MS), 1)]
    store(desk, *ends, {**rating(3, MONDAY), "wall": MAX_WALL_MS})

    (node,) = client.get("/api/v1/nodes").json()

    assert node["last_event"] == "1970-01-01T00:00:00Z"  # the one ahead of us is not believed
    assert client.get("/metrics").status_code == 200
    first_day = {"from": "1970-01-01T00:00:00Z", "to": "1970-01-02T00:00:00Z", "bucket": "1mo"}
    for measure in ("passages_in", "occupancy", "ratings"):
        answer = client.get("/api/v1/series", params={**first_day, "measure": measure})
        assert answer.status_code == 200


# Live


def test_live_tells_the_state_now_and_again_when_it_has_changed(desk: Desk) -> None:
    store(desk, passage(1, NOW - HOUR), passage(2, NOW - HOUR - 1, "out"))
    changes = Changes()
    queries = Queries(desk.path, desk.writer, now_ms=lambda: NOW)

    async def follow() -> list[str]:
        changes.attach()
        told = LiveFeed(queries, changes).events(Connected(), "default")
        first = await anext(told)
        await asyncio.to_thread(store, desk, passage(3, NOW - 1))
        changes.tell()
        second = await anext(told)
        return [first, second]

    first, second = (json.loads(each.split("data: ", 1)[1]) for each in asyncio.run(follow()))

    assert first == {
        "site": "default", "at": "2026-03-03T00:00:00Z", "day_start": "2026-03-02T23:00:00Z",
        "passages_in": 1, "passages_out": 0, "occupancy": first["occupancy"],
        "last_event": "2026-03-02T23:00:00Z",
    }  # fmt: skip
    assert second == {**first, "passages_in": 2, "last_event": "2026-03-02T23:59:59.999Z",
                      "occupancy": second["occupancy"]}  # fmt: skip


def test_open_pages_share_one_reading_of_each_change(desk: Desk) -> None:
    store(desk, passage(1, MONDAY))
    readings = []

    class Counted(Queries):
        def live(self, name: str) -> Live:
            readings.append(name)
            return super().live(name)

    changes = Changes()
    feed = LiveFeed(Counted(desk.path, desk.writer, now_ms=lambda: NOW), changes)

    async def follow() -> None:
        changes.attach()
        pages = [feed.events(Connected(), "default") for _ in range(20)]
        await asyncio.gather(*(anext(page) for page in pages))

    asyncio.run(follow())

    assert len(readings) == 1


def test_a_page_too_many_is_told_so(client: Client, desk: Desk, monkeypatch: Any) -> None:
    store(desk, passage(1, MONDAY))
    monkeypatch.setattr("pasperdus_collector.api.live_feed.MAX_STREAMS", 0)

    assert "pages are open" in detail(client, "GET", "/api/v1/live", 503)


NEW_SITE = {"site": "annexe", "title": "Annexe", "time_zone": "Europe/Paris"}


def test_a_page_elsewhere_may_not_change_anything(client: Client) -> None:
    said = detail(
        client, "POST", "/api/v1/sites", 403, json=NEW_SITE, headers={"Origin": "http://evil.test"}
    )
    own = client.post("/api/v1/sites", json=NEW_SITE, headers={"Origin": "http://127.0.0.1:8000"})

    assert "http://evil.test" in said
    assert own.status_code == 201


@pytest.mark.parametrize("declares_its_size", [True, False])
def test_a_request_too_large_is_refused_before_it_is_kept(
    client: Client, *, declares_its_size: bool
) -> None:
    body = b" " * 100_000

    async def in_parts() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 1_000):
            yield body[start : start + 1_000]

    content = body if declares_its_size else in_parts()
    answer = client.post(
        "/api/v1/sites", content=content, headers={"Content-Type": "application/json"}
    )

    assert answer.status_code == 413


def test_every_answer_tells_browsers_what_pages_may_do(client: Client) -> None:
    for path in ("/healthz", "/api/v1/sites", "/nothing"):
        headers = client.get(path).headers
        assert headers["content-security-policy"].startswith("default-src 'self'")
        assert headers["x-content-type-options"] == "nosniff"


def test_a_monitor_may_ask_for_the_head_alone(client: Client) -> None:
    assert client.request("HEAD", "/healthz").status_code == 200


class Connected(Request):
    """A request whose sender stays."""

    def __init__(self) -> None:
        super().__init__({"type": "http"})

    async def is_disconnected(self) -> bool:
        return False
