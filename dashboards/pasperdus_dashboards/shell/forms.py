"""Forms: what was sent, what is wrong with it, and days and times as people type them.

A handler takes ``sent: Sent`` as a parameter; the form's fields are read before it runs. Its names
of fields are those of the API, so that what is refused there finds its place here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends, Request
from starlette.datastructures import UploadFile

from pasperdus_collector.errors import RefusalError, fault
from pasperdus_dashboards.shell.refusals import words
from pasperdus_service.languages import Language

Values = Mapping[str, Sequence[str]]
_MOST_DIGITS = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class SentForm:
    """The fields of a form as the browser sent them, and its files."""

    fields: tuple[tuple[str, str], ...]
    files: Mapping[str, bytes] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """Return one field without the spaces around it; empty where it was not sent."""
        return next((value.strip() for each, value in self.fields if each == name), "")

    def texts(self, name: str) -> list[str]:
        """Return every value of a field that may be sent several times."""
        return [value.strip() for each, value in self.fields if each == name]

    def is_on(self, name: str) -> bool:
        """Return whether a box is ticked."""
        return self.text(name) != ""

    def version(self) -> int:
        """Return the version that the person has read; -1, which nothing has, where none is."""
        found = whole_number(self.text("version"))
        return -1 if found is None else found

    @property
    def values(self) -> Values:
        """All fields by name."""
        found: dict[str, list[str]] = {}
        for name, value in self.fields:
            found.setdefault(name, []).append(value)
        return found


def whole_number(text: str) -> int | None:
    """Return a number that somebody typed in plain digits; None for anything else."""
    is_one = text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS
    return int(text) if is_one else None


async def _read(request: Request) -> SentForm:
    fields, files = [], {}
    async with request.form() as form:  # closes the files, which may be on the disk
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                files[name] = await value.read()
            else:
                fields.append((_whole_text(name), _whole_text(value)))
    return SentForm(fields=tuple(fields), files=files)


def _whole_text(text: str) -> str:
    """Return a text that can be written: half a character becomes a question mark."""
    return text.replace("\r\n", "\n").encode("utf-8", "replace").decode("utf-8")


Sent = Annotated[SentForm, Depends(_read)]
"""A parameter of a handler."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """One error: ``control`` is the field that it stands at, empty for the form as a whole."""

    control: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What a form shows: values, and what is wrong with them."""

    values: Values = field(default_factory=dict)
    wrong: tuple[Wrong, ...] = ()

    def value(self, name: str, default: str = "") -> str:
        """Return what a field shows."""
        return next(iter(self.values.get(name, ())), default)

    def has(self, name: str, value: str) -> bool:
        """Return whether an option is chosen."""
        return value in self.values.get(name, ())

    def errors(self, name: str) -> list[str]:
        """Return what is wrong with one field."""
        return [each.text for each in self.wrong if each.control == name]

    @property
    def version(self) -> str:
        """The version that the person reads."""
        return self.value("version")


def shown(**values: object) -> Form:
    """Return a form that shows values as they are kept; None shows nothing."""
    return Form(values={name: _texts(value) for name, value in values.items()})


def _texts(value: object) -> list[str]:
    if value is None or value is False:
        return []
    if value is True:
        return ["on"]
    if isinstance(value, (list, tuple, frozenset, set)):
        return [str(each) for each in value]
    return [str(value)]


def refused(
    sent: SentForm,
    error: RefusalError,
    language: Language,
    *,
    controls: Iterable[str],
    zone: ZoneInfo,
    named: Mapping[str, str] | None = None,
) -> Form:
    """Return the form again, each error where it stands.

    ``controls`` are the names of its fields; ``named`` says which of them stands for a path of the
    API that has another name. What belongs to no field belongs to the form.
    """
    there = tuple(controls)
    faults = error.faults or (fault("", "refused", text=str(error)),)
    found = [
        Wrong(
            control=_control(each.field, frozenset(there), named or {}),
            text=words(each, language, zone),
        )
        for each in faults
    ]
    places = {name: n for n, name in enumerate(there)}  # errors are told in the order of the form
    found.sort(key=lambda each: places.get(each.control, -1))
    return Form(values=sent.values, wrong=tuple(found))


def wrong(sent: SentForm, errors: Iterable[tuple[str, str]]) -> Form:
    """Return the form again, with errors that the page itself found: field and words."""
    return Form(
        values=sent.values,
        wrong=tuple(Wrong(control=control, text=text) for control, text in errors),
    )


def _control(path: str, controls: frozenset[str], named: Mapping[str, str]) -> str:
    """Return the field that a path of the API stands at: itself, or the nearest around it."""
    parts = path.split(".")
    for length in range(len(parts), 0, -1):
        part = ".".join(parts[:length])
        found = named.get(part, part)
        if found in controls:
            return found
    return ""


# -- days and times ---------------------------------------------------------------------------


def instant(day: str, zone: ZoneInfo, at: str = "") -> str | None:
    """Return the instant of a local day and time (midnight unless told) as the API takes it.

    None where the texts are no day or time: a browser without its own controls sends anything.
    """
    try:
        local = datetime.combine(date.fromisoformat(day), time.fromisoformat(at or "00:00"), zone)
        return local.astimezone(UTC).isoformat().replace("+00:00", "Z")
    except (ValueError, OverflowError):
        return None


def local_day(at_ms: int | None, zone: ZoneInfo) -> str:
    """Return ``2026-11-24``, as a field of days shows it; empty for None."""
    return "" if at_ms is None else f"{_local(at_ms, zone):%Y-%m-%d}"


def local_time(at_ms: int | None, zone: ZoneInfo) -> str:
    """Return ``14:30``, as a field of times shows it; empty for None and for midnight."""
    clock = "" if at_ms is None else f"{_local(at_ms, zone):%H:%M}"
    return "" if clock == "00:00" else clock


def _local(at_ms: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(zone)
