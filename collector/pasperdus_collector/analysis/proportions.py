"""Shares and their plain intervals: of one arm (M1), of two, and of two over strata.

The intervals of two arms take each rating as independent of all others. They stand beside the
primary comparison for those who want to see what that would have claimed; verdicts rest on none.
"""

from math import isfinite

import numpy as np
from statsmodels.stats.contingency_tables import StratifiedTable
from statsmodels.stats.proportion import confint_proportions_2indep

from pasperdus_collector.analysis.inputs import Floats
from pasperdus_collector.analysis.result import Interval
from pasperdus_collector.analysis.score_interval import score_interval


def wilson(k: float, n: float, *, deff: float | None, alpha: float) -> Interval | None:
    """Return the interval of the share k / n, of 0 to 1; None without ratings.

    Wilson's (:mod:`.score_interval`). Ratings of a week resemble one another, so that n and k are
    divided by ``deff`` (:mod:`.dispersion`) first; it is taken for 1 where nobody knows.
    """
    if n <= 0:
        return None
    effect = 1.0 if deff is None else deff
    low, high = score_interval(k / effect, n / effect, alpha=alpha)
    return Interval(low=low, high=high, level=1 - alpha)


def newcombe(k_a: float, n_a: float, k_b: float, n_b: float, *, alpha: float) -> Interval | None:
    """Return the simple interval of k_b / n_b - k_a / n_a; None where an arm has no ratings.

    R. G. Newcombe, Interval estimation for the difference between independent proportions,
    Statistics in Medicine 17, 1998, method 10: from the Wilson bounds of both shares. Takes
    ratings as independent of one another.
    """
    if n_a <= 0 or n_b <= 0:
        return None
    low, high = confint_proportions_2indep(
        k_b, n_b, k_a, n_a, method="newcomb", compare="diff", alpha=alpha
    )
    return Interval(low=float(low), high=float(high), level=1 - alpha)


def mantel_haenszel(tables: Floats, *, alpha: float) -> tuple[float, Interval] | None:
    """Return the odds ratio common to all strata, and its interval; above 1, B is more satisfied.

    ``tables`` (S x 2 x 2) are numbers of ratings by stratum: first prototype, then baseline; first
    satisfied, then not. OR = sum(a d / n) / sum(b c / n) (N. Mantel and W. Haenszel, Journal of the
    National Cancer Institute 22, 1959), with the variance of its logarithm by J. Robins, N. Breslow
    and S. Greenland, Biometrics 42, 1986. Assumes one odds ratio in all strata, and
    ratings that are independent of one another. None where the strata tell no finite one.
    """
    known = np.asarray(tables, dtype=np.float64)[np.sum(tables, axis=(1, 2)) > 0]
    if not len(known):
        return None
    # Without anybody dissatisfied in one arm the odds ratio is infinite: told by its value.
    with np.errstate(divide="ignore", invalid="ignore"):
        strata = StratifiedTable(np.moveaxis(known, 0, 2))
        odds = float(strata.oddsratio_pooled)
        if not (isfinite(odds) and odds > 0):
            return None
        low, high = strata.oddsratio_pooled_confint(alpha=alpha)
    if not isfinite(low + high):
        return None
    return odds, Interval(low=float(low), high=float(high), level=1 - alpha)
