"""The table [influx] of the collector's configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from pasperdus_collector.config import Config, InfluxSettings
from pasperdus_service.errors import SettingsError
from pasperdus_service.settings import load

WHOLE = """
[collector]
name = "mairie"
[mqtt]
url = "embedded:1883"
[ledger]
path = "/var/lib/pasperdus/ledger.db"
[http]
auth = "none"
[enrolment]
mode = "open"
[influx]
url = "http://127.0.0.1:8086/"
bucket = "pasperdus"
"""


def read(tmp_path: Path, more: str = "", *, url: str = "http://127.0.0.1:8086/") -> InfluxSettings:
    path = tmp_path / "collector.toml"
    path.write_text(WHOLE.replace("http://127.0.0.1:8086/", url) + more)
    influx = load(Config, path).influx
    assert influx is not None
    return influx


def test_without_the_table_nothing_is_copied(tmp_path: Path) -> None:
    path = tmp_path / "collector.toml"
    path.write_text(WHOLE.partition("[influx]")[0])

    assert load(Config, path).influx is None


def test_the_table_is_read_with_its_defaults(tmp_path: Path) -> None:
    influx = read(tmp_path)

    assert (influx.url, influx.bucket, influx.org) == ("http://127.0.0.1:8086", "pasperdus", "-")
    assert (influx.every_s, influx.timeout_s, influx.credentials()) == (10, 10, None)


@pytest.mark.parametrize(
    ("url", "more", "words"),
    [
        ("127.0.0.1:8086", "", "[influx] url: '127.0.0.1:8086' is no address of an InfluxDB"),
        ("http://a:b@c", "", "[influx] url: holds a user; give token_file"),
        ("http://c", 'token_file = "t"\nusername = "u"', "token_file and username exclude"),
        ("http://c", 'password_file = "p"', "password_file needs a username"),
        ("http://c", 'ca_file = "p"', "ca_file needs a url that begins with https://"),
        ("http://c", "evry_s = 3", "unknown key; did you mean 'every_s'?"),
    ],
)
def test_what_cannot_be_used_is_refused_by_its_key(
    tmp_path: Path, url: str, more: str, words: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        read(tmp_path, more, url=url)

    assert words in str(refused.value)
    assert "a:b" not in str(refused.value)


def test_secrets_come_from_files_or_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "token").write_text("t0k3n\n")
    (tmp_path / "empty").write_text("\n")
    monkeypatch.setenv("PASPERDUS_INFLUX_TOKEN", "of the environment")
    monkeypatch.setenv("PASPERDUS_INFLUX_PASSWORD", "secret")

    assert read(tmp_path, f'token_file = "{tmp_path}/token"').credentials() == "t0k3n"
    assert read(tmp_path).credentials() == "of the environment"
    assert read(tmp_path, 'username = "u"').credentials() == "u:secret"
    with pytest.raises(SettingsError, match=r"\[influx\] token_file .*empty is empty"):
        read(tmp_path, f'token_file = "{tmp_path}/empty"').credentials()
    with pytest.raises(SettingsError, match=r"\[influx\] ca_file .*empty: .*PEM"):
        read(tmp_path, f'ca_file = "{tmp_path}/empty"', url="https://c").tls_context()
