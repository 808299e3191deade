"""Puts a screen together from its configuration. Only nodes that have one import this."""

from pathlib import Path

from pasperdus_node.clock import Clock
from pasperdus_node.config import ScreenSettings
from pasperdus_node.keeping import Keeper
from pasperdus_node.outbox import Outbox
from pasperdus_node.reception.agent_terminal import Reception
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


def agent_screen(
    settings: ScreenSettings,
    node: str,
    clock: Clock,
    directory: Path,
    outbox: Outbox,
    keeper: Keeper,
    sink: Sink,
) -> Reception:
    """Return an agent's terminal, as it was before the restart; its files are in ``directory``."""
    boards = BoardCache(directory / BOARD_FILE, site=settings.site)
    saved = SavedChoices(directory / CHOICES_FILE)
    picture = Picture(settings)
    knobs = Knobs(next_pin=settings.next_pin, blank_pin=settings.blank_pin)
    knobs.start(sink)
    terminal = resumed(
        node,
        settings.site,
        language=settings.language,
        board=boards.load(),
        journal=outbox.journal(),
        saved=saved.load(),
        now=SiteTime(clock).now(),
    )
    return Reception(
        terminal,
        picture=picture,
        clock=clock,
        outbox=outbox,
        keeper=keeper,
        boards=boards,
        watch=BoardWatch(settings.site),
        saved=saved,
        knobs=knobs,
        lamp=Lamp(settings.led_pin),
    )


def public_screen(
    settings: ScreenSettings, node: str, clock: Clock, directory: Path
) -> PublicScreen:
    """Return the screen of a waiting room, with the board that it showed before the restart."""
    boards = BoardCache(directory / BOARD_FILE, site=settings.site)
    picture = Picture(settings)
    return PublicScreen(
        begun(node, settings.site, boards.load(), SiteTime(clock).now()),
        language=settings.language,
        picture=picture,
        clock=clock,
        boards=boards,
        watch=BoardWatch(settings.site),
    )
