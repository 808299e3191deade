"""A project team's whole story, in a real browser: from the first idea to another town's trial.

The reception's nodes tell each week through ingest; the collector's clock goes on week by week.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import partial
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from support.browsing import CHROMIUM, Opening, Tab, address_of
from support.moments import Collector
from support.pages import plain
from support.reception import wall
from support.serving import served
from support.simulated_weeks import HOURS, Place
from support.trials import WEEKDAYS

FIRST_MONDAY = date(2026, 1, 5)
BASELINE_WEEKS, FIRST_STEP_WEEKS, SECOND_STEP_WEEKS = 9, 8, 8
REGISTERED_ON = FIRST_MONDAY + timedelta(weeks=BASELINE_WEEKS - 1)
BEGINS_ON = FIRST_MONDAY + timedelta(weeks=BASELINE_WEEKS)
ADAPTED_ON = BEGINS_ON + timedelta(weeks=FIRST_STEP_WEEKS)
ENDS_ON = ADAPTED_ON + timedelta(weeks=SECOND_STEP_WEEKS) - timedelta(days=1)
OTHERS_BEGIN_ON = FIRST_MONDAY + timedelta(weeks=4)
USUAL, WITH_LECTERN, LOWER_LECTERN = 0.70, 0.78, 0.86  # shares that are satisfied
RECEPTION = Place()
TITLE = "Pupitre mobile à l'entrée"
LOWER = "Le pupitre est plus bas, pour les personnes assises."
BY = "cheffe de projet"
DESK, SENT = "form.form", "form.form .choices button"

pytestmark = [
    pytest.mark.slow(about_s=60),
    pytest.mark.skipif(CHROMIUM is None, reason="needs the chromium of the system"),
]


class Town:
    """A town's collector, its pages, and the weeks that pass there."""

    def __init__(self, folder: Path, name: str, title: str, today: date) -> None:
        self.collector = Collector(folder / f"{name}.db", wall(FIRST_MONDAY, "00:00"))
        self._monday = FIRST_MONDAY
        self.until(FIRST_MONDAY + timedelta(weeks=1), share=USUAL)
        site = self.collector.ask("GET", "sites/default")
        self.collector.ask("PATCH", "sites/default", {"title": title}, version=site["version"])
        hours = {day: [list(each) for each in HOURS] for day in WEEKDAYS}
        self.collector.ask("PUT", "sites/default/calendar", {"hours": hours})
        self.until(today, share=USUAL)

    def until(self, monday: date, *, share: float) -> None:
        """Let weeks pass until a Monday at 10:00."""
        while self._monday < monday:
            tell = partial(RECEPTION.tell_week, monday=self._monday, share=share)
            self.collector.tell(tell)
            self._monday += timedelta(weeks=1)
            self.collector.pass_time(wall(self._monday, "10:00"))


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    opened = Town(tmp_path, "mairie", "Mairie", REGISTERED_ON)
    yield opened
    opened.collector.close()


@pytest.fixture
def other_town(tmp_path: Path) -> Iterator[Town]:
    opened = Town(tmp_path, "mediatheque", "Médiathèque", FIRST_MONDAY + timedelta(weeks=2))
    yield opened
    opened.collector.close()


