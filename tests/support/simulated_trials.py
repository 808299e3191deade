"""Trials of a reception that does not exist, drawn many at once, as an analysis is given them.

A :class:`Reception` says how many ratings come when, what they are worth and how much days and
weeks resemble themselves; a schedule is a string with a letter for each open day, such as
``weekly("AAAABBBB")``: A is the baseline, other letters are prototypes, ``-`` belongs to nobody.
:meth:`Reception.draw` draws ratings hour by hour and closes release blocks as the collector does;
:meth:`Draws.inputs` hands one trial over as it stood on a day.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import expit

from pasperdus_collector.analysis.inputs import (
    SCORES,
    Arm,
    BlockTable,
    DayTable,
    Design,
    HourTable,
    Inputs,
    Ints,
    Plan,
    Range,
    Status,
    WeekFacts,
)
from pasperdus_collector.release import K
from support.simulated_shares import Floats, Resemblance

HOURS = (9, 10, 11, 13, 14, 15, 16)
"""Clock hours with an open part: 9 to 12 h and 13:30 to 17 h."""

OPEN_SHARE = (1.0, 1.0, 1.0, 0.5, 1.0, 1.0, 1.0)
FIRST_DAY = 739_621  # Monday 5 January 2026
SATISFIED_FROM = {2: 2, 3: 3, 4: 3, 5: 4}

_FLAT = (0.0,) * 7
_EVEN = (1.0,) * 7
_CUTS = {2: (0.0,), 3: (1.2, 0.0), 4: (1.1, 0.0, -1.3), 5: (1.9, 0.9, 0.0, -1.3)}
# Logits of a score above 1, 2, …, relative to that of a satisfied one: proportional odds.
_UNIX_EPOCH_DAY = 719_163
_DAY_MS, _HOUR_MS = 86_400_000, 3_600_000
_STAYED_ON = 0.3  # of those who leave in an hour, came in the one before

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reception:
    """Where ratings are given. Effects are on the logit, traffic is relative, by weekday and hour.

    ``week_spread`` and ``day_spread`` are coefficients of variation of the ratings of a week and of
    a day beyond Poisson; ``growth`` is what each week adds to the traffic, as a share of the first.
    """

    ratings_a_day: float = 75.0
    share: float = 0.75
    resemblance: Resemblance = field(default_factory=Resemblance)
    scale: int = 5
    open_weekdays: int = 5
    weekday_effect: tuple[float, ...] = _FLAT
    hour_effect: tuple[float, ...] = _FLAT
    weekday_traffic: tuple[float, ...] = _EVEN
    hour_traffic: tuple[float, ...] = (0.9, 1.3, 1.2, 0.6, 1.1, 1.1, 0.8)
    response_rate: float = 0.2
    week_spread: float = 0.0
    day_spread: float = 0.0
    growth: float = 0.0

    def traffic(self) -> Floats:
        """Return the traffic by weekday (rows) and hour; that of a mean day sums to 1."""
        weekdays = np.array(self.weekday_traffic[: self.open_weekdays])
        hours = np.array(self.hour_traffic)
        shares: Floats = np.outer(weekdays / weekdays.mean(), hours / hours.sum())
        return shares

    def effects(self) -> Floats:
        """Return the effects on the logit by weekday (rows) and hour."""
        weekdays = np.array(self.weekday_effect[: self.open_weekdays])
        added: Floats = np.add.outer(weekdays, np.array(self.hour_effect))
        return added

    def logits(self, share: float) -> Floats:
        """Return logits by weekday and hour, such that visitors' mean share is the one given."""
        if self.resemblance.law == "beta":
            if np.ptp(self.effects()) or share != self.share:
                raise ValueError("a beta law has no effects on the logit: use logit_normal")
            return np.zeros_like(self.effects())
        weights = self.traffic() / self.traffic().sum()
        centre = self.resemblance.centre(self.share)

        def off(shift: float) -> float:
            mean = self.resemblance.mean_share(centre + self.effects() + shift, self.share)
            return float(np.sum(weights * mean)) - share

        return self.effects() + float(brentq(off, -20, 20))

    def cell_shares(self, share: float) -> Floats:
        """Return the true shares by weekday and hour, where the mean of visitors is ``share``."""
        if self.resemblance.law == "beta":
            return np.full_like(self.effects(), self.share)
        logits = self.resemblance.centre(self.share) + self.logits(share)
        return self.resemblance.mean_share(logits, self.share)

    def draw(
        self,
        schedule: str,
        *,
        trials: int,
        rng: np.random.Generator,
        effects: Mapping[str, float] | None = None,
        mixes: Mapping[str, Floats] | None = None,
    ) -> "Draws":
        """Draw that many trials; ``effects`` are true changes of the share, by letter.

        ``mixes`` multiply the ratings by weekday (rows) and hour, by letter, and keep their number:
        who answers when changes, who comes does not.
        """
        days = np.arange(len(schedule))
        week, weekday = days // self.open_weekdays, days % self.open_weekdays
        letters = sorted(set(schedule))
        which = np.array([letters.index(letter) for letter in schedule])
        shares = {letter: self.share + (effects or {}).get(letter, 0.0) for letter in letters}
        logits = np.stack([self.logits(shares[letter]) for letter in letters])[which, weekday]
        growing = 1 + self.growth * week
        visits = self.traffic()[weekday] * growing[:, None]
        mixed = {letter: _mixed(self.traffic(), (mixes or {}).get(letter)) for letter in letters}
        wanted = np.stack([mixed[letter] for letter in letters])[which, weekday] * growing[:, None]

        busy = _gamma(self.week_spread, (trials, int(week[-1]) + 1), rng)[:, week]
        busy = busy * _gamma(self.day_spread, (trials, len(schedule)), rng)
        ratings = rng.poisson(self.ratings_a_day * busy[..., None] * wanted)
        silent = np.maximum(visits / self.response_rate - wanted, 0)
        exits = ratings + rng.poisson(self.ratings_a_day * busy[..., None] * silent)

        added = self.resemblance.logits(self.share, week, trials, rng)
        at = logits + self.resemblance.centre(self.share) + added[..., None]
        counts = _scored(ratings, at, self.scale, rng)
        return Draws(
            reception=self,
            schedule=schedule,
            counts=counts,
            exits=exits.astype(np.float64),
            entries=_entries(exits, rng),
            closes=closing_hours(ratings.reshape(trials, -1)),
        )


