"""How far a trial has come: planned, running, back at its baseline, over."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pasperdus_collector.analysis.comparison import compare
from pasperdus_collector.comparison.gather import gather
from pasperdus_collector.comparison.inputs_json import from_text, to_text
from pasperdus_collector.ledger import reading
from pasperdus_collector.series.released import HOUR_MS
from support.gathering import (
    SITE,
    ask,
    change,
    change_period,
    copied,
    released,
    total,
    weeks,
)
from support.registering import BEFORE, LECTERN, PERIODS, PROTOTYPES, TRIED, RegisterDesk, at, done
from support.trials import DAY_MS, Trial, simulate


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    """A trial that only ever gets read."""
    return simulate(tmp_path_factory.mktemp("trial") / "ledger.db", SITE)


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


# -- back at its baseline, with nobody to end it ---------------------------------------------------


@pytest.fixture(scope="module")
def returned(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    """Two weeks before, three with it, a year back: planned to week 5, rolled back on that day."""
    trial = simulate(
        tmp_path_factory.mktemp("back") / "ledger.db",
        replace(SITE, weeks="AABBBAAAAAA"),
        planned_end_ms=SITE.at(5),
        rolled_back_at_ms=SITE.at(5),
    )
    change_period(trial, "avant-2", end_ms=None)
    return trial


@pytest.mark.parametrize(
    ("changes", "end", "status"),
    [
        # As many weeks after the return as it was there.
        ({}, 8, "ended"),
        # The plan was longer: until then, but weeks back do not make up for weeks with it.
        ({"planned_end_ms": SITE.at(7)}, 7, "ended_early"),
        ({"planned_end_ms": SITE.at(6)}, 6, "ended_early"),
        # Less than a week of the plan is left: that is no return to measure.
        ({"planned_end_ms": SITE.at(5, 6)}, 8, "ended_early"),
        ({"planned_end_ms": None}, 8, "ended_early"),
    ],
)
def test_a_return_to_the_baseline_ends_when_it_was_declared_to(
    tmp_path: Path, returned: Trial, changes: dict[str, Any], end: int, status: str
) -> None:
    trial = copied(returned, tmp_path)
    change(trial, **changes)

    before, at_end, later = (
        ask(trial, now_ms=now_ms) for now_ms in (SITE.at(end) - HOUR_MS, SITE.at(end), SITE.at(11))
    )

    assert before.plan.status == "running"
    assert before.data_end_ms == SITE.at(end - 1)
    assert {at_end.plan.status, later.plan.status} == {status}
    for each in (at_end, later):
        assert each.data_end_ms == SITE.at(end)
        assert [part.end_ms for part in each.baseline.ranges] == [SITE.at(2), SITE.at(end)]
    if status == "ended":
        answer = compare(later, version="1", inputs_sha256="0").answer
        assert answer.verdict.code != "too_early"
        assert answer.effect is not None
        assert answer.effect.used == "fixed"


def test_a_return_that_somebody_ends_sooner_or_lets_go_on_gains_nothing(
    tmp_path: Path, returned: Trial
) -> None:
    """Else a team could look every week, and end it once the answer pleases."""
    sooner, longer = copied(returned, tmp_path), tmp_path / "longer"
    longer.mkdir()
    change_period(sooner, "avant-2", end_ms=SITE.at(6))
    late = copied(returned, longer)
    change_period(late, "avant-2", end_ms=SITE.at(10))

    assert ask(sooner).plan.status == "ended_early"
    assert (ask(late).plan.status, ask(late).data_end_ms) == ("ended", SITE.at(8))


def test_a_return_is_measured_in_weeks_on_the_wall_also_where_clocks_change(
    tmp_path: Path,
) -> None:
    site = replace(SITE, weeks="AABBAAA", first_day=date(2026, 3, 2), ratings_a_day=0)
    trial = simulate(
        tmp_path / "ledger.db", site, planned_end_ms=site.at(4), rolled_back_at_ms=site.at(4)
    )
    change_period(trial, "avant-2", end_ms=None)
    summer_ms = site.at(6) - site.at(4)

    assert ask(trial).data_end_ms == site.at(6)
    assert summer_ms == 14 * DAY_MS  # from 30 March on; it was there over the change
    assert site.at(4) - site.at(2) == 14 * DAY_MS - HOUR_MS


# -- the walk-through of docs/register.md ----------------------------------------------------------


def test_the_trial_of_the_documentation_is_over_when_it_says(tmp_path: Path) -> None:
    """Twelve weeks with an adaptation after three, rolled back on the planned end."""
    register = RegisterDesk(tmp_path / "ledger.db")
    register.now_ms = at("2026-03-30T10:00")
    start, end = "2026-04-06T00:00:00+02:00", "2026-06-29T00:00:00+02:00"
    register.add(PROTOTYPES, LECTERN, planned_start=start, planned_end=end)
    register.add(PERIODS, BEFORE, start="2026-01-12T00:00:00+01:00", end=start)
    register.add(PERIODS, TRIED, start=start)
    done(register.act("adaptations", {"at": "2026-04-27T00:00:00+02:00", "changed": "Plus bas."}))
    done(register.act("rollback", {"at": end}))
    register.close()

    def status(moment: str) -> tuple[str, int]:
        with reading(tmp_path / "ledger.db") as db:
            found = gather(db, "default", None, "lectern", now_ms=at(moment), collector="mairie")
        return found.plan.status, found.data_end_ms

    assert status("2026-06-30T10:00") == ("running", at("2026-06-28T22:00"))
    assert status("2026-09-20T21:00")[0] == "running"
    assert status("2026-09-20T22:00") == ("ended", at("2026-09-20T22:00"))
    assert status("2026-11-15T10:00") == ("ended", at("2026-09-20T22:00"))
