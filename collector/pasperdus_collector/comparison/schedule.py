"""How far a trial has come, and which stretches of time belong to its arms (pure).

While a trial runs, only whole weeks that are over enter: so reading it every day changes the answer
once a week. Nothing after the planned end enters: otherwise one could go on until the answer
pleases.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from pasperdus_collector.analysis.inputs import Bools, Ints, Range, Status
from pasperdus_collector.calendar.grid import boundaries, local_date, midnight
from pasperdus_collector.comparison.names import Chosen
from pasperdus_collector.register.records import Exclusion, Period
from pasperdus_contract.fields import QUARTER_MS

DAY_MS = 86_400_000
UNPLANNED_WEEKS = 8
"""For which the sequence is tuned where nobody planned an end: about where most trials end."""


@dataclass(frozen=True, slots=True)
class Stretches:
    """Disjoint stretches of time ``[start, end)`` in order, in milliseconds since 1970 UTC."""

    starts: Ints
    ends: Ints

    @classmethod
    def of(cls, pairs: Iterable[tuple[int, int]]) -> "Stretches":
        """Join what touches or overlaps; what is empty is left out."""
        joined: list[list[int]] = []
        for start, end in sorted(pair for pair in pairs if pair[0] < pair[1]):
            if joined and start <= joined[-1][1]:
                joined[-1][1] = max(joined[-1][1], end)
            else:
                joined.append([start, end])
        bounds = np.array(joined, dtype=np.int64).reshape(-1, 2)
        return cls(bounds[:, 0], bounds[:, 1])

    def pairs(self) -> list[tuple[int, int]]:
        """Return them as pairs."""
        return list(zip(self.starts.tolist(), self.ends.tolist(), strict=True))

    def hold(self, starts: Ints, ends: Ints) -> Bools:
        """Return of each ``[start, end)`` whether all of it lies in one stretch."""
        if not len(self.starts):
            return np.zeros(len(starts), dtype=np.bool_)
        at = np.searchsorted(self.starts, starts, side="right") - 1
        return (at >= 0) & (ends <= self.ends[at])

    def touch(self, starts: Ints, ends: Ints) -> Bools:
        """Return of each ``[start, end)`` whether any of it lies in a stretch."""
        if not len(self.starts):
            return np.zeros(len(starts), dtype=np.bool_)
        at = np.searchsorted(self.starts, ends, side="left") - 1
        return (at >= 0) & (self.ends[at] > starts)

    def without(self, others: Iterable[tuple[int, int]]) -> "Stretches":
        """Return them with other stretches cut out."""
        left = self.pairs()
        for cut_start, cut_end in others:
            left = [
                part
                for start, end in left
                for part in ((start, min(end, cut_start)), (max(start, cut_end), end))
                if part[0] < part[1]
            ]
        return Stretches.of(left)

    def until(self, end_ms: int) -> "Stretches":
        """Return what lies before an instant."""
        return Stretches.of((start, min(end, end_ms)) for start, end in self.pairs())


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmTime:
    """One arm's time. ``ranges`` are its periods as far as they count.

    ``kept`` is what enters now, the days of ``excluded`` cut out; ``due`` what enters once the week
    at hand is over: blocks that reach over ``kept`` but not over ``due`` only have to wait.
    """

    title: str
    ranges: tuple[Range, ...]
    kept: Stretches
    due: Stretches
    excluded: Stretches


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Both arms' time, how far the trial has come, and for how many weeks it was planned."""

    status: Status
    baseline: ArmTime
    tried: ArmTime
    planned_weeks: int
    data_end_ms: int


def schedule(
    chosen: Chosen,
    zone: ZoneInfo,
    *,
    now_ms: int,
    opens_on: Callable[[date], bool],
    end_was_moved: bool = False,
) -> Schedule:
    """Return how far a trial has come at ``now_ms``.

    ``end_was_moved``: its planned end was changed after it began. Whoever may move the end looks at
    any time, so that it then never counts as ended at its planned end.

    ``opens_on`` tells whether the site opens on a local day: a trial that ended on Friday evening
    did not end early where Sunday was planned.
    """
    trial = chosen.prototype
    tried = [_tried_range(each, chosen) for each in chosen.tried]
    against = [(each.start_ms, each.end_ms) for each in chosen.baseline]
    status = _status(chosen, tried, against, zone, now_ms=now_ms, opens_on=opens_on)
    if status == "ended" and end_was_moved:
        status = "ended_early"
    is_open = status in ("planned", "running")
    ends = [now_ms, *(end for _, end in [*tried, *against] if end is not None)]
    end_ms = _monday_ms(now_ms, zone) if is_open else min(now_ms, max(ends[1:], default=now_ms))
    excluded = excluded_stretches(trial.exclusions, zone)
    return Schedule(
        status=status,
        baseline=_arm(chosen.baseline, against, excluded, end_ms=end_ms, now_ms=now_ms),
        tried=_arm(chosen.tried, tried, excluded, end_ms=end_ms, now_ms=now_ms),
        planned_weeks=_planned_weeks(chosen),
        data_end_ms=end_ms,
    )


