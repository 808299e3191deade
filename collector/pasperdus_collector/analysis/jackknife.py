"""Standard errors by leaving out one cluster at a time.

Ratings of one day, and of one week, resemble one another: the same agents, the same weather, the
same queue. So the unit that varies independently is the week, and the standard error comes from
computing the whole figure again without each week (B. Efron, The Jackknife, the Bootstrap and Other
Resampling Plans, 1982; for surveys K. M. Wolter, Introduction to Variance Estimation, 2007, ch. 4).

Whatever can be written as a function of sums can be jackknifed here: sums of a cluster are taken
off the totals, so that no data are looked at twice.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import hypot, inf, isfinite, sqrt

import numpy as np
from scipy import special

from pasperdus_collector.analysis.inputs import Floats, Ints
from pasperdus_collector.analysis.result import Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A figure with its standard error, in its own unit, and the degrees of freedom of that."""

    value: float
    standard_error: float
    df: float
    clusters: int

    def interval(self, alpha: float) -> Interval:
        """Return the two-sided interval of level 1 - ``alpha``, by Student's t."""
        return self.widened(t_quantile(alpha, self.df), level=1 - alpha)

    def widened(self, times: float, *, level: float) -> Interval:
        """Return the interval of so many standard errors each way."""
        half = times * self.standard_error if self.standard_error > 0 else 0.0  # not inf * 0
        return Interval(low=self.value - half, high=self.value + half, level=level)

    @property
    def p_value(self) -> float:
        """Return the two-sided p-value of "no difference", by Student's t."""
        if self.standard_error == 0:
            return 1.0 if self.value == 0 else 0.0
        return float(2 * special.stdtr(self.df, -abs(self.value) / self.standard_error))


def two_arms(
    a_sums: Floats, b_sums: Floats, statistic: Callable[[Floats, Floats], Floats]
) -> Estimate:
    """Return a figure of two arms, such as their difference: standard errors in quadrature.

    Sums (G x ...) are additive ones by cluster; ``statistic`` maps totals of both (... x ...) to
    figures, one for each leading index. One cluster of one arm is left out at a time; replicates
    that are not finite (a stratum that only one week knows) are left out. Each arm needs two
    clusters: with one the standard error is infinite. Degrees of freedom are Welch's: with 6 weeks
    against 30, nearly all that is unsure rests on 6.
    """
    a_total, b_total = a_sums.sum(axis=0)[None], b_sums.sum(axis=0)[None]
    with np.errstate(divide="ignore", invalid="ignore"):
        value = float(statistic(a_total, b_total)[0])
        a_variance = _variance(statistic(a_total - a_sums, b_total))
        b_variance = _variance(statistic(a_total, b_total - b_sums))
    return Estimate(
        value=value,
        standard_error=sqrt(a_variance + b_variance),
        df=welch_df(a_variance, len(a_sums), b_variance, len(b_sums)),
        clusters=len(a_sums) + len(b_sums),
    )


def difference(b: Estimate, a: Estimate) -> Estimate:
    """Return ``b`` less ``a`` of two independent estimates, such as of two sites."""
    return Estimate(
        value=b.value - a.value,
        standard_error=hypot(a.standard_error, b.standard_error),
        df=welch_df(a.standard_error**2, a.df + 1, b.standard_error**2, b.df + 1),
        clusters=a.clusters + b.clusters,
    )


def welch_df(a_variance: float, a_clusters: float, b_variance: float, b_clusters: float) -> float:
    """Return Welch and Satterthwaite's degrees of freedom of two variances of means.

    At least 1, at most those of the pooled test (B. L. Welch, Biometrika 34, 1947).
    """
    if not isfinite(a_variance + b_variance) or a_variance + b_variance == 0:
        return 1.0 if not isfinite(a_variance + b_variance) else a_clusters + b_clusters - 2
    spread = a_variance**2 / max(1, a_clusters - 1) + b_variance**2 / max(1, b_clusters - 1)
    return float(max(1.0, (a_variance + b_variance) ** 2 / spread))


def by_cluster(clusters: Ints, values: Floats | Ints) -> tuple[Ints, Floats]:
    """Return the clusters in order, and the sums of ``values`` (n x ...) over each (G x ...)."""
    ids, where = np.unique(clusters, return_inverse=True)
    sums = np.zeros((len(ids), *values.shape[1:]))
    np.add.at(sums, where, values)
    return ids, sums


def t_quantile(alpha: float, df: float) -> float:
    """Return how many standard errors a two-sided interval of level 1 - ``alpha`` reaches."""
    return float(-special.stdtrit(df, alpha / 2)) if df >= 1 else inf


def _variance(replicates: Floats) -> float:
    """Return the jackknife's variance: (G - 1) / G times the sum of squares about their mean."""
    known = replicates[np.isfinite(replicates)]
    if len(known) < 2:
        return inf
    return (len(known) - 1) / len(known) * float(np.square(known - known.mean()).sum())
