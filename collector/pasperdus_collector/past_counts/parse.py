"""Reads a file of past counts and judges all of it before anything is kept (pure).

CSV with a header: a time, entries, and exits where they were counted. See docs/import.md.
"""

import csv
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from io import BytesIO, TextIOWrapper
from typing import Final
from zoneinfo import ZoneInfo

from pasperdus_collector.past_counts.counts import PastCounts
from pasperdus_collector.past_counts.faults import Faults, refuse
from pasperdus_collector.past_counts.steps import Steps, find_steps
from pasperdus_contract.fields import QUARTER_MS

MAX_BYTES = 16 * 1024 * 1024
MAX_ROWS = 600_000
MAX_LINES = 700_000  # empty ones too: each costs time
MAX_HEADING = 10_000  # bytes
MAX_QUARTERS = 600_000  # seventeen years from the first to the last
MOST_A_QUARTER = 10_000  # eleven persons each second, one way
DELIMITERS = (";", ",")
TIME_NAMES = ("time", "start", "début", "debut")
IN_NAMES = ("in", "entrées", "entrees")
OUT_NAMES = ("out", "sorties")
_MISSING: Final = -1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST_YEAR = 2999
_QUARTER = timedelta(milliseconds=QUARTER_MS)
_MAX_DIGITS = 12  # more are not looked at: Python refuses to read thousands of them
_SHOWN = 40  # characters of a cell in a message


