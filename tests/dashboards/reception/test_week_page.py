"""The duty desks of a week on the page *Accueil*, cancelled for a day, and what stands beside."""

from __future__ import annotations

from datetime import date

from pasperdus_collector.calendar.opening import Closure, Hours, SiteCalendar
from pasperdus_collector.reception import slips
from pasperdus_collector.site_calendar import write_calendar
from support.pages import Site, plain
from support.reception_pages import RECEPTION, contents_of, sheets_of, text, undone, written

WORKDAYS = ((Hours(510, 1020),),) * 5 + ((), ())


def tell_calendar(site: Site) -> None:
    calendar = SiteCalendar(
        hours=WORKDAYS,
        closures=(
            Closure(first_day=date(2026, 11, 27), last_day=date(2026, 11, 27), label="Travaux"),
        ),
    )
    with site.place.ledger.transaction():
        write_calendar(site.place.ledger.db, "default", calendar, version=None)


def test_a_week_is_told_day_by_day_with_what_is_cancelled_and_closed(site: Site) -> None:
    contents = contents_of(site)
    tell_calendar(site)
    written(
        contents,
        "desk",
        weekdays=["tuesday", "thursday", "friday"],
        cancelled=["2026-11-26"],
        place={"fr": "Salle B"},
    )

    said = text(site.get(RECEPTION))

    assert "Semaine du 23 au 29 novembre" in said
    assert "Aujourd’hui : Impôts (9 h – 12 h)." in said
    assert "Mardi 24 aujourd’hui Ouvert 8 h 30 – 17 h 9 h – 12 h Impôts Salle B" in said
    assert "Jeudi 26 Ouvert 8 h 30 – 17 h 9 h – 12 h Impôts Annulée Vendredi" in said
    assert "Vendredi 27 Fermé : Travaux 9 h – 12 h Impôts Annulée : bâtiment fermé" in said
    assert "Mercredi 25 Ouvert 8 h 30 – 17 h Aucune permanence" in said
    assert "<s>Impôts</s>" in site.get(RECEPTION).text

    english = text(site.get(f"{RECEPTION}?lang=en&week=2026-12-02"))
    assert "Week of 30 November to 6 December" in english
    assert "09:00 – 12:00 Taxes Salle B" in english


def test_a_desk_is_cancelled_for_one_day_and_held_again(site: Site) -> None:
    contents = contents_of(site)
    written(contents, "desk", weekdays=["thursday"])
    one = f"{RECEPTION}/permanence/impots"
    assert "Jeudi 26 novembre 2026, 9 h – 12 h" in text(site.get(f"{one}?day=2026-11-26")).replace(
        "jeudi", "Jeudi"
    )

    cancelled = site.post(f"{one}/jour", {"version": "1", "day": "2026-11-26"})

    page = text(site.followed(cancelled))
    assert "Annulée ce jour-là : les écrans le disent." in page
    assert "9 h – 12 h Impôts Annulée" in page
    back = text(undone(site, cancelled))
    assert "C’est annulé : tout est comme avant." in back
    assert "Impôts Annulée" not in back
    assert contents.one("default", "desk", "impots").version == 3


def test_a_desk_that_somebody_changed_meanwhile_is_shown_as_it_is_now(site: Site) -> None:
    contents = contents_of(site)
    written(contents, "desk", weekdays=["thursday"])
    contents.change("default", "desk", "impots", {"opens": "10:00"}, version=1)

    answer = site.post(f"{RECEPTION}/permanence/impots/jour", {"version": "1", "day": "2026-11-26"})

    assert answer.status_code == 409
    assert "Rien n’a été fait" in text(answer)
    assert 'value="10:00"' in answer.text
    assert contents.one("default", "desk", "impots").version == 2


def test_beside_the_week_stands_what_waits_for_somebody(site: Site) -> None:
    sheets = sheets_of(site)
    sheets.add("default", {"kind": "anomaly", "what": "Porte bloquée", "due": "2026-11-20"})
    sheets.add("default", {"kind": "improvement", "what": "Table à langer"})
    with site.place.ledger.transaction():
        slip = slips.NewSlip(node="accueil-1", text="Rappeler le notaire")
        slips.add(site.place.ledger.db, slip, now_ms=site.now_ms - 25 * 60_000)
    written(contents_of(site), "notice")

    answer = site.get(RECEPTION)
    said = text(answer)

    assert "Ascenseur en panne" in said
    assert "accueil-1 : 1 message attend depuis 25 min" in said
    assert "2 fiches sont ouvertes, dont 1 en retard" in said
    assert "Porte bloquée 4 jours de retard" in said
    assert "notaire" not in plain(answer.text)


def test_a_week_that_no_calendar_knows_is_not_there(site: Site) -> None:
    contents_of(site)

    for week in ("9999-01-01", "hier"):
        assert site.get(f"{RECEPTION}?week={week}").status_code == 404


def test_days_that_are_over_are_a_link_away_in_this_week_only(site: Site) -> None:
    """A narrow screen folds them, so that today comes first; other weeks show all their days."""
    contents_of(site)

    this, past = (site.get(address).text for address in (RECEPTION, f"{RECEPTION}?week=2026-11-16"))

    assert '<a href="#week">Voir le jour passé</a>' in this
    assert '<section class="desk-week" id="week"' in this
    assert 'class="board from-today"' in this
    assert 'href="#week"' not in past
    assert "from-today" not in past
