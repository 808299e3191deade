"""Configuration files: what is refused, and in which words."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import Field

from pasperdus_service.errors import ServiceError, SettingsError
from pasperdus_service.settings import (
    PASSWORD_VARIABLE,
    MqttSettings,
    Settings,
    is_loopback,
    load,
)

MQTT = '[mqtt]\nurl = "mqtt://127.0.0.1"\n'


class Door(Settings):
    pin: int
    pull_up: bool = True


class Room(Settings):
    doors: dict[str, Door] = Field(default_factory=dict)
    spare: Door | None = None
    window: list[Door] = Field(default_factory=list)
    hatches: dict[str, Door] | None = None


class Whole(Settings):
    mqtt: MqttSettings
    door: dict[str, Door] = Field(default_factory=dict)
    room: dict[str, Room] = Field(default_factory=dict)


def fault(tmp_path: Path, text: str | bytes) -> str:
    """Return what is said of this configuration, without the name of its file."""
    path = tmp_path / "node.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(SettingsError) as refused:
        load(Whole, path)
    lines = str(refused.value).splitlines()
    assert all(line.startswith(f"{path}: ") for line in lines)
    return "\n".join(line.removeprefix(f"{path}: ") for line in lines)


def test_a_whole_configuration_is_read(tmp_path: Path) -> None:
    path = tmp_path / "node.toml"
    path.write_text(MQTT + "[door.main]\npin = 17\n[room.hall.doors.back]\npin = 4\n")

    settings = load(Whole, path)

    assert (settings.mqtt.host, settings.mqtt.port) == ("127.0.0.1", 1883)
    assert settings.door == {"main": Door(pin=17)}
    assert settings.room["hall"].doors["back"].pin == 4


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("mqqt = 1\n" + MQTT, "[mqqt]: unknown key; did you mean 'mqtt'?"),
        (MQTT + "[dor.main]\npin = 1", "[dor]: unknown table; did you mean 'door'?"),
        (MQTT + "[zzz]", "[zzz]: unknown table; remove it"),
        (MQTT + 'user_name = "x"', "[mqtt] user_name: unknown key; did you mean 'username'?"),
        (MQTT + "zzz = 1", "[mqtt] zzz: unknown key; remove it"),
        (
            MQTT + "[door.main]\npin = 1\npulup = true",
            "[door.main] pulup: unknown key; did you mean 'pull_up'?",
        ),
        (
            MQTT + "[room.hall.doors.back]\npin = 1\npni = 1",
            "[room.hall.doors.back] pni: unknown key; did you mean 'pin'?",
        ),
        (
            MQTT + "[room.hall.spare]\npin = 1\npni = 1",
            "[room.hall.spare] pni: unknown key; did you mean 'pin'?",
        ),
        (
            MQTT + "[[room.hall.window]]\npin = 1\npni = 1",
            "[room.hall.window.0] pni: unknown key; did you mean 'pin'?",
        ),
        (
            MQTT + "[room.hall.hatches.roof]\npin = 1\npni = 1",
            "[room.hall.hatches.roof] pni: unknown key; did you mean 'pin'?",
        ),
        (
            MQTT + "[room.hall.dors.back]\npin = 1",
            "[room.hall.dors]: unknown table; did you mean 'doors'?",
        ),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest_known_one(
    tmp_path: Path, text: str, message: str
) -> None:
    assert fault(tmp_path, text) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "[mqtt]: is missing; add it"),
        ("[mqtt]", "[mqtt] url: is missing; add it"),
        (MQTT + "[door.main]", "[door.main] pin: is missing; add it"),
    ],
)
def test_what_is_missing_is_named(tmp_path: Path, text: str, message: str) -> None:
    assert fault(tmp_path, text) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("mqtt = 1", "[mqtt]: Input should be a table"),
        ("[mqtt]\nurl = 1883", "[mqtt] url: Input should be a valid string"),
        (MQTT + "door = 3", "[mqtt] door: unknown key; remove it"),
        (MQTT + "[door]\nmain = 3", "[door] main: Input should be a table"),
        (MQTT + '[door.main]\npin = "a"', "[door.main] pin: Input should be a valid integer"),
        (MQTT + 'version = "4"', "[mqtt] version: Input should be '3.1.1' or '5'"),
        (MQTT + 'prefix = "a/#"', "[mqtt] prefix: prefix 'a/#' is not a plain topic; use levels"),
        (
            MQTT + 'password_file = "/x"',
            "[mqtt]: password_file needs a username",
        ),
        (
            MQTT + 'ca_file = "/x"',
            "[mqtt]: ca_file needs a url that begins with mqtts://",
        ),
        (
            '[mqtt]\nurl = "embedded:1883"\nversion = "5"',
            "[mqtt] version: the embedded broker speaks 3.1.1 only; write version = ",
        ),
    ],
)
def test_a_wrong_value_is_told_where_and_why(tmp_path: Path, text: str, message: str) -> None:
    assert fault(tmp_path, text).startswith(message)


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    text = MQTT + 'version = "4"\nusr = 1\n[door.main]\n'

    assert len(fault(tmp_path, text).splitlines()) == 3


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("mqtt://127.0.0.1", "127.0.0.1", 1883),
        ("mqtt://broker.example:1884/", "broker.example", 1884),
        ("mqtts://broker.example", "broker.example", 8883),
        ("mqtt://[::1]:1883", "::1", 1883),
        ("embedded:1883", "127.0.0.1", 1883),
        ("embedded:0.0.0.0:1884", "0.0.0.0", 1884),
        ("embedded:[::1]:1884", "::1", 1884),
    ],
)
def test_a_broker_address_is_understood(url: str, host: str, port: int) -> None:
    settings = MqttSettings(url=url)

    assert (settings.host, settings.port) == (host, port)
    assert settings.is_embedded is url.startswith("embedded")
    assert settings.is_encrypted is url.startswith("mqtts")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "127.0.0.1:1883",
        "http://127.0.0.1:1883",
        "mqtt://",
        "mqtt://:1883",
        "mqtt://broker.example:0",
        "mqtt://broker.example:65536",
        "mqtt://broker.example:mqtt",
        "mqtt://broker.example/pasperdus",
        "mqtt://broker.example?x=1",
        "mqtt://broker.example#x",
        "mqtt://[::1",
        "embedded:",
        "embedded:0",
        "embedded:127.0.0.1",
        "embedded:127.0.0.1:",
        "embedded:65536",
        "embedded:-1",
        "embedded:¹",
    ],
)
def test_a_bad_broker_address_is_refused(tmp_path: Path, url: str) -> None:
    said = fault(tmp_path, f'[mqtt]\nurl = "{url}"\n')

    assert said.startswith(f"[mqtt] url: {url!r} is no broker address")


@pytest.mark.parametrize("url", ["mqtt://me:hush@broker.example", "embedded:me:hush@1883"])
def test_a_secret_in_an_address_is_refused_and_not_repeated(tmp_path: Path, url: str) -> None:
    said = fault(tmp_path, f'[mqtt]\nurl = "{url}"\n')

    assert said == "[mqtt] url: holds a user; give username and password_file as keys of their own"


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"nowhere\.toml: cannot be read: No such file"):
        load(Whole, tmp_path / "nowhere.toml")
    with pytest.raises(ServiceError, match="cannot be read: Is a directory"):
        load(Whole, tmp_path)


@pytest.mark.parametrize("text", ["[mqtt", "[mqtt]\nurl = ", b"\xff", MQTT + MQTT])
def test_what_is_no_toml_is_told(tmp_path: Path, text: str | bytes) -> None:
    assert fault(tmp_path, text).startswith("is not valid TOML: ")


def test_a_password_comes_from_its_file_before_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "password"
    file.write_text("from the file \n")
    monkeypatch.setenv(PASSWORD_VARIABLE, "from the environment")
    url = "mqtt://127.0.0.1"

    from_file = MqttSettings(url=url, username="me", password_file=file)
    assert from_file.password() == "from the file"
    assert MqttSettings(url=url, username="me").password() == "from the environment"
    monkeypatch.delenv(PASSWORD_VARIABLE)
    assert MqttSettings(url=url, username="me").password() is None


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "No such file"), (b" \n", "is empty"), (b"\xff", "can't decode byte")],
)
def test_a_password_file_of_no_use_is_named(
    tmp_path: Path, content: bytes | None, message: str
) -> None:
    file = tmp_path / "password"
    if content is not None:
        file.write_bytes(content)
    settings = MqttSettings(url="mqtt://127.0.0.1", username="me", password_file=file)

    with pytest.raises(SettingsError) as refused:
        settings.password()

    assert str(refused.value).startswith(f"[mqtt] password_file {file}")
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.0.2.1", False),
        ("localhost.example", False),
    ],
)
def test_loopback_is_told_from_the_network(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected
