"""What a comparison is computed from: two arms, and what the register says of the trial.

Days are proleptic Gregorian ordinals of the local date (0001-01-01 is 1), weeks the ordinal of
their Monday, hours those of the clock on the wall. Ratings come in release blocks only, so that
nothing computed from them tells more than the blocks that everybody can read (decision 11).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal, Self

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

Design = Literal["randomised", "control", "before_after"]
Status = Literal["planned", "running", "ended", "ended_early"]
SCORES = 5  # columns of counts; those above the scale are zero


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Columns of the same length."""

    def rows(self, kept: Bools) -> Self:
        """Return those rows of every column for which ``kept`` is true."""
        return replace(
            self, **{each.name: _rows(getattr(self, each.name), kept) for each in fields(self)}
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockTable(Table):
    """Release blocks of ratings, one row each, that lie wholly within an arm.

    ``counts`` (n x 5) are ratings by score, worst first, bursts included; ``bursts`` (n x 5) are
    those of them that came in bursts. ``day`` is that of the block's last hour; ``hour`` stands for
    the whole block: the middle of its hours, or its last one where it spans several days.
    """

    day: Ints
    hour: Ints
    counts: Ints
    bursts: Ints

    @property
    def week(self) -> Ints:
        """Return the Monday of each block."""
        return monday(self.day)


@dataclass(frozen=True, slots=True, kw_only=True)
class HourTable(Table):
    """Local clock hours of an arm's days, one row each; several measures beside one another.

    ``entries`` and ``exits`` are persons, NaN where nothing could be known. ``open_share`` is the
    share of the hour in which the site is open, ``door_coverage`` and ``box_coverage`` the shares
    in which the counting and the rating sensors worked.
    """

    day: Ints
    hour: Ints
    entries: Floats
    exits: Floats
    open_share: Floats
    door_coverage: Floats
    box_coverage: Floats

    @property
    def week(self) -> Ints:
        """Return the Monday of each hour's day."""
        return monday(self.day)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayTable(Table):
    """Local days of an arm on which the site was open, one row each.

    ``entries`` are persons counted (corrected where a calibration was in force throughout), NaN
    where the day is not known. ``tallies`` are counts by what was tallied.
    """

    day: Ints
    open_hours: Floats
    entries: Floats
    coverage: Floats
    public_holiday: Bools
    school_holiday: Bools
    tallies: Mapping[str, Floats] = field(default_factory=dict)

    @property
    def week(self) -> Ints:
        """Return the Monday of each day."""
        return monday(self.day)


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekFigures(Table):
    """One figure a week, such as a mean stay in minutes; ``error`` is half of a 95 % interval.

    Weeks without a figure are left out. ``n`` is what it rests on: visits, waits, quarter-hours.
    """

    week: Ints
    value: Floats
    error: Floats
    n: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekFacts:
    """A calendar week of an arm. ``is_full``: all its open days are over and within the arm."""

    week: int
    open_days: int
    is_full: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """``[start_ms, end_ms)`` in milliseconds since 1970 UTC, of one period of the register."""

    period: str
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """One side of a comparison: everything measured in its periods, exclusions taken out.

    ``figures`` are by measure: ``stay_minutes``, ``wait_minutes``, ``service_minutes``,
    ``occupancy``. ``straddling`` are ratings in blocks that reach over an edge of a period or into
    an excluded day, so that they belong to no arm.
    """

    title: str
    ranges: tuple[Range, ...]
    weeks: tuple[WeekFacts, ...]
    blocks: BlockTable
    hours: HourTable
    days: DayTable
    figures: Mapping[str, WeekFigures] = field(default_factory=dict)
    straddling: int = 0

    @property
    def full_weeks(self) -> int:
        """Return how many whole weeks the arm has."""
        return sum(week.is_full for week in self.weeks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstance:
    """Something else that changed, as the register tells it."""

    at_ms: int
    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LateChange:
    """A change of the plan after the trial began: of what, when and why."""

    at_ms: int
    what: str
    why: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibrated:
    """A manual count of a line that came into force at ``from_ms``."""

    line: str
    from_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the register says of a trial.

    ``outcome`` is a key of :mod:`pasperdus_collector.analysis.outcomes`; ``delta`` the smallest
    change that matters, in its unit; ``prototypes`` how many are compared with one baseline (M12).
    ``planned_end_ms`` is None while nobody planned any. ``planned_weeks`` are the prototype's: of a
    randomised trial the weeks in which it is there.
    """

    prototype: str
    title: str
    design: Design
    outcome: str
    delta: float
    status: Status
    planned_start_ms: int
    planned_end_ms: int | None
    planned_weeks: int
    prototypes: int = 1
    seed: int | None = None
    late_changes: tuple[LateChange, ...] = ()
    circumstances: tuple[Circumstance, ...] = ()
    override: tuple[str, str] | None = None
    """What was decided otherwise (keep, discuss or drop) and why; None while nothing was."""

    changed: str = ""
    """What was changed, in the words of those who try it; ``hypothesis`` is what they expect."""

    hypothesis: str = ""

    is_declared: bool = True
    """The arms are those that the register declared, not others that somebody asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """All that a comparison is computed from; ``question`` and ``scale`` are of the ratings.

    ``other_question`` names what the arms were asked where it differs: then ratings are not
    compared. ``pairs`` are the weeks (baseline, prototype) that a randomised schedule put together.
    ``control`` are the same two periods of the site where nothing changed. ``now_ms`` is when it
    was asked; data end at ``data_end_ms``.
    """

    site: str
    site_title: str
    time_zone: str
    question: str | None
    scale: int
    plan: Plan
    baseline: Arm
    prototype: Arm
    now_ms: int
    data_end_ms: int
    other_question: str | None = None
    hours_are_told: bool = True
    excludes_staff: bool = False
    pairs: tuple[tuple[int, int], ...] = ()
    control: tuple[Arm, Arm] | None = None
    control_title: str = ""
    calibrations: tuple[Calibrated, ...] = ()


def monday(day: Ints) -> Ints:
    """Return the ordinal of the Monday of each day's week."""
    return day - (day - 1) % 7  # ordinal 1 was a Monday


def weekday(day: Ints) -> Ints:
    """Return 0 for Monday to 6 for Sunday."""
    return (day - 1) % 7


def _rows(column: Any, kept: Bools) -> Any:
    """Return rows of a column, or of each where several have names, such as tallies."""
    if isinstance(column, Mapping):
        return {name: each[kept] for name, each in column.items()}
    return column[kept]
