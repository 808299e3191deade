"""M6: daily counts before and during a prototype, when nothing was drawn by lot.

A log-linear model takes out what calendars explain, and dates at which nothing happened show how
much of the rest moves by itself. What moved together with the prototype it can never tell apart.
"""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from math import isfinite, log, sqrt
from typing import Any, Literal, NamedTuple

import numpy as np
from statsmodels.genmod.families import Poisson
from statsmodels.genmod.generalized_linear_model import GLM
from statsmodels.stats.sandwich_covariance import cov_cluster, cov_hac

from pasperdus_collector.analysis.inputs import Bools, DayTable, Floats, Ints, monday, weekday
from pasperdus_collector.analysis.jackknife import Estimate
from pasperdus_collector.analysis.result import Interval

LEAST_DAYS = 24  # a side, as is usual for interrupted series
LEAST_COVERAGE = 0.8  # of a day's open hours; days with less are left out
PLACEBO_PART = 6  # a placebo is as long as this part of the baseline: five that do not overlap
PLACEBO_WEEKS_BEFORE = 3  # with fewer a slope cannot be told from a step
PLACEBO_LEAST_DAYS = 3  # as a week with two holidays has
_MOST_COLUMNS = 15  # level, step, slope, six weekdays, two of holidays, four of harmonics
MOST_STEP = log(1000)  # beyond a factor of a thousand the days do not follow one model
YEAR_DAYS = 365.25
MOST_HARMONICS = 2
_WEEK_DAYS = 7
_STEP = 1  # column of the design

