"""What a comparison is computed from: which hours, days, weeks and blocks belong to which arm."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pasperdus_collector.analysis.comparison import compare
from pasperdus_collector.analysis.inputs import Arm, Inputs
from pasperdus_collector.comparison.arm import bursts_told
from pasperdus_collector.comparison.gather import gather
from pasperdus_collector.comparison.inputs_json import digest, from_text, to_text
from pasperdus_collector.errors import NotFoundError, QueryError
from pasperdus_collector.ledger import Ledger, reading
from pasperdus_collector.register.log import Signed
from pasperdus_collector.register.plan import change_prototype, register_period
from pasperdus_collector.register.records import Circumstance, Exclusion, Period
from pasperdus_collector.register.store import (
    add_period,
    add_prototype,
    read_periods,
    read_prototype,
    write_period,
    write_prototype,
)
from pasperdus_collector.series import Measure, SeriesQuery
from pasperdus_collector.series.embedded import EmbeddedSeries
from pasperdus_collector.series.released import HOUR_MS, ReleasedBlock, read_blocks
from pasperdus_contract.fields import QUARTER_MS
from support.trials import DAY_MS, FIRST_MONDAY, PROTOTYPE, Site, Trial, settle, simulate

SITE = Site(
    weeks="AAABBB", ratings_a_day=30, visitors_a_day=60, effects={"B": 0.05}, bursts=0.2, seed=2
)


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    """A trial that only ever gets read."""
    return simulate(tmp_path_factory.mktemp("trial") / "ledger.db", SITE)


@pytest.fixture
def changing(tmp_path: Path) -> Trial:
    """A short trial for a test that changes it."""
    return simulate(tmp_path / "ledger.db", replace(SITE, weeks="AABB"))


def ask(
    trial: Trial, baseline: str | None = None, tried: str = PROTOTYPE, **options: Any
) -> Inputs:
    now_ms = options.get("now_ms", trial.now_ms)
    with reading(trial.path) as db:
        return gather(db, trial.site.site, baseline, tried, now_ms=now_ms, collector="mairie")


def change(trial: Trial, **fields: Any) -> None:
    """Change the prototype's record, without the log."""
    with closing(Ledger(trial.path, quarantine_max=10)) as ledger, ledger.transaction():
        before = read_prototype(ledger.db, trial.site.site, PROTOTYPE)
        write_prototype(ledger.db, replace(before, **fields))


def change_period(trial: Trial, name: str, **fields: Any) -> None:
    with closing(Ledger(trial.path, quarantine_max=10)) as ledger, ledger.transaction():
        for each in read_periods(ledger.db, trial.site.site):
            if each.period == name:
                write_period(ledger.db, replace(each, **fields))


def raw(trial: Trial, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(trial.path)) as db:
        return db.execute(sql, parameters).fetchall()


def counted(trial: Trial, start_ms: int, end_ms: int, site: str = "mairie") -> tuple[int, int]:
    """Return entries and exits from the quarter-hours themselves."""
    ((ins, outs),) = raw(
        trial,
        "SELECT coalesce(sum(ins), 0), coalesce(sum(outs), 0) FROM passage_quarters "
        "JOIN lines ON lines.id = line_id JOIN nodes ON nodes.id = node_id "
        "WHERE nodes.name = ? AND quarter >= ? AND quarter < ?",
        f"{site}-porte",
        start_ms // QUARTER_MS,
        end_ms // QUARTER_MS,
    )
    return ins, outs


def released(trial: Trial, start_ms: int, end_ms: int) -> list[ReleasedBlock]:
    """Return the blocks that lie within."""
    with reading(trial.path) as db:
        found = read_blocks(db, trial.site.site, start_ms=0, end_ms=trial.now_ms)
        return [each for each in found if start_ms <= each.start_ms and each.end_ms <= end_ms]


def total(blocks: list[ReleasedBlock]) -> list[int]:
    return np.sum([each.counts for each in blocks], axis=0).tolist() if blocks else [0] * 5


