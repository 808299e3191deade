"""Holds the comparison of ratings to its promises: thousands of trials whose truth is known.

``script/bench evaluation`` runs every study, ``script/bench evaluation coverage power`` some of
them. Each prints a table in Markdown, for docs/evaluation-checked.md. Broken promises are named and
make the exit status 1; what chance alone may do is allowed for (:class:`Rate`).
"""

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

from pasperdus_collector.analysis.noise import Ratings, Share
from pasperdus_collector.analysis.power import power_of
from support.simulated_shares import Resemblance
from support.simulated_trials import Reception, weekly
from support.trial_readings import Rate
from support.trial_studies import (
    Looks,
    false_alarms,
    false_alarms_beside_control,
    false_alarms_of_pairs,
    false_alarms_when_stopped,
    look,
    morning_mix,
    uneven,
    weekday_mix,
    why_not_daily,
    why_not_naive,
)

SEED = 4
ALARMS = 0.06  # of trials that may say better or worse where nothing changed
LEAST_COVERAGE, MOST_COVERAGE = 0.93, 0.97
NEAR = 0.03  # of the power that the planner promises
FOUND = 0.8  # of trials with six points more in sixty days
CORRELATIONS = (0.005, 0.01, 0.03)
RATINGS_A_DAY = (13, 40, 75, 300)


@dataclass(slots=True)
class Report:
    """What is printed, and which promises were broken."""

    trials: int
    broken: list[str] = field(default_factory=list)

    def table(self, *columns: str) -> None:
        """Begin a table."""
        print()
        self.row(*columns)
        print("|---|" + "---:|" * (len(columns) - 1))

    def row(self, *cells: str) -> None:
        """Print a row of it, at once: the next may take minutes."""
        print("| " + " | ".join(cells) + " |", flush=True)

    def expect(self, what: str, *, is_kept: bool) -> None:
        """Remember a promise that is not kept."""
        if not is_kept:
            self.broken.append(what)
            print(f"BROKEN: {what}", flush=True)

    def alarms(self, name: str, seen: Rate, *more: Rate) -> None:
        """Print false alarms, of which there may be six in a hundred."""
        self.row(name, str(seen), *map(str, more))
        self.expect(f"{name}: {seen}", is_kept=seen.is_at_most(ALARMS))

    def looks(self, name: str, seen: Looks, *, is_promised: bool = True) -> None:
        """Print the coverage of intervals, and whether standard errors are what they say."""
        self.row(
            name,
            str(seen.coverage),
            f"{100 * seen.bias:+.2f}",
            f"{100 * seen.spread:.2f}",
            f"{100 * seen.told_error:.2f}",
        )
        if is_promised:
            kept = (
                seen.coverage.is_at_least(LEAST_COVERAGE),
                seen.coverage.is_at_most(MOST_COVERAGE),
            )
            self.expect(f"{name}: {seen.coverage}", is_kept=all(kept) and not seen.unanswered)


def main(arguments: Sequence[str]) -> int:
    """Run the studies that are named, or all."""
    parser = argparse.ArgumentParser(prog="script/bench evaluation")
    parser.add_argument("studies", nargs="*", metavar="STUDY", help=", ".join(STUDIES))
    parser.add_argument("--trials", type=int, default=4000, help="of each figure")
    chosen = parser.parse_args(arguments)
    unknown = [name for name in chosen.studies if name not in STUDIES]
    if unknown:
        parser.error(f"there is no study {unknown[0]!r}; choose from {', '.join(STUDIES)}")
    report = Report(trials=chosen.trials)
    for name in chosen.studies or STUDIES:
        began_s = time.perf_counter()
        print(f"\n## {name}: {(STUDIES[name].__doc__ or '').strip()}")
        STUDIES[name](report)
        print(f"\n({name}: {time.perf_counter() - began_s:.0f} s, seed {SEED})", flush=True)
    for promise in report.broken:
        print(f"BROKEN: {promise}")
    return 1 if report.broken else 0


