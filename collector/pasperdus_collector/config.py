"""The collector's configuration file."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from pasperdus_contract.fields import Name
from pasperdus_service.settings import MqttSettings, Settings, is_loopback


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


class Config(Settings):
    """The whole file."""

    collector: CollectorSettings
    mqtt: MqttSettings
    ledger: LedgerSettings
    http: HttpSettings
    enrolment: EnrolmentSettings

    @model_validator(mode="after")
    def _open_enrolment_stays_home(self) -> Self:
        if self.enrolment.mode == "open" and not is_loopback(self.mqtt.host):
            raise ValueError(
                f'[enrolment] mode = "open" believes every node, so the broker {self.mqtt.host!r} '
                "is refused; [mqtt] url must name this machine (127.0.0.1)"
            )
        return self
