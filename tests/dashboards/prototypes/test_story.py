"""A trial from the idea to the recipe at another site, through the forms of its pages."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from html import unescape
from typing import Any

import httpx

from support.pages import Site
from support.reception_pages import filled, text, undone
from support.trials import FIRST_MONDAY

BY = "responsable de l’accueil"
MONDAY = FIRST_MONDAY + timedelta(weeks=8)
LAST = FIRST_MONDAY + timedelta(weeks=16, days=-1)
NEW: dict[str, str] = {
    "title": "Pupitre à l’entrée",
    "changed": "Un agent accueille debout à l’entrée.",
    "hypothesis": "Les personnes repartent plus souvent satisfaites.",
    "outcome": "satisfied",
    "delta": "5",
    "design": "before_after",
    "planned_start": MONDAY.isoformat(),
    "planned_end": LAST.isoformat(),
    "by": BY,
    "do": "keep",
}
TRIAL = "/prototypes/essais/pupitre-a-l-entree"


def registered(pages: Site) -> str:
    """Register the trial with its baseline and its period; return its address."""
    pages.followed(pages.post("/prototypes/nouveau?site=mairie", NEW))
    before = {
        "kind": "baseline",
        "title": "Avant",
        "first_day": FIRST_MONDAY.isoformat(),
        "last_day": (MONDAY - timedelta(days=1)).isoformat(),
        "by": BY,
    }
    tried = {
        "kind": "prototype",
        "title": "Pupitre",
        "first_day": MONDAY.isoformat(),
        "by": BY,
    }
    for period in (before, tried):
        pages.followed(pages.post(f"{TRIAL}/periodes/nouvelle?site=mairie", period))
    return TRIAL


def page(pages: Site, path: str) -> httpx.Response:
    answer = pages.get(f"{path}?site=mairie")
    assert answer.status_code == 200, answer.text
    return answer


def kept(pages: Site) -> Any:
    return pages.get("/api/v1/prototypes/pupitre-a-l-entree?site=mairie").json()


def sent(pages: Site, path: str, **changed: str | list[str]) -> httpx.Response:
    """Fill in a form as it stands, with some fields changed, and send it."""
    action = f"{path}?site=mairie"
    return pages.post(action, {**filled(page(pages, path), action), **changed})


def wrong_at(answer: httpx.Response) -> set[str]:
    return set(re.findall(r'<p class="wrong" id="([a-z_]+)-error"', answer.text))


def test_a_form_with_mistakes_keeps_what_was_written_and_says_where_they_stand(
    pages: Site,
) -> None:
    mistaken = {**NEW, "title": "", "delta": "beaucoup", "planned_end": "2026-01-12", "by": ""}

    answer = pages.post("/prototypes/nouveau?site=mairie", mistaken)
    backwards = pages.post("/prototypes/nouveau?site=mairie", {**NEW, "planned_end": "2026-01-12"})

    assert answer.status_code == backwards.status_code == 422
    assert wrong_at(answer) == {"title", "delta", "by"}
    assert "Donnez un titre, en quelques mots." in text(answer)
    assert "À remplir, s’il vous plaît." not in text(answer)
    assert "Qu’allez-vous essayer : Donnez" not in text(answer)
    assert wrong_at(backwards) == {"planned_end"}
    assert "La fin doit venir après le début." in text(backwards)
    assert filled(answer, "/prototypes/nouveau?site=mairie")["hypothesis"] == [NEW["hypothesis"]]
    assert pages.get("/api/v1/prototypes?site=mairie").json() == []


def test_the_planner_answers_beside_a_form_that_is_not_sent_yet(pages: Site) -> None:
    asked = {**NEW, "title": "", "delta": "8", "do": "plan"}

    answer = pages.post("/prototypes/nouveau?site=mairie", asked)

    assert answer.status_code == 200
    assert "Pour voir un changement de 8 points" in text(answer)
    assert "Commencé le 2 mars 2026, il devrait durer" in text(answer)
    (drawing,) = re.findall(r'data-drawing="([^"]*)"', answer.text)
    curve = pages.get(unescape(drawing)).json()
    assert any(each["encoding"]["y"].get("title") == "points" for each in curve["layer"])
    assert answer.text.index('id="plan"') < answer.text.index('value="keep"')
    assert pages.get("/api/v1/prototypes?site=mairie").json() == []


def test_what_is_typed_as_days_and_points_is_kept_as_instants_and_shares(pages: Site) -> None:
    made = pages.followed(pages.post("/prototypes/nouveau?site=mairie", NEW))
    trial = kept(pages)

    assert "L’essai est enregistré" in text(made)
    assert "Ajouter une référence" in text(made)
    assert trial["delta"] == 0.05
    assert trial["planned_start"] == "2026-03-01T23:00:00Z"
    assert trial["planned_end"] == "2026-04-26T22:00:00Z"
    assert trial["question"] == "accueil"


def test_a_trial_is_watched_adapted_ended_and_decided(pages: Site) -> None:
    registered(pages)
    assert "Tout est fixé" in text(page(pages, TRIAL))

    pages.now_ms += 5 * 7 * 86_400_000
    assert "Mieux jusqu’ici" in text(page(pages, "/prototypes"))
    early = pages.post(f"{TRIAL}/decider?site=mairie", {"version": "1", "by": BY})
    assert early.status_code == 422
    assert "Choisissez l’une des trois décisions." in text(early)
    assert "trop tôt pour conclure" not in text(page(pages, f"{TRIAL}/decider"))
    day = (MONDAY + timedelta(weeks=4)).isoformat()
    adapted = pages.followed(
        sent(pages, f"{TRIAL}/adapter", day=day, changed="Avec un siège.", by=BY, why="demande")
    )
    assert "Prototype, étape 2" in text(adapted)
    pages.followed(sent(pages, f"{TRIAL}/terminer", day=LAST.isoformat(), by=BY, why="fin"))

    pages.now_ms += 5 * 7 * 86_400_000
    over = text(page(pages, TRIAL))
    assert "terminé le 26 avril 2026" in over
    done = pages.followed(sent(pages, f"{TRIAL}/decider", decided="keep", by="comité", why=""))
    assert "Garder – comité, le" in text(done)
    assert "Décision : garder" in text(done)
    assert "Journal" in text(done)
    assert text(done).count("Essai enregistré") == 1
    assert kept(pages)["decision"]["decided"] == "keep"


def test_what_is_taken_back_returns_to_its_baseline(pages: Site) -> None:
    registered(pages)
    pages.now_ms += 5 * 7 * 86_400_000
    day = (MONDAY + timedelta(weeks=4)).isoformat()

    taken = pages.followed(sent(pages, f"{TRIAL}/retirer", day=day, by=BY, why="panne"))

    assert "retiré le 30 mars 2026" in text(taken)
    assert "Prototype retiré : 30 mars 2026" in text(taken)
    assert len(kept(pages)["baseline"]) == 2


def test_a_change_is_signed_logged_and_can_be_undone(pages: Site) -> None:
    registered(pages)

    unsigned = sent(pages, f"{TRIAL}/modifier", planned_end="2026-05-03", do="keep")
    assert wrong_at(unsigned) == {"by", "why"}
    answer = sent(
        pages, f"{TRIAL}/modifier", planned_end="2026-05-03", by=BY, why="congés", do="keep"
    )

    changed = text(pages.followed(answer))
    assert "Dernier jour prévu : 26 avril 2026 → 3 mai 2026" in changed
    assert kept(pages)["delta"] == 0.05
    assert "Tout est comme avant" in text(undone(pages, answer))
    assert kept(pages)["planned_end"] == "2026-04-26T22:00:00Z"


def test_two_people_never_overwrite_one_another(pages: Site) -> None:
    registered(pages)
    mine = filled(page(pages, f"{TRIAL}/modifier"), f"{TRIAL}/modifier?site=mairie")
    pages.followed(
        sent(pages, f"{TRIAL}/modifier", title="Pupitre mobile", by=BY, why="nom", do="keep")
    )

    yours = {**mine, "title": ["Pupitre haut"], "by": ["mairie"], "why": ["nom"], "do": ["keep"]}
    met = pages.post(f"{TRIAL}/modifier?site=mairie", yours)
    again = filled(met, f"{TRIAL}/modifier?site=mairie")
    moved = sent(pages, f"{TRIAL}/terminer", version="1", by=BY, why="fin")

    assert met.status_code == 409
    assert "Pupitre mobile Pupitre haut" in text(met)
    assert kept(pages)["title"] == "Pupitre mobile"
    pages.followed(pages.post(f"{TRIAL}/modifier?site=mairie", again))
    assert kept(pages)["title"] == "Pupitre haut"
    assert moved.status_code == 409
    assert "Quelqu’un d’autre a modifié ceci" in text(moved)
    assert filled(moved, f"{TRIAL}/terminer?site=mairie")["version"] != ["1"]


def test_unusual_days_are_proposed_and_left_out_by_people(pages: Site) -> None:
    registered(pages)
    pages.now_ms += 3 * 7 * 86_400_000
    shown = page(pages, f"{TRIAL}/jours")
    strike = "2026-01-21"

    assert "mercredi 21 janvier 2026" in text(shown)
    no_reason = sent(pages, f"{TRIAL}/jours", proposed=[strike], by=BY, why="grève")
    assert wrong_at(no_reason) == {"proposed_reason"}
    answer = sent(
        pages, f"{TRIAL}/jours", proposed=[strike], proposed_reason="grève", by=BY, why="grève"
    )

    assert "21 janvier 2026 : grève" in text(pages.followed(answer))
    (left_out,) = kept(pages)["exclusions"]
    assert (left_out["first_day"], left_out["last_day"]) == (strike, strike)
    assert "21 janvier" not in text(page(pages, f"{TRIAL}/jours")).split("Proposés")[1]
    undone(pages, answer)
    assert kept(pages)["exclusions"] == []


def test_what_else_changed_is_noted_and_can_be_removed(pages: Site) -> None:
    registered(pages)
    noted = {"kind": "button_moved", "day": "2026-03-10", "text": "près de la sortie"}

    nameless = sent(pages, f"{TRIAL}/circonstances", **{**noted, "text": ""}, by=BY, why="noté")
    pages.followed(sent(pages, f"{TRIAL}/circonstances", **noted, by=BY, why="noté"))

    assert wrong_at(nameless) == {"text"}
    assert "borne d’avis déplacée, près de la sortie" in text(page(pages, TRIAL))
    pages.followed(sent(pages, f"{TRIAL}/circonstances", kept=[], by=BY, why="erreur"))
    assert kept(pages)["circumstances"] == []


def test_weeks_are_drawn_for_a_trial_by_lot(pages: Site) -> None:
    pages.followed(pages.post("/prototypes/nouveau?site=mairie", {**NEW, "design": "randomised"}))
    few = sent(pages, f"{TRIAL}/tirage", pairs="4", by=BY, why="essai")
    tuesday = sent(pages, f"{TRIAL}/tirage", first_week="2026-03-03", by=BY, why="essai")

    drawn = pages.followed(sent(pages, f"{TRIAL}/tirage", seed="42", by=BY, why="essai"))

    assert wrong_at(few) == {"pairs"}
    assert wrong_at(tuesday) == {"first_week"}
    assert "choisissez le 2 mars 2026" in text(tuesday)
    assert text(drawn).count("du ") >= 12
    assert kept(pages)["seed"] == 42


def test_a_recipe_goes_out_and_comes_in_at_another_site(pages: Site) -> None:
    registered(pages)
    out = pages.get("/api/v1/prototypes/pupitre-a-l-entree/recipe?site=mairie")
    address = "/prototypes/recette?site=annexe"

    nothing = pages.post(address, {"do": "read"})
    paper = pages.post(address, {"do": "read"}, files={"sheet": ("fiche.pdf", b"%PDF-1.7")})
    read = pages.post(address, {"do": "read"}, files={"sheet": ("recipe.json", out.content)})
    fields = filled(read, address)
    fields |= {"planned_start": ["2026-03-02"], "by": [BY]}
    refused = pages.post(address, fields)
    made = pages.followed(pages.post(address, {**fields, "asked": ["sourire|5"]}))

    assert wrong_at(nothing) == wrong_at(paper) == {"sheet"}
    assert "Choisissez recipe.json ou collez son texte." in text(nothing)
    assert "avant d’enregistrer" not in text(nothing)
    assert read.status_code == 200
    assert NEW["hypothesis"] in text(read)
    assert wrong_at(refused) == {"asked"}
    assert "L’essai est enregistré" in text(made)
    there = pages.get("/api/v1/prototypes/pupitre-a-l-entree?site=annexe").json()
    assert there["question"] == "sourire"
    assert json.loads(fields["pasted"][0]) == out.json()
    assert date.fromisoformat(there["planned_end"][:10]) == LAST


def test_the_log_names_what_is_laid_down_for_the_first_time(pages: Site) -> None:
    open_ended = {name: value for name, value in NEW.items() if name != "planned_end"}
    pages.followed(pages.post("/prototypes/nouveau?site=mairie", open_ended))

    named = pages.followed(
        sent(pages, f"{TRIAL}/modifier", planned_end=LAST.isoformat(), by=BY, why="fixé", do="keep")
    )
    moved = pages.followed(
        sent(pages, f"{TRIAL}/modifier", planned_end="2026-05-03", by=BY, why="congés", do="keep")
    )

    assert "Dernier jour prévu : 26 avril 2026" in text(named).partition("Journal")[2]
    assert text(named).count("Essai enregistré") == 1
    assert "Essai modifié" in text(moved)


def test_deciding_while_it_is_too_early_is_warned_of_and_possible(pages: Site) -> None:
    registered(pages)
    pages.now_ms += 10 * 86_400_000

    asked = text(page(pages, f"{TRIAL}/decider"))
    done = pages.followed(
        sent(pages, f"{TRIAL}/decider", decided="drop", by="comité", why="panne du pupitre")
    )

    assert "L’essai est en cours, et il est trop tôt pour conclure." in asked
    assert "Décision : abandonner" in text(done)


def test_a_trial_leads_to_its_comparison_and_its_report(pages: Site) -> None:
    registered(pages)
    pages.now_ms += 5 * 7 * 86_400_000

    shown = page(pages, TRIAL).text
    links = dict(re.findall(r'<a class="button second" href="([^"]*)">([^<]*)</a>', shown))
    told = {words: unescape(address) for address, words in links.items()}

    assert 'id="verdict-title"' in pages.get(told["Lire la comparaison"]).text
    assert pages.get(told["Rapport (PDF)"]).content.startswith(b"%PDF")


def test_a_trial_of_another_site_leads_to_the_trials_of_this_one(pages: Site) -> None:
    registered(pages)

    lost = pages.get(f"{TRIAL}?site=annexe")
    here = pages.get("/prototypes/essais/autre?site=mairie")

    assert lost.status_code == here.status_code == 404
    assert "Aucun essai pour le moment" in text(lost)
    assert NEW["title"] in text(here)


def test_a_site_without_a_trial_says_how_one_is_made(pages: Site) -> None:
    assert "Aucun essai pour le moment" in text(page(pages, "/prototypes"))
    lost = pages.get("/prototypes/essais/rien?site=mairie")
    assert lost.status_code == 404
    assert "Ce site n’a ni essai ni période de ce nom." in text(lost)
