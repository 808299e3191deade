"""The Grafana files as they ship: current, fit for provisioning, and plain to read."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
import yaml

from support.grafana import DASHBOARDS, dashboards

BOARDS = dashboards()


@pytest.mark.parametrize("file", sorted(BOARDS))
def test_panels_say_what_they_show_in_which_unit_and_judge_nothing(file: str) -> None:
    panels = BOARDS[file]["panels"]
    assert [panel["id"] for panel in panels] == list(range(1, len(panels) + 1))
    for panel in panels:
        settings = panel["fieldConfig"]
        assert panel["description"].endswith("."), panel["title"]
        units = [settings["defaults"].get("unit")] + [
            each["value"]
            for override in settings["overrides"]
            for each in override["properties"]
            if each["id"] == "unit"
        ]
        assert any(units), f"{panel['title']} has no unit"
        assert len(settings["defaults"]["thresholds"]["steps"]) == 1
        if panel["type"] == "timeseries":
            custom = settings["defaults"]["custom"]
            assert custom["spanNulls"] is False
            assert custom["insertNulls"] >= 900_000


def test_files_are_fit_for_provisioning() -> None:
    uids = [board["uid"] for board in BOARDS.values()]
    assert len(set(uids)) == len(uids)
    for board in BOARDS.values():
        assert "id" not in board
        assert board["schemaVersion"] == 41  # of Grafana 11.6; later ones migrate it by themselves
        assert len(board["uid"]) <= 40
        assert all(
            each["datasource"] == {"type": "influxdb", "uid": "${datasource}"}
            for each in board["panels"]
        )

    sources = yaml.safe_load((DASHBOARDS / "provisioning/datasources/pasperdus.yaml").read_text())
    (source,) = sources["datasources"]
    assert source["type"] == "influxdb"
    assert source["jsonData"]["version"] == "InfluxQL"
    chosen = {
        each["current"]["value"]
        for board in BOARDS.values()
        for each in board["templating"]["list"]
        if each["type"] == "datasource"
    }
    assert chosen == {source["uid"]}
    folders = yaml.safe_load((DASHBOARDS / "provisioning/dashboards/pasperdus.yaml").read_text())
    (folder,) = folders["providers"]
    assert (folder["type"], folder["folder"]) == ("file", "Pas perdus")


def test_files_are_what_the_code_writes() -> None:
    checked = subprocess.run(
        [sys.executable, "-m", "pasperdus_grafana", "--check"],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(DASHBOARDS.parent)},
        check=False,
    )
    assert checked.returncode == 0, checked.stderr
