"""The verdict: the first row of the wording table that matches (docs/evaluation.md).

This decides and computes nothing else: intervals come in, a code goes out.
"""

from typing import Literal

from pasperdus_collector.analysis.inputs import Status
from pasperdus_collector.analysis.result import Advice, Interval, Verdict, VerdictCode

MIN_FULL_WEEKS = 2
FIRST_READING_WEEK = 4


def decide(
    *,
    cause: str | None,
    full_weeks: tuple[int, int],
    status: Status,
    weeks_to_come: int,
    interval: Interval | None,
    delta: float,
    better: Literal[-1, 0, 1],
    missed: float | None,
) -> Verdict:
    """Return the verdict.

    ``cause`` is why the data are insufficient, if they are. ``full_weeks`` are those of baseline
    and prototype. ``interval`` is the one that holds for this status: the sequence while a trial
    runs and when it ended early. ``weeks_to_come`` are those until its planned end. ``better`` is
    the sign of a change for the better; where neither way is, more counts as ``better`` and the
    words say "higher".
    """
    if cause is not None:
        return Verdict(code="insufficient", cause=cause)
    baseline, tried = full_weeks
    is_running = status in ("planned", "running")
    lacking = max(MIN_FULL_WEEKS - baseline, MIN_FULL_WEEKS - tried)
    if status != "ended":  # whoever may stop at any time looks at any time
        lacking = max(lacking, FIRST_READING_WEEK - tried)
    if lacking > 0:
        short = "short_baseline" if baseline < MIN_FULL_WEEKS and not is_running else None
        return Verdict(code="too_early", cause=short, weeks_left=lacking)
    if interval is None:
        return Verdict(code="insufficient", cause="too_few_ratings")
    is_better = (interval.low + interval.high) * (better or 1) > 0
    if is_running:
        if interval.excludes_zero:
            return Verdict(code="better_so_far" if is_better else "worse_so_far")
        return Verdict(code="too_early_running", weeks_left=weeks_to_come, missed=missed)
    is_small = -delta < interval.low and interval.high < delta
    code: VerdictCode
    if interval.excludes_zero and is_small:
        code = "better_small" if is_better else "worse_small"
    elif interval.excludes_zero:
        code = "better" if is_better else "worse"
    else:
        code = "same" if is_small else "unclear"
    return Verdict(code=code, missed=missed if code == "unclear" else None)


def advise(verdict: Verdict, *, better: Literal[-1, 0, 1], is_guarded: bool) -> Advice | None:
    """Return what to do: keep, discuss or drop; None while nothing was found either way.

    ``is_guarded``: the guardrails hold. Where they do not, or where neither way is better, people
    have to talk about it.
    """
    if verdict.code in ("insufficient", "too_early", "too_early_running"):
        return None
    if better == 0 or not is_guarded:
        return "discuss"
    match verdict.code:
        case "better" | "better_so_far":
            return "keep"
        case "worse" | "worse_so_far":
            return "drop"
        case _:
            return "discuss"
