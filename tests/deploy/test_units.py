"""The shipped systemd units are correct, hardened, and never wait for the network."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

SHIPPED = Path(__file__).resolve().parents[2] / "deploy" / "systemd"
COLLECTOR, NODE = SHIPPED / "pasperdus-collector.service", SHIPPED / "pasperdus-node.service"
SCREEN = SHIPPED / "pasperdus-node.service.d" / "screen.conf"
UNIT = pytest.mark.parametrize("unit", [COLLECTOR, NODE], ids=lambda unit: unit.stem)

# systemd's own score in tenths, 100 is worst; a service without any protection has 96. The node's
# is higher because it must reach the GPIO devices, read the clock's state and cross the network.
HIGHEST_EXPOSURE = {COLLECTOR: 12, NODE: 22}


def analyze(*arguments: str, units: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Ask systemd; drop-ins are looked for in ``units``, after what is installed here."""
    tool = shutil.which("systemd-analyze")
    if tool is None:
        pytest.fail("systemd-analyze is missing; install it with: apt-get install systemd")
    places = {} if units is None else {"SYSTEMD_UNIT_PATH": f"{units}:"}
    return subprocess.run(
        [tool, "--no-pager", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, **places},
    )


def settings(unit: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r"^(\w+)=(.*)$", unit.read_text(), flags=re.MULTILINE):
        found.setdefault(name, []).append(value)
    return found


def copied(unit: Path, directory: Path) -> Path:
    """Return a copy without the program, whose absence here would be the only remark."""
    text, replaced = re.subn(
        r"^ExecStart=/opt/pasperdus/venv/bin/\S+",
        "ExecStart=/bin/true",
        unit.read_text(),
        flags=re.MULTILINE,
    )
    assert replaced == 1
    copy = directory / unit.name
    copy.write_text(text)
    return copy


@UNIT
def test_systemd_has_no_remark_on_the_unit(unit: Path, tmp_path: Path) -> None:
    copy = copied(unit, tmp_path)

    result = analyze("verify", str(copy))

    ours = [line for line in result.stderr.splitlines() if unit.stem in line]
    assert ours == []
    assert result.returncode == 0, result.stderr


@UNIT
def test_the_unit_stays_below_its_exposure_level(unit: Path) -> None:
    result = analyze(
        "security", "--offline=yes", f"--threshold={HIGHEST_EXPOSURE[unit]}", str(unit)
    )
    assert result.returncode == 0, result.stdout + result.stderr


@UNIT
def test_the_unit_neither_waits_for_a_network_nor_gives_up(unit: Path) -> None:
    found = settings(unit)
    assert not {"Requires", "Requisite", "BindsTo", "Wants", "PartOf"} & set(found)
    assert not any("network" in value for value in found.get("After", []))
    assert found["StartLimitIntervalSec"] == ["0"]
    assert found["Restart"] == ["always"]
    assert (found["Type"], found["WatchdogSec"]) == (["notify"], ["30"])


def test_the_node_may_open_gpio_devices_and_read_the_state_of_the_clock() -> None:
    found = settings(NODE)
    assert found["DevicePolicy"] == ["closed"]
    assert found["DeviceAllow"] == ["char-gpiochip rw"]
    assert found["SupplementaryGroups"] == ["gpio"]
    assert "PrivateDevices" not in found
    rows = json.loads(
        analyze("security", "--offline=yes", "--json=short", str(NODE)).stdout or "[]"
    )
    # The score is systemd's reading of the filter: @clock open, no capability to set the clock.
    state = {row["json_field"]: row["set"] for row in rows}
    assert state["SystemCallFilter_clock"] is False
    assert state["CapabilityBoundingSet_CAP_SYS_TIME"] is True


def test_a_screen_opens_its_own_devices_and_nothing_else(tmp_path: Path) -> None:
    """The drop-in adds to the unit; a node that only counts never sees these devices."""
    copy = copied(NODE, tmp_path)
    folder = tmp_path / SCREEN.parent.name
    folder.mkdir()
    (folder / SCREEN.name).write_text(SCREEN.read_text())

    remarks = analyze("verify", str(copy), units=tmp_path)
    told = analyze("security", "--offline=yes", "--json=short", str(copy), units=tmp_path)

    assert [line for line in remarks.stderr.splitlines() if "pasperdus" in line] == []
    rows = {row["json_field"]: row for row in json.loads(told.stdout)}
    (_, _, devices) = rows["DeviceAllow"]["description"].partition(": ")
    assert set(devices.split()) == {
        "char-gpiochip:rw",
        "char-drm:rw",
        "char-input:r",
        "char-alsa:rw",
    }
    assert settings(SCREEN)["SupplementaryGroups"] == ["video render input audio"]
    assert set(settings(SCREEN)) == {"SupplementaryGroups", "DeviceAllow", "MemoryMax"}
