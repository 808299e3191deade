"""The guided first run, step by step; the demonstration node has a test of its own."""

from __future__ import annotations

import re
import tomllib
from html import unescape

import pytest

from pasperdus_collector.calendar.opening import Hours
from pasperdus_collector.site_calendar import read_calendar
from pasperdus_dashboards.first_run.node_file import Contact, NodeKind, node_file
from pasperdus_node.config import Config as NodeConfig
from pasperdus_service.settings import MqttSettings
from support.pages import Site, plain
from support.reception_pages import filled, text

PAGE = "/premiers-pas"
MONDAY = {"hours.monday.0.0": "08:30", "hours.monday.0.1": "12:00", "hours.monday.1.0": "13:30"}


def step_here(page: str) -> str:
    (here,) = re.findall(r'aria-current="step"><span class="step-number">(\d)', page)
    return str(here)


def named(site: Site) -> None:
    site.post(f"{PAGE}/site", {"title": "Mairie d’Essai", "time_zone": "Europe/Paris"})


def week(site: Site) -> tuple[tuple[Hours, ...], ...]:
    return read_calendar(site.place.ledger.db, "default").calendar.hours


def test_a_collector_that_knows_nothing_is_given_a_site_and_the_next_step_follows(
    site: Site,
) -> None:
    first = site.get(PAGE)
    assert step_here(first.text) == "1"
    for later in ("2", "3", "4"):
        assert site.get(f"{PAGE}?step={later}").headers["location"] == f"{PAGE}?step=1"

    fields = filled(first, f"{PAGE}/site") | {"title": "Mairie d’Essai"}
    answer = site.post(f"{PAGE}/site", fields | {"time_zone": "America/Cayenne"})

    assert answer.headers["location"] == f"{PAGE}?step=2"
    (made,) = site.queries.sites()
    assert (made.site, made.title, made.time_zone) == (
        "default",
        "Mairie d’Essai",
        "America/Cayenne",
    )
    assert step_here(site.get(PAGE).text) == "2"


def test_a_site_that_nodes_made_is_renamed_and_not_doubled(site: Site) -> None:
    site.place.status("entree", site.now_ms)
    page = site.get(PAGE)
    fields = filled(page, f"{PAGE}/site")
    assert (fields["title"], fields["time_zone"]) == ([""], ["Europe/Paris"])

    for title, status in (("", 422), ("x" * 81, 422), ("Mairie", 303)):
        answer = site.post(f"{PAGE}/site", fields | {"title": title})
        assert answer.status_code == status
        assert ('id="title-error"' in answer.text) == (status == 422)

    assert [each.title for each in site.queries.sites()] == ["Mairie"]
    late = site.post(f"{PAGE}/site", fields | {"title": "Annexe"})
    assert late.status_code == 409
    assert "Nom du lieu que l’on visite Mairie Annexe" in text(late)


def test_the_opening_hours_are_told_in_a_week_and_the_rest_of_the_calendar_stays(
    site: Site,
) -> None:
    named(site)
    closure = {"first_day": "2026-12-28", "last_day": "2026-12-31", "label": "travaux"}
    calendar = "/api/v1/sites/default/calendar"
    site.get(calendar, method="PUT", json={"closures": [closure]})
    fields = filled(site.get(f"{PAGE}?step=2"), f"{PAGE}/horaires")
    told = fields | MONDAY | {"alike": "on", "hours.saturday.0.0": "09:00"}

    halves = site.post(f"{PAGE}/horaires", told)
    assert halves.status_code == 422
    assert 'aria-describedby="hours.monday-error"' in halves.text
    assert 'value="13:30"' in halves.text
    whole = told | {"hours.monday.1.1": "17:00", "hours.saturday.0.1": "12:00"}
    answer = site.post(
        f"{PAGE}/horaires", whole | {"hours.friday.0.0": "08:30", "hours.friday.0.1": "16:00"}
    )

    assert answer.headers["location"] == f"{PAGE}?step=3"
    monday = (Hours(510, 720), Hours(810, 1020))
    friday, saturday = (Hours(510, 960),), (Hours(540, 720),)
    assert week(site) == (monday, monday, monday, monday, friday, saturday, ())
    kept = read_calendar(site.place.ledger.db, "default").calendar
    assert [each.label for each in kept.closures] == ["travaux"]

    assert 'value="08:30"' in site.get(f"{PAGE}?step=2").text
    late = site.post(
        f"{PAGE}/horaires", whole | {"hours.sunday.0.0": "10:00", "hours.sunday.0.1": "11:00"}
    )
    assert late.status_code == 409
    assert "Dimanche rien 10:00–11:00" in text(late)
    assert "Vendredi 08:30–16:00 08:30–12:00, 13:30–17:00" in text(late)


