"""Exports: the columns that a site has, the text to the letter, and any size in little memory."""

from __future__ import annotations

import asyncio
import csv
import json
import random
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest
from fastapi import FastAPI

from pasperdus_collector.api import export_routes, guard, problems
from pasperdus_collector.api.queries import Queries
from pasperdus_collector.buckets.flags import GAP, IMPORTED, NAMES
from pasperdus_collector.calendar.grid import BucketSize, boundaries
from pasperdus_collector.calendar.opening import SiteCalendar
from pasperdus_collector.errors import NotFoundError, QueryError
from pasperdus_collector.export.csv_text import CsvForm, csv_text, excel_fr, text_cell
from pasperdus_collector.export.json_lines import json_lines
from pasperdus_collector.export.rows import read_rows
from pasperdus_collector.export.table import Table, choose
from pasperdus_collector.export.words import FRENCH
from pasperdus_collector.release import release
from pasperdus_collector.series import UNITS, Mask, Measure, Point, Series, SeriesQuery
from pasperdus_collector.series.card import LineCard, SiteCard
from pasperdus_collector.series.published import FleetQuestion, RowQuestion, Values
from pasperdus_collector.series.reader import SeriesReader
from pasperdus_collector.site_calendar import write_calendar
from pasperdus_contract.fields import QUARTER_MS
from support.collecting import DAY, HOUR, MINUTE, NODE, batch, coverage, event, passage, rating
from support.web import Client
from support.writing import Desk

PARIS = ZoneInfo("Europe/Paris")
CARD = SiteCard(
    collector="mairie",
    site="hotel-de-ville",
    title="Hôtel de ville",
    time_zone="Europe/Paris",
    zones=("hall",),
    lines=(LineCard(node="entrance-1", line="door", zone="hall", role="outer"),),
    questions=(("accueil", 3),),
    tallies=(("hall", "phone"),),
    services=("etat-civil",),
)
BUCKETS: tuple[BucketSize, ...] = get_args(BucketSize)


