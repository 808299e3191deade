"""What people do on pages, in a real browser: with the keyboard alone, in two windows, on paper."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from support.browsing import CHROMIUM, Opening, Tab, address_of
from support.keyboard import go_to
from support.pages import plain
from support.places import SETTLED
from support.serving import served
from support.town_hall import town_hall

NOTICES = "/accueil/annonces"
LIFT = "/accueil/annonce/ascenseur"

pytestmark = [
    pytest.mark.slow(about_s=30),
    pytest.mark.skipif(CHROMIUM is None, reason="needs the chromium of the system"),
]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A town hall of its own: these tests change it."""
    ledger = tmp_path_factory.mktemp("journeys") / "ledger.db"
    with town_hall(ledger) as collector, served(collector.site.web) as address:
        yield address


def test_a_notice_is_written_taken_back_and_written_again_with_the_keyboard_alone(
    url: str, browse: Opening
) -> None:
    tab = browse()
    press = tab.page.keyboard.press
    tab.open(f"{url}/aujourdhui", settled=SETTLED)

    press("Tab")
    press("Enter")
    assert tab.evaluate("document.activeElement.id") == "main"
    go_to(tab, "Les mêmes chiffres en tableau")
    press("Enter")
    assert tab.evaluate("document.activeElement.closest('details').open")

    tab.open(f"{url}/aujourdhui", settled=SETTLED)
    _follow(tab, "a Accueil")
    _follow(tab, "a À l’écran")
    _follow(tab, "Ajouter une annonce")
    _follow(tab, "button ")
    assert "aria-invalid" in tab.page.content()
    tab.expected.add(422)
    go_to(tab, "Titre")
    press("Enter")
    assert tab.evaluate("document.activeElement.name") == "title.fr"

    tab.page.keyboard.type("Fermeture à 16 h vendredi")
    go_to(tab, "Texte")
    tab.page.keyboard.type("Réunion de service : merci de votre compréhension.")
    _follow(tab, "button ")
    assert address_of(tab).startswith(NOTICES)
    assert "Fermeture à 16 h vendredi" in _text(tab)

    _follow(tab, "button Annuler")
    assert "Fermeture à 16 h vendredi" not in _text(tab)


def test_two_people_who_change_the_same_notice_never_overwrite_each_other_unseen(
    url: str, browse: Opening
) -> None:
    mine, theirs = browse(), browse()
    for tab in (mine, theirs):
        tab.open(f"{url}{LIFT}")
    _write(theirs, "title.fr", "Ascenseur réparé")
    _submit(theirs)

    mine.expected.add(409)
    _write(mine, "title.fr", "Ascenseur encore en panne")
    _submit(mine)

    assert "Ascenseur réparé" in _text(mine)
    assert "Ascenseur encore en panne" in _text(mine)
    with mine.page.expect_navigation():
        mine.page.click("main form button")
    theirs.open(f"{url}{LIFT}")
    assert theirs.page.input_value('[name="title.fr"]') == "Ascenseur encore en panne"


def test_another_language_stays_from_page_to_page_and_says_so(url: str, browse: Opening) -> None:
    tab = browse()
    tab.open(f"{url}/parc")
    for link in ("English", "Reception", "Directory"):
        with tab.page.expect_navigation():
            tab.page.get_by_role("link", name=link, exact=True).click()
        assert tab.evaluate("document.documentElement.lang") == "en"

    with tab.page.expect_navigation():
        tab.page.get_by_role("link", name="Français", exact=True).click()
    assert tab.evaluate("document.documentElement.lang") == "fr"
    assert address_of(tab).startswith("/accueil/annuaire")


def test_without_javascript_charts_are_pictures_and_forms_work(url: str, browse: Opening) -> None:
    tab = browse(has_scripts=False)
    tab.page.goto(f"{url}/aujourdhui")
    still = tab.page.locator(".chart img").first
    still.scroll_into_view_if_needed()
    assert still.is_visible()
    assert still.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    assert "Sans JavaScript" in plain(tab.page.inner_text("main"))

    tab.page.goto(f"{url}/accueil/annonce")
    _write(tab, "title.fr", "Sans script")
    _write(tab, "text.fr", "Cela marche aussi.")
    _submit(tab)
    assert "Sans script" in tab.page.inner_text("main")


def test_the_comparison_prints_with_its_verdict_on_the_first_page(
    url: str, browse: Opening, tmp_path: Path
) -> None:
    tab = browse()
    tab.open(f"{url}/comparer?prototype=pupitre", settled=SETTLED)
    verdict = plain(tab.page.inner_text(".verdict"))
    pages = PdfReader(BytesIO(tab.page.pdf(prefer_css_page_size=True))).pages

    first = " ".join(plain(pages[0].extract_text()).split())
    assert " ".join(verdict.split()) in first
    assert "Aujourd’hui Comparer Prototypes" not in first


def _follow(tab: Tab, what: str) -> None:
    """Go somewhere with the Tab key, press Enter there, and wait for the page that comes."""
    go_to(tab, what)
    with tab.page.expect_navigation():
        tab.page.keyboard.press("Enter")


def _write(tab: Tab, field: str, text: str) -> None:
    tab.page.fill(f'[name="{field}"]', text)


def _submit(tab: Tab) -> None:
    with tab.page.expect_navigation():
        tab.page.click("form.form .choices button")


def _text(tab: Tab) -> str:
    return plain(tab.page.inner_text("main"))
