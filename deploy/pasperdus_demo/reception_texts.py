"""What the town hall writes for its screens, and what colleagues pass on: ``reception.toml``."""

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

SLIP = "slip"
SERVICE = "service"
SHEET = "sheet"

Text = Mapping[str, Any]


def contents() -> Iterator[tuple[str, Text]]:
    """Yield the kind and the fields of each content, in an order in which each can be written."""
    for kind, texts in _file().items():
        if kind not in {SLIP, SHEET}:
            for text in texts:
                yield kind, text


def slips() -> tuple[Text, ...]:
    """Return phone messages without their terminal."""
    return tuple(_file()[SLIP])


def sheets(today: date) -> Iterator[Text]:
    """Yield the sheets of anomalies and improvements as they are sent on a day."""
    for text in _file()[SHEET]:
        due = today + timedelta(days=text["due_in"])
        yield {name: value for name, value in text.items() if name != "due_in"} | {
            "due": due.isoformat()
        }


def services() -> tuple[str, ...]:
    """Return the names of what visitors come for."""
    return tuple(text["name"] for text in _file()[SERVICE])


@cache
def _file() -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads(files(__package__).joinpath("reception.toml").read_text("utf-8"))
