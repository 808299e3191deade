"""Daily counts before and during a prototype: what the model takes out, and what it refuses."""

from __future__ import annotations

from dataclasses import replace
from math import log

import numpy as np
import pytest
from statsmodels.genmod.families import Poisson
from statsmodels.genmod.generalized_linear_model import GLM

from pasperdus_collector.analysis.inputs import DayTable, Floats
from pasperdus_collector.analysis.interrupted import MOST_STEP, Refused, StepChange, interrupted
from pasperdus_collector.analysis.jackknife import t_quantile
from support.trial_readings import rate

SEED = 20260302
MONDAY = 739_313 - (739_313 - 1) % 7
ALPHA = 0.05
BY_WEEKDAY = np.array([1.3, 1.0, 0.9, 1.0, 1.1])


def reception(
    weeks: int,
    *,
    seed: int = SEED,
    a_day: float = 300.0,
    days_alike: float = 0.005,
    weeks_alike: float = 0.0,
    growth_a_year: float = 0.0,
    season: float = 0.0,
) -> DayTable:
    """Return days from Monday to Friday; both *alike* are variances of the logarithm."""
    generator = np.random.default_rng(seed)
    day = (MONDAY + 7 * np.arange(weeks)[:, None] + np.arange(5)).ravel()
    years = (day - MONDAY) / 365.25
    level = (
        log(a_day)
        + growth_a_year * years
        + season * np.sin(2 * np.pi * years)
        + generator.normal(0, weeks_alike**0.5, weeks).repeat(5)
        + generator.normal(0, days_alike**0.5, len(day))
    )
    never = np.zeros(len(day), dtype=np.bool_)
    return DayTable(
        day=day,
        open_hours=np.full(len(day), 8.0),
        entries=generator.poisson(np.exp(level) * np.tile(BY_WEEKDAY, weeks)).astype(np.float64),
        coverage=np.ones(len(day)),
        public_holiday=never,
        school_holiday=never,
    )


def cut(table: DayTable, first: int, end: int | None = None) -> tuple[DayTable, DayTable]:
    """Return baseline and prototype; the prototype has the weeks ``[first, end)``."""
    week = (table.day - MONDAY) // 7
    during = (week >= first) & (week < (len(table.day) if end is None else end))
    return table.rows(~during), table.rows(during)


def raised(table: DayTable, by: float | Floats) -> DayTable:
    return replace(table, entries=table.entries * by)


def step(baseline: DayTable, prototype: DayTable) -> StepChange:
    found = interrupted(baseline, prototype, alpha=ALPHA)
    assert isinstance(found, StepChange), found
    return found


def test_a_step_is_found_beside_growth_that_went_on_anyway() -> None:
    baseline, prototype = cut(reception(40, growth_a_year=0.5), 20)

    found = step(baseline, raised(prototype, 1.3))

    assert found.interval.low < log(1.3) < found.interval.high
    assert found.value == pytest.approx(log(1.3), abs=0.05)
    assert found.p_value < ALPHA


def test_the_step_is_that_of_a_model_written_out_by_hand() -> None:
    baseline, prototype = cut(reception(16), 8)

    found = step(baseline, prototype)

    day = np.concatenate([baseline.day, prototype.day])
    columns = np.column_stack(
        [day >= prototype.day[0], day - day.mean(), *((day - MONDAY) % 7 == d for d in range(5))]
    )
    fitted = GLM(
        np.concatenate([baseline.entries, prototype.entries]),
        columns.astype(np.float64),
        family=Poisson(),
        offset=np.full(len(day), log(8.0)),
    ).fit(scale="X2")
    assert found.value == pytest.approx(fitted.params[0], abs=1e-8)
    half = t_quantile(ALPHA, fitted.df_resid) * fitted.bse[0]
    assert found.simple.high - found.value == pytest.approx(half, rel=1e-6)
    assert found.sampling_error >= fitted.bse[0] * (1 - 1e-9)
    assert found.sampling_df == 16 - 3  # weeks less level, step and slope


def test_what_counts_are_entries_per_open_hour() -> None:
    baseline, prototype = cut(reception(20), 10)
    longer = replace(prototype, open_hours=prototype.open_hours * 1.25)

    change = step(baseline, longer).value - step(baseline, prototype).value
    assert change == pytest.approx(-log(1.25), abs=1e-8)


def test_a_day_half_counted_is_left_out_and_one_nearly_whole_stands_for_its_part() -> None:
    baseline, prototype = cut(reception(20), 10)
    coverage = prototype.coverage.copy()
    coverage[3], coverage[4] = 0.5, 0.9
    counted = replace(
        prototype,
        coverage=coverage,
        entries=prototype.entries * np.where(coverage < 1, coverage, 1),
    )

    found = step(baseline, counted)

    assert found.prototype_days == 49
    without = np.arange(50) != 3
    assert found.value == pytest.approx(step(baseline, prototype.rows(without)).value, abs=2e-3)


