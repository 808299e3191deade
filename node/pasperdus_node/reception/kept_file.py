"""One small file that survives a power cut: replaced as a whole, and set aside when it is damaged.

What is in such a file makes a start pleasant and is never the only copy of anything that counts: a
disk that cannot be written is told in the log, once, and the node goes on.
"""

import os
from pathlib import Path

import structlog

log = structlog.get_logger()


class KeptFile:
    """A file of the node's own, beside its outbox."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._is_failing = False

    def read(self) -> bytes | None:
        """Return what was kept last; None where nothing was, or it cannot be read."""
        try:
            return self._path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            log.error("a kept file cannot be read", path=str(self._path), reason=error.strerror)
            return None

    def set_aside(self, reason: str) -> None:
        """Keep a damaged file for whoever looks into it, out of the way of the next one."""
        aside = self._path.with_name(f"{self._path.name}.damaged")
        try:
            self._path.replace(aside)
        except OSError as error:
            reason = f"{reason}; and it cannot be renamed: {error.strerror}"
        log.error("a kept file was damaged", path=str(self._path), aside=str(aside), reason=reason)

    def write(self, content: bytes, *, is_urgent: bool = True) -> bool:
        """Replace the content; return whether that is done.

        The name changes hands only after the new content is on the disk, and the directory is
        written too: whenever the power goes, one of the two is there, whole. What is not
        urgent is left to the kernel to bring to the disk: nobody waits for the card.
        """
        fresh = self._path.with_name(f"{self._path.name}.new")
        try:
            with fresh.open("wb") as file:
                file.write(content)
                file.flush()
                if is_urgent:
                    os.fsync(file.fileno())
            fresh.replace(self._path)
            if is_urgent:
                _sync_directory(self._path.parent)
        except OSError as error:
            if not self._is_failing:
                self._is_failing = True
                log.error("a file cannot be kept", path=str(self._path), reason=error.strerror)
            return False
        if self._is_failing:
            self._is_failing = False
            log.info("a file is kept again", path=str(self._path))
        return True


def _sync_directory(path: Path) -> None:
    directory = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
