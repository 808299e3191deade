"""Holds comparisons of counts to their promises on real streets where nobody changed anything.

``script/bench pedestrians`` prints tables in Markdown, for docs/evaluation-counts.md. What is
promised of the randomised design, and of the interval of the others, makes the exit status 1 when
it is broken; what chance alone may do is allowed for (:class:`Rate`).
"""

import argparse
import time
from collections.abc import Sequence

from pasperdus_collector.analysis.unusual import unusual_days
from support.pedestrian_studies import Study, before_after, naive, randomised
from support.simulated_hours import ordinary_hours
from support.trial_readings import Rate, rate

SEED = 4
TRIALS = 2000
LONG_PART = 4  # series with longer baselines have many placebos: a part of the trials will do
ALARMS = 0.07  # where 5 % are claimed
ANSWERED, FOUND = 0.8, 0.8
PAIRS = (6, 8, 10, 12)
PROMISED_PAIRS = 10
UNUSUAL_PART = 10
UNUSUAL = ((1.5, 0.0), (60.0, 0.0), (60.0, 0.05), (60.0, 0.3))  # an hour, and how they disperse
UNUSUAL_WEEKS = (6, 8, 26)
WEEKS = ((8, 8, 0), (8, 8, 8), (16, 8, 0), (26, 8, 0), (52, 8, 0))


def main(arguments: Sequence[str]) -> int:
    """Run all studies."""
    parser = argparse.ArgumentParser(prog="script/bench pedestrians")
    parser.add_argument("--trials", type=int, default=TRIALS, help="of each design")
    parser.add_argument("--seed", type=int, default=SEED)
    chosen = parser.parse_args(arguments)
    trials, seed = chosen.trials, chosen.seed
    began = time.monotonic()
    broken: list[str] = []

    def expect(what: str, seen: Rate, *, is_kept: bool) -> None:
        if not is_kept:
            broken.append(f"{what}: {seen}")

    _head(
        "what is claimed: 5 % false alarms", "answers", "false alarms", "finds +20 %", "half-width"
    )
    for by_week in (False, True):
        _row(
            f"t-test of {'weeks' if by_week else 'days'}, 8 weeks against 8",
            naive(8, by_week=by_week, trials=trials, seed=seed),
        )
    for pairs in PAIRS:
        study = randomised(pairs, trials=trials, seed=seed)
        _row(f"randomised, {pairs} pairs of weeks", study)
        expect(f"alarms of {pairs} pairs", study.alarms, is_kept=study.alarms.is_at_most(ALARMS))
        if pairs >= PROMISED_PAIRS:
            expect(
                f"answers of {pairs} pairs",
                study.answered,
                is_kept=study.answered.is_at_least(ANSWERED),
            )
            expect(f"found by {pairs} pairs", study.found, is_kept=study.found.is_at_least(FOUND))
    for weeks in WEEKS:
        fewer = trials if weeks[0] + weeks[2] <= PROMISED_PAIRS else max(1, trials // LONG_PART)
        study = before_after(*weeks, trials=fewer, seed=seed)
        name = "-".join(str(each) for each in weeks if each)
        _row(f"{name} weeks, with placebos", study)
        _row(f"{name} weeks, sampling error alone", study, alone=True)
        expect(f"alarms of {name}", study.alarms, is_kept=study.alarms.is_at_most(ALARMS))
    print()
    _head("weeks of ordinary days", *(str(weeks) for weeks in UNUSUAL_WEEKS))
    for an_hour, dispersion in UNUSUAL:
        cells = [
            str(_proposals(an_hour, dispersion, weeks, max(1, trials // UNUSUAL_PART), seed))
            for weeks in UNUSUAL_WEEKS
        ]
        print(f"| {an_hour:g} an hour, dispersion {dispersion:g} | " + " | ".join(cells) + " |")
    print(f"\nSeed {seed}, {time.monotonic() - began:.0f} s.")
    for each in broken:
        print(f"BROKEN: {each}")
    return 1 if broken else 0


def _proposals(an_hour: float, dispersion: float, weeks: int, trials: int, seed: int) -> Rate:
    """Return how often a list of unusual days is not empty where all days are ordinary."""
    return rate(
        bool(
            unusual_days(
                ordinary_hours(weeks, an_hour=an_hour, dispersion=dispersion, seed=seed + each),
                alpha=0.05,
            ).days
        )
        for each in range(trials)
    )


def _head(*columns: str) -> None:
    print("| " + " | ".join(columns) + " |\n|---|" + "---:|" * (len(columns) - 1))


def _row(name: str, study: Study, *, alone: bool = False) -> None:
    """Print a study at once: the next may take minutes."""
    if alone:
        cells = ["", str(study.alarms_without_placebos), "", ""]
    else:
        cells = [
            str(study.answered),
            str(study.alarms),
            str(study.found),
            f"{study.half_width:.2f}",
        ]
    print("| " + " | ".join([name, *cells]) + " |", flush=True)
