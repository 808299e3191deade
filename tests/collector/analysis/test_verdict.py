"""The wording table, row by row: the first one that matches."""

from __future__ import annotations

from typing import Any

import pytest

from pasperdus_collector.analysis.result import Advice, Interval, Verdict, VerdictCode
from pasperdus_collector.analysis.verdict import advise, decide


def interval(low: float, high: float) -> Interval:
    return Interval(low=low, high=high, level=0.95)


def decided(**changed: Any) -> Verdict:
    """Decide about an ended trial that found 1 to 11 points, but for what is ``changed``."""
    usual: dict[str, Any] = {
        "cause": None,
        "full_weeks": (8, 8),
        "status": "ended",
        "weeks_to_come": 3,
        "interval": interval(0.01, 0.11),
        "delta": 0.05,
        "better": 1,
        "missed": 0.07,
    }
    return decide(**(usual | changed))


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"cause": "other_question"}, "insufficient"),
        ({"cause": "box_coverage_prototype", "full_weeks": (1, 1)}, "insufficient"),
        ({"full_weeks": (1, 8)}, "too_early"),
        ({"full_weeks": (8, 1)}, "too_early"),
        ({"status": "running", "full_weeks": (8, 3)}, "too_early"),
        ({"status": "ended_early", "full_weeks": (8, 3)}, "too_early"),
        ({"status": "running"}, "better_so_far"),
        ({"status": "running", "interval": interval(-0.11, -0.01)}, "worse_so_far"),
        ({"status": "running", "interval": interval(-0.01, 0.11)}, "too_early_running"),
        # While it runs, even an interval inside the smallest change is no "practically the same".
        ({"status": "running", "interval": interval(-0.01, 0.01)}, "too_early_running"),
        ({"interval": interval(0.01, 0.04)}, "better_small"),
        ({"interval": interval(-0.04, -0.01)}, "worse_small"),
        ({}, "better"),
        ({"interval": interval(-0.11, -0.01)}, "worse"),
        ({"status": "ended_early"}, "better"),
        ({"interval": interval(-0.04, 0.04)}, "same"),
        ({"interval": interval(-0.04, 0.06)}, "unclear"),
        ({"interval": interval(-0.06, 0.04)}, "unclear"),
        ({"interval": None}, "insufficient"),
        # Of a wait, less is better; of footfall neither is, and "better" reads "higher".
        ({"better": -1}, "worse"),
        ({"better": -1, "interval": interval(-0.11, -0.01)}, "better"),
        ({"better": 0}, "better"),
        ({"better": 0, "interval": interval(-0.11, -0.01)}, "worse"),
    ],
)
def test_the_first_row_that_matches_is_the_verdict(
    changed: dict[str, Any], code: VerdictCode
) -> None:
    assert decided(**changed).code == code


@pytest.mark.parametrize(
    ("status", "full_weeks", "weeks_left"),
    [
        ("ended", (1, 8), 1),
        ("ended", (8, 0), 2),
        ("running", (8, 0), 4),
        ("running", (0, 3), 2),
        ("running", (8, 3), 1),
    ],
)
def test_too_early_says_how_many_weeks_are_missing(
    status: str, full_weeks: tuple[int, int], weeks_left: int
) -> None:
    assert decided(status=status, full_weeks=full_weeks).weeks_left == weeks_left


def test_a_baseline_that_is_over_and_too_short_is_named() -> None:
    assert decided(full_weeks=(1, 8)).cause == "short_baseline"
    assert decided(full_weeks=(8, 1)).cause is None
    assert decided(full_weeks=(1, 8), status="running").cause is None


def test_a_bound_on_zero_or_on_the_smallest_change_is_not_beyond_it() -> None:
    assert decided(interval=interval(0.0, 0.11)).code == "unclear"
    assert decided(interval=interval(0.01, 0.05)).code == "better"
    assert decided(interval=interval(-0.05, 0.04)).code == "unclear"


def test_only_an_unclear_end_tells_what_may_have_been_missed() -> None:
    assert decided(interval=interval(-0.04, 0.06)).missed == 0.07
    assert decided().missed is None


@pytest.mark.parametrize(
    ("code", "better", "is_guarded", "advice"),
    [
        ("better", 1, True, "keep"),
        ("better_so_far", 1, True, "keep"),
        ("better_small", 1, True, "discuss"),
        ("worse", 1, True, "drop"),
        ("worse_so_far", -1, True, "drop"),
        ("same", 1, True, "discuss"),
        ("unclear", 1, True, "discuss"),
        ("insufficient", 1, True, None),
        ("too_early_running", 1, True, None),
        ("better", 1, False, "discuss"),
        ("worse", 0, True, "discuss"),
    ],
)
def test_advice_follows_the_verdict_unless_a_guardrail_is_broken(
    code: VerdictCode, better: Any, is_guarded: bool, advice: Advice | None
) -> None:
    assert advise(Verdict(code=code), better=better, is_guarded=is_guarded) == advice
