"""Prototypes and periods in the ledger: read as records, written within a transaction."""

import json
import sqlite3
import time
from dataclasses import asdict
from datetime import date
from typing import Any

from pasperdus_collector.errors import fault, unknown_name
from pasperdus_collector.register.log import read_log
from pasperdus_collector.register.records import (
    Circumstance,
    Decision,
    Exclusion,
    Period,
    Prototype,
)
from pasperdus_collector.registry import site_id_of

__all__ = [
    "add_period",
    "add_prototype",
    "period_id_of",
    "prototype_id_of",
    "read_log",
    "read_period",
    "read_periods",
    "read_prototype",
    "read_prototypes",
    "remove_period",
    "write_period",
    "write_prototype",
]

_PROTOTYPE_COLUMNS = (
    *("title", "hypothesis", "changed", "design", "outcome", "question", "scale", "delta"),
    *("planned_start_at", "planned_end_at", "control_site_id", "exclusions", "circumstances"),
    *("seed", "decision", "rolled_back_at", "version"),
)
_PERIOD_COLUMNS = (
    *("prototype_id", "kind", "title", "step", "changed", "start_at", "end_at", "pair", "version"),
)
_READ_PROTOTYPES = (
    "SELECT prototypes.id, prototypes.name, prototypes.title, hypothesis, changed, design, "
    "outcome, question, scale, delta, planned_start_at, planned_end_at, control.name, exclusions, "
    "circumstances, seed, decision, rolled_back_at, prototypes.version, "
    "(SELECT min(start_at) FROM periods WHERE prototype_id = prototypes.id AND start_at <= ?1 "
    " AND (kind = 'prototype' OR pair IS NOT NULL)) "
    "FROM prototypes LEFT JOIN sites AS control ON control.id = control_site_id "
    "WHERE prototypes.site_id = ?2 AND (?3 IS NULL OR prototypes.name = ?3) "
    "ORDER BY planned_start_at, prototypes.name"
)
_READ_PERIODS = (
    "SELECT periods.name, prototypes.name, kind, periods.title, step, periods.changed, start_at, "
    "end_at, pair, periods.version FROM periods "
    "LEFT JOIN prototypes ON prototypes.id = prototype_id "
    "WHERE periods.site_id = ?1 AND (?2 IS NULL OR periods.name = ?2) "
    "ORDER BY start_at, periods.name"
)


# -- reading --------------------------------------------------------------------------------------


def read_prototypes(
    db: sqlite3.Connection, site: str, *, now_ms: int | None = None
) -> list[Prototype]:
    """Return a site's prototypes in the order of their planned starts, each as it is at ``now_ms``.

    That is this machine's own time unless given. Raises :class:`NotFoundError` for an unknown site.
    """
    return _prototypes(db, site, None, now_ms)


def read_prototype(
    db: sqlite3.Connection, site: str, name: str, *, now_ms: int | None = None
) -> Prototype:
    """Return one prototype. Raises :class:`NotFoundError`."""
    for found in _prototypes(db, site, name, now_ms):
        return found
    known = (each.prototype for each in _prototypes(db, site, None, now_ms))
    raise unknown_name(
        f"site {site!r} has no prototype {name!r}",
        known,
        fault("prototype", "no-such-prototype", name=name),
    )


def read_periods(db: sqlite3.Connection, site: str) -> list[Period]:
    """Return a site's periods in the order of their starts. Raises :class:`NotFoundError`."""
    return _periods(db, site, None)


def read_period(db: sqlite3.Connection, site: str, name: str) -> Period:
    """Return one period. Raises :class:`NotFoundError`."""
    for found in _periods(db, site, name):
        return found
    known = (each.period for each in _periods(db, site, None))
    raise unknown_name(
        f"site {site!r} has no period {name!r}", known, fault("period", "no-such-period", name=name)
    )


def _prototypes(
    db: sqlite3.Connection, site: str, name: str | None, now_ms: int | None
) -> list[Prototype]:
    at_ms = time.time_ns() // 1_000_000 if now_ms is None else now_ms
    rows = db.execute(_READ_PROTOTYPES, (at_ms, site_id_of(db, site), name)).fetchall()
    return [_prototype(site, row[1:], _baseline(db, row[0])) for row in rows]


def _prototype(site: str, row: tuple[Any, ...], baseline: tuple[str, ...]) -> Prototype:
    return Prototype(
        site=site,
        prototype=row[0],
        title=row[1],
        hypothesis=row[2],
        changed=row[3],
        design=row[4],
        outcome=row[5],
        question=row[6],
        scale=row[7],
        delta=row[8],
        planned_start_ms=row[9],
        planned_end_ms=row[10],
        control_site=row[11],
        baseline=baseline,
        exclusions=tuple(
            Exclusion(
                **each
                | {name: date.fromisoformat(each[name]) for name in ("first_day", "last_day")}
            )
            for each in json.loads(row[12])
        ),
        circumstances=tuple(Circumstance(**each) for each in json.loads(row[13])),
        seed=row[14],
        decision=None if row[15] is None else Decision(**json.loads(row[15])),
        rolled_back_at_ms=row[16],
        version=row[17],
        started_at_ms=row[18],
    )


