"""Past counts from a file: judged whole, kept whole, taken back whole."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from fastapi import FastAPI

from pasperdus_collector.api import export_routes, guard, import_routes, problems
from pasperdus_collector.api.imported import Imports
from pasperdus_collector.api.queries import Queries
from pasperdus_collector.buckets import flags
from pasperdus_collector.past_counts import parse as parsing
from pasperdus_collector.past_counts.counts import PastCounts, spread
from pasperdus_collector.past_counts.faults import Fault, PastCountsError
from pasperdus_collector.past_counts.parse import parse
from pasperdus_collector.series import Measure, Point, SeriesQuery
from pasperdus_contract.fields import QUARTER_MS
from support.collecting import DAY, HOUR, MONDAY, batch, coverage, passage
from support.web import Client
from support.writing import Desk

PARIS = ZoneInfo("Europe/Paris")
BUILDING = Path(__file__).parents[3] / "shared/data/building-doors/door-counts.csv"
NOW = MONDAY + 30 * DAY
IMPORTS = "/api/v1/sites/mairie/imports"
CSV = {"Content-Type": "text/csv; charset=utf-8"}
HEADER = "time;in;out"
ROWS = [f"2026-03-02T{8 + n // 2:02}:{30 * (n % 2):02}+01:00;{n};{n + 1}" for n in range(12)]

Change = Callable[[list[str]], object]


def text_of(lines: list[str]) -> bytes:
    return "\r\n".join(lines).encode()


def read(lines: list[str], **asked: Any) -> PastCounts:
    chosen: dict[str, Any] = {"now_ms": NOW, "site_zone": PARIS, "local_zone": None}
    return parse(text_of(lines), **{**chosen, **asked})


def faults_of(body: bytes, **asked: Any) -> tuple[list[Fault], int]:
    chosen: dict[str, Any] = {"now_ms": NOW, "site_zone": PARIS, "local_zone": None}
    with pytest.raises(PastCountsError) as caught:
        parse(body, **{**chosen, **asked})
    return caught.value.problems, caught.value.count


def put(line: int, row: str) -> Change:
    """Replace a line of the file; the header is line 1."""
    return lambda lines: lines.__setitem__(line - 1, row)


def at(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


# A good file


def test_a_file_is_read_whichever_way_it_is_written() -> None:
    plain = read([HEADER, *ROWS])
    commas = [line.replace(";", ",") for line in (HEADER, *ROWS)]
    local = [row.replace("+01:00", "") for row in ROWS]
    utc = [row.replace("+01:00", "") for row in ROWS]

    assert (plain.step_quarters, plain.steps, plain.missing) == (2, 12, 0)
    assert (plain.total_ins, plain.total_outs) == (sum(range(12)), sum(range(1, 13)))
    assert plain.first_quarter * QUARTER_MS == at("2026-03-02T08:00+01:00")
    assert plain.end_quarter * QUARTER_MS == at("2026-03-02T14:00+01:00")
    assert read(commas) == plain
    assert (
        parse(b"\xef\xbb\xbf" + text_of(commas), now_ms=NOW, site_zone=PARIS, local_zone=None)
        == plain
    )
    assert read([HEADER, *local], local_zone=PARIS) == plain
    shifted = read([HEADER, *utc], local_zone=UTC)
    assert shifted.first_quarter == plain.first_quarter + 4
    french = read(
        ["Début;Sorties;Entrées;Météo", *("{0};{2};{1};?".format(*r.split(";")) for r in ROWS)]
    )
    assert list(french.quarters()) == list(plain.quarters())
    assert french.ignored_columns == ("Météo",)
    spreadsheet = read([HEADER, *ROWS, ";;", "", ";;"])
    assert spreadsheet == plain


def test_a_missing_cell_or_row_is_unknown_and_never_zero() -> None:
    rows = [*ROWS]
    rows[2] = rows[2].rpartition(";")[0] + ";"  # exits unknown: the step is
    rows[4] = "2026-03-02T10:00+01:00;;"
    del rows[7]

    past = read([HEADER, *rows])

    gaps = {at(f"2026-03-02T{clock}+01:00") // QUARTER_MS for clock in ("09:00", "10:00", "11:30")}
    unknown = {quarter + n for quarter in gaps for n in (0, 1)}
    known = {quarter for quarter, _, _ in past.quarters()}
    assert known == set(range(past.first_quarter, past.end_quarter)) - unknown
    assert (past.steps, past.missing) == (9, 3)
    assert past.left_out == 2
    assert past.total_ins == sum(range(12)) - 2 - 4 - 7


def test_a_file_of_entries_alone_has_no_exits() -> None:
    past = read(["time;in", *(row.rpartition(";")[0] for row in ROWS)])

    assert past.total_outs is None
    assert {outs for _, _, outs in past.quarters()} == {None}


def test_a_count_is_spread_in_whole_numbers_that_add_up() -> None:
    rng = random.Random(19625)
    for _ in range(2000):
        count, parts = rng.randrange(3000), rng.randrange(1, 101)
        shares = spread(count, parts)
        assert (len(shares), sum(shares)) == (parts, count)
        assert max(shares) - min(shares) <= 1
    assert spread(2, 4) == [0, 1, 0, 1]


@pytest.mark.parametrize("step_minutes", [15, 30, 45, 60, 120, 360, 1440])
def test_the_step_is_found_in_the_file(step_minutes: int) -> None:
    first = datetime(2026, 2, 2, tzinfo=UTC)
    times = [first + timedelta(minutes=step_minutes * n) for n in range(9)]

    past = read([HEADER, *(f"{time.isoformat()};1;1" for time in times)])

    assert past.step_quarters * 15 == step_minutes
    assert past.end_quarter - past.first_quarter == 9 * past.step_quarters


def test_days_of_daylight_saving_are_one_step_of_a_file_by_the_day() -> None:
    days = [datetime(2025, 10, 20) + timedelta(days=n) for n in range(10)]  # noqa: DTZ001 (local)

    past = read([HEADER, *(f"{day.date()};{200 + day.day};7" for day in days)], local_zone=PARIS)

    by_day: dict[str, list[int]] = {}
    for quarter, ins, _ in past.quarters():
        local = datetime.fromtimestamp(quarter * 900, UTC).astimezone(PARIS)
        by_day.setdefault(local.date().isoformat(), []).append(ins)
    assert {day: sum(ins) for day, ins in by_day.items()} == {
        day.date().isoformat(): 200 + day.day for day in days
    }
    assert {day: len(ins) for day, ins in by_day.items() if len(ins) != 96} == {"2025-10-26": 100}
    assert (past.step_quarters, past.missing) == (96, 0)


def test_offsets_tell_the_hour_that_comes_twice_apart() -> None:
    clocks = ["01:30+02:00", "02:00+02:00", "02:30+02:00", "02:00+01:00", "02:30+01:00"]

    past = read([HEADER, *(f"2025-10-26T{clock};1;1" for clock in clocks)])

    assert (past.steps, past.end_quarter - past.first_quarter) == (5, 10)


def test_a_step_of_two_hours_lasts_three_where_the_clocks_go_back() -> None:
    clocks = ["00:00+02:00", "02:00+01:00", "04:00+01:00", "06:00+01:00", "08:00+01:00"]

    past = read([HEADER, *(f"2025-10-26T{clock};12;24" for clock in clocks)])

    assert (past.step_quarters, past.missing) == (8, 0)
    quarters = [quarter for quarter, _, _ in past.quarters()]
    assert quarters == list(range(past.first_quarter, past.end_quarter))
    assert [ins for _, ins, _ in past.quarters()][:12] == [1] * 12


# Each fault, in a file that is good but for it


@pytest.mark.parametrize(
    ("change", "line", "what", "remedy"),
    [
        (put(5, "2026-03-02T09:30+01:00;-3;4"), 5, "-3 is below zero", "leave the cell empty"),
        (put(5, "2026-03-02T09:30+01:00;3.5;4"), 5, "3.5 is not a whole number", "whole numbers"),
        (put(5, "2026-03-02T09:30+01:00;3;4,0"), 5, "4,0 is not a whole number", "whole numbers"),
        (put(5, "2026-03-02T09:30+01:00;3;douze"), 5, "douze is no count", "digits only"),
        (put(5, "2026-03-02T09:30+01:00;1 204;4"), 5, "1 204 is no count", "digits only"),
        (put(5, "2026-03-02T09:30+01:00;٣;4"), 5, "٣ is no count", "digits only"),
        (put(5, "2026-03-02T09:30+01:00;3;20001"), 5, "the most is 20000", "leave the cell empty"),
        (put(5, f"2026-03-02T09:30+01:00;{'9' * 5000};4"), 5, "more than anybody", "correct it"),
        (put(5, "2026-03-02T09:30+01:00;3"), 5, "2 cells stand below a header of 3", "as many"),
        (put(5, "2026-03-02T09:30+01:00;3;4;5"), 5, "4 cells stand below", "as many cells"),
        (put(5, "2026-03-02T08:30+01:00;3;4"), 5, "is earlier than line 4", "sort the rows"),
        (put(5, "2026-03-02T09:00+01:00;3;4"), 5, "same time as line 4", "leave one of them"),
        (put(5, "2026-03-02T08:00Z;3;4"), 5, "same time as line 4", "leave one of them"),
        (put(5, "2026-03-02T09:31+01:00;3;4"), 5, "not a whole quarter of an hour", ":15"),
        (put(5, "2026-03-02T09:30:01+01:00;3;4"), 5, "not a whole quarter of an hour", ":15"),
        (put(5, "2026-03-02T09:45+01:00;3;4"), 5, "whole number of steps of 30 minutes", "equally"),
        (put(2, "2026-03-02T07:45+01:00;3;4"), 2, "whole number of steps of 30 minutes", "equally"),
        (put(5, "2036-03-02T09:30+01:00;3;4"), 5, "is in the future", "correct the time"),
        (put(5, "1969-03-02T09:30+01:00;3;4"), 5, "not in the years from 1970", "the year"),
        (put(2, "1970-01-01T00:00+01:00;3;4"), 2, "before 1970", "the year"),
        (put(2, "2006-03-02T08:00+01:00;3;4"), 13, "more than 17 years", "cut the file"),
        (put(5, "2026-03-02T09:30;3;4"), 5, "has no offset from UTC", "time_zone=site"),
        (put(5, "02/03/2026 09:30;3;4"), 5, "is no time", "2025-03-01T08:30:00+01:00"),
        (put(1, "hour;in;out"), 1, "no column is named time", "name the columns"),
        (put(1, "time;visitors;out"), 1, "no column is named in", "name the columns"),
        (put(1, "time;in;in"), 1, "are for the same", "leave one of them out"),
        (lambda lines: lines.__delitem__(slice(1, None)), 1, "no row below", "at least two"),
        (lambda lines: lines.__delitem__(slice(2, None)), 2, "one row alone", "at least two"),
        (lambda lines: lines.clear(), 1, "there is no header", "name the columns"),
        (
            lambda lines: lines.__setitem__(
                slice(1, None), [f"{row.partition(';')[0]};;" for row in ROWS]
            ),
            2,
            "no row has its counts",
            "at least one",
        ),
        (
            lambda lines: lines.__setitem__(
                slice(1, None), [f"2026-0{month}-01T00:00Z;1;1" for month in (1, 2, 3)]
            ),
            3,
            "rows are 28 days apart",
            "by the day",
        ),
        (put(5, '2026-03-02T09:30+01:00;"3;4'), 5, "this is no CSV", "CSV UTF-8"),
    ],
)
def test_a_fault_is_told_with_its_line_and_what_to_do(
    change: Change, line: int, what: str, remedy: str
) -> None:
    lines = [HEADER, *ROWS]
    read(lines)
    change(lines)

    (fault,), count = faults_of(text_of(lines))

    assert count == 1
    assert fault.line == line
    assert what in fault.what
    assert remedy in fault.remedy
    assert len(fault.what) < 150


def test_a_step_that_is_not_over_is_in_the_future() -> None:
    end = at("2026-03-02T14:00+01:00")

    assert read([HEADER, *ROWS], now_ms=end).steps == 12
    (fault,), _ = faults_of(text_of([HEADER, *ROWS]), now_ms=end - 1)
    assert (fault.line, "ends in the future" in fault.what) == (13, True)


@pytest.mark.parametrize(
    ("time", "what", "remedy"),
    [
        ("2025-10-26T02:30", "came twice that night in Europe/Paris", "+01:00"),
        ("2025-03-30T02:30", "never came in Europe/Paris", "leave the row out"),
    ],
)
def test_a_local_time_that_clocks_show_twice_or_never_is_refused(
    time: str, what: str, remedy: str
) -> None:
    day = time[:10]
    lines = [HEADER, f"{day}T01:00;1;1", f"{day}T01:30;1;1", f"{time};1;1", f"{day}T04:00;1;1"]

    (fault,), _ = faults_of(text_of(lines), local_zone=PARIS)

    assert fault.line == 4
    assert what in fault.what
    assert remedy in fault.remedy
    assert read(lines, local_zone=UTC).steps == 4


def test_steps_that_overlap_are_refused() -> None:
    """By the wall both follow the grid of two hours; by the world the night was longer."""
    clocks = ["00:00+02:00", "02:00+02:00", "02:00+01:00", "04:00+01:00", "06:00+01:00"]

    (fault,), _ = faults_of(text_of([HEADER, *(f"2025-10-26T{each};1;1" for each in clocks)]))

    assert (fault.line, "before the row above it ends" in fault.what) == (4, True)


def test_text_in_another_encoding_is_told_with_its_line() -> None:
    (fault,), _ = faults_of("time;in;out;météo\r\n".encode("cp1252"))

    assert (fault.line, fault.remedy) == (1, "save the file as CSV UTF-8")


def test_the_first_twenty_problems_are_told_in_order_and_all_are_counted() -> None:
    start = datetime(2026, 2, 2, tzinfo=UTC)
    lines = [HEADER]
    for n in range(60):
        time = start + timedelta(minutes=30 * n + 15 * (n == 7))
        lines.append(f"{time.isoformat()};{'x' if n % 2 else 1};1")

    faults, count = faults_of(text_of(lines))

    assert count == 31
    assert [fault.line for fault in faults] == [*range(3, 9, 2), 9, 9, *range(11, 41, 2)]
    assert len(faults) == 20


def test_a_file_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsing, "MAX_ROWS", 11)
    (fault,), _ = faults_of(text_of([HEADER, *ROWS]))
    assert (fault.line, fault.what) == (13, "there are more than 11 rows")

    monkeypatch.setattr(parsing, "MAX_BYTES", 100)
    (fault,), _ = faults_of(text_of([HEADER, *ROWS]))
    assert "more than 100" in fault.what


# Over HTTP, into a real ledger


@dataclass(frozen=True, slots=True)
class Town:
    desk: Desk
    queries: Queries
    client: Client

    def send(self, lines: list[str] | bytes, **params: str) -> httpx.Response:
        body = lines if isinstance(lines, bytes) else text_of(lines)
        return self.client.post(
            IMPORTS, params={"title": "Ancien compteur", **params}, content=body, headers=CSV
        )

    def points(self, measure: Measure, start_ms: int, end_ms: int) -> list[Point]:
        query = SeriesQuery(
            site="mairie", measure=measure, bucket="15m", start_ms=start_ms, end_ms=end_ms
        )
        return self.queries.series(query).points

    def rows(self, table: str) -> object:
        return self.desk.sql(f"SELECT count(*) FROM {table}")[0][0]  # noqa: S608 (a literal)


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    desk = Desk(tmp_path / "ledger.db")
    desk.start()
    queries = Queries(desk.path, desk.writer, now_ms=lambda: NOW)
    web = FastAPI()
    guard.install(web, ["127.0.0.1"])
    problems.install(web)
    web.include_router(import_routes.routes(Imports(queries, desk.path, desk.writer)))
    web.include_router(export_routes.routes(queries))
    queries.create_site(name="mairie", title="Mairie", time_zone="Europe/Paris")
    yield Town(desk, queries, Client(web, base_url="http://127.0.0.1:8000"))
    desk.stop()


SUMMARY = {
    "from": "2026-03-02T07:00:00Z",
    "to": "2026-03-02T13:00:00Z",
    "step_minutes": 30,
    "steps": 12,
    "missing": 0,
    "passages_in": 66,
    "passages_out": 78,
}


def test_an_import_is_in_the_series_flagged_until_it_is_deleted(town: Town) -> None:
    start, end = at("2026-03-02T07:45+01:00"), at("2026-03-02T14:15+01:00")

    created = town.send([HEADER, *ROWS])

    assert created.status_code == 201
    kept = {"id": 1, "title": "Ancien compteur", **SUMMARY, "imported_at": "2026-04-01T00:00:00Z"}
    assert created.json() == {**kept, "left_out": 0, "ignored_columns": []}
    assert town.client.get(IMPORTS).json() == [kept]
    points = town.points("passages_in", start, end)
    assert [point.value for point in points[1:-1:2]] == [n // 2 for n in range(12)]
    assert [point.value for point in points[2:-1:2]] == [n - n // 2 for n in range(12)]
    assert {flags.IMPORTED & point.flags for point in points[1:-1]} == {flags.IMPORTED}
    assert (points[0].value, points[-1].value) == (None, None)
    by_day = SeriesQuery(
        site="mairie", measure="passages_in", bucket="1d", start_ms=start, end_ms=end
    )
    assert [point.value for point in town.queries.series(by_day).points] == [66]

    assert town.client.request("DELETE", f"{IMPORTS}/1").status_code == 204

    assert town.client.get(IMPORTS).json() == []
    assert town.rows("imported_quarters") == 0
    assert {point.value for point in town.points("passages_in", start, end)} == {None}
    assert [point.value for point in town.queries.series(by_day).points] == [None]


def test_a_check_says_the_same_and_keeps_nothing(town: Town) -> None:
    checked = town.send([HEADER, *ROWS], check="1")

    assert (checked.status_code, checked.json()) == (
        200,
        {**SUMMARY, "left_out": 0, "ignored_columns": []},
    )
    assert (town.rows("imports"), town.rows("imported_quarters")) == (0, 0)


def test_the_example_of_the_documentation_is_answered_as_it_says(town: Town) -> None:
    text = (Path(__file__).parents[2] / "docs/import.md").read_text(encoding="utf-8")
    _, example, _, _, _, answer, *_ = text.split("```")

    told = town.send(example.strip().splitlines(), title="Compteur 2024").json()

    documented = json.loads(answer)
    assert told == {**documented, "imported_at": told["imported_at"]}


@pytest.mark.parametrize("check", ["0", "1"])
def test_faults_are_a_problem_with_a_list_and_nothing_is_kept(town: Town, check: str) -> None:
    rows = [*ROWS]
    rows[3] = rows[3].replace(";3;", ";-3;")

    answer = town.send([HEADER, *rows], check=check)

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "about:blank",
        "title": HTTPStatus.UNPROCESSABLE_ENTITY.phrase,
        "status": 422,
        "detail": "1 problem in the file; nothing was imported. First, line 5: -3 is below zero; "
        "correct it, or leave the cell empty",
        "instance": IMPORTS,
        "errors": [
            {
                "line": 5,
                "what": "-3 is below zero",
                "do": "correct it, or leave the cell empty",
            }
        ],
    }
    assert (town.rows("imports"), town.rows("imported_quarters")) == (0, 0)


@pytest.mark.parametrize("check", ["0", "1"])
def test_two_imports_of_a_site_are_never_about_the_same_time(town: Town, check: str) -> None:
    town.send([HEADER, *ROWS[4:8]])

    overlapping = town.send([HEADER, *ROWS], check=check)
    before = town.send([HEADER, *ROWS[:4]])
    after = town.send([HEADER, *ROWS[8:]])

    assert overlapping.status_code == 422
    (fault,) = overlapping.json()["errors"]
    assert (fault["line"], fault["what"]) == (
        6,
        "from here on, import 1 (Ancien compteur) is about the same time",
    )
    assert (before.status_code, after.status_code) == (201, 201)
    assert [each["id"] for each in town.client.get(IMPORTS).json()] == [2, 1, 3]


def test_what_was_measured_is_believed_rather_than_an_import(town: Town) -> None:
    town.desk.deliver(
        batch(
            *(passage(n, MONDAY + 8 * HOUR + n * 1000) for n in range(1, 4)),
            coverage(4, MONDAY + 8 * HOUR, MONDAY + 8 * HOUR + QUARTER_MS),
            sent_at=NOW,
        )
    )
    town.desk.settle()
    imports = IMPORTS.replace("mairie", "default")

    answer = town.client.post(
        imports, params={"title": "x"}, content=text_of([HEADER, *ROWS]), headers=CSV
    )

    assert answer.status_code == 201
    query = SeriesQuery(
        site="default",
        measure="passages_in",
        bucket="15m",
        start_ms=MONDAY + 8 * HOUR,
        end_ms=MONDAY + 9 * HOUR,
    )
    measured, beside, imported, _ = town.queries.series(query).points
    assert (measured.value, measured.flags & flags.IMPORTED) == (3, 0)
    assert beside.value is None  # the file's half-hour was counted whole: a part would be too many
    assert imported.value is not None
    assert imported.flags & flags.IMPORTED


def test_an_import_belongs_to_its_site(town: Town) -> None:
    town.queries.create_site(name="annexe", title="Annexe", time_zone="Europe/Paris")
    town.send([HEADER, *ROWS])

    other = IMPORTS.replace("mairie", "annexe")
    assert town.client.get(other).json() == []
    assert town.client.request("DELETE", f"{other}/1").status_code == 404
    assert town.client.request("DELETE", f"{IMPORTS}/2").status_code == 404
    assert town.rows("imported_quarters") == 24


@pytest.mark.parametrize(
    ("params", "status", "words"),
    [
        ({"title": ""}, 400, "title must say in 1 to 80 characters"),
        ({"title": "x" * 81}, 400, "title must say in 1 to 80 characters"),
        ({"title": "a\u202eb"}, 400, "title must say in 1 to 80 characters"),
        ({"delimiter": "|"}, 400, "delimiter '|' is not one of ; ,"),
        ({"delimiter": ","}, 422, "no column is named time"),
        ({"time_zone": "Europe/Paris"}, 400, "time_zone 'Europe/Paris' is not one of site, UTC"),
        ({"check": "yes"}, 400, "check 'yes' is not one of 0, 1"),
        ({"dry": "1"}, 400, "unknown parameter 'dry'"),
    ],
)
def test_what_cannot_be_imported_as_asked_is_refused(
    town: Town, params: dict[str, str], status: int, words: str
) -> None:
    answer = town.send([HEADER, *ROWS], **params)

    assert answer.status_code == status
    assert words in answer.json()["detail"]
    assert town.rows("imports") == 0


def test_only_a_csv_in_utf_8_is_taken_and_only_for_a_site_that_is_there(town: Town) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "text/csv; charset=cp1252"):
        answer = town.client.post(
            IMPORTS, params={"title": "x"}, content=b"", headers={"Content-Type": kind}
        )
        assert answer.status_code == 415
        assert "text/csv" in answer.json()["detail"]
    nowhere = town.client.post(
        IMPORTS.replace("mairie", "nowhere"), params={"title": "x"}, content=b"", headers=CSV
    )
    assert nowhere.status_code == 404
    assert town.client.get(IMPORTS.replace("mairie", "nowhere")).status_code == 404


def test_only_the_import_takes_a_large_body(town: Town) -> None:
    padding = b" " * 200_000
    elsewhere = town.client.post("/api/v1/sites/mairie/imports/1", content=padding, headers=CSV)
    changed = town.client.request("PUT", IMPORTS, content=padding, headers=CSV)
    taken = town.send(text_of([f"{HEADER};note", *(f"{row};{'x' * 20_000}" for row in ROWS)]))
    too_large = town.send(b" " * (parsing.MAX_BYTES + 1))

    assert (elsewhere.status_code, changed.status_code) == (413, 413)
    assert taken.status_code == 201
    assert too_large.status_code == 413


# A real building


@pytest.mark.skipif(not BUILDING.exists(), reason=f"the real counts are not at {BUILDING}")
def test_a_real_building_comes_back_whole_with_its_two_missing_half_hours(town: Town) -> None:
    answer = town.send(BUILDING.read_bytes(), time_zone="UTC")

    assert answer.status_code == 201
    summary = answer.json()
    assert (summary["passages_in"], summary["passages_out"]) == (19625, 18806)
    assert (summary["steps"], summary["missing"], summary["left_out"]) == (5038, 2, 0)
    start, end = summary["from"], summary["to"]
    assert (start, end) == ("2005-07-24T00:00:00Z", "2005-11-06T00:00:00Z")
    missing = [at(f"{half_hour}Z") for half_hour in ("2005-10-15T04:30:00", "2005-10-30T20:00:00")]
    unknown = [start_ms + n * QUARTER_MS for start_ms in missing for n in (0, 1)]
    totals: dict[Measure, int] = {"passages_in": 19625, "passages_out": 18806}
    for measure, total in totals.items():
        points = town.points(measure, at(start), at(end))
        assert sum(point.value for point in points if isinstance(point.value, int)) == total
        assert [point.start_ms for point in points if point.value is None] == unknown
    asked = {"site": "mairie", "from": start, "to": end, "measures": "passages_in,passages_out"}
    for form in ({}, {"excel": "fr", "lang": "en"}):
        text = town.client.get("/api/v1/export.csv", params={**asked, "bucket": "15m", **form}).text
        rows = list(
            csv.DictReader(text.removeprefix("\ufeff").splitlines(), delimiter=";" if form else ",")
        )
        for measure, total in totals.items():
            cells = [row[f"{measure} (persons)"] for row in rows]
            assert sum(int(cell) for cell in cells if cell) == total
            assert [n for n, cell in enumerate(cells) if not cell] == [
                (start_ms - at(start)) // QUARTER_MS for start_ms in unknown
            ]
    for bucket in ("1h", "1d", "1w", "1mo"):
        text = town.client.get("/api/v1/export.jsonl", params={**asked, "bucket": bucket}).text
        told = [json.loads(line) for line in text.splitlines()[1:]]
        assert sum(each["passages_in"]["value"] or 0 for each in told) == 19625
        assert sum(each["passages_out"]["value"] or 0 for each in told) == 18806
