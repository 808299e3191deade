"""Counting by hand beside a sensor: begun, compared over exactly that time, kept, taken back."""

from __future__ import annotations

import re
from datetime import date
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from pasperdus_collector.api.calibrations import Calibrations
from pasperdus_collector.buckets.calibrations import Entry
from support.pages import Site
from support.reception import wall
from support.reception_pages import filled, text, undone, writer_of

MINUTE_MS = 60_000
NODE = "/parc/noeuds/entree"
PAGE = f"{NODE}/comptage"


@pytest.fixture
def door(site: Site) -> Site:
    """A door whose node is well and has sent everything."""
    site.place.passages("entree", "porte", "in", [site.now_ms - 60 * MINUTE_MS])
    site.place.status("entree", site.now_ms - MINUTE_MS)
    site.place.heartbeat("entree", site.now_ms - 9_000, sensors={"porte": "ok"})
    return site


def calibrations(site: Site) -> list[Entry]:
    path = site.place.ledger.path
    asked = Calibrations(path, writer_of(site), now_ms=lambda: site.now_ms)
    return [kept.entry for kept in asked.all("default")]


def counted(site: Site, *, came: int, went: int, minutes: int = 15) -> httpx.Response:
    """Count for some minutes and return the comparison; the sensor saw what the test told it."""
    began = site.post(f"{PAGE}/commencer", {"line": "porte"})
    start_ms = site.now_ms
    counting = site.followed(began)
    assert "Comptage en cours depuis 14 h 37." in text(counting)
    fields = filled(counting, f"{PAGE}/comparer?site=default")
    assert fields["start"] == [str(start_ms)]

    site.now_ms += minutes * MINUTE_MS
    fields |= {"by_hand_in": [str(came)], "by_hand_out": [str(went)]}
    return site.post(f"{PAGE}/comparer", fields)


