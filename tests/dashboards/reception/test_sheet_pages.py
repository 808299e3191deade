"""Sheets on the page *Accueil*: opened, decided, closed with an outcome, opened again."""

from __future__ import annotations

from support.pages import Site
from support.reception_pages import RECEPTION, filled, sheets_of, text, undone

SHEETS = f"{RECEPTION}/fiches"
ONE = f"{SHEETS}/1"
DOOR = {
    "kind": "anomaly",
    "what": "La porte automatique se bloque",
    "detail": "Le matin.\r\nSurtout le lundi.",
    "owner": "Services techniques",
    "action": "corrective",
    "due": "2026-11-20",
}


def test_a_sheet_goes_from_open_to_overdue_to_closed(site: Site) -> None:
    sheets = sheets_of(site)
    opened = site.post(SHEETS, DOOR)
    said = text(site.followed(opened))
    assert "La fiche est ouverte." in said
    assert "1 fiche est ouverte, dont 1 en retard" in said
    assert (
        "1 La porte automatique se bloque 20 novembre 4 jours de retard Services techniques "
        "Anomalie Corrective" in said
    )

    closed = site.post(
        f"{ONE}/clore", {"version": "1", "outcome": "Galets changés.", "by": "Accueil"}
    )

    page = text(site.followed(closed))
    assert "La fiche est close." in page
    assert "Ce qui a été fait Galets changés." in page
    assert "Close le 24 novembre par : Accueil" in page
    assert "Le matin. Surtout le lundi." in page
    undone(site, closed)
    again = sheets.one("default", 1)
    assert (again.is_closed, again.text.outcome, again.version) == (False, None, 3)
    assert again.text.detail == "Le matin.\nSurtout le lundi."


def test_closing_without_saying_what_was_done_is_told_at_the_field(site: Site) -> None:
    sheets_of(site).add("default", {"kind": "anomaly", "what": "Porte"})

    answer = site.post(f"{ONE}/clore", {"version": "1", "outcome": "", "by": "Accueil"})

    assert answer.status_code == 422
    assert '<a href="#outcome">' in answer.text
    assert 'id="outcome-error"' in answer.text
    assert 'value="Accueil"' in answer.text


def test_two_people_on_one_sheet_see_both_versions(site: Site) -> None:
    sheets = sheets_of(site)
    sheets.add("default", {"kind": "anomaly", "what": "Porte"})
    mine = filled(site.get(ONE), ONE) | {"owner": ["Accueil"], "action": ["preventive"]}
    sheets.change("default", 1, {"owner": "Services techniques"}, version=1)

    answer = site.post(ONE, mine)

    assert answer.status_code == 409
    said = text(answer)
    assert "Qui s’en occupe Services techniques Accueil" in said
    assert "Action rien Préventive" in said
    assert site.post(ONE, filled(answer, ONE)).status_code == 303
    assert sheets.one("default", 1).text.owner == "Accueil"

    late = site.post(f"{ONE}/clore", {"version": "1", "outcome": "Fait.", "by": "Accueil"})
    assert late.status_code == 409
    assert "Rien n’a été fait" in text(late)
    assert ">Fait.</textarea>" in late.text
    assert not sheets.one("default", 1).is_closed


def test_a_closed_sheet_is_opened_again_with_what_was_done_so_far(site: Site) -> None:
    sheets = sheets_of(site)
    sheets.add("default", {"kind": "improvement", "what": "Table", "outcome": "Commandée."})
    sheets.change("default", 1, {"state": "closed", "by": "Accueil"}, version=1)
    assert f'action="{ONE}"' not in site.get(ONE).text

    answer = site.followed(site.post(f"{ONE}/rouvrir", {"version": "2"}))

    assert "La fiche est rouverte" in text(answer)
    assert "Commandée." in text(answer)


def test_a_sheet_that_is_gone_is_not_there(site: Site) -> None:
    sheets_of(site).add("default", {"kind": "anomaly", "what": "Porte"})
    removed = site.post(f"{ONE}/supprimer", {"version": "1"})

    assert "La fiche est supprimée." in text(site.followed(removed))
    for number in ("1", "zéro", "9" * 30):
        assert site.get(f"{SHEETS}/{number}").status_code == 404
        assert site.post(f"{SHEETS}/{number}/clore", {"version": "1"}).status_code == 404


def test_a_sheet_says_what_it_lacks_to_be_opened_and_to_be_closed(site: Site) -> None:
    sheets_of(site).add("default", {"kind": "anomaly", "what": "Porte"})

    opened = text(site.post(SHEETS, {"kind": "", "what": ""}))
    closed = text(site.post(f"{ONE}/clore", {"version": "1", "outcome": "", "by": ""}))

    assert "Choisissez une anomalie ou une amélioration." in opened
    assert "Dites en une ligne de quoi il s’agit." in opened
    assert "2 choses sont à corriger" in closed
    assert "Écrivez ce qui a été fait, ou pourquoi rien ne l’a été." in closed
    assert "Indiquez la fonction ou le service qui clôt la fiche." in closed
