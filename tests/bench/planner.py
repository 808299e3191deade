"""Asks whether the planner keeps its promises: what it says, beside what simulated trials find."""

import argparse
from collections.abc import Sequence

from support.planned_trials import (
    Kept,
    before_after,
    counts_before_after,
    counts_randomised,
    randomised,
    satisfied,
)

SEED = 20_260_105
ALLOWED = 0.03  # between the promise and what is found
NEARLY_ALL, ALLOWED_OF_NEARLY_ALL = 0.9, 0.06
"""Where the change makes nearly everybody satisfied, weeks pile up at one side: more is found."""

CORRELATIONS = ((0.005, 0.005), (0.01, 0.01), (0.03, 0.03))
WEEKS = (4, 5, 6, 8, 12)
RATINGS_A_DAY = (13.0, 20.0, 75.0, 200.0)
PAIRS = (6, 7, 8, 10, 12)
COUNT_WEEKS = (8, 12, 20)
TRIALS = 2000
ASKED_CHANGE, ASKED_WEEKS, ASKED_SHARE = 0.06, 12, 0.8  # by day 60


def main(arguments: Sequence[str]) -> int:
    """Print each promise and what was found; 1 where one is off by more than is allowed."""
    parser = argparse.ArgumentParser(prog="script/bench planner", description=__doc__)
    parser.add_argument("--trials", type=int, default=TRIALS, help="of each plan")
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args(arguments)
    trials, seed = options.trials, options.seed
    print(f"seed {seed}, {trials} trials of each plan, share satisfied 75 %, 5 days a week")
    print(
        f"{'ratings a day':>13}  {'day + week':>13}  {'weeks':>5}  {'change':>6}  found (promised)"
    )
    broken = 0
    for ratings in RATINGS_A_DAY:
        for day, week in CORRELATIONS:
            outcome = satisfied(ratings_a_day=ratings, rho_day=day, rho_week=week)
            for weeks in WEEKS:
                kept = before_after(outcome, weeks, trials=trials, seed=seed)
                is_nearly_all = outcome.share + kept.change > NEARLY_ALL
                allowed = ALLOWED_OF_NEARLY_ALL if is_nearly_all else ALLOWED
                broken += _tell(f"{ratings:13.0f}  {day:6} {week:6}", kept, allowed=allowed)
    for pairs in PAIRS:
        broken += _tell(f"{'pairs':>13}  {'':13}", randomised(pairs, trials=trials, seed=seed))
    asked = before_after(
        satisfied(rho_day=0.01, rho_week=0.005),
        ASKED_WEEKS,
        trials=trials,
        seed=seed,
        change=ASKED_CHANGE,
    )
    broken += _tell(f"{75:13}  {0.01:6} {0.005:6}", asked)
    broken += asked.found.share < ASKED_SHARE
    print("footfall of real streets; before and after is a rough guide, and not judged")
    for weeks in COUNT_WEEKS:
        broken += _tell(f"{'drawn pairs':>13}  {'':13}", counts_randomised(weeks, seed=seed))
        _tell(f"{'before, after':>13}  {'':13}", counts_before_after(weeks), allowed=1.0)
    print(f"{broken} promises broken by over what is allowed and twice the chance error")
    return 1 if broken else 0


def _tell(label: str, kept: Kept, *, allowed: float = ALLOWED) -> bool:
    is_broken = abs(kept.gap) > allowed + 2 * kept.found.error
    print(
        f"{label}  {kept.weeks:5}  {kept.change:6.3f}  {kept.found} ({100 * kept.promised:.1f} %)"
        f"{'  BROKEN' if is_broken else ''}",
        flush=True,
    )
    return is_broken
