"""Telephone messages on the page *Accueil*: sent, counted, withdrawn, and never told again."""

from __future__ import annotations

from support.pages import Site, plain
from support.reception_pages import RECEPTION, contents_of, text, undone

MESSAGES = f"{RECEPTION}/messages"
SECRET = "Rappeler le notaire avant midi"
FIELDS = {"node": "accueil-1", "caller": "Bureau 4", "phone": "01 23", "text": SECRET}


def waiting(site: Site) -> int:
    (count,) = site.place.ledger.db.execute("SELECT count(*) FROM slips").fetchone()
    return int(count)


def test_a_message_is_sent_and_its_text_is_never_shown_again(site: Site) -> None:
    contents_of(site)

    sent = site.post(MESSAGES, FIELDS)
    page = site.followed(sent)

    assert "Envoyé : le terminal le montre" in text(page)
    assert "1 message attend depuis 1 min. Écrit à 14 h 37" in text(page)
    for address in (MESSAGES, RECEPTION, "/api/v1/slips"):
        told = plain(site.get(address).text)
        assert "notaire" not in told
        assert "Bureau 4" not in told
    undone(site, sent)
    assert waiting(site) == 0


def test_a_message_is_withdrawn_for_good_and_only_once(site: Site) -> None:
    contents_of(site)
    site.post(MESSAGES, FIELDS)
    ((slip,),) = site.place.ledger.db.execute("SELECT id FROM slips").fetchall()

    first, second = (site.post(f"{MESSAGES}/retirer", {"slip": slip}) for _ in range(2))

    assert "Retiré : il n’en reste rien." in text(site.followed(first))
    assert "Il a été pris entre-temps" in text(site.followed(second))
    assert "Annuler" not in text(site.followed(first))
    assert waiting(site) == 0


def test_a_message_that_no_terminal_could_show_stays_in_the_form(site: Site) -> None:
    contents_of(site)

    answer = site.post(MESSAGES, {**FIELDS, "phone": "demain", "text": ""})

    assert answer.status_code == 422
    assert "Numéro à rappeler : Ce n’est pas un numéro de téléphone" in text(answer)
    assert 'value="Bureau 4"' in answer.text
    assert waiting(site) == 0


def test_without_a_terminal_the_page_says_what_to_do(site: Site) -> None:
    site.place.status("porte", site.now_ms)

    said = text(site.get(MESSAGES))

    assert "Aucun terminal à qui écrire" in said
    assert "Envoyer au terminal" not in said


def test_a_message_sent_empty_says_what_it_lacks(site: Site) -> None:
    contents_of(site)

    answer = site.post(MESSAGES, {"node": "", "caller": "", "phone": "", "text": ""})

    assert answer.status_code == 422
    said = text(answer)
    assert "2 choses sont à corriger" in said
    assert "Choisissez un terminal." in said
    assert "Écrivez le message." in said
