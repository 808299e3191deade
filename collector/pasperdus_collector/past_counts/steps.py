"""By which equal steps a file counts: found from its times, on one grid for all of them (pure).

Steps are equal by the clock of the world, or by the clock on the site's wall: of a file by the day,
the days of daylight saving have 23 and 25 hours.
"""

from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from pasperdus_collector.past_counts.faults import Faults
from pasperdus_contract.fields import QUARTER_MS

MAX_STEP_QUARTERS = 96
_QUARTER_S = QUARTER_MS // 1000
_QUARTER = timedelta(milliseconds=QUARTER_MS)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """The step of each row, ``[starts[n], ends[n])`` in quarters since 1970 UTC.

    ``count`` is how many there are from the first row to the last, those without a row included.
    """

    step_quarters: int
    starts: Sequence[int]
    ends: Sequence[int]
    count: int

    @property
    def first_quarter(self) -> int:
        """Where the first begins."""
        return self.starts[0]

    @property
    def end_quarter(self) -> int:
        """Where the last ends."""
        return self.ends[-1]


def find_steps(
    lines: Sequence[int], starts: Sequence[int], zone: ZoneInfo, faults: Faults
) -> Steps | None:
    """Return the steps of rows in order of time; None, and why in ``faults``, when not equal.

    A step is the commonest distance between rows, so that one wrong time is told as one.
    """
    step = _commonest_distance(lines, starts, faults)
    if step is None:
        return None
    strays = _off_grid(starts, step)
    walls: Sequence[int] | None = None
    if strays:
        on_walls = [start + _offset_quarters(start, zone) for start in starts]
        by_wall = _off_grid(on_walls, step)
        if len(by_wall) < len(strays):
            strays, walls = by_wall, on_walls
    for n in strays:
        faults.add(lines[n], "off-the-steps", when=_when(starts[n], zone), step_quarters=step)
    if strays:
        return None
    if walls is None:
        ends: Sequence[int] = array("q", (start + step for start in starts))
        count = (starts[-1] - starts[0]) // step + 1
    else:
        ends = _ends_by_wall(starts, walls, step, zone)
        count = (walls[-1] - walls[0]) // step + 1
    for n, (end, following) in enumerate(zip(ends[:-1], starts[1:], strict=True), start=1):
        if end > following:
            faults.add(lines[n], "rows-overlap", when=_when(following, zone))
    if faults.count:
        return None
    return Steps(step_quarters=step, starts=starts, ends=ends, count=count)


def _commonest_distance(lines: Sequence[int], starts: Sequence[int], faults: Faults) -> int | None:
    distances = Counter(later - earlier for earlier, later in pairwise(starts))
    if not distances:
        faults.add(lines[0], "one-row")
        return None
    most = max(distances.values())
    step = min(distance for distance, times in distances.items() if times == most)
    if step > MAX_STEP_QUARTERS:
        faults.add(lines[1], "step-too-long", step_quarters=step)
        return None
    return step


def _off_grid(times: Sequence[int], step: int) -> list[int]:
    """Return the numbers of the rows that are not in step with most."""
    phases = Counter(time % step for time in times)
    if len(phases) == 1:
        return []
    phase = phases.most_common(1)[0][0]
    return [n for n, time in enumerate(times) if time % step != phase]


def _ends_by_wall(
    starts: Sequence[int], walls: Sequence[int], step: int, zone: ZoneInfo
) -> Sequence[int]:
    ends = array("q")
    for n, wall in enumerate(walls):
        if n + 1 < len(walls) and walls[n + 1] == wall + step:
            ends.append(starts[n + 1])
        else:
            local = (_EPOCH + (wall + step) * _QUARTER).replace(tzinfo=zone)
            ends.append(int(local.timestamp()) // _QUARTER_S)
    return ends


def _offset_quarters(quarter: int, zone: ZoneInfo) -> int:
    offset = (_EPOCH + quarter * _QUARTER).astimezone(zone).utcoffset()
    return 0 if offset is None else offset // _QUARTER


def _when(quarter: int, zone: ZoneInfo) -> str:
    return (_EPOCH + quarter * _QUARTER).astimezone(zone).isoformat(timespec="minutes")
