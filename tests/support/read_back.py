"""The replayed counts, read back in every way in which they leave the collector."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from pasperdus_collector.api.queries import Queries
from pasperdus_collector.buckets.days import close_days
from pasperdus_collector.config import InfluxSettings
from pasperdus_collector.export.csv_text import CsvForm, csv_text, excel_fr
from pasperdus_collector.export.json_lines import json_lines
from pasperdus_collector.export.table import Table, choose
from pasperdus_collector.export.words import LANGUAGES
from pasperdus_collector.ledger import Ledger, reading, wall_ms
from pasperdus_collector.series import Measure, SeriesQuery
from pasperdus_collector.series.embedded import EmbeddedRows
from pasperdus_collector.series.influx import InfluxRows, InfluxServer
from pasperdus_collector.series.projection import Projection
from pasperdus_collector.series.published import PublishedRows
from pasperdus_collector.series.reader import SeriesReader
from pasperdus_collector.writer import Writer
from pasperdus_demo.door_counts import HalfHour
from support.grafana import View, dashboards, series
from support.influx import DATABASE, Influx1

QUARTER_MS = 900_000
COLLECTOR = "replay"
SITE = "default"
WAYS: tuple[Measure, Measure] = ("passages_in", "passages_out")

Quarters = Mapping[int, tuple[int | None, int | None]]
"""Entries and exits by the start of a quarter-hour, in ms; None where nothing is known."""


def read_back(ledger: Path, slots: Sequence[HalfHour], scratch: Path) -> dict[str, Quarters]:
    """Return what each way tells: ledger, InfluxDB, Grafana's questions, and each export format."""
    start_ms, end_ms = _range_ms(slots)
    told: dict[str, Quarters] = {}
    with reading(ledger) as db:
        told["ledger"] = _series(EmbeddedRows(db, now_ms=wall_ms()), start_ms, end_ms)
    with Influx1(scratch / "influx") as influx:
        _project(ledger, influx)
        server = InfluxServer(InfluxSettings(url=influx.direct_url, bucket=DATABASE))
        told["InfluxDB"] = _series(InfluxRows(server), start_ms, end_ms)
        told["Grafana"] = _grafana(influx, start_ms, end_ms)
        server.close()
    queries = Queries(ledger, Writer(on_commit=lambda: None))
    table = choose(
        queries.card(SITE), bucket="15m", start_ms=start_ms, end_ms=end_ms, measures=WAYS
    )
    for name, form in (
        ("CSV", CsvForm(words=LANGUAGES["en"])),
        ("CSV for Excel", excel_fr(LANGUAGES["fr"])),
    ):
        told[name] = _csv(csv_text(table, queries.series, form), form)
    told["JSON lines"] = _json_lines(table, queries)
    return told


def differences(told: Quarters, slots: Iterable[HalfHour]) -> list[str]:
    """Return the half-hours that are told otherwise than the file has them."""
    found = []
    for slot in slots:
        at = _ms(slot)
        halves = [told.get(at, (None, None)), told.get(at + QUARTER_MS, (None, None))]
        ins, outs = _sum(half[0] for half in halves), _sum(half[1] for half in halves)
        if (ins, outs) != (slot.ins, slot.outs):
            found.append(f"{slot.start}: file {slot.ins}, {slot.outs}; told {ins}, {outs}")
    return found


def _sum(values: Iterable[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def totals(told: Quarters) -> tuple[int, int]:
    """Return all entries and all exits."""
    return sum(ins or 0 for ins, _ in told.values()), sum(outs or 0 for _, outs in told.values())


def _series(rows: PublishedRows, start_ms: int, end_ms: int) -> Quarters:
    reader = SeriesReader(rows, now_ms=wall_ms())
    ins, outs = (
        reader.read(
            SeriesQuery(site=SITE, measure=measure, bucket="15m", start_ms=start_ms, end_ms=end_ms)
        ).points
        for measure in WAYS
    )
    return {
        entered.start_ms: (_whole(entered.value), _whole(left.value))
        for entered, left in zip(ins, outs, strict=True)
    }


def _project(path: Path, influx: Influx1) -> None:
    """Copy the whole ledger; the collector has ended, so its ledger is ours to write."""
    ledger = Ledger(path, quarantine_max=1)

    def submit(change: Callable[[Ledger], None]) -> None:
        with ledger.transaction():
            change(ledger)

    projection = Projection(
        InfluxServer(InfluxSettings(url=influx.url, bucket=DATABASE)),
        path=path,
        collector=COLLECTOR,
        submit=submit,
        every_s=1,
    )
    are_days_left = True
    while are_days_left:
        with ledger.transaction():
            are_days_left = close_days(ledger.db, wall_ms())
    while projection.copy_once():
        pass
    projection.stop()
    ledger.close()


def _grafana(influx: Influx1, start_ms: int, end_ms: int) -> Quarters:
    """Take entries from the panel of cumulated ones, and exits from the same question of them."""
    board = dashboards()["aujourd-hui.json"]
    view = View(
        model=board,
        from_ms=start_ms,
        to_ms=end_ms - 1,
        chosen={"collector": COLLECTOR, "site": SITE},
    )
    (panel,) = (each for each in board["panels"] if each["title"] == "Entrées cumulées")
    (target,) = panel["targets"]
    outs = {**target, "query": target["query"].replace('"ins', '"outs')}
    steps = [
        _steps(series(each, influx.query(view.sent(each["query"])))) for each in (target, outs)
    ]
    return {at: (steps[0].get(at), steps[1].get(at)) for at in steps[0].keys() | steps[1].keys()}


def _steps(drawn: Mapping[str, Iterable[tuple[int, float]]]) -> dict[int, int]:
    (points,) = drawn.values()
    steps: dict[int, int] = {}
    before = 0
    for at, value in points:
        steps[at] = int(value) - before
        before = int(value)
    return steps


def _csv(text: Iterable[str], form: CsvForm) -> Quarters:
    delimiter = ";" if form.is_for_excel else ","
    lines = csv.reader(io.StringIO("".join(text).lstrip("\ufeff")), delimiter=delimiter)
    header = next(lines)
    words = form.words
    at = header.index(f"{words.start} ({'ISO 8601' if form.is_for_excel else 'UTC'})")
    ins, outs = (
        header.index(f"{words.measures.get(way, way)} ({words.units[way]})") for way in WAYS
    )
    return {_parsed_ms(row[at]): (_cell(row[ins]), _cell(row[outs])) for row in lines}


def _json_lines(table: Table, queries: Queries) -> Quarters:
    _, *rows = map(json.loads, "".join(json_lines(table, queries.series, now_ms=0)).splitlines())
    return {
        _parsed_ms(row["start"]): (row["passages_in"]["value"], row["passages_out"]["value"])
        for row in rows
    }


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _cell(text: str) -> int | None:
    return int(text) if text else None


def _parsed_ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def _range_ms(slots: Sequence[HalfHour]) -> tuple[int, int]:
    return _ms(slots[0]), _ms(slots[-1]) + 2 * QUARTER_MS


def _ms(slot: HalfHour) -> int:
    return round(slot.start.timestamp() * 1000)
