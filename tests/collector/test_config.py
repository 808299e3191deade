"""The collector's configuration file: every refusal says what to write instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from pasperdus_collector.config import Config
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
"""


def fault(tmp_path: Path, *changes: tuple[str, str]) -> str:
    """Return what is said of the whole file with something changed."""
    text = WHOLE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / "collector.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as refused:
        load(Config, path)
    return str(refused.value).replace(f"{path}: ", "")


def test_a_whole_file_is_read_with_its_defaults(tmp_path: Path) -> None:
    path = tmp_path / "collector.toml"
    path.write_text(WHOLE, encoding="utf-8")

    config = load(Config, path)

    assert (config.collector.name, config.mqtt.port) == ("mairie", 1883)
    assert (config.http.host, config.http.port) == ("127.0.0.1", 8000)
    assert (config.mqtt.prefix, config.ledger.quarantine_max) == ("pasperdus/v1", 100_000)


def test_accounts_are_refused_by_name_also_when_they_are_only_the_default(tmp_path: Path) -> None:
    words = (
        '[http]: auth = "local" (accounts) is not in this release; write auth = "none" and keep '
        "host on 127.0.0.1"
    )

    assert fault(tmp_path, ('auth = "none"', 'auth = "local"')) == words
    assert fault(tmp_path, ('auth = "none"', "port = 8001")) == words


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "example.org", ""])
def test_no_accounts_are_refused_where_others_can_reach_us(tmp_path: Path, host: str) -> None:
    assert fault(tmp_path, ('auth = "none"', f'auth = "none"\nhost = "{host}"')) == (
        f"[http]: auth = \"none\" lets anybody in, so host '{host}' is refused; "
        'write host = "127.0.0.1"'
    )


@pytest.mark.parametrize("name", ["*", "*.example.org", "a*", "", "example.org:80", "http://a"])
def test_a_host_name_must_be_written_out(tmp_path: Path, name: str) -> None:
    found = fault(tmp_path, ('auth = "none"', f'auth = "none"\nallowed_hosts = ["{name}"]'))

    assert found.startswith(f"[http] allowed_hosts: '{name}' is no host name; write each one out")


def test_closed_enrolment_is_refused_by_name_also_when_it_is_only_the_default(
    tmp_path: Path,
) -> None:
    words = (
        'mode = "closed" (enrolled nodes only) is not in this release; write mode = "open" and '
        "let the broker's passwords and ACL decide who may publish"
    )

    assert fault(tmp_path, ('mode = "open"', 'mode = "closed"')) == f"[enrolment] mode: {words}"
    assert fault(tmp_path, ('mode = "open"', "")) == f"[enrolment] mode: {words}"


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("mqtt://broker.example.org", "broker.example.org"),
        ("mqtts://10.0.0.1:8883", "10.0.0.1"),
        ("embedded:0.0.0.0:1883", "0.0.0.0"),
    ],
)
def test_open_enrolment_is_refused_with_a_broker_elsewhere(
    tmp_path: Path, url: str, host: str
) -> None:
    assert fault(tmp_path, ("embedded:1883", url)) == (
        f"the whole file: [enrolment] mode = \"open\" believes every node, so the broker '{host}' "
        "is refused; [mqtt] url must name this machine (127.0.0.1)"
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("name =", "nmae ="), "[collector] nmae: unknown key; did you mean 'name'?"),
        (("path =", "paht ="), "[ledger] paht: unknown key; did you mean 'path'?"),
        (("[http]", "[htpp]"), "[htpp]: unknown table; did you mean 'http'?"),
        (("auth =", "authn ="), "[http] authn: unknown key; did you mean 'auth'?"),
        (("mode =", "mod ="), "[enrolment] mod: unknown key; did you mean 'mode'?"),
        (('name = "mairie"', ""), "[collector] name: is missing; add it"),
        (('[enrolment]\nmode = "open"', ""), "[enrolment]: is missing; add it"),
    ],
)
def test_an_unknown_key_is_refused_with_the_nearest_name(
    tmp_path: Path, change: tuple[str, str], words: str
) -> None:
    assert words in fault(tmp_path, change).splitlines()


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (('"mairie"', '"Mairie 1"'), "[collector] name: "),
        (('auth = "none"', 'auth = "none"\nport = 70000'), "[http] port: "),
        (('auth = "none"', 'auth = "basic"'), "[http] auth: "),
        (('mode = "open"', 'mode = "ajar"'), "[enrolment] mode: "),
        (("embedded:1883", "http://127.0.0.1"), "[mqtt] url: "),
        (('ledger.db"', 'ledger.db"\nquarantine_max = 0'), "[ledger] quarantine_max: "),
    ],
)
def test_a_value_that_cannot_be_is_refused_where_it_stands(
    tmp_path: Path, change: tuple[str, str], place: str
) -> None:
    assert fault(tmp_path, change).startswith(place)
