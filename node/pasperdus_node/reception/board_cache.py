"""The boards of one site as they come, and the last one on the card.

What is on the card is shown after a start without a network. Boards come each minute, their content
changes far less often: only a new ``version`` is written, to spare the card. Phone slips are never
among what is kept.
"""

from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog

from pasperdus_contract.board import Board
from pasperdus_contract.codec import WireError, decode, encode
from pasperdus_node.reception.kept_file import KeptFile
from pasperdus_node.reception.troubles import reason_of

log = structlog.get_logger()


class BoardCache:
    """Reads boards, and remembers the last good one."""

    def __init__(self, path: Path, *, site: str) -> None:
        self._file = KeptFile(path)
        self._site = site
        self._version: str | None = None
        self._is_unreadable = False

    def load(self) -> Board | None:
        """Return the board that was kept last, if it can still be read and is of this site."""
        content = self._file.read()
        if content is None:
            return None
        try:
            board = _read(content)
        except WireError as error:
            self._file.set_aside(str(error))
            return None
        if board.site != self._site:  # the screen was moved to another site
            return None
        self._version = board.version
        return board

    def read(self, payload: bytes) -> Board | None:
        """Return a board that came.

        None for one that cannot be read, which is told in the log, once: the one before stays.
        """
        try:
            board = _read(payload)
            if board.site != self._site:
                raise WireError(f"site: {board.site!r}, on the topic of {self._site!r}")
        except WireError as error:
            self._tell(str(error))
            return None
        return board

    def refuse(self, error: Exception) -> None:
        """Tell, once, that a board could be read and not shown."""
        self._tell(reason_of(error))

    def accept(self) -> None:
        """Tell that boards can be shown, after one that could not."""
        if self._is_unreadable:
            self._is_unreadable = False
            log.info("the board can be read again")

    def keep(self, board: Board) -> None:
        """Keep a board where its content is new."""
        if board.version != self._version and self._file.write(encode(board)):
            self._version = board.version

    def set_aside(self, error: Exception) -> None:
        """Put the board on the card out of the way of the next start: it could not be shown."""
        self._version = None
        self._file.set_aside(f"this board cannot be shown: {reason_of(error)}")

    def _tell(self, reason: str) -> None:
        if not self._is_unreadable:
            self._is_unreadable = True
            log.error("the board cannot be read; the last one stays", reason=reason)


def _read(payload: bytes) -> Board:
    board = decode(Board, payload)
    try:
        ZoneInfo(board.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise WireError(f"time_zone: {board.time_zone!r} is not known here") from error
    return board
