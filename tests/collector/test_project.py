"""The command ``project``: what waits for InfluxDB, and all of it anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from pasperdus_collector.config import Config, InfluxSettings
from pasperdus_collector.errors import CollectorError
from pasperdus_collector.ledger import reading
from pasperdus_collector.project import rebuilt, told
from pasperdus_collector.series.changes import read_changes
from pasperdus_collector.series.influx import InfluxServer
from pasperdus_service.errors import SettingsError
from pasperdus_service.lock import FileLock
from pasperdus_service.settings import load
from support.collecting import MINUTE, MONDAY, Core, passage
from support.conformance import COLLECTOR, FIRST_DAY, NOW, Filling, open_away
from support.copying import copy_all, projection_of, unlike
from support.influx import DATABASE, Influx1


def configure(tmp_path: Path, more: str) -> Config:
    file = tmp_path / "collector.toml"
    file.write_text(
        f'[collector]\nname = "{COLLECTOR}"\n[mqtt]\nurl = "embedded:1883"\n'
        f'[ledger]\npath = "{tmp_path}/ledger.db"\n[http]\nauth = "none"\n'
        f'[enrolment]\nmode = "open"\n{more}'
    )
    return load(Config, file)


INFLUX = '[influx]\nurl = "http://127.0.0.1:1"\nbucket = "pasperdus"\n'


def test_a_rebuild_from_nothing_brings_everything_back(tmp_path: Path) -> None:
    filling = Filling(tmp_path / "ledger.db")
    filling.change(open_away)
    filling.day(FIRST_DAY)
    with Influx1(tmp_path / "influx") as influx:
        server = InfluxServer(InfluxSettings(url=influx.url, bucket=DATABASE))
        copy_all(projection_of(filling, server))
        influx.query(f'DROP DATABASE "{DATABASE}"')
        influx.query(f'CREATE DATABASE "{DATABASE}"')
        filling.close()

        said = rebuilt(configure(tmp_path, INFLUX))

        assert said == "All series of 2 sites are written anew; start the collector."
        filling.open()
        filling.pass_time(NOW)
        copy_all(projection_of(filling, server))
        assert unlike(filling, influx) == []
        server.close()
    filling.close()


def test_a_rebuild_beside_a_running_collector_is_refused(tmp_path: Path) -> None:
    Core(tmp_path / "ledger.db").close()
    lock = FileLock(tmp_path / "ledger.db.lock")

    with pytest.raises(CollectorError, match=r"stop the collector \(systemctl stop pas") as refused:
        rebuilt(configure(tmp_path, INFLUX))
    lock.release()
    assert str(refused.value).count("stop it") == 0


def test_a_secret_that_cannot_be_read_is_told_before_anything_is_rebuilt(tmp_path: Path) -> None:
    Core(tmp_path / "ledger.db").close()
    config = configure(tmp_path, f'{INFLUX}token_file = "{tmp_path}/nowhere"\n')

    for command in (told, rebuilt):
        with pytest.raises(SettingsError, match=r"token_file .*nowhere"):
            command(config)


def test_the_command_tells_what_waits(tmp_path: Path) -> None:
    core = Core(tmp_path / "ledger.db")
    core.store(passage(1, MONDAY + MINUTE))
    with reading(core.path) as db:
        days = read_changes(db, days=9).waiting
    core.close()

    said = told(configure(tmp_path, INFLUX))

    assert said.startswith(f"InfluxDB lacks {days} days and 1 descriptions of sites; the oldest")
    for command in (told, rebuilt):
        with pytest.raises(CollectorError, match=r"there is no \[influx\] in the configuration"):
            command(configure(tmp_path, ""))
