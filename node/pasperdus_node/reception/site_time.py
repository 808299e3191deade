"""What time it is at the site, on a machine without a clock battery.

Minutes of waiting may be counted from a clock that is synchronised. Where it is not, a board that
came alive in this boot tells the time: the collector composed it a moment before. A retained one
does not: nobody knows for how long the broker held it.
"""

from pasperdus_node.clock import Clock
from pasperdus_node.terminal.state import Now


class SiteTime:
    """The node's clock, set right for showing by the boards."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.told_offset_ms: int | None = None
        """Uptime to time, as the last board that came alive told it."""

    def hear(self, composed_at: int) -> None:
        """Take the time from a board (ms since 1970 UTC) that was composed just now."""
        self.told_offset_ms = composed_at - self._clock.read().uptime_ms

    def now(self) -> Now:
        """Return the present."""
        reading = self._clock.read()
        wall_ms = reading.wall_ms
        if not reading.is_synced and self.told_offset_ms is not None:
            wall_ms = reading.uptime_ms + self.told_offset_ms
        return Now(
            uptime_ms=reading.uptime_ms,
            wall_ms=wall_ms,
            is_timed=reading.is_synced or self.told_offset_ms is not None,
        )
