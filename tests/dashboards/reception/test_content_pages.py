"""Contents on the page *Accueil*: every kind is written, changed, removed, and put back."""

from __future__ import annotations

import re

import pytest

from pasperdus_collector.reception.content import FORMS, KINDS, Kind, Need, Service
from pasperdus_dashboards.reception.content_controls import Offered, parts
from pasperdus_dashboards.reception.content_forms import (
    field_of,
    free_name,
)
from pasperdus_dashboards.reception.controls import labels_of
from pasperdus_dashboards.reception.kinds import SLUGS
from pasperdus_dashboards.shell.languages import languages
from support.contents import content
from support.pages import Site
from support.reception_pages import (
    RECEPTION,
    contents_of,
    filled,
    text,
    undone,
    written,
)


@pytest.mark.parametrize("kind", KINDS)
def test_a_form_that_is_sent_unchanged_changes_nothing(site: Site, kind: Kind) -> None:
    """Whatever a content says has a field that keeps it, also what this form folds away."""
    contents = contents_of(site)
    written(contents, "need")
    if kind == "tally":
        told = content(kind).model_dump(mode="json")
        contents.change("default", kind, "phone", told, version=0)
    elif kind != "need":
        written(contents, kind)
    name = content(kind).name
    before = contents.one("default", kind, name)
    address = f"{RECEPTION}/{SLUGS[kind]}/{name}"

    answer = site.post(address, filled(site.get(address), address))

    assert answer.status_code == 303, text(answer)
    after = contents.one("default", kind, name)
    assert (after.content, after.version) == (before.content, before.version + 1)


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_a_kind_says_can_be_filled_in(kind: Kind) -> None:
    service, need = content("service"), content("need")
    assert isinstance(service, Service)
    assert isinstance(need, Need)
    offered = Offered(services=(service,), needs=(need,))

    asked = {
        name.partition(".")[0]
        for language in languages().values()
        for name in labels_of(parts(kind, language, offered))
    }

    assert asked == set(FORMS[kind].model_fields) - {"name"}


def test_a_notice_is_added_under_a_name_of_its_own_and_taken_back(site: Site) -> None:
    contents = contents_of(site)
    fields = {
        "title.fr": "Ascenseur à l’arrêt",
        "title.en": "Lift out of order",
        "text.fr": "Demandez\nà l’accueil.",
        "text.en": "",
        "valid_from": "2026-11-24",
        "valid_to": "2026-11-30",
        "position": "",
    }
    site.post(f"{RECEPTION}/annonce", fields)

    answer = site.post(f"{RECEPTION}/annonce", fields)

    names = [each.content.name for each in contents.all("default", kind="notice")]
    assert names == ["ascenseur-a-larret", "ascenseur-a-larret-2"]
    page = text(site.followed(answer))
    assert "Ajouté. Les écrans le montrent" in page
    assert "Ascenseur à l’arrêt Demandez à l’accueil. Jusqu’au 30 novembre" in page
    assert "2 sur 8 au plus" in page
    undone(site, answer)
    assert len(contents.all("default", kind="notice")) == 1


def test_what_is_refused_is_told_where_it_stands_and_nothing_typed_is_lost(site: Site) -> None:
    contents_of(site)
    typed = {"title.fr": "", "title.en": "☎ Call", "valid_to": "bientôt", "text.fr": "é" * 181}

    answer = site.post(f"{RECEPTION}/annonce", typed)

    assert answer.status_code == 422
    said = text(answer)
    assert "4 choses sont à corriger" in said
    assert 'aria-describedby="title.en-hint title.en-error" aria-invalid="true"' in answer.text
    assert '<a href="#title.fr">' in answer.text
    assert 'value="☎ Call"' in answer.text
    assert 'value="bientôt"' in answer.text
    assert "é" * 181 in answer.text


@pytest.mark.parametrize("kind", KINDS)
def test_a_form_sent_empty_says_at_once_all_that_it_lacks_and_no_more(
    site: Site, kind: Kind
) -> None:
    contents = contents_of(site)
    written(contents, "need")
    written(contents, "service")
    usual = {"opens": "09:00", "closes": "12:00", "weekdays": "tuesday", "needs": "need"}
    usual["needs"] = contents.all("default", kind="need")[0].content.name
    address = f"{RECEPTION}/{SLUGS[kind]}"
    fields = filled(site.get(address), address)
    empty = {name: [""] for name in fields if name != "is_shown"}  # a box is sent or not

    refused = site.post(address, empty)

    assert refused.status_code == 422
    summary = refused.text.partition('role="alert"')[2].partition("</div>")[0]
    told = re.findall(r'<a href="#([^"]+)">([^<]+)</a>', summary)
    assert told
    assert summary.count("<li>") == len({words for _, words in told}) == len(told)
    assert "remplir" not in summary
    lacking = {name: [usual.get(name, "Demain")] for name, _ in told}
    again = site.post(address, {**empty, **lacking})
    assert again.status_code == 303, text(again)


def test_a_desk_sent_empty_says_what_to_give_in_its_own_words(site: Site) -> None:
    written(contents_of(site), "service")

    said = text(site.post(f"{RECEPTION}/permanence", {"title.fr": "", "weekdays": ""}))

    for words in (
        "Indiquez l’heure d’ouverture.",
        "Indiquez l’heure de fermeture.",
        "Donnez un intitulé, ou choisissez un service.",
        "Cochez un jour, ou donnez une date.",
    ):
        assert said.count(words) == 2, words  # above the form, and where it stands
    other = site.post(f"{RECEPTION}/permanence", {"title.en": "Taxes", "dates": "02/12/2026"})
    assert "Écrivez-le aussi en français" in text(other)
    assert "Cochez un jour" not in text(other)


