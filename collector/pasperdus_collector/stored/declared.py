"""What a declaration says of what is kept: why, about whom, for how long, for whom (pure).

Codes stand here, words on the pages. Every column of the ledger, every field of the contract and
every field that people fill in for the screens is declared once, in ``declarations``; a test
compares them with what is really there.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

Purpose: TypeAlias = Literal[
    "source",
    "footfall",
    "satisfaction",
    "queue",
    "reception",
    "messages",
    "agents",
    "quality",
    "trials",
    "operation",
]

Category: TypeAlias = Literal["none", "indirect", "typed", "personal"]
"""About whom: nobody; an act of somebody unnamed, whom another source may tell; whatever people
type, who may name somebody; somebody named."""

CATEGORIES: tuple[Category, ...] = ("none", "indirect", "typed", "personal")
"""From what needs least care to what needs most."""

Rule: TypeAlias = Literal[
    "ledger", "log", "until_removed", "replaced", "next_day", "days", "taken", "block", "copied"
]
"""When something goes: with the whole ledger; the same, and nobody can change it before; when
somebody removes it; with the next one; when the next day's are dealt; after ``days``; when an agent
took it and after ``days`` at most; into a block (of events, which stay); once InfluxDB has it."""

Recipient: TypeAlias = Literal["pages", "screens", "terminal", "influx", "home_assistant"]
"""Who gets it: pages, API and export; all screens of the site; one terminal; what else is
configured."""

Unit: TypeAlias = Literal["ms", "quarter", "hour", "day", "date"]
"""How a column tells time: ms, quarter-hours and hours since 1970 UTC; the ordinal of a local day;
such a day as text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """The fields of one table or model, by category; ``name`` is that of the table or class."""

    name: str
    none: tuple[str, ...] = ()
    indirect: tuple[str, ...] = ()
    typed: tuple[str, ...] = ()
    personal: tuple[str, ...] = ()

    def by_category(self) -> Iterator[tuple[Category, str]]:
        """Yield every field with its category."""
        for category in CATEGORIES:
            for field in getattr(self, category):
                yield category, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of the ledger; ``when`` is the column that tells what time a row is about."""

    fields: Fields
    when: tuple[str, Unit] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long; ``days`` where the rule has any."""

    rule: Rule
    days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One kind of thing. ``models`` are those of the wire and of forms, kept or passed on."""

    kept: str
    purpose: Purpose
    retention: Retention
    recipients: tuple[Recipient, ...] = ()
    tables: tuple[Table, ...] = ()
    models: tuple[Fields, ...] = ()

    @property
    def category(self) -> Category:
        """That of the field that needs most care."""
        return max(
            (category for fields in self.all_fields() for category, _ in fields.by_category()),
            key=CATEGORIES.index,
        )

    def all_fields(self) -> Iterator[Fields]:
        """Yield tables and models alike."""
        yield from (table.fields for table in self.tables)
        yield from self.models


def columns(  # one line a table
    name: str,
    none: str = "",
    *,
    indirect: str = "",
    typed: str = "",
    personal: str = "",
    when: tuple[str, Unit] | None = None,
) -> Table:
    """Return a table; columns are told with spaces between."""
    told = model(name, none, indirect=indirect, typed=typed, personal=personal)
    return Table(fields=told, when=when)


def model(
    name: str, none: str = "", *, indirect: str = "", typed: str = "", personal: str = ""
) -> Fields:
    """Return the fields of a model, told with spaces between."""
    return Fields(
        name=name,
        none=tuple(none.split()),
        indirect=tuple(indirect.split()),
        typed=tuple(typed.split()),
        personal=tuple(personal.split()),
    )
