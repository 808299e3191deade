"""A window draws what changed and nothing else, reads touches, and says why it cannot open."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pygame
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pasperdus_contract.tokens import TOKENS
from pasperdus_node.config import ScreenSettings
from pasperdus_node.display.glass import SdlGlass
from pasperdus_node.display.icons import SIGNS
from pasperdus_node.display.painting import differences
from pasperdus_node.display.window import (
    Closed,
    Key,
    Touch,
    Window,
    check_devices,
    chosen_driver,
)
from pasperdus_node.errors import ScreenError
from pasperdus_node.screens.look import Glass
from pasperdus_node.screens.scene import Face, Fill, Icon, Item, Mark, Rect, Ring, Scene, Words
from pasperdus_node.screens.theme import DAY, NIGHT
from support.glass import Pixels, opened, pixels

GLASS = Glass(width=400, height=320, px_per_mm=5.0)
CLOCK = Words(
    rect=Rect(300, 10, 90, 40), text="10 h 42", size_px=24, weight="bold", role="ink", on="ground"
)
CARD = Fill(rect=Rect(20, 100, 200, 100), role="raised", radius=12, edge="line")
STAR = Mark(rect=Rect(40, 110, 80, 80), token="red-star", on="raised")


def scene(*items: Item, ground: str = "ground") -> Scene:
    assert ground in ("ground", "black")
    is_black = ground == "black"
    return Scene(
        width=GLASS.width,
        height=GLASS.height,
        ground="black" if is_black else "ground",
        items=items,
    )


@pytest.fixture
def window() -> Iterator[Window]:
    with opened(GLASS) as window:
        yield window


def shown(*items: Item) -> Pixels:
    with opened(GLASS) as window:
        window.show(scene(*items), DAY)
        return pixels(window, GLASS).copy()


# Drawing


def test_the_same_picture_is_not_drawn_again(window: Window) -> None:
    assert window.show(scene(CLOCK, CARD), DAY)
    assert not window.show(scene(CLOCK, CARD), DAY)
    assert window.show(scene(CLOCK), DAY)
    assert window.show(scene(CLOCK), NIGHT)
    assert window.show(scene(ground="black"), NIGHT)
    assert not pixels(window, GLASS).any()


def test_only_what_changed_is_drawn() -> None:
    later = replace(CLOCK, text="10 h 43")

    assert differences(scene(CLOCK, CARD, STAR), scene(later, CARD, STAR)) == [
        pygame.Rect(CLOCK.rect)
    ]


def test_what_changed_together_far_apart_is_drawn_apart() -> None:
    later = replace(CLOCK, text="10 h 43")
    found = differences(scene(CLOCK, CARD, STAR), scene(later, CARD))

    assert sorted(map(tuple, found)) == sorted([tuple(CLOCK.rect), tuple(STAR.rect)])


def test_what_comes_to_lie_above_is_drawn_again(window: Window) -> None:
    window.show(scene(CARD, STAR), DAY)
    window.show(scene(STAR, CARD), DAY)

    assert (pixels(window, GLASS) == shown(STAR, CARD)).all()


def test_nothing_is_drawn_past_its_box() -> None:
    long = replace(CLOCK, text="much longer than its box is wide", align="centre")
    picture = shown(long)
    rect = CLOCK.rect
    picture[rect.y : rect.bottom, rect.x : rect.right] = DAY["ground"]

    assert (picture == DAY["ground"]).all()


def test_a_text_is_as_wide_as_it_was_measured(window: Window) -> None:
    window.show(scene(replace(CLOCK, rect=Rect(0, 0, 400, 60))), DAY)
    columns = (pixels(window, GLASS) != DAY["ground"]).any(axis=(0, 2)).nonzero()[0]
    measured = window.measure("10 h 42", 24, "bold")

    assert measured - 4 <= columns.max() + 1 <= measured  # letters have room at their sides


rects = st.builds(
    Rect, st.integers(-20, 380), st.integers(-20, 300), st.integers(8, 200), st.integers(8, 160)
)
roles = st.sampled_from(["surface", "raised", "chosen"])
items: st.SearchStrategy[Item] = st.one_of(
    st.builds(Fill, rect=rects, role=roles, radius=st.integers(0, 30), edge=st.none() | roles),
    st.builds(
        Words,
        rect=rects,
        text=st.sampled_from(["Écrivain public", "10 h 42", "12 ± 2 présents", "j"]),
        size_px=st.integers(12, 60),
        weight=st.sampled_from(["regular", "semibold", "bold"]),
        role=st.sampled_from(["ink", "quiet"]),
        on=roles,
        align=st.sampled_from(["left", "centre", "right"]),
    ),
    st.builds(Mark, rect=rects, token=st.sampled_from(TOKENS), on=roles, is_faint=st.booleans()),
    st.builds(Icon, rect=rects, name=st.sampled_from(sorted(SIGNS)), role=st.just("ink"), on=roles),
    st.builds(Face, rect=rects, value=st.integers(1, 5), on=roles),
    st.builds(Ring, rect=rects, role=st.just("pressed"), radius=st.integers(0, 30)),
)
scenes = st.lists(items, max_size=6).map(lambda drawn: scene(*drawn))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_drawing_only_what_changed_shows_what_drawing_all_would(data: st.DataObject) -> None:
    first = data.draw(scenes)
    kept = [item for item in first.items if data.draw(st.booleans())]
    second = scene(*data.draw(st.permutations([*kept, *data.draw(scenes).items])))
    with opened(GLASS) as window:
        window.show(first, DAY)
        window.show(second, DAY)
        in_steps = pixels(window, GLASS).copy()
        window.show(second, NIGHT)
        window.show(second, DAY)

        assert np.array_equal(in_steps, pixels(window, GLASS))


# Touching


def test_a_simulated_finger_is_read_where_it_was_put(window: Window) -> None:
    window.inject("down", 399, 319)
    window.inject("move", 0, 17)
    window.inject("up")

    assert window.read() == [
        Touch(kind="down", x=399, y=319),
        Touch(kind="move", x=0, y=17),
        Touch(kind="up", x=0, y=17),
    ]
    assert window.read() == []


def test_every_pixel_can_be_touched(window: Window) -> None:
    for x in range(GLASS.width):
        window.inject("down", x, 5)
        window.inject("up")
        assert window.read()[0] == Touch(kind="down", x=x, y=5)


def test_a_mouse_is_a_finger_too_unless_it_is_one_already(window: Window) -> None:
    down, up = pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP
    window.inject("down", 10, 20)
    _post(down, button=1, pos=(10, 20), touch=True)
    window.inject("up")
    _post(up, button=1, pos=(10, 20), touch=True)
    assert len(window.read()) == 2

    _post(down, button=1, pos=(30, 40), touch=False)
    _post(pygame.MOUSEMOTION, pos=(31, 40), rel=(1, 0), buttons=(1, 0, 0), touch=False)
    _post(down, button=3, pos=(31, 40), touch=False)
    _post(up, button=1, pos=(31, 40), touch=False)
    assert window.read() == [
        Touch(kind="down", x=30, y=40),
        Touch(kind="move", x=31, y=40),
        Touch(kind="up", x=31, y=40),
    ]


def test_few_keys_mean_anything_and_none_is_text(window: Window) -> None:
    for key in (pygame.K_b, pygame.K_a, pygame.K_n, pygame.K_RETURN, pygame.K_q):
        _post(pygame.KEYDOWN, key=key, mod=0, unicode="x", scancode=0)
    _post(pygame.TEXTINPUT, text="somebody’s name")
    _post(pygame.QUIT)

    assert window.read() == [Key(name="blank"), Key(name="next"), Closed(), Closed()]


# Opening


def test_a_node_without_pygame_says_what_to_install() -> None:
    program = (
        "import sys; sys.modules['pygame'] = None\n"
        "from pasperdus_node.config import ScreenSettings\n"
        "from pasperdus_node.display.window import Window\n"
        "from pasperdus_node.errors import ScreenError\n"
        "try:\n    Window(ScreenSettings(kind='agent', driver='dummy'))\n"
        "except ScreenError as error:\n    print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )

    assert "install Debian's python3-pygame" in done.stdout
    assert "pasperdus[screen]" in done.stdout


def test_a_driver_that_cannot_open_is_told_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    with pytest.raises(ScreenError, match=r"the driver x11 cannot open the screen.*no desktop"):
        Window(ScreenSettings(kind="agent", driver="x11", width=720, height=1280, px_per_mm=8.3))


def test_pips_pygame_on_a_pi_is_told_from_debians() -> None:
    with pytest.raises(ScreenError, match=r"kmsdrm cannot open.*Debian's python3-pygame"):
        SdlGlass(driver="kmsdrm", width=720, height=1280, is_window=False, is_touched=True)


def test_a_screen_of_another_size_is_refused() -> None:
    # A driver of SDL's whose screen has a size of its own, as a real one has.
    with pytest.raises(
        ScreenError, match=r"is \d+ x \d+ pixels, the configuration says 720 x 1280"
    ):
        SdlGlass(driver="offscreen", width=720, height=1280, is_window=False, is_touched=True)
    with pytest.raises(ScreenError, match="the window would be 9000 x 480"):
        SdlGlass(driver="offscreen", width=9000, height=480, is_window=True, is_touched=True)


@pytest.mark.parametrize(
    ("environment", "driver"),
    [
        ({}, "kmsdrm"),
        ({"DISPLAY": ":0"}, "x11"),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "wayland"),
        ({"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}, "x11"),
        ({"DISPLAY": ""}, "kmsdrm"),
    ],
)
def test_the_driver_is_never_left_to_chance(environment: dict[str, str], driver: str) -> None:
    assert chosen_driver("auto", environment) == driver
    assert chosen_driver("wayland", environment) == "wayland"


@pytest.fixture
def devices(tmp_path: Path) -> Path:
    for name in ("dri/card0", "dri/card1", "input/event0", "input/event1", "input/mouse0"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


@pytest.mark.parametrize(
    ("usable", "told"),
    [
        (["card1", "event0"], None),
        ([], r"card0 may not be used; .* groups video and render"),
        (["card0", "mouse0"], r"no .*input/event\* may be read.* group input"),
    ],
)
def test_a_device_that_may_not_be_used_is_told_with_its_group(
    devices: Path, usable: list[str], told: str | None
) -> None:
    def check() -> None:
        check_devices(
            is_touched=True,
            dri=devices / "dri",
            inputs=devices / "input",
            can_use=lambda path, _: path.name in usable,
        )

    if told is None:
        check()
    else:
        with pytest.raises(ScreenError, match=told):
            check()


def test_a_public_screen_needs_nothing_that_is_touched(devices: Path) -> None:
    check_devices(
        is_touched=False,
        dri=devices / "dri",
        inputs=devices / "none",
        can_use=lambda path, _: path.name == "card0",
    )
    with pytest.raises(ScreenError, match=r"none/event\*; connect the touch screen"):
        check_devices(is_touched=True, dri=devices / "dri", inputs=devices / "none")
    with pytest.raises(ScreenError, match=r"none/card\*; connect the screen"):
        check_devices(is_touched=False, dri=devices / "none")


def _post(kind: int, **fields: object) -> None:
    pygame.event.post(pygame.event.Event(kind, fields))
