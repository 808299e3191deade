"""What the town hall writes for its screens, and what colleagues pass on: ``reception.toml``."""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

SLIP = "slip"
SERVICE = "service"

Text = Mapping[str, Any]


def contents() -> Iterator[tuple[str, Text]]:
    """Yield the kind and the fields of each content, in an order in which each can be written."""
    for kind, texts in _file().items():
        if kind != SLIP:
            for text in texts:
                yield kind, text


def slips() -> tuple[Text, ...]:
    """Return phone messages without their terminal."""
    return tuple(_file()[SLIP])


def services() -> tuple[str, ...]:
    """Return the names of what visitors come for."""
    return tuple(text["name"] for text in _file()[SERVICE])


@cache
def _file() -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads(files(__package__).joinpath("reception.toml").read_text("utf-8"))
