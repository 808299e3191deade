"""Past counts in the ledger: kept whole, listed, and taken back whole (SQL)."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, islice

from pasperdus_collector.buckets import touched
from pasperdus_collector.errors import unknown_name
from pasperdus_collector.past_counts.counts import PastCounts
from pasperdus_collector.past_counts.faults import Faults
from pasperdus_collector.registry import site_id_of

_ROWS_TOGETHER = 100  # in one statement: five times faster than one by one

Bundle = list[int | None]
"""Quarter, entries and exits of several rows, one after the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """A file that was imported: its range in quarters since 1970 UTC, ``imported_at`` in ms."""

    id: int
    title: str
    step_quarters: int
    first_quarter: int
    end_quarter: int
    steps: int
    missing: int
    ins: int
    outs: int | None
    imported_at: int


_COLUMNS = tuple(Import.__dataclass_fields__)


def read_imports(db: sqlite3.Connection, site: str) -> list[Import]:
    """Return a site's imports, ordered by the time that they are about."""
    rows = db.execute(
        f"SELECT {', '.join(_COLUMNS)} FROM imports "  # noqa: S608 (names of fields)
        "WHERE site_id = ? ORDER BY first_quarter",
        (site_id_of(db, site),),
    )
    return [Import(**dict(zip(_COLUMNS, row, strict=True))) for row in rows]


def check_overlap(db: sqlite3.Connection, site: str, past: PastCounts) -> None:
    """Raise :class:`PastCountsError` when another import of the site is about the same time."""
    faults = Faults()
    for other in read_imports(db, site):
        start = max(other.first_quarter, past.first_quarter)
        if start < min(other.end_quarter, past.end_quarter):
            faults.add(past.line_at(start), "imported-already", id=other.id, title=other.title)
    faults.check()


def bundle(past: PastCounts) -> list[Bundle]:
    """Return the rows to keep, so that the writing thread has nothing left to work out."""
    quarters = past.quarters()
    bundles: list[Bundle] = []
    while together := list(chain.from_iterable(islice(quarters, _ROWS_TOGETHER))):
        bundles.append(together)
    return bundles


def keep(
    db: sqlite3.Connection,
    site: str,
    past: PastCounts,
    bundles: Sequence[Bundle],
    *,
    title: str,
    now_ms: int,
) -> int:
    """Add an import and its ``bundles`` within the caller's transaction; return its id.

    Raises :class:`PastCountsError` when another one is about the same time.
    """
    check_overlap(db, site, past)
    site_id = site_id_of(db, site)
    (import_id,) = db.execute(
        "INSERT INTO imports (site_id, title, step_quarters, first_quarter, end_quarter, steps, "
        "missing, ins, outs, imported_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
        (
            site_id,
            title,
            past.step_quarters,
            past.first_quarter,
            past.end_quarter,
            past.steps,
            past.missing,
            past.total_ins,
            past.total_outs,
            now_ms,
        ),
    ).fetchone()
    for together in (bundles[:-1], bundles[-1:]):  # only the last one is shorter
        if together:
            db.executemany(
                _insert(len(together[0]) // 3), ((site_id, import_id, *each) for each in together)
            )
    touched.touch(db, site_id, past.first_quarter, past.end_quarter)
    return int(import_id)


def remove(db: sqlite3.Connection, site: str, import_id: int) -> None:
    """Take an import back within the caller's transaction. Raises :class:`NotFoundError`."""
    site_id = site_id_of(db, site)
    row = db.execute(
        "SELECT first_quarter, end_quarter FROM imports WHERE id = ? AND site_id = ?",
        (import_id, site_id),
    ).fetchone()
    if row is None:
        raise unknown_name(
            f"site {site!r} has no import {import_id}",
            (f"{each.id} ({each.title})" for each in read_imports(db, site)),
        )
    first_quarter, end_quarter = row
    db.execute(
        "DELETE FROM imported_quarters WHERE site_id = ? AND quarter >= ? AND quarter < ? "
        "AND import_id = ?",
        (site_id, first_quarter, end_quarter, import_id),
    )
    db.execute("DELETE FROM imports WHERE id = ?", (import_id,))
    touched.touch(db, site_id, first_quarter, end_quarter)


def _insert(rows: int) -> str:
    return (
        "INSERT INTO imported_quarters (site_id, import_id, quarter, ins, outs) "  # noqa: S608 (marks)
        "SELECT ?, ?, column1, column2, column3 "
        f"FROM (VALUES {', '.join(['(?, ?, ?)'] * rows)})"
    )
