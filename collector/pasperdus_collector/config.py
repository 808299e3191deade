"""The collector's configuration file."""

import os
import ssl
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from pasperdus_collector.home_assistant.words import Language
from pasperdus_contract.fields import Name
from pasperdus_contract.topics import Topics
from pasperdus_service.errors import SettingsError
from pasperdus_service.settings import MqttSettings, Settings, is_loopback

INFLUX_TOKEN_VARIABLE = "PASPERDUS_INFLUX_TOKEN"  # noqa: S105 (the name of a variable)
INFLUX_PASSWORD_VARIABLE = "PASPERDUS_INFLUX_PASSWORD"  # noqa: S105 (the name of a variable)


class CollectorSettings(Settings):
    """Who we are: nodes take answers only from the collector that they are configured for."""

    name: Name


class LedgerSettings(Settings):
    """Where the truth is kept."""

    path: Path
    quarantine_max: Annotated[int, Field(ge=1)] = 100_000
    """Invalid events kept for inspection; once full, further ones are left unanswered."""


class HttpSettings(Settings):
    """Pages and API."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    auth: Literal["local", "none"] = "local"
    allowed_hosts: list[str] = Field(default_factory=list)
    """Names by which a reverse proxy or tunnel reaches us, beside this machine's own."""

    @field_validator("allowed_hosts")
    @classmethod
    def _are_plain_names(cls, names: list[str]) -> list[str]:
        for name in names:
            if not name or set(name) & set("*/: "):
                raise ValueError(
                    f"{name!r} is no host name; write each one out, without port or wildcard: any "
                    "page could reach us under a name that it made up"
                )
        return names

    @model_validator(mode="after")
    def _is_guarded(self) -> Self:
        if self.auth == "local":
            raise ValueError(
                'auth = "local" (accounts) is not in this release; write auth = "none" and keep '
                "host on 127.0.0.1"
            )
        if not is_loopback(self.host):
            raise ValueError(
                f'auth = "none" lets anybody in, so host {self.host!r} is refused; '
                'write host = "127.0.0.1"'
            )
        return self


class EnrolmentSettings(Settings):
    """Which nodes are believed."""

    mode: Annotated[Literal["closed", "open"], Field(validate_default=True)] = "closed"

    @field_validator("mode")
    @classmethod
    def _is_built(cls, mode: str) -> str:
        if mode == "closed":
            raise ValueError(
                'mode = "closed" (enrolled nodes only) is not in this release; write '
                'mode = "open" and let the broker\'s passwords and ACL decide who may publish'
            )
        return mode


class InfluxSettings(Settings):
    """The InfluxDB into which published series are copied; without this table there is none."""

    url: str
    bucket: Annotated[str, Field(min_length=1)]
    """Of InfluxDB 1 and 3 it is the database."""

    org: str = "-"
    """Of InfluxDB 2; the others do not look at it."""

    token_file: Path | None = None
    username: str | None = None
    password_file: Path | None = None
    ca_file: Path | None = None
    every_s: Annotated[float, Field(gt=0, le=3600)] = 10.0
    """How long changes are gathered before they are copied."""

    timeout_s: Annotated[float, Field(gt=0, le=300)] = 10.0

    @field_validator("url")
    @classmethod
    def _is_an_address(cls, url: str) -> str:
        if "@" in url:
            raise ValueError(
                "holds a user; give token_file, or username and password_file, as keys of their own"
            )
        try:
            split = urlsplit(url)
            is_good = split.scheme in ("http", "https") and split.hostname and split.port != 0
        except ValueError:
            is_good = False
        if not is_good or split.query or split.fragment:
            raise ValueError(
                f"{url!r} is no address of an InfluxDB; write http://HOST:PORT or https://HOST:PORT"
            )
        return url.rstrip("/")

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if self.token_file is not None and self.username is not None:
            raise ValueError("token_file and username exclude each other; remove one of them")
        if self.password_file is not None and self.username is None:
            raise ValueError("password_file needs a username")
        if self.ca_file is not None and not self.is_encrypted:
            raise ValueError("ca_file needs a url that begins with https://")
        return self

    @property
    def is_encrypted(self) -> bool:
        """Whether the connection is TLS."""
        return self.url.startswith("https://")

    def credentials(self) -> str | None:
        """Read the token, or ``user:password``, from its file or from the environment.

        Raises :class:`SettingsError` when the file cannot be read or is empty.
        """
        if self.username is None:
            return _secret("token_file", self.token_file, INFLUX_TOKEN_VARIABLE)
        password = _secret("password_file", self.password_file, INFLUX_PASSWORD_VARIABLE)
        return f"{self.username}:{password or ''}"

    def tls_context(self) -> ssl.SSLContext | None:
        """Return what an encrypted connection trusts: ``ca_file``, or the system's authorities.

        Raises :class:`SettingsError` when the file cannot be read or holds no certificate.
        """
        if not self.is_encrypted:
            return None
        try:
            return ssl.create_default_context(cafile=str(self.ca_file) if self.ca_file else None)
        except OSError as error:  # ssl.SSLError is one
            raise SettingsError(
                f"[influx] ca_file {self.ca_file}: {error.strerror or error}; give the path of the "
                "authority's certificate in PEM format"
            ) from None


class HomeAssistantSettings(Settings):
    """How Home Assistant learns of nodes and sites; without this table it does not."""

    discovery: str = "homeassistant"
    """Its discovery prefix."""

    status_topic: str = "homeassistant/status"
    """Where it says that it started (its birth message)."""

    language: Language = "fr"

    @field_validator("discovery", "status_topic")
    @classmethod
    def _is_a_plain_topic(cls, topic: str) -> str:
        Topics(topic)
        return topic


class Config(Settings):
    """The whole file."""

    collector: CollectorSettings
    mqtt: MqttSettings
    ledger: LedgerSettings
    http: HttpSettings
    enrolment: EnrolmentSettings
    influx: InfluxSettings | None = None
    home_assistant: HomeAssistantSettings | None = None

    @model_validator(mode="after")
    def _open_enrolment_stays_home(self) -> Self:
        if self.enrolment.mode == "open" and not is_loopback(self.mqtt.host):
            raise ValueError(
                f'[enrolment] mode = "open" believes every node, so the broker {self.mqtt.host!r} '
                "is refused; [mqtt] url must name this machine (127.0.0.1)"
            )
        return self


def _secret(key: str, file: Path | None, variable: str) -> str | None:
    if file is None:
        return os.environ.get(variable)
    try:
        secret = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"[influx] {key} {file}: {error}") from None
    if not secret:
        raise SettingsError(f"[influx] {key} {file} is empty")
    return secret
