"""What a comparison says: records only, in the units that they name. Shares are 0 to 1.

Everything in it is made of sums of release blocks (decision 11), so all of it may be shown.
"""

from dataclasses import dataclass
from typing import Literal

from pasperdus_collector.analysis.outcomes import OF_RATINGS

Clusters = Literal["weeks", "days", "pairs"]
VerdictCode = Literal[
    "insufficient",
    "too_early",
    "better_so_far",
    "worse_so_far",
    "too_early_running",
    "better_small",
    "worse_small",
    "better",
    "worse",
    "same",
    "unclear",
]
Advice = Literal["keep", "discuss", "drop"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """Bounds in the unit of what they bound; ``level`` is their confidence, such as 0.95."""

    low: float
    high: float
    level: float

    @property
    def excludes_zero(self) -> bool:
        """Return whether zero lies outside."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """Prototype minus baseline, in the unit of its outcome.

    ``fixed`` holds when looked at once, at the planned end; ``always`` (None before the fourth full
    week) holds however often one looks; ``simple`` ignores that ratings of a week resemble one
    another, and stands beside for those who want to see what that costs. ``used`` is the one that
    the verdict rests on. ``p_value`` belongs to ``fixed``.
    """

    value: float
    standard_error: float
    df: float
    clusters: Clusters
    fixed: Interval
    always: Interval | None
    used: Literal["fixed", "always"]
    simple: Interval | None
    p_value: float | None

    @property
    def interval(self) -> Interval | None:
        """Return the interval that the verdict rests on; None before it may be read."""
        return self.always if self.used == "always" else self.fixed


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The first row of the wording table that matches; see :mod:`.wording` for the words.

    ``cause`` says why data are insufficient; ``weeks_left`` how many are missing; ``missed`` the
    smallest change that would have been found in four of five trials, in the outcome's unit.
    """

    code: VerdictCode
    cause: str | None = None
    weeks_left: int | None = None
    missed: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmFacts:
    """What stands beside each figure of an arm."""

    title: str
    ranges: tuple[tuple[int, int], ...]
    full_weeks: int
    weeks: int
    ratings: int
    satisfied: int
    straddling: int
    by_score: tuple[int, ...]
    share: float | None
    share_interval: Interval | None
    """M1, Wilson on the effective number."""

    index: float | None
    deff: float | None
    independent: float | None
    """M4: how many independent ratings they are worth."""

    entries: float
    exits: float
    response_rate: float | None
    box_coverage: float
    door_coverage: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratum:
    """Weekdays and hours that are compared with one another; ``weight`` sums to 1 over all."""

    cells: tuple[tuple[int, int], ...]
    """Pairs of weekday (0 Monday) and the first hour of a three-hour slot."""

    weight: float
    baseline_ratings: int
    baseline_satisfied: int
    prototype_ratings: int
    prototype_satisfied: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordinal:
    """M3: the whole distribution. ``superiority`` is P(B > A) + P(B = A) / 2.

    ``odds_ratio`` is that of proportional odds; ``cuts`` the difference of the share above each
    cut, from the lowest.
    """

    superiority: float
    superiority_interval: Interval
    odds_ratio: float | None
    odds_interval: Interval | None
    cuts: tuple[float, ...]
    index_difference: float
    index_interval: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseRate:
    """M8: ratings per passage out in both arms. ``ratio`` is prototype over baseline.

    ``is_changed``: it changed by over 20 %. ``worst``: what the shares of *all* leaving visitors
    could be, (low, high) of each arm. ``tipping``: by how much (share) those
    who answer in one arm only would have to be less satisfied than the others (negative: more) for
    the difference to vanish; None where it cannot.
    """

    baseline: float
    prototype: float
    ratio: float
    ratio_interval: Interval
    is_changed: bool
    worst_baseline: tuple[float, float]
    worst_prototype: tuple[float, float]
    tipping: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Secondary:
    """M15: another outcome, never a verdict. ``adjusted_p`` is Holm's over all of them."""

    outcome: str
    baseline: float | None
    prototype: float | None
    effect: float | None
    interval: Interval | None
    p_value: float | None
    adjusted_p: float | None
    why_not: str | None = None
    """A code that says why there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitivity:
    """The primary outcome computed otherwise; None where too little is left to show it."""

    how: str
    effect: float | None
    interval: Interval | None
    verdict: VerdictCode
    changes_verdict: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Caveat:
    """A code of :mod:`.wording`, and the figures that its sentence names."""

    code: str
    figures: tuple[tuple[str, str | float | int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """M7: the same comparison where nothing changed, and the difference of differences."""

    title: str
    effect: float
    interval: Interval
    difference: float | None
    difference_interval: Interval | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """One week of an arm, for the chart: ratings are those of blocks that end in it."""

    week: int
    arm: Literal["baseline", "prototype"]
    is_full: bool
    ratings: int
    satisfied: int
    entries: float
    exits: float
    coverage: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HourCell:
    """One cell of the weekday x three-hour map, for the chart."""

    arm: Literal["baseline", "prototype"]
    weekday: int
    first_hour: int
    ratings: int
    satisfied: int
    entries: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Recompute:
    """What is needed to compute it again; ``inputs_sha256`` is of the inputs as JSON."""

    version: str
    inputs_sha256: str
    seed: int | None
    alpha: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The verdict and what stands beside it: what a page shows first."""

    site: str
    site_title: str
    time_zone: str
    question: str | None
    scale: int
    prototype: str
    title: str
    design: str
    status: str
    outcome: str
    unit: str
    delta: float
    planned_end_ms: int | None
    data_end_ms: int
    baseline: ArmFacts
    tried: ArmFacts
    verdict: Verdict
    effect: Effect | None
    unmatched_weight: float | None
    response: ResponseRate | None
    advice: Advice | None
    """None while there is nothing to advise on."""

    override: tuple[str, str] | None
    is_controlled: bool = False
    """The effect is the difference of the changes here and at the control site."""

    @property
    def guardrail(self) -> Literal["holds", "broken", "unknown"]:
        """Return whether as many people answer as before (M8); it holds where nobody is asked."""
        if self.outcome not in OF_RATINGS:
            return "holds"
        if self.response is None:
            return "unknown"
        return "broken" if self.response.is_changed else "holds"

    changed: str = ""
    """What was changed, as the register tells it."""

    hypothesis: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """All the rest."""

    strata: tuple[Stratum, ...]
    mantel_haenszel: tuple[float, Interval] | None
    ordinal: Ordinal | None
    control: Control | None
    secondary: tuple[Secondary, ...]
    sensitivity: tuple[Sensitivity, ...]
    caveats: tuple[Caveat, ...]
    weeks: tuple[Week, ...]
    cells: tuple[HourCell, ...]
    recompute: Recompute


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The result object."""

    answer: Answer
    details: Details
