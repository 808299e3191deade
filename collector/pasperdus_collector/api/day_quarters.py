"""The quarter-hours of a day as hours and as running sums, beside the usual day (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from pasperdus_collector.buckets.occupancy import GAP_MS, LATE_MS
from pasperdus_collector.series.usual import Band, QuarterCount, Usual
from pasperdus_contract.fields import QUARTER_MS

_HOUR_QUARTERS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    """One clock hour of today; times in milliseconds since 1970 UTC.

    ``passages_in`` is None where nothing could be known; ``silent_ms`` is how long a door sensor
    is known not to have worked.
    """

    start_ms: int
    clock_hour: int
    passages_in: int | None
    silent_ms: int
    is_over: bool
    has_begun: bool
    usual: Band | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SoFar:
    """Entries from midnight to the end of one quarter-hour of today, and to then on usual days.

    ``passages_in`` is None where nothing could be known of this quarter-hour, and of those that are
    not over yet. ``is_at_least``: a sensor was silent in it or before, so there may be more.
    """

    end_ms: int
    passages_in: int | None
    is_at_least: bool
    usual: Band | None


def busy_hours(hours: Sequence[Hour], *, at_least: int = 0) -> list[Hour]:
    """Return the hours from the first to the last in which people come, usually or today.

    With ``at_least``, as many hours around them as it takes.
    """
    busy = [
        n
        for n, hour in enumerate(hours)
        if hour.passages_in or (hour.usual is not None and hour.usual.high > 0)
    ]
    if not busy:
        return []
    first, last = busy[0], busy[-1] + 1
    missing = max(0, at_least - (last - first))
    first = max(0, min(first - missing // 2, len(hours) - at_least))
    return list(hours[first : max(last, first + at_least)])


def hours_of(
    quarters: Sequence[tuple[int, QuarterCount]],
    reference: Usual,
    judged: "Judged",
    zone: ZoneInfo,
) -> list[Hour]:
    hours = []
    for first in range(0, len(quarters), _HOUR_QUARTERS):
        within = quarters[first : first + _HOUR_QUARTERS]
        start_ms = within[0][0]
        end_ms = start_ms + len(within) * QUARTER_MS
        clock_hour = wall_clock(start_ms, zone) // _HOUR_QUARTERS
        hours.append(
            Hour(
                start_ms=start_ms,
                clock_hour=clock_hour,
                passages_in=known_sum([judged.entries(quarter) for quarter in within]),
                silent_ms=sum(judged.silent_ms(quarter) for quarter in within),
                is_over=end_ms <= judged.now_ms,
                has_begun=start_ms <= judged.now_ms,
                usual=reference.by_hour.get(clock_hour),
            )
        )
    return hours


def sums_of(
    quarters: Sequence[tuple[int, QuarterCount]],
    reference: Usual,
    hours: Sequence[Hour],
    judged: "Judged",
    zone: ZoneInfo,
) -> list[SoFar]:
    """Return the running sums over the hours in which people come."""
    if not hours:
        return []
    total, is_at_least = 0, False
    sums: list[SoFar] = []
    for quarter in quarters:
        start_ms, _ = quarter
        end_ms = start_ms + QUARTER_MS
        is_over = end_ms <= judged.now_ms
        known = judged.entries(quarter) if is_over else None
        total += known or 0
        if hours[0].start_ms <= start_ms < hours[-1].start_ms + _HOUR_QUARTERS * QUARTER_MS:
            is_at_least = is_at_least or (
                is_over and (known is None or bool(judged.silent_ms(quarter)))
            )
            # The end of a quarter-hour, not the start of the next: clocks may jump between them.
            until = wall_clock(start_ms, zone) + 1
            sums.append(
                SoFar(
                    end_ms=end_ms,
                    passages_in=None if known is None else total,
                    is_at_least=is_at_least,
                    usual=_usual_until(reference, until),
                )
            )
    return sums


def _usual_until(reference: Usual, clock: int) -> Band | None:
    """Return the usual sums until a clock: before anybody comes none, after the last one all."""
    if not reference.until:
        return None
    if clock < min(reference.until):
        return Band(0, 0.0, 0)
    return reference.until[min(clock, max(reference.until))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Of which quarter-hours it can be told whether a sensor was silent.

    Not before the first that was ever heard of, and not until coverage has had the time to come.
    """

    from_ms: int
    now_ms: int

    def entries(self, quarter: tuple[int, QuarterCount]) -> int | None:
        """Return the entries; none so far are 0 while coverage may still come."""
        start_ms, count = quarter
        is_known = self.from_ms <= start_ms <= self.now_ms
        if count.ins is None and is_known and start_ms + QUARTER_MS + LATE_MS > self.now_ms:
            return 0
        return count.ins

    def silent_ms(self, quarter: tuple[int, QuarterCount]) -> int:
        """Return how long no sensor worked in a quarter-hour, as far as that is known."""
        start_ms, count = quarter
        if start_ms < self.from_ms or start_ms + QUARTER_MS + LATE_MS > self.now_ms:
            return 0
        silent_ms = round((1 - count.coverage) * QUARTER_MS)
        return silent_ms if silent_ms > GAP_MS else 0


def known_sum(values: Sequence[int | None]) -> int | None:
    """Return the sum of what is known; None where nothing is."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def wall_clock(at_ms: int, zone: ZoneInfo) -> int:
    """Return the local quarter-hours since midnight, as the clock on the wall shows them."""
    local = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(zone)
    return (local.hour * 60 + local.minute) * 60_000 // QUARTER_MS
