"""Anomaly and improvement sheets over HTTP: opened, changed under a version, closed, removed."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from pasperdus_collector.api import problems, sheet_routes
from pasperdus_collector.api.register_shapes import TEXT_MAX
from pasperdus_collector.api.sheets import Sheets
from pasperdus_collector.ledger import Ledger
from pasperdus_collector.migrations import MIGRATIONS
from pasperdus_collector.sheets.store import MOST_KEPT, MOST_OPEN
from support.registering import at, detail
from support.web import Client
from support.writing import Desk

SHEETS = "/api/v1/sheets"
DOOR: dict[str, Any] = {
    "kind": "anomaly",
    "what": "La porte automatique se bloque",
    "owner": "Services techniques",
    "action": "corrective",
    "due": "2026-11-25",
}
CLOSED = {"state": "closed", "outcome": "Galets changés.", "by": "Accueil"}
DOCUMENT = (Path(__file__).parents[2] / "docs" / "sheets.md").read_text("utf-8")


class Office:
    """A site ``default`` and its sheets; ``now_ms`` is set by hand."""

    def __init__(self, path: Path) -> None:
        self.desk = Desk(path)
        self.desk.start()
        self.desk.run(lambda ledger: ledger.registry.enrol("door", 0))
        self.now_ms = at("2026-11-23T10:00")
        web = FastAPI()
        problems.install(web)
        sheets = Sheets(path, self.desk.writer, now_ms=lambda: self.now_ms)
        web.include_router(sheet_routes.routes(sheets))
        self.client = Client(web, base_url="http://127.0.0.1:8000")

    def open(self, **changed: Any) -> httpx.Response:
        return self.client.post(SHEETS, json={**DOOR, **changed})

    def patch(self, version: int | None, body: Any, *, number: int = 1) -> httpx.Response:
        headers = {} if version is None else {"If-Match": f'"{version}"'}
        return self.client.patch(f"{SHEETS}/{number}", json=body, headers=headers)

    def numbers(self, **asked: str) -> list[int]:
        answer = self.client.get(SHEETS, params=asked)
        assert answer.status_code == 200, answer.text
        return [each["number"] for each in answer.json()]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = Office(tmp_path / "ledger.db")
    yield office
    office.desk.stop()


def test_a_sheet_is_opened_under_the_next_number_of_its_site(office: Office) -> None:
    office.desk.run(
        lambda ledger: ledger.registry.create_site(name="annexe", title="A", time_zone="UTC")
    )
    assert office.client.post(f"{SHEETS}?site=annexe", json=DOOR).json()["number"] == 1

    answer = office.open(what=" Porte « bloquée » ", detail="Le matin.\nSurtout le lundi.")

    assert answer.status_code == 201, answer.text
    assert answer.headers["Location"] == f"{SHEETS}/1?site=default"
    assert answer.headers["ETag"] == '"1"'
    assert answer.json() == {
        "site": "default",
        "number": 1,
        "kind": "anomaly",
        "what": "Porte « bloquée »",
        "detail": "Le matin.\nSurtout le lundi.",
        "owner": "Services techniques",
        "action": "corrective",
        "due": "2026-11-25",
        "outcome": None,
        "state": "open",
        "opened_at": "2026-11-23T10:00:00Z",
        "closed_at": None,
        "closed_by": None,
        "version": 1,
    }
    assert office.client.get(answer.headers["Location"]).json() == answer.json()
    assert office.open().json()["number"] == 2


def test_a_sheet_is_overdue_from_the_day_after_its_last_one(office: Office) -> None:
    """The site's day goes on until the nightly close: at 3 in Paris it is still the 25th."""
    office.open()
    office.open(due=None)
    office.patch(1, CLOSED, number=office.open(due="2026-11-24").json()["number"])

    office.now_ms = at("2026-11-26T02:00")
    assert office.numbers(state="overdue") == []
    office.now_ms = at("2026-11-26T04:00")
    assert office.numbers(state="overdue") == [1]
    assert office.numbers(state="open") == [1, 2]
    assert office.numbers(state="closed") == [3]
    assert office.client.get(f"{SHEETS}/1").json()["state"] == "overdue"


def test_a_sheet_is_closed_with_who_and_what_and_goes_on_where_it_was(office: Office) -> None:
    office.open()
    office.now_ms = at("2026-11-24T09:30")

    assert detail(office.patch(1, {"state": "closed", "by": "A"}), 400).startswith("outcome: is")
    assert detail(office.patch(1, {**CLOSED, "by": None}), 400).startswith("by: is missing")
    shut = office.patch(1, CLOSED).json()
    assert (shut["state"], shut["closed_at"], shut["closed_by"], shut["version"]) == (
        *("closed", "2026-11-24T09:30:00Z", "Accueil", 2),
    )
    assert "sheet 1 is closed; open it again" in detail(office.patch(2, {"what": "Autre"}), 400)
    assert "closed already" in detail(office.patch(2, CLOSED), 400)

    again = office.patch(2, {"state": "open", "due": None}).json()
    assert (again["state"], again["closed_at"], again["closed_by"]) == ("open", None, None)
    assert (again["outcome"], again["due"], again["version"]) == ("Galets changés.", None, 3)


