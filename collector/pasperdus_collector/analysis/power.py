"""How many weeks a question needs (M14): which change a trial of so many weeks would find.

"Found" means what the report means by it: at the planned end the interval lies wholly on the right
side of zero. A change is *detectable* when four of five such trials find it. Changes are in the
outcome's unit (0.05 of a share is 5 points) and above zero; weeks are full ones, of each side.

With few weeks the standard error is itself uncertain. So chances are means over what it may turn
out to be (chi-squares on the weeks of each side, Welch's degrees of freedom from these, as the
comparison does it), or follow the noncentral t (J. Cohen, Statistical Power Analysis for the
Behavioral Sciences, 2nd ed., 1988, ch. 2): not the normal quantiles of the textbook's 2.80.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from math import inf, isfinite, sqrt

import numpy as np
from scipy import special, stats
from scipy.optimize import brentq

from pasperdus_collector.analysis.inputs import Design, Floats
from pasperdus_collector.analysis.jackknife import t_quantile, welch_df
from pasperdus_collector.analysis.noise import Noise, Planned, design_effect

ALPHA = 0.05
POWER = 0.8
MIN_WEEKS = 2  # of each side: one week does not tell its own spread
FEW_WEEKS = 6  # of each side; with fewer, days are looked at beside weeks
WITHIN_A_YEAR = 52
_FAR = 100.0  # weekly standard deviations: two weeks a side detect ten of them
_NEAR = 1e-9  # of that: found as seldom as no change at all
_PARTS = 24  # into which what a variance may turn out to be is cut; under half a point of power


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is asked of a trial. ``alpha`` is shared by the prototypes of one baseline (M12).

    ``fewest_weeks`` of each side are those under which the method tells nothing at all.
    """

    design: Design = "before_after"
    alpha: float = ALPHA
    power: float = POWER
    fewest_weeks: int = MIN_WEEKS


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePoint:
    """What so many weeks a side detect; None where no change that there can be is large enough."""

    weeks: int
    detectable: float | None


def mde_by_formula(
    p: float,
    ratings_a_day: float,
    days: float,
    *,
    rho_day: float,
    rho_week: float = 0.0,
    days_per_week: float = 5.0,
    alpha: float = ALPHA,
    power: float = POWER,
) -> float:
    """Return the textbook's minimum detectable change of a share, after ``days`` on each side.

    (z + z') sqrt(2 p (1 - p) DEFF / (n m)), with 1.96 + 0.84 = 2.80. It takes the standard error as
    known and both sides as equally variable, which :func:`mde` does not.
    """
    times = stats.norm.isf(alpha / 2) + stats.norm.ppf(power)
    effect = design_effect(ratings_a_day, rho_day, rho_week, days_per_week=days_per_week)
    return float(times * sqrt(2 * p * (1 - p) * effect / (days * ratings_a_day)))


def power_of(
    change: float, outcome: Planned, weeks_a: int, weeks_b: int, terms: Terms | None = None
) -> float:
    """Return the chance that a trial finds a true ``change``, as one for the better.

    0 where the design tells nothing of so few weeks, such as under 6 pairs or 6 weeks beside a
    control site.
    """
    terms = terms or Terms()
    a, b = outcome.noise(0.0), outcome.noise(change)
    fewest = min(weeks_a, weeks_b)
    if fewest < terms.fewest_weeks:
        return 0.0
    variances = _variances(a, b, weeks_a, weeks_b)
    match terms.design:
        case "randomised":
            return _power_of_pairs(change, a, b, fewest, terms.alpha)
        case "control" if fewest < FEW_WEEKS:
            return 0.0
        case "control":  # a second difference, of a site like this one where nothing changes
            sites = (variances, _variances(a, a, weeks_a, weeks_b))
            here, there = (sum(each) for each in sites)
            dfs = [welch_df(of_a, weeks_a, of_b, weeks_b) for of_a, of_b in sites]
            return _power_of_welch(change, (here, there), (dfs[0], dfs[1]), terms.alpha)
        case "before_after" if isfinite(a.most_df):
            df = min(weeks_a + weeks_b - 2, a.most_df)
            return _power_of_t(change, sqrt(sum(variances)), df, terms.alpha)
        case "before_after" if fewest < FEW_WEEKS and a.days > 1:
            return _power_of_few(change, a, b, weeks_a, weeks_b, terms.alpha)
        case "before_after":
            return _power_of_welch(change, variances, (weeks_a - 1, weeks_b - 1), terms.alpha)


