"""What a comparison does in the long run: thousands of simulated trials, one figure each.

Each study takes a seed and is the same whenever it is run; ``script/bench evaluation`` runs them at
full size, the tests of the analysis at one that can be afforded.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
from scipy import stats

from pasperdus_collector.analysis.inputs import Plan, Status
from pasperdus_collector.analysis.jackknife import Estimate, two_arms
from pasperdus_collector.analysis.reading import read
from pasperdus_collector.analysis.result import VerdictCode
from pasperdus_collector.analysis.sequential import always_valid
from support.simulated_shares import Floats
from support.simulated_trials import Draws, Reception, on_off, plan_for, weekly
from support.trial_readings import CLAIMS, CLAIMS_SO_FAR, Rate, claims_anything, rate, readings

TOGETHER = 250  # trials drawn at once: what fits in memory
ALPHA = 0.05
FIRST_LOOK, LAST_LOOK = 5, 60  # days, of whoever looks every day


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """What many trials say at their end: the estimate of each, its standard error, its interval."""

    truth: float
    values: Floats
    errors: Floats
    lows: Floats
    highs: Floats
    unmatched: Floats
    codes: tuple[VerdictCode, ...]
    unanswered: int

    @property
    def coverage(self) -> Rate:
        """Return how often the interval holds the truth."""
        return rate((self.lows <= self.truth) & (self.truth <= self.highs))

    @property
    def found(self) -> Rate:
        """Return how often the interval excludes zero on the side of the truth."""
        return rate(self.lows > 0 if self.truth >= 0 else self.highs < 0)

    @property
    def claimed(self) -> Rate:
        """Return how often the verdict says better or worse."""
        return rate(code in CLAIMS for code in self.codes)

    @property
    def belittled(self) -> Rate:
        """Return how often the verdict says that any change is smaller than one that matters."""
        return rate(code in ("same", "better_small", "worse_small") for code in self.codes)

    @property
    def bias(self) -> float:
        """Return by how much estimates are off on average."""
        return float(self.values.mean() - self.truth)

    @property
    def spread(self) -> float:
        """Return the standard deviation of the estimates: what standard errors should be."""
        return float(self.values.std(ddof=1))

    @property
    def told_error(self) -> float:
        """Return the standard error that trials tell: the root of its mean square."""
        return float(np.sqrt(np.mean(np.square(self.errors))))


def look(
    reception: Reception,
    schedule: str,
    *,
    trials: int,
    seed: int,
    effect: float = 0.0,
    mix: Floats | None = None,
    plan: Plan | None = None,
    by_hour: bool = False,
) -> Looks:
    """Read many trials once, at their planned end; ``effect`` is B's true change of the share."""
    rows: list[tuple[float, float, float, float, float]] = []
    codes, unanswered = [], 0
    for draws, trial in _drawn(reception, schedule, trials, seed, effect=effect, mix=mix):
        reading = read(draws.inputs(trial, plan=plan, by_hour=by_hour))
        codes.append(reading.verdict.code)
        found = reading.primary
        if found.effect is None:
            unanswered += 1
            continue
        strata = None if found.own is None else found.own.strata
        fixed = found.effect.fixed
        unmatched = 0.0 if strata is None else strata.unmatched
        told = found.effect
        rows.append((told.value, told.standard_error, fixed.low, fixed.high, unmatched))
    values, errors, lows, highs, unmatched_shares = np.array(rows).reshape(-1, 5).T
    return Looks(
        truth=effect,
        values=values,
        errors=errors,
        lows=lows,
        highs=highs,
        unmatched=unmatched_shares,
        codes=tuple(codes),
        unanswered=unanswered,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarms:
    """In how many trials any reading said better or worse; and any while the trial ran."""

    ever: Rate
    running: Rate

    def __add__(self, other: "Alarms") -> "Alarms":
        """Return those of both studies together."""
        return Alarms(ever=self.ever + other.ever, running=self.running + other.running)


def false_alarms(
    reception: Reception, schedule: str, *, trials: int, seed: int, prototypes: int = 1
) -> Alarms:
    """Return how often trials without effect are said to have one, by any reading.

    With several prototypes (B, C, … in the schedule) each is read while it runs and at its end.
    """
    letters = [chr(ord("B") + number) for number in range(prototypes)]
    plans = [
        plan_for(schedule, reception.open_weekdays, letter=letter, prototypes=prototypes)
        for letter in letters
    ]
    seen = [
        {
            code
            for letter, plan in zip(letters, plans, strict=True)
            for code in readings(draws, trial, plan=plan, letters="A" + letter)
        }
        for draws, trial in _drawn(reception, schedule, trials, seed)
    ]
    return Alarms(
        ever=rate(not codes.isdisjoint(CLAIMS) for codes in seen),
        running=rate(not codes.isdisjoint(CLAIMS_SO_FAR) for codes in seen),
    )


def false_alarms_of_pairs(reception: Reception, pairs: int, *, trials: int, seed: int) -> Rate:
    """Return the same for randomised weeks on and off, each trial with a schedule of its own."""
    order = np.random.default_rng([seed, 1])
    alarms = []
    for trial in range(trials):
        schedule = weekly(on_off(pairs, order), open_weekdays=reception.open_weekdays)
        plan = plan_for(schedule, reception.open_weekdays, design="randomised")
        draws = reception.draw(schedule, trials=1, rng=np.random.default_rng([seed, 2, trial]))
        alarms.append(claims_anything(readings(draws, 0, plan=plan)))
    return rate(alarms)


def false_alarms_beside_control(
    reception: Reception, schedule: str, *, trials: int, seed: int
) -> Rate:
    """Return the same for a trial with a control site that is alike and varies by itself."""
    plan = plan_for(schedule, reception.open_weekdays, design="control")
    here = _drawn(reception, schedule, trials, seed)
    there = _drawn(reception, schedule, trials, seed + 1)
    return rate(
        claims_anything(readings(draws, trial, plan=plan, control=control))
        for (draws, trial), (control, _) in zip(here, there, strict=True)
    )


def false_alarms_when_stopped(
    reception: Reception, schedule: str, *, trials: int, seed: int
) -> Rate:
    """Return the same where somebody ends the trial on the day that the naive test pleases.

    From the second day of the prototype on they test all ratings so far as if these were
    independent; the day that shows p < 0.05, the trial is over, in mid-week or not.
    """
    first = schedule.find("B")

    def alarms(draws: Draws, trial: int) -> bool:
        days = _ratings_and_satisfied(draws, trial)
        z = naive_z(days[:first].sum(axis=0), days[first:].cumsum(axis=0))
        pleasing = np.flatnonzero(np.abs(z) > stats.norm.isf(ALPHA / 2))
        pleasing = pleasing[pleasing > 0]
        if not len(pleasing):
            return read(draws.inputs(trial)).verdict.code in CLAIMS
        until = first + int(pleasing[0]) + 1
        status: Status = "ended" if until == len(schedule) else "ended_early"
        return read(draws.inputs(trial, until=until, status=status)).verdict.code in CLAIMS

    return rate(alarms(*each) for each in _drawn(reception, schedule, trials, seed))


def why_not_naive(reception: Reception, *, weeks: int, trials: int, seed: int) -> dict[str, Rate]:
    """Return false alarms of four ways to test two periods, looked at once.

    All ratings as if independent; clustered by day with the normal quantile; by week with it; by
    week with Student's.
    """
    days = weeks * reception.open_weekdays
    schedule = weekly("A" * weeks + "B" * weeks, open_weekdays=reception.open_weekdays)
    normal = stats.norm.isf(ALPHA / 2)
    alarms: dict[str, list[bool]] = {name: [] for name in ("naive", "day z", "week z", "week t")}
    for draws, trial in _drawn(reception, schedule, trials, seed):
        sums = _ratings_and_satisfied(draws, trial)
        a, b = sums[:days], sums[days:]
        by_day = _difference(a, b)
        by_week = _difference(a.reshape(weeks, -1, 2).sum(axis=1), b.reshape(weeks, -1, 2).sum(1))
        alarms["naive"].append(bool(abs(naive_z(a.sum(axis=0), b.sum(axis=0))) > normal))
        alarms["day z"].append(abs(by_day.value) > normal * by_day.standard_error)
        alarms["week z"].append(abs(by_week.value) > normal * by_week.standard_error)
        alarms["week t"].append(by_week.interval(ALPHA).excludes_zero)
    return {name: rate(each) for name, each in alarms.items()}


def alarms_of_weeks(reception: Reception, a: int, b: int, *, trials: int, seed: int) -> Rate:
    """Return false alarms of the jackknife over unequal numbers of weeks, looked at once.

    Of all ratings as they are: without release blocks and strata thousands of trials are cheap.
    """
    schedule = weekly("A" * a + "B" * b, open_weekdays=reception.open_weekdays)

    def alarms(draws: Draws, trial: int) -> bool:
        by_day = _ratings_and_satisfied(draws, trial)
        weeks = by_day.reshape(a + b, reception.open_weekdays, 2).sum(axis=1)
        return _difference(weeks[:a], weeks[a:]).interval(ALPHA).excludes_zero

    return rate(alarms(*each) for each in _drawn(reception, schedule, trials, seed))


def why_not_daily(reception: Reception, *, trials: int, seed: int) -> dict[str, Rate]:
    """Return how often looking again and again ever finds something, where there is nothing.

    A baseline of 60 open days (twelve weeks) is over; somebody looks at the end of each day of the
    prototype from the 5th to the 60th, with the naive test or a confidence sequence over days, or
    at the end of each week from the 4th to the 12th with one over weeks.
    """
    weeks = LAST_LOOK // reception.open_weekdays
    schedule = weekly("A" * weeks + "B" * weeks, open_weekdays=reception.open_weekdays)
    normal = stats.norm.isf(ALPHA / 2)
    alarms: dict[str, list[bool]] = {
        name: [] for name in ("naive", "sequence over days", "sequence over weeks")
    }
    for draws, trial in _drawn(reception, schedule, trials, seed):
        sums = _ratings_and_satisfied(draws, trial)
        a, b = sums[:LAST_LOOK], sums[LAST_LOOK:]
        z = naive_z(a.sum(axis=0), b.cumsum(axis=0))[FIRST_LOOK - 1 :]
        alarms["naive"].append(bool((np.abs(z) > normal).any()))
        alarms["sequence over days"].append(_sequence_alarms(a, b, first=FIRST_LOOK))
        by_week = [each.reshape(weeks, -1, 2).sum(axis=1) for each in (a, b)]
        alarms["sequence over weeks"].append(_sequence_alarms(*by_week, first=4))
    return {name: rate(each) for name, each in alarms.items()}


def naive_z(a: Floats, b: Floats) -> Floats:
    """Return the textbook's z of two shares, of (ratings, satisfied) each."""
    pooled = (a[..., 1] + b[..., 1]) / (a[..., 0] + b[..., 0])
    variance = pooled * (1 - pooled) * (1 / a[..., 0] + 1 / b[..., 0])
    z: Floats = (_share(b) - _share(a)) / np.sqrt(variance)
    return z


def morning_mix(reception: Reception) -> Floats:
    """Return a mix in which those who come in the morning answer far more often than before."""
    return np.tile([1.6, 1.6, 1.6, 1.0, 0.6, 0.6, 0.6], (reception.open_weekdays, 1))


def weekday_mix(reception: Reception) -> Floats:
    """Return a mix in which those of the first days of the week answer far more often."""
    by_weekday = np.linspace(1.6, 0.4, reception.open_weekdays)
    return np.repeat(by_weekday[:, None], 7, axis=1)


def uneven(reception: Reception) -> Reception:
    """Return the reception with mornings and Mondays that are better than the rest."""
    return replace(
        reception,
        weekday_effect=(0.2, 0.1, 0.0, -0.1, -0.2, 0.0, 0.0),
        hour_effect=(0.4, 0.3, 0.2, 0.0, -0.2, -0.3, -0.4),
    )


def _drawn(
    reception: Reception,
    schedule: str,
    trials: int,
    seed: int,
    *,
    effect: float = 0.0,
    mix: Floats | None = None,
) -> Iterator[tuple[Draws, int]]:
    rng = np.random.default_rng(seed)

    def forever() -> Iterator[tuple[Draws, int]]:
        while True:
            draws = reception.draw(
                schedule,
                trials=min(TOGETHER, trials),
                rng=rng,
                effects={"B": effect},
                mixes={} if mix is None else {"B": mix},
            )
            yield from ((draws, trial) for trial in range(len(draws.counts)))

    return islice(forever(), trials)


def _ratings_and_satisfied(draws: Draws, trial: int) -> Floats:
    """Return them by day."""
    of_trial = draws.ratings[trial], draws.satisfied[trial]
    sums: Floats = np.stack([each.sum(axis=1) for each in of_trial], axis=-1).astype(np.float64)
    return sums


def _share(sums: Floats) -> Floats:
    share: Floats = sums[..., 1] / sums[..., 0]
    return share


def _difference(a: Floats, b: Floats) -> Estimate:
    return two_arms(a, b, lambda a_totals, b_totals: _share(b_totals) - _share(a_totals))


def _sequence_alarms(a: Floats, b: Floats, *, first: int) -> bool:
    for until in range(first, len(b) + 1):
        interval = always_valid(
            _difference(a, b[:until]), weeks=until, planned_weeks=len(b), alpha=ALPHA
        )
        if interval is not None and interval.excludes_zero:
            return True
    return False
