"""Nothing is kept or passed on that the declarations do not name, and they name nothing else."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing

from pydantic import BaseModel

from pasperdus_collector.migrations import migrate
from pasperdus_collector.reception import content
from pasperdus_collector.stored.declarations import DECLARED
from pasperdus_collector.stored.declared import Fields
from pasperdus_contract import board, codec, events, messages, slips, visits
from pasperdus_contract.fields import WireModel

_WIRE = (board, codec, events, messages, slips, visits)  # whose import makes their models known


def own_fields(model: type[BaseModel]) -> set[str]:
    """Return the fields that a model adds to those of the models that it is made of."""
    inherited = {
        name
        for base in model.__mro__[1:]
        if issubclass(base, BaseModel)
        for name in base.model_fields
    }
    return set(model.model_fields) - inherited


def below(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for each in model.__subclasses__():
        yield each
        yield from below(each)


def in_the_ledger(db: sqlite3.Connection) -> dict[str, set[str]]:
    names = db.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
    ).fetchall()
    return {
        name: {row[1] for row in db.execute(f"PRAGMA table_info('{name}')")} for (name,) in names
    }


def on_the_wire() -> dict[str, set[str]]:
    assert all(module.__name__.startswith("pasperdus_contract") for module in _WIRE)
    models = [
        model for model in below(WireModel) if model.__module__.startswith("pasperdus_contract")
    ]
    found = {model.__name__: own_fields(model) for model in models}
    assert len(found) == len(models), "two models have one name"
    return found


def in_forms() -> dict[str, set[str]]:
    """Return the models of what people write for the screens, by their names here."""
    models: list[type[BaseModel]] = [content.Content, content.Category, *content.FORMS.values()]
    return {f"content.{model.__name__}": own_fields(model) for model in models}


def declared(among: str) -> dict[str, set[str]]:
    def told(fields: Fields) -> set[str]:
        names = [name for _, name in fields.by_category()]
        assert max(Counter(names).values(), default=1) == 1, f"{fields.name}: {names} twice"
        return set(names)

    if among == "tables":
        return {t.fields.name: told(t.fields) for kept in DECLARED for t in kept.tables}
    return {fields.name: told(fields) for kept in DECLARED for fields in kept.models}


def test_every_column_of_the_ledger_is_declared_and_nothing_that_is_gone() -> None:
    with closing(sqlite3.connect(":memory:")) as db:
        migrate(db)

        assert declared("tables") == in_the_ledger(db)


def test_every_field_of_contract_and_forms_is_declared_and_nothing_that_is_gone() -> None:
    really = {name: fields for name, fields in (on_the_wire() | in_forms()).items() if fields}

    assert declared("models") == really


def test_a_new_column_and_a_new_field_would_be_noticed() -> None:
    class Fresh(WireModel):
        name: str

    with closing(sqlite3.connect(":memory:")) as db:
        migrate(db)
        db.execute("ALTER TABLE nodes ADD COLUMN owner TEXT")

        assert in_the_ledger(db)["nodes"] - declared("tables")["nodes"] == {"owner"}
    assert own_fields(Fresh) == {"name"}


def test_each_kind_is_declared_once_and_its_times_are_columns_of_its_own() -> None:
    assert max(Counter(kept.kept for kept in DECLARED).values()) == 1
    for kept in DECLARED:
        for table in kept.tables:
            if table.when is not None:
                assert table.when[0] in {name for _, name in table.fields.by_category()}


def test_what_callers_leave_is_personal_wherever_it_is() -> None:
    slips_kept = next(kept for kept in DECLARED if kept.kept == "slips")

    for fields in slips_kept.all_fields():
        if fields.name in ("slips", "Slip"):
            assert {"caller", "phone", "text"} <= set(fields.personal)
    assert slips_kept.category == "personal"
    assert slips_kept.recipients == ("terminal",)
