"""Shares that wander from day to day and week to week by exactly as much as asked.

Two ratings of one day agree more often than two of different weeks: that is the intraclass
correlation. ``day`` is what a common day adds to ``week``, which any two ratings of a week share;
both are of the answers (satisfied or not), as an analysis meets them, never of a hidden scale.
"""

from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
import numpy.typing as npt
from numpy.polynomial.hermite_e import hermegauss
from scipy.optimize import brentq
from scipy.special import expit

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Law = Literal["logit_normal", "beta"]

_NODES, _WEIGHTS = hermegauss(61)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()
_WIDEST = 6.0  # standard deviation of a logit beyond which there is no correlation to find


@dataclass(frozen=True, slots=True, kw_only=True)
class Resemblance:
    """Intraclass correlations: two ratings of a week agree by ``week``, of a day by both.

    ``serial`` is the correlation of what one week adds with what the next does: a season, a rumour.
    """

    day: float = 0.005
    week: float = 0.005
    serial: float = 0.0
    law: Law = "logit_normal"

    def logits(self, share: float, of_week: Ints, trials: int, rng: np.random.Generator) -> Floats:
        """Return what each day adds to the logit :meth:`centre` (trials x days).

        ``of_week`` says to which week (0, 1, …) each day belongs.
        """
        weeks = int(of_week.max()) + 1
        if self.law == "beta":
            if self.serial:
                raise ValueError("weeks of a beta law are independent: use logit_normal")
            by_week = _beta(np.full((trials, weeks), share), self.week, rng)
            # The day's own share is drawn about its week's, whose p (1 - p) is smaller on average.
            by_day = _beta(by_week[:, of_week], self.day / (1 - self.week), rng)
            return np.log(by_day) - np.log1p(-by_day)
        _, week_sd, day_sd = _logit_normal(share, self.day, self.week)
        by_week = rng.normal(0, week_sd, (trials, weeks))
        for week in range(1, weeks):
            by_week[:, week] *= np.sqrt(1 - self.serial**2)
            by_week[:, week] += self.serial * by_week[:, week - 1]
        return by_week[:, of_week] + rng.normal(0, day_sd, (trials, len(of_week)))

    def centre(self, share: float) -> float:
        """Return the logit that days and weeks are added to."""
        return 0.0 if self.law == "beta" else _logit_normal(share, self.day, self.week)[0]

    def mean_share(self, logit: Floats, share: float) -> Floats:
        """Return the mean over days and weeks of the share whose logit without them is given."""
        if self.law == "beta":
            raise ValueError("a beta law has no effects on the logit: leave them out")
        _, week_sd, day_sd = _logit_normal(share, self.day, self.week)
        return _mean(logit, float(np.hypot(week_sd, day_sd)))


def correlations(
    satisfied: Ints, ratings: Ints, expected: Floats | float, of_week: Ints
) -> tuple[float, float]:
    """Return (day, week) as measured from pairs of ratings, about the ``expected`` (true) share.

    ``satisfied`` and ``ratings`` are trials x days. The week's comes from pairs of ratings of
    different days of a week; the day's is what pairs of one day have on top.
    """
    residual = satisfied - ratings * expected
    scale = float(np.mean(np.asarray(expected) * (1 - np.asarray(expected))))
    same_rating = satisfied * (1 - 2 * np.asarray(expected)) + ratings * np.square(expected)
    same_day = np.sum(np.square(residual) - same_rating) / np.sum(ratings * (ratings - 1.0))
    weeks = np.eye(int(of_week.max()) + 1)[of_week]
    other_day = np.sum(np.square(residual @ weeks)) - np.sum(np.square(residual))
    pairs = np.sum(np.square(ratings @ weeks)) - np.sum(np.square(ratings * 1.0))
    week = other_day / pairs / scale
    return float(same_day / scale - week), float(week)


def _beta(share: Floats, correlation: float, rng: np.random.Generator) -> Floats:
    if correlation == 0:
        return share
    total = 1 / correlation - 1
    drawn = rng.beta(share * total, (1 - share) * total)
    return np.clip(drawn, 1e-9, 1 - 1e-9)


@cache
def _logit_normal(share: float, day: float, week: float) -> tuple[float, float, float]:
    """Return centre, standard deviation of weeks and of days, of the logits."""
    scale = share * (1 - share)

    def centre(spread: float) -> float:
        return float(brentq(lambda at: _mean(np.array(at), spread) - share, -30, 30))

    def variance(spread: float) -> float:
        shares = expit(centre(spread) + spread * _NODES)
        return float(_WEIGHTS @ np.square(shares - share))

    if day + week == 0:
        return centre(0.0), 0.0, 0.0
    both = float(brentq(lambda sd: variance(sd) - (day + week) * scale, 0, _WIDEST))
    at = centre(both)

    def shared(week_sd: float) -> float:
        day_sd = np.sqrt(max(0.0, both**2 - week_sd**2))
        of_week = _mean(at + week_sd * _NODES, float(day_sd))
        return float(_WEIGHTS @ np.square(of_week - share)) - week * scale

    week_sd = 0.0 if week == 0 else both if day == 0 else float(brentq(shared, 0, both))
    return at, week_sd, float(np.sqrt(both**2 - week_sd**2))


def _mean(logit: Floats, spread: float) -> Floats:
    mean: Floats = expit(np.asarray(logit)[..., None] + spread * _NODES) @ _WEIGHTS
    return mean
