"""Every page in a real browser: as it was reviewed, in its window, for everybody."""

from __future__ import annotations

from pathlib import Path

import pytest

from support import kept_pictures
from support.browsing import CHROMIUM, Opening
from support.keyboard import stops
from support.page_pictures import Shot, difference, keep, shots, taken
from support.places import PAGES, Place, Serving

KEPT = Path(__file__).parents[1] / "pictures"
MOST_KEPT_BYTES = 5_000_000
USUAL = [place for place in PAGES if place.kind != "state"]
NARROW, ZOOMED, PAPER = 320, 640, 700  # CSS pixels: 400 % and 200 % of 1280; A4 within its margins

pytestmark = [
    pytest.mark.slow(about_s=30),
    pytest.mark.skipif(CHROMIUM is None, reason="needs the chromium of the system"),
]


@pytest.mark.parametrize("shot", shots(), ids=lambda shot: shot.file.removesuffix(".png"))
def test_a_page_looks_as_it_was_reviewed_and_axe_finds_nothing(
    shot: Shot, sites: Serving, browse: Opening, tmp_path: Path
) -> None:
    tab = sites.opened(browse, shot.place, theme=shot.theme, size=shot.size)
    drawn = taken(tab)
    assert tab.violations() == []
    assert tab.overflowing() == []

    reviewed = KEPT / shot.file
    differs: str | None = "there is none"
    if reviewed.exists():
        differs = difference(kept_pictures.read(reviewed), drawn)
    if differs:
        keep(tmp_path / shot.file, drawn)
    assert not differs, f"{shot.file}: {differs}; look at {tmp_path / shot.file}"


@pytest.mark.parametrize("place", USUAL, ids=lambda place: place.name)
def test_a_page_in_english_is_usable_by_keyboard_when_enlarged_and_on_paper(
    place: Place, sites: Serving, browse: Opening
) -> None:
    tab = sites.opened(browse, place, language="en")
    assert tab.evaluate("document.documentElement.lang") == "en"
    if place.kind == "main":
        assert tab.violations() == []
    passed = stops(tab)
    assert [(stop.what, stop.faults) for stop in passed if stop.faults] == []
    assert passed[0].what == "a Skip to the content"

    tab.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    for width in (ZOOMED, NARROW):
        tab.page.set_viewport_size({"width": width, "height": 512})
        assert tab.overflowing() == [], width

    tab.page.set_viewport_size({"width": PAPER, "height": 1000})
    tab.page.emulate_media(media="print")
    assert tab.cut_off() == []
    assert tab.evaluate("document.querySelector('nav.pages').checkVisibility()") is False


def test_the_pictures_are_small_and_none_is_left_over() -> None:
    kept = {path.name: path.stat().st_size for path in KEPT.glob("*.png")}

    assert set(kept) == {shot.file for shot in shots()}
    assert sum(kept.values()) <= MOST_KEPT_BYTES
