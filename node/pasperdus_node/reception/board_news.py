"""What a screen does with each board that comes, whatever it then shows of it."""

from collections.abc import Callable

from pasperdus_contract.board import Board
from pasperdus_node.reception.board_cache import BoardCache
from pasperdus_node.reception.board_watch import BoardWatch
from pasperdus_node.reception.site_time import SiteTime


class BoardNews:
    """Takes the boards of one screen. What is on the card has been on the glass before."""

    def __init__(self, boards: BoardCache, watch: BoardWatch, time: SiteTime) -> None:
        self._boards = boards
        self._watch = watch
        self._time = time
        self._undrawn: Board | None = None

    @property
    def is_undrawn(self) -> bool:
        """Whether a board waits for being drawn: a finger is down."""
        return self._undrawn is not None

    def hear(self, payload: bytes, *, is_retained: bool, show: Callable[[Board], None]) -> bool:
        """Show a board, and let it end the silence; one that came alive tells the time.

        Return false for one that cannot be read, and for one that ``show`` raised for: neither
        leaves anything behind but a line in the log, and the owner shows what was there before.
        """
        board = self._boards.read(payload)
        if board is None:
            return False
        self._watch.hear_board()
        before_ms = self._time.told_offset_ms
        if not is_retained:
            self._time.hear(board.composed_at)
        self._undrawn = board
        try:
            show(board)
        except Exception as error:  # noqa: BLE001 (told; whatever is in a board, the screen lives)
            self._undrawn, self._time.told_offset_ms = None, before_ms
            self._boards.refuse(error)
            return False
        self._boards.accept()
        return True

    def drawn(self) -> None:
        """Keep the board that has just been drawn for the next start."""
        board, self._undrawn = self._undrawn, None
        if board is not None:
            self._boards.keep(board)

    def drop(self, error: Exception) -> None:
        """Keep nothing of a board that was drawn, and cannot be any more."""
        self._undrawn = None
        self._boards.set_aside(error)
