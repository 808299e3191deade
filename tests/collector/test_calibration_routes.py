"""Calibrations over HTTP: entered, read, taken back, and what they change."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from pasperdus_collector.api import problems
from pasperdus_collector.api.calibration_routes import routes
from pasperdus_collector.api.calibrations import Calibrations
from pasperdus_collector.buckets.calibrations import read_calibrations
from pasperdus_collector.buckets.correction import Calibration
from pasperdus_collector.buckets.days import close_days
from support.collecting import DAY, HOUR, MONDAY, NODE, QUARTER, batch, passage
from support.web import Client
from support.writing import Desk

PATH = "/api/v1/sites/default/calibrations"
BY_HAND = {
    "node": NODE,
    "line": "door",
    "from": "2026-03-02T08:05:00Z",
    "by_sensor_in": 100,
    "by_hand_in": 105,
    "by_sensor_out": 100,
    "by_hand_out": 100,
}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path / "ledger.db")
    desk.start()
    came = [passage(seq, MONDAY + 9 * HOUR + seq) for seq in range(1, 41)]
    desk.deliver(batch(*came, sent_at=MONDAY + DAY))
    desk.settle()
    yield desk
    desk.stop()


@pytest.fixture
def client(desk: Desk) -> Client:
    web = FastAPI()
    problems.install(web)
    calibrations = Calibrations(desk.path, desk.writer, now_ms=lambda: MONDAY + DAY)
    web.include_router(routes(calibrations))
    return Client(web, base_url="http://127.0.0.1:8000")


def enter(client: Client, **changed: Any) -> Any:
    answer = client.post(PATH, json={**BY_HAND, **changed})
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_a_calibration_is_kept_with_the_factors_that_it_gives(client: Client) -> None:
    answer = client.post(PATH, json=BY_HAND)

    assert answer.status_code == 201
    entered = answer.json()
    assert answer.headers["Location"] == f"{PATH}/{entered['id']}"
    assert entered == {
        **BY_HAND,
        "id": entered["id"],
        "factor_in": {"value": 1.05, "error": 0.0492},
        "factor_out": {"value": 1.0, "error": 0.0196},
    }
    assert client.get(PATH).json() == [entered]


def test_the_days_are_made_anew_with_it_and_again_without_it(client: Client, desk: Desk) -> None:
    def monday() -> tuple[object, ...]:
        while desk.run(lambda ledger: close_days(ledger.db, MONDAY + 30 * DAY)):
            pass
        (row,) = desk.sql(
            "SELECT ins, calibrated, ins_corrected FROM passage_days WHERE scope = 0 AND ins > 0"
        )
        return row

    assert monday() == (40, 0, 0.0)
    entered = enter(client)
    assert monday() == (40, 1, 42.0)

    assert client.request("DELETE", f"{PATH}/{entered['id']}").status_code == 204

    assert client.get(PATH).json() == []
    assert monday() == (40, 0, 0.0)


def test_each_holds_from_its_quarter_hour_until_the_next_of_its_line(
    client: Client, desk: Desk
) -> None:
    enter(client, **{"from": "2026-03-09T10:00:00+01:00", "by_hand_in": 110})
    enter(client)

    found = desk.run(lambda ledger: read_calibrations(ledger.db, 1))

    (line,) = found.values()
    assert line == [
        Calibration((MONDAY + 8 * HOUR) // QUARTER, 100, 105, 100, 100),
        Calibration((MONDAY + 7 * DAY + 9 * HOUR) // QUARTER, 100, 110, 100, 100),
    ]
    assert [each["from"] for each in client.get(PATH).json()] == [
        "2026-03-02T08:05:00Z",
        "2026-03-09T09:00:00Z",
    ]


@pytest.mark.parametrize(
    ("changed", "status", "says"),
    [
        ({"by_sensor_in": 0}, 400, "by_sensor_in: the sensor counted 0"),
        ({"by_sensor_out": 0}, 400, "by_sensor_out: the sensor counted 0"),
        ({"by_hand_in": -1}, 400, "by_hand_in: "),
        ({"by_hand_in": "105"}, 400, "by_hand_in: "),
        ({"from": "2026-03-02T08:05:00"}, 400, "from: '2026-03-02T08:05:00' is no time"),
        ({"from": "0001-01-01T00:00:00+01:00"}, 400, "is not in the years 1970 to 2999"),
        ({"from": "9999-12-31T23:59:59-01:00"}, 400, "is not in the years 1970 to 2999"),
        ({"line": "window"}, 404, "no line 'window' of node 'entrance-1'"),
        ({"node": "elsewhere"}, 404, "no line 'door' of node 'elsewhere'"),
        ({"by": "somebody"}, 400, "by: "),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_reason(
    client: Client, changed: dict[str, Any], status: int, says: str
) -> None:
    answer = client.post(PATH, json={**BY_HAND, **changed})

    assert answer.status_code == status
    assert says in answer.json()["detail"]
    assert client.get(PATH).json() == []


def test_two_from_one_instant_would_contradict_each_other(client: Client) -> None:
    enter(client)

    again = client.post(PATH, json={**BY_HAND, "by_hand_in": 120})

    assert again.status_code == 409
    assert "delete it first" in again.json()["detail"]


def test_a_site_touches_only_its_own(client: Client, desk: Desk) -> None:
    entered = enter(client)
    desk.sql("INSERT INTO sites (name, title, time_zone) VALUES ('annexe', 'Annexe', 'UTC')")

    elsewhere = "/api/v1/sites/annexe/calibrations"
    assert client.get(elsewhere).json() == []
    assert client.request("DELETE", f"{elsewhere}/{entered['id']}").status_code == 404
    assert client.post(elsewhere, json=BY_HAND).status_code == 404
    for method in ("GET", "POST", "DELETE"):
        path = f"/api/v1/sites/nowhere/calibrations{'/1' if method == 'DELETE' else ''}"
        answer = client.request(method, path, **({"json": BY_HAND} if method == "POST" else {}))
        assert (answer.status_code, answer.json()["detail"]) == (
            404,
            "there is no site 'nowhere'; known are annexe, default",
        )
    assert client.get(PATH).json() == [entered]
