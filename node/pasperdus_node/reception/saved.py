"""What the agents chose on a terminal, kept over a restart: nothing about any visitor."""

from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from pasperdus_node.reception.kept_file import KeptFile
from pasperdus_node.terminal.resuming import Saved

_SAVED: TypeAdapter[Saved] = TypeAdapter(Saved)


class SavedChoices:
    """The file of one terminal."""

    def __init__(self, path: Path) -> None:
        self._file = KeptFile(path)
        self._kept: Saved | None = None

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

    def keep(self, chosen: Saved) -> None:
        """Write them when they changed."""
        if chosen != self._kept and self._file.write(_SAVED.dump_json(chosen)):
            self._kept = chosen