def test_holidays_explain_what_is_theirs() -> None:
    whole = reception(30)
    is_school_holiday = np.isin((whole.day - MONDAY) // 7, (3, 4, 17, 18, 19, 20))
    emptier = replace(
        raised(whole, np.where(is_school_holiday, 0.6, 1.0)), school_holiday=is_school_holiday
    )
    untold = replace(emptier, school_holiday=np.zeros_like(is_school_holiday))

    assert abs(step(*cut(emptier, 15)).value) < 0.05
    assert step(*cut(untold, 15)).value < -0.1


def test_school_holidays_that_are_the_prototype_cannot_be_told_apart() -> None:
    whole = reception(20)
    baseline, prototype = cut(whole, 10)
    prototype = replace(prototype, school_holiday=np.ones(len(prototype.day), dtype=np.bool_))

    assert "school_holidays_inseparable" in step(baseline, prototype).caveats


def test_nine_months_do_not_know_the_season_and_two_years_do() -> None:
    nine_months = step(*cut(reception(39, season=0.3), 26))
    two_years = step(*cut(reception(112, season=0.3), 104))

    assert "season_unknown" in nine_months.caveats
    assert "season_unknown" not in two_years.caveats
    assert two_years.value == pytest.approx(0.0, abs=0.06)


def test_weeks_that_resemble_themselves_widen_the_error() -> None:
    found = step(*cut(reception(40, weeks_alike=0.02), 20))

    assert found.widest in ("hac", "week")
    assert found.sampling_error > 1.3 * (found.simple.high - found.value) / 2


def test_a_baseline_that_jumps_by_itself_widens_the_interval() -> None:
    whole = reception(32)
    jumps = np.repeat([1.0, 1.5, 0.9], 40)
    baseline, prototype = cut(whole, 24)

    restless, calm = step(raised(baseline, jumps), prototype), step(baseline, prototype)

    assert calm.placebo_spread < 0.05 < 0.1 < restless.placebo_spread
    assert restless.placebo_share > calm.placebo_share
    # The rule as it is written down: quadrature, and t with at most as many degrees of freedom as
    # placebos that do not overlap.
    for each in (restless, calm):
        error = (each.sampling_error**2 + each.placebo_spread**2) ** 0.5
        assert each.standard_error == pytest.approx(error)
        assert each.df == min(each.sampling_df, each.placebos_apart)
        half = t_quantile(ALPHA, each.df) * error
        assert each.interval.high - each.value == pytest.approx(half)


def test_placebos_slide_week_by_week_and_are_a_sixth_of_the_baseline_long() -> None:
    found = step(*cut(reception(32), 24))

    assert found.placebos == 24 - 3 - 4 + 1  # three weeks before the first, four weeks long
    assert found.placebos_apart == 5


def test_a_baseline_on_both_sides_says_more_than_one_before() -> None:
    whole = reception(24)
    both, prototype = cut(whole, 8, 16)
    before = both.rows(both.day < prototype.day[0])

    assert step(both, prototype).sampling_error < step(before, prototype).sampling_error
    # None reaches over the real prototype: two weeks long, they start in weeks 3 to 6 and 16 to 21,
    # so that a week is left after each.
    assert step(both, prototype).placebos == 4 + 6


@pytest.mark.filterwarnings("ignore:Perfect separation")  # said of days that fit exactly
def test_days_without_anybody_and_days_all_alike_are_answered_too() -> None:
    whole = reception(20)
    nobody_on_fridays = raised(whole, np.where((whole.day - MONDAY) % 7 == 4, 0.0, 1.0))
    always_the_same = replace(whole, entries=np.full(len(whole.day), 80.0))

    assert step(*cut(nobody_on_fridays, 10)).value == pytest.approx(0, abs=0.1)
    assert step(*cut(always_the_same, 10)).value == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    ("table", "first", "code"),
    [
        (reception(9), 5, "too_few_days"),  # 25 days and 20
        (reception(9), 4, "too_few_days"),
        (raised(reception(20), 0.0), 10, "nobody_counted"),
    ],
)
def test_too_little_is_refused_with_a_reason(table: DayTable, first: int, code: str) -> None:
    found = interrupted(*cut(table, first), alpha=ALPHA)

    assert isinstance(found, Refused)
    assert found.code == code
    assert found.baseline_days == first * 5


def test_a_baseline_in_which_no_placebo_fits_is_refused() -> None:
    baseline, prototype = cut(reception(30), 20)
    every_other_week = baseline.rows((baseline.day - MONDAY) // 7 % 2 == 0)
    # Ten weeks still have windows of one week; three weeks of ten days would leave none.
    assert isinstance(interrupted(every_other_week, prototype, alpha=ALPHA), StepChange)
    crowded = replace(baseline, day=MONDAY + 119 + np.arange(100) % 21, coverage=np.ones(100))

    found = interrupted(crowded, prototype, alpha=ALPHA)

    assert isinstance(found, Refused)
    assert found.code == "no_placebo"


def test_the_interval_covers_nothing_as_often_as_it_says_where_weeks_resemble_themselves() -> None:
    alarms = rate(
        step(*cut(reception(16, weeks_alike=0.01, seed=SEED + each), 8)).interval.excludes_zero
        for each in range(100)
    )

    assert alarms.is_at_most(0.05), f"{alarms}, seed {SEED}"


@pytest.mark.parametrize("kind", ["constant", "one day of a million", "empty weeks"])
@pytest.mark.parametrize("other", ["constant", "one day of a million"])
def test_counts_that_no_model_describes_are_refused_and_break_nothing(
    kind: str, other: str
) -> None:
    def table(first_day: int, kind: str) -> DayTable:
        entries = {
            "constant": np.full(40, 100.0),
            "one day of a million": np.where(np.arange(40) == 3, 1e6, 1.0),
            "empty weeks": np.where(np.arange(40) < 15, 0.0, 50.0),
        }[kind]
        weekdays = np.arange(40) // 5 * 7 + np.arange(40) % 5
        return DayTable(
            day=first_day + weekdays,
            open_hours=np.full(40, 8.0),
            entries=entries,
            coverage=np.ones(40),
            public_holiday=np.zeros(40, dtype=bool),
            school_holiday=np.zeros(40, dtype=bool),
        )

    found = interrupted(table(739_621, kind), table(739_621 + 56, other), alpha=0.05)

    if isinstance(found, Refused):
        assert found.code in ("no_fit", "no_placebo")
    else:
        assert abs(found.value) < MOST_STEP
        assert np.isfinite(found.standard_error)