def weeks(arm: Arm) -> list[tuple[str, int, bool]]:
    return [
        (date.fromordinal(each.week).isoformat(), each.open_days, each.is_full)
        for each in arm.weeks
    ]


# -- what belongs to an arm -----------------------------------------------------------------------


def test_each_arm_has_the_hours_days_weeks_and_blocks_of_its_own_periods(trial: Trial) -> None:
    inputs = ask(trial)

    assert (inputs.question, inputs.scale, inputs.other_question) == ("accueil", 5, None)
    assert inputs.hours_are_told
    for arm, first, end in ((inputs.baseline, 0, 3), (inputs.prototype, 3, 6)):
        start_ms, end_ms = SITE.at(first), SITE.at(end)
        assert [(each.start_ms, each.end_ms) for each in arm.ranges] == [(start_ms, end_ms)]
        assert [each.is_full for each in arm.weeks] == [True] * 3
        assert (arm.hours.entries.sum(), arm.hours.exits.sum()) == counted(trial, start_ms, end_ms)
        assert arm.days.entries.sum() == counted(trial, start_ms, end_ms)[0]
        assert arm.days.open_hours.tolist() == [6.5] * len(arm.days.day)
        assert arm.days.coverage.tolist() == [1.0] * len(arm.days.day)
        mine = released(trial, start_ms, end_ms)
        assert arm.blocks.counts.sum(axis=0).tolist() == total(mine)
        assert arm.hours.box_coverage[arm.hours.open_share > 0].min() == 1.0
        hours = arm.hours
        half_open = hours.open_share[hours.hour == 13]
        assert set(half_open.tolist()) == {0.5}


def test_blocks_that_reach_over_an_edge_belong_to_no_arm_and_are_counted(trial: Trial) -> None:
    inputs = ask(trial)

    edge_ms = SITE.at(3)
    over = [
        each for each in released(trial, 0, trial.now_ms) if each.start_ms < edge_ms < each.end_ms
    ]
    every = sum(total(released(trial, 0, trial.now_ms)))
    assert len(over) == 1  # the test would show nothing otherwise
    assert inputs.baseline.straddling == inputs.prototype.straddling == sum(total(over))
    kept = inputs.baseline.blocks.counts.sum() + inputs.prototype.blocks.counts.sum()
    assert kept == every - sum(total(over))


def test_a_block_stands_at_its_last_day_and_at_the_middle_of_its_hours(trial: Trial) -> None:
    inputs = ask(trial)

    zone = SITE.zone
    mine = released(trial, SITE.at(0), SITE.at(3))
    assert any(each.first_hour < each.last_hour for each in mine)
    for each, day, hour in zip(
        mine, inputs.baseline.blocks.day, inputs.baseline.blocks.hour, strict=True
    ):
        first = datetime.fromtimestamp(each.first_hour * 3600, zone)
        last = datetime.fromtimestamp(each.last_hour * 3600, zone)
        middle = (first.hour + last.hour) // 2 if first.date() == last.date() else last.hour
        assert (day, hour) == (last.date().toordinal(), middle)


def test_days_that_are_excluded_are_in_neither_arm_and_take_the_blocks_that_touch_them(
    changing: Trial,
) -> None:
    out = date(2026, 1, 7)
    before = ask(changing)
    change(
        changing,
        exclusions=(
            Exclusion(first_day=out, last_day=out, reason="panne", decided_at_ms=0),
            Exclusion(
                first_day=date(2026, 1, 21),
                last_day=date(2026, 1, 23),
                reason="travaux",
                decided_at_ms=0,
            ),
        ),
    )

    after = ask(changing)

    site = changing.site
    for arm in (after.baseline, after.prototype):
        assert out.toordinal() not in arm.days.day
        assert out.toordinal() not in arm.hours.day
    out_ms = (site.at(0, 2), site.at(0, 3))
    kept = released(changing, site.at(0), out_ms[0]) + released(changing, out_ms[1], site.at(2))
    assert after.baseline.blocks.counts.sum(axis=0).tolist() == total(kept)
    assert after.baseline.straddling > before.baseline.straddling
    # One day out of five leaves a week; three do not.
    assert weeks(after.baseline) == [("2026-01-05", 4, True), ("2026-01-12", 5, True)]
    assert weeks(after.prototype) == [("2026-01-19", 2, False), ("2026-01-26", 5, True)]


