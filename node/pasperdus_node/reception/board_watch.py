"""Tells whether the collector can be heard: connected, and boards come.

A broker whose ACL does not let a screen read its board grants the subscription all the same and
sends nothing. Only the silence tells.
"""

import time
from collections.abc import Callable

import structlog

SILENCE_S = 90.0  # a board comes at once, if the broker has one, and each minute

log = structlog.get_logger()


class BoardWatch:
    """Follows connection and boards of one site; times are of a monotonic clock."""

    def __init__(self, site: str, *, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._site = site
        self._clock_s = clock_s
        self._awaited_since_s: float | None = None
        self._is_subscribed = False
        self._is_told = False

    @property
    def is_connected(self) -> bool:
        """Whether the collector can be heard."""
        return self._is_subscribed and not self._is_silent()

    def hear_link(self, *, is_subscribed: bool) -> None:
        """Learn whether the broker lets us hear anything at all."""
        if is_subscribed and not self._is_subscribed:
            self._awaited_since_s = self._clock_s()
        self._is_subscribed = is_subscribed

    def hear_board(self) -> None:
        """Learn that a board came."""
        self._awaited_since_s = None
        if self._is_told:
            self._is_told = False
            log.info("boards come again", site=self._site)

    def check(self) -> None:
        """Say it in the log, once, when no board came since the connection."""
        if self._is_silent() and not self._is_told:
            self._is_told = True
            log.error(
                "connected, and no board comes: check [screen] site, that the collector knows it, "
                "and that the broker's ACL lets this user read the board's topic",
                site=self._site,
            )

    def _is_silent(self) -> bool:
        since_s = self._awaited_since_s
        is_awaited = self._is_subscribed and since_s is not None
        return is_awaited and self._clock_s() - (since_s or 0.0) >= SILENCE_S
