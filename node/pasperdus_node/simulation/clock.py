"""A clock that only moves when a driver says so, for replaying months in minutes."""

from pasperdus_node.clock import Reading
from pasperdus_node.errors import SimulationError


class DrivenClock:
    """Wall clock and uptime, both in milliseconds, moving together."""

    def __init__(self, *, boot: str, is_synced: bool) -> None:
        self.boot = boot
        self._is_synced = is_synced
        self._now: Reading | None = None

    @property
    def is_set(self) -> bool:
        """Whether a driver has told the time yet."""
        return self._now is not None

    def set(self, *, wall_ms: int, uptime_ms: int) -> None:
        """Tell the time."""
        self._now = Reading(wall_ms=wall_ms, uptime_ms=uptime_ms, is_synced=self._is_synced)

    def set_synced(self, *, is_synced: bool) -> None:
        """Tell whether the clock is synchronised from now on; it goes on from where it is."""
        now = self.read()
        self._is_synced = is_synced
        self.set(wall_ms=now.wall_ms, uptime_ms=now.uptime_ms)

    def move_to(self, uptime_ms: int) -> None:
        """Let time pass. Raises :class:`SimulationError` for a step back."""
        now = self.read()
        if uptime_ms < now.uptime_ms:
            raise SimulationError(f"uptime {uptime_ms} is before {now.uptime_ms}; time only passes")
        self.set(wall_ms=now.wall_ms + uptime_ms - now.uptime_ms, uptime_ms=uptime_ms)

    def read(self) -> Reading:
        """Look at all clocks at once."""
        if self._now is None:
            raise SimulationError("the driver has not told the time yet")
        return self._now

    def ticks_s(self) -> float:
        """Return the uptime in seconds, in place of ``time.monotonic``."""
        return self.read().uptime_ms / 1000 if self._now else 0.0