def at(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def table_of(measures: str | None = None, **asked: Any) -> Table:
    chosen: dict[str, Any] = {
        "bucket": "15m",
        "start_ms": at("2026-03-29T00:45:00+00:00"),
        "end_ms": at("2026-03-29T01:15:00+00:00"),
        "measures": None if measures is None else tuple(measures.split(",")),
    }
    return choose(asked.pop("card", CARD), **{**chosen, **asked})


def reads(points: dict[str, Point]) -> Callable[[SeriesQuery], Series]:
    """Answer every bucket of a measure with one point."""

    def read(query: SeriesQuery) -> Series:
        edges = boundaries(query.bucket, query.start_ms, query.end_ms, PARIS)
        starts = [edge * QUARTER_MS for edge in edges[:-1]]
        point = points.get(query.measure, Point(0, None, 0.0))
        return Series(
            query=query,
            unit=UNITS[query.measure],
            points=[point._replace(start_ms=start) for start in starts],
        )

    return read


def columns(table: Table) -> list[str]:
    text = "".join(csv_text(table, reads({}), CsvForm()))
    return next(csv.reader(text.splitlines()))


# The text


def test_a_csv_has_units_and_the_time_zone_above_and_keeps_unknown_apart_from_zero() -> None:
    table = table_of("passages_in,passages_out")
    points = {
        "passages_in": Point(0, 12, 0.9583, 12.6, 11.25, 13.95, None, IMPORTED | GAP),
        "passages_out": Point(0, 0, 1.0),
    }

    text = "".join(csv_text(table, reads(points), CsvForm()))

    assert text == (
        "start (Europe/Paris),start (UTC),"
        "passages_in (persons),passages_in corrected (persons),passages_in low (persons),"
        "passages_in high (persons),passages_in coverage (0-1),passages_in flags,"
        "passages_out (persons),passages_out corrected (persons),passages_out low (persons),"
        "passages_out high (persons),passages_out coverage (0-1),passages_out flags\r\n"
        "2026-03-29T01:45:00+01:00,2026-03-29T00:45:00Z,"
        "12,12.6,11.25,13.95,0.9583,imported gap,0,,,,1.0,\r\n"
        "2026-03-29T03:00:00+02:00,2026-03-29T01:00:00Z,"
        "12,12.6,11.25,13.95,0.9583,imported gap,0,,,,1.0,\r\n"
    )
    unknown = "".join(csv_text(table, reads({}), CsvForm())).splitlines()[1]
    assert unknown == "2026-03-29T01:45:00+01:00,2026-03-29T00:45:00Z,,,,,0.0,,,,,,0.0,"


def test_french_excel_gets_its_marks_its_words_and_times_it_can_reckon_with() -> None:
    table = table_of("ratings", bucket="1h")
    points = {"ratings": Point(0, [1, 0, 12], 0.25, flags=GAP)}

    text = "".join(csv_text(table, reads(points), excel_fr(FRENCH)))

    assert text.encode().startswith(b"\xef\xbb\xbfd\xc3\xa9but")
    assert text[1:] == (
        "début (Europe/Paris);début (UTC);début (ISO 8601);"
        "avis/accueil/3 note 1 (avis);avis/accueil/3 note 2 (avis);avis/accueil/3 note 3 (avis);"
        "avis/accueil/3 couverture (0-1);avis/accueil/3 mentions\r\n"
        "2026-03-29 01:00:00;2026-03-29 00:00:00;2026-03-29T01:00:00+01:00;1;0;12;0,25;lacune\r\n"
        "2026-03-29 03:00:00;2026-03-29 01:00:00;2026-03-29T03:00:00+02:00;1;0;12;0,25;lacune\r\n"
    )


def test_every_measure_and_flag_has_a_french_word() -> None:
    assert set(FRENCH.measures) == set(FRENCH.units) == set(get_args(Measure))
    assert set(FRENCH.flags) == set(NAMES.values())


@pytest.mark.parametrize("value", [0.00001, 1e22, 0.1 + 0.2, 123456789.123456])
def test_numbers_are_exact_and_without_exponent(value: float) -> None:
    text = "".join(
        csv_text(table_of("index", bucket="1h"), reads({"index": Point(0, value, 1.0)}), CsvForm())
    )

    cell = text.splitlines()[1].split(",")[2]
    assert "e" not in cell
    assert float(cell) == value


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_a_text_that_a_spreadsheet_would_run_is_made_harmless(text: str) -> None:
    assert text_cell(text) == f"'{text}"
    assert text_cell("imported") == "imported"


def test_a_name_with_marks_of_csv_in_it_stays_one_cell() -> None:
    card = replace(CARD, tallies=(("hall", 'a,"b";\r\n=c'),))
    table = table_of("tallies", card=card)

    for form in (CsvForm(), excel_fr(FRENCH)):
        text = "".join(csv_text(table, reads({}), form)).removeprefix("\ufeff")
        rows = list(csv.reader(iter(text.splitlines(keepends=True)), delimiter=form.delimiter))
        assert [len(row) for row in rows] == [len(rows[0])] * 3
        assert any('a,"b";\r\n=c' in name for name in rows[0])


def test_json_lines_say_first_what_they_are_then_one_exact_object_a_bucket() -> None:
    table = table_of("occupancy,ratings,wait_minutes", bucket="1d")
    points = {
        "occupancy": Point(0, 3.25, 0.5, None, 2.0, 4.5, 3.0, IMPORTED),
        "ratings": Point(0, [0, 1, 2], 1.0),
    }

    text = "".join(json_lines(table, reads(points), now_ms=at("2026-04-01T10:00:00+00:00")))

    head, row = map(json.loads, text.splitlines())
    assert head == {
        "schema": 1,
        "site": "hotel-de-ville",
        "title": "Hôtel de ville",
        "time_zone": "Europe/Paris",
        "bucket": "1d",
        "from": "2026-03-28T23:00:00Z",
        "to": "2026-03-29T22:00:00Z",
        "zone": None,
        "line": None,
        "masks": [],
        "excludes_staff": False,
        "exported_at": "2026-04-01T10:00:00Z",
        "series": [
            {"key": "occupancy", "measure": "occupancy", "unit": "persons"},
            {
                "key": "ratings/accueil/3",
                "measure": "ratings",
                "unit": "ratings by score, worst first",
                "question": "accueil",
                "scale": 3,
            },
            {"key": "wait_minutes", "measure": "wait_minutes", "unit": "minutes"},
            {
                "key": "wait_minutes/etat-civil",
                "measure": "wait_minutes",
                "unit": "minutes",
                "service": "etat-civil",
            },
        ],
    }
    unknown: dict[str, Any] = {"value": None, "low": None, "high": None, "flags": []}
    assert row == {
        "start": "2026-03-29T00:00:00+01:00",
        "start_utc": "2026-03-28T23:00:00Z",
        "occupancy": {
            "value": 3.25,
            "low": 2.0,
            "high": 4.5,
            "raw": 3.0,
            "coverage": 0.5,
            "flags": ["imported"],
        },
        "ratings/accueil/3": {"value": [0, 1, 2], "coverage": 1.0, "flags": []},
        "wait_minutes": unknown,
        "wait_minutes/etat-civil": unknown,
    }


# Which columns


def test_all_that_the_site_has_is_exported_when_nothing_is_asked_by_name() -> None:
    by_day = [source.key for source in table_of(bucket="1d").sources]
    by_quarter = [source.key for source in table_of(bucket="15m").sources]

    assert by_day == [
        *("passages_in", "passages_out", "occupancy", "stay_minutes"),
        *("wait_minutes", "wait_minutes/etat-civil"),
        *("service_minutes", "service_minutes/etat-civil"),
        *("ratings/accueil/3", "satisfied/accueil/3", "index/accueil/3"),
        *("tallies/phone", "pulse"),
    ]
    assert by_quarter == ["passages_in", "passages_out", "occupancy", "tallies/phone"]


def test_each_score_of_each_question_and_each_thing_tallied_has_its_column() -> None:
    card = replace(
        CARD,
        questions=(("accueil", 2), ("attente", 3)),
        tallies=(("hall", "phone"), ("office", "phone"), ("office", "incident")),
        zones=("hall", "office"),
    )

    named = columns(table_of("ratings,tallies", card=card, bucket="1h"))
    in_hall = columns(table_of("tallies", card=card, bucket="1h", zone="hall"))

    assert [name for name in named if name.endswith("(ratings)")] == [
        "ratings/accueil/2 score 1 (ratings)",
        "ratings/accueil/2 score 2 (ratings)",
        "ratings/attente/3 score 1 (ratings)",
        "ratings/attente/3 score 2 (ratings)",
        "ratings/attente/3 score 3 (ratings)",
    ]
    assert [name for name in named if name.endswith("(tallies)")] == [
        "tallies/incident (tallies)",
        "tallies/phone (tallies)",
    ]
    assert [name for name in in_hall if name.endswith("(tallies)")] == ["tallies/phone (tallies)"]


@pytest.mark.parametrize(
    ("measures", "asked", "words"),
    [
        ("passages_in,ratings", {}, "by the hour; ask for bucket 1h or coarser, or leave ratings"),
        ("stay_minutes", {"bucket": "1h"}, "ask for bucket 1d or coarser"),
        ("occupancy", {"zone": "hall"}, "whole site; leave zone out"),
        ("tallies", {"line": "entrance-1/door"}, "not of one line; leave line out"),
        ("tallies", {"card": replace(CARD, tallies=())}, "wait for the first tally"),
        ("index", {"card": replace(CARD, questions=()), "bucket": "1h"}, "no rating box yet"),
        ("pulse", {"bucket": "1d", "masks": frozenset({"closures"})}, "leave masks out"),
        ("wait_minutes", {"bucket": "1w", "masks": frozenset({"closures"})}, "bucket 1d"),
        ("stay_minutes", {"bucket": "1d", "masks": frozenset({"open"})}, "leave the mask open"),
        ("passages_in", {"zone": "hall", "line": "entrance-1/door"}, "not both"),
        ("passages_in", {"end_ms": 0}, "from must be before to"),
        ("passages_in", {"end_ms": at("3000-01-02T00:00:00+00:00")}, "1970 to 2999"),
    ],
)
def test_what_is_asked_by_name_and_is_not_there_is_refused_with_the_reason(
    measures: str, asked: dict[str, Any], words: str
) -> None:
    with pytest.raises(QueryError, match=words):
        table_of(measures, **asked)


@pytest.mark.parametrize("masks", [frozenset(), *map(frozenset, ({"open"}, {"closures"}))])
@pytest.mark.parametrize("where", [{}, {"zone": "hall"}, {"line": "entrance-1/door"}])
@pytest.mark.parametrize("bucket", BUCKETS)
def test_an_export_holds_just_what_a_series_is_answered_for(
    bucket: BucketSize, where: dict[str, Any], masks: frozenset[Mask]
) -> None:
    week = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    card = replace(CARD, calendar={"hours": {day: [["08:00", "18:00"]] for day in week}})
    table = table_of(card=card, bucket=bucket, masks=masks, **where)
    held = {source.query.measure for source in table.sources}
    series = SeriesReader(OneSite(card), now_ms=0)

    for measure in get_args(Measure):
        query = SeriesQuery(
            site=CARD.site,
            measure=measure,
            bucket=bucket,
            start_ms=table.start_ms,
            end_ms=table.end_ms,
            masks=masks,
            **where,
        )
        if measure in held:
            assert {point.value for point in series.read(query).points} == {None}
        else:
            with pytest.raises(QueryError) as unanswered:
                series.read(query)
            with pytest.raises(QueryError) as unexported:
                table_of(measure, card=card, bucket=bucket, masks=masks, **where)
            assert str(unexported.value).startswith(str(unanswered.value))


class OneSite:
    """Stands for a ledger with one site, of which nothing is known."""

    def __init__(self, card: SiteCard) -> None:
        self._card = card

    def cards(self, site: str | None = None) -> list[SiteCard]:
        return [self._card] if site in (None, self._card.site) else []

    def rows(self, question: RowQuestion) -> dict[int, Values]:
        del question
        return {}

    def fleet(self, question: FleetQuestion) -> list[dict[int, Values]]:
        return [{} for _ in question.cards]


def test_a_zone_that_is_not_there_is_told_as_such() -> None:
    with pytest.raises(NotFoundError, match="no zone 'cellar'"):
        table_of("tallies", zone="cellar")


# Any size


@pytest.mark.parametrize("zone_name", ["Europe/Paris", "Asia/Kolkata", "Australia/Lord_Howe"])
@pytest.mark.parametrize("bucket", BUCKETS)
def test_pieces_put_together_are_the_whole(bucket: BucketSize, zone_name: str) -> None:
    rng = random.Random(f"20260329 {bucket} {zone_name}")
    zone = ZoneInfo(zone_name)
    card = replace(CARD, time_zone=zone_name)
    asked: list[tuple[int, int]] = []

    def read(query: SeriesQuery) -> Series:
        edges = boundaries(query.bucket, query.start_ms, query.end_ms, zone)
        asked.append((query.start_ms, query.end_ms))
        points = [Point(edge * QUARTER_MS, edge, 1.0) for edge in edges[:-1]]
        return Series(query=query, unit="persons", points=points)

    for _ in range(3):
        start_ms = at("2020-01-01T00:00:00+00:00") + rng.randrange(5 * 365 * DAY)
        end_ms = start_ms + rng.randrange(1, 2 * 365 * DAY)
        table = table_of("passages_in", card=card, bucket=bucket, start_ms=start_ms, end_ms=end_ms)
        asked.clear()
        rows = [row for piece in read_rows(table, read) for row in piece]

        edges = boundaries(bucket, start_ms, end_ms, zone)
        assert [row.start_ms for row in rows] == [edge * QUARTER_MS for edge in edges[:-1]]
        assert all(row.points[0].start_ms == row.start_ms for row in rows)
        assert (edges[0] * QUARTER_MS, edges[-1] * QUARTER_MS) == table.whole_range_ms()
        assert (asked[0][0], asked[-1][1]) == (start_ms, end_ms)
        if bucket in ("15m", "1h"):
            assert len(asked) >= (end_ms - start_ms) // (125 * DAY)


@pytest.mark.slow
@pytest.mark.parametrize("write", ["csv", "json lines"])
def test_a_year_of_quarter_hours_needs_little_memory_and_begins_at_once(write: str) -> None:
    questions = 0
    answer = reads({"tallies": Point(0, 7, 1.0), "passages_in": Point(0, 7, 1.0, 7.35, 6.5, 8.2)})

    def read(query: SeriesQuery) -> Series:
        nonlocal questions
        questions += 1
        return answer(query)

    table = table_of(
        "passages_in" if write == "csv" else "tallies",
        start_ms=at("2025-01-01T00:00:00+01:00"),
        end_ms=at("2026-01-01T00:00:00+01:00"),
    )
    tracemalloc.start()
    try:
        text: Iterator[str]
        if write == "csv":
            text = csv_text(table, read, CsvForm())
        else:
            text = json_lines(table, read, now_ms=0)
        lines = next(text).count("\n")
        assert questions == 1
        lines += sum(piece.count("\n") for piece in text)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert lines == 1 + 365 * 96
    assert peak_bytes < 8_000_000  # a month of one series; the whole text is far larger


# Over HTTP, from a real ledger


@dataclass(frozen=True, slots=True)
class Reception:
    desk: Desk
    queries: Queries
    client: Client
    web: FastAPI


FIRST = at("2026-03-27T00:00:00+01:00")  # clocks were put forward on the 29th
LAST = FIRST + 9 * DAY
CALENDAR = SiteCalendar.from_json(
    {
        "hours": {day: [["08:30", "17:00"]] for day in ("monday", "tuesday", "friday", "saturday")},
        "closures": [{"first_day": "2026-03-30", "last_day": "2026-03-31", "label": "travaux"}],
        "school_zone": "C",
    }
)


@pytest.fixture
def reception(tmp_path: Path) -> Iterator[Reception]:
    desk = Desk(tmp_path / "ledger.db")
    desk.start()
    queries = Queries(desk.path, desk.writer, now_ms=lambda: LAST)
    web = FastAPI()
    guard.install(web, ["127.0.0.1"])
    problems.install(web)
    web.include_router(export_routes.routes(queries))
    fill(desk)
    yield Reception(desk, queries, Client(web, base_url="http://127.0.0.1:8000"), web)
    desk.stop()


def fill(desk: Desk) -> None:
    """Store passages, ratings, tallies and a token of each day; one night nobody watched."""
    rng = random.Random(20260327)
    events: list[dict[str, Any]] = []
    booted = FIRST - DAY
    for day in range(9):
        morning = FIRST + day * DAY + 9 * HOUR
        for n in range(20):
            direction = rng.choice(["in", "out"])
            when = morning + n * 7 * MINUTE
            events.append(passage(0, when, direction, booted=booted))
            if n % 2:
                events.append(rating(0, when + 1, rng.randint(1, 5), booted=booted))
        events.append(event(0, morning + HOUR, booted=booted, kind="tally", what="phone"))
        for action in ("wait", "call", "done"):
            token: dict[str, Any] = {"kind": "token", "visit": f"{day:016x}", "token": "blue-star"}
            events.append(
                event(
                    0, morning + HOUR, booted=booted, **token, action=action, service="etat-civil"
                )
            )
        for quarter in range(day * 96, day * 96 + 96):
            if not 290 <= quarter < 300:
                start = FIRST + quarter * QUARTER_MS
                events.append(coverage(0, start, start + QUARTER_MS, booted=booted))
    for first in range(0, len(events), 400):
        numbered = [
            {**each, "seq": first + n}
            for n, each in enumerate(events[first : first + 400], start=1)
        ]
        desk.deliver(batch(*numbered, sent_at=LAST, booted=booted, first=1, head=len(events)))
    desk.settle()
    desk.run(lambda ledger: release(ledger.db, LAST))
    desk.run(lambda ledger: write_calendar(ledger.db, "default", CALENDAR, version=None))


def asked(bucket: str, **more: str) -> dict[str, str]:
    start, end = (datetime.fromtimestamp(ms / 1000, UTC).isoformat() for ms in (FIRST, LAST))
    return {"from": start, "to": end, "bucket": bucket, **more}


@pytest.mark.parametrize("bucket", BUCKETS)
def test_exported_figures_are_those_of_the_api(reception: Reception, bucket: BucketSize) -> None:
    text = reception.client.get("/api/v1/export.csv", params=asked(bucket)).text
    rows = list(csv.DictReader(text.splitlines()))

    measures: tuple[Measure, ...] = ("passages_in", "passages_out", "occupancy", "tallies")
    names = {measure: f"{measure} (persons)" for measure in measures[:3]}
    names["tallies"] = "tallies/phone (tallies)"
    if bucket != "15m":
        measures = (*measures, "satisfied")
        names["satisfied"] = "satisfied/accueil/5 (0-1)"
    known = 0
    for measure in measures:
        query = SeriesQuery(
            site="default", measure=measure, bucket=bucket, start_ms=FIRST, end_ms=LAST
        )
        points = reception.queries.series(query).points
        values = ["" if point.value is None else repr(point.value) for point in points]
        assert [row[names[measure]] for row in rows] == values
        known += sum(point.value is not None and point.value != 0 for point in points)
    assert known > len(measures)
    assert [at(row["start (UTC)"]) for row in rows] == [
        at(row["start (Europe/Paris)"]) for row in rows
    ]
    lines = reception.client.get("/api/v1/export.jsonl", params=asked(bucket)).text.splitlines()
    for row, line in zip(rows, lines[1:], strict=True):
        value = json.loads(line)["passages_in"]["value"]
        assert row["passages_in (persons)"] == ("" if value is None else str(value))


@pytest.mark.parametrize("bucket", BUCKETS)
def test_whatever_is_chosen_by_itself_can_be_read(reception: Reception, bucket: str) -> None:
    offered: tuple[Mask, ...] = get_args(Mask)
    masks = ["", *(",".join(pair) for n in (1, 2) for pair in combinations(offered, n))]
    for where in ({}, {"zone": NODE}, {"line": f"{NODE}/door"}):
        for mask in masks:
            params = asked(bucket, **where, **({"masks": mask} if mask else {}))
            answer = reception.client.get("/api/v1/export.csv", params=params)
            assert answer.status_code == 200, answer.text


def test_a_calendar_that_cannot_tell_far_on_is_heard_before_the_answer_begins(
    reception: Reception,
) -> None:
    """School holidays of later years are not known: the rows before must not leave alone."""
    params = asked("1d", masks="school_holidays") | {"to": "2060-01-01T00:00:00Z"}

    answer = reception.client.get("/api/v1/export.csv", params=params)

    assert answer.status_code == 400
    assert "school holidays are known from" in answer.json()["detail"]


def test_the_file_is_saved_under_a_name_that_says_what_it_is(reception: Reception) -> None:
    line = reception.client.get("/api/v1/export.csv", params=asked("1h", line=f"{NODE}/door"))
    site = reception.client.get("/api/v1/export.jsonl", params=asked("1d"))

    assert line.headers["content-disposition"] == (
        'attachment; filename="pasperdus-default-entrance-1-door-2026-03-27-2026-04-05-1h.csv"'
    )
    assert line.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert site.headers["content-disposition"] == (
        'attachment; filename="pasperdus-default-2026-03-27-2026-04-05-1d.jsonl"'
    )


def test_no_name_gets_out_of_the_header() -> None:
    card = replace(CARD, site='x"; evil\r\nSet-Cookie: a=b/../é')

    name = export_routes._file_name(table_of("passages_in", card=card), "csv")

    assert name == "pasperdus-x-evil-Set-Cookie-a-b-..--2026-03-29-2026-03-29-15m.csv"


@pytest.mark.parametrize(
    ("params", "status", "words"),
    [
        ({"site": "nowhere"}, 404, "there is no site 'nowhere'"),
        ({"zone": "cellar"}, 404, "no zone 'cellar'"),
        ({"line": "entrance-1/window"}, 404, "no line 'entrance-1/window'"),
        ({"measures": "passages_in,visitors"}, 400, "'visitors' is not one of passages_in"),
        ({"measures": ""}, 400, "measure '' is not one of"),
        ({"bucket": "2h"}, 400, "bucket '2h' is not one of 15m"),
        ({"masks": "weekend"}, 400, "mask 'weekend' is not one of open"),
        ({"from": "yesterday"}, 400, "from: 'yesterday' is no time with offset"),
        ({"excel": "de"}, 400, "excel 'de' is not one of fr"),
        ({"lang": "de"}, 400, "lang 'de' is not one of fr, en"),
        ({"decimal": ","}, 400, "unknown parameter 'decimal'"),
    ],
)
def test_what_cannot_be_exported_is_told_before_the_answer_begins(
    reception: Reception, params: dict[str, str], status: int, words: str
) -> None:
    answer = reception.client.get("/api/v1/export.csv", params={**asked("1h"), **params})

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert words in answer.json()["detail"]


def test_excel_speaks_french_unless_told_otherwise_and_programs_english(
    reception: Reception,
) -> None:
    def first_line(**more: str) -> str:
        answer = reception.client.get("/api/v1/export.csv", params=asked("1d", **more))
        return answer.text.splitlines()[0]

    assert first_line().startswith("start (Europe/Paris),start (UTC),passages_in (persons)")
    assert first_line(lang="fr").startswith("début (Europe/Paris),début (UTC),entrées (personnes)")
    assert first_line(excel="fr").startswith("\ufeffdébut (Europe/Paris);début (UTC);")
    assert first_line(excel="fr", lang="en").startswith("\ufeffstart (Europe/Paris);start (UTC);")


def test_the_first_rows_leave_before_the_last_are_read(reception: Reception) -> None:
    """A month of quarter-hours goes out in several messages, not gathered into one."""
    sent: list[bytes] = []
    query = "from=2021-01-01T00:00:00Z&to=2026-01-01T00:00:00Z&bucket=1h&measures=tallies"
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/api/v1/export.csv",
        "query_string": query.encode(),
        "headers": [(b"host", b"127.0.0.1")],
    }

    async def receive() -> dict[str, Any]:
        await asyncio.Event().wait()
        raise AssertionError("nobody hangs up")

    async def send(message: Any) -> None:
        if message["type"] == "http.response.body":
            sent.append(message["body"])

    asyncio.run(reception.web(scope, receive, send))

    assert max(map(len, sent)) < 100_000
    assert b"".join(sent).count(b"\r\n") == 1 + 5 * 365 * 24 + 24
