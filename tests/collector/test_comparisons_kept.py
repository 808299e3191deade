"""Answers of comparisons that are kept: never a stale one, and none thrown away for nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pasperdus_collector.api.compared import MOST_KEPT, Comparisons
from pasperdus_collector.api.queries import Queries
from pasperdus_collector.buckets.days import close_days, pass_time
from pasperdus_collector.calendar.opening import SiteCalendar
from pasperdus_collector.comparison.gather import gather
from pasperdus_collector.comparison.inputs_json import to_text
from pasperdus_collector.ledger import Ledger, reading
from pasperdus_collector.register.records import Circumstance, Exclusion
from pasperdus_collector.register.store import (
    read_periods,
    read_prototype,
    write_period,
    write_prototype,
)
from pasperdus_collector.release import release
from pasperdus_collector.site_calendar import write_calendar
from pasperdus_collector.writer import Writer
from pasperdus_contract.fields import QUARTER_MS
from support.collecting import Core, batch, coverage, passage, rating
from support.gathering import copied
from support.trials import DAY_MS, HOUR_MS, PROTOTYPE, Site, Trial, simulate

SITE = Site(weeks="AAAABBBBB", ratings_a_day=40, visitors_a_day=60, waits_a_day=3)
ANNEXE = replace(SITE, site="annexe", title="Annexe", seed=5)
TRIED_WEEKS = 4  # that are over
NODES = {"door": "mairie-porte", "box": "mairie-borne", "terminal": "mairie-pupitre"}


class Watched:
    """A trial that runs, asked about while things happen to its ledger."""

    def __init__(self, trial: Trial) -> None:
        self.trial = trial
        self.now_ms = SITE.at(8, 2) + 10 * HOUR_MS + 20 * 60_000  # a Wednesday, twenty past ten
        self.core = Core(trial.path, now_ms=lambda: self.now_ms)
        queries = Queries(trial.path, Writer(on_commit=lambda: None), now_ms=lambda: self.now_ms)
        self.comparisons = Comparisons(queries, trial.path, collector="mairie")
        self._seqs = 0

    def kept(self) -> Any:
        return self.comparisons.gather(SITE.site, None, PROTOTYPE)

    def fresh(self) -> str:
        """Return what goes into the comparison, read without anything that is kept."""
        with reading(self.trial.path) as db:
            inputs = gather(db, SITE.site, None, PROTOTYPE, now_ms=self.now_ms, collector="mairie")
        return to_text(inputs)

    def tell(self, node: str, make: Callable[..., dict[str, Any]], *args: Any, **more: Any) -> None:
        """Deliver one event of a node, now."""
        self._seqs += 1
        event = make(self._seqs, *args, booted=SITE.at(0) - DAY_MS, **more)
        payload = batch(
            event, sent_at=self.now_ms, node=NODES[node], booted=SITE.at(0) - DAY_MS, first=1
        )
        assert self.core.take(payload, at=self.now_ms, node=NODES[node]) is not None

    def change(self, run: Callable[[Ledger], Any]) -> None:
        with self.core.ledger.transaction():
            run(self.core.ledger)

    def change_prototype(self, **fields: Any) -> None:
        def run(ledger: Ledger) -> None:
            before = read_prototype(ledger.db, SITE.site, PROTOTYPE)
            write_prototype(ledger.db, replace(before, **fields))

        self.change(run)


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    return simulate(tmp_path_factory.mktemp("kept") / "ledger.db", SITE, control=ANNEXE)


@pytest.fixture
def watched(trial: Trial, tmp_path: Path) -> Iterator[Watched]:
    found = Watched(copied(trial, tmp_path))
    yield found
    found.core.close()


def late_passage(watched: Watched) -> None:
    watched.tell("door", passage, SITE.at(6, 1) + 10 * HOUR_MS, line="porte")


def late_coverage(watched: Watched) -> None:
    start = SITE.at(5, 3) + 15 * HOUR_MS
    watched.tell("door", coverage, start, start + QUARTER_MS, ok_ms=0, sensor="porte")


def late_passage_at_the_control_site(watched: Watched) -> None:
    NODES["annexe"] = "annexe-porte"
    watched.tell("annexe", passage, SITE.at(6, 1) + 10 * HOUR_MS, line="porte")


def late_tally(watched: Watched) -> None:
    def tally(seq: int, at: int, **more: Any) -> dict[str, Any]:
        told = passage(seq, at, **more)
        kept = {key: told[key] for key in ("seq", "wall", "uptime", "synced")}
        return {**kept, "kind": "tally", "what": "repeated-question"}

    watched.tell("terminal", tally, SITE.at(6, 1) + 10 * HOUR_MS)


def late_block(watched: Watched) -> None:
    """Two dozen ratings of a past week arrive, and a block of them closes."""
    for minute in range(24):
        at = SITE.at(7, 1) + 10 * HOUR_MS + minute * 60_000
        watched.tell("box", rating, at, value=1)
    watched.change(lambda ledger: release(ledger.db, watched.now_ms))


def exclusion(watched: Watched) -> None:
    first = SITE.first_day + timedelta(weeks=6, days=1)
    watched.change_prototype(
        exclusions=(Exclusion(first_day=first, last_day=first, reason="grève", decided_at_ms=0),)
    )


def circumstance(watched: Watched) -> None:
    told = Circumstance(at_ms=SITE.at(5), kind="works", text="Travaux devant la porte")
    watched.change_prototype(circumstances=(told,))


def smaller_delta(watched: Watched) -> None:
    watched.change_prototype(delta=0.03)


def earlier_end(watched: Watched) -> None:
    def run(ledger: Ledger) -> None:
        for each in read_periods(ledger.db, SITE.site):
            if each.kind == "prototype":
                write_period(ledger.db, replace(each, end_ms=SITE.at(7)))

    watched.change(run)


def shorter_hours(watched: Watched) -> None:
    calendar = SiteCalendar.from_json({"hours": {"monday": [["09:00", "11:00"]]}})
    watched.change(lambda ledger: write_calendar(ledger.db, SITE.site, calendar, version=None))


def another_title(watched: Watched) -> None:
    watched.change(
        lambda ledger: ledger.db.execute("UPDATE sites SET title = 'Hôtel de ville' WHERE id = 1")
    )


def calibration(watched: Watched) -> None:
    watched.change(
        lambda ledger: ledger.db.execute(
            "INSERT INTO calibrations (line_id, from_at, by_sensor_in, by_hand_in, by_sensor_out, "
            "by_hand_out, entered_at) SELECT id, ?, 90, 100, 95, 100, ? FROM lines LIMIT 1",
            (SITE.at(0), watched.now_ms),
        )
    )


def next_monday(watched: Watched) -> None:
    watched.now_ms = SITE.at(9) + 9 * HOUR_MS


CHANGES = [
    late_passage,
    late_coverage,
    late_passage_at_the_control_site,
    late_tally,
    late_block,
    exclusion,
    circumstance,
    smaller_delta,
    earlier_end,
    shorter_hours,
    another_title,
    calibration,
    next_monday,
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda each: each.__name__)
def test_whatever_an_answer_follows_from_is_seen_at_once(
    watched: Watched, change: Callable[[Watched], None]
) -> None:
    before = watched.kept()
    assert before.text == watched.fresh()

    change(watched)

    assert watched.fresh() != before.text, "the change must matter, or the test says nothing"
    assert watched.kept().text == watched.fresh()


def test_what_happens_today_throws_nothing_away(watched: Watched) -> None:
    before = watched.kept()

    for second in range(20):
        watched.now_ms += 1_000
        watched.tell("door", passage, watched.now_ms, line="porte")
        watched.tell("box", rating, watched.now_ms, value=1 + second % 5)
        assert watched.kept() is before
    start = watched.now_ms // QUARTER_MS * QUARTER_MS - QUARTER_MS
    watched.tell("door", coverage, start, start + QUARTER_MS, sensor="porte")
    watched.change(lambda ledger: pass_time(ledger.db, start // QUARTER_MS, watched.now_ms))
    watched.change(lambda ledger: close_days(ledger.db, watched.now_ms))

    assert watched.kept() is before
    assert before.text == watched.fresh()


def test_the_next_hour_has_an_answer_of_its_own(watched: Watched) -> None:
    before = watched.kept()
    watched.now_ms += 30 * 60_000
    assert watched.kept() is before

    watched.now_ms += 30 * 60_000

    assert watched.kept() is not before
    assert watched.kept().text == watched.fresh()


def test_it_is_computed_once_for_the_page_and_its_charts(watched: Watched) -> None:
    assert watched.kept().compared() is watched.kept().compared()
    assert watched.kept().compared().answer.tried.full_weeks == TRIED_WEEKS


def test_only_so_many_answers_are_kept(watched: Watched) -> None:
    first = watched.kept()
    for baseline in [*("avant," * n + "avant" for n in range(MOST_KEPT - 1))]:
        watched.comparisons.gather(SITE.site, baseline, PROTOTYPE)
    assert watched.kept() is first

    for baseline in [*("avant," * n + "avant" for n in range(MOST_KEPT))]:
        watched.comparisons.gather(SITE.site, baseline, PROTOTYPE)

    assert watched.kept() is not first
