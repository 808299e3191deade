"""How much the ledger holds of each kind of thing, and from when to when."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from pasperdus_collector.migrations import MIGRATIONS
from pasperdus_collector.stored.declarations import DECLARED
from pasperdus_collector.stored.declared import Kept, Table, Unit
from pasperdus_collector.stored.machines import EVENTS
from pasperdus_contract.events import KINDS
from pasperdus_contract.fields import QUARTER_MS

MOST_EVENTS_COUNTED = 3_000_000
"""More are not counted kind by kind: that reads an index of all of them, over a second on a Pi."""

MOST_BYTES_LOOKED_AT = 256 * 1024 * 1024
"""How large a file may be to be told apart by table: that reads every page of it."""

_HOUR_MS = 3_600_000
_DAY_MS = 86_400_000
_NOON_MS = 43_200_000  # a day is told by its noon in UTC: it has the same date nearly everywhere
_EPOCH_DAY = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Rows, and the first and last time (ms since 1970 UTC) that they are about.

    ``rows`` is None where there are too many to count, times where no row tells any.
    """

    name: str
    rows: int | None
    first_ms: int | None = None
    last_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """What there is of one kind; ``parts`` are the kinds of events.

    ``size`` is in bytes, indexes included, None where it was not looked at.
    """

    kept: Kept
    rows: int
    first_ms: int | None
    last_ms: int | None
    size: int | None
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """The whole ledger; ``free`` are bytes of its file that nothing uses now."""

    size: int
    free: int
    schema: str
    stocks: tuple[Stock, ...]


def read_inventory(db: sqlite3.Connection) -> Inventory:
    """Count everything, in one view of the ledger: seconds for millions of rows."""
    (page,) = db.execute("PRAGMA page_size").fetchone()
    (pages,) = db.execute("PRAGMA page_count").fetchone()
    (free,) = db.execute("PRAGMA freelist_count").fetchone()
    (schema,) = db.execute("PRAGMA user_version").fetchone()
    sizes = _sizes(db) if pages * page <= MOST_BYTES_LOOKED_AT else None
    return Inventory(
        size=pages * page,
        free=free * page,
        schema=MIGRATIONS[schema - 1][0],
        stocks=tuple(_stock(db, kept, sizes) for kept in DECLARED if kept.tables),
    )


def _stock(db: sqlite3.Connection, kept: Kept, sizes: dict[str, int] | None) -> Stock:
    size = None
    if sizes is not None:
        size = sum(sizes.get(table.fields.name, 0) for table in kept.tables)
    if kept is EVENTS:
        stock = _events(db)
    else:
        parts = [_part(db, table) for table in kept.tables]
        stock = _together(kept, parts)
    return replace(stock, size=size)


def _together(kept: Kept, parts: Iterable[Part]) -> Stock:
    found = list(parts)
    return Stock(
        kept=kept,
        rows=sum(part.rows or 0 for part in found),
        first_ms=min((p.first_ms for p in found if p.first_ms is not None), default=None),
        last_ms=max((p.last_ms for p in found if p.last_ms is not None), default=None),
        size=None,
    )


def _part(db: sqlite3.Connection, table: Table) -> Part:
    name = table.fields.name
    if table.when is None:
        # Names of tables and columns are those of the declarations.
        (rows,) = db.execute(f'SELECT count(*) FROM "{name}"').fetchone()  # noqa: S608
        return Part(name=name, rows=rows)
    column, unit = table.when
    rows, first, last = db.execute(
        f'SELECT count(*), min("{column}"), max("{column}") FROM "{name}"'  # noqa: S608
    ).fetchone()
    return Part(name=name, rows=rows, first_ms=_ms(first, unit), last_ms=_ms(last, unit))


def _events(db: sqlite3.Connection) -> Stock:
    """Count by kind; of very many tell only when the first and the last of each kind were."""
    (ever,) = db.execute("SELECT coalesce(sum(stored), 0) FROM nodes").fetchone()
    if ever > MOST_EVENTS_COUNTED:
        parts = [
            Part(name=kind, rows=None, first_ms=_edge(db, kind, "min"), last_ms=last_ms)
            for kind in sorted(KINDS)
            if (last_ms := _edge(db, kind, "max")) is not None
        ]
        return replace(_together(EVENTS, parts), rows=ever, parts=tuple(parts))
    parts = [
        Part(name=kind, rows=rows, first_ms=first_ms, last_ms=last_ms)
        for kind, rows, first_ms, last_ms in db.execute(
            "SELECT kind, count(*), min(at), max(at) FROM events GROUP BY kind ORDER BY kind"
        )
    ]
    return replace(_together(EVENTS, parts), parts=tuple(parts))


def _edge(db: sqlite3.Connection, kind: str, which: str) -> int | None:
    # min and max of one question would read all rows; each alone is one look into the index.
    (at,) = db.execute(f"SELECT {which}(at) FROM events WHERE kind = ?", (kind,)).fetchone()  # noqa: S608
    return None if at is None else int(at)


def _sizes(db: sqlite3.Connection) -> dict[str, int] | None:
    """Return bytes by table, those of its indexes included; None where SQLite cannot tell."""
    try:
        return dict(
            db.execute(
                "SELECT tbl_name, sum(pgsize) FROM dbstat JOIN sqlite_master USING (name) "
                "WHERE aggregate = 1 GROUP BY tbl_name"
            ).fetchall()
        )
    except sqlite3.OperationalError as error:
        if "dbstat" not in str(error):
            raise
        return None  # an SQLite built without it


def _ms(told: int | str | None, unit: Unit) -> int | None:
    if told is None:
        return None
    match unit:
        case "ms":
            return int(told)
        case "quarter":
            return int(told) * QUARTER_MS
        case "hour":
            return int(told) * _HOUR_MS
        case "day":
            return (int(told) - _EPOCH_DAY) * _DAY_MS + _NOON_MS
        case "date":
            return (date.fromisoformat(str(told)).toordinal() - _EPOCH_DAY) * _DAY_MS + _NOON_MS
