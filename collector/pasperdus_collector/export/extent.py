"""How large an export will be, before anything is read (pure).

Rows and columns are exact; bytes are about right: what a cell takes was measured on a town hall's
nine months, and a cell without a value takes less.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from pasperdus_collector.calendar.grid import boundaries
from pasperdus_collector.export.table import Source, Table

ExportForm: TypeAlias = Literal["csv", "excel", "jsonl"]

_STEPS_MS = {"15m": 900_000, "1h": 3_600_000}
_TIME_BYTES: dict[ExportForm, int] = {"csv": 48, "excel": 68, "jsonl": 80}
_CELL_BYTES = 3  # many are empty: the comma alone
_NAME_BYTES = 4  # of JSON around each name: quotes, colon, comma
_JSON_VALUE_BYTES = 4  # null, or a number of few digits


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """Rows and columns without the header, and bytes, about."""

    rows: int
    columns: int
    size: int


def extent(table: Table, form: ExportForm) -> Extent:
    """Return how large a table becomes."""
    columns = sum((source.scores or 1) + len(source.details) for source in table.sources)
    if form == "jsonl":
        row = _TIME_BYTES[form] + sum(_json_bytes(source) for source in table.sources)
    else:
        row = _TIME_BYTES[form] + columns * _CELL_BYTES
    times = 3 if form == "excel" else 2
    rows = _rows(table)
    return Extent(rows=rows, columns=columns + times, size=rows * row)


def _rows(table: Table) -> int:
    first_ms, end_ms = table.whole_range_ms()
    step_ms = _STEPS_MS.get(table.bucket)
    if step_ms is not None:
        return (end_ms - first_ms) // step_ms
    return len(boundaries(table.bucket, first_ms, end_ms, table.time_zone)) - 1


def _json_bytes(source: Source) -> int:
    names = (source.key, "value", *source.details)
    values = (source.scores or 1) + len(source.details)
    return sum(len(name) + _NAME_BYTES for name in names) + values * _JSON_VALUE_BYTES
