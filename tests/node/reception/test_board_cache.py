"""The last board on the card, and what a screen does with a board that it cannot use."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from pasperdus_contract.board import Board
from pasperdus_contract.codec import encode
from pasperdus_node.reception.board_cache import BoardCache
from pasperdus_node.reception.kept_file import KeptFile
from pasperdus_node.reception.saved import LAZY_MS, SavedChoices
from pasperdus_node.terminal.actions import Page
from pasperdus_node.terminal.resuming import Saved

COMPOSED_AT = 1_772_438_400_000


def board(version: str = "a" * 16, **other: Any) -> Board:
    told = {
        "site": "mairie",
        "title": "Mairie",
        "time_zone": "Europe/Paris",
        "composed_at": COMPOSED_AT,
        "day": "2026-03-02",
    }
    return Board(version=version, **(told | other))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "board.json"


def test_the_last_board_is_there_after_a_restart(path: Path) -> None:
    BoardCache(path, site="mairie").keep(board())

    assert BoardCache(path, site="mairie").load() == board()


def test_a_board_without_news_does_not_wear_the_card(path: Path) -> None:
    cache = BoardCache(path, site="mairie")
    cache.keep(board())
    written = path.stat()

    cache.keep(board(composed_at=COMPOSED_AT + 60_000))
    again = BoardCache(path, site="mairie")
    again.load()
    again.keep(board(composed_at=COMPOSED_AT + 120_000))

    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (written.st_ino, written.st_mtime_ns)
    cache.keep(board(version="b" * 16))
    assert path.stat().st_ino != written.st_ino, "news are written"


@pytest.mark.parametrize("content", [b"", b'{"schema": 1, "site"', b"\x00" * 400])
def test_a_damaged_board_is_set_aside_and_told(path: Path, content: bytes) -> None:
    path.write_bytes(content)

    with capture_logs() as told:
        found = BoardCache(path, site="mairie").load()

    assert found is None
    assert path.with_name("board.json.damaged").read_bytes() == content
    assert not path.exists()
    assert [line["event"] for line in told] == ["a kept file was damaged"]


def test_the_board_of_another_site_is_no_board_of_ours(path: Path) -> None:
    BoardCache(path, site="mairie").keep(board())

    assert BoardCache(path, site="annexe").load() is None
    assert path.exists(), "it is not damaged"


@pytest.mark.parametrize(
    "payload",
    [
        b"not JSON",
        encode(board()).replace(b'"schema":1', b'"schema":2'),
        encode(board(site="annexe")),
        encode(board(time_zone="Europe/Atlantis")),
        encode(board(time_zone="../../etc/passwd")),
    ],
    ids=["no JSON", "a later schema", "another site", "no such zone", "a path"],
)
def test_a_board_that_cannot_be_used_is_told_once_and_the_last_one_stays(
    path: Path, payload: bytes
) -> None:
    cache = BoardCache(path, site="mairie")
    cache.keep(board())

    with capture_logs() as told:
        assert cache.read(payload) is None
        assert cache.read(payload) is None
        good = cache.read(encode(board(version="b" * 16)))
        assert good is not None
        cache.accept()
        cache.keep(good)

    assert [line["event"] for line in told] == [
        "the board cannot be read; the last one stays",
        "the board can be read again",
    ]
    assert BoardCache(path, site="mairie").load() == board(version="b" * 16)


def test_a_card_that_cannot_be_written_is_told_once_and_costs_no_board(tmp_path: Path) -> None:
    path = tmp_path / "gone" / "board.json"
    cache = BoardCache(path, site="mairie")

    with capture_logs() as told:
        for _ in range(3):
            cache.keep(board())
        path.parent.mkdir()
        cache.keep(board())

    assert [line["event"] for line in told] == ["a file cannot be kept", "a file is kept again"]
    assert BoardCache(path, site="mairie").load() == board()


def test_a_power_cut_while_writing_leaves_the_file_before(path: Path) -> None:
    file = KeptFile(path)
    file.write(b"whole")
    # What a cut in the middle of the next write leaves behind.
    path.with_name("board.json.new").write_bytes(b"ha")

    assert KeptFile(path).read() == b"whole"
    assert KeptFile(path).write(b"next")
    assert path.read_bytes() == b"next"
    assert [each.name for each in path.parent.iterdir()] == ["board.json"]


def test_an_agents_choices_outlive_a_restart_and_are_written_only_when_they_change(
    tmp_path: Path,
) -> None:
    path = tmp_path / "choices.json"
    saved = SavedChoices(path)
    chosen = Saved(language="en", service="titres", felt_on=date(2026, 3, 2), page=Page.TALLIES)
    saved.keep(chosen, 0)
    inode = path.stat().st_ino

    again = SavedChoices(path)

    assert again.load() == chosen
    again.keep(chosen, 0)
    assert path.stat().st_ino == inode
    path.write_text("{")
    assert SavedChoices(path).load() is None
    assert path.with_name("choices.json.damaged").exists()


def test_turning_pages_neither_wears_the_card_nor_waits_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "choices.json"
    saved = SavedChoices(path)
    at_home = Saved(language="fr")
    saved.keep(at_home, 0)
    synced: list[int] = []
    monkeypatch.setattr("os.fsync", synced.append)
    written = set()

    for t_ms in range(0, 2 * LAZY_MS, 500):
        saved.keep(replace(at_home, page=(Page.TOKENS, Page.DESKS)[t_ms // 500 % 2]), t_ms)
        written.add(path.stat().st_ino)
    saved.check(2 * LAZY_MS)
    assert len(written) <= 2
    assert synced == []
    assert SavedChoices(path).load() == replace(at_home, page=Page.DESKS)

    saved.keep(replace(at_home, page=Page.MORE), 2 * LAZY_MS + 1)
    saved.stop()
    assert SavedChoices(path).load() == replace(at_home, page=Page.MORE)
    saved.keep(replace(at_home, felt_on=date(2026, 3, 2)), 2 * LAZY_MS + 2)
    assert len(synced) == 2, "what counts is on the card at once"
