"""What all pages share: errors beside fields, two editors, undo, failures, one set of colours."""

from __future__ import annotations

import re
from http import HTTPStatus
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import pasperdus_dashboards
from pasperdus_collector.errors import QueryError, fault
from pasperdus_dashboards.charts.style import PALETTES
from pasperdus_dashboards.shell.forms import SentForm, instant, local_day, local_time, refused
from pasperdus_dashboards.shell.languages import languages
from pasperdus_dashboards.shell.undoing import KEPT_MS, MOST_KEPT, Undoing
from support.pages import TUESDAY, Site, plain
from support.reception import wall

PARIS = ZoneInfo("Europe/Paris")
TOKENS = Path(pasperdus_dashboards.__file__).parent / "static" / "styles" / "00-tokens.css"
PAGES = ("/aujourdhui", "/comparer", "/prototypes", "/accueil", "/parc", "/donnees", "/glossaire")


def test_charts_and_pages_have_the_same_colours() -> None:
    light, dark = (
        dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", block))
        for block in re.findall(r":root \{(.*?)\}", TOKENS.read_text(), re.DOTALL)[:2]
    )
    for theme, css in (("light", light), ("dark", light | dark)):
        palette = PALETTES["dark" if theme == "dark" else "light"]
        assert (palette.paper, palette.ink, palette.quiet) == (
            css["paper"],
            css["ink"],
            css["quiet"],
        )
        assert (palette.band, palette.median, palette.bar) == (
            css["band"],
            css["median"],
            css["blue"],
        )


def test_no_room_has_a_colour_of_its_own() -> None:
    for path in TOKENS.parent.glob("*.css"):
        if path.name in {"00-tokens.css", "90-print.css"}:
            continue
        found = re.findall(r"#[0-9a-fA-F]{3,8}\b(?![^{}]*\{)|rgba?\([^)]*\)|hsl", path.read_text())
        assert [each for each in found if each != "rgb(0 0 0 / 12%)"] == [], path.name


def test_an_error_stands_at_the_nearest_field_of_the_form() -> None:
    sent = SentForm(fields=(("title", "Pupitre"), ("exclusions", "x")))
    error = QueryError(
        "…", fault("exclusions.0.last_day", "missing"), fault("elsewhere", "missing")
    )

    form = refused(sent, error, languages()["fr"], controls=("title", "exclusions"), zone=PARIS)

    assert [each.control for each in form.wrong] == ["", "exclusions"]
    assert form.value("title") == "Pupitre"
    assert form.errors("exclusions")
    assert form.errors("title") == []


@pytest.mark.parametrize(
    ("day", "at", "found"),
    [
        ("2026-07-14", "", "2026-07-13T22:00:00Z"),
        ("2026-12-01", "08:30", "2026-12-01T07:30:00Z"),
        ("14/07/2026", "", None),
        ("2026-02-30", "", None),
        ("2026-07-14", "25:00", None),
        ("0001-01-01", "", None),
    ],
)
def test_a_day_is_midnight_on_the_wall_of_the_site(day: str, at: str, found: str | None) -> None:
    assert instant(day, PARIS, at) == found


def test_a_kept_instant_is_shown_as_it_was_typed() -> None:
    at_ms = wall(TUESDAY, "08:30")

    assert (local_day(at_ms, PARIS), local_time(at_ms, PARIS)) == ("2026-11-24", "08:30")
    assert (local_day(None, PARIS), local_time(None, PARIS)) == ("", "")


def test_a_change_can_be_taken_back_once_and_for_ten_minutes() -> None:
    now, taken = [0], []
    undoing = Undoing(now_ms=lambda: now[0])
    first = undoing.keep(lambda: taken.append(1), back="/accueil")
    second = undoing.keep(lambda: taken.append(2), back="/parc")

    assert undoing.take_back(first) == "/accueil"
    assert undoing.take_back(first) is None
    now[0] = KEPT_MS
    assert not undoing.has(second)
    assert undoing.take_back(second) is None
    assert taken == [1]


def test_only_the_latest_changes_are_kept() -> None:
    undoing = Undoing(now_ms=lambda: 0)
    words = [undoing.keep(lambda: None, back="/") for _ in range(MOST_KEPT + 1)]

    assert [undoing.has(word) for word in (words[0], words[1], words[-1])] == [False, True, True]


def test_an_undo_that_comes_too_late_is_told_in_words(busy_site: Site) -> None:
    answer = busy_site.post("/annuler", {"word": "inconnu"})

    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert "Il est trop tard pour annuler" in plain(answer.text)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_says_what_to_do_where_a_site_is_missing(site: Site, page: str) -> None:
    """Before the first node there is no site at all; the glossary needs none."""
    answer = site.get(page)

    assert answer.status_code == HTTPStatus.OK
    assert 'href="/premiers-pas"' in answer.text
    unknown = site.get(f"{page}?site=ailleurs")
    assert unknown.status_code in {HTTPStatus.OK, HTTPStatus.NOT_FOUND}


@pytest.mark.parametrize("language", ["fr", "en"])
def test_people_get_a_page_and_programs_a_problem(busy_site: Site, language: str) -> None:
    asked = f"/parcmetre?lang={language}"

    page = busy_site.get(asked, headers={"Accept": "text/html"})
    problem = busy_site.get(asked)

    assert page.status_code == problem.status_code == HTTPStatus.NOT_FOUND
    assert f'<html lang="{language}">' in page.text
    assert problem.headers["content-type"] == "application/problem+json"
    api = busy_site.get("/api/v1/nothing", headers={"Accept": "text/html"})
    assert api.headers["content-type"] == "application/problem+json"


def test_a_form_sent_by_a_page_from_elsewhere_changes_nothing(busy_site: Site) -> None:
    answer = busy_site.get(
        "/annuler", method="POST", data={"word": "x"}, headers={"Origin": "http://ailleurs.example"}
    )

    assert answer.status_code == HTTPStatus.FORBIDDEN
