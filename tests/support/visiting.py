"""Simulated service days: people with known stays, and doors that miss some of them."""

from __future__ import annotations

import random
from dataclasses import dataclass

QUARTERS = 96  # of a service day without a change of clocks, from 04:00
MINUTES = QUARTERS * 15.0
OPENS_MINUTE = 5 * 60.0  # 09:00
OPEN_MINUTES = 8 * 60.0
SPREAD = 4.0  # shape of the stays: their standard deviation is half of their mean


@dataclass(frozen=True, slots=True, kw_only=True)
class Visits:
    """Who came: pairs of the minutes of entry and exit since the close."""

    stays: tuple[tuple[float, float], ...]

    @property
    def count(self) -> int:
        return len(self.stays)

    @property
    def minutes(self) -> float:
        """Person-minutes that all of them spent inside."""
        return sum(left - came for came, left in self.stays)

    def inside_at_end_of(self, quarter: int) -> int:
        at = (quarter + 1) * 15.0
        return sum(came < at <= left for came, left in self.stays)


def visits(rng: random.Random, *, visitors: int, mean_stay_minutes: float) -> Visits:
    """Let people come evenly over the open hours; all leave before the next close."""
    stays: list[tuple[float, float]] = []
    while len(stays) < visitors:
        came = OPENS_MINUTE + rng.random() * OPEN_MINUTES
        left = came + rng.gammavariate(SPREAD, mean_stay_minutes / SPREAD)
        if left < MINUTES:
            stays.append((came, left))
    return Visits(stays=tuple(stays))


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A sensor that misses each entry and exit with these chances."""

    misses_in: float = 0.0
    misses_out: float = 0.0

    def counts(self, rng: random.Random, day: Visits) -> list[tuple[int, int]]:
        """Return entries and exits counted in each quarter-hour."""
        counted = [[0, 0] for _ in range(QUARTERS)]
        for came, left in day.stays:
            if rng.random() >= self.misses_in:
                counted[int(came // 15)][0] += 1
            if rng.random() >= self.misses_out:
                counted[int(left // 15)][1] += 1
        return [(ins, outs) for ins, outs in counted]
