"""The chart of the hours: the table's figures, as specification and as picture."""

from __future__ import annotations

import re
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from pasperdus_dashboards.errors import DrawingError
from pasperdus_dashboards.shell import drawings
from support.pages import TUESDAY, Site
from support.reception import wall

CHART = "/aujourdhui/graphique"
STYLE = Path(drawings.__file__).parents[1] / "static" / "styles" / "00-tokens.css"
ENOUGH_CONTRAST = 7.0
PAIRS = (
    ("ink", "paper"),
    ("quiet", "paper"),
    ("link", "paper"),
    ("warning", "paper"),
    ("warning", "warning-paper"),
    ("ink", "raised"),
    ("quiet", "raised"),
)


class Table(HTMLParser):
    """Collects the cells of the table of hours."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._is_inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "div" and ("id", "hours-table") in attrs:
            self._is_inside = True
        if self._is_inside and tag == "tr":
            self.rows.append([])
        if self._is_inside and tag in ("th", "td"):
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "table":
            self._is_inside = False

    def handle_data(self, data: str) -> None:
        if self._is_inside and self.rows and self.rows[-1]:
            self.rows[-1][-1] += data.strip()


def test_the_specification_holds_the_figures_of_the_table(busy_site: Site) -> None:
    table = Table()
    table.feed(busy_site.get("/aujourdhui").text)
    specification = busy_site.get(f"{CHART}.json").json()

    drawn = specification["datasets"][specification["data"]["name"]]
    assert [row["hour"] for row in drawn] == [row[0] for row in table.rows[1:]]
    assert [str(row["entries"] if row["entries"] is not None else "–") for row in drawn] == [
        row[1] for row in table.rows[1:]
    ]
    assert [row["usual"] for row in drawn] == [row[2] for row in table.rows[1:]]
    assert [row["is_running"] for row in drawn] == ["en cours" in row[3] for row in table.rows[1:]]
    assert sum(row["is_running"] for row in drawn) == 1


def test_hours_keep_their_order_whatever_is_unknown_of_them(busy_site: Site) -> None:
    # Before the usual hours, so that the usual day has nothing to draw there.
    busy_site.place.passages("entree", "porte", "in", [wall(TUESDAY, "06:10")])
    busy_site.now_ms += 1_000
    specification = busy_site.get(f"{CHART}.json").json()
    hours = [row["hour"] for row in next(iter(specification["datasets"].values()))]

    svg = ET.fromstring(busy_site.get(f"{CHART}.svg").text)  # noqa: S314 (our own picture)
    drawn = [element.text for element in svg.iter() if element.text in hours]

    assert drawn == hours


def test_the_axis_counts_in_whole_people(site: Site) -> None:
    site.place.covered("entree", "porte", wall(TUESDAY, "08:00"), wall(TUESDAY, "14:30"))
    site.place.passages("entree", "porte", "in", [wall(TUESDAY, "12:10")])

    svg = ET.fromstring(site.get(f"{CHART}.svg").text)  # noqa: S314 (our own picture)
    axis = next(
        element
        for element in svg.iter()
        if element.get("aria-label", "").startswith("Y-axis")
        or (
            "role-axis-label" in element.get("class", "")
            and any(text.text == "4" for text in element.iter())
        )
    )
    labels = [element.text for element in axis.iter() if element.text and element.text.isdigit()]
    assert labels == ["0", "1", "2", "3", "4"]


def test_a_measured_zero_is_written_and_the_future_left_empty(busy_site: Site) -> None:
    specification = busy_site.get(f"{CHART}.json").json()
    rows = next(iter(specification["datasets"].values()))
    written = {row["hour"]: row["written"] for row in rows}

    assert written["8\u00a0h"] == str(next(r["entries"] for r in rows if r["hour"] == "8\u00a0h"))
    assert written["16\u00a0h"] == ""
    quiet = TUESDAY + timedelta(weeks=1)
    busy_site.place.covered("entree", "porte", wall(quiet, "00:00"), wall(quiet, "14:30"))
    busy_site.now_ms = wall(quiet, "14:37")
    rows = next(iter(busy_site.get(f"{CHART}.json").json()["datasets"].values()))
    assert {row["written"] for row in rows if row["hour"] == "12\u00a0h"} == {"0"}


def test_nothing_to_draw_is_not_drawn(site: Site) -> None:
    site.place.status("entree", site.now_ms - 5_000)

    for form in ("svg", "json"):
        assert site.get(f"{CHART}.{form}").status_code == 404


def test_a_picture_that_cannot_be_drawn_says_so_itself(
    busy_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def draw(_: list[object]) -> list[bytes]:
        raise DrawingError("vl-convert failed")

    monkeypatch.setattr(drawings, "draw_pictures", draw)

    answer = busy_site.get(f"{CHART}.svg")

    assert answer.status_code == 503
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.headers["cache-control"] == "no-store"
    assert "Graphique non dessiné" in "".join(ET.fromstring(answer.text).itertext())  # noqa: S314 (our own picture)


def test_the_picture_is_drawn_from_the_same_figures(busy_site: Site) -> None:
    answer = busy_site.get(f"{CHART}.svg")

    svg = ET.fromstring(answer.text)  # noqa: S314 (our own picture)
    texts = {element.text for element in svg.iter() if element.text}
    drawn = busy_site.get(f"{CHART}.json").text
    written = re.findall(r'"written": ?"(\d+)"', drawn)
    assert answer.headers["content-type"] == "image/svg+xml"
    assert len(written) >= 6
    assert set(written) <= texts
    assert "style=" not in answer.text


def test_an_address_with_its_version_may_be_kept_for_ever_and_no_other(busy_site: Site) -> None:
    version = re.findall(r'data-version="(\w+)"', busy_site.get("/aujourdhui").text)[0]

    for form in ("svg", "json"):
        named = busy_site.get(f"{CHART}.{form}?v={version}")
        assert "immutable" in named.headers["cache-control"]
        other = busy_site.get(f"{CHART}.{form}?v=0000")
        assert other.headers["cache-control"] == "no-store"


def test_pictures_are_drawn_again_at_most_once_a_minute(
    busy_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[int] = []

    def draw(specifications: list[object]) -> list[bytes]:
        drawn.append(len(specifications))
        return [b"<svg/>"] * len(specifications)

    monkeypatch.setattr(drawings, "draw_pictures", draw)
    for seconds in (0, 1, 30, 61):
        at = busy_site.now_ms = wall(TUESDAY, "14:37") + seconds * 1_000
        busy_site.place.passages("entree", "porte", "in", [at])
        busy_site.get(f"{CHART}.svg?theme=dark&size=narrow")

    assert drawn == [4, 4]  # both sizes and both themes at once


def test_a_chart_that_cannot_be_drawn_says_why() -> None:
    with pytest.raises(DrawingError, match="vl-convert failed"):
        drawings.draw_pictures([{"mark": "no such mark", "data": {"values": []}}])


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_text_stands_out_seven_to_one(scheme: int) -> None:
    css = STYLE.read_text()
    light, dark = (
        dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", block))
        for block in re.findall(r":root \{(.*?)\}", css, re.DOTALL)[:2]
    )
    colours = light | dark if scheme else light

    for text, ground in PAIRS:
        contrast = _contrast(colours[text], colours[ground])
        assert contrast >= ENOUGH_CONTRAST, f"{text} on {ground}: {contrast:.1f}"


def _contrast(one: str, other: str) -> float:
    """Return the contrast of WCAG 2.2."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[n : n + 2], 16) / 255 for n in (0, 2, 4)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
