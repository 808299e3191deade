"""No word without a translation, and French set as French is."""

from __future__ import annotations

import re
from pathlib import Path
from zoneinfo import ZoneInfo

import jinja2
import pytest
from babel.messages.extract import extract_from_dir

import pasperdus_dashboards
from pasperdus_collector.typography import french
from pasperdus_dashboards.languages import languages, read_catalogue
from pasperdus_dashboards.templating import TEMPLATES
from support.pages import TUESDAY
from support.reception import wall

PARIS = ZoneInfo("Europe/Paris")
PACKAGE = Path(pasperdus_dashboards.__file__).parent
NAMES = {"Pas", "perdus"}  # the same in every language
READ_ALOUD = ("aria-label", "alt", "title", "placeholder", "data-text")

Message = str | tuple[str, ...]


def written_messages() -> set[Message]:
    """Every message of code and templates."""
    found = extract_from_dir(
        PACKAGE,
        method_map=[("**.py", "python"), ("templates/**.html", "jinja2")],
        keywords={"_": None, "gettext": None, "ngettext": (1, 2)},
    )
    return {message for _, _, message, _, _ in found}


def test_every_message_is_translated_and_no_translation_is_left_over() -> None:
    catalogue = {message.id: message for message in read_catalogue("fr") if message.id}

    assert set(catalogue) == written_messages()
    for message in catalogue.values():
        assert not message.fuzzy, message.id
        strings = [message.string] if isinstance(message.string, str) else message.string
        assert strings, message.id
        assert all(strings), message.id
        assert list(message.check()) == []


def test_translations_ask_for_the_same_values_as_their_messages() -> None:
    for message in read_catalogue("fr"):
        if not message.id:
            continue
        asked = set(re.findall(r"%\((\w+)\)", str(message.id)))
        given = set(re.findall(r"%\((\w+)\)", str(message.string)))
        assert given <= asked, message.id
        assert asked - given <= {"last"}, message.id


def test_no_template_has_words_outside_messages() -> None:
    environment = jinja2.Environment(autoescape=True)
    for path in sorted(TEMPLATES.rglob("*.html")):
        tokens = environment.lex(path.read_text())
        html = "".join(value if kind == "data" else "\x00" for _, kind, value in tokens)
        spoken = " ".join(re.findall(rf'(?:{"|".join(READ_ALOUD)})="([^"]*)"', html))
        text = re.sub(r"<[^>]*>", " ", html)
        words = set(re.findall(r"[^\W\d_]{2,}", f"{text} {spoken}"))
        assert words <= NAMES, path


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


def test_numbers_and_times_are_written_as_each_language_does() -> None:
    fr, en = languages()["fr"], languages()["en"]
    at = wall(TUESDAY, "14:05")

    assert (fr.number(1234), en.number(1234)) == ("1\u202f234", "1,234")
    assert (fr.percent(0.784), en.percent(0.784)) == ("78\u202f%", "78%")
    assert (fr.clock(at, PARIS), en.clock(at, PARIS)) == ("14\u00a0h\u00a005", "14:05")
    assert (fr.day(TUESDAY), en.day(TUESDAY)) == (
        "mardi 24\u00a0novembre 2026",
        "Tuesday 24\u00a0November 2026",
    )
    assert fr.moment(at, PARIS, TUESDAY) == "14\u00a0h\u00a005"
    friday = TUESDAY.replace(day=27)
    assert fr.moment(at, PARIS, friday) == "le 24\u00a0novembre à 14\u00a0h\u00a005"
    full = wall(TUESDAY, "04:00")
    assert (fr.clock(full, PARIS), en.clock(full, PARIS)) == ("4\u00a0h", "04:00")
    assert fr.duration(125 * 60_000) == "2\u00a0h\u00a005"
