"""No word of the pages without a translation."""

from __future__ import annotations

import re
from pathlib import Path

import jinja2

import pasperdus_dashboards
from pasperdus_dashboards.shell.languages import CATALOGUES
from pasperdus_dashboards.shell.templating import TEMPLATES
from pasperdus_service.languages import read_catalogue
from support.catalogues import Message, assert_translated, written_messages

PACKAGE = Path(pasperdus_dashboards.__file__).parent
NAMES = {"Pas", "perdus"}  # the same in every language
READ_ALOUD = ("aria-label", "alt", "title", "placeholder", "data-text")


def written() -> set[Message]:
    """Every message of code and templates."""
    templates = [("templates/**.html", "jinja2")]
    return written_messages(PACKAGE, also=templates, keywords=("_", "gettext"))


def test_every_message_is_translated_and_no_translation_is_left_over() -> None:
    assert_translated(CATALOGUES, written())


def test_translations_ask_for_the_same_values_as_their_messages() -> None:
    for message in read_catalogue(CATALOGUES, "fr"):
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
