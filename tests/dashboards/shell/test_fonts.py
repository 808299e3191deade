"""The typeface of the pages: whole, small, and under a name that its licence allows."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

import pasperdus_dashboards
from pasperdus_dashboards.errors import ChildError
from pasperdus_dashboards.shell import child
from pasperdus_dashboards.shell.fonts import FAMILY, faces, font_file, fonts_version
from pasperdus_service.languages import read_catalogue
from support.pages import Site

PACKAGE = Path(pasperdus_dashboards.__file__).parent
STYLE = PACKAGE / "static/styles/05-fonts.css"
MOST_BYTES = 45_000
BY_THEMSELVES = "0123456789+−–×÷±%€\u202f\u00a0«»’…→·"  # written by code, not by a catalogue
FILES = [face.file for face in faces()]


@pytest.mark.parametrize("file", FILES)
def test_every_letter_of_the_pages_is_in_the_typeface(file: str) -> None:
    drawn = _opened(file).getBestCmap()

    missing = {letter for letter in _letters() if ord(letter) not in drawn}
    assert missing == set()


@pytest.mark.parametrize("file", FILES)
def test_a_face_is_small_and_gives_its_figures_one_width(file: str) -> None:
    content = font_file(file)
    assert content is not None
    font = _opened(file)
    cmap = font.getBestCmap()

    assert len(content) <= MOST_BYTES
    assert len({font["hmtx"][cmap[ord(figure)]][0] for figure in "0123456789"}) == 1


@pytest.mark.parametrize("file", FILES)
def test_what_is_cut_down_has_our_name_and_keeps_copyright_and_licence(file: str) -> None:
    names = {record.nameID: str(record) for record in _opened(file)["name"].names}

    assert names[1] == FAMILY
    assert not any("Source" in names[number] for number in (1, 3, 4, 6))
    assert "Adobe" in names[0]
    assert "SIL Open Font License" in names[13]


def test_the_style_sheet_names_each_file_with_its_version(site: Site) -> None:
    addresses = re.findall(r'url\("([^"]+)"\)', STYLE.read_text())

    assert addresses == [f"fonts/{file}?v={fonts_version()}" for file in FILES]
    for address in addresses:
        answer = site.get(f"/static/{address}")
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.headers["Content-Type"] == "font/woff"


def test_the_licence_is_served_beside_the_files(site: Site) -> None:
    answer = site.get("/static/fonts/LICENSE.txt")

    assert answer.status_code == 200
    assert "SIL OPEN FONT LICENSE" in answer.text
    assert site.get("/static/fonts/other.woff").status_code == 404


def test_a_child_process_that_fails_says_which_and_why() -> None:
    with pytest.raises(ChildError, match=r"no_such_module failed with status 1: .*No module"):
        child.answer_of("pasperdus_dashboards.no_such_module")


def _opened(file: str) -> TTFont:
    content = font_file(file)
    assert content is not None
    return TTFont(BytesIO(content))


def _letters() -> set[str]:
    """Return all that catalogues and templates write, in both languages."""
    templates = "".join(path.read_text() for path in PACKAGE.rglob("templates/**/*.html"))
    messages = read_catalogue(PACKAGE / "locale", "fr")
    spoken = "".join(f"{message.id}{message.string}" for message in messages)
    return {letter for letter in templates + spoken + BY_THEMSELVES if letter not in "\n\t"}
