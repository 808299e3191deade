"""The page *Données* and the privacy notice, as a browser without JavaScript reads them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pypdf import PdfReader

from pasperdus_collector.api.stored import COUNTED_EVERY_MS
from pasperdus_collector.reception import slips
from pasperdus_collector.stored.declarations import DECLARED
from pasperdus_contract.events import KINDS
from pasperdus_dashboards.shell.languages import languages
from pasperdus_dashboards.stored.kept_words import event_kinds, groups, words
from support.browsing import CHROMIUM, Opening
from support.pages import Site, plain
from support.serving import served

STORED, PRIVACY = "/donnees", "/donnees/confidentialite"
SECRET = "Rappeler Mme Lenoir au sujet du dossier"


def text(html: str) -> str:
    return re.sub(r"\s+", " ", plain(re.sub(r"<[^>]+>", " ", html)))


def said(site: Site, address: str) -> str:
    answer = site.get(address)
    assert answer.status_code == 200, answer.text
    return text(answer.text)


def leave_slip(site: Site) -> None:
    site.place.status("terminal-1", site.now_ms, screen="agent")
    with site.place.ledger.transaction():
        slips.add(
            site.place.ledger.db,
            slips.NewSlip(node="terminal-1", caller="Mme Lenoir", text=SECRET),
            now_ms=site.now_ms,
        )


def declare_agents(site: Site, agents: int) -> None:
    site.queries.change_site(
        "default", title=None, time_zone=None, agents=agents, lines=[], zones=[], version=None
    )


def test_what_is_kept_has_words_and_a_place_on_the_page() -> None:
    for language in languages().values():
        placed = [code for _, codes in groups(language) for code in codes]

        assert sorted(placed) == sorted(kept.kept for kept in DECLARED) == sorted(words(language))
        assert set(event_kinds(language)) == KINDS


def test_the_table_tells_rows_days_and_how_long_they_stay(day_site: Site) -> None:
    page = said(day_site, STORED)

    (events,) = day_site.place.ledger.db.execute("SELECT count(*) FROM events").fetchone()
    assert f"{events:,} événements bruts depuis le 24 novembre 2026".replace(",", " ") in page
    assert re.search(
        r"Messages téléphoniques les personnes qui appellent .* Lignes? ?aucune|"
        r"Messages téléphoniques les personnes qui appellent .*? aucune – – jusqu’à ce que l’agent "
        r"le prenne, 3 jours au plus",
        page,
    )
    assert "Cette version n’efface ni événements bruts ni sommes un par un" in page
    assert "il n’y a donc pas de jetons d’API à distribuer" in page


def test_a_phone_message_is_counted_and_never_told(day_site: Site) -> None:
    said(day_site, STORED)
    leave_slip(day_site)
    early = said(day_site, STORED)
    day_site.now_ms += COUNTED_EVERY_MS
    late = said(day_site, STORED)

    counted = re.compile(r"pour un agent\. (\w+)")
    assert [counted.search(page)[1] for page in (early, late)] == ["aucune", "1"]  # type: ignore[index]  # an assertion of its own
    for address in (STORED, PRIVACY, "/api/v1/stored", "/api/v1/privacy"):
        assert "Lenoir" not in day_site.get(address).text


def test_the_notice_says_what_only_the_site_can_complete(day_site: Site) -> None:
    page = said(day_site, PRIVACY)

    assert "À compléter par le site : ce logiciel ne peut pas savoir qui répond" in page
    assert "article 6, paragraphe 1, point e, du RGPD" in page
    assert "Rien n’est copié sur une autre machine." in page
    assert "au moins 11, sur des heures entières" in page


def test_the_notice_tells_of_the_pulse_only_where_it_is_asked(day_site: Site) -> None:
    declare_agents(day_site, 4)
    few = said(day_site, PRIVACY)
    declare_agents(day_site, 5)
    many = said(day_site, PRIVACY)

    assert "Il ne l’est que si le site déclare au moins 5 agents ; il en déclare 4" in few
    assert "au moins 11 réponses, au moins 28 jours" in many


def test_the_notice_names_every_table_and_message(day_site: Site) -> None:
    html = day_site.get(PRIVACY).text

    for kept in DECLARED:
        for fields in kept.all_fields():
            assert f"<code>{fields.name}</code>" in html


@pytest.mark.parametrize("address", [STORED, PRIVACY, "/donnees/export", "/donnees/import"])
def test_pages_are_complete_in_english_and_light(day_site: Site, address: str) -> None:
    html = day_site.get(f"{address}?lang=en").text

    assert '<html lang="en">' in html
    assert not re.search(r"[éèàêœ]", text(html).replace("Français", "").replace("début", ""))
    assert len(html.encode()) < 300_000


def test_without_a_site_the_pages_lead_to_the_first_steps(site: Site) -> None:
    for address in (STORED, PRIVACY, "/donnees/export", "/donnees/import"):
        assert "/premiers-pas" in site.get(address).text
    assert site.get(f"{STORED}?site=nulle-part").status_code == 200


@pytest.mark.slow(about_s=6)
@pytest.mark.skipif(CHROMIUM is None, reason="needs the chromium of the system")
@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_notice_prints_on_two_sheets_of_a4(
    day_site: Site, browse: Opening, tmp_path: Path, language: str
) -> None:
    declare_agents(day_site, 6)  # the longer words about the pulse
    with served(day_site.web) as address:
        tab = browse(language=language)
        tab.open(
            f"{address}{PRIVACY}?lang={language}", settled='document.fonts.status === "loaded"'
        )
        tab.page.pdf(path=tmp_path / "notice.pdf", prefer_css_page_size=True)

    pages = PdfReader(tmp_path / "notice.pdf").pages
    assert len(pages) == 2
    assert [round(side / 72 * 25.4) for side in pages[0].mediabox[2:]] == [210, 297]