def naive(report: Report) -> None:
    """Why neither ratings nor days are counted as independent."""
    once = ("naive", "day z", "week z", "week t")
    report.table("no effect, 40 days a side, looked at once", *once)
    for day, week in ((0.005, 0.005), (0.01, 0.0)):
        reception = Reception(resemblance=Resemblance(day=day, week=week))
        alarms = why_not_naive(reception, weeks=8, trials=report.trials, seed=SEED)
        report.row(f"day {day} + week {week}", *(str(alarms[way]) for way in once))
        report.expect(f"week t: {alarms['week t']}", is_kept=alarms["week t"].is_at_most(0.055))
    often = ("naive", "sequence over days", "sequence over weeks")
    report.table("no effect, looked at again and again, ever found", *often)
    for day, week in ((0.01, 0.0), (0.005, 0.005), (0.01, 0.01), (0.03, 0.03)):
        reception = Reception(resemblance=Resemblance(day=day, week=week))
        alarms = why_not_daily(reception, trials=report.trials // 4, seed=SEED)
        report.row(f"day {day} + week {week}", *(str(alarms[way]) for way in often))


def alarms(report: Report) -> None:
    """No effect; verdicts read over a whole trial and at its planned end: any better or worse."""
    report.table("design, correlations of day and week", "said better or worse", "while it ran")
    together = None
    for row, (correlation, weeks) in enumerate(product(CORRELATIONS, (6, 8, 12))):
        seen = false_alarms(
            Reception(resemblance=Resemblance(day=correlation, week=correlation)),
            weekly("A" * weeks + "B" * weeks),
            trials=report.trials,
            seed=SEED + row,  # so that rows can be added up
        )
        name = f"{weeks} + {weeks} weeks, {correlation} + {correlation}"
        report.alarms(name, seen.ever, seen.running)
        together = seen if together is None else together + seen
    if together is not None:
        report.alarms("all of these", together.ever, together.running)


def designs(report: Report) -> None:
    """The same for other designs, and for somebody who stops a trial when it pleases."""
    reception = Reception(resemblance=Resemblance(day=0.01, week=0.01))
    report.table("design, .01 + .01", "said better or worse")
    for schedule in ("AAAABBBBBBBBAAAA", "AAAAAABBBBBBAAAAAA"):
        often = false_alarms(reception, weekly(schedule), trials=report.trials, seed=SEED)
        report.alarms(f"baseline before and after: {schedule}", often.ever)
    for pairs in (6, 8, 12):
        seen = false_alarms_of_pairs(reception, pairs, trials=report.trials, seed=SEED)
        report.alarms(f"randomised: {pairs} pairs of weeks", seen)
    for prototypes in (2, 3):
        schedule = weekly("".join(letter * 8 for letter in "ABCD"[: prototypes + 1]))
        often = false_alarms(
            reception, schedule, trials=report.trials // 2, seed=SEED, prototypes=prototypes
        )
        report.alarms(f"{prototypes} prototypes of 8 weeks, any of them", often.ever)
    schedule = weekly("A" * 8 + "B" * 8)
    seen = false_alarms_beside_control(reception, schedule, trials=report.trials, seed=SEED)
    report.alarms("8 + 8 weeks beside a control site", seen)
    seen = false_alarms_when_stopped(reception, schedule, trials=report.trials, seed=SEED)
    report.alarms("stopped on the day on which p < 0.05 by the naive test", seen)


def coverage(report: Report) -> None:
    """How often a nominal interval of 95 % holds a true effect of +4 points (all in points)."""
    _begin_looks(report)
    for correlation in CORRELATIONS:
        reception = Reception(resemblance=Resemblance(day=correlation, week=correlation))
        for weeks in (6, 8, 12):
            seen = _equal(report, reception, weeks, effect=0.04)
            report.looks(f"{weeks} + {weeks} weeks, {correlation} + {correlation}", seen)
    for ratings_a_day in RATINGS_A_DAY:
        reception = uneven(Reception(ratings_a_day=ratings_a_day))
        seen = _equal(report, reception, 6, effect=0.04)
        report.looks(f"{ratings_a_day} a day, hours and weekdays differ", seen)
    beta = Reception(resemblance=Resemblance(day=0.01, week=0.01, law="beta"))
    report.looks("shares by a beta law, no effect", _equal(report, beta, 6))


def odd(report: Report) -> None:
    """Trials that could break it; no effect (all in points)."""
    _begin_looks(report)
    plain = Reception()
    apart = Reception(resemblance=Resemblance(day=0.03, week=0.03))
    for name, reception in (
        ("weeks of unequal size (CV 0.5)", replace(plain, week_spread=0.5)),
        ("weeks of very unequal size (CV 1)", replace(plain, week_spread=1.0)),
        ("days of unequal size (CV 0.6)", replace(plain, day_spread=0.6)),
        ("a tenth more ratings every week, uneven hours", uneven(replace(plain, growth=0.1))),
        ("97 % satisfied", replace(plain, share=0.97)),
        ("97 % satisfied, 13 a day", replace(plain, share=0.97, ratings_a_day=13)),
        ("97 % satisfied, .03 + .03", replace(apart, share=0.97)),
        ("open on six days", replace(plain, open_weekdays=6)),
        ("four faces", replace(plain, scale=4)),
    ):
        report.looks(name, _equal(report, reception, 8))
    for name, reception, schedule in (
        ("6 against 30 weeks", plain, weekly("A" * 6 + "B" * 30)),
        ("30 against 6 weeks", plain, weekly("A" * 30 + "B" * 6)),
        ("6 against 30 weeks, .03 + .03", apart, weekly("A" * 6 + "B" * 30)),
        ("first weeks of one day", plain, "----" + "A" * 31 + "----" + "B" * 31),
    ):
        report.looks(name, look(reception, schedule, trials=report.trials, seed=SEED))
    for weeks in (2, 3, 4, 5):
        report.looks(
            f"{weeks} + {weeks} weeks (days or weeks), .01 + .01",
            _equal(report, Reception(resemblance=Resemblance(day=0.01, week=0.01)), weeks),
            is_promised=False,
        )


def belittling(report: Report) -> None:
    """A true change of just what matters, 5 points: how often any is said to be smaller."""
    report.table("300 a day, weeks a side", "said smaller", "found")
    for weeks in (6, 12):
        seen = _equal(report, Reception(ratings_a_day=300), weeks, effect=0.05)
        report.row(f"{weeks}", str(seen.belittled), str(seen.found))
        report.expect(f"belittled: {seen.belittled}", is_kept=seen.belittled.is_at_most(0.025))


def seasons(report: Report) -> None:
    """What no before/after can know: weeks that resemble the weeks before them. No effect."""
    report.table("correlation of a week with the next", "before/after, 8 + 8", "8 randomised pairs")
    for serial in (0.0, 0.3, 0.6):
        reception = Reception(resemblance=Resemblance(day=0.01, week=0.01, serial=serial))
        before_after = _equal(report, reception, 8).claimed
        pairs = false_alarms_of_pairs(reception, 8, trials=report.trials // 4, seed=SEED)
        report.row(f"{serial}", str(before_after), str(pairs))
        report.expect(f"pairs, serial {serial}: {pairs}", is_kept=pairs.is_at_most(ALARMS))


def blocks(report: Report) -> None:
    """The price of release blocks: bias (in points) where only the hours of ratings change."""
    report.table(
        "ratings shifted to",
        "no strata",
        "hours as they were",
        "release blocks",
        "said better or worse",
    )
    for name, mix_of in (("mornings", morning_mix), ("Mondays", weekday_mix)):
        for ratings_a_day in RATINGS_A_DAY:
            reception = uneven(Reception(ratings_a_day=ratings_a_day))
            mix = mix_of(reception)
            mixed = reception.traffic() * mix
            shares = reception.cell_shares(reception.share)
            crude = float((shares * mixed).sum() / mixed.sum()) - reception.share
            trials = report.trials // 4
            by_hour, by_block = (
                look(
                    reception,
                    weekly("A" * 8 + "B" * 8),
                    trials=trials,
                    seed=SEED,
                    mix=mix,
                    by_hour=by_hour,
                )
                for by_hour in (True, False)
            )
            report.row(
                f"{name}, {ratings_a_day} a day",
                f"{100 * crude:+.2f}",
                f"{100 * by_hour.bias:+.2f} (± {by_hour.spread / trials**0.5 * 100:.2f})",
                f"{100 * by_block.bias:+.2f} (± {by_block.spread / trials**0.5 * 100:.2f})",
                str(by_block.claimed),
            )


def power(report: Report) -> None:
    """Whether trials find what the planner promised; both sides of so many weeks."""
    report.table("ratings a day, day + week, weeks a side, true change", "promised", "found")
    for ratings_a_day, day, week, weeks, effect in (
        (13, 0.005, 0.005, 8, 0.10),
        (40, 0.01, 0.005, 8, 0.08),
        (75, 0.005, 0.005, 6, 0.06),
        (75, 0.01, 0.005, 12, 0.06),
        (75, 0.01, 0.01, 6, 0.08),
        (75, 0.03, 0.03, 12, 0.12),
        (300, 0.01, 0.005, 8, 0.05),
    ):
        reception = Reception(
            ratings_a_day=ratings_a_day, resemblance=Resemblance(day=day, week=week)
        )
        seen = _equal(report, reception, weeks, effect=effect).found
        said = promised_power(reception, effect, weeks)
        name = f"{ratings_a_day}, {day} + {week}, {weeks}, +{100 * effect:.0f} points"
        report.row(name, f"{100 * said:.1f} %", str(seen))
        kept = seen.is_at_least(said - NEAR) and seen.is_at_most(min(1.0, said + NEAR))
        report.expect(f"power {name}: {seen}, promised {said:.3f}", is_kept=kept)
        if (day, week, weeks) == (0.01, 0.005, 12):
            report.expect(f"six points in sixty days: {seen}", is_kept=seen.is_at_least(FOUND))


def promised_power(reception: Reception, effect: float, weeks: int) -> float:
    """Return the planner's chance to find an effect after so many weeks of each side."""
    ratings = Ratings(
        ratings_a_day=reception.ratings_a_day,
        days_per_week=reception.open_weekdays,
        rho_day=reception.resemblance.day,
        rho_week=reception.resemblance.week,
    )
    return power_of(effect, Share(share=reception.share, ratings=ratings), weeks, weeks)


STUDIES: dict[str, Callable[[Report], None]] = {
    each.__name__: each
    for each in (naive, alarms, designs, belittling, seasons, coverage, odd, blocks, power)
}


def _begin_looks(report: Report) -> None:
    report.table("trials", "held the truth", "bias", "spread of estimates", "standard error told")


def _equal(report: Report, reception: Reception, weeks: int, *, effect: float = 0.0) -> Looks:
    schedule = weekly("A" * weeks + "B" * weeks, open_weekdays=reception.open_weekdays)
    return look(reception, schedule, trials=report.trials, seed=SEED, effect=effect)