def walk(site: Site, *, came: int, went: int, minutes: int = 15) -> None:
    """Let people through the door during the next minutes, and some just before and after."""
    start, end = site.now_ms, site.now_ms + minutes * MINUTE_MS
    for direction, count in (("in", came), ("out", went)):
        within = [start + n * (end - start) // max(count, 1) for n in range(count)]
        site.place.passages("entree", "porte", direction, [start - 1, *within, end])
    site.place.passages("entree", "side-door", "in", [start + 1])
    staff = {"kind": "passage", "line": "porte", "direction": "in", "flags": ["staff"]}
    site.place.tell("entree", [{**staff, "at": start + 1}])


def test_the_comparison_is_over_exactly_the_time_in_which_somebody_counted(door: Site) -> None:
    walk(door, came=48, went=40)
    answer = counted(door, came=50, went=40)
    door.place.heartbeat("entree", door.now_ms)

    said = text(door.followed(answer))

    assert "De 14 h 37 à 14 h 52, pendant 15 min :" in said
    assert "le capteur en a compté 48, vous 50 ; ses chiffres sont multipliés par 1,04 ±" in said
    assert "le capteur en a compté 40, vous 40 ; ses chiffres sont multipliés par 1,00 ±" in said
    assert "ce facteur est peu sûr" not in said


def test_nothing_can_be_kept_before_the_node_has_told_that_none_of_that_time_waits(
    door: Site,
) -> None:
    walk(door, came=40, went=40)
    address = counted(door, came=40, went=40).headers["location"]

    for pending, is_complete in ((None, False), (2, False), (0, True)):
        if pending is not None:
            door.place.heartbeat("entree", door.now_ms + 1, pending=pending)
        page = door.get(address)
        assert ("data-incomplete" not in page.text) == is_complete
        assert ("Garder cette calibration" in page.text) == is_complete


def test_a_count_is_kept_as_a_calibration_and_can_be_taken_back_and_put_back(door: Site) -> None:
    walk(door, came=48, went=40)
    start_ms = door.now_ms
    answer = counted(door, came=50, went=39)
    door.place.heartbeat("entree", door.now_ms)
    form = filled(door.followed(answer), f"{PAGE}/garder?site=default")

    kept = door.post(f"{PAGE}/garder", form)

    entry = Entry(
        node="entree",
        line="porte",
        from_ms=start_ms,
        by_sensor_in=48,
        by_hand_in=50,
        by_sensor_out=40,
        by_hand_out=39,
    )
    assert calibrations(door) == [entry]
    page = door.followed(kept)
    assert "La calibration est enregistrée." in text(page)
    assert "en vigueur Vaut à partir du 24 novembre 2026, 14 h 37" in text(page)

    (removal,) = re.findall(r'action="([^"]*/retirer[^"]*)"', page.text)
    removed = door.post(removal, {})
    assert calibrations(door) == []
    assert "Personne n’a encore compté à côté" in text(door.followed(removed))
    undone(door, removed)
    assert calibrations(door) == [entry]

    assert "n’est plus là" in text(door.post(removal.replace("/1/", "/9/"), {}))


def test_a_calibration_may_hold_from_the_day_on_which_the_sensor_was_put_up(door: Site) -> None:
    walk(door, came=40, went=40)
    answer = counted(door, came=41, went=40)
    door.place.heartbeat("entree", door.now_ms)
    form = filled(door.followed(answer), f"{PAGE}/garder?site=default") | {"since": ["day"]}

    for day, status in (("", 422), ("yesterday", 422), ("2026-11-02", 303)):
        kept = door.post(f"{PAGE}/garder", form | {"day": [day]})
        assert kept.status_code == status, text(kept)
        assert ('aria-describedby="day-error"' in kept.text) == (status == 422)

    (entry,) = calibrations(door)
    assert entry.from_ms == wall(date(2026, 11, 2), "00:00")
    twice = door.post(f"{PAGE}/garder", form | {"day": ["2026-11-02"]})
    assert twice.status_code == 422
    assert "a déjà un" in text(twice)


def test_a_sensor_that_counted_nobody_one_way_gives_nothing_to_keep(door: Site) -> None:
    door.place.passages("entree", "porte", "in", [door.now_ms + MINUTE_MS])
    answer = counted(door, came=1, went=2)
    door.place.heartbeat("entree", door.now_ms)

    page = door.followed(answer)

    assert "Sorties : le capteur n’a compté personne, vous 2." in text(page)
    assert "Recompter" in page.text
    assert "Garder cette calibration" not in page.text
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    sent = {name: query[name] for name in ("line", "start", "end", "by_hand_in", "by_hand_out")}
    assert door.post(f"{PAGE}/garder", {**sent, "since": "count"}).status_code == 422
    assert calibrations(door) == []


@pytest.mark.parametrize("typed", ["", "many", "-1", "1.5", "1000001", "٣"])
def test_what_is_no_number_is_told_where_it_stands_and_the_time_stays_over(
    door: Site, typed: str
) -> None:
    start_ms = door.now_ms
    door.now_ms += 10 * MINUTE_MS
    sent = {"line": "porte", "start": str(start_ms), "by_hand_in": typed, "by_hand_out": "3"}

    refused = door.post(f"{PAGE}/comparer", sent)

    assert refused.status_code == 422
    assert "Écrivez combien vous en avez compté, 0 pour personne." in text(refused)
    fields = filled(refused, f"{PAGE}/comparer?site=default")
    ended_ms = door.now_ms
    door.now_ms += MINUTE_MS
    again = door.post(f"{PAGE}/comparer", fields | {"by_hand_in": ["4"]})
    query = parse_qs(urlsplit(again.headers["location"]).query)
    assert query["start"] + query["end"] == [str(start_ms), str(ended_ms)]
    assert query["by_hand_in"] + query["by_hand_out"] == ["4", "3"]


@pytest.mark.parametrize(
    "query",
    [
        "line=porte",
        "line=porte&start=99999999999999",
        "line=porte&start=x",
        "line=porte&start=5&end=4&by_hand_in=1&by_hand_out=1",
        "line=porte&start=5&end=99999999999999&by_hand_in=1&by_hand_out=1",
    ],
)
def test_an_address_that_tells_no_count_begins_one(door: Site, query: str) -> None:
    assert "Commencer à compter" in text(door.get(f"{PAGE}?{query}"))


def test_a_line_that_the_node_does_not_count_is_not_there(door: Site) -> None:
    answer = door.get(f"{PAGE}?line=window")

    assert answer.status_code == 404
    assert "Ce nœud ne compte pas de ligne « window »." in text(answer)
