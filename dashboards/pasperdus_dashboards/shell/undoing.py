"""What can still be taken back: the last changes made on pages, each for a short while.

They are kept in memory only and go with the process: an undo is a courtesy, no promise.
"""

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

KEPT_MS = 10 * 60_000
MOST_KEPT = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    run: Callable[[], object]
    back: str
    at_ms: int


class Undoing:
    """Remembers how to take changes back; each once."""

    def __init__(self, *, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, run: Callable[[], object], *, back: str) -> str:
        """Return the word that takes a change back; ``back`` is the page to show afterwards."""
        word = secrets.token_urlsafe(16)
        with self._lock:
            self._kept[word] = _Kept(run=run, back=back, at_ms=self._now_ms())
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return word

    def has(self, word: str) -> bool:
        """Return whether a change can still be taken back."""
        with self._lock:
            kept = self._kept.get(word)
        return kept is not None and self._now_ms() - kept.at_ms < KEPT_MS

    def take_back(self, word: str) -> str | None:
        """Take a change back and return where it is seen; None where it is too late.

        Raises what the change itself raises, such as
        :class:`~pasperdus_collector.errors.RefusalError` when somebody changed the same meanwhile.
        """
        with self._lock:
            kept = self._kept.pop(word, None)
        if kept is None or self._now_ms() - kept.at_ms >= KEPT_MS:
            return None
        kept.run()
        return kept.back
