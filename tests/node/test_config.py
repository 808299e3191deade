"""Every configuration that a node refuses, and the words in which it does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pasperdus_node.config import Config
from pasperdus_service.errors import SettingsError
from pasperdus_service.settings import load

SOUND = """
[node]
name = "entrance-1"
collector = "mairie"
[mqtt]
url = "mqtt://127.0.0.1:1883"
[outbox]
path = "/var/lib/pasperdus-node/outbox.db"
[gpio]
pin_factory = "mock"
[beams.door]
outer_pin = 17
inner_pin = 27
[buttons.accueil]
scale = 2
pins = [5, 6]
leds = [12, 16]
[simulation]
socket = "/run/pasperdus-node/node.sock"
"""


def test_a_sound_file_is_taken_as_it_is_written(tmp_path: Path) -> None:
    file = tmp_path / "node.toml"
    file.write_text(SOUND)

    config = load(Config, file)

    assert (config.node.name, config.node.collector) == ("entrance-1", "mairie")
    assert (config.beams["door"].outer_pin, config.beams["door"].inner_pin) == (17, 27)
    assert not config.beams["door"].gap_mode
    assert config.buttons["accueil"].pins == [5, 6]
    assert config.simulation is not None
    assert config.simulation.clock == "system"


@pytest.mark.parametrize(
    ("written", "instead", "message"),
    [
        (
            "inner_pin = 27",
            "inner_pin = 17",
            "pin 17 is used by [beams.door] and [beams.door]; give each its own pin",
        ),
        (
            "leds = [12, 16]",
            "leds = [12, 27]",
            "pin 27 is used by [beams.door] and [buttons.accueil]; give each its own pin",
        ),
        (
            "pins = [5, 6]",
            "pins = [5, 5]",
            "pin 5 is used by [buttons.accueil] and [buttons.accueil]; give each its own pin",
        ),
        ("scale = 2", "scale = 3", "[buttons.accueil] pins: a scale of 3 needs 3 pins"),
        ("leds = [12, 16]", "leds = [12]", "[buttons.accueil] leds: give 2 pins, or none"),
        ("scale = 2", "scale = 6", "[buttons.accueil] scale: Input should be less than or equal"),
        ("outer_pin = 17", "outer_pin = 1", "[beams.door] outer_pin: Input should be greater than"),
        (
            "[simulation]\nsocket",
            "[gpio2]\nsocket",
            "[gpio2]: unknown table; did you mean 'gpio'?",
        ),
        (
            '[simulation]\nsocket = "/run/pasperdus-node/node.sock"\n',
            "",
            '[gpio] pin_factory = "mock" and [simulation] go together',
        ),
        (
            'pin_factory = "mock"',
            'pin_factory = "lgpio"',
            '[gpio] pin_factory = "mock" and [simulation] go together',
        ),
        (
            'pin_factory = "mock"',
            'pin_factory = "pigpio"',
            "[gpio] pin_factory: Input should be 'lgpio', 'rpigpio', 'native' or 'mock'",
        ),
        (
            "outer_pin = 17",
            "outer_pinn = 17",
            "[beams.door] outer_pinn: unknown key; did you mean 'outer_pin'?",
        ),
        ("[outbox]", "[outbx]", "[outbx]: unknown table; did you mean 'outbox'?"),
        ('collector = "mairie"', "", "[node] collector: is missing; add it"),
        (
            'name = "entrance-1"',
            'name = "Entrance 1"',
            "[node] name: 'Entrance 1' is no name; write lower-case letters, digits and -, at",
        ),
        (
            "[beams.door]",
            "[beams.Door]",
            "[beams] Door: 'Door' is no name; write lower-case letters, ",
        ),
        (
            'socket = "',
            'boot = "a b"\nsocket = "',
            "[simulation] boot: 'a b' cannot stand here; write characters of A-Za-z0-9-, at",
        ),
        (
            "mqtt://127.0.0.1:1883",
            "embedded:1883",
            "[mqtt] url: a node runs no broker; write the collector's mqtt:// address",
        ),
        (
            "[buttons.accueil]",
            "[buttons.door]",
            "[beams.door] and [buttons.door] need different names",
        ),
    ],
)
def test_a_file_that_cannot_work_is_refused_by_name(
    tmp_path: Path, written: str, instead: str, message: str
) -> None:
    assert written in SOUND
    file = tmp_path / "node.toml"
    file.write_text(SOUND.replace(written, instead))

    with pytest.raises(SettingsError) as refusal:
        load(Config, file)

    lines = str(refusal.value).splitlines()
    assert all(line.startswith(f"{file}: ") for line in lines)
    assert any(message in line for line in lines), str(refusal.value)


SCREEN = """
[screen]
kind = "agent"
next_pin = 4
blank_pin = 22
led_pin = 23
"""


@pytest.mark.parametrize(
    ("written", "size", "px_per_mm"),
    [
        ('kind = "agent"', (720, 1280), 8.3),
        ('kind = "agent"\nwidth = 800\nheight = 480', (800, 480), 5.2),
        ('kind = "public"', (1920, 1080), 3.6),
        ('kind = "public"\npx_per_mm = 2.8', (1920, 1080), 2.8),
        ('kind = "agent"\nwidth = 1024\nheight = 600\npx_per_mm = 6.6', (1024, 600), 6.6),
    ],
)
def test_a_known_glass_has_its_size_in_millimetres_and_another_one_is_told(
    tmp_path: Path, written: str, size: tuple[int, int], px_per_mm: float
) -> None:
    file = tmp_path / "node.toml"
    file.write_text(f"{SOUND}[screen]\n{written}\n")

    screen = load(Config, file).screen

    assert screen is not None
    assert (screen.width, screen.height) == size
    assert screen.px_per_mm == px_per_mm


@pytest.mark.parametrize(
    ("written", "instead", "message"),
    [
        ('kind = "agent"', "", "[screen] kind: is missing; add it"),
        ('kind = "agent"', 'kind = "tv"', "[screen] kind: Input should be 'agent' or 'public'"),
        (
            'kind = "agent"',
            'kind = "public"',
            "[screen] next_pin: a public screen has no buttons and no LED; remove it",
        ),
        (
            'kind = "agent"',
            'kind = "agent"\nwidth = 800',
            "[screen] height: is missing; give width and height together, or neither",
        ),
        (
            'kind = "agent"',
            'kind = "agent"\nwidth = 1024\nheight = 600',
            "[screen] px_per_mm: is missing, and not known for 1024 x 600; divide the width in",
        ),
        (
            'kind = "agent"',
            'kind = "agent"\nis_window = true\ndriver = "kmsdrm"',
            "[screen] is_window: there are no windows without a desktop; remove it, or write",
        ),
        (
            'kind = "agent"',
            'kind = "agent"\nday_from = "7:30"',
            "[screen] day_from: '7:30' is no time of day; write hours and minutes, as in 07:30",
        ),
        (
            'kind = "agent"',
            'kind = "agent"\nnight_from = "07:30"',
            "[screen] night_from: 07:30 is not after day_from 07:30",
        ),
        (
            'kind = "agent"',
            'kind = "agent"\nsite = "Mairie"',
            "[screen] site: 'Mairie' is no name; write lower-case letters, digits and -, at most",
        ),
        (
            "next_pin = 4",
            "next_pin = 17",
            "pin 17 is used by [beams.door] and [screen]; give each its own pin",
        ),
        ("led_pin = 23", "led_pin = 22", "pin 22 is used by [screen] and [screen]; give each"),
        ("led_pin = 23", "lamp_pin = 23", "[screen] lamp_pin: unknown key; did you mean 'blank_"),
    ],
)
def test_a_screen_that_cannot_be_is_refused_by_name(
    tmp_path: Path, written: str, instead: str, message: str
) -> None:
    assert written in SCREEN
    file = tmp_path / "node.toml"
    file.write_text(SOUND + SCREEN.replace(written, instead))

    with pytest.raises(SettingsError) as refusal:
        load(Config, file)

    assert message in str(refusal.value)


def test_no_sensor_takes_the_name_by_which_the_screen_is_healthy(tmp_path: Path) -> None:
    file = tmp_path / "node.toml"
    file.write_text(SOUND.replace("[beams.door]", "[beams.screen]") + SCREEN)

    with pytest.raises(SettingsError, match='"screen" is what this node'):
        load(Config, file)


def test_a_node_without_a_screen_loads_nothing_that_only_screens_need() -> None:
    """Their libraries are not installed there: such a node has the extra ``[node]`` only."""
    program = (
        "import sys, pasperdus_node.__main__, pasperdus_node.app\n"
        "loaded = [name for name in sys.modules if name.startswith(('pygame', 'babel', "
        "'pasperdus_node.screens', 'pasperdus_node.display'))]\n"
        "sys.exit(' '.join(loaded) or 0)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=False
    )

    assert ended.stderr == ""
    assert ended.returncode == 0


def node_run(file: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pasperdus_node", "run", "--config", str(file)]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


def test_the_command_says_why_and_ends_with_2(tmp_path: Path) -> None:
    ended = node_run(tmp_path / "node.toml")

    assert ended.returncode == 2
    assert f"{tmp_path}/node.toml: cannot be read: No such file" in ended.stderr


def test_the_command_ends_with_1_where_the_outbox_cannot_be_opened(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    file = tmp_path / "node.toml"
    file.write_text(
        SOUND.replace("/var/lib/pasperdus-node/outbox.db", f"{tmp_path}/file/outbox.db").replace(
            "/run/pasperdus-node", str(tmp_path)
        )
    )

    ended = node_run(file)

    assert ended.returncode == 1
    assert ended.stderr.startswith(f"pasperdus-node: {tmp_path}/file/outbox.db: the outbox cannot")
    assert not (tmp_path / "node.sock").exists(), "the control socket is taken away again"
