"""Configuration: TOML, validated once, unknown keys refused with the nearest known name."""

import os
import re
import ssl
import tomllib
from difflib import get_close_matches
from ipaddress import ip_address
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Self, TypeVar, Union, get_args, get_origin
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    ConfigDict,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)

from pasperdus_contract.fields import Name
from pasperdus_contract.topics import DEFAULT_PREFIX, Topics
from pasperdus_service.errors import SettingsError

PASSWORD_VARIABLE = "PASPERDUS_MQTT_PASSWORD"  # noqa: S105 (the name of a variable)
_DEFAULT_PORTS = {"mqtt": 1883, "mqtts": 8883}
_SCHEMES = frozenset((*_DEFAULT_PORTS, "embedded"))
_NAME_PATTERN = next(part.pattern for part in get_args(Name) if isinstance(part, StringConstraints))

S = TypeVar("S", bound="Settings")


class Settings(BaseModel):
    """One table of a configuration file: no key that we do not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class MqttSettings(Settings):
    """How to reach the broker."""

    url: str
    prefix: str = DEFAULT_PREFIX
    version: Literal["3.1.1", "5"] = "3.1.1"
    ca_file: Path | None = None
    username: str | None = None
    password_file: Path | None = None

    @field_validator("url")
    @classmethod
    def _is_a_broker(cls, url: str) -> str:
        try:
            scheme, host, port = _parts(url)
        except _SecretError:
            raise ValueError(
                "holds a user; give username and password_file as keys of their own"
            ) from None
        except ValueError as error:
            raise ValueError(f"{url!r} is no broker address: {error}") from None
        if scheme not in _SCHEMES or not host or not 1 <= port <= 65535:
            raise ValueError(
                f"{url!r} is no broker address; write mqtt://HOST:PORT, mqtts://HOST:PORT "
                "or, for a collector, embedded:PORT"
            )
        return url

    @field_validator("prefix")
    @classmethod
    def _is_a_plain_topic(cls, prefix: str) -> str:
        Topics(prefix)
        return prefix

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if self.is_embedded and self.version == "5":
            raise ValueError(
                'version: the embedded broker speaks 3.1.1 only; write version = "3.1.1", or give '
                "the url of a broker of its own, as in mqtt://HOST:PORT"
            )
        if self.ca_file is not None and not self.is_encrypted:
            raise ValueError("ca_file needs a url that begins with mqtts://")
        if self.password_file is not None and self.username is None:
            raise ValueError("password_file needs a username")
        return self

    @property
    def is_embedded(self) -> bool:
        """Whether the collector runs the broker itself."""
        return _parts(self.url)[0] == "embedded"

    @property
    def is_encrypted(self) -> bool:
        """Whether the connection is TLS."""
        return _parts(self.url)[0] == "mqtts"

    @property
    def host(self) -> str:
        """The broker's host, or for an embedded one the address to listen on."""
        return _parts(self.url)[1]

    @property
    def port(self) -> int:
        """The broker's port."""
        return _parts(self.url)[2]

    def password(self) -> str | None:
        """Read the secret from its file or from the environment.

        Raises :class:`SettingsError` when the file cannot be read or is empty.
        """
        if self.password_file is None:
            return os.environ.get(PASSWORD_VARIABLE)
        try:
            secret = self.password_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"[mqtt] password_file {self.password_file}: {error}") from None
        if not secret:
            raise SettingsError(f"[mqtt] password_file {self.password_file} is empty")
        return secret

    def tls_context(self) -> ssl.SSLContext | None:
        """Return what an encrypted connection trusts: ``ca_file``, or the system's authorities.

        Raises :class:`SettingsError` when the file cannot be read or holds no certificate.
        """
        if not self.is_encrypted:
            return None
        try:
            return ssl.create_default_context(cafile=str(self.ca_file) if self.ca_file else None)
        except ssl.SSLError:
            raise SettingsError(
                f"[mqtt] ca_file {self.ca_file}: holds no certificate; give the authority's "
                "certificate in PEM format, which begins with -----BEGIN CERTIFICATE-----"
            ) from None
        except OSError as error:
            raise SettingsError(
                f"[mqtt] ca_file {self.ca_file}: cannot be read: {error.strerror}; give the path "
                "of the authority's certificate"
            ) from None


