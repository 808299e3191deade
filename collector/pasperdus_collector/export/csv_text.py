"""An export as CSV (RFC 4180), for programs or for French Excel.

A header row with units and time zone, then one row a bucket. What is unknown is an empty cell;
zero is zero.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO
from zoneinfo import ZoneInfo

from pasperdus_collector.export.rows import Read, read_rows
from pasperdus_collector.export.table import Detail, Source, Table
from pasperdus_collector.export.words import ENGLISH, Words
from pasperdus_collector.series import Point

ROWS_TOGETHER = 500  # in one piece of text: each is handed on by another thread
_BOM = "\ufeff"
# A spreadsheet takes a cell that begins so for a formula, and would run it.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
_EXCEL_TIME = "%Y-%m-%d %H:%M:%S"  # Excel knows it as a time in every language


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvForm:
    """How it is written; the defaults are RFC 4180 with the API's own names."""

    words: Words = ENGLISH
    delimiter: str = ","
    decimal_mark: str = "."
    is_for_excel: bool = False
    """With a byte order mark, and with times that a spreadsheet can reckon with."""


def excel_fr(words: Words) -> CsvForm:
    """Return the form that opens right in French Excel with a double click."""
    return CsvForm(words=words, delimiter=";", decimal_mark=",", is_for_excel=True)


def csv_text(table: Table, read: Read, form: CsvForm) -> Iterator[str]:
    """Yield the text piece by piece, the header with the first rows."""
    page = StringIO(newline="")
    writer = csv.writer(page, delimiter=form.delimiter, lineterminator="\r\n")
    if form.is_for_excel:
        page.write(_BOM)
    writer.writerow(text_cell(cell) for cell in header(table, form))
    zone = table.time_zone
    for rows in read_rows(table, read):
        for n, row in enumerate(rows, start=1):
            cells = _times(row.start_ms, zone, form)
            for source, point in zip(table.sources, row.points, strict=True):
                cells += _cells(source, point, form)
            writer.writerow(cells)
            if n % ROWS_TOGETHER == 0 or n == len(rows):
                yield page.getvalue()
                page.seek(0)
                page.truncate()


def header(table: Table, form: CsvForm) -> list[str]:
    """Return the names of the columns, each with its unit."""
    words = form.words
    names = [f"{words.start} ({table.card.time_zone})", f"{words.start} (UTC)"]
    if form.is_for_excel:
        names.append(f"{words.start} (ISO 8601)")
    for source in table.sources:
        measure = source.query.measure
        name = words.measures.get(measure, measure) + source.key.removeprefix(measure)
        unit = words.units[measure]
        if source.scores is None:
            names.append(f"{name} ({unit})")
        else:
            names += [f"{name} {words.score} {n} ({unit})" for n in range(1, source.scores + 1)]
        names += [_detail_name(name, detail, unit, words) for detail in source.details]
    return names


def text_cell(text: str) -> str:
    """Return it so that no spreadsheet takes it for a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _detail_name(name: str, detail: Detail, unit: str, words: Words) -> str:
    full = f"{name} {words.details[detail]}"
    match detail:
        case "flags":
            return full
        case "coverage":
            return f"{full} ({words.covered})"
        case _:
            return f"{full} ({unit})"


def _times(start_ms: int, zone: ZoneInfo, form: CsvForm) -> list[str]:
    start = datetime.fromtimestamp(start_ms // 1000, UTC)
    local = start.astimezone(zone)
    if form.is_for_excel:
        return [local.strftime(_EXCEL_TIME), start.strftime(_EXCEL_TIME), local.isoformat()]
    return [local.isoformat(), start.isoformat().replace("+00:00", "Z")]


def _cells(source: Source, point: Point, form: CsvForm) -> list[str]:
    value = point.value
    if isinstance(value, list):
        cells = [str(count) for count in value]
    elif source.scores is not None:
        cells = [""] * source.scores
    else:
        cells = [_number(value, form)]
    for detail in source.details:
        match detail:
            case "flags":
                cells.append(text_cell(form.words.flag_names(point.flags)))
            case "coverage":
                cells.append(_number(point.coverage, form))
            case _:
                cells.append(_number(getattr(point, detail), form))
    return cells


def _number(value: float | None, form: CsvForm) -> str:
    """Write a number to its last digit, never with an exponent; nothing for None."""
    if value is None:
        return ""
    text = repr(value)
    if "e" in text:
        text = format(Decimal(text), "f")
    return text.replace(".", form.decimal_mark)
