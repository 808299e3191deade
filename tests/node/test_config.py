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