class _SecretError(ValueError):
    """A url with a user, and so perhaps a password, in it: not to be shown in a message."""


def is_loopback(host: str) -> bool:
    """Tell whether ``host`` can only be this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def load(model: type[S], path: Path) -> S:
    """Read and validate one configuration file.

    Raises :class:`SettingsError` naming the file, the key and what to do; every fault at once.
    """
    try:
        with path.open("rb") as file:
            parsed = tomllib.load(file)
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror or error}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: is not valid TOML: {error}") from None
    try:
        return model.model_validate(parsed)
    except ValidationError as error:
        faults = [_explain(model, fault) for fault in error.errors(include_url=False)]
        raise SettingsError("\n".join(f"{path}: {fault}" for fault in faults)) from None


def _parts(url: str) -> tuple[str, str, int]:
    if "@" in url:
        raise _SecretError
    if url.startswith("embedded:"):
        host, _, port = url.removeprefix("embedded:").rpartition(":")
        if not (port.isascii() and port.isdecimal()):
            raise ValueError(f"{port!r} is no port")
        return "embedded", host.strip("[]") or "127.0.0.1", int(port)
    split = urlsplit(url)
    if split.path.strip("/") or split.query or split.fragment:
        raise ValueError("give only scheme, host and port")
    port_given = split.port
    default = _DEFAULT_PORTS.get(split.scheme, 0)
    return split.scheme, split.hostname or "", default if port_given is None else port_given


def _explain(model: type[BaseModel], fault: Any) -> str:
    where = [str(part) for part in fault["loc"] if part != "[key]"]
    what = fault["msg"].removeprefix("Value error, ")
    is_table = isinstance(fault["input"], dict)
    match fault["type"]:
        case "extra_forbidden":
            what = f"unknown {'table' if is_table else 'key'}"
            near = get_close_matches(where[-1], _known_names(model, where[:-1]), n=1, cutoff=0.5)
            what += f"; did you mean {near[0]!r}?" if near else "; remove it"
        case "missing":
            is_table = False  # what is shown is the table around it
            what = "is missing; add it"
        case "model_type" | "dict_type":
            what = "Input should be a table"
        case "string_pattern_mismatch":
            what = _expected(fault["ctx"]["pattern"], fault["input"])
        case "value_error":
            key, colon, rest = what.partition(": ")
            if colon and key in _known_names(model, where):  # said of the table, about one key
                where, what, is_table = [*where, key], rest, False
    return f"{_place(where, is_table=is_table)}: {what}"


def _place(where: list[str], *, is_table: bool) -> str:
    if not where:
        return "the whole file"
    if is_table or len(where) == 1:
        return f"[{'.'.join(where)}]"
    return f"[{'.'.join(where[:-1])}] {where[-1]}"


def _expected(pattern: str, given: str) -> str:
    """Say what a text must look like, to people who do not read patterns."""
    if pattern == _NAME_PATTERN:
        return f"{given!r} is no name; write lower-case letters, digits and -, at most 40"
    if known := re.fullmatch(r"\^\[(.+)\]\{1,(\d+)\}\$", pattern):
        return f"{given!r} cannot stand here; write characters of {known[1]}, at most {known[2]}"
    return f"{given!r} cannot stand here; it must match {pattern}"


def _known_names(model: Any, where: list[str]) -> list[str]:
    """Return the keys allowed at ``where``, walking tables, tables of tables and lists of them."""
    for name in where:
        if isinstance(model, type) and issubclass(model, BaseModel):
            field = model.model_fields.get(name)
            model = field.annotation if field else None
        else:  # a dict[str, Table] or list[Table]: its keys are free names or positions
            model = next((part for part in reversed(get_args(model)) if part is not ...), None)
        if get_origin(model) in (Union, UnionType):
            (model, *others) = (part for part in get_args(model) if part is not type(None))
            model = None if others else model
    if isinstance(model, type) and issubclass(model, BaseModel):
        return [field.alias or name for name, field in model.model_fields.items()]
    return []