def mde(outcome: Planned, weeks_a: int, weeks_b: int, terms: Terms | None = None) -> float | None:
    """Return the smallest change that is found as often as ``terms`` ask, in the outcome's unit.

    None where even the largest change that there can be is found less often.
    """
    terms = terms or Terms()

    def lacking(change: float) -> float:
        return power_of(change, outcome, weeks_a, weeks_b, terms) - terms.power

    high = min(outcome.largest, _FAR * sqrt(outcome.noise(0.0).weekly_variance))
    if high == 0 or lacking(high) < 0:
        return None
    return float(brentq(lacking, high * _NEAR, high, rtol=1e-6))


def weeks_needed(
    delta: float,
    outcome: Planned,
    terms: Terms | None = None,
    *,
    weeks_a: int | None = None,
    most: int = WITHIN_A_YEAR,
) -> int | None:
    """Return after how many weeks a side ``delta`` is detectable; None if not after ``most``.

    ``weeks_a`` fixes those of a baseline that is over already.
    """
    terms = terms or Terms()
    if delta > outcome.largest:
        return None
    for weeks in range(MIN_WEEKS, most + 1):
        if power_of(delta, outcome, weeks_a or weeks, weeks, terms) >= terms.power:
            return weeks
    return None


def curve(
    outcome: Planned, weeks: Iterable[int], terms: Terms | None = None
) -> tuple[CurvePoint, ...]:
    """Return the detectable change after each number of weeks a side."""
    return tuple(
        CurvePoint(weeks=each, detectable=mde(outcome, each, each, terms)) for each in weeks
    )


def fewest_pairs(alpha: float) -> int:
    """Return the pairs of weeks under which no sign-flip test rejects: 6 for 0.05."""
    pairs = 1
    while 2 / 2**pairs > alpha:
        pairs += 1
    return pairs


def _variances(a: Noise, b: Noise, weeks_a: int, weeks_b: int) -> tuple[float, float]:
    """Return those of the two means of weeks whose difference is the effect."""
    line = _beside_a_line(weeks_a, weeks_b) if a.detrended else 1.0
    return (
        line * a.mean_variance(weeks_a) * _repeated(a.serial, weeks_a),
        line * b.mean_variance(weeks_b) * _repeated(b.serial, weeks_b),
    )


def _repeated(serial: float, weeks: int) -> float:
    """Return by how much serial correlation multiplies the variance of a mean.

    1 + 2 sum (1 - j / n) r^j: G. E. P. Box, G. M. Jenkins and G. C. Reinsel, Time Series Analysis,
    ch. 2, for a first-order autoregression.
    """
    lags = np.arange(1, weeks)
    return float(1 + 2 * np.sum((1 - lags / weeks) * serial**lags))


def _beside_a_line(weeks_a: int, weeks_b: int) -> float:
    """Return by how much a straight line beside the step multiplies the variance of the step.

    The variance inflation factor 1 / (1 - R^2); near 4 for two equal sides.
    """
    weeks = weeks_a + weeks_b
    step = (np.arange(weeks) >= weeks_a).astype(np.float64)
    r = np.corrcoef(step, np.arange(weeks))[0, 1]
    return float(1 / (1 - r * r)) if r * r < 1 else np.inf