StandardError = Literal["model", "hac", "week"]
Caveat = Literal["season_unknown", "public_holidays_inseparable", "school_holidays_inseparable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepChange:
    """The change of daily entries per open hour, as a log ratio of prototype over baseline.

    ``standard_error`` holds both ``sampling_error``, the widest of three (``widest`` tells which),
    and ``placebo_spread``, by how much the level steps where nothing happened. ``simple`` is the
    interval that believes in independent days. ``placebo_share`` of the ``placebos`` would have
    been taken for changes by the sampling error alone; ``placebos_apart`` of them do not overlap.
    """

    value: float
    standard_error: float
    df: float
    interval: Interval
    p_value: float
    simple: Interval
    widest: StandardError
    sampling_error: float
    sampling_df: float
    placebo_spread: float
    placebo_share: float
    placebos: int
    placebos_apart: int
    baseline_days: int
    prototype_days: int
    weeks: int
    caveats: tuple[Caveat, ...]

    @property
    def estimate(self) -> Estimate:
        """Return the figure by itself; its clusters are weeks with usable days."""
        return Estimate(
            value=self.value,
            standard_error=self.standard_error,
            df=self.df,
            clusters=self.weeks,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Why there is no answer, and on how many usable days a side that rests."""

    code: Literal["too_few_days", "nobody_counted", "no_placebo", "no_fit"]
    baseline_days: int
    prototype_days: int


def interrupted(baseline: DayTable, prototype: DayTable, *, alpha: float) -> StepChange | Refused:
    """Return by how much entries changed, with an interval of level 1 - ``alpha``.

    The baseline may lie before the prototype, or on both sides of it (A-B-A). Model, by
    quasi-Poisson (dispersion: Pearson's X2 / df)::

        log E(entries) = log(open hours x coverage) + level + step [in prototype] + slope (t - T0)
                         + weekday + public holiday + school holidays + yearly harmonics

    as in J. Lopez Bernal, S. Cummins, A. Gasparrini, Interrupted time series regression for the
    evaluation of public health interventions, Int. J. Epidemiology 46, 2017. T0 is the prototype's
    first day. Only columns that add something enter; one yearly harmonic enters for each full year
    of data (at most two), none under a year, and then the season stays unknown.

    The sampling error is the widest of the model's, of one that allows for correlated days over a
    week (W. Newey, K. West, Econometrica 55, 1987) and of one clustered by week (K.-Y. Liang, S.
    Zeger, Biometrika 73, 1986). Its degrees of freedom are weeks less columns that vary from week
    to week.

    Placebos: a false prototype slides through the baseline, week by week, a
    :data:`PLACEBO_PART`-th of the baseline long (never longer than the real one), and the same
    model finds its step from the baseline before it (in A-B-A, also after it). True steps being
    zero, the mean of step^2 - sampling error^2 estimates the variance tau^2 of steps that nobody
    made (moments of the empirical null of M. Schuemie et al., Interpreting observational studies:
    why empirical calibration is needed to correct p-values, Statistics in Medicine 33, 2014). The
    interval is::

        step +- t(1 - alpha/2; df) sqrt(sampling error^2 + tau^2)

    with no more degrees of freedom than placebos that do not overlap, as tau rests on these.

    Assumes that the level wanders during the prototype as it did in the baseline.
    """
    series = _series(baseline, prototype)
    in_prototype = series.is_prototype
    days = (int((~in_prototype).sum()), int(in_prototype.sum()))
    if min(days) < LEAST_DAYS:
        return Refused(code="too_few_days", baseline_days=days[0], prototype_days=days[1])
    if not (series.entries[in_prototype].any() and series.entries[~in_prototype].any()):
        return Refused(code="nobody_counted", baseline_days=days[0], prototype_days=days[1])
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings(action="ignore"):
            placebos = list(_placebos(series))
            fit = _fit(series, in_prototype)
    except (ValueError, np.linalg.LinAlgError):  # counts that no such model describes
        return Refused(code="no_fit", baseline_days=days[0], prototype_days=days[1])
    if not placebos:
        return Refused(code="no_placebo", baseline_days=days[0], prototype_days=days[1])
    steps = [fit, *(each.fit for each in placebos)]
    if not all(isfinite(each.error) and abs(each.step) < MOST_STEP for each in steps):
        return Refused(code="no_fit", baseline_days=days[0], prototype_days=days[1])
    excess = np.array([each.fit.step**2 - each.fit.error**2 for each in placebos])
    spread = sqrt(max(0.0, float(excess.mean())))
    apart = _apart(placebos)
    change = _estimate(fit, sqrt(fit.error**2 + spread**2), df=min(fit.df, apart))
    alarms = [
        _estimate(each.fit, each.fit.error, df=each.fit.df).interval(alpha).excludes_zero
        for each in placebos
    ]
    return StepChange(
        value=change.value,
        standard_error=change.standard_error,
        df=change.df,
        interval=change.interval(alpha),
        p_value=change.p_value,
        simple=_estimate(fit, fit.model_error, df=fit.model_df).interval(alpha),
        widest=fit.widest,
        sampling_error=fit.error,
        sampling_df=fit.df,
        placebo_spread=spread,
        placebo_share=float(np.mean(alarms)),
        placebos=len(placebos),
        placebos_apart=apart,
        baseline_days=days[0],
        prototype_days=days[1],
        weeks=fit.weeks,
        caveats=fit.caveats,
    )


class _Series(NamedTuple):
    """Usable days of both arms in order; ``counted_hours`` are open hours times coverage."""

    day: Ints
    entries: Floats
    counted_hours: Floats
    public_holiday: Bools
    school_holiday: Bools
    is_prototype: Bools

    def chosen(self, which: Bools | Ints) -> "_Series":
        """Return some of the days, by a mask or in an order."""
        return _Series(
            day=self.day[which],
            entries=self.entries[which],
            counted_hours=self.counted_hours[which],
            public_holiday=self.public_holiday[which],
            school_holiday=self.school_holiday[which],
            is_prototype=self.is_prototype[which],
        )


class _Fit(NamedTuple):
    step: float
    error: float
    widest: StandardError
    df: int
    model_error: float
    model_df: int
    weeks: int
    caveats: tuple[Caveat, ...]


class _Placebo(NamedTuple):
    first: int
    end: int
    fit: _Fit


def _series(baseline: DayTable, prototype: DayTable) -> _Series:
    both = _Series(
        day=np.concatenate([baseline.day, prototype.day]),
        entries=np.concatenate([baseline.entries, prototype.entries]),
        counted_hours=np.concatenate(
            [arm.open_hours * arm.coverage for arm in (baseline, prototype)]
        ),
        public_holiday=np.concatenate([baseline.public_holiday, prototype.public_holiday]),
        school_holiday=np.concatenate([baseline.school_holiday, prototype.school_holiday]),
        is_prototype=np.repeat([False, True], [len(baseline.day), len(prototype.day)]),
    )
    coverage = np.concatenate([baseline.coverage, prototype.coverage])
    usable = np.isfinite(both.entries) & (both.counted_hours > 0) & (coverage >= LEAST_COVERAGE)
    known = both.chosen(usable)
    return known.chosen(np.argsort(known.day, kind="stable"))


def _fit(series: _Series, in_prototype: Bools) -> _Fit:
    """Fit the model with a step on the days ``in_prototype``, real or false."""
    columns, between_weeks, caveats = _design(series, in_prototype)
    week = monday(series.day)
    weeks = len(np.unique(week))
    model = GLM(series.entries, columns, family=Poisson(), offset=np.log(series.counted_hours))
    fitted = model.fit()
    # As fit(scale="X2") has it, which however fails on days that fit exactly.
    dispersion = fitted.pearson_chi2 / fitted.df_resid
    open_days = max(1, round(len(week) / weeks))
    variances: dict[StandardError, Any] = {
        "model": dispersion * fitted.cov_params(),
        "hac": cov_hac(fitted, nlags=open_days),
        "week": cov_cluster(fitted, week),
    }
    errors = {name: sqrt(max(0.0, of[_STEP, _STEP])) for name, of in variances.items()}
    widest = max(errors, key=errors.__getitem__)
    return _Fit(
        step=float(fitted.params[_STEP]),
        error=errors[widest],
        widest=widest,
        df=max(1, weeks - between_weeks),
        model_error=errors["model"],
        model_df=int(fitted.df_resid),
        weeks=weeks,
        caveats=caveats,
    )


def _design(series: _Series, in_prototype: Bools) -> tuple[Floats, int, tuple[Caveat, ...]]:
    """Return the columns that add something, how many vary between weeks, and what is unknown."""
    day = series.day
    years = (day - day[in_prototype].min()) / YEAR_DAYS
    columns: Floats = np.ones((len(day), 1))

    def add(column: Bools | Floats) -> bool:
        nonlocal columns
        wider: Floats = np.column_stack([columns, column.astype(np.float64)])
        if np.linalg.matrix_rank(wider) == columns.shape[1]:
            return False
        columns = wider
        return True

    between_weeks = 1 + add(in_prototype) + add(years)
    for each in range(_WEEK_DAYS):
        add(weekday(day) == each)
    caveats: list[Caveat] = []
    if series.public_holiday.any() and not add(series.public_holiday):
        caveats.append("public_holidays_inseparable")
    if series.school_holiday.any():
        if add(series.school_holiday):
            between_weeks += 1
        else:
            caveats.append("school_holidays_inseparable")
    full_years = int((day[-1] - day[0] + 1) / YEAR_DAYS)
    if full_years == 0:
        caveats.append("season_unknown")
    for harmonic in range(1, min(full_years, MOST_HARMONICS) + 1):
        angle = 2 * np.pi * harmonic * years
        between_weeks += add(np.sin(angle)) + add(np.cos(angle))
    return columns, between_weeks, tuple(caveats)


def _placebos(series: _Series) -> Iterator[_Placebo]:
    """Yield the steps of false prototypes in the baseline, in the order of their dates."""
    baseline = series.chosen(~series.is_prototype)
    real_day = series.day[series.is_prototype]
    returns = bool(baseline.day[-1] > real_day.max())
    week = monday(baseline.day)
    weeks = np.unique(week)
    real_weeks = len(np.unique(monday(real_day)))
    length = max(1, min(real_weeks, len(weeks) // PLACEBO_PART))
    for position in count(PLACEBO_WEEKS_BEFORE):
        window = weeks[position : position + length]
        after = weeks[position + length :]
        if len(window) < length or (returns and len(after) == 0):
            return
        first, end = int(window[0]), int(window[-1]) + _WEEK_DAYS
        if end - first != _WEEK_DAYS * length:
            continue  # it would reach over the real prototype, or over weeks without data
        tried = baseline if returns else baseline.chosen(baseline.day < end)
        is_false = (tried.day >= first) & (tried.day < end)
        if len(tried.day) <= _MOST_COLUMNS or is_false.sum() < PLACEBO_LEAST_DAYS:
            continue
        if tried.entries[is_false].any() and tried.entries[~is_false].any():
            yield _Placebo(first, end, _fit(tried, is_false))


def _apart(placebos: list[_Placebo]) -> int:
    """Return how many of them can be chosen without an overlap: by the earliest end first."""
    apart, free_from = 0, placebos[0].first
    for each in placebos:
        if each.first >= free_from:
            apart, free_from = apart + 1, each.end
    return apart


def _estimate(fit: _Fit, error: float, *, df: float) -> Estimate:
    return Estimate(value=fit.step, standard_error=error, df=df, clusters=fit.weeks)
