"""What the series answer by day is what the raw events say, asked in plain SQL.

A year of a site is written as the benches write it; the first test holds that to what ingest makes
of the same events.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import get_args

import pytest

from bench.filling import DiskError, fill
from bench.questions import RAW, WAYS, local_time
from bench.series import Filled, build_days, check_equal
from bench.years import QUESTION, Years
from pasperdus_collector.buckets.waiting import Step, waits_of_visit
from pasperdus_collector.ingest import Ingest
from pasperdus_collector.ledger import Ledger, reading
from pasperdus_collector.series import Measure, Series
from pasperdus_contract.codec import decode_event, encode_event
from pasperdus_contract.events import Token
from pasperdus_contract.fields import QUARTER_MS
from support.reception import Reception, epoch_of

EVENTS = 120_000
EQUAL: tuple[Measure, ...] = tuple(measure for measure in RAW if RAW[measure].is_equal)
QUARTER_TABLES = {
    "passage_quarters": "quarter, ins, outs, staff_ins, staff_outs, ambiguous",
    "rating_quarters": "quarter, s1, s2, s3, s4, s5, burst1, burst2, burst3, burst4, burst5",
    "coverage_quarters": "sensor_id, quarter, told_ms, ok_ms",
    "tally_quarters": "what, category, quarter, tallies",
}
KEPT_TABLES = {
    "token_steps": ("seq, visit, at, quality, action, service, token", "at"),
    "token_waits": (
        "began_at, visit, n, service, outcome, waited_ms, served_ms, is_served",
        "began_at",
    ),
}


@pytest.fixture(scope="module", params=["Europe/Paris", "Asia/Kolkata"])
def filled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Filled:
    years = Years(events=EVENTS, sites=1, years=1, time_zone=request.param)
    filled = Filled(path=tmp_path_factory.mktemp("year") / "ledger.db", years=years)
    fill(filled.path, years)
    build_days(filled)
    return filled


@pytest.mark.parametrize("measure", EQUAL)
@pytest.mark.parametrize("way", WAYS)
def test_a_year_by_day_is_what_the_raw_events_say(
    filled: Filled, measure: Measure, way: str
) -> None:
    (found,) = filled.read(filled.queries(measure, filled.years.start_ms, 1))

    raw = filled.raw(measure, way, None, filled.years.start_ms)

    assert check_equal(filled, measure, found, raw[1]) > 200  # days with something to compare


def test_an_answer_that_is_off_by_one_is_noticed(filled: Filled) -> None:
    (found,) = filled.read(filled.queries("passages_in", filled.years.start_ms, 1))
    raw = filled.raw("passages_in", "by time", 1, filled.years.start_ms)[1]
    raw[min(raw)] += 1

    with pytest.raises(AssertionError, match=min(raw)):
        check_equal(filled, "passages_in", found, raw)


@pytest.mark.parametrize("bucket", ["15m", "1h", "1w", "1mo"])
def test_every_bucket_adds_up_to_the_raw_events(filled: Filled, bucket: str) -> None:
    start_ms = filled.years.start_ms if bucket != "15m" else filled.years.end_ms - 90 * 86_400_000
    (found,) = filled.read(filled.queries("passages_out", start_ms, 1, bucket))  # type: ignore[arg-type]  # pytest's parameters are plain strings
    raw = filled.raw("passages_out", "by site", 1, found.points[0].start_ms)[1]

    assert sum(value for value in _numbers(found)) == sum(raw.values())


def test_released_ratings_and_those_that_wait_are_all_ratings(filled: Filled) -> None:
    (found,) = filled.read(filled.queries("ratings", filled.years.start_ms, 1))
    scores: Counter[int] = Counter()
    for point in found.points:
        if isinstance(point.value, list):
            scores.update(dict(enumerate(point.value, start=1)))
    with reading(filled.path) as db:
        waiting = db.execute("SELECT value, count(*) FROM unreleased GROUP BY value").fetchall()
        pressed = db.execute(
            "SELECT body ->> '$.value', count(*) FROM events WHERE kind = 'rating' GROUP BY 1"
        ).fetchall()

    assert scores + Counter(dict(waiting)) == Counter(dict(pressed))


def test_every_pulse_is_in_a_block_or_waits_for_one(filled: Filled) -> None:
    with reading(filled.path) as db:
        ((told,),) = db.execute("SELECT count(*) FROM events WHERE kind = 'pulse'").fetchall()
        ((waiting,),) = db.execute("SELECT count(*) FROM pulses").fetchall()
        ((released,),) = db.execute("SELECT sum(p1 + p2 + p3 + p4 + p5) FROM pulse_blocks")

    assert released + waiting == told > 0


@pytest.mark.parametrize("measure", get_args(Measure))
def test_every_measure_of_the_year_is_told(filled: Filled, measure: Measure) -> None:
    (found,) = filled.read(filled.queries(measure, filled.years.start_ms, 1, "1w"))

    assert len(found.points) in (53, 54)
    # Of so few visitors not every week's stay is sure; a pulse is pooled over four weeks and more.
    assert sum(point.value is not None for point in found.points) > (
        8 if measure == "pulse" else 20
    )


def test_days_do_not_depend_on_the_time_zone_that_sqlite_takes_for_local(filled: Filled) -> None:
    (here,) = filled.read(filled.queries("occupancy", filled.years.start_ms, 1))
    with local_time("Pacific/Auckland"):
        (there,) = filled.read(filled.queries("occupancy", filled.years.start_ms, 1))

    assert here == there


def test_written_years_are_what_ingest_makes_of_the_same_events(
    filled: Filled, tmp_path: Path
) -> None:
    """A month of the year through ingest: the same rows, and bodies as nodes write them."""
    month = next(filled.years.months(0))
    end = month[-1].day.end_ms // QUARTER_MS
    ledger = Ledger(tmp_path / "ingested.db", quarantine_max=0)
    place = Reception(ledger, Ingest(ledger, collector="mairie", enrols_unknown=True))
    with reading(filled.path) as db:
        for node in ("site-0001-entrance", "site-0001-hall", "site-0001-lectern"):
            place.boot_ms = month[0].day.start_ms - 60_000
            bodies = [
                body
                for (body,) in db.execute(
                    "SELECT body FROM events WHERE epoch_id = (SELECT min(epochs.id) FROM epochs "
                    "JOIN nodes ON nodes.id = node_id WHERE name = ?) ORDER BY seq",
                    (node,),
                )
            ]
            assert [encode_event(decode_event(body)).decode() for body in bodies] == bodies
            place.tell(node, [_undated(body) for body in bodies])
        for table, columns in QUARTER_TABLES.items():
            select = f"SELECT {columns} FROM {table} WHERE quarter < ? ORDER BY {columns}"  # noqa: S608 (literals above)
            assert (
                ledger.db.execute(select, (end,)).fetchall()
                == db.execute(select, (end,)).fetchall()
            ), table
        for table, (columns, clock) in KEPT_TABLES.items():
            select = f"SELECT {columns} FROM {table} WHERE {clock} < ? ORDER BY {columns}"  # noqa: S608 (literals above)
            found = ledger.db.execute(select, (end * QUARTER_MS,)).fetchall()
            assert found == db.execute(select, (end * QUARTER_MS,)).fetchall(), table
            assert found, table
    ledger.close()


def test_what_was_taken_back_is_in_no_count_of_the_raw_events_that_are_left(
    filled: Filled, tmp_path: Path
) -> None:
    """A fortnight through ingest, with every fifth tap of an agent taken back some time later."""
    days = next(filled.years.months(0))[:14]
    start_ms, end_ms = days[0].day.start_ms, days[-1].day.end_ms
    with reading(filled.path) as db:
        told = [
            (node, _undated(body))
            for node, body in db.execute(
                "SELECT name, body FROM events JOIN epochs ON epochs.id = epoch_id "
                "JOIN nodes ON nodes.id = node_id WHERE kind IN ('token', 'tally', 'pulse') "
                "AND at < ? ORDER BY at",
                (end_ms,),
            )
        ]
    ledger = Ledger(tmp_path / "undone.db", quarantine_max=0)
    place = Reception(ledger, Ingest(ledger, collector="mairie", enrols_unknown=True))
    place.boot_ms = start_ms - 60_000
    for node in {node for node, _ in told}:
        place.tell(node, [event for who, event in told if who == node])
        undone = [
            {"kind": "undo", "undone": {"epoch": epoch_of(node), "seq": seq}, "at": end_ms}
            for seq in range(1, place.heads[node] + 1, 5)
        ]
        place.tell(node, undone)
    left = """FROM events WHERE kind = ? AND NOT EXISTS (
        SELECT 1 FROM events AS undo JOIN epochs ON epochs.epoch = undo.body ->> '$.undone.epoch'
        WHERE undo.kind = 'undo' AND epochs.id = events.epoch_id
        AND undo.body ->> '$.undone.seq' = events.seq)"""

    tallies = ledger.db.execute(
        f"SELECT at / 900000, count(*) {left} GROUP BY 1 ORDER BY 1",
        ("tally",),
    ).fetchall()
    pulses = ledger.db.execute(f"SELECT seq {left}", ("pulse",)).fetchall()
    steps: defaultdict[str, list[Step]] = defaultdict(list)
    for at, quality, body in ledger.db.execute(
        f"SELECT at, quality, body {left}",
        ("token",),
    ):
        step = decode_event(body)
        assert isinstance(step, Token)
        steps[step.visit].append(Step(at, step.action, step.service, quality))

    assert (
        tallies
        == ledger.db.execute(
            "SELECT quarter, sum(tallies) FROM tally_quarters GROUP BY 1 ORDER BY 1"
        ).fetchall()
    )
    assert sorted(pulses) == ledger.db.execute("SELECT seq FROM pulses ORDER BY seq").fetchall()
    begun = {
        visit: waits_of_visit(each)
        for visit, each in steps.items()
        if any(step.action == "wait" for step in each)
    }
    assert Counter((visit, *wait) for visit, waits in begun.items() for wait in waits) == Counter(
        ledger.db.execute(
            "SELECT visit, service, outcome, waited_ms, served_ms, is_served FROM token_waits"
        ).fetchall()
    )
    assert 0 < len(begun) < len({event["visit"] for _, event in told if "visit" in event})
    ledger.close()


def test_too_few_events_for_the_coverage_are_refused() -> None:
    with pytest.raises(ValueError, match="at least"):
        Years(events=1_000, sites=2, years=1)


def test_a_ledger_that_does_not_fit_is_not_begun(tmp_path: Path) -> None:
    with pytest.raises(DiskError, match="are free"):
        fill(tmp_path / "ledger.db", Years(events=10**13, sites=1, years=1))

    assert not list(tmp_path.iterdir())


def _numbers(series: Series) -> list[int | float]:
    return [point.value for point in series.points if isinstance(point.value, int | float)]


def _undated(body: str) -> dict[str, object]:
    """Return an event as :class:`Reception` takes it: with its instant in place of its clocks."""
    event: dict[str, object] = json.loads(body)
    event["at"] = event["wall"]
    return {key: event[key] for key in event if key not in ("seq", "wall", "uptime", "synced")}


def test_the_question_on_the_box_is_the_one_that_is_asked(filled: Filled) -> None:
    (found,) = filled.read(filled.queries("index", filled.years.start_ms, 1))

    assert (found.question, found.scale) == (QUESTION, 5)
