"""What a plan rests on: a site's own figures where it has weeks enough, and defaults elsewhere.

The resemblance of ratings comes from sums of squares between weeks, between the days of a week and
within days, each set equal to its expectation (Henderson's method I for nested random effects, the
analysis of variance estimator: S. R. Searle, G. Casella and C. E. McCulloch, Variance Components,
1992, ch. 5). It is unbiased for unequal days and weeks, but of few weeks wild, also below zero. So
it is averaged with the default, each weighted by its precision, and only then bounded by zero.

Ratings come in release blocks. At a busy site the last of a day are published with the first of
the next morning; at a quiet one a block spans days. Such a block says nothing of one day, and would
make days look alike that are not: only blocks that lie within a day enter the correlations. Where
there are none both correlations are the defaults, and hardly matter: 1 + (m - 1) rho with m = 3.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, sqrt
from typing import Literal

import numpy as np

from pasperdus_collector.analysis.inputs import BlockTable, Bools, Floats, Ints
from pasperdus_collector.analysis.jackknife import by_cluster
from pasperdus_collector.analysis.noise import Index, Ratings, Share, Weekly
from pasperdus_collector.analysis.standardised import worth_of_index, worth_of_satisfied

Source = Literal["own", "mixed", "told", "visitors", "default"]

SHARE = 0.75  # between the towns that published theirs; p (1 - p) hardly moves from .65 to .85
INDEX, INDEX_SD = 78.2, 30.6  # of 126, 60, 16 and 17 ratings on four scores: docs/planning.md
RHO_DAY, RHO_WEEK = 0.01, 0.005  # the middle of what the method is checked for: 0 to .03
DAYS_PER_WEEK = 5.0
RATINGS_A_DAY = 75.0  # a town hall of 500 visitors
RESPONSE_RATE = 0.15  # those 75 of those 500
COUNT_SD, COUNT_SERIAL = 0.11, 0.37  # medians of Auckland's streets: docs/planning.md

PRIOR_SD = 0.0125  # of a correlation about its default: .03 lies two of them above .005
SERIAL_PRIOR_SD = 0.25
MOST_SERIAL = 0.9
MIN_RATINGS = 100  # for an own share: it is then known to about nine points
MIN_OWN_WEEKS = 4  # for an own spread of weeks


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure and where it comes from; ``own`` is how much of it is the site's own, 0 to 1."""

    value: float
    source: Source
    own: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated:
    """Ratings of one stretch of time in which nothing was changed.

    ``within_a_day`` says of each block whether its hours lie in one local day. ``covered_days`` are
    days times the share of their open time in which the box worked. ``open_days`` are those of
    ``weeks`` full weeks, whether anything was measured then or not.
    """

    blocks: BlockTable
    within_a_day: Bools
    open_days: int
    covered_days: float
    weeks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingsBaseline:
    """What ratings are like: ``level`` is the share satisfied, or the index with its ``sd``.

    ``weeks`` are those in which anybody rated.
    """

    level: Figure
    sd: Figure | None
    ratings_a_day: Figure
    days_per_week: Figure
    rho_day: Figure
    rho_week: Figure
    weeks: int
    ratings: int

    def planned(self) -> Share | Index:
        """Return it as an outcome to plan for."""
        ratings = Ratings(
            ratings_a_day=self.ratings_a_day.value,
            days_per_week=self.days_per_week.value,
            rho_day=self.rho_day.value,
            rho_week=self.rho_week.value,
        )
        if self.sd is None:
            return Share(share=self.level.value, ratings=ratings)
        return Index(index=self.level.value, sd=self.sd.value, ratings=ratings)


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklyBaseline:
    """How one figure a week varies, in its unit; ``serial`` is how much it takes after the last."""

    weekly_sd: Figure
    serial: Figure
    weeks: int
    detrended: bool
    most_df: float = inf

    def planned(self) -> Weekly:
        """Return it as an outcome to plan for."""
        return Weekly(
            weekly_sd=self.weekly_sd.value,
            serial=self.serial.value,
            detrended=self.detrended,
            most_df=self.most_df,
        )


