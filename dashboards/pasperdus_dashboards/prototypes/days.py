"""Days as forms of trials type them: a last day is included, the register keeps its end."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from pasperdus_dashboards.shell.forms import instant, local_day, local_time


def typed_day(text: str) -> date | None:
    """Return a day that a browser sent; None where it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def next_midnight(last: str, zone: ZoneInfo) -> str:
    """Return the instant at which a last day is over, as the API takes it; what is no day as is."""
    day = typed_day(last)
    if day is None or day == date.max:
        return last
    return instant((day + timedelta(days=1)).isoformat(), zone) or last


def first_instant(day: str, clock: str, zone: ZoneInfo) -> str:
    """Return the instant with which something begins, at midnight unless a time is told."""
    return instant(day, zone, clock) or day


def last_instant(day: str, clock: str, zone: ZoneInfo) -> str:
    """Return the instant with which something ends: with its last day, unless a time is told."""
    return first_instant(day, clock, zone) if clock else next_midnight(day, zone)


def last_day(end_ms: int | None, zone: ZoneInfo) -> str:
    """Return the last day before an end, as a field of days shows it."""
    if end_ms is None or local_time(end_ms, zone):
        return local_day(end_ms, zone)
    return local_day(end_ms - 1, zone)