def test_a_day_that_began_before_its_period_counts_by_the_hour_only(changing: Trial) -> None:
    site = changing.site
    start_ms = site.at(2, 2) + 11 * HOUR_MS  # Wednesday at eleven
    change_period(changing, "essai", start_ms=start_ms)

    arm = ask(changing).prototype

    wednesday = date(2026, 1, 21).toordinal()
    assert wednesday not in arm.days.day
    opened = (arm.hours.day == wednesday) & (arm.hours.open_share > 0)
    assert arm.hours.hour[opened].tolist() == [11, 13, 14, 15, 16]
    assert arm.hours.entries.sum() == counted(changing, start_ms, site.at(4))[0]
    assert weeks(arm) == [("2026-01-19", 2, False), ("2026-01-26", 5, True)]


def test_a_period_that_begins_before_the_doors_open_has_that_day_whole(changing: Trial) -> None:
    change_period(changing, "essai", start_ms=changing.site.at(2) + 8 * HOUR_MS)

    assert weeks(ask(changing).prototype)[0] == ("2026-01-19", 5, True)


@pytest.mark.parametrize(
    "zone", ["Europe/Paris", "Asia/Kolkata", "Pacific/Marquesas", "America/Cayenne"]
)
def test_local_hours_and_weeks_are_those_of_the_site_also_where_clocks_change(
    tmp_path: Path, zone: str
) -> None:
    site = replace(SITE, weeks="ABB", first_day=date(2026, 3, 23), time_zone=zone, ratings_a_day=20)
    inputs = ask(simulate(tmp_path / "ledger.db", site))

    for arm in (inputs.baseline, inputs.prototype):
        opened = arm.hours.open_share > 0
        assert set(arm.hours.hour[opened].tolist()) == {9, 10, 11, 13, 14, 15, 16}
        assert all(each.is_full for each in arm.weeks)
    assert weeks(inputs.baseline) == [("2026-03-23", 5, True)]
    # Easter Monday is the sixth of April.
    assert weeks(inputs.prototype) == [("2026-03-30", 5, True), ("2026-04-06", 4, True)]


def test_an_hour_that_clocks_show_twice_is_one_hour(tmp_path: Path) -> None:
    always = {"hours": {"sunday": [["00:00", "24:00"]], "monday": [["00:00", "24:00"]]}}
    site = replace(SITE, weeks="AB", first_day=date(2026, 10, 19), calendar=always)
    trial = simulate(tmp_path / "ledger.db", site)

    hours = ask(trial).baseline.hours

    sunday = date(2026, 10, 25).toordinal()
    of_day = hours.day == sunday
    assert hours.hour[of_day].tolist() == list(range(24))
    assert hours.entries[of_day].sum() == counted(trial, site.at(0, 6), site.at(1))[0]
    assert ask(trial).baseline.days.open_hours[-1] == 25.0


