"""The page *Comparer*: the verdict first, why there is none, and what can be taken along."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from pasperdus_collector.ingest import Ingest
from pasperdus_collector.ledger import Ledger
from pasperdus_collector.register.log import Signed
from pasperdus_collector.register.plan import (
    change_prototype,
    register_period,
    register_prototype,
)
from pasperdus_collector.register.records import Decision, Period
from pasperdus_collector.register.store import read_prototype
from support.gathering import change, change_period, copied
from support.pages import Site as Pages
from support.pages import plain
from support.reception import Reception
from support.trials import DAY_MS, PROTOTYPE, Site, Trial, simulate

PAGE = "/comparer"
SITE = Site(
    weeks="AAAAAABBBBBB",
    ratings_a_day=60,
    visitors_a_day=120,
    effects={"B": 0.1},
    title="Mairie de Saint-Martin",
)
RUNNING = replace(SITE, weeks="AAAAAABBBBB")
DARK = replace(SITE, weeks="AAAAAABBBB", box_breaks=frozenset(range(30)))
LIGHTEST = 300_000  # bytes of a page, without what draws its charts
CHARTS = ["autrement", "carte-essai", "carte-reference", "effet", "notes", "semaines"]


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    return simulate(tmp_path_factory.mktemp("compare") / "ledger.db", SITE)


@pytest.fixture(scope="module")
def dark_trial(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    return simulate(tmp_path_factory.mktemp("dark") / "ledger.db", DARK)


class Opened:
    """The pages of a trial's ledger, at the instant after its end unless told otherwise."""

    def __init__(self, trial: Trial, now_ms: int | None = None) -> None:
        self.trial = trial
        self.ledger = Ledger(trial.path, quarantine_max=10, now_ms=lambda: self.pages.now_ms)
        ingest = Ingest(self.ledger, collector="mairie", enrols_unknown=True)
        self.pages = Pages(Reception(self.ledger, ingest))
        self.pages.now_ms = trial.now_ms if now_ms is None else now_ms

    def text(self, query: str = "", *, status: int = 200) -> str:
        answer = self.pages.get(f"{PAGE}{query}")
        assert answer.status_code == status, answer.text
        assert len(answer.content) < LIGHTEST
        return plain(answer.text)


@pytest.fixture
def ended(trial: Trial) -> Iterator[Opened]:
    opened = Opened(trial)
    with closing(opened.ledger):
        yield opened


@pytest.fixture
def own(trial: Trial, tmp_path: Path) -> Iterator[Opened]:
    """A ledger of the test's own, to change."""
    opened = Opened(copied(trial, tmp_path))
    with closing(opened.ledger):
        yield opened


def headings(html: str) -> list[str]:
    return [re.sub(r"<[^>]+>", "", each).strip() for each in re.findall(r"<h2.*?</h2>", html)]


def drawn(html: str) -> dict[str, str]:
    """Return the charts of a page: their names, and their versions."""
    found = re.findall(r'data-drawing="/comparer/([\w-]+)\.json[^"]*" data-version="(\w+)"', html)
    return dict(found)


def test_the_verdict_is_the_first_thing_that_is_said(ended: Opened) -> None:
    html = ended.text()

    assert headings(html)[0] == "Probablement mieux"
    assert re.search(r"Environ \d+ avis satisfaits de plus sur 100, entre \d+ et \d+, parmi", html)
    assert html.index("Probablement mieux") < html.index("Sur quoi cela repose")
    assert "d’autres changements ne sont pas exclus" in html
    assert "Proposition : garder." in html


def test_it_says_what_it_does_not_say(ended: Opened) -> None:
    unsaid = ended.text().split("Ce que cela ne dit pas")[1].split("</ul>")[0]

    assert "Pas que le prototype en est la cause" in unsaid
    assert "Rien sur les personnes qui n’ont pas donné leur avis" in unsaid


def test_the_shades_of_the_maps_are_told_in_words_that_hold_in_both_themes(ended: Opened) -> None:
    told = re.search(
        r"Couleur plus soutenue : part plus élevée \(de (\d+) % à (\d+) %\)", ended.text()
    )
    assert told is not None
    cells = ended.pages.get(f"{PAGE}/carte-essai.json").json()["datasets"]
    values = [row["value"] for each in cells.values() for row in each if row.get("value")]

    assert int(told[1]) <= round(min(values) * 100) <= round(max(values) * 100) <= int(told[2])
    assert "foncé" not in ended.text()


def test_a_change_of_the_plan_after_the_start_is_among_what_to_know(own: Opened) -> None:
    signed = Signed(by="équipe", why="trop ambitieux", at_ms=SITE.at(8))
    with own.ledger.transaction():
        known = read_prototype(own.ledger.db, SITE.site, PROTOTYPE)
        change_prototype(
            own.ledger.db,
            SITE.site,
            PROTOTYPE,
            {"delta": 0.03},
            version=known.version,
            signed=signed,
        )

    html = own.text()
    before = html.split("À savoir avant de décider")[1].split("</section>")[0]
    assert "changement après le début de l’essai" in before


