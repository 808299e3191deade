"""What belongs to an arm: hours, days, weeks, blocks and figures of its own periods."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pytest

from pasperdus_collector.ledger import Ledger, reading
from pasperdus_collector.register.records import Exclusion
from pasperdus_collector.series import Measure, SeriesQuery
from pasperdus_collector.series.embedded import EmbeddedSeries
from pasperdus_collector.series.released import HOUR_MS
from pasperdus_contract.fields import QUARTER_MS
from support.gathering import (
    SITE,
    ask,
    change,
    change_period,
    counted,
    raw,
    released,
    total,
    weeks,
)
from support.trials import DAY_MS, Trial, settle, simulate


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    """A trial that only ever gets read."""
    return simulate(tmp_path_factory.mktemp("trial") / "ledger.db", SITE)


@pytest.fixture
def changing(tmp_path: Path) -> Trial:
    """A short trial for a test that changes it."""
    return simulate(tmp_path / "ledger.db", replace(SITE, weeks="AABB"))


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