def test_what_somebody_else_changed_meanwhile_is_never_overwritten(office: Office) -> None:
    office.open()
    office.patch(1, {"owner": "Mairie annexe"})

    assert "sheet 1 is at version 2, not 1" in detail(office.patch(1, CLOSED), 412)
    assert "If-Match is missing" in detail(office.patch(None, CLOSED), 428)
    gone = office.client.request("DELETE", f"{SHEETS}/1", headers={"If-Match": '"1"'})
    assert gone.status_code == 412
    told = office.client.get(f"{SHEETS}/1").json()
    assert (told["owner"], told["state"]) == ("Mairie annexe", "open")


def test_the_number_of_a_removed_sheet_is_never_given_again(office: Office) -> None:
    office.open()
    removed = office.client.request("DELETE", f"{SHEETS}/1", headers={"If-Match": '"1"'})

    assert removed.status_code == 204
    said = detail(office.client.get(f"{SHEETS}/1"), 404)
    assert said == "site 'default' has no sheet 1; known are none yet"
    assert office.open().json()["number"] == 2


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"what": "x" * 81}, "what: 'xxx"),
        ({"what": "deux\nlignes"}, "what: has a line break"),
        ({"what": "  "}, "what: '  ' is too short"),
        ({"detail": "\x07"}, "detail: has characters that cannot be printed"),
        ({"detail": "x" * (TEXT_MAX + 1)}, f"at most {TEXT_MAX} characters"),
        ({"owner": "x" * 81}, "at most 80 characters"),
        ({"action": "curative"}, "action: 'curative' is not one of corrective, preventive"),
        ({"due": "demain"}, "due: 'demain' is not a date; write one like 2026-03-02"),
        ({"due": "3026-03-02"}, "due: 3026-03-02 is not between 1990 and 2100"),
        ({"person": "A. B."}, "person: nothing here has that name"),
    ],
)
def test_what_does_not_fit_a_sheet_is_told_with_its_limit(
    office: Office, changed: dict[str, Any], says: str
) -> None:
    assert says in detail(office.open(**changed), 400)
    assert office.numbers() == []


def test_there_is_an_end_to_open_sheets_and_to_all_of_them(office: Office) -> None:
    office.desk.run(lambda ledger: _fill(ledger, is_open=True, most=MOST_OPEN))
    assert f"{MOST_OPEN} are open" in detail(office.open(), 400)
    office.patch(1, CLOSED)
    assert office.open().status_code == 201
    assert f"{MOST_OPEN} are open" in detail(office.patch(2, {"state": "open"}), 400)

    office.desk.run(lambda ledger: _fill(ledger, is_open=False, most=MOST_KEPT))
    assert f"{MOST_KEPT} are kept" in detail(office.open(), 400)


def test_a_ledger_of_the_release_before_has_its_first_sheet(tmp_path: Path) -> None:
    path = tmp_path / "before.db"
    old = sqlite3.connect(path, isolation_level=None)
    for number, (_, script) in enumerate(MIGRATIONS[:4], start=1):
        old.executescript(f"BEGIN;\n{script}\nPRAGMA user_version = {number};\nCOMMIT;")
    old.execute("INSERT INTO sites (name, title, time_zone) VALUES ('annexe', 'A', 'UTC')")
    old.close()

    desk = Desk(path)
    desk.start()
    opened = Sheets(path, desk.writer, now_ms=lambda: 0).add("annexe", DOOR)
    desk.stop()

    assert opened.number == 1


def test_the_document_has_the_limits_that_hold_and_an_example_that_works(office: Office) -> None:
    assert f"At most {MOST_OPEN} sheets of a site are open and {MOST_KEPT} are kept" in DOCUMENT
    told = re.findall(r"-X (\w+) .*?\"\$api(/[a-z0-9/]+)\" -d '(.*?)'", DOCUMENT, re.DOTALL)

    assert [method for method, _, _ in told] == ["POST", "PATCH", "PATCH"]
    for version, (method, path, body) in enumerate(told):
        answer = office.client.request(
            method,
            f"/api/v1{path}",
            content=body.encode(),
            headers={"Content-Type": "application/json"}
            | ({"If-Match": f'"{version}"'} if version else {}),
        )
        assert answer.status_code in (200, 201), answer.text


def _fill(ledger: Ledger, *, is_open: bool, most: int) -> None:
    (number,) = ledger.db.execute("SELECT last_sheet FROM sites WHERE name = 'default'").fetchone()
    (there,) = ledger.db.execute("SELECT count(*) FROM sheets").fetchone()
    shut = (None, None, None) if is_open else ("Fait.", 1, "Accueil")
    ledger.db.executemany(
        "INSERT INTO sheets (site_id, number, kind, what, opened_at, outcome, closed_at, closed_by)"
        " SELECT id, ?, 'anomaly', 'x', 0, ?, ?, ? FROM sites WHERE name = 'default'",
        [(number + n + 1, *shut) for n in range(most - there)],
    )
    ledger.db.execute(
        "UPDATE sites SET last_sheet = ? WHERE name = 'default'", (number + most - there,)
    )