def test_a_decision_says_who_made_it_and_when(own: Opened) -> None:
    made = Decision(decided="keep", why=None, by="comité", at_ms=SITE.at(12))
    change(own.trial, decision=made)

    assert "Décision prise par comité le 30 mars 2026." in own.text()


def test_the_english_page_says_the_same_in_english(ended: Opened) -> None:
    html = ended.text("?lang=en")

    assert headings(html)[0] == "Probably better"
    assert "What this does not say" in html
    assert '<option value="pupitre" selected>' in html


def test_every_chart_is_there_as_picture_and_as_specification(ended: Opened) -> None:
    html = ended.text()
    versions = drawn(html)

    assert sorted(versions) == CHARTS
    assert (
        html.count("Les mêmes chiffres en tableau") == 4
    )  # two maps share one, scores have theirs
    assert "Avis selon la note" in html
    for name, version in versions.items():
        answer = ended.pages.get(f"{PAGE}/{name}.json?v={version}")
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
        assert answer.json()["$schema"].startswith("https://vega.github.io/schema/vega-lite")
    picture = ended.pages.get(f"{PAGE}/effet.svg?v={versions['effet']}")
    assert picture.headers["content-type"] == "image/svg+xml"
    assert "moins de 5 points" in plain(picture.text)


def test_what_a_chart_shows_stands_in_the_table_beside_it(ended: Opened) -> None:
    html = ended.text()
    rows = ended.pages.get(f"{PAGE}/autrement.json").json()["datasets"]

    written = [row["written"] for each in rows.values() for row in each if "written" in row]
    assert len(written) >= 3
    for each in written:
        assert f">{plain(each)}<" in html


def test_there_is_no_chart_where_there_is_nothing_to_draw(ended: Opened) -> None:
    assert ended.pages.get(f"{PAGE}/nothing.svg").status_code == 404
    assert ended.pages.get(f"{PAGE}/effet.json?prototype=zzz").status_code == 404


def test_while_nothing_can_be_compared_nothing_looks_like_a_result(dark_trial: Trial) -> None:
    opened = Opened(dark_trial)
    with closing(opened.ledger):
        html = opened.text()
        weeks = opened.pages.get(f"{PAGE}/semaines.csv").text

    assert headings(html)[0] == "Données insuffisantes : pas de comparaison"
    assert "la borne d’avis a fonctionné moins de 80 %" in html
    assert sorted(drawn(html)) == ["semaines"]
    assert "Proposition" not in html
    assert "Satisfaits" not in html
    assert "</span> ne tient pas</span>" in html
    assert {row["satisfied"] for row in csv.DictReader(StringIO(weeks))} == {""}


def test_a_running_trial_says_when_it_ends_and_that_it_may_change(tmp_path: Path) -> None:
    trial = simulate(tmp_path / "ledger.db", RUNNING, planned_end_ms=RUNNING.at(16))
    change_period(trial, "essai", end_ms=None)
    opened = Opened(trial)
    with closing(opened.ledger):
        html = opened.text()

    assert "jusqu’ici" in headings(html)[0] or headings(html)[0].startswith("Trop tôt")
    assert '<span class="tag">en cours</span>' in html
    assert "La fin prévue est le 26 avril 2026, dans 32 jours." in html
    assert "Pas comment l’essai finira" in html


def test_the_weeks_are_a_table_for_programs_too(ended: Opened) -> None:
    answer = ended.pages.get(f"{PAGE}/semaines.csv")
    rows = list(csv.DictReader(StringIO(answer.text)))

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert [row["arm"] for row in rows] == ["baseline"] * 6 + ["prototype"] * 6
    assert rows[0]["week"] == "2026-01-05"
    told = ended.pages.get(f"/api/v1/compare?site={SITE.site}&prototype={PROTOTYPE}").json()
    assert [int(row["ratings"]) for row in rows] == [
        week["ratings"] for week in told["details"]["weeks"]
    ]


def test_the_same_is_had_as_report_as_data_and_under_an_address_that_stays(
    ended: Opened,
) -> None:
    html = ended.text().replace("&amp;", "&")
    links = dict(re.findall(r'<a class="button[^"]*" href="([^"]+)">([^<]+)</a>', html))
    by_name = {name: address for address, name in links.items()}

    told = ended.pages.get(by_name["Tout (JSON)"]).json()
    digest = told["details"]["recompute"]["inputs_sha256"]
    assert digest in html
    assert ended.pages.get(by_name["Semaines (CSV)"]).status_code == 200
    assert ended.pages.get(by_name["Rapport (PDF)"]).content.startswith(b"%PDF")
    kept = by_name["Lien permanent"]
    assert f"empreinte={digest[:12]}" in kept
    assert "site=mairie" in kept
    assert "ont changé depuis que ce lien" not in ended.pages.get(kept).text


