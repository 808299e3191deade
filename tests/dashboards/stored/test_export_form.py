"""The form that builds the address of an export."""

from __future__ import annotations

import csv
import json
import re
from html import unescape

import pytest

from support.pages import TUESDAY, Site, plain
from support.reception import wall

EXPORT = "/donnees/export"
ASKED = "first=2026-11-01&last=2026-11-24"


def built(html: str) -> str:
    found = re.search(r'<a class="button" href="([^"]+)" download', html)
    assert found is not None, html
    return unescape(found[1])


def number(text: str) -> float:
    return float(re.sub(r"[^\d,]", "", text).replace(",", "."))


def promised(html: str) -> tuple[int, int, float]:
    """Return rows, columns and bytes as the page says them."""
    units = {"octets": 1, "ko": 1_000, "Mo": 1_000_000}
    found = re.search(r"([\d ]+) lignes de (\d+) colonnes, environ ([\d, ]+) (\w+)\.", plain(html))
    assert found is not None, html
    return int(number(found[1])), int(found[2]), number(found[3]) * units[found[4]]


@pytest.mark.parametrize("bucket", ["15m", "1h", "1d"])
@pytest.mark.parametrize("form", ["csv", "excel", "jsonl"])
def test_the_file_is_as_large_as_the_page_said(day_site: Site, bucket: str, form: str) -> None:
    day_site.place.ratings("borne", [(wall(TUESDAY, "09:00") + n * 60_000, 4) for n in range(30)])
    day_site.place.release(day_site.now_ms)
    html = day_site.get(f"{EXPORT}?{ASKED}&bucket={bucket}&form={form}").text

    rows, columns, size = promised(html)
    file = day_site.get(built(html))

    assert file.status_code == 200, file.text
    assert 0.5 < size / len(file.content) < 2
    if form == "jsonl":
        lines = [json.loads(line) for line in file.text.splitlines()]
        assert len(lines) - 1 == rows
        assert lines[1]["start_utc"] == "2026-10-31T23:00:00Z"
    else:
        table = list(csv.reader(file.text.splitlines(), delimiter=";" if form == "excel" else ","))
        assert (len(table) - 1, len(table[0])) == (rows, columns)


def test_only_what_was_ticked_is_asked_for_and_the_form_remembers_it(day_site: Site) -> None:
    html = day_site.get(
        f"{EXPORT}?{ASKED}&bucket=1d&form=csv&measures=passages_in&measures=stay_minutes"
    ).text

    assert built(html).endswith("&bucket=1d&measures=passages_in,stay_minutes")
    assert len(re.findall(r'value="(?:passages_in|stay_minutes)" checked', html)) == 2
    assert 'value="2026-11-24"' in html


@pytest.mark.parametrize(
    ("asked", "where", "words"),
    [
        ("first=2026-11-24&last=2026-11-02&bucket=1d&form=csv", "last", "précède le premier"),
        ("first=le+2&last=2026-11-02&bucket=1d&form=csv", "first", "pas une date"),
        ("first=2026-11-01&last=9999-12-31&bucket=1d&form=csv", "last", "pas une date"),
        (f"{ASKED}&bucket=1d&form=pdf", "form", "Choisissez"),
        (f"{ASKED}&bucket=9y&form=csv", "bucket", "Choisissez"),
        (f"{ASKED}&bucket=15m&form=csv&measures=stay_minutes", "measures", "si finement"),
        (f"{ASKED}&bucket=1d&form=csv&measures=index", "measures", "rien de tel"),
        (f"{ASKED}&bucket=1d&form=csv&measures=colour", "measures", "Choisissez"),
    ],
)
def test_what_is_wrong_is_said_where_it_stands(
    day_site: Site, asked: str, where: str, words: str
) -> None:
    answer = day_site.get(f"{EXPORT}?{asked}")

    assert answer.status_code == 422
    error = re.search(rf'id="{where}-error">(.*?)</p>', answer.text)
    assert error is not None, answer.text
    assert words in plain(error[1])
    assert f'href="#{where}"' in answer.text
    assert "download" not in answer.text