def test_a_local_actor_without_any_need_to_tick_is_told_to_write_one(site: Site) -> None:
    contents_of(site)

    said = text(site.post(f"{RECEPTION}/contact", {"title": "", "address": ""}))

    assert "2 choses sont à corriger" in said
    assert "Indiquez le nom de l’organisme." in said
    assert said.count("Écrivez d’abord un besoin") == 2


def test_what_a_site_does_not_have_is_not_said_to_be_removed(site: Site) -> None:
    contents_of(site)

    for path, up, words in (
        ("annonce/travaux", "annonces", "Ce site n’a rien de ce nom."),
        ("permanence/impots", "permanences", "Ce site n’a rien de ce nom."),
        ("fiches/7", "fiches", "Ce site n’a pas de fiche de ce numéro."),
    ):
        answer = site.get(f"{RECEPTION}/{path}?site=default")
        assert answer.status_code == 404
        assert words in text(answer)
        assert f'<a href="{RECEPTION}/{up}?site=default">Voir la liste' in answer.text


def test_two_editors_see_both_versions_and_neither_is_lost(site: Site) -> None:
    contents = contents_of(site)
    written(contents, "notice")
    address = f"{RECEPTION}/annonce/travaux"
    mine = filled(site.get(address), address) | {"title.fr": ["Ascenseur réparé"]}
    contents.change("default", "notice", "travaux", {"title": {"fr": "Panne levée"}}, version=1)

    answer = site.post(address, mine)

    assert answer.status_code == 409
    assert "Titre, en français Panne levée Ascenseur réparé" in text(answer)
    again = filled(answer, address)
    assert again["version"] == ["2"]
    assert site.post(address, again).status_code == 303
    kept = contents.one("default", "notice", "travaux")
    assert (kept.version, kept.content.model_dump()["title"]["fr"]) == (3, "Ascenseur réparé")


def test_a_removal_is_undone_with_everything_that_it_said(site: Site) -> None:
    contents = contents_of(site)
    written(contents, "phrase")
    before = contents.one("default", "phrase", "escalier").content

    gone = site.post(f"{RECEPTION}/phrase/escalier/retirer", {"version": "1"})

    assert "Retiré" in text(site.followed(gone))
    assert contents.all("default", kind="phrase") == []
    undone(site, gone)
    assert contents.one("default", "phrase", "escalier").content == before


def test_a_change_is_undone_also_where_a_language_came(site: Site) -> None:
    contents = contents_of(site)
    written(contents, "notice")
    address = f"{RECEPTION}/annonce/travaux"
    before = contents.one("default", "notice", "travaux").content
    changed = {"text.en": ["Ask at the desk."], "valid_to": ["2026-12-01"]}

    undone(site, site.post(address, filled(site.get(address), address) | changed))

    assert contents.one("default", "notice", "travaux").content == before


def test_what_others_name_stays_and_says_who_names_it(site: Site) -> None:
    contents = contents_of(site)
    written(contents, "need")
    written(contents, "contact")

    answer = site.post(f"{RECEPTION}/besoin/logement/retirer", {"version": "1"})

    assert answer.status_code == 422
    assert "« ADIL » s’y rapporte encore : modifiez-le d’abord." in text(answer)


def test_the_directory_is_sorted_by_what_somebody_needs(site: Site) -> None:
    contents = contents_of(site)
    written(contents, "need")
    written(contents, "need", name="droits", title={"fr": "Connaître ses droits"})
    written(contents, "contact", needs=["droits", "logement"])
    written(contents, "contact", name="autre", title="CCAS")

    said = text(site.get(f"{RECEPTION}/annuaire"))

    housing, rights = said.index("Se loger"), said.index("Connaître ses droits ADIL")
    assert housing < said.index("ADIL") < said.index("CCAS") < rights


def test_what_was_written_for_a_content_that_is_gone_can_be_added(site: Site) -> None:
    contents = contents_of(site)
    written(contents, "notice")
    address = f"{RECEPTION}/annonce/travaux"
    mine = filled(site.get(address), address)
    contents.remove("default", "notice", "travaux", version=1)

    answer = site.post(address, mine)

    assert answer.status_code == 409
    again = filled(answer, f"{RECEPTION}/annonce")
    assert site.post(f"{RECEPTION}/annonce", again).status_code == 303
    assert len(contents.all("default", kind="notice")) == 1


def test_names_are_made_of_titles_and_are_free() -> None:
    assert free_name("À l’étage : « 2e »", (), otherwise="x") == "a-letage-2e"
    assert free_name("Привіт", (), otherwise="phrase") == "phrase"
    long = free_name("a" * 60, ["a" * 40], otherwise="x")
    assert (long[-2:], len(long)) == ("-2", 40)


def test_every_path_that_can_be_refused_has_its_field() -> None:
    rows = {"categories.2.title.fr": ["Photo"]}
    assert field_of("tally", "categories.0.title.fr", rows) == "categories.2.title.fr"
    assert field_of("notice", "title", {}) == "title.fr"
    assert field_of("desk", "dates.3", {}) == "dates"
    assert field_of("phrase", "texts.uk", {}) == "texts.uk"
    assert field_of("contact", "needs", {}) == "needs"
    assert field_of("notice", "", {}) == ""
