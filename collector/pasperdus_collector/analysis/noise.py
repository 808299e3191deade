"""How much an outcome varies from week to week while nothing changes: what a plan rests on.

Ratings of a day, and of a week, resemble one another, so twice the ratings are not twice the
knowledge (A. Donner and N. Klar, Design and Analysis of Cluster Randomization Trials in Health
Research, 2000, ch. 5). Whatever the outcome, a plan needs only the :class:`Noise` of one week.
"""

from dataclasses import dataclass, replace
from math import inf, sqrt
from typing import Protocol

from pasperdus_collector.analysis.release_blocks import LEAST_RATINGS

MATCHING_COST = 0.25
"""By how much matching weekdays and hours widens the variance of single ratings at a block a day,
and less by as much as there are more: whole blocks only can be matched. Measured by simulation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """Standard deviations, in the outcome's unit.

    ``week_sd`` is what all days of a week share, ``day_sd`` what each of its ``days`` adds.
    ``lost`` is how much of a week's days goes at the edges of an arm: the ratings of a block that
    reaches over. ``serial`` is the correlation of one week with the next. ``detrended``: the
    analysis fits a straight line beside the step, which is not easily told from a step (M6).
    ``most_df`` bounds the degrees of freedom where the spread is judged from few independent
    stretches.
    """

    week_sd: float
    day_sd: float = 0.0
    days: float = 1.0
    lost: float = 0.0
    serial: float = 0.0
    detrended: bool = False
    most_df: float = inf

    @property
    def weekly_variance(self) -> float:
        """Return the variance of one week's figure, among many weeks."""
        return self.week_sd**2 + self.day_sd**2 / self.days

    def mean_variance(self, weeks: float) -> float:
        """Return the variance of the mean of so many weeks in a row, if these were independent."""
        if weeks <= self.lost:
            return inf
        return self.week_sd**2 / weeks + self.day_sd**2 / self.days / (weeks - self.lost)


class Planned(Protocol):
    """An outcome that a trial can be planned for."""

    @property
    def largest(self) -> float:
        """Return the largest change that there can be, in the outcome's unit."""

    def noise(self, change: float) -> Noise:
        """Return how much a week varies once the outcome has changed by that much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratings:
    """How ratings come: how many on an open day, open days a week, and how they resemble.

    Two ratings of a week correlate by ``rho_week``, two of a day by ``rho_day`` more.
    """

    ratings_a_day: float
    days_per_week: float
    rho_day: float
    rho_week: float

    @property
    def design_effect(self) -> float:
        """Return how many times more a week's mean varies than one of independent ratings."""
        return design_effect(
            self.ratings_a_day, self.rho_day, self.rho_week, days_per_week=self.days_per_week
        )

    def noise(self, variance: float) -> Noise:
        """Return the noise of a week's mean, where one rating alone has this variance."""
        matching = 1 + MATCHING_COST * min(1.0, LEAST_RATINGS / self.ratings_a_day)
        alone = (1 - self.rho_day - self.rho_week) * matching
        day_variance = variance * (self.rho_day + alone / self.ratings_a_day)
        # Days of few ratings are published together: fewer and quieter "days" of the same week.
        blocks = self.ratings_a_day * self.days_per_week / LEAST_RATINGS
        days = min(self.days_per_week, max(1.0, blocks))
        return Noise(
            week_sd=sqrt(variance * self.rho_week),
            day_sd=sqrt(day_variance * days / self.days_per_week),
            days=days,
            lost=1 / blocks,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """The share satisfied, 0 to 1; a change is one for the better."""

    share: float
    ratings: Ratings

    @property
    def largest(self) -> float:
        """Return the change after which everybody is satisfied."""
        return 1 - self.share

    def noise(self, change: float) -> Noise:
        """Return the noise at the changed share, whose p (1 - p) is another.

        Days and weeks are taken to add as much to the logit as before. Near 100 % that moves the
        share less, by p (1 - p): so the correlation shrinks in proportion.
        """
        share = min(1.0, self.share + change)
        variance, before = share * (1 - share), self.share * (1 - self.share)
        shrunk = variance / before if before > 0 else 0.0
        changed = replace(
            self.ratings,
            rho_day=self.ratings.rho_day * shrunk,
            rho_week=self.ratings.rho_week * shrunk,
        )
        return changed.noise(variance)


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """The index of 0 to 100; ``sd`` is the standard deviation of one rating."""

    index: float
    sd: float
    ratings: Ratings

    @property
    def largest(self) -> float:
        """Return the change after which everybody chooses the best score."""
        return 100 - self.index

    def noise(self, change: float) -> Noise:
        """Return the same noise at any index."""
        del change
        return self.ratings.noise(self.sd**2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weekly:
    """An outcome of one figure a week: minutes, persons, tallies, the logarithm of a count."""

    weekly_sd: float
    serial: float = 0.0
    detrended: bool = False
    most_df: float = inf

    @property
    def largest(self) -> float:
        """Return infinity."""
        return inf

    def noise(self, change: float) -> Noise:
        """Return the same noise after any change."""
        del change
        return Noise(
            week_sd=self.weekly_sd,
            serial=self.serial,
            detrended=self.detrended,
            most_df=self.most_df,
        )


def design_effect(
    ratings_a_day: float, rho_day: float, rho_week: float = 0.0, *, days_per_week: float = 5.0
) -> float:
    """Return how many times more a mean of weeks varies than one of independent ratings.

    1 + (m - 1) rho_day + (k m - 1) rho_week for k days of m ratings: the design effect of Donner
    and Klar, with weeks as a second level.
    """
    a_week = days_per_week * ratings_a_day
    return 1 + (ratings_a_day - 1) * rho_day + (a_week - 1) * rho_week