def test_a_kept_address_says_when_the_figures_have_changed_since(own: Opened) -> None:
    link = re.findall(r'href="([^"]*empreinte[^"]*)"', own.text())[0].replace("&amp;", "&")

    change(own.trial, delta=0.03)

    html = plain(own.pages.get(link).text)
    assert "Les chiffres ont changé depuis que ce lien a été gardé" in html
    assert "moins de 3 points" in plain(own.pages.get(f"{PAGE}/effet.svg").text)


def test_days_left_out_and_what_else_changed_are_told(own: Opened) -> None:
    excluded = {
        "first_day": "2026-01-13",
        "last_day": "2026-01-14",
        "reason": "grève",
        "decided_at_ms": 0,
    }
    circumstance = {"at_ms": SITE.at(7), "kind": "works", "text": "Travaux devant la porte"}
    with own.ledger.transaction():
        own.ledger.db.execute(
            "UPDATE prototypes SET exclusions = ?, circumstances = ?",
            (
                json.dumps([excluded]),
                json.dumps([circumstance]),
            ),
        )

    html = own.text()
    assert "Du 13 janvier 2026 au 14 janvier 2026 : grève" in html
    assert "23 février 2026 : Travaux devant la porte" in html


# -- what there is to choose, and why nothing is compared ------------------------------------------


def test_a_site_without_any_trial_is_told_how_to_begin(tmp_path: Path) -> None:
    opened = Opened(
        simulate(tmp_path / "ledger.db", replace(SITE, weeks="AA"), is_registered=False)
    )
    with closing(opened.ledger):
        html = opened.text()

    assert headings(html) == ["Aucun essai n’est encore enregistré"]
    assert 'href="/prototypes"' in html


def register(own: Opened, name: str, *periods: dict[str, Any]) -> None:
    """Register another trial at the same site, with these periods."""
    signed = Signed(by="équipe", why="essai", at_ms=SITE.at(0))
    with own.ledger.transaction():
        known = read_prototype(own.ledger.db, SITE.site, PROTOTYPE)
        other = replace(
            known,
            prototype=name,
            title=name.capitalize(),
            baseline=(),
            planned_start_ms=SITE.at(20),
            planned_end_ms=SITE.at(30),
            version=1,
        )
        register_prototype(own.ledger.db, other, signed)
        for each in periods:
            fields: dict[str, Any] = {
                "site": SITE.site,
                "prototype": name,
                "kind": "prototype",
                "title": "Essai",
                "step": 1,
                "changed": "",
                "pair": None,
                "version": 1,
            }
            register_period(own.ledger.db, Period(**{**fields, **each}), signed)


def test_a_trial_without_periods_says_what_is_missing(own: Opened) -> None:
    register(own, "file")

    assert headings(own.text("?prototype=file"))[0] == "« File » n’a pas encore de période"
    assert headings(own.text())[0] == "Probablement mieux", "the one that began is shown first"


def test_a_trial_without_a_baseline_can_still_be_compared_with_one_that_is_there(
    own: Opened,
) -> None:
    register(own, "coin", {"period": "coin-1", "start_ms": SITE.at(8), "end_ms": SITE.at(12)})

    html = own.text("?prototype=coin")
    assert headings(html)[0] == "« Coin » n’a rien à quoi être comparé"
    assert '<option value="avant">' in html
    compared = own.text("?prototype=coin&baseline=avant&periods=coin-1")
    assert "Cette comparaison n’est pas celle que le registre avait déclarée" in compared
    assert drawn(compared)


def test_periods_that_overlap_are_refused_in_words(own: Opened) -> None:
    register(
        own,
        "coin",
        {"period": "coin-1", "title": "Coin", "start_ms": SITE.at(3), "end_ms": SITE.at(9)},
    )

    html = own.text("?prototype=coin&baseline=avant", status=422)

    assert headings(html)[0] == "Ces périodes ne peuvent pas être comparées"
    assert "« Sans pupitre » et « Coin » se chevauchent" in html


@pytest.mark.parametrize("query", ["?prototype=zzz", "?baseline=zzz", "?periods=avant"])
def test_an_address_of_something_that_is_gone_says_so(ended: Opened, query: str) -> None:
    html = ended.text(query, status=404)

    assert headings(html)[0] == "Cette comparaison n’existe plus"
    assert "<select" in html


def test_a_page_and_its_charts_measure_once(ended: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    from pasperdus_collector.comparison import gather

    measured: list[int] = []
    really = gather.measure

    def measure(prepared: Any) -> Any:
        measured.append(1)
        return really(prepared)

    monkeypatch.setattr(gather, "measure", measure)
    for _ in range(3):
        ended.text()
        ended.pages.get(f"{PAGE}/semaines.json")
        ended.pages.now_ms += 1_000

    assert measured == [1]
    ended.pages.now_ms += DAY_MS
    ended.text()
    assert measured == [1, 1]
