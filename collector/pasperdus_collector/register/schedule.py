"""Which weeks are on in a randomised trial: drawn within pairs, so that anyone can redo it (pure).

Within each pair of consecutive weeks one is on (the prototype) and one off (the baseline). Pairs
are numbered from 1. The draw of a pair is the SHA-256 of the text ``seed:pair``, such as ``42:1``:
where its last hexadecimal digit is odd, the first week of the pair is on, else the second.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from pasperdus_collector.calendar.grid import midnight
from pasperdus_collector.errors import QueryError, fault
from pasperdus_contract.fields import QUARTER_MS

LEAST_PAIRS = 6
"""With fewer the permutation test cannot reach p = 0.05: two of 2**6 outcomes are 0.031."""

MOST_PAIRS = 52
LAST_SEED = 2**53 - 1
"""The largest integer that every reader of JSON keeps exactly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnWeek:
    """One week from Monday's local midnight to the next, ms since 1970 UTC; ``pair`` from 1."""

    pair: int
    is_on: bool
    start_ms: int
    end_ms: int


def draw_weeks(*, first_week: date, pairs: int, seed: int, zone: ZoneInfo) -> list[DrawnWeek]:
    """Return two weeks for each pair, in order.

    A week has 167 or 169 hours where clocks change. Raises :class:`QueryError`.
    """
    if first_week.weekday() != 0:
        monday = first_week - timedelta(days=first_week.weekday())
        raise QueryError(
            f"first_week: {first_week} is no Monday; write {monday} or a later one",
            fault("first_week", "not-monday", day=first_week, monday=monday),
        )
    if not LEAST_PAIRS <= pairs <= MOST_PAIRS:
        raise QueryError(
            f"pairs: {pairs} is not between {LEAST_PAIRS} and {MOST_PAIRS}; six pairs of weeks "
            "give at best p = 0.031, and fewer never get below 0.05",
            fault("pairs", "pairs-out-of-range", least=LEAST_PAIRS, most=MOST_PAIRS),
        )
    if not 0 <= seed <= LAST_SEED:
        raise QueryError(
            f"seed: {seed} is not between 0 and {LAST_SEED}; leave it out to draw one",
            fault("seed", "seed-out-of-range", most=LAST_SEED),
        )
    return list(_weeks(first_week, pairs, seed, zone))


def is_first_on(seed: int, pair: int) -> bool:
    """Return whether the first week of a pair is the one with the prototype."""
    return int(sha256(f"{seed}:{pair}".encode()).hexdigest()[-1], 16) % 2 == 1


def _weeks(first_week: date, pairs: int, seed: int, zone: ZoneInfo) -> Iterator[DrawnWeek]:
    for n in range(2 * pairs):
        pair, is_second = n // 2 + 1, n % 2 == 1
        monday = first_week + timedelta(weeks=n)
        yield DrawnWeek(
            pair=pair,
            is_on=is_first_on(seed, pair) != is_second,
            start_ms=midnight(monday, zone) * QUARTER_MS,
            end_ms=midnight(monday + timedelta(weeks=1), zone) * QUARTER_MS,
        )
