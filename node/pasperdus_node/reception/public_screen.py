"""The waiting room's screen at work: boards go in, pictures and chimes come out.

It records nothing.
"""

from dataclasses import replace
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pasperdus_contract.board import Board
from pasperdus_node.clock import Clock
from pasperdus_node.display.touches import Closed
from pasperdus_node.errors import SimulationError
from pasperdus_node.reception.board_cache import BoardCache
from pasperdus_node.reception.board_news import BoardNews
from pasperdus_node.reception.board_watch import BoardWatch
from pasperdus_node.reception.picture import Picture
from pasperdus_node.reception.site_time import SiteTime
from pasperdus_node.reception.troubles import Troubles
from pasperdus_node.screens.hall import hall as draw_hall
from pasperdus_node.screens.scene import Scene
from pasperdus_node.sensors.pins import PinEdge
from pasperdus_node.simulation.touching import sight_of
from pasperdus_node.terminal import hall as halls
from pasperdus_node.terminal.hall import Hall
from pasperdus_node.terminal.queue import DEFAULT_ZONE
from pasperdus_node.terminal.state import Now

REDRAW_MS = 1_000  # a clock, notices that take turns, calls that grow old
MOVING_MS = 50
LATEST_MS = 60_000  # also where a simulation lets a day pass in a second
STUCK_MS = 60_000  # an old picture without its clock misleads

NOT_SHOWN = "a picture cannot be shown; the one before stays"


class PublicScreen:
    """One public screen."""

    kind: Literal["agent", "public"] = "public"

    def __init__(
        self,
        hall: Hall,
        *,
        language: str,
        picture: Picture,
        clock: Clock,
        boards: BoardCache,
        watch: BoardWatch,
    ) -> None:
        self._hall = hall
        self._language = language
        self._picture = picture
        self._time = SiteTime(clock)
        self._watch = watch
        self._news = BoardNews(boards, watch, self._time)
        self._scene: Scene | None = None
        self._drawn_ms = self._shown_ms = 0
        self._troubles = Troubles()
        self.is_closed = False
        self._draw(self._time.now())

    @property
    def deadline_ms(self) -> int:
        """When calls may have grown old."""
        return self._drawn_ms + LATEST_MS

    def hear_board(self, payload: bytes, *, is_retained: bool) -> None:
        """Take a board of the site; one that cannot be read or shown changes nothing."""
        before = self._hall

        def show(board: Board) -> None:
            now = self._time.now()
            self._hall = halls.hear_board(before, board, now, is_alive=not is_retained)
            self._draw(now)

        is_shown = self._news.hear(payload, is_retained=is_retained, show=show)
        if not is_shown and self._hall is not before:
            self._hall = before
            self.advance()

    def hear_slips(self, payload: bytes) -> None:
        """Ignore what is for agents only."""

    def hear_link(self, *, is_subscribed: bool) -> None:
        """Learn whether the collector can be heard."""
        self._watch.hear_link(is_subscribed=is_subscribed)

    def hear_answer(self) -> None:
        """Learn nothing: a public screen records no event of its own."""

    def take_edge(self, edge: PinEdge, t_ms: int) -> None:
        """Do nothing: no button is wired to a public screen."""

    def advance(self) -> None:
        """Let time pass: calls grow old, notices take turns."""
        now = self._time.now()
        try:
            self._hall = halls.pass_time(self._hall, now)
            self._draw(now)
        except Exception as error:
            self._troubles.tell(NOT_SHOWN, error)
            if now.uptime_ms - self._shown_ms >= STUCK_MS:
                raise
            self._drawn_ms = now.uptime_ms  # tried again as a new picture would be made

    def read(self) -> None:
        """See whether the window was closed; nothing on it can be touched."""
        if any(isinstance(touched, Closed) for touched in self._picture.read()):
            self.is_closed = True
        self._watch.check()
        is_moving = self._scene is not None and self._scene.is_moving
        shown_ms = self._time.now().uptime_ms - self._drawn_ms
        is_news = self._watch.is_connected != self._hall.is_connected
        if is_news or shown_ms >= (MOVING_MS if is_moving else REDRAW_MS):
            self.advance()

    def press(self, target: str) -> None:
        """Refuse: nothing here can be touched."""
        raise SimulationError(f"touch {target!r}: nothing on a public screen can be touched")

    def release(self) -> None:
        """Refuse, like :meth:`press`."""
        raise SimulationError("nothing on a public screen can be touched")

    def sight(self) -> dict[str, Any]:
        """Tell what can be seen."""
        return sight_of(self._scene) | {"pending": 0, "lamp": False}

    def stop(self) -> None:
        """Give the glass back."""
        self._picture.close()

    def _draw(self, now: Now) -> None:
        self._hall = replace(self._hall, is_connected=self._watch.is_connected)
        board = None if self._hall.kept is None else self._hall.kept.board
        zone = ZoneInfo(DEFAULT_ZONE if board is None else board.time_zone)
        look = self._picture.look(self._language, zone)
        scene = draw_hall(self._hall, now, look)
        self._picture.show(scene, now, zone)
        self._scene, self._drawn_ms, self._shown_ms = scene, now.uptime_ms, now.uptime_ms
        self._news.drawn()