def ratings_baseline(
    outcome: Literal["satisfied", "index"],
    scale: int,
    rated: Sequence[Rated],
    *,
    visitors_a_day: Figure | None = None,
) -> RatingsBaseline:
    """Return what a site's ratings are like.

    ``rated`` are stretches of time, the baseline's first: the level is its own, how often people
    rate and how alike ratings are comes from all. ``visitors_a_day`` serve where nobody rated yet.
    """
    worth = worth_of_satisfied(scale) if outcome == "satisfied" else worth_of_index(scale)
    counts = rated[0].blocks.counts.sum(axis=0) if rated else np.zeros(len(worth), dtype=np.int64)
    ratings = sum(int(each.blocks.counts.sum()) for each in rated)
    rho_day, rho_week = resemblance([_days(each, worth) for each in rated])
    return RatingsBaseline(
        level=_share(counts, worth) if outcome == "satisfied" else _mean(counts, worth),
        sd=None if outcome == "satisfied" else _sd(counts, worth),
        ratings_a_day=_ratings_a_day(rated, visitors_a_day),
        days_per_week=_days_per_week(rated),
        rho_day=rho_day,
        rho_week=rho_week,
        weeks=sum(len(np.unique(each.blocks.week)) for each in rated),
        ratings=ratings,
    )


