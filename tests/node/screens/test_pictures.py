"""Every picture of every screen can be read and touched; some are compared with those kept here."""

from pathlib import Path

import pytest

from support import kept_pictures
from support.gallery import KEPT, WALLS, Wall, drawn

PICTURES = Path(__file__).parents[1] / "display" / "pictures"
RENEW = "look at it, then renew it: python -m support.gallery tests/node/display/pictures"


@pytest.mark.slow(about_s=12)
@pytest.mark.parametrize("wall", WALLS, ids=str)
def test_everything_can_be_read_and_touched(wall: Wall, tmp_path: Path) -> None:
    found: dict[str, list[str]] = {}
    for name, shown in drawn(wall, lambda _: True):
        for fault in shown.faults():
            found.setdefault(fault, []).append(name)
            kept_pictures.write(tmp_path / f"{name}.png", shown.picture)

    told = [f"{fault}: {names[0]} and {len(names) - 1} others" for fault, names in found.items()]
    assert told == [], f"pictures are in {tmp_path}"


@pytest.mark.parametrize("wall", WALLS, ids=str)
def test_pictures_are_as_they_were(wall: Wall, tmp_path: Path) -> None:
    told = []
    for name, shown in drawn(wall, KEPT.__contains__):
        kept = kept_pictures.read(PICTURES / f"{name}.png")
        differs = kept_pictures.difference(kept, shown.picture)
        if differs:
            kept_pictures.write(tmp_path / f"{name}.png", shown.picture)
            told.append(f"{tmp_path / name}.png: {differs}; {RENEW}")

    assert told == []


def test_each_picture_that_is_kept_is_drawn_by_somebody() -> None:
    kept = {path.stem for path in PICTURES.glob("*.png")}

    assert kept == KEPT
    assert {name for wall in WALLS for name, _ in drawn(wall, KEPT.__contains__)} == KEPT


def test_pictures_stay_small() -> None:
    assert sum(path.stat().st_size for path in PICTURES.glob("*.png")) < 3_000_000
