"""One arm of a comparison from what was counted, opened and released at a site."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np

from pasperdus_collector.analysis.inputs import (
    SCORES,
    Arm,
    BlockTable,
    Bools,
    DayTable,
    Floats,
    HourTable,
    Ints,
    WeekFacts,
    WeekFigures,
    monday,
)
from pasperdus_collector.comparison.counted import Counts
from pasperdus_collector.comparison.opened import Opened, day_bounds
from pasperdus_collector.comparison.schedule import ArmTime
from pasperdus_collector.comparison.stretches import Stretches
from pasperdus_collector.release import K
from pasperdus_collector.series.released import HOUR_MS, ReleasedBlock

_HOUR_S = HOUR_MS // 1000
_WEEK_DAYS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What an arm is cut out of: columns of a whole site, on all days that either arm touches.

    ``is_corrected``: persons are those corrected by calibrations, in both arms alike. ``tallies``
    are sums by what was tallied and day; before ``tallied_from_ms`` nobody could.
    """

    hours: Counts
    boxes: Floats
    days: Counts
    is_corrected: bool
    tallies: Mapping[str, Mapping[int, int]]
    tallied_from_ms: int | None


def days_of(time: ArmTime, zone: ZoneInfo) -> list[range]:
    """Return the local days that an arm's stretches touch."""
    return [range(_date(start, zone), _date(end - 1, zone) + 1) for start, end in time.kept.pairs()]


def whole_days(time: ArmTime, days: Iterable[int], opened: Opened) -> list[int]:
    """Return the open days of which all open hours lie in the arm."""
    return [
        day for day in days if (stretches := opened.on(day)) and _all_held(time.kept, stretches)
    ]


def make_arm(
    time: ArmTime,
    counted: Counted,
    blocks: Sequence[ReleasedBlock],
    opened: Opened,
    zone: ZoneInfo,
    *,
    whole: Sequence[int],
    figures: Mapping[str, WeekFigures],
) -> Arm:
    """Return the arm; ``blocks`` are those of the question, ``whole`` the days that are all in."""
    hours = _hours(time, counted, opened)
    released, straddling = _blocks(time, blocks, zone)
    return Arm(
        title=time.title,
        ranges=time.ranges,
        weeks=_weeks(time, hours, released, opened, zone, whole=whole),
        blocks=released,
        hours=hours,
        days=_days(counted, hours, opened, whole),
        figures={name: each for name, each in figures.items() if len(each.week)},
        straddling=straddling,
    )


def bursts_told(block: ReleasedBlock) -> tuple[int, ...]:
    """Return the ratings of a block that count as bursts: never so that under K stand alone.

    Where bursts and the rest are K ratings each, they are told apart. Else all of a block that is
    mostly bursts counts as one, and none of any other block.
    """
    bursts = sum(block.bursts)
    rest = sum(block.counts) - bursts
    if min(bursts, rest) >= K:
        return block.bursts
    return block.counts if bursts > rest else (0,) * SCORES


def persons(counts: Counts, *, is_corrected: bool) -> tuple[Floats, Floats]:
    """Return entries and exits."""
    if is_corrected:
        return counts.ins_corrected, counts.outs_corrected
    return counts.ins, counts.outs


def _hours(time: ArmTime, counted: Counted, opened: Opened) -> HourTable:
    counts = counted.hours
    entries, exits = persons(counts, is_corrected=counted.is_corrected)
    held = time.kept.hold(counts.starts, counts.ends)
    share = np.zeros(len(held))
    share[held] = opened.shares(counts.day[held], counts.starts[held], counts.ends[held])
    # Hours of the night in which nobody passed say nothing.
    kept = held & ((share > 0) | (np.nan_to_num(entries) > 0) | (np.nan_to_num(exits) > 0))
    return HourTable(
        day=counts.day[kept],
        hour=counts.hour[kept],
        entries=entries[kept],
        exits=exits[kept],
        open_share=share[kept],
        door_coverage=counts.coverage[kept],
        box_coverage=counted.boxes[kept],
    )


def _blocks(
    time: ArmTime, blocks: Sequence[ReleasedBlock], zone: ZoneInfo
) -> tuple[BlockTable, int]:
    """Return the blocks that lie wholly in the arm, and the ratings of those that reach over."""
    starts = np.array([each.start_ms for each in blocks], dtype=np.int64)
    ends = np.array([each.end_ms for each in blocks], dtype=np.int64)
    kept = time.kept.hold(starts, ends)
    # One that reaches into the week at hand is not left out, it only has to wait.
    over = time.due.touch(starts, ends) & ~time.due.hold(starts, ends)
    inside = [block for block, is_kept in zip(blocks, kept, strict=True) if is_kept]
    clocks = [_clock(block, zone) for block in inside]
    return (
        BlockTable(
            day=_column([day for day, _ in clocks]),
            hour=_column([hour for _, hour in clocks]),
            counts=_scores([block.counts for block in inside]),
            bursts=_scores([bursts_told(block) for block in inside]),
        ),
        sum(sum(block.counts) for block, is_over in zip(blocks, over, strict=True) if is_over),
    )


