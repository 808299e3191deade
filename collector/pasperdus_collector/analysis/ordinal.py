"""The whole distribution of scores, not only who was satisfied (M3).

A prototype may move people from the worst score to the second worst, which no share of satisfied
shows. Counts are by score, worst first, one row a cluster: a week, or a day where weeks are few.
"""

from math import exp

import numpy as np
from statsmodels.stats.nonparametric import rank_compare_2ordinal

from pasperdus_collector.analysis.inputs import Floats, Ints
from pasperdus_collector.analysis.jackknife import t_quantile, two_arms
from pasperdus_collector.analysis.proportional_odds import proportional_odds
from pasperdus_collector.analysis.result import Interval, Ordinal

_MOST_LOG_ODDS = 100.0
"""Beyond, an odds ratio says only that there are too few ratings for one."""


def ordinal(a_counts: Floats | Ints, b_counts: Floats | Ints, *, alpha: float) -> Ordinal | None:
    """Return how the scores of B (G_B x k) compare with those of A (G_A x k).

    Superiority is P(B > A) + P(B = A) / 2, for one rating drawn from each (E. Brunner and U.
    Munzel, Biometrical Journal 42, 2000); 0.5 where neither is better. Its standard error, and that
    of the index, leave out one cluster at a time in each arm (:mod:`.jackknife`), so that ratings
    within a cluster may resemble one another. The odds ratio assumes that B does the same at each
    cut (:mod:`.proportional_odds`); ``cuts`` show whether it does. All by Student's t, with Welch's
    degrees of freedom. None with fewer than two clusters of ratings in an arm; without odds ratio
    where the scores of the two arms do not overlap.
    """
    a, b = _rated(a_counts), _rated(b_counts)
    if min(len(a), len(b)) < 2:
        return None
    superior = two_arms(a, b, _superiority)
    difference = two_arms(a, b, lambda of_a, of_b: _indices(of_b) - _indices(of_a))
    odds, odds_interval = _odds(a, b, superior.df, alpha) or (None, None)
    return Ordinal(
        superiority=superior.value,
        superiority_interval=_within(superior.interval(alpha), 0, 1),
        odds_ratio=odds,
        odds_interval=odds_interval,
        cuts=tuple(float(cut) for cut in _above(b.sum(axis=0)) - _above(a.sum(axis=0))),
        index_difference=difference.value,
        index_interval=_within(difference.interval(alpha), -100, 100),
    )


def index(counts: Floats | Ints) -> float:
    """Return the mean of 100 i / (k - 1), i = 0 for the worst of k scores: 0 to 100.

    NaN where nobody rated. It takes the steps between scores as equal, which nobody knows; those
    who had smiley terminals before know this figure.
    """
    return float(_indices(counts.reshape(1, -1))[0])


def _indices(counts: Floats | Ints) -> Floats:
    """Return the index of each of several rows of counts (... x k)."""
    worth = np.linspace(0, 100, counts.shape[-1])
    with np.errstate(invalid="ignore"):  # nobody rated
        return np.asarray(counts @ worth / counts.sum(axis=-1), dtype=np.float64)


def _superiority(a_totals: Floats, b_totals: Floats) -> Floats:
    """Return P(B > A) + P(B = A) / 2 for each pair of totals (... x k)."""
    pairs = np.broadcast_arrays(a_totals, b_totals)
    # The library also offers variances of independent ratings: none where all scores are equal.
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.array(
            [rank_compare_2ordinal(b, a).prob1 for a, b in zip(*pairs, strict=True)],
            dtype=np.float64,
        )


def _odds(a: Floats, b: Floats, df: float, alpha: float) -> tuple[float, Interval] | None:
    """Return the odds ratio of a higher score in B, and its interval; None where there is none."""
    of_a, of_b = np.flatnonzero(a.sum(axis=0)), np.flatnonzero(b.sum(axis=0))
    if of_a[-1] <= of_b[0] or of_b[-1] <= of_a[0]:
        return None  # they do not overlap: it is infinite, zero, or anything if all are equal
    arms = np.repeat([-0.5, 0.5], [len(a), len(b)])[:, None]
    fit = proportional_odds(np.vstack([a, b]), arms, np.arange(len(arms)))
    if fit is None:
        return None
    log_odds = float(fit.coefficients[0])
    half = t_quantile(alpha, df) * float(fit.standard_errors[0])
    if abs(log_odds) + half > _MOST_LOG_ODDS:
        return None
    return exp(log_odds), Interval(
        low=exp(log_odds - half), high=exp(log_odds + half), level=1 - alpha
    )


def _above(counts: Floats) -> Floats:
    """Return the share above each cut, from the lowest."""
    return np.asarray(1 - counts.cumsum()[:-1] / counts.sum(), dtype=np.float64)


def _rated(counts: Floats | Ints) -> Floats:
    """Return the clusters in which anybody rated."""
    return np.asarray(counts[counts.sum(axis=1) > 0], dtype=np.float64)


def _within(interval: Interval, least: float, most: float) -> Interval:
    return Interval(
        low=max(least, interval.low), high=min(most, interval.high), level=interval.level
    )
