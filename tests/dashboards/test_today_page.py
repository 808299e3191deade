"""The page *Aujourd'hui*, as a browser without JavaScript reads it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from pasperdus_collector.writer import Writer
from pasperdus_contract.fields import MAX_WALL_MS
from support.pages import TUESDAY, Site, plain
from support.reception import wall

MOST_BYTES = 300_000


def section(html: str, name: str) -> str:
    """Return the live part ``name`` of a page."""
    start = html.index(f'id="{name}"')
    following = html.find("data-live", html.index("data-live", start) + 1)
    return html[start : following if following > 0 else len(html)]


def at_once(html: str) -> str:
    """Return a page without what waits for a script to take it out."""
    return re.sub(r"<template>.*?</template>", "", html, flags=re.DOTALL)


def text(html: str) -> str:
    return re.sub(r"\s+", " ", plain(re.sub(r"<[^>]+>", " ", html)))


def test_the_day_stands_beside_the_usual_weekday(busy_site: Site) -> None:
    said = text(busy_site.page())

    assert re.search(
        r"Entrées aujourd’hui 155 155 entrées à 14 h 30 ; un mardi habituel : \d+ à \d+ à la même "
        r"heure\. Du plus faible au plus fort de 8 mardis",
        said,
    )
    assert "Les derniers" not in said


def test_english_is_complete_and_kept_in_the_address(busy_site: Site) -> None:
    html = busy_site.page("?lang=en")

    assert '<html lang="en">' in html
    assert re.search(r"155 entries at 14:30; a usual Tuesday: \d+ to \d+ by that time\.", html)
    assert 'data-parts="/aujourdhui/en-direct?site=default&amp;lang=en"' in html
    assert 'href="/aujourdhui" lang="fr"' in html
    assert not re.search(r"[éèàêœ]", text(html).replace("Français", "").replace("entree", ""))


def test_zero_is_zero_and_a_day_usually_closed_is_said_to_be(site: Site) -> None:
    for week in range(9):
        day = TUESDAY - timedelta(weeks=week)
        end = "14:30" if week == 0 else "23:45"
        site.place.covered("entree", "porte", wall(day, "00:00"), wall(day, end))
    site.place.passages("entree", "porte", "in", [wall(TUESDAY - timedelta(days=1), "10:00")])

    said = text(site.page())

    assert "Entrées aujourd’hui 0 Personne n’est entré les 8 derniers mardis" in said
    assert "il n’y a rien à dessiner" in said
    assert "graphique.svg" not in at_once(site.page())


def test_a_gap_is_a_gap_and_the_count_a_lower_bound(busy_site: Site) -> None:
    day = TUESDAY + timedelta(weeks=1)
    busy_site.now_ms = wall(day, "14:37")
    place = busy_site.place
    place.covered("entree", "porte", wall(day, "00:00"), wall(day, "10:00"))
    place.covered("entree", "porte", wall(day, "10:00"), wall(day, "12:00"), ok=False)
    place.covered("entree", "porte", wall(day, "12:00"), wall(day, "14:30"))
    place.passages("entree", "porte", "in", [wall(day, "09:10"), wall(day, "12:20")])

    said = text(busy_site.page())

    assert "au moins 2 2 entrées à 14 h 30" in said
    assert "Un capteur de porte est resté muet de 10 h à 12 h" in said
    assert "Présents maintenant inconnu Inconnu depuis 10 h" in said
    assert "Le compte repart à 4 h" in said
    assert re.search(r"9 h 1 \d+ à \d+ 10 h – \d+ à \d+ capteur muet 11 h – ", said)
    assert re.search(r"13 h 0 \d+ à \d+ 14 h 0 \d+ à \d+ en cours 15 h – \d+ à \d+ à venir", said)


def test_few_comparable_days_are_said_instead_of_a_band(site: Site) -> None:
    site.place.covered("entree", "porte", wall(TUESDAY, "00:00"), wall(TUESDAY, "14:30"))
    site.place.passages("entree", "porte", "in", [wall(TUESDAY, "09:00")])

    assert (
        "il faut 4 mardis ouverts et mesurés en entier parmi les 8 derniers ; il y en a 0."
        in text(site.page())
    )


def test_without_a_terminal_nothing_is_said_of_a_queue(busy_site: Site) -> None:
    assert "En attente" not in text(busy_site.page())


def test_an_empty_queue_is_said_to_be_one(busy_site: Site) -> None:
    busy_site.place.status("terminal-1", busy_site.now_ms - 60_000, screen="agent")

    assert "En attente 0 Personne n’attend. L’attente médiane du jour" in text(busy_site.page())


def test_who_waits_is_counted_and_the_longest_wait_told(busy_site: Site) -> None:
    place, now = busy_site.place, busy_site.now_ms
    place.status("terminal-1", now - 60_000, screen="agent")
    served = [(now - 3_600_000 + 60_000 * n, n) for n in range(5)]
    called = [(at + 60_000 * (5 + n), n, "call") for at, n in served]
    place.steps("terminal-1", [(at, n, "wait") for at, n in served], token="blue-star")
    place.steps("terminal-1", called, token="blue-star")
    place.steps("terminal-1", [(at, n, "done") for at, n, _ in called], token="blue-star")
    place.steps("terminal-1", [(now - 840_000, 8, "wait")], token="red-moon")
    place.steps("terminal-1", [(now - 40_000, 9, "wait")], token="red-drop")

    said = text(busy_site.page())

    assert "En attente 2 Attente la plus longue : 14 min." in said
    assert "ont été appelés en moins de 7 min (intervalle à 95 % : de 5 min à 9 min)" in said


def test_unreleased_ratings_leave_no_trace(busy_site: Site) -> None:
    place = busy_site.place
    before_any = section(busy_site.page(), "ratings")
    place.ratings("borne", [(wall(TUESDAY, "09:00") + n * 60_000, 5) for n in range(10)])
    place.release(busy_site.now_ms)
    busy_site.now_ms += 1_000
    ten = section(busy_site.page(), "ratings")
    place.ratings("borne", [(wall(TUESDAY, "09:30") + n * 60_000, 2) for n in range(5)])
    busy_site.now_ms += 1_000
    still_open = section(busy_site.page(), "ratings")
    place.release(busy_site.now_ms)
    busy_site.now_ms += 1_000
    released = text(section(busy_site.page(), "ratings"))

    assert "Aucun avis reçu pour l’instant." in text(before_any)
    assert ten == still_open
    assert "Aucun avis publié" in ten
    assert "Publiés aujourd’hui, jusqu’à 10 h." in released
    said = "67 % d’avis satisfaits parmi les personnes qui ont donné leur avis (15 avis)"
    assert said in released
    assert "note 5 sur 5 67 % 10" in released
    assert "note 2 sur 5 33 % 5" in released


def test_without_ratings_today_the_latest_published_ones_are_shown_with_their_day(
    busy_site: Site,
) -> None:
    friday = TUESDAY - timedelta(days=4)
    busy_site.place.ratings("borne", [(wall(friday, "09:00") + n * 1_000, 4) for n in range(12)])
    busy_site.place.release(busy_site.now_ms)

    said = text(section(busy_site.page(), "ratings"))

    assert "Les derniers sont du vendredi 20 novembre 2026." in said
    assert "100 % d’avis satisfaits" in said
    assert 'class="share earlier"' in busy_site.page()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"sensors": {"porte": "blocked_A"}}, "le faisceau A est masqué. Les passages n’y sont"),
        ({"sensors": {"porte": "noisy"}}, "Capteur porte instable."),
        ({"sensors": {"accueil": "stuck"}}, "un bouton reste enfoncé"),
        ({"sensors": {"porte": "upside-down"}}, "signale « upside-down »"),
        ({"synced": False}, "Son horloge n’est pas à l’heure."),
        ({"disk_free_mb": 120}, "il reste 120 Mo"),
        ({"battery": 9}, "Sa batterie est à 9 %"),
        ({"lost": 2}, "2 événements n’ont pas pu être gardés"),
        (
            {"pending": 3, "oldest_pending_wall": wall(TUESDAY, "14:20")},
            "File d’envoi : 3 événements en attente, rien n’est perdu",
        ),
    ],
)
def test_what_is_wrong_with_a_node_is_said_in_words(
    busy_site: Site, changes: dict[str, Any], words: str
) -> None:
    busy_site.place.heartbeat("entree", busy_site.now_ms - 2_000, **changes)

    said = text(section(busy_site.page(), "nodes"))

    assert "1 nœud sur 1 à vérifier." in said
    assert words in said


def test_a_node_that_is_gone_or_silent_says_since_when(busy_site: Site) -> None:
    busy_site.place.status("entree", wall(TUESDAY, "14:36"), "offline")
    assert "Déconnecté depuis 14 h 36." in text(busy_site.page())

    busy_site.place.status("entree", wall(TUESDAY, "14:37"))
    busy_site.now_ms = wall(TUESDAY, "14:52")
    assert "Aucun signe de vie depuis 14 h 37." in text(busy_site.page())


def test_a_missing_range_is_named(busy_site: Site) -> None:
    head = busy_site.place.heads["entree"]
    busy_site.place.heartbeat("entree", busy_site.now_ms + 60_000, head=head + 3)
    busy_site.now_ms += 180_000
    busy_site.place.heartbeat("entree", busy_site.now_ms - 2_000, head=head + 3)

    said = text(section(busy_site.page(), "nodes"))

    assert f"3 événements ne sont pas arrivés : du n° {head + 1} au n° {head + 3}." in said


def test_a_collector_that_hears_nobody_says_so(busy_site: Site) -> None:
    deaf = Site(busy_site.place, writer=Writer(on_commit=lambda: None))

    assert "Le collecteur n’entend pas les nœuds" in deaf.page()
    assert "Le collecteur n’entend pas les nœuds" not in busy_site.page()


def test_right_after_installation_the_page_says_what_to_do(site: Site) -> None:
    html = site.page()

    assert "rien n’est encore compté" in html
    assert 'href="/premiers-pas"' in html


def test_a_site_that_is_not_there_is_answered_in_words_and_as_not_found(busy_site: Site) -> None:
    answer = busy_site.get("/aujourdhui?site=ailleurs")

    assert answer.status_code == 404
    assert "Aucun site ne s’appelle « ailleurs » ici." in plain(answer.text)
    assert busy_site.get("/aujourdhui/en-direct?site=ailleurs").status_code == 404


def test_several_sites_are_offered_to_choose_from(busy_site: Site) -> None:
    assert 'class="sites"' not in busy_site.page()
    with busy_site.place.ledger.transaction():
        busy_site.place.ledger.registry.create_site(
            name="annexe", title="Annexe <b>", time_zone="Europe/Paris"
        )

    html = busy_site.page("?site=annexe&lang=en")

    assert 'href="/aujourdhui?site=default&amp;lang=en"' in html
    assert "Annexe &lt;b&gt;" in html
    assert "Annexe <b>" not in html
    assert "No node belongs to this site yet." in html


def test_the_root_leads_to_the_page_with_its_choices(busy_site: Site) -> None:
    answer = busy_site.get("/?lang=en")

    assert answer.headers["location"] == "/aujourdhui?lang=en"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_live_parts_are_the_same_as_in_the_whole_page(busy_site: Site, language: str) -> None:
    whole = busy_site.get(f"/aujourdhui?lang={language}").text
    parts = busy_site.get(f"/aujourdhui/en-direct?lang={language}").text

    names = re.findall(r'id="([a-z-]+)"[^>]* data-live', parts)
    assert names == re.findall(r'id="([a-z-]+)"[^>]* data-live', whole)
    assert len(names) == 14
    for part in re.split(r"(?m)^(?=<[^>]* data-live)", parts):
        assert part in whole


def test_no_script_or_style_is_written_into_the_page_and_the_policy_forbids_it(
    busy_site: Site,
) -> None:
    answer = busy_site.get("/aujourdhui")

    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert re.findall(r"<style|\sstyle=|\son[a-z]+=|javascript:", answer.text) == []
    assert re.findall(r"<script(?![^>]* src=)", answer.text) == []
    assert re.findall(r'(?:src|href|srcset)="(?!/|#)', answer.text) == []


def test_the_page_and_all_that_it_loads_is_light(busy_site: Site) -> None:
    html = busy_site.get("/aujourdhui").text
    loaded = len(html.encode())
    for address in set(re.findall(r'(?:src|href)="(/static/[^"]+)"', html)):
        answer = busy_site.get(address.replace("&amp;", "&"))
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
        if "vega.js" not in address:
            loaded += len(answer.content)

    assert loaded < MOST_BYTES
    assert len(html.encode()) < 30_000


def test_nothing_but_the_listed_files_is_served(busy_site: Site) -> None:
    for name in ("..%2fpages.py", "../pages.py", "nothing.css", "%2e%2e/errors.py"):
        assert busy_site.get(f"/static/{name}").status_code == 404


def test_a_clock_at_the_end_of_the_calendar_breaks_no_page(busy_site: Site) -> None:
    busy_site.place.heartbeat(
        "entree", busy_site.now_ms, pending=1, oldest_pending_wall=MAX_WALL_MS
    )
    busy_site.place.passages("entree", "porte", "in", [MAX_WALL_MS])

    assert "Aujourd’hui" in busy_site.page()
    assert "Today" in busy_site.page("?lang=en")
