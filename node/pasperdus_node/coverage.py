"""For how long a sensor could have counted (pure).

A quiet hour and a dead sensor both count nobody. Coverage tells them apart: one interval each
quarter-hour, at each change of health and at the stop, each with the part of it that was fine.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from pasperdus_contract.fields import QUARTER_MS

LONGEST_MS = 4 * QUARTER_MS  # of one interval; only a suspended machine reaches it


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """An interval of uptime; ``ok_ms`` of it the sensor could count."""

    from_ms: int
    to_ms: int
    ok_ms: int


class CoverageMeter:
    """Measures one sensor. Times are milliseconds of uptime."""

    def __init__(self, *, t_ms: int, is_ok: bool) -> None:
        self._from_ms = t_ms
        self._is_ok = is_ok

    def change(self, t_ms: int, *, is_ok: bool) -> Iterator[Covered]:
        """Yield what ends because the sensor's health changed."""
        if is_ok != self._is_ok:
            yield from self.close(t_ms)
            self._is_ok = is_ok

    def close(self, t_ms: int) -> Iterator[Covered]:
        """Yield what has not been told yet, up to now."""
        while self._from_ms < t_ms:
            to_ms = min(t_ms, self._from_ms + LONGEST_MS)
            yield Covered(
                from_ms=self._from_ms,
                to_ms=to_ms,
                ok_ms=to_ms - self._from_ms if self._is_ok else 0,
            )
            self._from_ms = to_ms


def next_quarter_ms(*, wall_ms: int, uptime_ms: int) -> int:
    """Return the uptime at which the wall clock reaches its next quarter-hour."""
    return uptime_ms + QUARTER_MS - wall_ms % QUARTER_MS
