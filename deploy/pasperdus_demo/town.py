"""A plausible town hall reception (pure, seeded): who comes when, where they go, what they rate.

Nobody here is taken from life. The figures are of the size that the published French cases
report: a few hundred visitors a day at most, a rush on Monday morning, a hollow at lunch, an
empty August and a full September. During ten weeks in the middle a *mobile lectern* meets people
at the door: they wait less and are satisfied more often.
"""

import math
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import cached_property
from itertools import accumulate
from random import Random
from typing import Literal

from pasperdus_demo.opening import Hours, choose_closures, day_of, hours, wall_ms

HISTORY_DAYS = 39 * 7  # nine months, in whole weeks
SCALE = 5

Line = Literal["door", "room-door"]
Seen = Literal["plain", "ambiguous", "missed"]
"""What the beams made of somebody; ``missed`` walked beside another person."""

_VISITORS = 176.0  # of an ordinary open day, before the factors below
_BY_WEEKDAY = (1.17, 0.96, 1.10, 0.92, 1.0, 0.45)
_BY_MONTH = (1.0, 0.97, 1.03, 0.95, 0.92, 1.0, 0.80, 0.60, 1.18, 1.05, 1.0, 0.88)
# Arrivals of each half-hour from 8:30; Saturday has its own shape from 9:00.
_WEEKDAY_SHAPE = (9, 12, 13, 12, 11, 10, 8, 5, 3, 3, 4, 7, 9, 9, 8, 7, 5, 3)
_SATURDAY_SHAPE = (8, 12, 13, 12, 9, 5)
_HALF_HOUR_MS = 1_800_000
_MINUTE_MS = 60_000

_LECTERN_FROM_WEEK, _LECTERN_WEEKS = 15, 10
_OUTAGE_FROM_WEEK = 29
_LATEST_AFTER_CLOSING_MS = 20 * _MINUTE_MS

_ROOM_SHARE = 0.62  # go through the waiting room
_RATE_IN_ROOM, _RATE_ELSEWHERE = 0.51, 0.22  # press a button on their way out
_SATISFIED, _SATISFIED_LECTERN = 0.74, 0.82
_SCORES_SATISFIED, _SCORES_OTHERS = ((5, 4), (56, 44)), ((3, 2, 1), (50, 28, 22))
_WAIT_MINUTES, _WAIT_MINUTES_LECTERN = 13.0, 9.0  # medians
_MISSED_IN, _MISSED_OUT, _AMBIGUOUS = 0.004, 0.018, 0.03
_TURNS_BACK = 0.025  # of visitors: look in and go
_QUESTIONS, _QUESTIONS_LECTERN = 14.0, 8.0  # "where is…?" tallied on an ordinary day


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """Somebody goes through a counted line."""

    at_ms: int
    line: Line
    direction: Literal["in", "out"]
    seen: Seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """Somebody rates their visit, 1 worst to 5 best."""

    at_ms: int
    score: int


Step = Crossing | Press


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One person's way through the building: steps in order of time, the first in, the last out."""

    steps: tuple[Step, ...]

    @property
    def arrived_ms(self) -> int:
        """When they came in."""
        return self.steps[0].at_ms

    @property
    def left_ms(self) -> int:
        """When they went out."""
        return self.steps[-1].at_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One local day at the town hall. Times are milliseconds since 1970."""

    date: date
    visits: tuple[Visit, ...] = ()
    turned_back_ms: tuple[int, ...] = ()
    questions_ms: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Half-open, in milliseconds since 1970."""

    from_ms: int
    to_ms: int

    def holds(self, at_ms: int) -> bool:
        """Tell whether an instant lies in it."""
        return self.from_ms <= at_ms < self.to_ms


