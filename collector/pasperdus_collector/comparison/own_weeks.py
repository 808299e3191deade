"""What a site measured in stretches of time in which nothing was changed: what a plan rests on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from pasperdus_collector.analysis.inputs import Arm, Bools
from pasperdus_collector.calendar.grid import boundaries, local_date, midnight
from pasperdus_collector.comparison.counted import CountedSite
from pasperdus_collector.comparison.measured import Asked, measured
from pasperdus_collector.comparison.schedule import ArmTime
from pasperdus_collector.comparison.stretches import Stretches
from pasperdus_collector.register.store import read_periods
from pasperdus_collector.series.released import ReleasedBlock, read_blocks
from pasperdus_contract.fields import QUARTER_MS

LOOK_BACK_WEEKS = 26  # half a year: enough to judge how weeks differ, recent enough to be like now


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
    blocks = _blocks(place, time, asked)
    # A constant factor is no noise.
    (arm,), _ = measured(place, (time,), asked, blocks, may_correct=False)
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
