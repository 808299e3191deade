"""The node's clocks: what the wall says, how long the machine has run, and whether to trust it.

A Pi has no clock battery: after a power cut the wall clock is wrong until NTP answers. So every
event carries both, and the collector works out the true time.
"""

import ctypes
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pasperdus_contract.fields import MAX_WALL_MS, Moment

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_TIME_ERROR = 5  # adjtimex(2): the clock is not synchronised
_TIMEX_BYTES = 512  # more than struct timex needs on any Linux; modes = 0 only reads


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One look at the clocks, in milliseconds."""

    wall_ms: int
    uptime_ms: int
    is_synced: bool

    def wall_at(self, uptime_ms: int) -> int:
        """Return the wall time of an instant of the same boot, by this reading."""
        return min(max(self.wall_ms - (self.uptime_ms - uptime_ms), 0), MAX_WALL_MS)

    def moment(self, boot: str) -> Moment:
        """Return the reading as it crosses the wire."""
        return Moment(boot=boot, wall=self.wall_ms, uptime=self.uptime_ms, synced=self.is_synced)


class Clock(Protocol):
    """The system's clock, or one that a simulation drives."""

    @property
    def boot(self) -> str:
        """Identifies the boot: uptimes of equal boots may be compared."""

    def read(self) -> Reading:
        """Look at all clocks at once."""


class SystemClock:
    """Linux: ``CLOCK_REALTIME``, ``CLOCK_BOOTTIME`` (it counts through suspension), adjtimex.

    ``is_synced`` stands in for what adjtimex says: only a simulation knows better.
    """

    def __init__(self, *, is_synced: bool | None = None) -> None:
        self._told_synced = is_synced
        self.boot = _BOOT_ID.read_text(encoding="ascii").strip()
        self._libc = ctypes.CDLL(None, use_errno=True)

    def read(self) -> Reading:
        """Look at all clocks at once."""
        return Reading(
            wall_ms=min(max(time.time_ns() // 1_000_000, 0), MAX_WALL_MS),
            uptime_ms=time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000,
            is_synced=self._is_synced(),
        )

    def _is_synced(self) -> bool:
        if self._told_synced is not None:
            return self._told_synced
        state: int = self._libc.adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES))
        return 0 <= state < _TIME_ERROR
