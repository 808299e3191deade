"""Where buckets begin, also on the days that have 23 or 25 hours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pasperdus_collector.calendar.grid import boundaries, start_of_day_ms
from pasperdus_collector.series import BucketSize
from support.collecting import DAY, HOUR, QUARTER

PARIS = ZoneInfo("Europe/Paris")
KOLKATA = ZoneInfo("Asia/Kolkata")  # UTC+5:30
ZONES = ("Europe/Paris", "Asia/Kolkata", "America/St_Johns", "Africa/Cairo", "America/Havana",
         "Pacific/Apia", "Asia/Kathmandu", "UTC")  # fmt: skip


def ms(text: str, zone: ZoneInfo = PARIS) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp() * 1000)


def starts(bucket: BucketSize, start: str, end: str, zone: ZoneInfo = PARIS) -> list[str]:
    edges = boundaries(bucket, ms(start, zone), ms(end, zone), zone)
    return [
        datetime.fromtimestamp(edge * QUARTER / 1000, zone).strftime("%Y-%m-%d %H:%M")
        for edge in edges
    ]


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-03-28", 24)]
)
def test_a_day_lasts_from_midnight_to_midnight_in_the_site_s_time(day: str, hours: int) -> None:
    (first, last) = boundaries("1d", ms(f"{day}T09:00"), ms(f"{day}T09:00") + 1, PARIS)

    assert (last - first) * QUARTER == hours * HOUR
    assert first * QUARTER == ms(f"{day}T00:00")


def test_weeks_begin_on_monday() -> None:
    assert starts("1w", "2026-03-25T10:00", "2026-04-01T10:00") == [
        "2026-03-23 00:00",
        "2026-03-30 00:00",
        "2026-04-06 00:00",
    ]


def test_months_have_their_own_length_also_in_a_leap_year() -> None:
    assert starts("1mo", "2028-01-31T23:59", "2028-03-01T00:00") == [
        "2028-01-01 00:00",
        "2028-02-01 00:00",
        "2028-03-01 00:00",
    ]
    assert starts("1mo", "2027-12-31T12:00", "2027-12-31T13:00")[-1] == "2028-01-01 00:00"


def test_days_begin_at_midnight_where_the_offset_is_half_an_hour() -> None:
    assert starts("1d", "2026-03-02T00:00", "2026-03-03T00:00", KOLKATA) == [
        "2026-03-02 00:00",
        "2026-03-03 00:00",
    ]


def test_hours_are_hours_of_utc_and_a_range_is_widened_to_whole_ones() -> None:
    edges = boundaries("1h", HOUR - 1, HOUR + 1, KOLKATA)

    assert [edge * QUARTER for edge in edges] == [0, HOUR, 2 * HOUR]
    assert boundaries("15m", QUARTER, 2 * QUARTER, PARIS) == [1, 2]


def test_a_day_that_the_calendar_skipped_is_no_bucket() -> None:
    apia = ZoneInfo("Pacific/Apia")

    assert starts("1d", "2011-12-29T12:00", "2011-12-31T12:00", apia) == [
        "2011-12-29 00:00",
        "2011-12-31 00:00",
        "2012-01-01 00:00",
    ]


def test_the_start_of_a_day_that_begins_at_one_is_its_first_instant() -> None:
    cairo = ZoneInfo("Africa/Cairo")
    noon = ms("2024-04-26T12:00", cairo)  # clocks went from 00:00 to 01:00

    assert start_of_day_ms(noon, cairo) == ms("2024-04-26T01:00", cairo)
    assert noon - start_of_day_ms(noon, cairo) == 11 * HOUR


@given(
    bucket=st.sampled_from(get_args(BucketSize)),
    start=st.datetimes(datetime(1972, 1, 8), datetime(2090, 1, 1)),  # noqa: DTZ001 (UTC below)
    span=st.timedeltas(timedelta(milliseconds=1), timedelta(days=70)),
    zone=st.sampled_from(ZONES),
)
def test_boundaries_rise_and_cover_the_range_with_no_bucket_to_spare(
    bucket: BucketSize, start: datetime, span: timedelta, zone: str
) -> None:
    start_ms = int(start.replace(tzinfo=UTC).timestamp() * 1000)
    end_ms = start_ms + max(1, int(span.total_seconds() * 1000))

    edges = boundaries(bucket, start_ms, end_ms, ZoneInfo(zone))

    assert all(a < b for a, b in pairwise(edges))
    assert edges[0] * QUARTER <= start_ms < edges[1] * QUARTER
    assert edges[-2] * QUARTER < end_ms <= edges[-1] * QUARTER
    shortest, longest = {
        "15m": (QUARTER, QUARTER),
        "1h": (HOUR, HOUR),
        "1d": (22 * HOUR, 26 * HOUR),  # Newfoundland once put its clocks on by two hours
        "1w": (6 * DAY, 7 * DAY + 2 * HOUR),
        "1mo": (27 * DAY, 31 * DAY + 2 * HOUR),
    }[bucket]
    assert all(shortest <= (b - a) * QUARTER <= longest for a, b in pairwise(edges))
