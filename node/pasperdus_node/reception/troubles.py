"""What a screen says in the log when something goes wrong in it: what and where, once.

Never the text of an error: it may quote what stood on the glass, and a phone slip is personal.
"""

import traceback
from pathlib import Path

import structlog

from pasperdus_node.errors import ScreenError

log = structlog.get_logger()


class Troubles:
    """Tells each trouble of one screen once, until it is over."""

    def __init__(self) -> None:
        self._told: set[tuple[str, str]] = set()

    def tell(self, event: str, error: Exception) -> None:
        """Say what went wrong; the same from the same place is known already."""
        reason = reason_of(error)
        if (event, reason) not in self._told:
            self._told.add((event, reason))
            log.error(event, reason=reason)

    def end(self, event: str, *, said: str | None = None) -> None:
        """Let a trouble be told again if it comes again; say that it is over."""
        over = {trouble for trouble in self._told if trouble[0] == event}
        self._told -= over
        if over and said is not None:
            log.info(said)


def reason_of(error: Exception) -> str:
    """Return the type of an error and where it arose; a screen's own sentence as it is."""
    if isinstance(error, ScreenError):
        return str(error)
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return type(error).__name__
    return f"{type(error).__name__} in {Path(frames[-1].filename).name}:{frames[-1].lineno}"
