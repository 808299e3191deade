"""Whatever the collector refuses has words for people, and no words are left over."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pasperdus_collector
import pasperdus_dashboards
from pasperdus_collector.api.invalid import pydantic_reasons
from pasperdus_collector.errors import fault
from pasperdus_dashboards.shell.languages import languages
from pasperdus_dashboards.shell.refusals import reasons, words
from support.pages import plain

PACKAGES = [Path(*each.__path__) for each in (pasperdus_collector, pasperdus_dashboards)]
PARIS = ZoneInfo("Europe/Paris")
FRENCH, ENGLISH = languages()["fr"], languages()["en"]


def raised() -> Iterator[tuple[str, str, set[str]]]:
    """Every fault in our sources: where, its reason, and what it tells."""
    for path in sorted(path for package in PACKAGES for path in package.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                if node.func.id != "fault":
                    continue
                reason = node.args[1]
                where = f"{path}:{node.lineno}"
                assert isinstance(reason, ast.Constant), f"{where}: write the reason where it is"
                told = {str(each.arg).removesuffix("_ms") for each in node.keywords}
                yield where, str(reason.value), told


def test_every_reason_has_words_and_no_words_are_left_over() -> None:
    assert {reason for _, reason, _ in raised()} | pydantic_reasons() == set(reasons())


def test_every_fault_tells_what_its_words_need() -> None:
    for where, reason, told in raised():
        assert set(re.findall(r"%\((\w+)\)", reasons()[reason])) <= told, where


def test_days_and_times_are_told_in_the_time_of_the_site() -> None:
    overlap = fault(
        "",
        "periods-overlap",
        earlier="Avant",
        later="Pupitre",
        end_ms=1_793_574_000_000,
        start_ms=1_793_539_800_000,
    )

    assert plain(words(overlap, FRENCH, PARIS)) == (
        "« Avant » se poursuit jusqu’au 2 novembre 2026, et « Pupitre » commence le 1er novembre "
        "2026, 14 h 30. Deux périodes d’un même essai ne peuvent pas se chevaucher."
    )
    assert "until 1 November 2026, 23:00, and" in plain(words(overlap, ENGLISH, ZoneInfo("UTC")))


def test_a_weekday_and_a_list_of_names_are_told_as_words() -> None:
    away = fault("", "not-held-that-day", weekday=date(2026, 11, 24))
    several = fault("question", "several-questions", known=("accueil", "attente"))

    assert "un mardi" in words(away, FRENCH, PARIS)
    assert "accueil, attente" in words(several, FRENCH, PARIS)