def test_without_told_hours_a_weekday_is_open_when_people_come(tmp_path: Path) -> None:
    trial = simulate(tmp_path / "ledger.db", replace(SITE, weeks="AABB"))
    with closing(Ledger(trial.path, quarantine_max=10)) as ledger, ledger.transaction():
        ledger.db.execute("UPDATE sites SET calendar = '{}'")
        (line_id,) = ledger.db.execute("SELECT id FROM lines").fetchone()
        ledger.db.execute(  # somebody looked in on one Sunday
            "INSERT INTO passage_quarters (line_id, quarter, ins, outs) VALUES (?, ?, 1, 1)",
            (line_id, (SITE.at(0, 6) + 10 * HOUR_MS) // QUARTER_MS),
        )

    inputs = ask(trial)

    assert not inputs.hours_are_told
    weekdays = {(day - 1) % 7 for day in inputs.baseline.days.day.tolist()}
    assert {0, 1, 2, 3, 4} <= weekdays
    opened = inputs.baseline.hours.open_share > 0
    usual = set(inputs.baseline.hours.hour[opened].tolist())
    assert {9, 10, 11, 13, 14, 15, 16} <= usual <= set(range(9, 18)) | {12}


def test_corrected_counts_are_taken_only_where_a_calibration_held_throughout(
    changing: Trial,
) -> None:
    plain = ask(changing)

    def calibrate(at_ms: int) -> None:
        with closing(Ledger(changing.path, quarantine_max=10)) as ledger:
            with ledger.transaction():
                add_calibration_at(ledger, at_ms)
            settle(ledger, changing.now_ms)

    calibrate(changing.site.at(2))  # as the prototype begins: one arm only
    partly = ask(changing)
    assert partly.prototype.days.entries.tolist() == plain.prototype.days.entries.tolist()
    assert partly.prototype.hours.entries.tolist() == plain.prototype.hours.entries.tolist()
    assert [(each.line, each.from_ms) for each in partly.calibrations] == [
        ("mairie-porte/porte", changing.site.at(2))
    ]

    calibrate(changing.site.at(0) - DAY_MS)
    both = ask(changing)
    for arm, before in ((both.baseline, plain.baseline), (both.prototype, plain.prototype)):
        assert arm.days.entries == pytest.approx(before.days.entries * 1.1)
        assert arm.hours.exits == pytest.approx(before.hours.exits * 1.2)


def add_calibration_at(ledger: Ledger, at_ms: int) -> None:
    (line_id,) = ledger.db.execute("SELECT id FROM lines").fetchone()
    ledger.db.execute(
        "INSERT INTO calibrations (line_id, from_at, by_sensor_in, by_hand_in, by_sensor_out, "
        "by_hand_out, entered_at) VALUES (?, ?, 100, 110, 100, 120, 0)",
        (line_id, at_ms),
    )
    ledger.db.execute("UPDATE sites SET days_are_due = 1")


@pytest.mark.parametrize(
    ("figure", "measure"),
    [
        ("stay_minutes", "stay_minutes"),
        ("wait_minutes", "wait_minutes"),
        ("service_minutes", "service_minutes"),
    ],
)
def test_figures_of_a_whole_week_are_those_of_the_series(
    trial: Trial, figure: str, measure: Measure
) -> None:
    found = ask(trial).baseline.figures[figure]

    with reading(trial.path) as db:
        points = (
            EmbeddedSeries(db, now_ms=trial.now_ms)
            .read(
                SeriesQuery(
                    site="mairie",
                    measure=measure,
                    bucket="1w",
                    start_ms=SITE.at(0),
                    end_ms=SITE.at(3),
                )
            )
            .points
        )
    told = [each for each in points if each.value is not None]
    assert len(told) == 3
    for n, each in enumerate(told):
        assert each.low is not None
        assert each.high is not None
        assert found.value[n] == pytest.approx(each.value, abs=0.006)
        assert found.error[n] == pytest.approx((each.high - each.low) / 2, abs=0.011)


def test_people_inside_are_person_hours_over_the_open_hours(trial: Trial) -> None:
    arm = ask(trial).baseline

    inside, stay = arm.figures["occupancy"], arm.figures["stay_minutes"]
    hours = np.array([arm.days.open_hours[arm.days.week == week].sum() for week in inside.week])
    # Nothing was known before the midnight of the first day, so that day is left out.
    assert inside.n.tolist() == [4 * 96, 5 * 96, 5 * 96]
    assert inside.value[1:] == pytest.approx((stay.value * stay.n / 60 / hours)[1:], rel=0.02)


def test_tallies_are_zero_where_nobody_tallied_and_unknown_before_anybody_could(
    tmp_path: Path,
) -> None:
    trial = simulate(tmp_path / "ledger.db", replace(SITE, weeks="AABB", tallies_a_day=1.0))

    days = ask(trial).baseline.days

    counts = days.tallies["repeated-question"]
    assert not np.isnan(counts).any()
    assert (counts == 0).any()
    ((every,),) = raw(
        trial,
        "SELECT sum(tallies) FROM tally_quarters WHERE quarter < ?",
        trial.site.at(2) // QUARTER_MS,
    )
    assert counts.sum() == every


# -- while it runs --------------------------------------------------------------------------------


def test_while_a_trial_runs_only_whole_weeks_enter_and_the_days_of_a_week_read_alike(
    trial: Trial,
) -> None:
    readings = [ask(trial, now_ms=SITE.at(5, day) + 15 * HOUR_MS) for day in range(7)]

    assert {each.plan.status for each in readings} == {"running"}
    assert {each.data_end_ms for each in readings} == {SITE.at(5)}
    assert {to_text(replace(each, now_ms=0)) for each in readings} == {
        to_text(replace(readings[0], now_ms=0))
    }
    arm = readings[0].prototype
    assert weeks(arm) == [("2026-01-26", 5, True), ("2026-02-02", 5, True)]
    within = released(trial, SITE.at(3), SITE.at(5))
    assert arm.blocks.counts.sum(axis=0).tolist() == total(within)


def test_a_block_that_only_waits_for_its_week_is_not_said_to_straddle(trial: Trial) -> None:
    week_ms = SITE.at(5)
    waiting = [
        each for each in released(trial, 0, trial.now_ms) if each.start_ms < week_ms < each.end_ms
    ]
    assert waiting

    running = ask(trial, now_ms=SITE.at(5, 3))

    assert running.prototype.straddling == ask(trial).prototype.straddling


@pytest.mark.parametrize(
    ("changes", "now", "status"),
    [
        ({}, (2, 6), "planned"),
        ({}, (4, 0), "running"),
        ({}, (6, 0), "ended"),
        ({"planned_end_ms": SITE.at(5, 5)}, (6, 0), "ended"),
        ({"planned_end_ms": SITE.at(6, 2)}, (7, 0), "ended_early"),
        ({"planned_end_ms": None}, (6, 0), "ended_early"),
        ({"rolled_back_at_ms": SITE.at(5, 1)}, (6, 0), "ended_early"),
        # Friday evening, and the plan said Sunday night: nobody was to come any more.
        ({"rolled_back_at_ms": SITE.at(5, 4) + 19 * HOUR_MS}, (6, 0), "ended"),
    ],
)
def test_how_far_a_trial_has_come(
    tmp_path: Path, trial: Trial, changes: dict[str, Any], now: tuple[int, int], status: str
) -> None:
    copy = copied(trial, tmp_path)
    change(copy, **changes)

    assert ask(copy, now_ms=SITE.at(*now)).plan.status == status


def test_before_anything_began_both_arms_are_empty(trial: Trial) -> None:
    inputs = ask(trial, now_ms=SITE.at(0) - DAY_MS)

    assert inputs.plan.status == "planned"
    for arm in (inputs.baseline, inputs.prototype):
        assert (arm.ranges, arm.weeks, len(arm.hours.day), len(arm.blocks.day)) == ((), (), 0, 0)
    assert compare(inputs, version="1", inputs_sha256="0").answer.verdict.code in (
        "insufficient",
        "too_early",
    )
    assert to_text(from_text(to_text(inputs))) == to_text(inputs)


def copied(trial: Trial, directory: Path) -> Trial:
    path = directory / "copy.db"
    with closing(sqlite3.connect(trial.path)) as source, closing(sqlite3.connect(path)) as copy:
        source.backup(copy)
    return replace(trial, path=path)


def test_nothing_after_the_planned_end_enters(tmp_path: Path, trial: Trial) -> None:
    copy = copied(trial, tmp_path)
    change(copy, planned_end_ms=SITE.at(5))

    inputs = ask(copy)

    assert inputs.plan.status == "ended"
    assert [each.end_ms for each in inputs.prototype.ranges] == [SITE.at(5)]
    assert len(inputs.prototype.weeks) == 2


def test_a_trial_back_at_its_baseline_runs_until_that_is_over(tmp_path: Path) -> None:
    trial = simulate(
        tmp_path / "ledger.db",
        replace(SITE, weeks="AABBAA"),
        planned_end_ms=SITE.at(6),
    )

    assert ask(trial, now_ms=SITE.at(4, 2)).plan.status == "running"
    whole = ask(trial)
    assert whole.plan.status == "ended"
    assert [each.period for each in whole.baseline.ranges] == ["avant", "avant-2"]
    assert whole.baseline.full_weeks == 4


# -- names ----------------------------------------------------------------------------------------


def test_periods_may_be_named_one_by_one(trial: Trial) -> None:
    by_prototype = ask(trial)

    assert to_text(ask(trial, "avant", "essai")) == to_text(by_prototype)
    assert to_text(ask(trial, PROTOTYPE, PROTOTYPE)) == to_text(by_prototype)


@pytest.mark.parametrize(
    ("baseline", "tried", "said"),
    [
        (None, "pupitres", "known are avant, essai, pupitre"),
        ("hier", PROTOTYPE, "known are avant, essai, pupitre"),
        ("essai", PROTOTYPE, "share some time"),
        ("avant", "avant,essai", "period 'avant' is a baseline"),
        ("", PROTOTYPE, "baseline: name a period or a prototype"),
    ],
)
def test_names_that_cannot_be_compared_are_refused_with_what_to_do(
    trial: Trial, baseline: str | None, tried: str, said: str
) -> None:
    with pytest.raises(QueryError, match=said):
        ask(trial, baseline, tried)


def test_a_site_that_is_not_there_is_told_with_those_that_are(trial: Trial) -> None:
    with reading(trial.path) as db, pytest.raises(NotFoundError, match="known are mairie"):
        gather(db, "annexe", None, PROTOTYPE, now_ms=trial.now_ms, collector="mairie")


def test_the_last_step_that_has_begun_is_compared(changing: Trial) -> None:
    site = changing.site
    change_period(changing, "essai", end_ms=site.at(3))
    with closing(Ledger(changing.path, quarantine_max=10)) as ledger, ledger.transaction():
        register_period(
            ledger.db,
            Period(
                site="mairie",
                period="essai-plus-grand",
                prototype=PROTOTYPE,
                kind="prototype",
                title="Plus grand",
                step=2,
                changed="Caractères plus grands",
                start_ms=site.at(3),
                end_ms=site.at(4),
                pair=None,
                version=1,
            ),
            Signed(by="équipe", why="trop petit", at_ms=site.at(3) - DAY_MS),
        )

    both = ask(changing)
    first = ask(changing, now_ms=site.at(2, 3))

    assert [each.period for each in both.prototype.ranges] == ["essai-plus-grand"]
    assert both.plan.changed.endswith(" · Caractères plus grands")
    assert (both.prototype.title, first.prototype.title) == ("Plus grand", "Avec pupitre")


def test_prototypes_with_a_common_baseline_are_counted(changing: Trial) -> None:
    assert ask(changing).plan.prototypes == 1
    with closing(Ledger(changing.path, quarantine_max=10)) as ledger, ledger.transaction():
        other = read_prototype(ledger.db, "mairie", PROTOTYPE)
        add_prototype(ledger.db, replace(other, prototype="fleches", baseline=("avant",)))

    assert ask(changing).plan.prototypes == 2


# -- designs, questions, the plan -----------------------------------------------------------------


def test_weeks_drawn_in_pairs_are_told_in_pairs(tmp_path: Path) -> None:
    order = "ABBAABABBAAB"
    trial = simulate(
        tmp_path / "ledger.db", replace(SITE, weeks=order, ratings_a_day=25), design="randomised"
    )

    inputs = ask(trial)

    assert inputs.plan.seed == 7
    assert inputs.plan.planned_weeks == 6
    assert len(inputs.pairs) == 6
    first = FIRST_MONDAY.toordinal()
    for n, (off, on) in enumerate(inputs.pairs):
        assert (off - first) // 7 == 2 * n + order[2 * n : 2 * n + 2].index("A")
        assert (on - first) // 7 == 2 * n + order[2 * n : 2 * n + 2].index("B")
    early = ask(trial, now_ms=trial.site.at(5, 3))
    assert early.pairs == inputs.pairs[:2]


def test_a_control_site_has_the_same_two_periods_with_its_own_figures(tmp_path: Path) -> None:
    other = replace(SITE, site="annexe", title="Annexe", weeks="AABB", seed=5, visitors_a_day=90)
    trial = simulate(tmp_path / "ledger.db", replace(SITE, weeks="AABB"), control=other)

    inputs = ask(trial)

    assert inputs.control is not None
    assert inputs.control_title == "Annexe"
    for arm, (first, end) in zip(inputs.control, ((0, 2), (2, 4)), strict=True):
        passed = counted(trial, SITE.at(first), SITE.at(end), "annexe")
        assert (arm.hours.entries.sum(), arm.hours.exits.sum()) == passed
        assert arm.full_weeks == 2
        assert arm.blocks.counts.sum() > 0


def test_another_question_in_one_arm_is_named(tmp_path: Path) -> None:
    site = replace(SITE, weeks="AABB", questions={"B": ("attente", 3)})
    trial = simulate(tmp_path / "ledger.db", site, question=None, scale=None, outcome="passages_in")

    inputs = ask(trial)

    assert inputs.other_question == "accueil (1-5) / attente (1-3)"


def test_a_box_that_was_off_is_not_covered(tmp_path: Path) -> None:
    off = frozenset({14, 15, 16, 17, 18})
    trial = simulate(tmp_path / "ledger.db", replace(SITE, weeks="AABB", box_breaks=off))

    inputs = ask(trial)

    hours = inputs.prototype.hours
    opened = hours.open_share > 0
    dead = np.isin(hours.day, [FIRST_MONDAY.toordinal() + day for day in off])
    assert hours.box_coverage[opened & dead].max() == 0.0
    assert hours.box_coverage[opened & ~dead].min() == 1.0
    assert hours.door_coverage[opened].min() == 1.0


def test_late_changes_and_circumstances_come_with_the_plan(changing: Trial) -> None:
    site = changing.site
    change(
        changing,
        circumstances=(
            Circumstance(at_ms=site.at(2, 3), kind="button_moved", text="près de la sortie"),
            Circumstance(at_ms=site.at(9), kind="strike", text="bien après"),
        ),
    )
    with closing(Ledger(changing.path, quarantine_max=10)) as ledger, ledger.transaction():
        signed = Signed(by="cheffe de projet", why="le conseil l'a demandé", at_ms=site.at(3))
        before = read_prototype(ledger.db, "mairie", PROTOTYPE, now_ms=site.at(3))
        change_prototype(
            ledger.db, "mairie", PROTOTYPE, {"delta": 0.03}, version=before.version, signed=signed
        )

    plan = ask(changing).plan

    assert [(each.kind, each.at_ms) for each in plan.circumstances] == [
        ("button_moved", site.at(2, 3))
    ]
    assert [(each.what, each.why, each.by) for each in plan.late_changes] == [
        ("delta", "le conseil l'a demandé", "cheffe de projet")
    ]
    assert plan.delta == 0.03


def test_an_end_that_was_moved_after_the_start_is_no_planned_end(changing: Trial) -> None:
    """Else a team that likes what it sees could move the end to today, and be sure of it."""
    site = changing.site
    assert ask(changing).plan.status == "ended"
    with closing(Ledger(changing.path, quarantine_max=10)) as ledger, ledger.transaction():
        signed = Signed(by="équipe", why="nous avons ce qu'il faut", at_ms=site.at(5))
        before = read_prototype(ledger.db, "mairie", PROTOTYPE, now_ms=site.at(5))
        change_prototype(
            ledger.db,
            "mairie",
            PROTOTYPE,
            {"planned_end_ms": site.at(6)},
            version=before.version,
            signed=signed,
        )

    plan = ask(changing).plan

    assert plan.status == "ended_early"
    assert [each.what for each in plan.late_changes] == ["planned_end_ms"]


def test_periods_chosen_afterwards_are_not_the_declared_comparison(changing: Trial) -> None:
    assert ask(changing).plan.is_declared
    assert ask(changing, baseline="avant", tried="essai").plan.is_declared
    site = changing.site
    with closing(Ledger(changing.path, quarantine_max=10)) as ledger, ledger.transaction():
        add_period(
            ledger.db,
            Period(
                site="mairie",
                period="bonnes-semaines",
                prototype=None,
                kind="baseline",
                title="Les semaines qui arrangent",
                step=1,
                changed="",
                start_ms=site.at(1),
                end_ms=site.at(2),
                pair=None,
                version=1,
            ),
        )

    assert not ask(changing, baseline="bonnes-semaines").plan.is_declared


@pytest.mark.parametrize(
    ("counts", "bursts", "told"),
    [
        ((11, 0, 0, 0, 11), (11, 0, 0, 0, 0), (11, 0, 0, 0, 0)),
        ((12, 0, 0, 0, 10), (12, 0, 0, 0, 0), (12, 0, 0, 0, 10)),
        ((5, 0, 0, 0, 20), (5, 0, 0, 0, 0), (0, 0, 0, 0, 0)),
        ((12, 0, 0, 0, 0), (12, 0, 0, 0, 0), (12, 0, 0, 0, 0)),
        ((0, 0, 6, 6, 0), (0, 0, 6, 0, 0), (0, 0, 0, 0, 0)),
    ],
)
def test_bursts_are_told_apart_only_where_eleven_are_on_both_sides(
    counts: tuple[int, ...], bursts: tuple[int, ...], told: tuple[int, ...]
) -> None:
    assert bursts_told(ReleasedBlock("accueil", 5, 1, 1, counts, bursts)) == told


# -- computing again ------------------------------------------------------------------------------


@pytest.fixture(params=["before_after", "randomised", "control", "empty"])
def gathered(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Inputs]:
    design = request.param
    site = replace(SITE, weeks="ABBA", ratings_a_day=25)
    other = replace(site, site="annexe", title="Annexe", seed=9) if design == "control" else None
    if design == "empty":
        trial = simulate(tmp_path / "ledger.db", replace(site, ratings_a_day=0))
        yield ask(trial, now_ms=site.at(1) - DAY_MS)
    else:
        yield ask(simulate(tmp_path / "ledger.db", site, control=other, design=design))


def test_inputs_read_back_are_the_same_and_give_the_same_result_to_the_last_digit(
    gathered: Inputs,
) -> None:
    text = to_text(gathered)

    again = from_text(text)

    assert to_text(again) == text
    assert repr(compare(again, version="1", inputs_sha256=digest(text))) == repr(
        compare(gathered, version="1", inputs_sha256=digest(text))
    )
    assert again.baseline.blocks.counts.shape[1:] == (5,)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda text: text[:-5], "no file of inputs"),
        (lambda text: text.replace('"schema":1', '"schema":2'), "schema 2"),
        (lambda text: text.replace('"status":"ended"', '"status":"over"'), "'over' is not one of"),
        (lambda text: text.replace('"scale":5', '"scale":"5"'), "no int"),
    ],
)
def test_what_is_no_text_of_inputs_is_refused(
    trial: Trial, spoil: Callable[[str], str], said: str
) -> None:
    with pytest.raises(QueryError, match=said):
        from_text(spoil(to_text(ask(trial))))
