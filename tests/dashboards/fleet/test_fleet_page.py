"""The page *Parc* and each node's own: how nodes are and were, and what they are called."""

from __future__ import annotations

import re
from html import unescape

import pytest

from pasperdus_collector.registry import Site as Registered
from pasperdus_collector.registry import ZoneTitle
from pasperdus_contract.fields import QUARTER_MS
from support.pages import Site
from support.reception import epoch_of
from support.reception_pages import filled, text, undone

MINUTE_MS = 60_000
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
NODE = "/parc/noeuds/entree"
EDIT = f"{NODE}/modifier"


@pytest.fixture
def fleet(site: Site) -> Site:
    """An entrance that is well, and a waiting room with a blocked beam and three events waiting."""
    place, now = site.place, site.now_ms
    hour = now // QUARTER_MS * QUARTER_MS
    place.covered("entree", "porte", hour - 2 * HOUR_MS, hour)
    place.passages("entree", "porte", "in", [now - 3 * MINUTE_MS])
    place.passages("attente", "porte-2", "in", [now - 9 * MINUTE_MS])
    for node in ("entree", "attente"):
        place.status(node, now - HOUR_MS)
    place.heartbeat("entree", now - 9_000, sensors={"porte": "ok"})
    place.heartbeat(
        "attente",
        now - 9_000,
        sensors={"porte-2": "blocked_A", "accueil": "ok"},
        pending=3,
        oldest_pending_wall=now - 4 * MINUTE_MS,
        battery=76,
        temperature_c=51.2,
        disk_free_mb=700,
    )
    return site


def registered(site: Site) -> Registered:
    return site.queries.site("default")


def test_each_node_says_how_it_is_and_those_in_need_come_first(fleet: Site) -> None:
    said = text(fleet.get("/parc"))

    assert "1 nœud sur 2 à vérifier." in said
    waiting_room, entrance = said.index("attente En service, à vérifier"), said.index("entree En")
    assert waiting_room < entrance
    of_waiting_room = said[waiting_room:entrance]
    assert "accueil : fonctionne, porte-2 : masqué" in of_waiting_room
    assert (
        "3 événements en attente, rien n’est perdu (le plus ancien : 14 h 33)." in of_waiting_room
    )
    assert said.count("3 événements") == 1
    assert "à l’heure, moins d’une seconde d’écart" in of_waiting_room
    for fact in ("76 %", "51 °C", "700 Mo", "0.1.0", "Événements manquants aucun"):
        assert fact in of_waiting_room, fact
    of_entrance = said[entrance:]
    assert "Secteur ou batterie secteur" in of_entrance
    assert "Dernier événement 14 h 34" in of_entrance


def test_what_a_silent_node_said_of_itself_is_not_called_present(fleet: Site) -> None:
    fleet.now_ms += 2 * HOUR_MS

    for address in ("/parc", NODE):
        said = text(fleet.get(address))
        assert "entree Silencieux" in said
        of_entrance = said[said.index("entree Silencieux") :]
        present, known = of_entrance.split("Dernier état connu, 14 h 36", 1)
        assert "Dernier événement 14 h 34" in present
        for fact in ("fonctionne", "à l’heure", "secteur"):
            assert fact not in present, fact
            assert fact in known, fact


def test_the_place_leads_and_a_screen_is_called_one(fleet: Site) -> None:
    site = registered(fleet)
    fleet.queries.change_site(
        "default",
        title=None,
        time_zone=None,
        agents=None,
        lines=[],
        zones=[ZoneTitle(zone="entree", title="Porte nord")],
        version=site.version,
    )
    sensors = {"porte": "ok", "screen": "failed"}
    fleet.place.heartbeat("entree", fleet.now_ms - 1_000, sensors=sensors)

    for address in ("/parc", NODE, "/aujourdhui"):
        said = text(fleet.get(address))
        assert "Porte nord entree En service, à vérifier L’écran signale « en panne »." in said
    assert f'href="{NODE}?site=default">Porte nord</a>' in fleet.get("/aujourdhui").text


def test_what_is_missing_is_told_by_its_exact_numbers_and_epoch(fleet: Site) -> None:
    head = fleet.place.heads["entree"]
    fleet.place.heartbeat("entree", fleet.now_ms - 2 * MINUTE_MS, head=head + 5)

    missing = f"n° {head + 1} à {head + 5} (5 événements)"
    assert f"Événements manquants {missing}" in text(fleet.get("/parc"))
    said = text(fleet.get(NODE))
    assert f"{epoch_of('entree')} {missing}" in said


def test_a_gap_of_a_line_has_its_exact_times(fleet: Site) -> None:
    place, hour = fleet.place, fleet.now_ms // QUARTER_MS * QUARTER_MS
    place.covered("entree", "porte", hour - DAY_MS, hour - DAY_MS + QUARTER_MS)
    place.covered("entree", "porte", hour - DAY_MS + 4 * QUARTER_MS, hour - 2 * HOUR_MS)

    said = text(fleet.get("/parc"))

    assert "1 ligne s’est tue pendant 45 min en tout au cours des 14 derniers jours" in said
    assert "porte entree lun. 23 nov., 14 h 45 15 h 30 45 min" in said


def test_without_gaps_and_without_lines_the_page_says_which_of_both(site: Site) -> None:
    site.place.heartbeat("entree", site.now_ms)
    assert "Aucune ligne n’est encore connue ici" in text(site.get("/parc"))
    site.place.passages("entree", "porte", "in", [site.now_ms])
    assert "Aucun capteur ne s’est tu plus d’une minute" in text(site.get("/parc"))


