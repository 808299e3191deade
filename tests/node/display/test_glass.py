"""What tests of pictures find wrong: each fault, and none where there is none."""

from dataclasses import replace

import pytest

from pasperdus_node.screens.look import Glass
from pasperdus_node.screens.scene import Fill, Icon, Item, Mark, Rect, Scene, Target, Words
from pasperdus_node.screens.theme import DAY
from pasperdus_node.terminal.actions import Back, Go, Page
from support.glass import Shown, opened, pixels

GLASS = Glass(width=400, height=320, px_per_mm=5.0)
BUTTON = Fill(rect=Rect(20, 200, 200, 80), role="raised", radius=12, edge="line")
TEXT = Words(
    rect=Rect(40, 210, 160, 60), text="Retour", size_px=28, weight="bold", role="ink", on="raised"
)
TARGET = Target(rect=BUTTON.rect, tap=Back())
TITLE = replace(TEXT, rect=Rect(20, 10, 200, 60), text="Accueil", on="ground")
SIGN = Icon(rect=Rect(300, 10, 40, 40), name="home", role="ink", on="ground")
TOKEN = Mark(rect=Rect(300, 200, 60, 60), token="red-star", on="ground")
GOOD: tuple[Item, ...] = (BUTTON, TEXT, TITLE, SIGN, TOKEN)


def faults(*items: Item, targets: tuple[Target, ...] = (TARGET,)) -> list[str]:
    scene = Scene(
        width=GLASS.width, height=GLASS.height, ground="ground", items=items, targets=targets
    )
    with opened(GLASS) as window:
        window.show(scene, DAY)
        shown = Shown(
            scene=scene,
            picture=pixels(window, GLASS),
            theme=DAY,
            glass=GLASS,
            measure=window.measure,
        )
        return shown.faults()


def test_a_good_picture_has_no_fault() -> None:
    assert faults(*GOOD) == []


@pytest.mark.parametrize(
    ("item", "fault"),
    [
        (replace(TITLE, text="Accueil de la médiathèque"), "px wide in a box of 200"),
        (replace(TITLE, rect=Rect(20, 10, 200, 16)), "px too high for its box"),
        (replace(TITLE, is_cut=True), "is cut"),
        (replace(TITLE, size_px=20), "only 20 px"),
        (replace(TITLE, text="Accueil 😀"), "the typeface has no"),
        (replace(TITLE, role="line"), "line may not stand on ground"),
        (replace(TITLE, on="surface"), "stands on #fbfaf7, not on surface"),
        (replace(TITLE, rect=Rect(300, 10, 200, 60)), "is not on the glass"),
        (replace(SIGN, on="surface"), "is not on surface"),
        (replace(TOKEN, rect=Rect(300, 200, 24, 24)), "only 24 px"),
        (replace(TEXT, rect=Rect(60, 210, 140, 60)), "are over each other"),
    ],
)
def test_each_fault_of_what_is_drawn_is_found(item: Item, fault: str) -> None:
    others = [other for other in GOOD if other.rect[:2] != item.rect[:2]]

    assert any(fault in found for found in faults(*others, item))


@pytest.mark.parametrize(
    ("target", "fault"),
    [
        (Target(rect=Rect(20, 200, 200, 70), tap=Back()), "200 by 70 px to touch"),
        (Target(rect=Rect(20, 260, 200, 80), tap=Back()), "is not on the glass"),
        (Target(rect=Rect(60, 200, 200, 80), tap=Back()), "is not where its button is drawn"),
    ],
)
def test_each_fault_of_what_is_touched_is_found(target: Target, fault: str) -> None:
    assert any(fault in found for found in faults(*GOOD, targets=(target,)))


def test_two_targets_at_one_place_are_found() -> None:
    other = Target(rect=TARGET.rect, tap=Go(Page.HOME))

    assert any("touched at once" in found for found in faults(*GOOD, targets=(TARGET, other)))


def test_a_badge_may_lie_over_a_sign() -> None:
    badge = Fill(rect=Rect(320, 10, 60, 40), role="warning")
    count = replace(TITLE, text="2", rect=Rect(325, 10, 50, 40), role="on_warning", on="warning")

    assert faults(*GOOD, badge, count) == []
    assert any("over each other" in found for found in faults(*GOOD, count))
