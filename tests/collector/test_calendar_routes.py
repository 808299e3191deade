"""A site's calendar over HTTP: its definition under a version, and the days that it makes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from pasperdus_collector.api import problems
from pasperdus_collector.api.calendar_routes import routes
from pasperdus_collector.api.calendars import Calendars
from support.collecting import DAY, MONDAY
from support.web import Client
from support.writing import Desk

SITE = "/api/v1/sites/mairie/calendar"
OFFICE: dict[str, Any] = {
    "hours": {
        "monday": [["08:30", "12:00"], ["13:30", "17:00"]],
        "thursday": [["08:30", "12:00"]],
        "friday": [["08:30", "12:00"]],
        "sunday": [["01:30", "03:30"]],
    },
    "closures": [{"first_day": "2026-12-28", "last_day": "2027-01-02", "label": "travaux"}],
    "school_zone": "C",
}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path / "ledger.db")
    desk.start()
    desk.run(
        lambda ledger: ledger.registry.create_site(
            name="mairie", title="Mairie", time_zone="Europe/Paris"
        )
    )
    yield desk
    desk.stop()


@pytest.fixture
def client(desk: Desk) -> Client:
    web = FastAPI()
    problems.install(web)
    # Past midnight in Paris.
    calendars = Calendars(desk.path, desk.writer, now_ms=lambda: MONDAY - 1)
    web.include_router(routes(calendars))
    return Client(web, base_url="http://127.0.0.1:8000")


def put(client: Client, body: object, **request: Any) -> httpx.Response:
    return client.request("PUT", SITE, json=body, **request)


def days(client: Client, first: str, end: str) -> list[dict[str, Any]]:
    answer = client.get("/api/v1/calendar", params={"site": "mairie", "from": first, "to": end})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["days"]
    return found


def detail(answer: httpx.Response, status: int) -> str:
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    text: str = answer.json()["detail"]
    return text


def test_a_new_site_has_told_nothing(client: Client) -> None:
    answer = client.get(SITE)

    assert answer.status_code == 200
    assert answer.headers["ETag"] == '"1"'
    assert answer.json() == {
        "site": "mairie",
        "time_zone": "Europe/Paris",
        "version": 1,
        "calendar": {
            "hours": {},
            "exceptions": [],
            "closures": [],
            "closes_on_public_holidays": True,
            "territory": "metropole",
            "school_zone": None,
        },
    }
    (day,) = days(client, "2026-12-21", "2026-12-22")
    assert (day["open"], day["school"], day["school_holiday"]) == (None, "unknown", None)


def test_a_calendar_is_put_whole_under_a_new_version(client: Client) -> None:
    put(client, OFFICE)
    answer = put(client, {"hours": {"monday": [["09:00", "24:00"]]}})

    assert answer.status_code == 200
    assert answer.headers["ETag"] == '"3"'
    assert answer.json() == client.get(SITE).json()
    assert answer.json()["calendar"]["hours"]["monday"] == [["09:00", "24:00"]]
    assert answer.json()["calendar"]["closures"] == []


def test_who_shares_the_series_of_a_site_is_told_of_its_calendar(
    client: Client, desk: Desk
) -> None:
    desk.sql("DELETE FROM changed_sites")

    put(client, OFFICE)

    (changed,) = desk.sql(
        "SELECT name, is_rebuilt FROM changed_sites JOIN sites ON sites.id = site_id"
    )
    assert changed == ("mairie", 0)


def test_a_change_of_what_somebody_else_changed_is_refused(client: Client) -> None:
    tag = client.get(SITE).headers["ETag"]
    assert put(client, OFFICE, headers={"If-Match": tag}).status_code == 200

    refused = put(client, {}, headers={"If-Match": tag})

    assert detail(refused, 412) == "site 'mairie' is at version 2, not 1; read it again first"
    assert client.get(SITE).json()["calendar"]["school_zone"] == "C"
    assert "is no version" in detail(put(client, {}, headers={"If-Match": '"x"'}), 412)


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ({"opening": {}}, "opening: nothing here has that name; check"),
        ({"hours": {"lundi": []}}, "hours.lundi: 'lundi' is not one of monday, tuesday"),
        (
            {"hours": {"monday": [["08:30", "12:00"], ["11:00", "13:00"]]}},
            "hours.monday: 11:00-13:00 begins before 08:30-12:00 is over",
        ),
        ({"hours": {"monday": [["8:30", "12:00"]]}}, "hours.monday: '8:30' is no time of day"),
        ({"closures": [{"first_day": "2026-12-28"}]}, "closures.0.last_day: is missing"),
        ({"school_zone": "D"}, "school_zone: 'D' is not one of A, B, C; write one"),
        ({"territory": "france"}, "territory: 'france' is not one of metropole, alsace-moselle"),
    ],
)
def test_a_fault_is_told_with_its_field_and_changes_nothing(
    client: Client, body: object, complaint: str
) -> None:
    assert complaint in detail(put(client, body), 400)
    assert client.get(SITE).headers["ETag"] == '"1"'


def test_days_are_told_with_their_hours_holidays_and_closures(client: Client) -> None:
    put(client, OFFICE)

    told = {day.pop("day"): day for day in days(client, "2026-12-24", "2027-01-05")}

    assert len(told) == 12
    assert told["2026-12-25"] == {
        "open": [],
        "closure": None,
        "public_holiday": "Noël",
        "school": "holiday",
        "school_holiday": "Vacances de Noël",
    }
    assert [day for day, at in told.items() if at["closure"] == "travaux"] == [
        "2026-12-28", "2026-12-29", "2026-12-30", "2026-12-31", "2027-01-01", "2027-01-02",
    ]  # fmt: skip
    assert told["2027-01-04"] == {
        "open": [
            {"from": "2027-01-04T08:30:00+01:00", "to": "2027-01-04T12:00:00+01:00"},
            {"from": "2027-01-04T13:30:00+01:00", "to": "2027-01-04T17:00:00+01:00"},
        ],
        "closure": None,
        "public_holiday": None,
        "school": "term",
        "school_holiday": None,
    }


def test_times_carry_the_offset_that_holds_when_clocks_change(client: Client) -> None:
    put(client, OFFICE)

    (spring,) = days(client, "2026-03-29", "2026-03-30")
    (autumn,) = days(client, "2026-10-25", "2026-10-26")

    assert spring["open"] == [
        {"from": "2026-03-29T01:30:00+01:00", "to": "2026-03-29T03:30:00+02:00"}
    ]
    assert autumn["open"] == [
        {"from": "2026-10-25T01:30:00+02:00", "to": "2026-10-25T03:30:00+01:00"}
    ]


def test_school_years_that_nobody_published_are_told_as_unknown(client: Client) -> None:
    put(client, OFFICE)

    answer = client.get(
        "/api/v1/calendar", params={"site": "mairie", "from": "2028-08-31", "to": "2028-09-02"}
    ).json()

    assert [day["school"] for day in answer["days"]] == ["holiday", "unknown"]
    assert (answer["school_known_from"], answer["school_known_to"]) == ("2017-09-04", "2028-08-31")


def test_days_begin_today_at_the_site_unless_asked_otherwise(client: Client) -> None:
    told = client.get("/api/v1/calendar", params={"site": "mairie"}).json()["days"]

    assert (told[0]["day"], len(told)) == ("2026-03-02", 28)
    assert MONDAY % DAY == 0  # so that it is still Sunday in UTC


@pytest.mark.parametrize(
    ("asked", "status", "complaint"),
    [
        ({"site": "gare"}, 404, "there is no site 'gare'"),
        ({"from": "2026-01-02", "to": "2026-01-02"}, 400, "to: 2026-01-02 is not after from"),
        ({"from": "2000-01-01", "to": "2026-01-01"}, 400, "ask for fewer days at a time"),
        ({"from": "1989-12-31", "to": "1990-01-02"}, 400, "days between 1990 and 2100"),
        ({"from": "2100-12-31", "to": "2101-01-02"}, 400, "days between 1990 and 2100"),
        ({"from": "9999-12-31"}, 400, "days between 1990 and 2100"),
        ({"from": "tomorrow"}, 400, "from: 'tomorrow' is not a date; write one like"),
        ({"since": "2026-01-02"}, 400, "since: nothing here has that name"),
    ],
)
def test_a_question_that_cannot_be_answered_says_how_to_ask(
    client: Client, asked: dict[str, str], status: int, complaint: str
) -> None:
    answer = client.get("/api/v1/calendar", params={"site": "mairie", **asked})

    assert complaint in detail(answer, status)


def test_an_unknown_site_has_no_calendar_to_read_or_change(client: Client) -> None:
    elsewhere = "/api/v1/sites/gare/calendar"

    assert detail(client.get(elsewhere), 404) == "there is no site 'gare'"
    assert detail(client.request("PUT", elsewhere, json={}), 404) == "there is no site 'gare'"