def _clock(block: ReleasedBlock, zone: ZoneInfo) -> tuple[int, int]:
    """Return a block's day, and the hour on the clock that stands for it."""
    last = datetime.fromtimestamp(block.last_hour * _HOUR_S, zone)
    middle = datetime.fromtimestamp((block.first_hour + block.last_hour) // 2 * _HOUR_S, zone)
    first = datetime.fromtimestamp(block.first_hour * _HOUR_S, zone)
    day = last.date().toordinal()
    return day, middle.hour if first.date() == last.date() else last.hour


def _days(counted: Counted, hours: HourTable, opened: Opened, whole: Sequence[int]) -> DayTable:
    day = _column(whole)
    entries, _ = persons(counted.days, is_corrected=counted.is_corrected)
    at = np.searchsorted(counted.days.day, day)
    place = np.searchsorted(day, hours.day)
    is_whole = np.isin(hours.day, day)
    open_hours = np.zeros(len(day))
    covered = np.zeros(len(day))
    np.add.at(open_hours, place[is_whole], hours.open_share[is_whole])
    np.add.at(covered, place[is_whole], (hours.open_share * hours.door_coverage)[is_whole])
    return DayTable(
        day=day,
        open_hours=_column(
            [sum(closes - opens for opens, closes in opened.on(each)) for each in whole]
        )
        / HOUR_MS,
        entries=entries[at],
        coverage=np.divide(covered, open_hours, out=np.zeros(len(day)), where=open_hours > 0),
        public_holiday=_flags([opened.is_public_holiday(each) for each in whole]),
        school_holiday=_flags([opened.is_school_holiday(each) for each in whole]),
        tallies={
            what: _tallied(sums, whole, opened, counted.tallied_from_ms)
            for what, sums in sorted(counted.tallies.items())
        },
    )


def _tallied(
    sums: Mapping[int, int], whole: Sequence[int], opened: Opened, from_ms: int | None
) -> Floats:
    """Return the tallies of each day: none is zero, unless nobody could tally yet."""
    return np.array(
        [
            float(sums.get(day, 0))
            if from_ms is not None and opened.on(day)[0][0] >= from_ms
            else float(sums.get(day, np.nan))
            for day in whole
        ],
        dtype=np.float64,
    )


def _weeks(
    time: ArmTime,
    hours: HourTable,
    blocks: BlockTable,
    opened: Opened,
    zone: ZoneInfo,
    *,
    whole: Sequence[int],
) -> tuple[WeekFacts, ...]:
    day = _column(whole)
    there = np.union1d(
        monday(day), monday(np.concatenate([hours.day[hours.open_share > 0], blocks.day]))
    )
    held = set(whole)
    return tuple(
        WeekFacts(
            week=week,
            open_days=sum(week <= each < week + _WEEK_DAYS for each in whole),
            is_full=_is_full(range(week, week + _WEEK_DAYS), held, time, opened, zone),
        )
        for week in there.tolist()
    )


def _is_full(week: range, held: set[int], time: ArmTime, opened: Opened, zone: ZoneInfo) -> bool:
    """Return whether every open day of a week is in the arm, but for days that are excluded.

    Of a week of which half is excluded, too little is left.
    """
    open_days = [day for day in week if opened.on(day)]
    bounds = _column(day_bounds(open_days, zone)).reshape(-1, 2)
    is_excluded = time.excluded.hold(bounds[:, 0], bounds[:, 1])
    counting = [day for day, is_out in zip(open_days, is_excluded, strict=True) if not is_out]
    return 2 * len(counting) > len(open_days) and all(day in held for day in counting)


def _all_held(kept: Stretches, stretches: Sequence[tuple[int, int]]) -> bool:
    bounds = np.array([(stretches[0][0], stretches[-1][1])], dtype=np.int64)
    return bool(kept.hold(bounds[:, 0], bounds[:, 1])[0])


def _date(at_ms: int, zone: ZoneInfo) -> int:
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(zone).date().toordinal()


def _column(values: Iterable[int] | Iterable[tuple[int, int]]) -> Ints:
    return np.array(list(values), dtype=np.int64)


def _flags(values: list[bool]) -> Bools:
    return np.array(values, dtype=np.bool_)


def _scores(rows: list[tuple[int, ...]]) -> Ints:
    return np.array(rows, dtype=np.int64).reshape(-1, SCORES)