def _power_of_t(change: float, error: float, df: float, alpha: float) -> float:
    if error == 0 or error == inf:
        return float(error == 0)
    return float(stats.nct.sf(t_quantile(alpha, df), df, change / error))


def _power_of_pairs(change: float, a: Noise, b: Noise, pairs: int, alpha: float) -> float:
    """Return the power of flipping the signs of pair differences.

    2^n equally likely signs allow only multiples of 2 / 2^n as levels. Where only the most extreme
    one is low enough, the test finds a change exactly when all differences have its sign; with more
    pairs its power is close to that of the paired t at the level reached.
    """
    if pairs < fewest_pairs(alpha):
        return 0.0
    alike = 1 - (a.serial + b.serial) / 2  # what neighbouring weeks share drops out
    # Where every week is a stretch of its own, each loses the block at its edge.
    spread = sqrt((a.mean_variance(1) + b.mean_variance(1)) * alike)
    allowed = int(alpha * 2**pairs / 2)
    if allowed == 1:
        return float(stats.norm.cdf(change / spread) ** pairs) if 0 < spread < inf else 0.0
    return _power_of_t(change, spread / sqrt(pairs), pairs - 1, allowed * 2 / 2**pairs)


def _power_of_welch(
    change: float, variances: tuple[float, float], dfs: tuple[float, float], alpha: float
) -> float:
    """Return the power of Welch's test, whose degrees of freedom follow from what it sees."""
    true = sum(variances)
    if true in (0, inf):
        return float(true == 0)
    a = variances[0] * _chi_squares(dfs[0])[:, None]
    b = variances[1] * _chi_squares(dfs[1])[None, :]
    reach = _reach(a, dfs[0], b, dfs[1], alpha)
    return float(np.mean(special.ndtr((change - reach) / sqrt(true))))


def _power_of_few(
    change: float, a: Noise, b: Noise, weeks_a: int, weeks_b: int, alpha: float
) -> float:
    """Return the power where the wider interval of two is taken: clustered by day, and by week.

    Both standard errors are made of the same mean squares, between the weeks of each side and
    between the days of a week; the mean goes over all three.
    """
    sides = ((a, weeks_a), (b, weeks_b))
    if any(weeks <= noise.lost for noise, weeks in sides):
        return 0.0
    within = _chi_squares(sum(weeks * (noise.days - 1) for noise, weeks in sides))
    weekly, daily, true = [], [], 0.0
    for noise, weeks in sides:
        days = weeks * noise.days
        of_mean = noise.mean_variance(weeks)
        of_days = noise.day_sd**2 / noise.days / (weeks - noise.lost)
        between = of_mean * _chi_squares(weeks - 1)[:, None]
        weekly.append(between)
        # Squares of what differs within weeks and between them, in units of the mean's variance.
        squares = (days - weeks) * of_days * within + (weeks - 1) * between
        daily.append(squares / (days - 1))
        true += of_mean
    days_a, days_b = weeks_a * a.days, weeks_b * b.days
    reach = np.maximum(
        _reach(weekly[0][:, None], weeks_a - 1, weekly[1][None, :], weeks_b - 1, alpha),
        _reach(daily[0][:, None], days_a - 1, daily[1][None, :], days_b - 1, alpha),
    )
    return float(np.mean(special.ndtr((change - reach) / sqrt(true))))


def _reach(a: Floats, df_a: float, b: Floats, df_b: float, alpha: float) -> Floats:
    """Return how far an interval reaches, for variances as they were estimated."""
    total = a + b
    df = np.maximum(1.0, total**2 / (a**2 / df_a + b**2 / df_b))
    reach: Floats = -special.stdtrit(df, alpha / 2) * np.sqrt(total)
    return reach


@lru_cache(maxsize=256)
def _chi_squares(df: float) -> Floats:
    """Return equally likely values of a chi-square divided by its degrees of freedom."""
    middles = (np.arange(_PARTS) + 0.5) / _PARTS
    values: Floats = stats.chi2.ppf(middles, df) / df
    return values
