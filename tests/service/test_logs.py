"""Logs as the journal gets them."""

from __future__ import annotations

import json
import subprocess
import sys

PROGRAM = """
import structlog
from pasperdus_service.logs import configure_logs

log = structlog.get_logger("made at import, before the configuration")
configure_logs(level={level!r})
log.debug("not wanted")
log.info("node is ready", site="Hôtel de ville")
try:
    raise LookupError("no such line")
except LookupError:
    log.exception("line is lost", line="door")
"""


def said(level: str) -> list[dict[str, str]]:
    """Run the program with its standard error in a pipe, as under systemd."""
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(level=level)], capture_output=True, check=True
    )
    assert ended.stdout == b""
    assert "Hôtel".encode() in ended.stderr or level == "error", "a journal is read by people"
    return [json.loads(line) for line in ended.stderr.decode().splitlines()]


def test_each_entry_is_one_line_of_json_with_its_level_and_time() -> None:
    ready, lost = said("info")

    assert ready.pop("timestamp").endswith("Z")
    assert ready == {"event": "node is ready", "level": "info", "site": "Hôtel de ville"}
    assert lost["level"] == "error"
    assert lost["line"] == "door"
    assert lost["exception"].endswith("LookupError: no such line")


def test_what_is_below_the_level_is_not_said() -> None:
    assert [entry["event"] for entry in said("error")] == ["line is lost"]
    assert len(said("debug")) == 3
