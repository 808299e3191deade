"""Where buckets begin: hours in UTC; days, weeks and months at midnight in the site's time (pure).

A day of daylight saving has 23 or 25 hours, so 92 or 100 quarter-hours: boundaries are computed
from the calendar, never by adding 24 hours.
"""

from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from pasperdus_contract.fields import QUARTER_MS

BucketSize = Literal["15m", "1h", "1d", "1w", "1mo"]
CLOSE_HOUR = 4  # of the night, in the site's time: nobody is inside then
LAST_MS = 32_503_680_000_000  # 3000-01-01: days around it are still in the calendar
LAST_QUARTER = LAST_MS // QUARTER_MS
_FIXED_QUARTERS = {"15m": 1, "1h": 4}


def boundaries(bucket: BucketSize, start_ms: int, end_ms: int, zone: ZoneInfo) -> list[int]:
    """Return the quarters at which buckets begin, and where the last one ends.

    The range is widened to whole buckets; it must not be empty.
    """
    if bucket in _FIXED_QUARTERS:
        step = _FIXED_QUARTERS[bucket]
        first = start_ms // (QUARTER_MS * step)
        last = -(-end_ms // (QUARTER_MS * step))
        return [step * n for n in range(first, last + 1)]
    first_day = _first_day(bucket, local_date(start_ms, zone))
    return list(_local_boundaries(bucket, first_day, local_date(end_ms - 1, zone), zone))


@lru_cache(maxsize=64)  # fifty sites of one time zone are asked about the same days
def _local_boundaries(
    bucket: BucketSize, day: date, last_day: date, zone: ZoneInfo
) -> tuple[int, ...]:
    quarters = [midnight(day, zone)]
    while day <= last_day:
        day = _next_day(bucket, day)
        begin = midnight(day, zone)
        if begin > quarters[-1]:  # Samoa went over the date line and skipped a day
            quarters.append(begin)
    return tuple(quarters)


def start_of_day_ms(at_ms: int, zone: ZoneInfo) -> int:
    """Return the midnight before ``at_ms``, in milliseconds."""
    return midnight(local_date(at_ms, zone), zone) * QUARTER_MS


def local_date(at_ms: int, zone: ZoneInfo) -> date:
    """Return the date on the site's calendar at an instant."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(zone).date()


@lru_cache(maxsize=20_000)  # ten years of one zone, five of four: calendars do not change
def midnight(day: date, zone: ZoneInfo) -> int:
    """Return the quarter at which a local day begins."""
    return _quarter_of(day, 0, zone)


@lru_cache(maxsize=20_000)
def close(day: date, zone: ZoneInfo) -> int:
    """Return the quarter of the nightly close with which a service day begins."""
    return _quarter_of(day, CLOSE_HOUR, zone)


def service_date(quarter: int, zone: ZoneInfo) -> date:
    """Return the local date of the service day that a quarter belongs to."""
    day = local_date(quarter * QUARTER_MS, zone)
    return day if quarter >= close(day, zone) else day - timedelta(days=1)


def wall_ms(day: date, minute: int, zone: ZoneInfo, *, last: bool = False) -> int:
    """Return the instant at which the clock on the wall shows a minute of the day.

    A time that clocks skip in spring is the instant of the change; of one that they show twice in
    autumn it is the first, or the ``last``. 24 * 60 is the midnight after.
    """
    wall = datetime.combine(day, time()) + timedelta(minutes=minute)
    first_s, second_s = (int(wall.replace(tzinfo=zone, fold=fold).timestamp()) for fold in (0, 1))
    if first_s > second_s:  # both are read with the offset of the other side of a gap
        after = datetime.fromtimestamp(first_s, zone).utcoffset()
        instants = range(second_s, first_s + 1)
        first_s = second_s = instants[
            bisect_left(
                instants,
                True,  # noqa: FBT003 (what is searched for)
                key=lambda at_s: datetime.fromtimestamp(at_s, zone).utcoffset() == after,
            )
        ]
    return (second_s if last else first_s) * 1000


def _first_day(bucket: BucketSize, day: date) -> date:
    match bucket:
        case "1w":
            return day - timedelta(days=day.weekday())
        case "1mo":
            return day.replace(day=1)
        case _:
            return day


def _next_day(bucket: BucketSize, day: date) -> date:
    match bucket:
        case "1w":
            return day + timedelta(weeks=1)
        case "1mo":
            return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        case _:
            return day + timedelta(days=1)


def _quarter_of(day: date, hour: int, zone: ZoneInfo) -> int:
    at = datetime.combine(day, time(hour), tzinfo=zone)
    return int(at.timestamp() * 1000) // QUARTER_MS
