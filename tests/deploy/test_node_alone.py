"""A node with only its own extra installed, as on a Raspberry Pi."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
START_WAIT_S = 20.0


@pytest.mark.slow
def test_the_node_starts_without_the_collectors_dependencies(tmp_path: Path) -> None:
    """Installed from the sources as ``docs/install.md`` does it, in an environment of its own."""
    environment = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    python = environment / "bin" / "python"
    install = ["-m", "pip", "install", "--quiet", "-c", str(PROJECT / "constraints.txt")]
    subprocess.run([str(python), *install, f"{PROJECT}[node]"], check=True)
    config, pins = tmp_path / "node.toml", tmp_path / "pins"
    config.write_text(
        '[node]\nname = "entrance-1"\ncollector = "mairie"\n[mqtt]\nurl = "mqtt://127.0.0.1:1"\n'
        f'[outbox]\npath = "{tmp_path}/outbox.db"\n[gpio]\npin_factory = "mock"\n'
        f'[beams.door]\nouter_pin = 17\ninner_pin = 27\n[simulation]\nsocket = "{pins}"\n'
    )

    node = subprocess.Popen(
        [str(environment / "bin" / "pasperdus-node"), "run", "--config", config]
    )
    try:
        give_up_at_s = time.monotonic() + START_WAIT_S
        while not pins.exists():
            assert node.poll() is None, "the node ended at its start"
            assert time.monotonic() < give_up_at_s
            time.sleep(0.05)
    finally:
        node.terminate()
        status = node.wait(timeout=START_WAIT_S)

    assert status == 0
    for absent in ("fastapi", "altair", "iotcore", "pygame", "babel"):
        found = subprocess.run([str(python), "-c", f"import {absent}"], capture_output=True)
        assert found.returncode != 0, f"{absent} came along"
