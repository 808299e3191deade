"""Pictures of a page's charts: drawn together, each at most once a minute and version."""

from __future__ import annotations

from typing import Any

import pytest

from pasperdus_dashboards.shell import drawings
from pasperdus_dashboards.shell.drawings import REDRAWN_EVERY_S, Drawings, Specify


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What the child process was asked for, one list a call; a picture is the chart's name."""
    asked: list[list[str]] = []

    def draw(specifications: list[dict[str, Any]]) -> list[bytes]:
        asked.append([each["name"] for each in specifications])
        return [each["name"].encode() for each in specifications]

    monkeypatch.setattr(drawings, "draw_pictures", draw)
    return asked


Beside = dict[tuple[str, ...], tuple[str, Specify]]


def of(name: str) -> Specify:
    return lambda: {("wide",): {"name": f"{name}-wide"}, ("narrow",): {"name": f"{name}-narrow"}}


def test_whoever_asks_for_one_picture_has_those_beside_it_drawn_along(
    drawn: list[list[str]],
) -> None:
    known = Drawings()
    beside: Beside = {(name,): ("1", of(name)) for name in "abc"}

    first = known.draw(("a",), version="1", now_s=0, specify=of("a"), beside=beside)
    second = known.draw(("b",), version="1", now_s=1, specify=of("b"), beside=beside)

    assert len(drawn) == 1
    assert len(drawn[0]) == 6
    assert first.pictures == {("wide",): b"a-wide", ("narrow",): b"a-narrow"}
    assert second.pictures["wide",] == b"b-wide"


def test_only_those_that_changed_are_drawn_again(drawn: list[list[str]]) -> None:
    known = Drawings()
    beside: Beside = {("b",): ("1", of("b"))}
    known.draw(("a",), version="1", now_s=0, specify=of("a"), beside=beside)
    changed: Beside = {("a",): ("2", of("a")), ("b",): ("1", of("b"))}

    soon = known.draw(("a",), version="2", now_s=1, specify=of("a"), beside=changed)
    later = known.draw(("a",), version="2", now_s=REDRAWN_EVERY_S, specify=of("a"), beside=changed)

    assert soon.version == "1"
    assert later.version == "2"
    assert drawn[1] == ["a-wide", "a-narrow"]
