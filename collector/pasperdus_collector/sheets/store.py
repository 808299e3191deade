"""Sheets in the ledger: read as records, written under a version within a transaction."""

import sqlite3
from collections.abc import Sequence
from dataclasses import astuple, fields, replace
from datetime import date
from typing import Any

from pasperdus_collector.errors import PreconditionError, QueryError, fault, unknown_name
from pasperdus_collector.registry import site_id_of
from pasperdus_collector.sheets.records import Sheet, SheetText

MOST_OPEN = 200
"""Of a site: more than anybody takes care of, and one page shows them all."""
MOST_KEPT = 2_000
"""Of a site, closed ones included: a sheet a day for five years."""

_TEXT = tuple(each.name for each in fields(SheetText))
_COLUMNS = (*_TEXT, "opened_at", "closed_at", "closed_by", "version")
_READ = f"SELECT number, {', '.join(_COLUMNS)} FROM sheets WHERE site_id = ?"  # noqa: S608 (the names above)


def read_sheets(db: sqlite3.Connection, site: str) -> list[Sheet]:
    """Return a site's sheets by number. Raises :class:`NotFoundError` for an unknown site."""
    rows = db.execute(f"{_READ} ORDER BY number", (site_id_of(db, site),))
    return [_sheet(site, *row) for row in rows]


def read_open(db: sqlite3.Connection, site: str) -> list[Sheet]:
    """Return the sheets of a site that are open, by number. Raises :class:`NotFoundError`."""
    rows = db.execute(f"{_READ} AND closed_at IS NULL ORDER BY number", (site_id_of(db, site),))
    return [_sheet(site, *row) for row in rows]


def read_closed(db: sqlite3.Connection, site: str, *, most: int) -> tuple[list[Sheet], int]:
    """Return the sheets of a site that were closed last, latest first, and how many there are.

    Raises :class:`NotFoundError` for an unknown site.
    """
    site_id = site_id_of(db, site)
    rows = db.execute(
        f"{_READ} AND closed_at IS NOT NULL ORDER BY closed_at DESC, number DESC LIMIT ?",
        (site_id, most),
    ).fetchall()
    (count,) = db.execute(
        "SELECT count(*) FROM sheets WHERE site_id = ? AND closed_at IS NOT NULL", (site_id,)
    ).fetchone()
    return [_sheet(site, *row) for row in rows], count


def read_sheet(db: sqlite3.Connection, site: str, number: int) -> Sheet:
    """Return one sheet. Raises :class:`NotFoundError`."""
    row = db.execute(f"{_READ} AND number = ?", (site_id_of(db, site), number)).fetchone()
    if row is None:
        numbers = [str(sheet.number) for sheet in read_sheets(db, site)]
        raise unknown_name(
            f"site {site!r} has no sheet {number}",
            numbers,
            fault("", "no-such-sheet", number=number),
        )
    return _sheet(site, *row)


def at_version(db: sqlite3.Connection, site: str, number: int, version: int) -> Sheet:
    """Return one sheet, which is at ``version``.

    Raises :class:`NotFoundError`, :class:`PreconditionError` when somebody changed it since.
    """
    sheet = read_sheet(db, site, number)
    if sheet.version != version:
        raise PreconditionError(
            f"sheet {number} is at version {sheet.version}, not {version}; read it again first",
            fault("", "changed-meanwhile"),
        )
    return sheet


def add(db: sqlite3.Connection, site: str, text: SheetText, *, now_ms: int) -> Sheet:
    """Open a sheet under the next number of its site.

    Raises :class:`NotFoundError` for an unknown site, :class:`QueryError` where too many are there.
    """
    site_id = site_id_of(db, site)
    _check_room(read_sheets(db, site), one_more=True)
    (number,) = db.execute(
        "UPDATE sites SET last_sheet = last_sheet + 1 WHERE id = ? RETURNING last_sheet", (site_id,)
    ).fetchone()
    sheet = Sheet(
        site=site,
        number=number,
        text=text,
        opened_at_ms=now_ms,
        closed_at_ms=None,
        closed_by=None,
        version=1,
    )
    columns = ("site_id", "number", *_COLUMNS)
    marks = ", ".join("?" for _ in columns)
    db.execute(
        f"INSERT INTO sheets ({', '.join(columns)}) VALUES ({marks})",  # noqa: S608 (names of this module)
        (site_id, number, *_values(sheet)),
    )
    return sheet


def write(db: sqlite3.Connection, sheet: Sheet) -> Sheet:
    """Write a sheet over the one of its number, which is at its version; return it as it is now.

    Raises as :func:`at_version` does, and :class:`QueryError` where too many would be open.
    """
    before = at_version(db, sheet.site, sheet.number, sheet.version)
    if before.is_closed and not sheet.is_closed:
        _check_room(read_sheets(db, sheet.site), one_more=False)
    changed = replace(sheet, version=sheet.version + 1)
    assignments = ", ".join(f"{column} = ?" for column in _COLUMNS)
    db.execute(
        f"UPDATE sheets SET {assignments} WHERE site_id = ? AND number = ?",  # noqa: S608 (names of this module)
        (*_values(changed), site_id_of(db, sheet.site), sheet.number),
    )
    return changed


def remove(db: sqlite3.Connection, site: str, number: int, *, version: int) -> None:
    """Delete a sheet; no other gets its number. Raises as :func:`at_version` does."""
    at_version(db, site, number, version)
    db.execute(
        "DELETE FROM sheets WHERE site_id = ? AND number = ?", (site_id_of(db, site), number)
    )


def _check_room(there: Sequence[Sheet], *, one_more: bool) -> None:
    if one_more and len(there) >= MOST_KEPT:
        raise QueryError(
            f"sheets: {MOST_KEPT} are kept, no more fit; remove some that were closed long ago",
            fault("", "too-many-sheets", most=MOST_KEPT),
        )
    if sum(not sheet.is_closed for sheet in there) >= MOST_OPEN:
        raise QueryError(
            f"sheets: {MOST_OPEN} are open, which nobody can take care of; close some first",
            fault("", "too-many-open-sheets", most=MOST_OPEN),
        )


def _values(sheet: Sheet) -> tuple[object, ...]:
    text = astuple(sheet.text)
    told = [each.isoformat() if isinstance(each, date) else each for each in text]
    return (*told, sheet.opened_at_ms, sheet.closed_at_ms, sheet.closed_by, sheet.version)


def _sheet(site: str, number: int, *row: Any) -> Sheet:
    told: dict[str, Any] = dict(zip(_COLUMNS, row, strict=True))
    written = {name: told[name] for name in _TEXT}
    due = told["due"]
    text = SheetText(**{**written, "due": None if due is None else date.fromisoformat(due)})
    return Sheet(
        site=site,
        number=number,
        text=text,
        opened_at_ms=told["opened_at"],
        closed_at_ms=told["closed_at"],
        closed_by=told["closed_by"],
        version=told["version"],
    )
