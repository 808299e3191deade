"""Who answers, and what that can hide: the guardrail of every comparison of ratings (M8).

A button that is easier to reach is pressed by other people. Where more or fewer of those who leave
give their opinion, the share of satisfied may change although nobody feels otherwise.
"""

import math

import numpy as np

from pasperdus_collector.analysis.inputs import Arm, Floats, Ints
from pasperdus_collector.analysis.jackknife import by_cluster, two_arms
from pasperdus_collector.analysis.result import Interval, ResponseRate
from pasperdus_collector.analysis.standardised import worth_of_satisfied

MOST_CHANGE = 0.2
"""Relative change of the response rate up to which it is taken for the same."""

_EQUAL = 1e-9
"""Relative change below which two rates are the same but for rounding."""


def by_week(arm: Arm, scale: int) -> tuple[Ints, Floats]:
    """Return the weeks that know a rate, and their ratings, satisfied and persons out (G x 3).

    A block counts in the week in which it ends. Of the persons out only those count who could
    answer: times the share of the hour in which the box worked, or a box that fails would look like
    people who do not want to answer. Weeks in which no exit was counted tell no rate.
    """
    counts = arm.blocks.counts
    satisfied = counts @ worth_of_satisfied(scale)
    rated = np.column_stack([counts.sum(axis=1), satisfied, np.zeros(len(counts))])
    left = np.zeros((len(arm.hours.exits), 3))
    left[:, 2] = exits_past_a_box(arm)
    weeks, sums = by_cluster(
        np.concatenate([arm.blocks.week, arm.hours.week]), np.concatenate([rated, left])
    )
    known = sums[:, 2] > 0
    return weeks[known], sums[known]


def exits_past_a_box(arm: Arm) -> Floats:
    """Return by hour the persons out while the rating box worked."""
    return np.nan_to_num(arm.hours.exits) * arm.hours.box_coverage


def response_rate(a_by_week: Floats, b_by_week: Floats, *, alpha: float) -> ResponseRate | None:
    """Return how the rate of answers of B compares with that of A; None where one has none.

    Rows are weeks: ratings, satisfied, persons out (:func:`by_week`). The rate r is ratings per
    person out, a ratio of sums; the interval of r_B / r_A is that of log r_B - log r_A, leaving
    out one week at a time (:mod:`.jackknife`), Student's t with Welch's degrees of freedom. Assumes
    that exits are missed alike in both arms; with fewer than two weeks in one there is no interval,
    hence None.

    Whether it changed is told by the rate itself, not by its interval: a guardrail that is
    uncertain must not stay silent. Bounds are those of C. F. Manski, Nonparametric Bounds on
    Treatment Effects, American Economic Review 80, 1990: if r of all people answered and p of
    those were satisfied, then between r p and r p + 1 - r of all were. Where more ratings than
    exits are counted r is taken for 1.

    ``tipping`` asks how different those few would have to be who answer in one arm only: the
    share w = 1 - r_low / r_high of the ratings of the arm with the higher rate. If all others had
    stayed as satisfied as they were, those would have to be |p_B - p_A| / w apart from them.
    Positive: less satisfied than the others; negative: more. None where both rates are equal, and
    where they would have to be more satisfied than all or less than none.
    """
    a, b = _known(a_by_week), _known(b_by_week)
    if min(len(a), len(b)) < 2 or not (a[:, 0].any() and b[:, 0].any()):
        return None
    log_ratio = two_arms(a, b, lambda of_a, of_b: _log_rate(of_b) - _log_rate(of_a))
    interval = log_ratio.interval(alpha)
    if not (math.isfinite(interval.low) and interval.high < math.log(np.finfo(float).max)):
        return None
    (a_rate, a_share), (b_rate, b_share) = _rate_and_share(a), _rate_and_share(b)
    ratio = b_rate / a_rate
    return ResponseRate(
        baseline=a_rate,
        prototype=b_rate,
        ratio=ratio,
        ratio_interval=Interval(
            low=math.exp(interval.low), high=math.exp(interval.high), level=interval.level
        ),
        is_changed=abs(ratio - 1) > MOST_CHANGE,
        worst_baseline=_worst(a_rate, a_share),
        worst_prototype=_worst(b_rate, b_share),
        tipping=_tipping(a_rate, a_share, b_rate, b_share),
    )


def _known(by_week: Floats) -> Floats:
    """Return the weeks of which there is a rate."""
    return np.asarray(by_week[by_week[:, 2] > 0], dtype=np.float64)


def _log_rate(totals: Floats) -> Floats:
    """Return the logarithm of ratings per person out; minus infinity without ratings."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.log(totals[..., 0] / totals[..., 2]), dtype=np.float64)


def _rate_and_share(by_week: Floats) -> tuple[float, float]:
    ratings, satisfied, exits = by_week.sum(axis=0)
    return float(ratings / exits), float(satisfied / ratings)


def _worst(rate: float, share: float) -> tuple[float, float]:
    """Return between what the share satisfied of all can be, whoever did not answer."""
    known = min(1.0, rate)
    return known * share, known * share + (1 - known)


def _tipping(a_rate: float, a_share: float, b_rate: float, b_share: float) -> float | None:
    more_answer = b_rate > a_rate
    of_one_arm = 1 - min(a_rate, b_rate) / max(a_rate, b_rate)
    if of_one_arm < _EQUAL:
        return None
    # The others are as satisfied as the arm with the lower rate shows: there, only they answer.
    others = a_share if more_answer else b_share
    apart = (others - (b_share if more_answer else a_share)) / of_one_arm
    return apart if 0 <= others - apart <= 1 else None
