"""What the page says while a door does not answer, or has never been heard of."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from support.pages import TUESDAY, Site, plain
from support.reception import wall

SAYS_ALL_IS_WELL = "Tout va bien"


def part(site: Site, name: str) -> str:
    """Return the words of one live part."""
    parts = plain(site.get("/aujourdhui/en-direct").text)
    html = re.split(r"(?m)^<[^>]* data-live", parts.split(f'id="{name}"', 1)[1])[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", f"<{html}"))


def test_figures_of_a_door_that_went_away_are_not_called_present(busy_site: Site) -> None:
    assert "Présents maintenant" in part(busy_site, "figures")
    assert part(busy_site, "trouble").strip() == ""

    busy_site.place.status("entree", wall(TUESDAY, "14:36"), "offline")
    busy_site.now_ms += 1_000
    figures = part(busy_site, "figures")

    assert (
        "Le nœud de la porte (entree) ne répond plus depuis 14 h 36 : ces chiffres s’arrêtent là."
        in figures
    )
    assert "Présents au dernier compte" in figures
    assert "maintenant" not in figures
    assert "au moins 155" in figures
    assert "Un nœud de porte ne répond plus : entree. Que faire" in part(busy_site, "trouble")
    assert "ces chiffres s’arrêtent là." in part(busy_site, "announcement")
    assert "S’il fonctionne encore, il continue de compter" in part(busy_site, "nodes")


def test_one_silent_door_of_two_is_missing_from_the_figures(busy_site: Site) -> None:
    busy_site.place.passages("cour", "arriere", "in", [wall(TUESDAY, "14:30")])
    busy_site.place.status("cour", busy_site.now_ms - 5_000)
    busy_site.place.status("entree", wall(TUESDAY, "14:36"), "offline")
    busy_site.now_ms += 1_000

    assert "(entree) ne répond plus depuis 14 h 36 : ce qu’il a compté depuis manque" in part(
        busy_site, "figures"
    )


def test_a_rating_box_that_is_away_says_nothing_about_the_figures(busy_site: Site) -> None:
    busy_site.place.ratings("borne", [(wall(TUESDAY, "09:00"), 5)])
    busy_site.place.status("borne", wall(TUESDAY, "14:36"), "offline")
    busy_site.now_ms += 1_000

    assert "ne répond plus" not in part(busy_site, "figures")
    assert "1 nœud sur 2 à vérifier" in part(busy_site, "stamp")


@pytest.mark.parametrize(
    ("sensors", "words"),
    [
        ({"porte": "ok"}, SAYS_ALL_IS_WELL),
        ({"porte": "starting"}, "1 nœud en service ; un capteur démarre."),
        ({"porte": "noisy"}, "1 nœud sur 1 à vérifier."),
        ({"porte": "off"}, "1 nœud sur 1 à vérifier."),
        ({}, "un capteur de porte n’a pas encore dit comment il va."),
    ],
)
def test_all_is_well_only_when_every_sensor_says_so(
    busy_site: Site, sensors: dict[str, str], words: str
) -> None:
    busy_site.place.heartbeat("entree", busy_site.now_ms - 1_000, sensors=sensors)

    said = part(busy_site, "nodes")

    assert words in said
    assert (SAYS_ALL_IS_WELL in said) is (words == SAYS_ALL_IS_WELL)


def test_nobody_counted_is_not_nobody_there(site: Site) -> None:
    site.place.status("entree", site.now_ms - 5_000)
    site.place.heartbeat("entree", site.now_ms - 5_000, sensors={"porte": "ok"})

    assert "Personne" not in plain(site.page())
    assert "Rien n’a été mesuré aujourd’hui jusqu’ici." in part(site, "hours-sentence")
    assert "1 nœud en service, mais aucun capteur de porte n’est encore connu." in part(
        site, "nodes"
    )
    assert "Aucun avis reçu pour l’instant." in part(site, "ratings")


def test_an_unknown_margin_is_said_and_none_is_not_unknown(busy_site: Site) -> None:
    assert "La marge est" in part(busy_site, "figures")
    assert "±" in part(busy_site, "figures")

    busy_site.now_ms = wall(TUESDAY + timedelta(days=1), "09:00")
    wednesday = TUESDAY + timedelta(days=1)
    busy_site.place.covered("entree", "porte", wall(TUESDAY, "14:30"), wall(wednesday, "09:00"))
    busy_site.place.status("entree", busy_site.now_ms - 5_000)
    figures = part(busy_site, "figures")

    assert "Marge inconnue" in figures
    assert "±" not in figures


def test_an_hour_that_was_never_measured_will_not_be(site: Site) -> None:
    site.place.covered("entree", "porte", wall(TUESDAY, "12:00"), wall(TUESDAY, "14:30"))
    site.place.passages("entree", "porte", "in", [wall(TUESDAY, "12:10")])

    table = part(site, "hours-table")

    assert "9 h – – non mesuré" in table
    assert "pas encore mesuré" not in table


def test_the_legend_names_what_is_drawn_and_nothing_else(site: Site) -> None:
    site.place.covered("entree", "porte", wall(TUESDAY, "08:00"), wall(TUESDAY, "14:30"))
    site.place.passages("entree", "porte", "in", [wall(TUESDAY, "12:10")])

    legend = part(site, "hours-legend")

    assert "entrées" in legend
    for absent in ("habituel", "capteur muet", "heure en cours"):
        assert absent not in legend


def test_pages_answer_when_only_asked_whether_they_are_there(busy_site: Site) -> None:
    for address in ("/aujourdhui", "/aujourdhui/en-direct", "/aujourdhui/graphique.json"):
        assert busy_site.get(address, method="HEAD").status_code == 200


def test_heads_of_tables_begin_with_a_capital(busy_site: Site) -> None:
    assert "Mardi habituel" in part(busy_site, "hours-table")
