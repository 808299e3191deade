"""What a site measured in stretches of time in which nothing was changed: what a plan rests on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

import numpy as np

from pasperdus_collector.analysis.inputs import Arm, Bools
from pasperdus_collector.calendar.grid import boundaries, local_date, midnight
from pasperdus_collector.calendar.opening import SiteCalendar
from pasperdus_collector.comparison.arm import Counted, days_of, make_arm, whole_days
from pasperdus_collector.comparison.counted import CountedSite, runs_of
from pasperdus_collector.comparison.opened import Opened, busy_cells
from pasperdus_collector.comparison.schedule import ArmTime, Stretches
from pasperdus_collector.comparison.weekly import people_inside, stays, waits_and_services
from pasperdus_collector.register.store import read_periods
from pasperdus_collector.series.released import HOUR_MS, ReleasedBlock, read_blocks
from pasperdus_contract.fields import QUARTER_MS

LOOK_BACK_WEEKS = 26  # half a year: enough to judge how weeks differ, recent enough to be like now

Asked = tuple[str, int]
"""A question and its scale."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnWeeks:
    """What was measured, and which of the arm's blocks lie within one local day."""

    arm: Arm
    within_a_day: Bools


def look_back(place: CountedSite, now_ms: int) -> ArmTime:
    """Return the whole weeks of the last half year in which no prototype was tried."""
    monday = local_date(
        boundaries("1w", now_ms, now_ms + 1, place.zone)[0] * QUARTER_MS, place.zone
    )
    first = monday - timedelta(weeks=LOOK_BACK_WEEKS)
    end_ms = midnight(monday, place.zone) * QUARTER_MS
    tried = [
        (each.start_ms, end_ms if each.end_ms is None else each.end_ms)
        for each in read_periods(place.db, place.card.site)
        if each.kind == "prototype"
    ]
    weeks = []
    for week in range(LOOK_BACK_WEEKS):
        begin, stop = (
            midnight(first + timedelta(weeks=week + more), place.zone) * QUARTER_MS
            for more in (0, 1)
        )
        if not any(start < stop and begin < end for start, end in tried):
            weeks.append((begin, stop))
    kept = Stretches.of(weeks)
    return ArmTime(title="", ranges=(), kept=kept, due=kept, excluded=Stretches.of(()))


def own_weeks(place: CountedSite, time: ArmTime, asked: Asked | None) -> OwnWeeks:
    """Return what was measured in a stretch of time."""
    touched = days_of(time, place.zone)
    runs = runs_of(touched)
    hours, boxes = place.hours(runs, asked)
    calendar = SiteCalendar.from_json(place.card.calendar)
    held = time.kept.hold(hours.starts, hours.ends)
    busy = (
        None if calendar.hours else busy_cells(hours.day[held], hours.hour[held], hours.ins[held])
    )
    opened = Opened(calendar, place.zone, busy)
    whole = whole_days(time, sorted({day for days in touched for day in days}), opened)
    open_hours = {
        day: sum(closes - opens for opens, closes in opened.on(day)) / HOUR_MS for day in whole
    }
    blocks = _blocks(place, time, asked)
    arm = make_arm(
        time,
        Counted(
            hours=hours,
            boxes=boxes,
            days=place.days(runs),
            is_corrected=False,  # a constant factor is no noise
            tallies=place.tallies(runs),
            tallied_from_ms=place.tallied_from_ms,
        ),
        blocks,
        opened,
        place.zone,
        whole=whole,
        figures={
            "stay_minutes": stays(place.stays(runs), whole),
            "occupancy": people_inside(place.occupancy(runs), whole, open_hours),
            **waits_and_services(place.db, place.card.site, _cut_at_mondays(time, place)),
        },
    )
    inside = time.kept.hold(
        np.array([each.start_ms for each in blocks], dtype=np.int64),
        np.array([each.end_ms for each in blocks], dtype=np.int64),
    )
    return OwnWeeks(
        arm=arm,
        within_a_day=np.array(
            [
                local_date(each.start_ms, place.zone) == local_date(each.end_ms - 1, place.zone)
                for each, is_in in zip(blocks, inside, strict=True)
                if is_in
            ],
            dtype=np.bool_,
        ),
    )


def _blocks(place: CountedSite, time: ArmTime, asked: Asked | None) -> Sequence[ReleasedBlock]:
    if asked is None or not len(time.kept.starts):
        return []
    return list(
        read_blocks(
            place.db,
            place.card.site,
            start_ms=int(time.kept.starts[0]),
            end_ms=int(time.kept.ends[-1]),
            question=asked[0],
            scale=asked[1],
        )
    )


def _cut_at_mondays(time: ArmTime, place: CountedSite) -> list[tuple[int, int, int]]:
    """Return stretches by week: its Monday, start and end."""
    parts = []
    for start, end in time.kept.pairs():
        edges = [edge * QUARTER_MS for edge in boundaries("1w", start, end, place.zone)]
        for monday_ms, next_ms in pairwise(edges):
            week = local_date(monday_ms, place.zone).toordinal()
            parts.append((week, max(start, monday_ms), min(end, next_ms)))
    return parts
