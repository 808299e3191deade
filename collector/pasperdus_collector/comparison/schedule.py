"""How far a trial has come, and which stretches of time belong to its arms (pure).

While a trial runs, only whole weeks that are over enter: so reading it every day changes the answer
once a week. Nothing after the planned end enters: otherwise one could go on until the answer
pleases. What was usual and is usual again after the prototype belongs to the trial until an end
that is declared too (:func:`_return_end`), and the trial runs until then.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from pasperdus_collector.analysis.inputs import Range, Status
from pasperdus_collector.calendar.grid import boundaries, local_date, midnight
from pasperdus_collector.comparison.names import Chosen
from pasperdus_collector.comparison.stretches import Stretches
from pasperdus_collector.register.recipe import weeks_later
from pasperdus_collector.register.records import Exclusion, Period
from pasperdus_contract.fields import QUARTER_MS

DAY_MS = 86_400_000
UNPLANNED_WEEKS = 8
"""For which the sequence is tuned where nobody planned an end: about where most trials end."""


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
    """Both arms' time, how far the trial has come, and for how many weeks it was planned.

    ``is_taken_back``: the prototype has gone for good, while its baseline may still go on.
    """

    status: Status
    is_taken_back: bool
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

    It runs until the prototype is over, and where it is followed by its baseline, until the
    declared end of that. Then it has ``ended`` if the prototype ran to its planned end, and the
    return to its own; otherwise it has ``ended_early``.

    ``end_was_moved``: its planned end was changed after it began. Whoever may move the end looks at
    any time, so that it then never counts as ended at its planned end.

    ``opens_on`` tells whether the site opens on a local day: a trial that ended on Friday evening
    did not end early where Sunday was planned.
    """
    trial = chosen.prototype
    tried = [_tried_range(each, chosen) for each in chosen.tried]
    returns = {
        each.period: _return_end(each, chosen, zone)
        for each in chosen.baseline
        if _is_return(each, chosen, tried)
    }
    against = [_until(each, returns.get(each.period)) for each in chosen.baseline]
    status = _status(chosen, tried, against, returns, zone, now_ms=now_ms, opens_on=opens_on)
    if status == "ended" and end_was_moved:
        status = "ended_early"
    is_open = status in ("planned", "running")
    ends = [now_ms, *(end for _, end in [*tried, *against] if end is not None)]
    end_ms = _monday_ms(now_ms, zone) if is_open else min(now_ms, max(ends[1:], default=now_ms))
    excluded = excluded_stretches(trial.exclusions, zone)
    gone = all(end is not None and end <= now_ms for _, end in tried)
    return Schedule(
        status=status,
        is_taken_back=gone and trial.design != "randomised",  # weeks off belong to its end
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
    back_ms = trial.rolled_back_at_ms
    if back_ms is not None and back_ms <= period.start_ms:
        back_ms = None  # it was tried again afterwards
    ends = [end for end in (period.end_ms, trial.planned_end_ms, back_ms) if end is not None]
    return period.start_ms, max(period.start_ms, min(ends)) if ends else None


def _is_return(period: Period, chosen: Chosen, tried: Sequence[tuple[int, int | None]]) -> bool:
    """Return whether a baseline follows the prototype, and nobody laid its end down before.

    One that was registered with its end, without any roll-back, was planned so (A-B-A).
    """
    if period.pair is not None or any(end is None or end > period.start_ms for _, end in tried):
        return False
    back_ms = chosen.prototype.rolled_back_at_ms
    return period.end_ms is None or (back_ms is not None and back_ms <= period.start_ms)


def _return_end(period: Period, chosen: Chosen, zone: ZoneInfo) -> int:
    """Return until when a baseline that follows the prototype is part of the trial.

    That is the planned end where it leaves a week at least; else as many whole weeks after the
    return as the prototype was there.
    """
    planned_ms = chosen.prototype.planned_end_ms
    if planned_ms is not None and planned_ms >= weeks_later(period.start_ms, 1, zone):
        return planned_ms
    there = [_tried_range(each, chosen) for each in chosen.own]
    lasted_ms = sum(
        max(0, (period.start_ms if end is None else end) - start)
        for start, end in there
        if start < period.start_ms
    )
    return weeks_later(period.start_ms, max(1, round(lasted_ms / DAY_MS) // 7), zone)


def _until(period: Period, end_ms: int | None) -> tuple[int, int | None]:
    ends = [end for end in (period.end_ms, end_ms) if end is not None]
    return period.start_ms, min(ends) if ends else None


def _status(
    chosen: Chosen,
    tried: Sequence[tuple[int, int | None]],
    against: Sequence[tuple[int, int | None]],
    returns: Mapping[str, int],
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
    open_or_over = [end for _, end in tried] + with_it
    ends = [end for end in open_or_over if end is not None]
    if len(ends) < len(open_or_over) or max(ends) > now_ms:
        return "running"
    planned_ms = chosen.prototype.planned_end_ms
    if planned_ms is None:
        return "ended_early"  # when to look was decided on the way
    # Weeks after a return do not make up for those in which the prototype was to be there.
    if returns or chosen.prototype.rolled_back_at_ms is not None:
        ends = [end for _, end in tried if end is not None]
    spans = [(max(ends), planned_ms)] + [
        (end, returns[each.period])
        for each, (_, end) in zip(chosen.baseline, against, strict=True)
        if each.period in returns and end is not None
    ]
    is_short = any(_misses_open_days(*span, zone, opens_on) for span in spans)
    return "ended_early" if is_short else "ended"


def _misses_open_days(
    ended_ms: int, declared_ms: int, zone: ZoneInfo, opens_on: Callable[[date], bool]
) -> bool:
    """Return whether the site was to open between an end and the one that was declared."""
    if ended_ms >= declared_ms:
        return False
    missed = boundaries("1d", ended_ms, declared_ms, zone)
    days = [local_date(quarter * QUARTER_MS, zone) for quarter in missed[:-1]]
    if midnight(days[0], zone) * QUARTER_MS < ended_ms:
        days = days[1:]  # it was over in the course of that day
    return any(opens_on(day) for day in days)


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
