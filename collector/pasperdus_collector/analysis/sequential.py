"""Intervals that hold however often one looks (M13).

Whoever looks every day at an interval of 95 % and stops when it excludes zero is fooled in nearly
half of all trials. A confidence sequence holds at all looks together. Ours is the asymptotic one of
I. Waudby-Smith, D. Arbour, R. Sinha, E. H. Kennedy and A. Ramdas, Time-uniform central limit theory
and asymptotic confidence sequences (arXiv 2103.06476), theorem 2.2 with the tuning of its
appendix B.2, over weeks instead of persons: weeks are what varies independently.
"""

from math import inf, log, sqrt

from scipy import special

from pasperdus_collector.analysis.jackknife import Estimate
from pasperdus_collector.analysis.result import Interval

FIRST_WEEK = 4
"""Full weeks before which nothing is said: the theory is one of long sequences."""


def tuning(t_opt: float, *, alpha: float) -> float:
    """Return rho, which makes the sequence narrowest after ``t_opt`` observations."""
    return sqrt((-2 * log(alpha) + log(-2 * log(alpha) + 1)) / t_opt)


def half_width_multiplier(t: float, *, alpha: float, t_opt: float) -> float:
    """Return the half-width after ``t`` observations, in standard errors of the mean of all.

    sqrt(t) * sqrt(2 (t rho^2 + 1) / (t^2 rho^2) * ln(sqrt(t rho^2 + 1) / alpha)): normal errors.
    """
    rho2 = tuning(t_opt, alpha=alpha) ** 2
    return sqrt(t) * sqrt(2 * (t * rho2 + 1) / (t * t * rho2) * log(sqrt(t * rho2 + 1) / alpha))


def always_valid(
    estimate: Estimate, *, weeks: int, planned_weeks: int, alpha: float
) -> Interval | None:
    """Return the interval after so many full weeks; None before the fourth.

    With few weeks the standard error itself is uncertain: the normal multiplier is mapped to
    Welch's t by its tail probability.
    """
    if weeks < FIRST_WEEK:
        return None
    normal = half_width_multiplier(weeks, alpha=alpha, t_opt=max(FIRST_WEEK, planned_weeks))
    tail = float(special.ndtr(-normal))
    times = float(-special.stdtrit(estimate.df, tail)) if tail > 0 else inf
    return estimate.widened(times, level=1 - alpha)
