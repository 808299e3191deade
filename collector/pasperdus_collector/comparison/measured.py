"""What a site measured in each of some stretches of time: its arms, read together."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np

from pasperdus_collector.analysis.inputs import Arm
from pasperdus_collector.calendar.grid import boundaries, local_date
from pasperdus_collector.calendar.opening import SiteCalendar
from pasperdus_collector.comparison.arm import Counted, days_of, make_arm, persons, whole_days
from pasperdus_collector.comparison.counted import CountedSite, Counts, runs_of
from pasperdus_collector.comparison.opened import Opened, busy_cells
from pasperdus_collector.comparison.schedule import ArmTime
from pasperdus_collector.comparison.weekly import people_inside, stays, waits_and_services
from pasperdus_collector.series.released import HOUR_MS, ReleasedBlock
from pasperdus_contract.fields import QUARTER_MS

Asked = tuple[str, int]
"""A question and its scale."""


def measured(
    place: CountedSite,
    times: Sequence[ArmTime],
    asked: Asked | None,
    blocks: Iterable[ReleasedBlock],
    *,
    may_correct: bool = True,
) -> tuple[tuple[Arm, ...], Opened]:
    """Return an arm for each of ``times``, and when the site was open.

    ``may_correct``: counts are those corrected by calibrations where these were known of every day.
    """
    touched = [days_of(time, place.zone) for time in times]
    runs = runs_of([each for days in touched for each in days])
    hours, boxes = place.hours(runs, asked)
    days = place.days(runs)
    calendar = SiteCalendar.from_json(place.card.calendar)
    held = np.zeros(len(hours.starts), dtype=np.bool_)
    for time in times:
        held |= time.kept.hold(hours.starts, hours.ends)
    busy = (
        None if calendar.hours else busy_cells(hours.day[held], hours.hour[held], hours.ins[held])
    )
    opened = Opened(calendar, place.zone, busy)
    whole = [
        whole_days(time, sorted({day for each in there for day in each}), opened)
        for time, there in zip(times, touched, strict=True)
    ]
    counted = Counted(
        hours=hours,
        boxes=boxes,
        days=days,
        is_corrected=may_correct and _is_calibrated(days, {day for each in whole for day in each}),
        tallies=place.tallies(runs),
        tallied_from_ms=place.tallied_from_ms,
    )
    stay_days, inside = place.stays(runs), place.occupancy(runs)
    of_question = [each for each in blocks if (each.question, each.scale) == asked]

    def arm(time: ArmTime, whole_ones: Sequence[int]) -> Arm:
        open_hours = {
            day: sum(closes - opens for opens, closes in opened.on(day)) / HOUR_MS
            for day in whole_ones
        }
        return make_arm(
            time,
            counted,
            of_question,
            opened,
            place.zone,
            whole=whole_ones,
            figures={
                "stay_minutes": stays(stay_days, whole_ones),
                "occupancy": people_inside(inside, whole_ones, open_hours),
                **waits_and_services(place.db, place.card.site, _cut_at_mondays(time, place)),
            },
        )

    return tuple(arm(*each) for each in zip(times, whole, strict=True)), opened


def _is_calibrated(days: Counts, compared: set[int]) -> bool:
    """Return whether corrected counts are known of every day that somebody passed on.

    Counts as they are on one side and corrected ones on the other would differ for that alone.
    """
    ins, outs = persons(days, is_corrected=False)
    passed = np.isin(days.day, list(compared)) & (np.nan_to_num(ins) + np.nan_to_num(outs) > 0)
    return bool(passed.any() and days.calibrated[passed].all())


def _cut_at_mondays(time: ArmTime, place: CountedSite) -> list[tuple[int, int, int]]:
    """Return stretches by week: its Monday, start and end."""
    parts = []
    for start, end in time.kept.pairs():
        edges = [edge * QUARTER_MS for edge in boundaries("1w", start, end, place.zone)]
        for monday_ms, next_ms in pairwise(edges):
            week = local_date(monday_ms, place.zone).toordinal()
            parts.append((week, max(start, monday_ms), min(end, next_ms)))
    return parts
