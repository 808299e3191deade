"""Every picture of every screen can be read and touched; some are compared with those kept here."""

from pathlib import Path

import pytest

from support import kept_pictures
from support.gallery import KEPT, WALLS, Wall, drawn, everything
from support.glass import Pixels

PICTURES = Path(__file__).parents[1] / "display" / "pictures"
RENEW = "look at it, then renew it: python -m support.gallery tests/node/display/pictures"
MOST_BYTES = 6_000_000  # 35 kB each; who clones the project fetches all of them


@pytest.mark.slow(about_s=12)
@pytest.mark.parametrize("wall", WALLS, ids=str)
def test_everything_can_be_read_and_touched_and_is_as_it_was(wall: Wall, tmp_path: Path) -> None:
    faulty: dict[str, list[str]] = {}
    differing = []
    for name, shown in drawn(wall, lambda _: True):
        faults = shown.faults()
        for fault in faults:
            faulty.setdefault(fault, []).append(name)
        differs = _difference(name, shown.picture) if name in KEPT else None
        if differs:
            differing.append(f"{tmp_path / name}.png: {differs}; {RENEW}")
        if faults or differs:
            kept_pictures.write(tmp_path / f"{name}.png", shown.picture)

    told = [f"{fault}: {names[0]} and {len(names) - 1} others" for fault, names in faulty.items()]
    assert told == [], f"pictures are in {tmp_path}"
    assert differing == []


def _difference(name: str, picture: Pixels) -> str | None:
    return kept_pictures.difference(kept_pictures.read(PICTURES / f"{name}.png"), picture)


def test_each_picture_that_is_kept_is_drawn_by_somebody() -> None:
    kept = {path.stem for path in PICTURES.glob("*.png")}

    assert kept == KEPT
    assert {name for wall in WALLS for name, _ in everything(wall)} >= KEPT


def test_pictures_stay_small() -> None:
    assert sum(path.stat().st_size for path in PICTURES.glob("*.png")) < MOST_BYTES