def test_a_team_tries_reads_adapts_ends_and_passes_it_on(
    town: Town, other_town: Town, browse: Opening, tmp_path: Path
) -> None:
    with (
        served(town.collector.site.web) as url,
        served(other_town.collector.site.web) as other_url,
    ):
        team = browse()

        # Written down before anybody has seen a figure.
        team.open(f"{url}/prototypes")
        _follow(team, "Enregistrer un essai")
        _write_down(team)
        _plan(team)
        _keep(team, f"{SENT}[value=keep]")
        assert "L’essai est enregistré." in _text(team)
        _add_period(team, "Guichet", FIRST_MONDAY, BEGINS_ON - timedelta(days=1))
        _add_period(team, "Pupitre", BEGINS_ON, None)

        # It runs; the team looks on, too early at first.
        town.until(BEGINS_ON, share=USUAL)
        town.until(BEGINS_ON + timedelta(weeks=3), share=WITH_LECTERN)
        early = _verdict(team, url, town)
        assert early["code"] == "too_early"
        town.until(ADAPTED_ON, share=WITH_LECTERN)
        running = _verdict(team, url, town)
        assert running["code"] in ("better_so_far", "too_early_running")

        # Adapted: a new step, compared anew.
        _open_trial(team, url)
        _follow(team, "Adapter")
        _fill(team, day=ADAPTED_ON.isoformat(), changed=LOWER, by=BY, why="demande des agents")
        _keep(team, SENT)
        assert LOWER in _text(team)
        town.until(ENDS_ON + timedelta(days=1), share=LOWER_LECTERN)

        # Ended as planned, read, decided.
        _open_trial(team, url)
        _follow(team, "Terminer")
        _fill(team, day=ENDS_ON.isoformat(), by=BY, why="fin prévue")
        _keep(team, SENT)
        final = _verdict(team, url, town)
        assert final["code"] == "better"
        _open_trial(team, url)
        _follow(team, "Décider")
        team.page.check("[name=decided][value=keep]")
        _fill(team, by="comité", why="comme la comparaison")
        _keep(team, SENT)

        # On paper: the verdict first, the adaptation in it.
        team.open(f"{url}/comparer?prototype={_name(town)}")
        report = _pdf(team, "a[href*='compare.pdf']")
        assert final["sentence"] in report[0]
        assert LOWER in " ".join(report)

        # Passed on: the file of the recipe becomes a trial of another town.
        _open_trial(team, url)
        with team.page.expect_download() as downloading:
            team.page.click("a[download]")
        recipe = tmp_path / "recipe.json"
        downloading.value.save_as(recipe)
        others = browse()
        others.open(f"{other_url}/prototypes")
        _follow(others, "Reprendre la recette d’un autre site")
        others.page.set_input_files("[name=sheet]", recipe)
        _keep(others, SENT)
        assert LOWER in _text(others)
        _fill(others, planned_start=OTHERS_BEGIN_ON.isoformat(), by="responsable de la médiathèque")
        _keep(others, SENT)
        assert TITLE in _text(others)
        (taken,) = other_town.collector.ask("GET", "prototypes")
        assert taken["delta"] == 0.05
        begins = datetime.fromisoformat(taken["planned_start"]).timestamp()
        assert begins * 1000 == wall(OTHERS_BEGIN_ON, "00:00")


def _write_down(tab: Tab) -> None:
    _fill(
        tab,
        title=TITLE,
        changed="Le guichet est remplacé par un pupitre mobile.",
        hypothesis="Accueillies dès l'entrée, plus de personnes repartent satisfaites.",
        delta="5",
        planned_start=BEGINS_ON.isoformat(),
        by=BY,
    )
    tab.page.check("[name=design][value=before_after]")


def _plan(tab: Tab) -> None:
    """Ask the planner, which answers in weeks, and lay the last day down."""
    _keep(tab, "button[name=do][value=plan]")
    answer = plain(tab.page.inner_text(".trial-plan .says"))
    assert "semaine" in answer
    assert tab.page.input_value("[name=title]") == TITLE
    _fill(tab, planned_end=ENDS_ON.isoformat())


def _add_period(tab: Tab, title: str, first: date, last: date | None) -> None:
    """Follow what the trial's page proposes next."""
    with tab.page.expect_navigation():
        tab.page.click(".trial-next a.button")
    _fill(tab, title=title, first_day=first.isoformat(), by=BY)
    if last is not None:
        _fill(tab, last_day=last.isoformat())
    _keep(tab, SENT)


def _verdict(tab: Tab, url: str, town: Town) -> dict[str, str]:
    """Read the verdict on the page, which is that of the API."""
    name = _name(town)
    tab.open(f"{url}/comparer?prototype={name}")
    told = town.collector.ask("GET", f"compare?prototype={name}")
    sentence = plain(tab.page.inner_text("#verdict-title"))
    return {"code": told["answer"]["verdict"]["code"], "sentence": sentence}


def _pdf(tab: Tab, link: str) -> list[str]:
    """Return the pages of what a link leads to, with plain spaces."""
    address = tab.page.locator(link).first.get_attribute("href")
    origin = str(tab.evaluate("location.origin"))
    answer = tab.page.request.get(f"{origin}{address}")
    assert answer.headers["content-type"] == "application/pdf"
    pages = PdfReader(BytesIO(answer.body())).pages
    return [" ".join(plain(page.extract_text()).split()) for page in pages]


def _open_trial(tab: Tab, url: str) -> None:
    tab.open(f"{url}/prototypes")
    _follow(tab, TITLE)
    assert address_of(tab).startswith("/prototypes/essais/")


def _name(town: Town) -> str:
    (found,) = town.collector.ask("GET", "prototypes")
    return str(found["prototype"])


def _fill(tab: Tab, **fields: str) -> None:
    for name, text in fields.items():
        tab.page.fill(f"{DESK} [name={name}]", text)


def _follow(tab: Tab, words: str) -> None:
    with tab.page.expect_navigation():
        tab.page.get_by_role("link", name=words).first.click()


def _keep(tab: Tab, button: str) -> None:
    """Send a form; what was wrong with it is shown when it comes back."""
    with tab.page.expect_navigation():
        tab.page.click(button)
    summary = tab.page.locator("#summary")
    assert not summary.count(), summary.inner_text()


def _text(tab: Tab) -> str:
    return plain(tab.page.inner_text("main"))
