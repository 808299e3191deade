"""Words from the right catalogue, and French set as French is."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel.messages.pofile import PoFileError

from pasperdus_service.errors import CatalogueError
from pasperdus_service.languages import languages
from pasperdus_service.typography import french
from support.pages import TUESDAY
from support.reception import wall

PARIS = ZoneInfo("Europe/Paris")
HEAD = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\\n"

"""


def write(catalogues: Path, name: str, words: str) -> None:
    path = catalogues / "fr" / "LC_MESSAGES" / f"{name}.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEAD + words, encoding="utf-8")


@pytest.fixture
def catalogues(tmp_path: Path) -> Path:
    plural = (
        'msgid "one"\nmsgid_plural "%(count)s people"\n'
        'msgstr[0] "une personne"\nmsgstr[1] "%(count)s personnes"\n'
    )
    write(tmp_path, "today", f'msgid "Who is next?"\nmsgstr "À qui le tour ?"\n\n{plural}')
    write(tmp_path, "fleet", 'msgid "Nodes"\nmsgstr "Nœuds"\n')
    return tmp_path


@pytest.mark.parametrize(
    ("plain", "set_in_french"),
    [
        ("Deux : trois ; quatre ! cinq ?", "Deux\u00a0: trois\u202f; quatre\u202f! cinq\u202f?"),
        ("« oui »", "«\u00a0oui\u00a0»"),
        ("l'avis", "l’avis"),
        ("de %(a)s à %(b)s", "de %(a)s à %(b)s"),
        ("30 %", "30\u202f%"),
    ],
)
def test_french_spaces(plain: str, set_in_french: str) -> None:
    assert french(plain) == set_in_french


def test_the_files_of_a_folder_are_read_together(catalogues: Path) -> None:
    both = languages(catalogues)

    assert both["fr"].gettext("Who is next?") == "À qui le tour\u202f?"
    assert both["fr"].gettext("Nodes") == "Nœuds"
    assert both["en"].gettext("It's %(name)s", name="Ann") == "It’s Ann"
    assert [both["fr"].ngettext("one", "%(count)s people", n) for n in (0, 1, 1500)] == [
        "une personne",
        "une personne",
        "1\u202f500 personnes",
    ]


def test_a_message_that_two_files_translate_is_an_error(catalogues: Path) -> None:
    write(catalogues, "stored", 'msgid "Nodes"\nmsgstr "Boîtiers"\n')

    with pytest.raises(CatalogueError, match=r"stored\.po.*'Nodes'"):
        languages(catalogues)


def test_a_catalogue_that_cannot_be_read_is_an_error(catalogues: Path) -> None:
    write(catalogues, "door", 'mgsid "open"\nmsgstr "ouvert"\n')

    with pytest.raises(PoFileError, match="misformatted"):
        languages(catalogues)


def test_numbers_and_times_are_written_as_each_language_does(catalogues: Path) -> None:
    both = languages(catalogues)
    fr, en = both["fr"], both["en"]
    at = wall(TUESDAY, "14:05")

    assert (fr.number(1234), en.number(1234)) == ("1\u202f234", "1,234")
    assert (fr.percent(0.784), en.percent(0.784)) == ("78\u202f%", "78%")
    assert (fr.clock(at, PARIS), en.clock(at, PARIS)) == ("14\u00a0h\u00a005", "14:05")
    assert (fr.day(TUESDAY), en.day(TUESDAY)) == (
        "mardi 24\u00a0novembre 2026",
        "Tuesday 24\u00a0November 2026",
    )
    first = TUESDAY.replace(day=1)
    assert (fr.short_day(first), en.short_day(first)) == (
        "1er\u00a0novembre 2026",
        "1\u00a0November 2026",
    )
    assert fr.day(first) == "dimanche 1er\u00a0novembre 2026"
    assert fr.moment(at, PARIS, TUESDAY) == "14\u00a0h\u00a005"
    friday = TUESDAY.replace(day=27)
    assert fr.moment(at, PARIS, friday) == "le 24\u00a0novembre à 14\u00a0h\u00a005"
    assert en.moment(at, PARIS, friday) == "24\u00a0November, 14:05"
    full = wall(TUESDAY, "04:00")
    assert (fr.clock(full, PARIS), en.clock(full, PARIS)) == ("4\u00a0h", "04:00")
    assert fr.duration(125 * 60_000) == "2\u00a0h\u00a005"
