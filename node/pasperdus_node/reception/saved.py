"""What the agents chose on a terminal, kept over a restart: nothing about any visitor."""

from dataclasses import replace
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from pasperdus_node.reception.kept_file import KeptFile
from pasperdus_node.terminal.resuming import Saved

LAZY_MS = 5_000  # an agent turns several pages for each visitor

_SAVED: TypeAdapter[Saved] = TypeAdapter(Saved)


class SavedChoices:
    """The file of one terminal. Choices are written at once, the page at hand some time later."""

    def __init__(self, path: Path) -> None:
        self._file = KeptFile(path)
        self._kept: Saved | None = None
        self._wanted: Saved | None = None
        self._tried_ms: int | None = None

    def load(self) -> Saved | None:
        """Return what was kept last."""
        content = self._file.read()
        if content is None:
            return None
        try:
            self._kept = _SAVED.validate_json(content)
        except ValidationError as error:
            self._file.set_aside(error.errors()[0]["msg"])
        return self._kept

    def keep(self, chosen: Saved, uptime_ms: int) -> None:
        """Write them when they changed; a page alone at most every few seconds."""
        self._wanted, kept = chosen, self._kept
        if chosen == kept:
            return
        is_choice = kept is None or replace(chosen, page=kept.page) != kept
        if is_choice or self._is_due(uptime_ms):
            self._tried_ms = uptime_ms
            self._write(is_urgent=is_choice)

    def check(self, uptime_ms: int) -> None:
        """Write what has waited for long enough."""
        if self._wanted is not None and self._is_due(uptime_ms):
            self.keep(self._wanted, uptime_ms)

    def stop(self) -> None:
        """Write what still waits."""
        if self._wanted != self._kept:
            self._write(is_urgent=False)

    def _is_due(self, uptime_ms: int) -> bool:
        return self._tried_ms is None or uptime_ms - self._tried_ms >= LAZY_MS

    def _write(self, *, is_urgent: bool) -> None:
        wanted = self._wanted
        if wanted is not None and self._file.write(_SAVED.dump_json(wanted), is_urgent=is_urgent):
            self._kept = wanted