def weekly_baseline(
    weeks: Ints,
    values: Floats,
    *,
    detrended: bool,
    most_df: float = inf,
    default: tuple[float, float] | None = None,
) -> WeeklyBaseline | None:
    """Return how figures of weeks vary: ``weeks`` are ordinals of Mondays, in order.

    The spread is that about the mean, or about a straight line where the analysis fits one. The
    serial correlation is the residuals' first one, with the bias that a mean or a line leaves taken
    off (F. H. C. Marriott and J. A. Pope, Biometrika 41, 1954), averaged with its default and
    bounded by zero. ``default`` is (spread, serial correlation); None for outcomes without one, of
    which under four weeks tell nothing. ``most_df`` is that of :class:`~.noise.Noise`.
    """
    if len(values) < MIN_OWN_WEEKS:
        if default is None:
            return None
        return WeeklyBaseline(
            weekly_sd=Figure(value=default[0], source="default"),
            serial=Figure(value=default[1], source="default"),
            weeks=len(values),
            detrended=detrended,
            most_df=most_df,
        )
    fitted = 2 if detrended else 1
    at = weeks - weeks.mean()
    residuals = values - np.polyval(np.polyfit(at, values, fitted - 1), at)
    squares = float(np.sum(residuals**2))
    return WeeklyBaseline(
        weekly_sd=Figure(value=sqrt(squares / (len(values) - fitted)), source="own", own=1.0),
        serial=_serial(weeks, residuals, fitted=fitted, default=default[1] if default else 0.0),
        weeks=len(values),
        detrended=detrended,
        most_df=most_df,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RatedDays:
    """Sums by day: its week, its ratings, what they are worth, and the squares of that."""

    week: Ints
    n: Floats
    worth: Floats
    squares: Floats


def resemblance(parts: Sequence[RatedDays]) -> tuple[Figure, Figure]:
    """Return the correlations by day and by week; each part has a mean of its own.

    Weights are those of two independent measurements: of variance PRIOR_SD^2 for the default, and
    for the estimate 2 / df times the square of the mean square's expectation under the defaults.
    """
    sums = sum((_analysed(part) for part in parts if len(part.n)), np.zeros(len(_Analysis)))
    found = dict(zip(_Analysis, sums.tolist(), strict=True))
    if min(found["df_days"], found["df_weeks"], found["df_ratings"]) <= 0:
        return (
            Figure(value=RHO_DAY, source="default"),
            Figure(value=RHO_WEEK, source="default"),
        )
    alone = found["ss_ratings"] / found["df_ratings"]
    by_day = (found["ss_days"] - found["df_days"] * alone) / found["days_in_days"]
    by_week = (
        found["ss_weeks"] - found["df_weeks"] * alone - found["days_in_weeks"] * by_day
    ) / found["weeks_in_weeks"]
    total = alone + max(0.0, by_day) + max(0.0, by_week)
    if total <= 0:  # everybody chose the same: that says nothing of who resembles whom
        return (
            Figure(value=RHO_DAY, source="default"),
            Figure(value=RHO_WEEK, source="default"),
        )
    a_day = found["ratings"] / found["days"]
    days = found["days"] / found["weeks"]
    of_day = RHO_DAY + 1 / a_day
    of_week = RHO_WEEK + of_day / days
    return (
        _averaged(by_day / total, RHO_DAY, 2 / found["df_days"] * of_day**2),
        _averaged(by_week / total, RHO_WEEK, 2 / found["df_weeks"] * of_week**2),
    )


_Analysis = (
    *("ratings", "days", "weeks", "df_ratings", "df_days", "df_weeks"),
    *("ss_ratings", "ss_days", "ss_weeks", "days_in_days", "days_in_weeks", "weeks_in_weeks"),
)


def _analysed(part: RatedDays) -> Floats:
    """Return the nested analysis of variance of one part: what is in each sum of squares."""
    _, by_week = by_cluster(
        part.week, np.column_stack([part.n, part.worth, part.n**2, np.ones_like(part.n)])
    )
    n, worth = by_week[:, 0], by_week[:, 1]
    ratings, days, weeks = part.n.sum(), len(part.n), len(n)
    of_days = np.sum(part.worth**2 / part.n)
    of_weeks = np.sum(worth**2 / n)
    within = np.sum(by_week[:, 2] / n)
    return np.array(
        [
            *(ratings, days, weeks, ratings - days, days - weeks, weeks - 1),
            part.squares.sum() - of_days,
            of_days - of_weeks,
            of_weeks - worth.sum() ** 2 / ratings,
            ratings - within,
            within - np.sum(part.n**2) / ratings,
            ratings - np.sum(n**2) / ratings,
        ]
    )


def _averaged(found: float, default: float, variance: float) -> Figure:
    own = PRIOR_SD**2 / (PRIOR_SD**2 + variance)
    return Figure(value=max(0.0, own * found + (1 - own) * default), source="mixed", own=own)


def _serial(weeks: Ints, residuals: Floats, *, fitted: int, default: float) -> Figure:
    squares = float(np.sum(residuals**2))
    if squares == 0:
        return Figure(value=default, source="default")
    follow = np.diff(weeks) == 7
    found = float(np.sum((residuals[1:] * residuals[:-1])[follow])) / squares
    n = len(residuals)
    unbiased = found + (fitted + (fitted + 2) * found) / n
    own = SERIAL_PRIOR_SD**2 / (SERIAL_PRIOR_SD**2 + 1 / n)
    value = own * unbiased + (1 - own) * default
    return Figure(value=min(MOST_SERIAL, max(0.0, value)), source="mixed", own=own)


def _days(rated: Rated, worth: Floats) -> RatedDays:
    blocks = rated.blocks
    counts = blocks.counts[rated.within_a_day]
    day, sums = by_cluster(
        blocks.day[rated.within_a_day],
        np.column_stack([counts.sum(axis=1), counts @ worth, counts @ worth**2]),
    )
    return RatedDays(week=day - (day - 1) % 7, n=sums[:, 0], worth=sums[:, 1], squares=sums[:, 2])


def _share(counts: Ints, worth: Floats) -> Figure:
    n = float(counts.sum())
    if n < MIN_RATINGS:
        return Figure(value=SHARE, source="default")
    # The middle of Wilson's interval: also where all were satisfied, somebody might not have been.
    return Figure(value=(float(counts @ worth) + 2) / (n + 4), source="own", own=1.0)


def _mean(counts: Ints, worth: Floats) -> Figure:
    n = float(counts.sum())
    if n < MIN_RATINGS:
        return Figure(value=INDEX, source="default")
    return Figure(value=float(counts @ worth) / n, source="own", own=1.0)


def _sd(counts: Ints, worth: Floats) -> Figure:
    n = float(counts.sum())
    if n < MIN_RATINGS:
        return Figure(value=INDEX_SD, source="default")
    mean = float(counts @ worth) / n
    return Figure(value=sqrt(float(counts @ (worth - mean) ** 2) / (n - 1)), source="own", own=1.0)


def _ratings_a_day(rated: Sequence[Rated], visitors_a_day: Figure | None) -> Figure:
    ratings = sum(int(each.blocks.counts.sum()) for each in rated)
    days = sum(each.covered_days for each in rated)
    if ratings and days > 0:
        return Figure(value=ratings / days, source="own", own=1.0)
    if visitors_a_day is not None:
        source: Source = "told" if visitors_a_day.source == "told" else "visitors"
        return Figure(value=RESPONSE_RATE * visitors_a_day.value, source=source)
    return Figure(value=RATINGS_A_DAY, source="default")


def _days_per_week(rated: Sequence[Rated]) -> Figure:
    weeks = sum(each.weeks for each in rated)
    days = sum(each.open_days for each in rated)
    if weeks == 0 or days == 0:
        return Figure(value=DAYS_PER_WEEK, source="default")
    return Figure(value=days / weeks, source="own", own=1.0)