def parse(
    body: bytes,
    *,
    now_ms: int,
    site_zone: ZoneInfo,
    local_zone: tzinfo | None,
    delimiter: str | None = None,
) -> PastCounts:
    """Return the counts of a file.

    ``local_zone`` is that of times without offset, None when nobody said; ``delimiter`` is found
    in the header unless given. Raises :class:`PastCountsError` with the first problems.
    """
    _check_text(body)
    table = _table(body, delimiter or _delimiter(body))
    _, heading = next(table, (1, []))
    columns = _columns(heading)
    faults, step_faults = Faults(), Faults()
    rows = _rows(table, columns, local_zone, now_ms, faults)
    if not rows.starts:
        faults.check()
        raise refuse(1, "no-rows")
    steps = find_steps(rows.lines, rows.starts, site_zone, step_faults)
    if steps is not None:
        _check_range(steps, rows, now_ms, faults)
        _check_sizes(steps, rows, step_faults)
    faults.check(step_faults)
    if steps is None:
        raise AssertionError("steps were refused without a reason")
    return _known(steps, rows, columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Columns:
    """Where in a row each thing is."""

    time: int
    ins: int
    outs: int | None
    width: int
    ignored: tuple[str, ...]


@dataclass(slots=True)
class _Rows:
    """What was read of each row: its line, the quarter at which it begins, its counts."""

    lines: "array[int]" = field(default_factory=lambda: array("q"))
    starts: "array[int]" = field(default_factory=lambda: array("q"))
    ins: "array[int]" = field(default_factory=lambda: array("q"))
    outs: "array[int]" = field(default_factory=lambda: array("q"))


class _CellError(Exception):
    """A cell that cannot be taken, and why: a reason of ``faults`` and its values."""

    def __init__(self, reason: str, cell: str, **values: object) -> None:
        super().__init__(reason)
        self.reason = reason
        self.values = {"cell": _shown(cell), **values}


# -- the file -----------------------------------------------------------------------------------


def _check_text(body: bytes) -> None:
    if len(body) > MAX_BYTES:
        raise refuse(1, "file-too-large", bytes=len(body), most=MAX_BYTES)
    lines = body.count(b"\n")
    if lines > MAX_LINES:
        raise refuse(1, "too-many-lines", lines=lines, most=MAX_LINES)
    if len(body.split(b"\n", 1)[0]) > MAX_HEADING:
        raise refuse(1, "heading-too-long", most=MAX_HEADING)
    try:
        body.decode()
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        raise refuse(line, "not-utf-8") from None


def _delimiter(body: bytes) -> str:
    heading = body.split(b"\n", 1)[0]
    return max(DELIMITERS, key=lambda each: heading.count(each.encode()))


def _table(body: bytes, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each row with the line at which it begins."""
    # Decoded as it is read: a text of its own would take four times the room.
    text = TextIOWrapper(BytesIO(body), encoding="utf-8-sig", newline="")
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    line = 1
    try:
        for row in reader:
            yield line, row
            line = reader.line_num + 1
    except csv.Error as error:
        raise refuse(line, "not-csv", error=str(error)) from None


def _columns(heading: list[str]) -> _Columns:
    names = [cell.strip().lower() for cell in heading]
    time = _column(names, TIME_NAMES)
    ins = _column(names, IN_NAMES)
    outs = _column(names, OUT_NAMES)
    if time is None or ins is None:
        lacking = "time" if time is None else "in"
        found = _shown(", ".join(heading))
        if not found:
            raise refuse(1, "no-header", lacking=lacking)
        raise refuse(1, "no-column", lacking=lacking, found=found)
    return _Columns(
        time=time,
        ins=ins,
        outs=outs,
        width=len(names),
        ignored=tuple(cell.strip() for n, cell in enumerate(heading) if n not in (time, ins, outs)),
    )


def _column(names: list[str], meant: tuple[str, ...]) -> int | None:
    found = [n for n, name in enumerate(names) if name in meant]
    if len(found) > 1:
        raise refuse(1, "two-columns", first=names[found[0]], second=names[found[1]])
    return found[0] if found else None


# -- row by row ---------------------------------------------------------------------------------


def _rows(
    table: Iterator[tuple[int, list[str]]],
    columns: _Columns,
    local_zone: tzinfo | None,
    now_ms: int,
    faults: Faults,
) -> _Rows:
    rows = _Rows()
    latest, latest_line = -1, 0
    for taken, (line, row) in enumerate((line, row) for line, row in table if _is_told(row)):
        if taken >= MAX_ROWS:
            raise refuse(line, "too-many-rows", most=MAX_ROWS)
        if len(row) != columns.width:
            faults.add(line, "wrong-width", cells=len(row), width=columns.width)
            continue
        ins = _count(row, columns.ins, line, faults)
        outs = _MISSING if columns.outs is None else _count(row, columns.outs, line, faults)
        try:
            start = _start(row[columns.time].strip(), local_zone)
            _check_place(start, latest, latest_line, row[columns.time], now_ms)
        except _CellError as error:
            faults.add(line, error.reason, **error.values)
            continue
        latest, latest_line = start, line
        rows.lines.append(line)
        rows.starts.append(start)
        rows.ins.append(ins)
        rows.outs.append(outs)
    return rows


def _is_told(row: list[str]) -> bool:
    """Whether there is anything in it: spreadsheets leave rows of empty cells behind."""
    return any(cell and not cell.isspace() for cell in row)


def _start(cell: str, local_zone: tzinfo | None) -> int:
    """Return the quarter since 1970 UTC."""
    try:
        at = datetime.fromisoformat(cell)
    except ValueError:
        raise _CellError("no-time", cell) from None
    if not _EPOCH.year <= at.year <= _LATEST_YEAR:  # before it is converted, which may overflow
        raise _CellError("unknown-year", cell)
    if at.tzinfo is None:
        at = _placed(at, cell, local_zone)
    quarter, rest = divmod(at - _EPOCH, _QUARTER)
    if rest:
        raise _CellError("off-the-quarter", cell)
    if quarter < 0:
        raise _CellError("before-1970", cell)
    return quarter


def _placed(at: datetime, cell: str, local_zone: tzinfo | None) -> datetime:
    """Return a local time in its zone; the clocks show some twice a year and some never."""
    if local_zone is None:
        raise _CellError("no-offset", cell)
    at = at.replace(tzinfo=local_zone)
    first, second = at.utcoffset(), at.replace(fold=1).utcoffset()
    if first is None or second is None:
        raise AssertionError(f"{local_zone} has no offset")
    if first > second:
        raise _CellError("time-came-twice", cell, zone=str(local_zone))
    if first < second:
        raise _CellError("time-never-came", cell, zone=str(local_zone))
    return at


def _check_place(start: int, latest: int, latest_line: int, cell: str, now_ms: int) -> None:
    """Check a time against the clock and the one before."""
    if start * QUARTER_MS >= now_ms:
        raise _CellError("in-the-future", cell)
    if start == latest:
        raise _CellError("same-time", cell, other_line=latest_line)
    if start < latest:
        raise _CellError("out-of-order", cell, other_line=latest_line)


def _count(row: list[str], column: int, line: int, faults: Faults) -> int:
    cell = row[column].strip()
    if not cell:
        return _MISSING
    if cell.isascii() and cell.isdecimal() and len(cell) <= _MAX_DIGITS:
        return int(cell)
    unsigned = cell.removeprefix("-")
    if not unsigned.isascii() or not unsigned.replace(".", "", 1).replace(",", "", 1).isdecimal():
        reason = "no-count"
    elif cell != unsigned:
        reason = "below-zero"
    elif not cell.isdecimal():
        reason = "not-whole"
    else:
        reason = "too-many-digits"
    faults.add(line, reason, cell=_shown(cell))
    return _MISSING


def _shown(cell: str) -> str:
    return cell if len(cell) <= _SHOWN else f"{cell[:_SHOWN]}…"


# -- as a whole ---------------------------------------------------------------------------------


def _check_range(steps: Steps, rows: _Rows, now_ms: int, faults: Faults) -> None:
    if steps.end_quarter * QUARTER_MS > now_ms:
        faults.add(rows.lines[-1], "step-not-over")
    if steps.end_quarter - steps.first_quarter > MAX_QUARTERS:
        faults.add(rows.lines[-1], "too-many-years", years=MAX_QUARTERS // (4 * 24 * 365))


def _check_sizes(steps: Steps, rows: _Rows, faults: Faults) -> None:
    for n, line in enumerate(rows.lines):
        most = MOST_A_QUARTER * (steps.ends[n] - steps.starts[n])
        for count in (rows.ins[n], rows.outs[n]):
            if count > most:
                faults.add(line, "too-many-persons", count=count, most=most)


def _known(steps: Steps, rows: _Rows, columns: _Columns) -> PastCounts:
    """Keep the steps with a number, and refuse a file without any."""
    has_outs = columns.outs is not None
    known = [
        n
        for n, ins in enumerate(rows.ins)
        if ins != _MISSING and (not has_outs or rows.outs[n] != _MISSING)
    ]
    if not known:
        raise refuse(rows.lines[0], "no-counts")
    every = sum(ins for ins in (*rows.ins, *rows.outs) if ins != _MISSING)
    ins = array("q", (rows.ins[n] for n in known))
    outs = array("q", (rows.outs[n] for n in known)) if has_outs else None
    total_ins, total_outs = sum(ins), None if outs is None else sum(outs)
    return PastCounts(
        step_quarters=steps.step_quarters,
        first_quarter=steps.first_quarter,
        end_quarter=steps.end_quarter,
        missing=steps.count - len(known),
        left_out=every - total_ins - (total_outs or 0),
        total_ins=total_ins,
        total_outs=total_outs,
        ignored_columns=columns.ignored,
        lines=array("q", (rows.lines[n] for n in known)),
        starts=array("q", (steps.starts[n] for n in known)),
        ends=array("q", (steps.ends[n] for n in known)),
        ins=ins,
        outs=outs,
    )
