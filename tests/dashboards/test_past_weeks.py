"""The nine months behind today: finished weeks, their gaps, and the chart that shows them."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from pasperdus_dashboards.shell.drawings import draw_pictures
from support.pages import Site
from support.reception import wall

MONDAY = date(2026, 11, 2)  # three weeks before the day that the pages show
NEXT, PRESENT = MONDAY + timedelta(weeks=1), MONDAY + timedelta(weeks=3)
CHART = "/aujourdhui/semaines"


@pytest.fixture
def site_with_weeks(site: Site) -> Site:
    """Two whole weeks, one of them with two dark days, a silent one, and the present one."""
    for monday, days, entries in ((MONDAY, 7, 40), (NEXT, 5, 30), (PRESENT, 1, 5)):
        start = wall(monday, "00:00")
        site.place.covered("entree", "porte", start, wall(monday + timedelta(days=days), "00:00"))
        noon = wall(monday, "12:00")
        site.place.passages("entree", "porte", "in", [noon + n * 1000 for n in range(entries)])
    values = [5] * 9 + [1] * 3
    at = wall(MONDAY, "15:00")
    site.place.ratings("salle", [(at + n, value) for n, value in enumerate(values)])
    site.place.release(site.now_ms)
    return site


def table(site: Site) -> list[str]:
    body = re.search(r'id="past-caption".*?</table>', site.page(), re.DOTALL)
    assert body
    rows = re.findall(r"<tr>(.*?)</tr>", body[0], re.DOTALL)[1:]
    return [re.sub(r"(<[^>]+>)+", "|", row).strip("|") for row in rows]


def test_each_finished_week_has_its_row_the_latest_first(site_with_weeks: Site) -> None:
    assert table(site_with_weeks) == [
        "16 novembre 2026|–|–|–|capteur muet",
        "9 novembre 2026|30|–|–|mesuré 71 % du temps",
        "2 novembre 2026|40|75 %|12",
    ]


def test_the_sentence_speaks_of_fully_measured_weeks_only(site_with_weeks: Site) -> None:
    assert "Sur 1 semaine terminée et entièrement mesurée : 40 entrées." in site_with_weeks.page()


def test_a_site_in_its_first_week_says_so(busy_site: Site) -> None:
    busy_site.now_ms = wall(date(2026, 9, 30), "09:00")  # of the first usual Tuesday's week

    html = busy_site.page()

    assert "Aucune semaine ne s’est encore achevée" in html
    assert busy_site.get(f"{CHART}.svg").status_code == 404


def test_the_chart_has_the_figures_of_the_table(site_with_weeks: Site) -> None:
    specification = site_with_weeks.get(f"{CHART}.json").json()
    (values,) = specification["datasets"].values()

    assert [value["entries"] for value in values] == [40, 30, None]
    assert [value["is_partial"] for value in values] == [False, True, False]
    assert [value["is_silent"] for value in values] == [False, False, True]


def test_vega_draws_it_without_a_complaint(site_with_weeks: Site) -> None:
    (picture,) = draw_pictures([site_with_weeks.get(f"{CHART}.json").json()])

    assert b"<svg" in picture
    assert "nov." in picture.decode()


def test_a_week_without_a_count_keeps_its_place(site_with_weeks: Site) -> None:
    specification = site_with_weeks.get(f"{CHART}.json").json()

    scale = specification["layer"][0]["encoding"]["x"]["scale"]
    assert scale["domain"] == ["2026-11-02", "2026-11-09", "2026-11-16"]
