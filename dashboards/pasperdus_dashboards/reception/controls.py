"""What a form asks for: one control after the other, with its words and its limit (pure)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from pydantic import StringConstraints

Look = Literal["line", "text", "phone", "clock", "day", "number", "one", "several", "yes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of those offered, and its label."""

    value: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """One field. ``name`` is also the path of what the API refuses about it, such as ``title.fr``.

    ``most`` is the number of characters that fit.
    """

    name: str
    label: str
    look: Look = "line"
    most: int | None = None
    is_needed: bool = False
    hint: str = ""
    choices: tuple[Choice, ...] = ()

    @property
    def options(self) -> list[tuple[str, str]]:
        """Return what is offered as forms take it."""
        return [(each.value, each.label) for each in self.choices]


Row = tuple[Control, ...]
"""Controls that stand side by side where there is room: both languages of a text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Rows under one title; one that ``is_folded`` is opened by who needs it."""

    title: str
    rows: tuple[Row, ...]
    is_folded: bool = False

    @property
    def names(self) -> list[str]:
        """Return the names of its fields."""
        return [each.name for row in self.rows for each in row]


def most_of(text: object) -> int:
    """Return how many characters an annotated type of the contract takes."""
    for each in getattr(text, "__metadata__", get_args(text)[1:]):
        if isinstance(each, StringConstraints) and each.max_length is not None:
            return each.max_length
    raise AssertionError(f"{text} has no limit")


def labels_of(parts: Iterable[Part]) -> dict[str, str]:
    """Return the label of each field, by its name."""
    return {each.name: each.label for part in parts for row in part.rows for each in row}
