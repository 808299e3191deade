"""What a form asks for, one control after the other, and what is still lacking there (pure)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, get_args

from pydantic import StringConstraints

from pasperdus_dashboards.shell.forms import Form, Values, Wrong
from pasperdus_service.languages import Language

Look = Literal["line", "text", "phone", "clock", "day", "number", "one", "several", "yes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of those offered, and its label."""

    value: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """One field. ``name`` is also the path of what the API refuses about it, such as ``title.fr``.

    ``most`` is the number of characters that fit. ``lacks`` is said where a field is empty that is
    needed, or that is needed unless one of those named by ``or_else`` is filled in.
    """

    name: str
    label: str
    look: Look = "line"
    most: int | None = None
    is_needed: bool = False
    lacks: str = ""
    or_else: tuple[str, ...] = ()
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


def completed(form: Form, parts: Iterable[Part], language: Language) -> Form:
    """Return a form that was refused with all that it lacks: one round is enough to fill it in."""
    asked = list(parts)
    told = dict(lacking(asked, form.values, language))
    found = [
        *(Wrong(control=name, text=text) for name, text in told.items()),
        *(each for each in form.wrong if each.control not in told),
    ]
    places = {name: n for n, name in enumerate(labels_of(asked))}
    found.sort(key=lambda each: places.get(each.control, -1))
    return replace(form, wrong=tuple(found))


def lacking(parts: Iterable[Part], values: Values, language: Language) -> Iterable[tuple[str, str]]:
    """Yield each field in which something is needed and nothing is, and what to do."""
    for each in (each for part in parts for row in part.rows for each in row):
        if _is_filled(each.name, values):
            continue
        name, _, code = each.name.rpartition(".")
        if name and code == "fr" and _is_filled(f"{name}.en", values):
            yield each.name, language.gettext("Write it in French too: English comes beside it.")
        elif (each.is_needed or each.or_else) and not any(
            _is_filled(other, values) for other in each.or_else
        ):
            yield each.name, each.lacks


def _is_filled(name: str, values: Values) -> bool:
    return any(value.strip() for value in values.get(name, ()))


def labels_of(parts: Iterable[Part]) -> dict[str, str]:
    """Return the label of each field, by its name."""
    return {each.name: each.label for part in parts for row in part.rows for each in row}
