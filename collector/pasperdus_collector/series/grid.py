"""Where buckets begin: hours in UTC; days, weeks and months at midnight in the site's time (pure).

A day of daylight saving has 23 or 25 hours, so 92 or 100 quarter-hours: boundaries are computed
from the calendar, never by adding 24 hours.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pasperdus_collector.series import BucketSize
from pasperdus_contract.fields import QUARTER_MS

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
    day = _first_day(bucket, _local_date(start_ms, zone))
    quarters = [_midnight(day, zone)]
    while quarters[-1] * QUARTER_MS < end_ms:
        day = _next_day(bucket, day)
        midnight = _midnight(day, zone)
        if midnight > quarters[-1]:  # Samoa went over the date line and skipped a day
            quarters.append(midnight)
    return quarters


def start_of_day_ms(at_ms: int, zone: ZoneInfo) -> int:
    """Return the midnight before ``at_ms``, in milliseconds."""
    return _midnight(_local_date(at_ms, zone), zone) * QUARTER_MS


def _local_date(at_ms: int, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(zone).date()


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


def _midnight(day: date, zone: ZoneInfo) -> int:
    at = datetime.combine(day, time(), tzinfo=zone)
    return int(at.timestamp() * 1000) // QUARTER_MS