def weekly(weeks: str, *, open_weekdays: int = 5) -> str:
    """Return the schedule in which each letter stands for a whole week."""
    return "".join(letter * open_weekdays for letter in weeks)


def closing_hours(ratings: Ints, *, k: int = K) -> Bools:
    """Return in which hours (trials x hours in time order) a release block closes.

    The same as :func:`pasperdus_collector.release.close_blocks`, for many trials at once: a test
    compares them.
    """
    closes = np.zeros(ratings.shape, dtype=np.bool_)
    waiting = np.zeros(len(ratings), dtype=np.int64)
    for hour in range(ratings.shape[1]):
        waiting += ratings[:, hour]
        closes[:, hour] = waiting >= k
        waiting[closes[:, hour]] = 0
    return closes


@dataclass(frozen=True, kw_only=True)
class Draws:
    """Trials as they were drawn: counts are trials x days x hours (x scores, worst first)."""

    reception: Reception
    schedule: str
    counts: Ints
    exits: Floats
    entries: Floats
    closes: Bools

    @cached_property
    def ratings(self) -> Ints:
        """Return the ratings by trial, day and hour."""
        ratings: Ints = self.counts.sum(axis=3)
        return ratings

    @cached_property
    def satisfied(self) -> Ints:
        """Return those of them that are satisfied."""
        satisfied: Ints = self.counts[..., SATISFIED_FROM[self.reception.scale] - 1 :].sum(axis=3)
        return satisfied

    @cached_property
    def letters(self) -> npt.NDArray[np.str_]:
        """Return the schedule as an array of letters."""
        return np.array(list(self.schedule))

    @property
    def days(self) -> Ints:
        """Return the ordinals of the open days."""
        index = np.arange(len(self.schedule))
        open_weekdays = self.reception.open_weekdays
        return FIRST_DAY + 7 * (index // open_weekdays) + index % open_weekdays

    def inputs(
        self,
        trial: int,
        *,
        plan: Plan | None = None,
        until: int | None = None,
        status: Status = "ended",
        letters: str = "AB",
        by_hour: bool = False,
    ) -> Inputs:
        """Return a trial after its first ``until`` open days (all of them, unless given).

        While it runs only weeks that are over enter, as the register's schedule has it.
        ``letters`` are the baseline's and the prototype's. The plan is that of :func:`plan_for`
        unless given. ``by_hour``: as if each hour were told by itself, which it never is.
        """
        until = len(self.schedule) if until is None else until
        if status == "running":
            until -= until % self.reception.open_weekdays
        end_ms = _at_ms(int(self.days[until - 1]) + 1)
        baseline, prototype = letters[0], letters[1]
        plan = plan or plan_for(self.schedule, self.reception.open_weekdays, letter=prototype)
        is_paired = plan.design == "randomised"
        return Inputs(
            site="simulated",
            site_title="Simulated",
            time_zone="UTC",
            question="accueil",
            scale=self.reception.scale,
            plan=replace(plan, status=status),
            baseline=self.arm(trial, baseline, until=until, by_hour=by_hour),
            prototype=self.arm(trial, prototype, until=until, by_hour=by_hour),
            now_ms=end_ms,
            data_end_ms=end_ms,
            pairs=self._pairs(until, baseline, prototype) if is_paired else (),
        )

    def arm(self, trial: int, letter: str, *, until: int, by_hour: bool = False) -> Arm:
        """Return the days of a letter, with the blocks that lie wholly within them."""
        mine = (self.letters == letter) & (np.arange(len(self.schedule)) < until)
        closes = self.ratings[trial].ravel() > 0 if by_hour else self.closes[trial]
        blocks, straddling = self._blocks(trial, closes, mine, until)
        days = self.days[mine]
        hours = len(HOURS)
        many = np.repeat(days, hours)
        ones = np.ones(len(many))
        return Arm(
            title=letter,
            ranges=self._ranges(letter, mine),
            weeks=self._weeks(mine, until),
            blocks=blocks,
            hours=HourTable(
                day=many,
                hour=np.tile(np.array(HOURS), len(days)),
                entries=self.entries[trial, mine].ravel(),
                exits=self.exits[trial, mine].ravel(),
                open_share=np.tile(np.array(OPEN_SHARE), len(days)),
                door_coverage=ones,
                box_coverage=ones,
            ),
            days=DayTable(
                day=days,
                open_hours=np.full(len(days), sum(OPEN_SHARE)),
                entries=self.entries[trial, mine].sum(axis=1),
                coverage=np.ones(len(days)),
                public_holiday=np.zeros(len(days), dtype=np.bool_),
                school_holiday=np.zeros(len(days), dtype=np.bool_),
            ),
            straddling=straddling,
        )

    def _blocks(self, trial: int, closes: Bools, mine: Bools, until: int) -> tuple[BlockTable, int]:
        """Return the blocks of an arm, and the ratings in those that reach over its edge."""
        hours = len(HOURS)
        counts = self.counts[trial].reshape(-1, self.counts.shape[-1])[: until * hours]
        last = np.flatnonzero(closes[: until * hours])
        ends = np.cumsum(counts, axis=0)[last]
        sums = np.diff(ends, axis=0, prepend=np.zeros((1, ends.shape[1]), dtype=np.int64))
        # A block begins with the first hour that has a rating after the one before it closed.
        rated = np.flatnonzero(counts.sum(axis=1))
        after = np.concatenate([[-1], last[:-1]])
        first = rated[np.searchsorted(rated, after, side="right")] if len(last) else last
        outside = np.concatenate([[0], np.cumsum(~np.repeat(mine[:until], hours))])
        strangers = outside[last + 1] - outside[first]
        inside, touching = strangers == 0, strangers < last + 1 - first
        clock = np.tile(np.array(HOURS), until)
        middle = (clock[first] + clock[last]) // 2
        spans_days = first // hours != last // hours
        padded = np.pad(sums, ((0, 0), (0, SCORES - sums.shape[1])))
        table = BlockTable(
            day=self.days[last // hours][inside],
            hour=np.where(spans_days, clock[last], middle)[inside],
            counts=padded[inside],
            bursts=np.zeros_like(padded[inside]),
        )
        return table, int(sums[touching & ~inside].sum())

    def _weeks(self, mine: Bools, until: int) -> tuple[WeekFacts, ...]:
        open_weekdays = self.reception.open_weekdays
        facts = []
        for first in range(0, len(self.schedule), open_weekdays):
            in_arm = int(mine[first : first + open_weekdays].sum())
            if in_arm:
                is_over = first + open_weekdays <= until
                facts.append(
                    WeekFacts(
                        week=int(self.days[first]),
                        open_days=in_arm,
                        is_full=is_over and in_arm == open_weekdays,
                    )
                )
        return tuple(facts)

    def _ranges(self, letter: str, mine: Bools) -> tuple[Range, ...]:
        edges = np.flatnonzero(np.diff(np.concatenate([[False], mine, [False]]).astype(np.int8)))
        return tuple(
            Range(
                period=f"{letter.lower()}-{number}",
                start_ms=_at_ms(int(self.days[start])),
                end_ms=_at_ms(int(self.days[end - 1]) + 1),
            )
            for number, (start, end) in enumerate(zip(edges[::2], edges[1::2], strict=True), 1)
        )

    def _pairs(self, until: int, baseline: str, prototype: str) -> tuple[tuple[int, int], ...]:
        """Return the Mondays that lie together in pairs, of those that are over."""
        open_weekdays = self.reception.open_weekdays
        pairs = []
        for first in range(0, until - 2 * open_weekdays + 1, 2 * open_weekdays):
            weeks = {
                self.schedule[day]: int(self.days[day]) for day in (first, first + open_weekdays)
            }
            pairs.append((weeks[baseline], weeks[prototype]))
        return tuple(pairs)


def plan_for(
    schedule: str,
    open_weekdays: int = 5,
    *,
    letter: str = "B",
    design: Design = "before_after",
    prototypes: int = 1,
) -> Plan:
    """Return the plan of a schedule: a trial of a prototype that ends with its last day."""
    index = np.arange(len(schedule))
    days = FIRST_DAY + 7 * (index // open_weekdays) + index % open_weekdays
    mine = days[np.array(list(schedule)) == letter]
    return Plan(
        prototype="simulated",
        title="Simulated",
        design=design,
        outcome="satisfied",
        delta=0.05,
        status="ended",
        planned_start_ms=_at_ms(int(mine[0])),
        planned_end_ms=_at_ms(int(mine[-1]) + 1),
        planned_weeks=len(mine) // open_weekdays,
        prototypes=prototypes,
    )


def on_off(pairs: int, rng: np.random.Generator) -> str:
    """Return weeks of a randomised schedule: pairs of one A and one B in a drawn order."""
    return "".join("AB" if first else "BA" for first in rng.integers(0, 2, pairs))


def _mixed(traffic: Floats, mix: Floats | None) -> Floats:
    if mix is None:
        return traffic
    mixed: Floats = traffic * mix
    mixed /= mixed.sum() / traffic.sum()
    return mixed


def _gamma(spread: float, shape: tuple[int, int], rng: np.random.Generator) -> Floats:
    if spread == 0:
        return np.ones(shape)
    return rng.gamma(1 / spread**2, spread**2, shape)


def _scored(ratings: Ints, logits: Floats, scale: int, rng: np.random.Generator) -> Ints:
    """Draw scores, worst first: proportional odds about the logit of a satisfied one."""
    counts = np.empty((*ratings.shape, scale), dtype=np.int64)
    left, below = ratings, np.zeros(logits.shape)
    for score, cut in enumerate(_CUTS[scale]):
        up_to = expit(-(logits + cut))
        counts[..., score] = rng.binomial(left, np.clip((up_to - below) / (1 - below), 0, 1))
        left, below = left - counts[..., score], up_to
    counts[..., -1] = left
    return counts


def _entries(exits: Ints, rng: np.random.Generator) -> Floats:
    """Let some of those who leave have come in the open hour before."""
    earlier = rng.binomial(exits[..., 1:], _STAYED_ON)
    entries = exits.copy()
    entries[..., 1:] -= earlier
    entries[..., :-1] += earlier
    return entries.astype(np.float64)


def _at_ms(day: int) -> int:
    return (day - _UNIX_EPOCH_DAY) * _DAY_MS
