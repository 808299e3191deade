"""The register in the ledger: its records, its log, the draw, and ledgers of the release before."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pasperdus_collector.errors import NotFoundError, QueryError
from pasperdus_collector.ledger import Ledger
from pasperdus_collector.migrations import MIGRATIONS
from pasperdus_collector.register import plan, store
from pasperdus_collector.register.course import Believed, adapt, roll_back
from pasperdus_collector.register.log import Signed, differences
from pasperdus_collector.register.records import Circumstance, Exclusion, Period, Prototype
from pasperdus_collector.register.schedule import draw_weeks, is_first_on
from pasperdus_contract.fields import QUARTER_MS
from support.collecting import DAY, HOUR, MONDAY, Core, passage

PARIS = ZoneInfo("Europe/Paris")
WEEK = 7 * DAY
LECTERN = Prototype(
    site="default",
    prototype="lectern",
    title="Pupitre",
    hypothesis="Mieux accueillir",
    changed="Un pupitre",
    design="before_after",
    outcome="stay_minutes",
    question=None,
    scale=None,
    delta=5.0,
    planned_start_ms=MONDAY,
    planned_end_ms=MONDAY + 8 * WEEK,
    control_site=None,
    baseline=(),
    exclusions=(
        Exclusion(
            first_day=date(2026, 3, 9),
            last_day=date(2026, 3, 10),
            reason="travaux",
            decided_at_ms=MONDAY - DAY,
        ),
    ),
    circumstances=(Circumstance(at_ms=MONDAY + DAY, kind="works", text="rue barrée"),),
    seed=None,
    decision=None,
    rolled_back_at_ms=None,
    started_at_ms=None,
    version=1,
)
TRIED = Period(
    site="default",
    period="lectern-1",
    prototype="lectern",
    kind="prototype",
    title="Pupitre",
    step=1,
    changed="",
    start_ms=MONDAY,
    end_ms=None,
    pair=None,
    version=1,
)
BEFORE = replace(TRIED, period="avant", kind="baseline", start_ms=MONDAY - 5 * WEEK, end_ms=MONDAY)


def signed(at_ms: int = MONDAY - DAY, *, why: str = "prévu") -> Signed:
    return Signed(by="chef de projet", why=why, at_ms=at_ms)


def lay_down(core: Core) -> sqlite3.Connection:
    """Register the lectern with its baseline and the period in which it is tried."""
    core.store(passage(1, MONDAY))
    db = core.ledger.db
    with core.ledger.transaction():
        plan.register_prototype(db, LECTERN, signed())
        plan.register_period(db, BEFORE, signed())
        plan.register_period(db, TRIED, signed())
    return db


def test_records_come_back_as_they_were_kept(core: Core) -> None:
    db = lay_down(core)

    (kept,) = store.read_prototypes(db, "default", now_ms=MONDAY - HOUR)
    assert kept == replace(LECTERN, baseline=("avant",), version=3)
    assert store.read_periods(db, "default") == [BEFORE, TRIED]
    for name, read in (("prototype", store.read_prototype), ("period", store.read_period)):
        with pytest.raises(NotFoundError, match=f"has no {name} 'nobody'; known are "):
            read(db, "default", "nobody")


def test_a_trial_has_started_once_its_first_period_lies_in_the_past(core: Core) -> None:
    db = lay_down(core)

    def started(now_ms: int) -> int | None:
        return store.read_prototype(db, "default", "lectern", now_ms=now_ms).started_at_ms

    assert (started(MONDAY - 1), started(MONDAY), started(MONDAY + DAY)) == (None, MONDAY, MONDAY)
    # Unless a time is given it is this machine's own, long after that Monday.
    assert store.read_prototype(db, "default", "lectern").started_at_ms == MONDAY


def test_the_log_can_only_be_added_to(core: Core) -> None:
    db = lay_down(core)
    before = db.execute("SELECT * FROM register_log").fetchall()
    assert len(before) == 4  # prototype, period and its joining the baseline, period

    for statement in (
        "UPDATE register_log SET by = 'nobody'",
        "DELETE FROM register_log WHERE id = 1",
        "INSERT OR REPLACE INTO register_log SELECT * FROM register_log WHERE id = 1",
    ):
        with pytest.raises(sqlite3.IntegrityError, match="the log of the register is only added"):
            db.execute(statement)

    assert db.execute("SELECT * FROM register_log").fetchall() == before


def test_what_is_refused_leaves_neither_record_nor_log(core: Core) -> None:
    db = lay_down(core)
    before = "\n".join(db.iterdump())
    believed = Believed(site="default", prototype="lectern", version=3)
    overlapping = replace(BEFORE, period="flags-0", end_ms=MONDAY + DAY)

    def refused_at_its_last_step() -> None:
        # The running period is ended and logged before the rules look at the new one.
        at_ms = 32_503_680_000_000
        adapt(db, believed, at_ms=at_ms, title=None, changed="x", signed=signed())

    def refused_by_the_rules() -> None:
        plan.register_period(db, overlapping, signed())

    for attempt in (refused_at_its_last_step, refused_by_the_rules):
        with pytest.raises(QueryError), core.ledger.transaction():
            attempt()
        assert "\n".join(db.iterdump()) == before


def test_changes_are_told_field_by_field_without_what_follows_from_others() -> None:
    later = replace(
        LECTERN, delta=4.0, exclusions=(), version=9, started_at_ms=MONDAY, baseline=("avant",)
    )

    assert differences(LECTERN, later) == {
        "delta": (5.0, 4.0),
        "baseline": ([], ["avant"]),
        "exclusions": (
            [
                {
                    "first_day": "2026-03-09",
                    "last_day": "2026-03-10",
                    "reason": "travaux",
                    "decided_at_ms": MONDAY - DAY,
                }
            ],
            [],
        ),
    }


def test_names_made_by_the_register_are_names_of_the_contract(core: Core) -> None:
    core.store(passage(1, MONDAY))
    db = core.ledger.db
    long = "p" * 40
    with core.ledger.transaction():
        plan.register_prototype(db, replace(LECTERN, prototype=long), signed())
        plan.register_period(db, replace(TRIED, prototype=long, period=f"{'p' * 38}-2"), signed())
        believed = Believed(site="default", prototype=long, version=2)
        adapt(db, believed, at_ms=MONDAY + WEEK, title=None, changed="x", signed=signed())
        roll_back(
            db,
            replace(believed, version=3),
            at_ms=MONDAY + 2 * WEEK,
            returns_to_baseline=None,
            title=None,
            signed=signed(),
        )

    names = [each.period for each in store.read_periods(db, "default")]
    assert names == [f"{'p' * 38}-2", f"{'p' * 36}-2-2", f"{'p' * 38}-1"]


# -- the draw -------------------------------------------------------------------------------------


def test_each_pair_has_one_week_on_and_the_draw_is_fair() -> None:
    seeds = 2_000  # standard error of a share of one half: 1.1 points
    for seed in range(20):
        weeks = draw_weeks(first_week=date(2026, 3, 2), pairs=6, seed=seed, zone=PARIS)
        assert sorted((each.pair, each.is_on) for each in weeks) == [
            (pair, is_on) for pair in range(1, 7) for is_on in (False, True)
        ]
    for pair in range(1, 7):
        share = sum(is_first_on(seed, pair) for seed in range(seeds)) / seeds
        assert abs(share - 0.5) < 0.04
        alike = sum(is_first_on(seed, pair) == is_first_on(seed, pair + 1) for seed in range(seeds))
        assert abs(alike / seeds - 0.5) < 0.04


def test_drawn_weeks_join_without_a_gap_over_both_changes_of_the_clock() -> None:
    weeks = draw_weeks(first_week=date(2026, 3, 9), pairs=20, seed=7, zone=PARIS)

    hours = [(each.end_ms - each.start_ms) // HOUR for each in weeks]
    assert [each.start_ms for each in weeks[1:]] == [each.end_ms for each in weeks[:-1]]
    assert {n: length for n, length in enumerate(hours) if length != 168} == {2: 167, 32: 169}
    assert all(each.start_ms % QUARTER_MS == 0 for each in weeks)


@pytest.mark.parametrize("days", range(1, 7))
def test_weeks_begin_on_mondays_only(days: int) -> None:
    with pytest.raises(QueryError, match="is no Monday; write 2026-03-02 or a later one"):
        draw_weeks(first_week=date(2026, 3, 2) + timedelta(days=days), pairs=6, seed=1, zone=PARIS)


# -- the file -------------------------------------------------------------------------------------


def test_a_ledger_of_the_release_before_gets_an_empty_register(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    old = sqlite3.connect(path, isolation_level=None)
    for number, (_, script) in enumerate(MIGRATIONS[:2], start=1):
        old.executescript(f"BEGIN;\n{script}\nPRAGMA user_version = {number};\nCOMMIT;")
    old.execute("INSERT INTO sites (name, title, time_zone) VALUES ('default', 'M', 'UTC')")
    old.close()

    ledger = Ledger(path, quarantine_max=1)

    assert ledger.migrated == [name for name, _ in MIGRATIONS[2:]]
    # What waited for InfluxDB still does, and says nothing of periods.
    waiting = "SELECT site_id, is_rebuilt, periods_changed FROM changed_sites"
    assert ledger.db.execute(waiting).fetchall() == [(1, 0, 0)]
    with ledger.transaction():
        plan.register_prototype(ledger.db, LECTERN, signed())
    assert len(store.read_prototypes(ledger.db, "default")) == 1
    ledger.close()


def test_the_register_starts_without_the_libraries_of_the_analysis() -> None:
    code = (
        "import sys; import pasperdus_collector.web; "
        "heavy = {'scipy', 'statsmodels', 'pandas'} & sys.modules.keys(); sys.exit(str(heavy) "
        "if heavy else 0)"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stderr
