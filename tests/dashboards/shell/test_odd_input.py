"""What nobody types but somebody sends: refused where it stands, and never a burden."""

from __future__ import annotations

from http import HTTPStatus

import pytest

from pasperdus_collector.api.guard import MAX_BODY_BYTES
from pasperdus_dashboards.shell.forms import SentForm, whole_number
from support.pages import Site, plain

HTML = {"Accept": "text/html"}


@pytest.mark.parametrize(
    ("text", "number"),
    [("0", 0), ("42", 42), ("9" * 18, 10**18 - 1), ("9" * 5000, None), ("²", None), ("٣", None)],
)
def test_a_number_is_plain_digits_and_no_more_than_a_number_has(
    text: str, number: int | None
) -> None:
    assert whole_number(text) == number


def test_a_version_that_is_none_is_nobodys() -> None:
    assert SentForm(fields=(("version", "9" * 5000),)).version() == -1
    assert SentForm(fields=()).version() == -1


@pytest.mark.parametrize(
    ("address", "fields"),
    [
        ("/premiers-pas/horaires", {"version": "1", "hours.monday.200000.0": "25:99"}),
        ("/premiers-pas/horaires", {"version": "1", "hours.x": "1", "hours.monday.x.0": "1"}),
        (
            "/premiers-pas/site",
            {"version": "1", "title": "Mairie", "time_zone": "../../etc/passwd"},
        ),
        ("/premiers-pas/site", {"version": "1", "title": "Mairie", "time_zone": "Factory"}),
        ("/accueil/annonce", {"title.fr": "Fermé", "position": "9" * 5000}),
        ("/prototypes/nouveau", {"title": "Pupitre", "asked": f"accueil|{'9' * 5000}"}),
        ("/prototypes/recette", {"text": '{"schema": 1, "delta": 1e308}'}),
    ],
)
def test_odd_fields_are_answered_with_the_form_and_soon(
    busy_site: Site, address: str, fields: dict[str, str]
) -> None:
    answer = busy_site.post(address, fields)

    assert answer.status_code in {HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.SEE_OTHER}
    assert len(answer.content) < 100_000


def test_half_a_character_is_written_as_a_question_mark(busy_site: Site) -> None:
    head = b'--b\r\nContent-Disposition: form-data; name="title.fr"\r\n\r\n'
    body = head + b"\\ud800 ferm\xc3\xa9\r\n--b--\r\n"
    kind = "multipart/form-data; boundary=b; charset=unicode_escape"

    answer = busy_site.get(
        "/accueil/annonce", method="POST", content=body, headers={"Content-Type": kind}
    )

    assert answer.status_code in {HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.SEE_OTHER}


def test_a_form_that_is_too_large_is_told_on_a_page_in_french(busy_site: Site) -> None:
    fields = {"what": "é" * MAX_BODY_BYTES}

    page = busy_site.get("/accueil/fiches/nouvelle", method="POST", data=fields, headers=HTML)
    problem = busy_site.get("/api/v1/sheets", method="POST", content=b"x" * (MAX_BODY_BYTES + 1))

    assert page.status_code == problem.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert "ce que vous avez écrit y est encore" in plain(page.text)
    assert problem.headers["content-type"] == "application/problem+json"


def test_with_several_sites_every_address_says_which_one_it_means(busy_site: Site) -> None:
    busy_site.queries.create_site(name="zz-annexe", title="Annexe", time_zone="Europe/Paris")
    html = busy_site.get("/prototypes/nouveau").text
    busy_site.queries.create_site(name="aaa", title="Autre", time_zone="Europe/Paris")

    assert 'action="/prototypes/nouveau?site=default"' in html
    assert 'href="/comparer?site=default"' in html


def test_the_language_of_a_page_changes_without_leaving_what_it_shows(busy_site: Site) -> None:
    html = busy_site.get("/comparer?prototype=pupitre&site=default").text

    assert 'href="/comparer?site=default&amp;prototype=pupitre&amp;lang=en"' in html


def test_a_change_asked_from_another_site_is_refused_even_without_its_name(busy_site: Site) -> None:
    answer = busy_site.get(
        "/annuler", method="POST", data={"word": "x"}, headers={"Sec-Fetch-Site": "cross-site"}
    )

    assert answer.status_code == HTTPStatus.FORBIDDEN