def excluded_stretches(exclusions: Iterable[Exclusion], zone: ZoneInfo) -> list[tuple[int, int]]:
    """Return the local days that no comparison counts, as stretches of time."""
    return [
        (
            midnight(each.first_day, zone) * QUARTER_MS,
            midnight(each.last_day + timedelta(days=1), zone) * QUARTER_MS,
        )
        for each in exclusions
    ]


def _arm(
    periods: Sequence[Period],
    ranges: Sequence[tuple[int, int | None]],
    excluded: Sequence[tuple[int, int]],
    *,
    end_ms: int,
    now_ms: int,
) -> ArmTime:
    begun = [(start, now_ms if end is None else min(end, now_ms)) for start, end in ranges]
    due = Stretches.of(
        # What nobody ended goes on: no block reaches over an end that is not there.
        (start, max(start, now_ms) + 7 * DAY_MS if end is None else end)
        for start, end in ranges
    ).without(excluded)
    return ArmTime(
        title=", ".join(dict.fromkeys(each.title for each in periods)),
        ranges=tuple(
            Range(period=each.period, start_ms=start, end_ms=min(end, end_ms))
            for each, (start, end) in zip(periods, begun, strict=True)
            if start < min(end, end_ms)
        ),
        kept=Stretches.of(begun).until(end_ms).without(excluded),
        due=due,
        excluded=Stretches.of(excluded),
    )


def _tried_range(period: Period, chosen: Chosen) -> tuple[int, int | None]:
    trial = chosen.prototype
    ends = [
        end
        for end in (period.end_ms, trial.planned_end_ms, trial.rolled_back_at_ms)
        if end is not None
    ]
    return period.start_ms, max(period.start_ms, min(ends)) if ends else None


def _status(
    chosen: Chosen,
    tried: Sequence[tuple[int, int | None]],
    against: Sequence[tuple[int, int | None]],
    zone: ZoneInfo,
    *,
    now_ms: int,
    opens_on: Callable[[date], bool],
) -> Status:
    first_ms = min(start for start, _ in tried)
    if now_ms < first_ms:
        return "planned"
    # A baseline after the prototype, or in turns with it, is part of the trial.
    with_it = [end for _, end in against if end is None or end > first_ms]
    ends = [end for _, end in tried] + with_it
    if any(end is None or end > now_ms for end in ends):
        return "running"
    planned_ms = chosen.prototype.planned_end_ms
    if planned_ms is None:
        return "ended_early"  # when to look was decided on the way
    back_ms = chosen.prototype.rolled_back_at_ms
    if back_ms is not None and any(end == back_ms for _, end in tried):
        ended_ms = back_ms
    else:
        ended_ms = max(end for end in ends if end is not None)
    if ended_ms >= planned_ms:
        return "ended"
    missed = boundaries("1d", ended_ms, planned_ms, zone)
    days = [local_date(quarter * QUARTER_MS, zone) for quarter in missed[:-1]]
    if midnight(days[0], zone) * QUARTER_MS < ended_ms:
        days = days[1:]  # it was over in the course of that day
    return "ended_early" if any(opens_on(day) for day in days) else "ended"


def _planned_weeks(chosen: Chosen) -> int:
    trial = chosen.prototype
    if trial.design == "randomised":
        length_ms = sum(
            each.end_ms - each.start_ms
            for each in chosen.tried
            if each.pair is not None and each.end_ms is not None
        )
    elif trial.planned_end_ms is None:
        return UNPLANNED_WEEKS
    else:
        length_ms = trial.planned_end_ms - min(each.start_ms for each in chosen.tried)
    return max(1, round(length_ms / DAY_MS) // 7)


def _monday_ms(at_ms: int, zone: ZoneInfo) -> int:
    return boundaries("1w", at_ms, at_ms + 1, zone)[0] * QUARTER_MS
