"""What one event adds to the quarter-hours (pure), and the SQL that adds it.

Increments are signed: a late anchor moves an event by subtracting it where it was and adding it
where it belongs.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Protocol

from pasperdus_collector.buckets.touched import touch
from pasperdus_contract import events
from pasperdus_contract.fields import QUARTER_MS
from pasperdus_contract.ranges import compress


class Ids(Protocol):
    """Gives the small integer that stands for a watched thing of one node."""

    def line(self, node_id: int, name: str) -> int: ...

    def box(self, node_id: int, question: str, scale: int) -> int: ...

    def sensor(self, node_id: int, name: str) -> int: ...


_KEYS = {
    "passage_quarters": ("line_id", "quarter"),
    "rating_quarters": ("box_id", "quarter"),
    "coverage_quarters": ("sensor_id", "quarter"),
    "tally_quarters": ("node_id", "what", "category", "quarter"),
    "undated": ("node_id", "kind"),
}

_COUNTS = {
    "passage_quarters": (
        *("ins", "outs", "staff_ins", "staff_outs", "ambiguous"),
        *("back", "unresolved", "undirected"),
    ),
    "rating_quarters": tuple(f"{prefix}{n}" for prefix in ("s", "burst") for n in range(1, 6)),
    "coverage_quarters": ("told_ms", "ok_ms"),
    "tally_quarters": ("tallies",),
    "undated": ("events",),
}

Key = tuple[str, tuple[int | str, ...]]
"""A table and the primary key of one of its rows."""


class Increments:
    """Sums of what events add, row by row and column by column."""

    def __init__(self) -> None:
        self.quarters: set[int] = set()
        """Quarters in which anything changed that a series may tell."""
        self.rows: defaultdict[Key, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))

    def add(self, table: str, key: tuple[int | str, ...], column: str, amount: int) -> None:
        """Add ``amount`` to one cell."""
        self.rows[(table, key)][column] += amount

    def write(self, db: sqlite3.Connection, site_id: int) -> None:
        """Add everything to the tables of one site, within the caller's transaction."""
        grouped: defaultdict[tuple[str, tuple[str, ...]], list[tuple[int | str, ...]]]
        grouped = defaultdict(list)
        for (table, key), cells in self.rows.items():
            changed = {column: amount for column, amount in cells.items() if amount}
            if changed:
                columns = tuple(sorted(changed))
                grouped[table, columns].append((*key, *(changed[column] for column in columns)))
        for (table, columns), rows in grouped.items():
            db.executemany(_upsert(table, columns), rows)
        self._drop_emptied(db)
        for first, last in compress(sorted(self.quarters)):
            touch(db, site_id, first, last + 1)

    def _drop_emptied(self, db: sqlite3.Connection) -> None:
        """Delete the rows that everything moved away from: zero would claim that we watched."""
        for (table, key), cells in self.rows.items():
            if any(amount < 0 for amount in cells.values()):
                db.execute(_delete_empty(table), key)


def count_event(
    increments: Increments,
    ids: Ids,
    node_id: int,
    event: events.AnyEvent,
    at: int | None,
    sign: int,
) -> None:
    """Add what ``event`` at time ``at`` (ms, None when unknown) changes, times ``sign``."""
    if at is None:
        increments.add("undated", (node_id, event.kind), "events", sign)
        return
    quarter = at // QUARTER_MS
    increments.quarters.add(quarter)
    match event:
        case events.Passage():
            key = (ids.line(node_id, event.line), quarter)
            for column in _passage_columns(event):
                increments.add("passage_quarters", key, column, sign)
        case events.Uncounted():
            key = (ids.line(node_id, event.line), quarter)
            increments.add("passage_quarters", key, event.why, sign)
        case events.Rating():
            key = (ids.box(node_id, event.question, event.scale), quarter)
            prefix = "burst" if "burst" in event.flags else "s"
            increments.add("rating_quarters", key, f"{prefix}{event.value}", sign)
        case events.Coverage():
            sensor_id = ids.sensor(node_id, event.sensor)
            offset = at - event.uptime
            spread = spread_coverage(event.from_ + offset, event.to + offset, event.ok_ms)
            for covered_quarter, told_ms, ok_ms in spread:
                increments.quarters.add(covered_quarter)
                key = (sensor_id, covered_quarter)
                increments.add("coverage_quarters", key, "told_ms", sign * told_ms)
                increments.add("coverage_quarters", key, "ok_ms", sign * ok_ms)
        case events.Tally():
            tally = (node_id, event.what, event.category or "", quarter)
            increments.add("tally_quarters", tally, "tallies", sign)
        case _:
            pass  # kept as it is; no series is made of it


def spread_coverage(start: int, end: int, ok_ms: int) -> Iterator[tuple[int, int, int]]:
    """Yield ``(quarter, told_ms, ok_ms)``: ``ok_ms`` spread evenly over ``start``-``end`` (ms).

    The parts add up to the whole exactly.
    """
    span = end - start
    told_before = ok_before = 0
    while told_before < span:
        quarter = (start + told_before) // QUARTER_MS
        told = min(end, (quarter + 1) * QUARTER_MS) - start
        ok = ok_ms * told // span
        yield quarter, told - told_before, ok - ok_before
        told_before, ok_before = told, ok


def _passage_columns(event: events.Passage) -> Iterable[str]:
    yield ("staff_" if "staff" in event.flags else "") + f"{event.direction}s"
    if "ambiguous" in event.flags:
        yield "ambiguous"


def _delete_empty(table: str) -> str:
    # Table and column names are the literals of this module.
    terms = (
        *(f"{key} = ?" for key in _KEYS[table]),
        *(f"{column} = 0" for column in _COUNTS[table]),
    )
    return f"DELETE FROM {table} WHERE {' AND '.join(terms)}"  # noqa: S608


def _upsert(table: str, columns: tuple[str, ...]) -> str:
    # Table and column names are the literals of this module.
    keys = _KEYS[table]
    names = (*keys, *columns)
    sums = ", ".join(f"{column} = {column} + excluded.{column}" for column in columns)
    return (
        f"INSERT INTO {table} ({', '.join(names)}) "  # noqa: S608
        f"VALUES ({', '.join('?' for _ in names)}) "
        f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {sums}"
    )
