"""Puts a screen together from its configuration. Only nodes that have one import this."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TypeVar

from pasperdus_contract.board import Board
from pasperdus_node.clock import Clock
from pasperdus_node.config import ScreenSettings
from pasperdus_node.errors import ScreenError
from pasperdus_node.keeping import Keeper
from pasperdus_node.outbox import Outbox
from pasperdus_node.reception.agent_terminal import AgentTerminal
from pasperdus_node.reception.board_cache import BoardCache
from pasperdus_node.reception.board_watch import BoardWatch
from pasperdus_node.reception.picture import Picture
from pasperdus_node.reception.public_screen import PublicScreen
from pasperdus_node.reception.saved import SavedChoices
from pasperdus_node.reception.site_time import SiteTime
from pasperdus_node.sensors.beside import Knobs, Lamp
from pasperdus_node.sensors.pins import Sink
from pasperdus_node.terminal.hall import begun
from pasperdus_node.terminal.resuming import resumed

BOARD_FILE = "board.json"
CHOICES_FILE = "choices.json"

Made = TypeVar("Made")


def agent_screen(
    settings: ScreenSettings,
    node: str,
    clock: Clock,
    directory: Path,
    outbox: Outbox,
    keeper: Keeper,
    sink: Sink,
    *,
    is_board_suspected: bool = False,
) -> AgentTerminal:
    """Return an agent's terminal, as it was before the restart; its files are in ``directory``."""
    boards = BoardCache(directory / BOARD_FILE, site=settings.site)
    saved = SavedChoices(directory / CHOICES_FILE)
    choices = saved.load()
    with ExitStack() as opened:
        picture = Picture(settings)
        opened.callback(picture.close)
        knobs = Knobs(next_pin=settings.next_pin, blank_pin=settings.blank_pin)
        opened.callback(knobs.stop)
        knobs.start(sink)
        lamp = Lamp(settings.led_pin)
        opened.callback(lamp.stop)

        def made(board: Board | None) -> AgentTerminal:
            terminal = resumed(
                node,
                settings.site,
                language=settings.language,
                board=board,
                journal=outbox.journal(),
                last_seq=outbox.last_seq(),
                saved=choices,
                now=SiteTime(clock).now(),
            )
            return AgentTerminal(
                terminal,
                picture=picture,
                clock=clock,
                outbox=outbox,
                keeper=keeper,
                boards=boards,
                watch=BoardWatch(settings.site),
                saved=saved,
                knobs=knobs,
                lamp=lamp,
            )

        screen = _with_kept_board(made, boards, is_suspected=is_board_suspected)
        opened.pop_all()
        return screen


def public_screen(
    settings: ScreenSettings,
    node: str,
    clock: Clock,
    directory: Path,
    *,
    is_board_suspected: bool = False,
) -> PublicScreen:
    """Return the screen of a waiting room, with the board that it showed before the restart."""
    boards = BoardCache(directory / BOARD_FILE, site=settings.site)
    with ExitStack() as opened:
        picture = Picture(settings)
        opened.callback(picture.close)

        def made(board: Board | None) -> PublicScreen:
            return PublicScreen(
                begun(node, settings.site, board, SiteTime(clock).now()),
                language=settings.language,
                picture=picture,
                clock=clock,
                boards=boards,
                watch=BoardWatch(settings.site),
            )

        screen = _with_kept_board(made, boards, is_suspected=is_board_suspected)
        opened.pop_all()
        return screen


def _with_kept_board(
    made: Callable[[Board | None], Made], boards: BoardCache, *, is_suspected: bool
) -> Made:
    """Make a screen with the board that was kept; one that cannot be shown is set aside."""
    board = boards.load()
    if board is None:
        return made(None)
    try:
        if is_suspected:
            raise ScreenError("the screen failed twice with it")
        return made(board)
    except Exception as error:  # noqa: BLE001 (told; the screen begins without that board)
        boards.set_aside(error)
        return made(None)
