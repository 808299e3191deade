"""The words of both languages: complete, alike, and without a promise too many."""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any, get_args

import pytest

from pasperdus_collector.analysis.outcomes import OUTCOMES
from pasperdus_collector.analysis.result import Advice, VerdictCode
from pasperdus_collector.analysis.wording import TABLES
from pasperdus_collector.analysis.words import Language

FORBIDDEN = {
    "fr": ("prouv", "significati", "gagnant", "démontr", "les visiteurs", "p-valeur"),
    "en": ("prove", "significan", "winner", "demonstrat", "the visitors", "p-value"),
}


def texts(words: Any, at: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text of a table with its place."""
    if isinstance(words, str):
        yield at, words
    elif isinstance(words, Mapping):
        for key, each in words.items():
            yield from texts(each, f"{at}.{key}")
    else:
        for n, each in enumerate(words):
            yield from texts(each, f"{at}.{n}")


def blanks(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


def test_both_languages_say_the_same_things_with_the_same_figures() -> None:
    french, english = (dict(texts(asdict(TABLES[each]))) for each in ("fr", "en"))

    assert french.keys() == english.keys()
    assert {at: blanks(text) for at, text in french.items()} == {
        at: blanks(text) for at, text in english.items()
    }


@pytest.mark.parametrize("language", get_args(Language))
def test_no_word_promises_too_much(language: Language) -> None:
    told = " ".join(text.lower() for _, text in texts(asdict(TABLES[language])))

    assert [word for word in FORBIDDEN[language] if word in told.replace("improve", "")] == []


@pytest.mark.parametrize("language", get_args(Language))
def test_every_code_has_its_words(language: Language) -> None:
    table = TABLES[language]

    assert set(table.verdicts) == set(get_args(VerdictCode))
    assert set(table.advice) == set(table.decided) == set(get_args(Advice))
    assert set(OUTCOMES) <= set(table.nouns)
