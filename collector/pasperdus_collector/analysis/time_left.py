"""How long until a running trial can answer: its own weeks, its own noise, its own planned end."""

from dataclasses import dataclass
from typing import Literal

from pasperdus_collector.analysis.noise import Planned
from pasperdus_collector.analysis.power import WITHIN_A_YEAR, Terms, mde, power_of
from pasperdus_collector.analysis.sequential import FIRST_WEEK

Outlook = Literal["at_end", "too_short", "no_end", "never", "over"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLeft:
    """Weeks are calendar weeks from now; changes are in the outcome's unit.

    ``to_end`` is None while no end is planned, ``to_detectable`` where ``delta`` is not detectable
    within a year from now. ``at_end`` is what is detectable at the planned end, ``in_a_year`` after
    a year from now. ``is_short_of_baseline``: no length of the prototype's period makes up for so
    short a baseline.

    ``outlook``: the trial answers ``at_end``; its end comes ``too_short``; it has ``no_end`` but
    could answer; it will ``never`` answer within a year; it is ``over``.
    """

    outlook: Outlook
    baseline_weeks: int
    weeks: int
    to_end: int | None
    to_first_reading: int
    to_detectable: int | None
    now: float | None
    at_end: float | None
    in_a_year: float | None
    is_short_of_baseline: bool


def time_left(
    delta: float,
    outcome: Planned,
    terms: Terms,
    *,
    baseline_weeks: int,
    weeks: int,
    planned_weeks: int | None,
) -> TimeLeft:
    """Return how long a trial with so many full weeks on each side still has to run.

    ``planned_weeks`` are the prototype's, from its start to the planned end; of a randomised trial
    those of the whole, with and without it: there, each further pair takes two weeks.
    """
    is_paired = terms.design == "randomised"
    step = 2 if is_paired else 1
    done = min(baseline_weeks, weeks) if is_paired else weeks

    def sides(more: int) -> tuple[int, int]:
        return (done + more if is_paired else baseline_weeks, done + more)

    def detectable(more: int) -> float | None:
        return mde(outcome, *sides(more), terms)

    def finds(more: int) -> bool:
        return (
            delta <= outcome.largest
            and power_of(delta, outcome, *sides(more), terms) >= terms.power
        )

    most = WITHIN_A_YEAR // step
    lacking = next((more for more in range(most + 1) if finds(more)), None)
    to_end = None if planned_weeks is None else max(0, planned_weeks // step - done)
    endless = power_of(min(delta, outcome.largest), outcome, baseline_weeks, 10_000, terms)
    return TimeLeft(
        outlook=_outlook(to_end, lacking, finds_at_end=to_end is not None and finds(to_end)),
        baseline_weeks=baseline_weeks,
        weeks=weeks,
        to_end=None if to_end is None else to_end * step,
        to_first_reading=max(0, FIRST_WEEK - done) * step,
        to_detectable=None if lacking is None else lacking * step,
        now=detectable(0),
        at_end=None if to_end is None else detectable(to_end),
        in_a_year=detectable(most),
        is_short_of_baseline=not is_paired and lacking is None and endless < terms.power,
    )


def _outlook(to_end: int | None, lacking: int | None, *, finds_at_end: bool) -> Outlook:
    if to_end == 0:
        return "over"
    if finds_at_end:
        return "at_end"
    if lacking is None:
        return "never"
    return "no_end" if to_end is None else "too_short"