def _baseline(db: sqlite3.Connection, prototype_id: int) -> tuple[str, ...]:
    return tuple(
        name
        for (name,) in db.execute(
            "SELECT name FROM baselines JOIN periods ON periods.id = period_id "
            "WHERE baselines.prototype_id = ? ORDER BY n",
            (prototype_id,),
        )
    )


def _periods(db: sqlite3.Connection, site: str, name: str | None) -> list[Period]:
    return [
        Period(
            site=site,
            period=row[0],
            prototype=row[1],
            kind=row[2],
            title=row[3],
            step=row[4],
            changed=row[5],
            start_ms=row[6],
            end_ms=row[7],
            pair=row[8],
            version=row[9],
        )
        for row in db.execute(_READ_PERIODS, (site_id_of(db, site), name))
    ]


# -- writing: whoever calls has checked it, and adds to the log ------------------------------------


def prototype_id_of(db: sqlite3.Connection, site: str, name: str) -> int:
    """Return the id of a prototype that is there."""
    return _id_of(db, "prototypes", site, name)


def period_id_of(db: sqlite3.Connection, site: str, name: str) -> int:
    """Return the id of a period that is there."""
    return _id_of(db, "periods", site, name)


def add_prototype(db: sqlite3.Connection, prototype: Prototype) -> None:
    """Insert a prototype, whose name must be free, and its baseline."""
    _insert(
        db,
        "prototypes",
        (prototype.site, prototype.prototype),
        dict(zip(_PROTOTYPE_COLUMNS, _values(db, prototype), strict=True)),
    )
    _name_baseline(db, prototype)


def write_prototype(db: sqlite3.Connection, prototype: Prototype) -> None:
    """Write a prototype over the one of its name, with its baseline."""
    assignments = ", ".join(f"{column} = ?" for column in _PROTOTYPE_COLUMNS)
    prototype_id = prototype_id_of(db, prototype.site, prototype.prototype)
    db.execute(
        f"UPDATE prototypes SET {assignments} WHERE id = ?",  # noqa: S608 (the names above)
        (*_values(db, prototype), prototype_id),
    )
    if _baseline(db, prototype_id) != prototype.baseline:
        db.execute("DELETE FROM baselines WHERE prototype_id = ?", (prototype_id,))
        _name_baseline(db, prototype)


def add_period(db: sqlite3.Connection, period: Period) -> None:
    """Insert a period, whose name must be free."""
    _insert(
        db,
        "periods",
        (period.site, period.period),
        dict(zip(_PERIOD_COLUMNS, _period_values(db, period), strict=True)),
    )


def write_period(db: sqlite3.Connection, period: Period) -> None:
    """Write a period over the one of its name."""
    assignments = ", ".join(f"{column} = ?" for column in _PERIOD_COLUMNS)
    db.execute(
        f"UPDATE periods SET {assignments} WHERE id = ?",  # noqa: S608 (the names above)
        (*_period_values(db, period), period_id_of(db, period.site, period.period)),
    )


def remove_period(db: sqlite3.Connection, site: str, name: str) -> None:
    """Delete a period that no prototype names as its baseline any more."""
    db.execute("DELETE FROM periods WHERE id = ?", (period_id_of(db, site, name),))


def _values(db: sqlite3.Connection, prototype: Prototype) -> tuple[object, ...]:
    control = prototype.control_site
    return (
        prototype.title,
        prototype.hypothesis,
        prototype.changed,
        prototype.design,
        prototype.outcome,
        prototype.question,
        prototype.scale,
        prototype.delta,
        prototype.planned_start_ms,
        prototype.planned_end_ms,
        None if control is None else site_id_of(db, control),
        _json([asdict(each) for each in prototype.exclusions]),
        _json([asdict(each) for each in prototype.circumstances]),
        prototype.seed,
        None if prototype.decision is None else _json(asdict(prototype.decision)),
        prototype.rolled_back_at_ms,
        prototype.version,
    )


def _period_values(db: sqlite3.Connection, period: Period) -> tuple[object, ...]:
    owner = period.prototype
    return (
        None if owner is None else prototype_id_of(db, period.site, owner),
        period.kind,
        period.title,
        period.step,
        period.changed,
        period.start_ms,
        period.end_ms,
        period.pair,
        period.version,
    )


def _name_baseline(db: sqlite3.Connection, prototype: Prototype) -> None:
    prototype_id = prototype_id_of(db, prototype.site, prototype.prototype)
    db.executemany(
        "INSERT INTO baselines (prototype_id, n, period_id) VALUES (?, ?, ?)",
        [
            (prototype_id, n, period_id_of(db, prototype.site, name))
            for n, name in enumerate(prototype.baseline)
        ],
    )


def _insert(
    db: sqlite3.Connection, table: str, key: tuple[str, str], values: dict[str, object]
) -> None:
    site, name = key
    columns = ", ".join(("site_id", "name", *values))
    marks = ", ".join("?" for _ in range(len(values) + 2))
    db.execute(
        f"INSERT INTO {table} ({columns}) VALUES ({marks})",  # noqa: S608 (names of this module)
        (site_id_of(db, site), name, *values.values()),
    )


def _id_of(db: sqlite3.Connection, table: str, site: str, name: str) -> int:
    (found,) = db.execute(
        f"SELECT id FROM {table} WHERE site_id = ? AND name = ?",  # noqa: S608 (names of this module)
        (site_id_of(db, site), name),
    ).fetchone()
    return int(found)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
