"""A file lock that keeps a second process away from what only one may write.

The kernel gives it up with the process, however that ends: a power cut or a ``kill -9`` leaves
nothing to clean up. The file itself stays: removing it would let a third process lock a new one
while a second still holds the old.
"""

import fcntl
import os
from pathlib import Path

from pasperdus_service.errors import LockedError, ServiceError


class FileLock:
    """Held from construction to :meth:`release` or the end of the process.

    Raises :class:`LockedError` at once when somebody else has it, and :class:`ServiceError` when
    ``path`` cannot be locked at all.
    """

    def __init__(self, path: Path) -> None:
        self._file: int | None = None
        try:
            # To read is enough: a file that root once made must not shut out the service's user.
            file = os.open(path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise ServiceError(
                f"{path}: cannot be opened to lock it: {error.strerror}; check its directory and "
                "the owner of both"
            ) from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(file)
            raise LockedError(
                f"{path}: held by another process that is still running; stop it first"
            ) from error
        except OSError as error:
            os.close(file)
            raise ServiceError(
                f"{path}: cannot be locked: {error.strerror}; put it on a local disk"
            ) from error
        self._file = file

    def release(self) -> None:
        """Let others have it; a second call does nothing."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