def test_the_page_of_no_site_leads_to_the_first_steps(site: Site) -> None:
    answer = site.get("/parc")

    assert answer.status_code == 200
    assert 'href="/premiers-pas"' in answer.text


def test_the_live_parts_hold_the_nodes_and_the_time(fleet: Site) -> None:
    parts = fleet.get("/parc/en-direct?site=default").text

    assert re.findall(r'id="([a-z]+)" data-live', parts) == ["stamp", "trouble", "fleet"]


def test_a_nodes_page_draws_its_outbox_and_clock_and_tells_them_by_day(fleet: Site) -> None:
    beginning = fleet.now_ms - 2 * DAY_MS
    fleet.place.heartbeat(
        "entree", beginning, pending=12, oldest_pending_wall=beginning - 20 * MINUTE_MS
    )
    fleet.place.heartbeat("entree", beginning + HOUR_MS, synced=False)

    answer = fleet.get(NODE)

    said = text(answer)
    assert "Au plus 12 événements en attente (le 22 novembre à 14 h 30)." in said
    assert "Attente la plus longue : 20 min." in said
    assert "Horloge à l’heure dans 67 % de ses signes de vie." in said
    assert "Rien n’a été entendu de lui pendant 47 h 30 en tout." in said
    assert re.search(r"dim\. 22 nov\. 12 20 min à l’heure 50 % du temps, ", said)
    (address,) = re.findall(r'data-drawing="([^"]*)"', answer.text)
    drawn = fleet.get(unescape(address))
    assert drawn.status_code == 200
    assert '"pending": 12' in drawn.text.replace('"pending":12', '"pending": 12')


def test_a_node_that_sent_no_heartbeat_has_no_chart_and_says_so(site: Site) -> None:
    site.place.passages("entree", "porte", "in", [site.now_ms])

    answer = site.get(NODE)

    assert "Aucun signe de vie pendant ce temps : il n’y a rien à tracer." in text(answer)
    assert "data-drawing" not in answer.text
    assert site.get(f"{NODE}/file.json").status_code == 404


def test_a_node_is_shown_with_its_own_site_and_an_unknown_one_is_not_there(fleet: Site) -> None:
    fleet.queries.create_site(name="annexe", title="Annexe", time_zone="Europe/Paris")

    elsewhere = fleet.get(f"{NODE}?site=annexe")
    assert elsewhere.status_code == 307
    assert elsewhere.headers["location"] == f"{NODE}?site=default"
    nobody = fleet.get("/parc/noeuds/nobody")
    assert nobody.status_code == 404
    assert "Il n’y a pas de nœud « nobody » ici." in text(nobody)


def test_a_place_gets_a_title_and_a_line_its_role_and_both_can_be_taken_back(fleet: Site) -> None:
    fields = filled(fleet.get(f"{EDIT}?site=default"), f"{EDIT}?site=default")
    assert (fields["zones.0.title"], fields["lines.0.role"]) == (["entree"], ["outer"])

    changed = fields | {"zones.0.title": ["Entrée principale"], "lines.0.role": ["inner"]}
    answer = fleet.post(EDIT, changed)

    zone = next(zone for zone in registered(fleet).zones if zone.zone == "entree")
    assert (zone.title, zone.lines[0].role) == ("Entrée principale", "inner")
    page = text(fleet.followed(answer))
    assert "Le lieu et ses lignes sont modifiés. Annuler" in page
    assert "Ligne « porte » Une porte intérieure : comptée pour elle-même." in page

    assert "Tout est comme avant." in text(undone(fleet, answer))
    zone = next(zone for zone in registered(fleet).zones if zone.zone == "entree")
    assert (zone.title, zone.lines[0].role) == ("entree", "outer")


def test_a_title_that_no_screen_can_show_is_refused_where_it_stands(fleet: Site) -> None:
    fields = filled(fleet.get(f"{EDIT}?site=default"), f"{EDIT}?site=default")

    for title, words in (("", "À remplir, s’il vous plaît."), ("Porte ☃", "☃")):
        refused = fleet.post(EDIT, {**fields, "zones.0.title": title})
        assert refused.status_code == 422
        assert words in text(refused)
        assert 'aria-describedby="zones.0.title-hint zones.0.title-error"' in refused.text
        assert f'value="{title}"' in refused.text
    assert registered(fleet).version == int(fields["version"][0])


def test_two_people_who_change_a_place_never_overwrite_each_other_silently(fleet: Site) -> None:
    mine = filled(fleet.get(f"{EDIT}?site=default"), f"{EDIT}?site=default")
    fleet.post(EDIT, {**mine, "zones.0.title": "Porte nord"})

    conflict = fleet.post(EDIT, {**mine, "zones.0.title": "Porte sud", "lines.0.role": "inner"})

    assert conflict.status_code == 409
    said = text(conflict)
    assert "Nom du lieu Porte nord Porte sud" in said
    assert "Ligne « porte » Une porte du bâtiment Une porte intérieure" in said
    again = filled(
        conflict, unescape(re.findall(r'form method="post" action="([^"]*)"', conflict.text)[0])
    )
    assert fleet.post(EDIT, again).status_code == 303
    zone = next(zone for zone in registered(fleet).zones if zone.zone == "entree")
    assert (zone.title, zone.lines[0].role) == ("Porte sud", "inner")
