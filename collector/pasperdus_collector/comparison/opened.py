"""When a site was open on each local day: as its calendar tells, or as its visitors do (pure).

Where nobody told the hours, an hour of the weekday counts as open when people came in it on at
least a quarter of the days on which it was watched.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from pasperdus_collector.analysis.inputs import Bools, Floats, Ints, weekday
from pasperdus_collector.calendar.grid import midnight
from pasperdus_collector.calendar.holidays import public_holiday, school_day
from pasperdus_collector.calendar.masks import describe
from pasperdus_collector.calendar.opening import SiteCalendar
from pasperdus_contract.fields import QUARTER_MS

BUSY_SHARE = 0.25
"""At 13 visitors a day a quiet hour has one on every second or third day; one lost key in nine
months opens nothing."""

_HOURS = 24
_QUARTER_S = QUARTER_MS // 1000
_DAY_QUARTERS = 96


class Opened:
    """A site's open stretches by local day (ordinal), in milliseconds since 1970 UTC."""

    def __init__(
        self, calendar: SiteCalendar, zone: ZoneInfo, busy: frozenset[tuple[int, int]] | None
    ) -> None:
        """Take the busy cells (weekday, clock hour) where the calendar tells no week's hours."""
        self._calendar = calendar
        self._zone = zone
        self._busy = busy
        self._days: dict[int, list[tuple[int, int]]] = {}

    @property
    def is_told(self) -> bool:
        """Whether the hours are those that somebody told."""
        return bool(self._calendar.hours)

    def on(self, day: int) -> list[tuple[int, int]]:
        """Return the stretches of a day in order; none when it is closed."""
        if day not in self._days:
            self._days[day] = self._stretches(day)
        return self._days[day]

    def is_public_holiday(self, day: int) -> bool:
        """Return whether a day is a public holiday, open or not."""
        return public_holiday(self._calendar.territory, date.fromordinal(day)) is not None

    def is_school_holiday(self, day: int) -> bool:
        """Return whether schools are known to be on holiday."""
        return school_day(self._calendar.school_zone, date.fromordinal(day)).state == "holiday"

    def shares(self, days: Ints, starts: Ints, ends: Ints) -> Floats:
        """Return of each ``[start, end)`` of a local day the share in which the site was open."""
        open_ms = np.zeros(len(days))
        for day in np.unique(days):
            here = days == day
            for opens, closes in self.on(int(day)):
                within = np.minimum(ends[here], closes) - np.maximum(starts[here], opens)
                open_ms[here] += np.maximum(within, 0)
        return open_ms / (ends - starts)

    def _stretches(self, day: int) -> list[tuple[int, int]]:
        on = date.fromordinal(day)
        told = describe(self._calendar, on, self._zone).open
        if told is not None:
            return [(each.opens_ms, each.closes_ms) for each in told]
        if self._busy is None:
            return []
        return [
            (start * QUARTER_MS, end * QUARTER_MS)
            for hour, start, end in clock_hours(on, self._zone)
            if (on.weekday(), hour) in self._busy
        ]


def busy_cells(days: Ints, hours: Ints, entries: Floats) -> frozenset[tuple[int, int]]:
    """Return the (weekday, clock hour) in which people come; entries are NaN where not watched."""
    cells = weekday(days) * _HOURS + hours
    known = ~np.isnan(entries)
    watched = np.bincount(cells[known], minlength=7 * _HOURS)
    came = np.bincount(cells[known & (entries > 0)], minlength=7 * _HOURS)
    is_busy: Bools = (came > 0) & (came >= BUSY_SHARE * watched)
    return frozenset(divmod(int(cell), _HOURS) for cell in np.flatnonzero(is_busy))


def clock_hours(day: date, zone: ZoneInfo) -> list[tuple[int, int, int]]:
    """Return each hour that a clock on the wall shows on a day: hour, first quarter, end quarter.

    One that clocks skip is not there; one that they show twice is one hour of two.
    """
    first, end = midnight(day, zone), midnight(day + timedelta(days=1), zone)
    if end - first == _DAY_QUARTERS:
        return [(hour, first + 4 * hour, first + 4 * hour + 4) for hour in range(_HOURS)]
    found: list[list[int]] = []
    for quarter in range(first, end):
        hour = datetime.fromtimestamp(quarter * _QUARTER_S, zone).hour
        if found and found[-1][0] == hour:
            found[-1][2] = quarter + 1
        else:
            found.append([hour, quarter, quarter + 1])
    return [(hour, begin, stop) for hour, begin, stop in found]


def day_bounds(days: Iterable[int], zone: ZoneInfo) -> list[tuple[int, int]]:
    """Return where local days begin and end, in milliseconds."""
    return [
        (
            midnight(date.fromordinal(day), zone) * QUARTER_MS,
            midnight(date.fromordinal(day + 1), zone) * QUARTER_MS,
        )
        for day in days
    ]
