"""Contents and phone slips over HTTP: what is answered, and how a refusal is told."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from pasperdus_collector.api import content_routes, problems, slip_routes
from pasperdus_collector.api.contents import Contents
from pasperdus_collector.api.queries import Queries
from pasperdus_collector.api.slips import Slips
from pasperdus_collector.ledger import Ledger
from pasperdus_collector.reception.content import KINDS, Kind
from pasperdus_collector.reception.content_limits import MAX_CONTENT_BYTES, MAX_KEPT, MOST_SHOWN
from pasperdus_contract.board import MAX_BOARD_BYTES, PHRASE_LANGUAGES
from pasperdus_contract.slips import MAX_SLIPS
from support.contents import WRITTEN
from support.registering import at, detail
from support.web import Client
from support.writing import Desk

CONTENT, SLIPS = "/api/v1/content", "/api/v1/slips"
NEED = f"{CONTENT}/need/logement"
DOCUMENT = (Path(__file__).parents[3] / "docs" / "reception-content.md").read_text("utf-8")


class Editor:
    """A site ``default`` with a terminal and a door; ``now_ms`` is set by hand."""

    def __init__(self, path: Path) -> None:
        self.desk = Desk(path)
        self.desk.start()
        self.desk.run(_enrol)
        self.now_ms = at("2026-11-23T10:00")
        queries = Queries(path, self.desk.writer, now_ms=lambda: self.now_ms)
        contents = Contents(path, self.desk.writer, now_ms=queries.now_ms)
        web = FastAPI()
        problems.install(web)
        web.include_router(content_routes.routes(contents))
        slips = Slips(path, self.desk.writer, now_ms=queries.now_ms)
        web.include_router(slip_routes.routes(slips))
        self.client = Client(web, base_url="http://127.0.0.1:8000")

    def add(self, kind: Kind, **changed: Any) -> httpx.Response:
        return self.client.post(f"{CONTENT}/{kind}", json={**WRITTEN[kind], **changed})

    def patch(self, path: str, body: Any, *, version: int | None = None) -> httpx.Response:
        headers = {} if version is None else {"If-Match": f'"{version}"'}
        return self.client.patch(path, json=body, headers=headers)

    def delete(self, path: str, *, version: int | None = None) -> httpx.Response:
        headers = {} if version is None else {"If-Match": f'"{version}"'}
        return self.client.request("DELETE", path, headers=headers)

    def names(self, path: str, **asked: str) -> list[str]:
        answer = self.client.get(path, params=asked)
        assert answer.status_code == 200, answer.text
        return [each["name"] for each in answer.json()]


@pytest.fixture
def editor(tmp_path: Path) -> Iterator[Editor]:
    editor = Editor(tmp_path / "ledger.db")
    yield editor
    editor.desk.stop()


# -- contents -------------------------------------------------------------------------------------


def test_a_content_is_answered_with_its_version_and_where_it_is(editor: Editor) -> None:
    answer = editor.add("need")

    assert answer.status_code == 201, answer.text
    assert answer.headers["ETag"] == '"1"'
    assert answer.headers["Location"] == f"{NEED}?site=default"
    assert answer.json() == {
        "site": "default",
        "kind": "need",
        "name": "logement",
        "valid_from": None,
        "valid_to": None,
        "position": 0,
        "title": {"fr": "Se loger", "en": "Housing"},
        "version": 1,
    }
    found = editor.client.get(answer.headers["Location"])
    assert (found.json(), found.headers["ETag"]) == (answer.json(), '"1"')
    assert "there is a need 'logement' already" in detail(editor.add("need"), 409)


def test_a_list_is_of_one_kind_or_of_a_day(editor: Editor) -> None:
    editor.add("need")
    editor.add("notice", valid_to="2026-11-30")
    editor.add("notice", name="plus-tard", valid_from="2026-12-01")

    assert editor.names(f"{CONTENT}/notice") == ["travaux", "plus-tard"]
    assert editor.names(CONTENT, kind="notice", on="2026-11-30") == ["travaux"]
    assert editor.names(f"{CONTENT}/notice", on="2026-12-01") == ["plus-tard"]
    assert editor.names(CONTENT)[:3] == ["travaux", "plus-tard", "logement"]
    assert len(editor.names(f"{CONTENT}/tally")) == 4
    said = detail(editor.client.get(CONTENT, params={"on": "5"}), 400)
    assert said == "on: '5' is not a date; write one like 2026-03-02"
    said = detail(editor.client.get(CONTENT, params={"kind": "menu"}), 400)
    assert said.startswith("kind: 'menu' is not one of service, desk,")


def test_a_change_puts_in_place_what_is_sent_and_of_languages_those_sent(editor: Editor) -> None:
    editor.add("phrase")
    path = f"{CONTENT}/phrase/escalier"

    answer = editor.patch(path, {"texts": {"de": None, "en": "Upstairs"}}, version=1)
    assert answer.status_code == 200, answer.text
    assert answer.headers["ETag"] == '"2"'
    assert answer.json()["texts"] == {"fr": "L’escalier est à droite.", "en": "Upstairs"}
    assert answer.json()["arrow"] == "right"

    answer = editor.patch(path, {"arrow": None, "valid_to": "2026-12-24"}, version=2)
    assert (answer.json()["arrow"], answer.json()["valid_to"]) == (None, "2026-12-24")
    assert editor.client.get(path).json() == answer.json()


def test_nobody_overwrites_or_removes_what_they_did_not_read(editor: Editor) -> None:
    editor.add("need")
    renamed = {"title": {"fr": "Logement"}}
    assert editor.patch(NEED, renamed, version=1).status_code == 200

    assert "If-Match is missing" in detail(editor.patch(NEED, renamed), 428)
    assert "is at version 2, not 1" in detail(editor.patch(NEED, renamed, version=1), 412)
    assert "If-Match is missing" in detail(editor.delete(NEED), 428)
    assert "is at version 2, not 1" in detail(editor.delete(NEED, version=1), 412)
    assert editor.delete(NEED, version=2).status_code == 204
    assert "has no need 'logement'" in detail(editor.delete(NEED, version=2), 404)
    assert "has no need 'logement'" in detail(editor.patch(NEED, renamed, version=2), 404)


def test_a_name_stays(editor: Editor) -> None:
    editor.add("need")

    said = detail(editor.patch(NEED, {"name": "toit"}, version=1), 400)

    assert said.startswith("name: a name stays")


def test_a_default_tally_is_changed_like_any_other(editor: Editor) -> None:
    path = f"{CONTENT}/tally/phone"
    assert editor.client.get(path).headers["ETag"] == '"0"'

    answer = editor.patch(path, {"is_shown": False}, version=0)

    assert answer.json()["title"] == {"fr": "Appel téléphonique", "en": "Phone call"}
    assert (answer.json()["is_shown"], answer.headers["ETag"]) == (False, '"1"')
    assert editor.delete(path, version=1).status_code == 204
    assert editor.client.get(path).json()["is_shown"] is True


@pytest.mark.parametrize(
    ("kind", "changed", "says"),
    [
        (
            "notice",
            {"text": {"fr": "é" * 212}},
            "text.fr: 212 characters, at most 180 fit the screen; shorten it",
        ),
        (
            "notice",
            {"title": {"fr": "Fermé 🙁"}},
            "title.fr: the character U+1F641 (slightly frowning face) is none that the screens can",
        ),
        (
            "notice",
            {"text": {"fr": "Une ligne\net une autre"}},
            "text.fr: the character U+000A (a line break) is none that the screens can draw; write",
        ),
        (
            "notice",
            {"title": {"fr": " "}},
            "title.fr: is empty; write something, or leave the field out",
        ),
        (
            "notice",
            {"name": "Été"},
            "name: 'Été' is not a name; write 1 to 40 small letters without accents, digits or -",
        ),
        ("desk", {"opens": "9h"}, "opens: '9h' is not a time of day; write one like 09:30"),
        (
            "desk",
            {"cancelled": ["2026-11-24"]},
            "cancelled: 2026-11-24 is a tuesday, on which this desk is not held; name a day of",
        ),
        (
            "desk",
            {"weekdays": []},
            "body: a desk is held on weekdays, on dates, or both; give at least one",
        ),
        ("desk", {"service": "caf"}, "desk 'impots' names the service 'caf', which would not be"),
        (
            "phrase",
            {"texts": {"fr": "En haut", "ar": "فوق"}},
            "texts: the screens have no letters for 'ar'; they have fr, en, es,",
        ),
        ("need", {"text": "oups", "title": 5}, "title: 5 is not an object;"),
        ("need", {"titel": "oups"}, "titel: nothing here has that name; check how it is written"),
    ],
)
def test_a_refusal_says_which_field_why_and_what_to_do(
    editor: Editor, kind: Kind, changed: dict[str, Any], says: str
) -> None:
    assert detail(editor.add(kind, **changed), 400).startswith(says)
    assert editor.names(f"{CONTENT}/{kind}") == []


def test_letters_whose_accents_were_sent_apart_are_joined(editor: Editor) -> None:
    apart = unicodedata.normalize("NFD", "Été à l’église")
    assert apart != "Été à l’église"

    answer = editor.add("notice", title={"fr": apart})

    assert answer.json()["title"]["fr"] == "Été à l’église"


def test_half_a_character_is_refused_wherever_it_is(editor: Editor) -> None:
    for body in (b'{"name": "\\ud83d"}', b'{"\\ud83d": 1}', b'{"texts": {"\\ud83d": "x"}}'):
        answer = editor.client.post(
            f"{CONTENT}/phrase", content=body, headers={"Content-Type": "application/json"}
        )
        assert "half a character" in detail(answer, 400)


# -- the document ---------------------------------------------------------------------------------


def test_the_examples_of_the_document_are_taken_one_after_the_other(editor: Editor) -> None:
    editor.patch(f"{CONTENT}/tally/incident", {"is_shown": False}, version=0)
    told = re.findall(r"### `([a-z]+)`\n.*?```json\n(.*?)```", DOCUMENT, re.DOTALL)

    for kind, example in told:
        answer = editor.client.post(f"{CONTENT}/{kind}", json=json.loads(example))
        assert answer.status_code == 201, answer.text
    assert [kind for kind, _ in told] == list(KINDS)


def test_the_document_has_the_limits_that_hold() -> None:
    (_, table) = DOCUMENT.split("## How many")
    rows = re.findall(r"^\| `([a-z]+)` \| ([0-9]+)", table, re.MULTILINE)

    assert {kind: int(most) for kind, most in rows} == MOST_SHOWN
    assert f"{MAX_CONTENT_BYTES:,} bytes".replace(",", " ") in DOCUMENT
    assert f"message of {MAX_BOARD_BYTES:,} at most".replace(",", " ") in DOCUMENT
    assert f"Of each kind {MAX_KEPT} are kept" in DOCUMENT
    assert f"At most {MAX_SLIPS} wait for one terminal" in DOCUMENT
    assert f"any of `{' '.join(PHRASE_LANGUAGES[1:])}`" in DOCUMENT


# -- slips ----------------------------------------------------------------------------------------


def test_a_slip_is_written_listed_without_its_text_and_withdrawn(editor: Editor) -> None:
    answer = editor.client.post(
        SLIPS,
        json={"node": "accueil-1", "caller": "Bureau 4", "phone": "01 23", "text": "Rappelez"},
    )

    assert answer.status_code == 201, answer.text
    slip = answer.json()["id"]
    assert answer.headers["Location"] == f"{SLIPS}/{slip}"
    told = {
        "id": slip,
        "node": "accueil-1",
        "written_at": "2026-11-23T10:00:00Z",
        "state": "waiting",
    }
    assert answer.json() == editor.client.get(f"{SLIPS}/{slip}").json() == told
    assert editor.client.get(SLIPS, params={"node": "accueil-1"}).json() == [told]
    assert editor.delete(f"{SLIPS}/{slip}").status_code == 204
    assert "it was taken, withdrawn or too old" in detail(editor.delete(f"{SLIPS}/{slip}"), 404)
    assert editor.client.get(SLIPS).json() == []


@pytest.mark.parametrize(
    ("changed", "status", "says"),
    [
        ({"text": "é" * 201}, 400, "text: 201 characters, at most 200 fit the screen; shorten it"),
        ({"text": " "}, 400, "text: is empty"),
        ({"text": "☎"}, 400, "text: the character U+260E (black telephone) is none"),
        ({"phone": "demain"}, 400, "phone: 'demain' is not a telephone number"),
        ({"caller": "é" * 41}, 400, "caller: 41 characters, at most 40"),
        ({"node": "porte-1"}, 400, "node: 'porte-1' has no screen of an agent"),
        ({"node": "accueil-9"}, 404, "node: there is no terminal 'accueil-9'; known are acc"),
        ({"urgent": True}, 400, "urgent: nothing here has that name"),
    ],
)
def test_a_slip_that_no_terminal_could_show_is_refused(
    editor: Editor, changed: dict[str, Any], status: int, says: str
) -> None:
    body = {"node": "accueil-1", "text": "Rappelez", **changed}

    assert detail(editor.client.post(SLIPS, json=body), status).startswith(says)
    assert editor.client.get(SLIPS).json() == []


def _enrol(ledger: Ledger) -> None:
    for node in ("accueil-1", "porte-1"):
        ledger.registry.enrol(node, 0)
    ledger.db.execute("UPDATE nodes SET screen = 'agent' WHERE name = 'accueil-1'")
