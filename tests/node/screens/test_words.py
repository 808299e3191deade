"""No word on a screen without a translation, and none that did not go through the catalogue."""

from __future__ import annotations

import re
from dataclasses import replace
from gettext import NullTranslations
from pathlib import Path
from typing import get_args

import pytest

import pasperdus_node.screens
from pasperdus_contract.tokens import TOKENS
from pasperdus_node.screens.agent import agent
from pasperdus_node.screens.words import CATALOGUES, languages, token_name
from pasperdus_node.terminal.actions import Page
from pasperdus_node.terminal.state import Kept, Terminal, Toast, ToastKind, View
from pasperdus_service.languages import read_catalogue
from support import boards
from support.catalogues import Message, assert_translated, written_messages
from support.looks import look, read

PACKAGE = Path(pasperdus_node.screens.__file__).parent
NOW = boards.now("10:42")


def written() -> set[Message]:
    """Every message of the screens."""
    return written_messages(PACKAGE, keywords=("gettext", "noted"))


def test_every_message_is_translated_and_no_translation_is_left_over() -> None:
    assert_translated(CATALOGUES, written())


def test_translations_ask_for_the_same_values_as_their_messages() -> None:
    for message in read_catalogue(CATALOGUES, "fr"):
        asked = set(re.findall(r"%\((\w+)\)", str(message.id)))
        given = set(re.findall(r"%\((\w+)\)", str(message.string)))
        assert not message.id or given == asked, message.id


@pytest.mark.parametrize("code", ["fr", "en"])
def test_each_token_has_a_name_of_its_own(code: str) -> None:
    names = {token_name(languages()[code], token) for token in TOKENS}

    assert len(names) == len(TOKENS)
    assert not names & set(TOKENS)


def test_french_names_agree_with_their_shapes() -> None:
    french = {token: token_name(languages()["fr"], token) for token in TOKENS}

    for token, name in french.items():
        colour, _, shape = token.partition("-")
        is_feminine = shape in ("star", "moon", "drop")
        if colour in ("blue", "green"):
            assert name.endswith("e") is is_feminine, name


class Masked(NullTranslations):
    """A language of no letters: what can still be read did not go through the catalogue."""

    def gettext(self, message: str) -> str:
        return _masked(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return _masked(msgid1 if n == 1 else msgid2)


def _masked(message: str) -> str:
    asked = re.split(r"(%\(\w+\)s)", message)
    return "".join(part if part.startswith("%(") else re.sub(r"\w", "•", part) for part in asked)


def test_every_word_on_the_agents_screens_goes_through_the_catalogue() -> None:
    spoken = replace(languages()["en"], translations=Masked())
    board = boards.busy_board(9)
    at_hand = Terminal(
        node=boards.NODE,
        site=boards.SITE,
        kept=Kept(board=board, heard_ms=NOW.uptime_ms),
        day=boards.DAY,
        is_connected=True,
    )
    content = board.model_dump_json() + boards.NODE
    # A duration's unit, days, the other language's own name, and the project's.
    known = {"min", "Nov", "Tuesday", "Français", "Pas", "perdus"}
    views = [View(page=page) for page in Page if page is not Page.CARDS]
    views += [View(items=(visit.visit,), below=(0,)) for visit in board.visits]
    toasts: list[Toast | None] = [None]
    toasts += [
        Toast(
            kind=kind,
            until_ms=NOW.uptime_ms + 5_000,
            token=TOKENS[0],
            by="Accueil",
            undoes=("a" * 32, 1),
        )
        for kind in get_args(ToastKind)
    ]

    for view, toast, is_connected in [
        *((view, None, True) for view in views),
        *((views[0], toast, True) for toast in toasts),
        (views[0], None, False),
    ]:
        one = replace(at_hand, view=view, toast=toast, is_connected=is_connected)
        scene = agent(one, NOW, look(spoken=spoken))
        told = set(re.findall(r"[^\W\d_]{2,}", read(scene)))
        assert {word for word in told if word not in content} <= known, view
