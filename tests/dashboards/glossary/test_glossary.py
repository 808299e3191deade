"""The glossary: found by whoever follows a link, in the order of each alphabet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import pasperdus_dashboards
from pasperdus_dashboards.glossary.term import letters
from pasperdus_dashboards.glossary.terms import terms
from pasperdus_dashboards.shell.languages import languages
from support.pages import Site, plain

ROOM = Path(pasperdus_dashboards.__file__).parent
LINKS = (
    r"""\bterm=["']([a-z-]+)["']""",
    r"""/glossaire['")} ]*#([a-z-]+)""",
    r"""how\((?:[^()]|\([^()]*\))*,\s*address,\s*["']([a-z-]+)["']\)""",
)


def linked() -> Iterator[tuple[str, str]]:
    """Yield every anchor that a page links to, and where."""
    for path in (*ROOM.rglob("*.html"), *ROOM.rglob("*.py")):
        for pattern in LINKS:
            for anchor in re.findall(pattern, path.read_text(encoding="utf-8")):
                yield anchor, str(path.relative_to(ROOM))


def test_every_anchor_that_a_page_links_to_is_there() -> None:
    anchors = {term.anchor for term in terms(languages()["fr"])}
    found = dict(linked())

    assert {anchor: where for anchor, where in found.items() if anchor not in anchors} == {}
    assert "base-locale" in found


@pytest.mark.parametrize(
    ("code", "neighbours"),
    [("fr", ["Écart", "Effet"]), ("fr", ["Nœud", "Note"]), ("en", ["Before", "Burst"])],
)
def test_terms_stand_in_the_order_of_the_alphabet(code: str, neighbours: list[str]) -> None:
    assert sorted(neighbours, key=letters) == neighbours
    titles = [term.title for term in terms(languages()[code])]
    assert titles == sorted(titles, key=letters)
    assert len(set(titles)) == len(titles) >= 25


def test_each_term_says_one_or_two_sentences_under_its_own_anchor(site: Site) -> None:
    for code, query in (("fr", ""), ("en", "?lang=en")):
        html = plain(site.get(f"/glossaire{query}").text)
        for term in terms(languages()[code]):
            assert html.count(f'id="{term.anchor}"') == 1
            assert plain(term.text) in html.replace("&#39;", "'").replace("&#34;", '"')
            assert 1 <= len(re.findall(r"[.!?](?= |$)", term.text)) <= 2, term.text


@pytest.mark.parametrize("code", ["fr", "en"])
def test_the_alphabet_leads_to_the_first_term_of_each_letter(site: Site, code: str) -> None:
    html = site.get(f"/glossaire?lang={code}").text

    strip = html.partition('class="alphabet')[2].partition("</nav>")[0]
    links = re.findall(r'<a href="#([a-z-]+)">(\w)</a>', strip)
    found = terms(languages()[code])
    titles = {term.anchor: term.title for term in found}
    assert [letter for _, letter in links] == sorted({letter for _, letter in links})
    assert len(links) == len({letters(term.title)[0] for term in found})
    assert all(letters(titles[anchor])[0].upper() == letter for anchor, letter in links)