def test_hours_may_stay_unknown(site: Site) -> None:
    named(site)
    page = site.get(f"{PAGE}?step=2")
    assert f'href="{PAGE}?step=3">Je ne sais pas encore' in page.text

    site.post(f"{PAGE}/horaires", filled(page, f"{PAGE}/horaires"))

    assert week(site) == ()
    assert step_here(site.get(PAGE).text) == "2"


def test_a_node_that_appears_and_its_first_passage_are_seen_and_lead_on(site: Site) -> None:
    named(site)
    waiting = site.get(f"{PAGE}?step=3")
    assert "Aucun nœud n’a encore été entendu." in text(waiting)
    (parts,) = re.findall(r'data-parts="([^"]*)"', waiting.text)
    assert 'data-events="/api/v1/live?site=default"' in waiting.text

    site.place.status("entree", site.now_ms)
    there = plain(site.get(unescape(parts)).text)
    assert "Le nœud « entree » est là." in there
    assert f'href="{PAGE}?step=4"' in there
    assert "data-seen" not in there

    site.place.passages("entree", "porte", "in", [site.now_ms])
    seen = plain(site.get(unescape(parts)).text)
    assert "Le premier passage a été compté. Tout fonctionne." in seen
    assert "data-seen" in seen
    assert "1 entrée, 0 sortie" in seen
    assert 'href="/aujourdhui?site=default"' in seen
    assert step_here(site.get(PAGE).text) == "2"  # its hours are not known yet
    steps = site.get(f"{PAGE}?step=4").text
    assert len(re.findall(r'class="is-done"', steps)) == 3


def test_everything_works_is_not_said_of_a_node_that_is_silent(site: Site) -> None:
    named(site)
    site.place.passages("entree", "porte", "in", [site.now_ms])
    site.place.status("entree", site.now_ms)
    assert "Tout fonctionne." in text(site.get(f"{PAGE}?step=4"))

    site.place.status("entree", site.now_ms, "offline")

    said = text(site.get(f"{PAGE}?step=4"))
    assert "Le premier passage a été compté." in said
    assert "Tout fonctionne." not in said


def test_where_no_program_may_be_started_the_command_is_given(site: Site) -> None:
    named(site)
    page = site.get(f"{PAGE}?step=3")

    assert "aucun programme ne peut être lancé depuis cette page" in text(page)
    assert "script/demo" in page.text
    assert f'action="{PAGE}/demonstration"' not in page.text
    refused = site.post(f"{PAGE}/demonstration", {})
    assert refused.headers["location"] == f"{PAGE}?step=3"


def test_the_demonstrations_site_is_never_taken_for_the_one_to_set_up(site: Site) -> None:
    with site.place.ledger.transaction():
        site.place.ledger.registry.enrol("demonstration", 0, site="demonstration")
    site.place.passages("demonstration", "porte", "in", [site.now_ms])

    assert step_here(site.get(PAGE).text) == "1"
    named(site)

    titles = {each.site: each.title for each in site.queries.sites()}
    assert titles == {"default": "Mairie d’Essai", "demonstration": "demonstration"}
    watched = site.get(f"{PAGE}?step=4&of=demonstration").text
    assert 'data-events="/api/v1/live?site=demonstration"' in watched
    assert "data-seen" in watched
    assert "data-seen" not in site.get(f"{PAGE}?step=4").text


@pytest.mark.parametrize("kind", ["entrance", "waiting-room"])
@pytest.mark.parametrize(
    "mqtt",
    [
        {"url": "embedded:1883", "prefix": "town/pasperdus"},
        {"url": "mqtts://127.0.0.1:8883", "username": "pasperdus_collector"},
    ],
)
def test_the_file_that_is_shown_is_one_that_a_node_takes(
    kind: NodeKind, mqtt: dict[str, str]
) -> None:
    settings = MqttSettings.model_validate(mqtt)
    contact = Contact(collector="mairie", mqtt=settings)

    written = node_file(contact, node="porte-nord", kind=kind, server="accueil.example")

    config = NodeConfig.model_validate(tomllib.loads(written))
    assert (config.node.name, config.node.collector) == ("porte-nord", "mairie")
    assert config.mqtt.prefix == settings.prefix
    expected = ("accueil.example", 8883) if settings.username else ("127.0.0.1", 1883)
    assert (config.mqtt.host, config.mqtt.port) == expected
    assert config.mqtt.is_encrypted == (settings.username is not None)
    assert bool(config.buttons) == (kind == "waiting-room")
    assert config.beams


def test_the_file_follows_the_name_and_only_a_name(site: Site) -> None:
    named(site)
    for asked, written in (("porte-sud", "porte-sud"), ("<b>", "entrance-1"), ("", "entrance-1")):
        page = site.get(f"{PAGE}?step=3&kind=waiting-room&node={asked}")
        (file,) = re.findall(r'id="file"[^>]*><code>(.*?)</code>', page.text, re.DOTALL)
        parsed = tomllib.loads(unescape(file))
        assert parsed["node"] == {"name": written, "collector": "mairie"}
        assert "accueil" in parsed["buttons"]