@dataclass(frozen=True, kw_only=True)
class Town:
    """The whole history that leads to ``today``; equal seeds make equal days."""

    seed: int
    today: date

    @property
    def first_day(self) -> date:
        """The first day of the history."""
        return self.today - timedelta(days=HISTORY_DAYS)

    @cached_property
    def closures(self) -> frozenset[date]:
        """Weekdays on which the town hall stays shut for a reason of its own."""
        return choose_closures(self.first_day, self.today, self.seed)

    @cached_property
    def lectern(self) -> Span:
        """When the mobile lectern is tried, from a Monday to a Monday."""
        monday = self._monday(_LECTERN_FROM_WEEK)
        after = monday + timedelta(weeks=_LECTERN_WEEKS)
        return Span(from_ms=wall_ms(monday, time()), to_ms=wall_ms(after, time()))

    @cached_property
    def outage(self) -> Span:
        """When a display panel stands in the entrance's outer beam: a day and a half."""
        tuesday = self._monday(_OUTAGE_FROM_WEEK) + timedelta(days=1)
        return Span(
            from_ms=wall_ms(tuesday, time(10, 12)),
            to_ms=wall_ms(tuesday + timedelta(days=1), time(21, 40)),
        )

    def day(self, day: date) -> Day:
        """Return everything that happens on one day."""
        opening = hours(day, self.closures)
        if opening is None:
            return Day(date=day)
        rng = Random(f"{self.seed}/{day.isoformat()}")  # noqa: S311 (a simulation, seeded on purpose)
        expected = _VISITORS * _BY_WEEKDAY[day.weekday()] * _BY_MONTH[day.month - 1]
        arrivals = _arrivals(rng, opening, _about(rng, expected))
        leave_by_ms = opening.closes_ms + _LATEST_AFTER_CLOSING_MS
        visits = tuple(self.visit(rng, at_ms, leave_by_ms=leave_by_ms) for at_ms in arrivals)
        asked = _QUESTIONS_LECTERN if self.lectern.holds(opening.opens_ms) else _QUESTIONS
        questions = _about(rng, asked * len(arrivals) / _VISITORS)
        return Day(
            date=day,
            visits=visits,
            turned_back_ms=tuple(_arrivals(rng, opening, _about(rng, expected * _TURNS_BACK))),
            questions_ms=tuple(_arrivals(rng, opening, questions)),
        )

    def visit(
        self, rng: Random, arrived_ms: int, *, leave_by_ms: int | None = None, pace: float = 1.0
    ) -> Visit:
        """Draw one visit; with a ``pace`` of 4 everything takes a quarter of its time."""
        has_lectern = self.lectern.holds(arrived_ms)
        goes_in_room = rng.random() < _ROOM_SHARE
        minute_ms = _MINUTE_MS / pace
        to_room_ms = rng.uniform(0.3, 1.2) * minute_ms
        median = _WAIT_MINUTES_LECTERN if has_lectern else _WAIT_MINUTES
        in_room_ms = rng.lognormvariate(math.log(median), 0.55) * minute_ms
        after_ms = rng.lognormvariate(math.log(5.0), 0.5) * minute_ms
        if not goes_in_room:
            in_room_ms = 0.0
        stay_ms = to_room_ms + in_room_ms + after_ms
        if leave_by_ms is not None and arrived_ms + stay_ms > leave_by_ms:
            shrink = (leave_by_ms - arrived_ms) / stay_ms
            to_room_ms, in_room_ms, stay_ms = (
                ms * shrink for ms in (to_room_ms, in_room_ms, stay_ms)
            )
        left_ms = round(arrived_ms + stay_ms)
        steps: list[Step] = [_crossing(rng, arrived_ms, "door", "in")]
        out_of_room_ms = round(arrived_ms + to_room_ms + in_room_ms)
        if goes_in_room:
            steps.append(_crossing(rng, round(arrived_ms + to_room_ms), "room-door", "in"))
        rates = rng.random() < (_RATE_IN_ROOM if goes_in_room else _RATE_ELSEWHERE)
        score = _score(rng, has_lectern=has_lectern)
        if rates and goes_in_room:
            steps.append(Press(at_ms=out_of_room_ms - round(in_room_ms * 0.02), score=score))
        if goes_in_room:
            steps.append(_crossing(rng, out_of_room_ms, "room-door", "out"))
        elif rates:
            steps.append(Press(at_ms=round(left_ms - (left_ms - arrived_ms) * 0.05), score=score))
        steps.append(_crossing(rng, left_ms, "door", "out"))
        return Visit(steps=tuple(steps))

    def _monday(self, week: int) -> date:
        day = self.first_day + timedelta(weeks=week)
        return day - timedelta(days=day.weekday())


def inside_at(day: Day, at_ms: int) -> list[Visit]:
    """Return the visits that have begun and not ended."""
    return [visit for visit in day.visits if visit.arrived_ms <= at_ms < visit.left_ms]


def today_at(at_ms: int, seed: int) -> Town:
    """Return the town whose history leads to the local day of ``at_ms``."""
    return Town(seed=seed, today=day_of(at_ms))


def _arrivals(rng: Random, opening: Hours, count: int) -> list[int]:
    """Draw instants by the hourly shape, in order; the last come ten minutes before closing."""
    is_short = opening.closes_ms - opening.opens_ms < 12 * _HALF_HOUR_MS
    shape = _SATURDAY_SHAPE if is_short else _WEEKDAY_SHAPE
    slots = rng.choices(range(len(shape)), cum_weights=list(accumulate(shape)), k=count)
    latest_ms = opening.closes_ms - 10 * _MINUTE_MS
    return sorted(
        min(opening.opens_ms + slot * _HALF_HOUR_MS + rng.randrange(_HALF_HOUR_MS), latest_ms)
        for slot in slots
    )


def _about(rng: Random, expected: float) -> int:
    """Draw a count that scatters a little more than Poisson's, as real days do."""
    return max(0, round(rng.gauss(expected, 1.2 * math.sqrt(expected))))


def _crossing(rng: Random, at_ms: int, line: Line, direction: Literal["in", "out"]) -> Crossing:
    missed = _MISSED_IN if direction == "in" else _MISSED_OUT
    draw = rng.random()
    seen: Seen = "plain"
    if draw < missed:
        seen = "missed"
    elif draw < missed + _AMBIGUOUS:
        seen = "ambiguous"
    return Crossing(at_ms=at_ms, line=line, direction=direction, seen=seen)


def _score(rng: Random, *, has_lectern: bool) -> int:
    is_satisfied = rng.random() < (_SATISFIED_LECTERN if has_lectern else _SATISFIED)
    scores, weights = _SCORES_SATISFIED if is_satisfied else _SCORES_OTHERS
    (score,) = rng.choices(scores, weights)
    return score
