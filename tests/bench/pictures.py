"""The screens' pages as scenes of a busy morning, drawn again and again and timed."""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from pasperdus_node.config import ScreenSettings
from pasperdus_node.display.window import Window
from pasperdus_node.reception.public_screen import MOVING_MS
from pasperdus_node.screens.agent import agent
from pasperdus_node.screens.hall import ARRIVAL_MS
from pasperdus_node.screens.hall import hall as hall_scene
from pasperdus_node.screens.look import Glass, Look
from pasperdus_node.screens.scene import Ring, Scene
from pasperdus_node.screens.theme import DAY, NIGHT
from pasperdus_node.screens.words import languages
from pasperdus_node.terminal.actions import Page
from pasperdus_node.terminal.hall import begun, hear_board
from pasperdus_node.terminal.hearing import hear_slips
from pasperdus_node.terminal.queue import service_day
from pasperdus_node.terminal.state import Kept, Now, Terminal, View
from support.boards import (
    NODE,
    OTHER,
    SITE,
    board,
    busy_board,
    called,
    now,
    slips,
    visit_id,
    waiting,
)

GLASSES = ((720, 1280), (800, 480), (1920, 1080))
VISITS = 24  # all tokens are out
WARM_UP = 3  # pictures that fill the memory of texts and tokens
HALL = "hall"
SHEET = "sheet"
KINDS = {
    "agent": ("whole", "minute", "ring"),
    "public": ("whole", "minute", "moving"),
}
"""All of it anew, in other colours; a minute on; with and without a ring around a button; 50 ms on,
while a new call moves."""
CALLED = 1  # a visit of the board whose sheet has the most buttons


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """Milliseconds of processor time of one kind of picture: to lay it out, and to draw it."""

    page: str
    kind: str
    laid_out: list[float]
    drawn: list[float]

    @property
    def whole(self) -> list[float]:
        """Both together, picture by picture."""
        return [one + other for one, other in zip(self.laid_out, self.drawn, strict=True)]


class Easel:
    """One glass without a screen behind it, and what is drawn on it."""

    def __init__(self, width: int, height: int) -> None:
        self.settings = ScreenSettings.model_validate(
            {"kind": "agent", "width": width, "height": height, "driver": "dummy"}
        )
        self._window = Window(self.settings)
        glass_px = self.settings.px_per_mm
        self._look = Look(
            glass=Glass(width=width, height=height, px_per_mm=glass_px),
            measure=self._window.measure,
            words=languages()["fr"],
            zone=ZoneInfo("Europe/Paris"),
        )

    def pages(self) -> dict[str, Callable[[Now], Scene]]:
        """Return what lays each page out at a moment."""
        look = self._look
        found: dict[str, Callable[[Now], Scene]] = {}
        for page in Page:
            found[page.value] = _agent(View(page=page), look)
        found[SHEET] = _agent(View(page=Page.TOKENS, items=(visit_id(CALLED),), below=(0,)), look)
        quiet = busy_board(VISITS)
        calls = [called(n, node=OTHER if n % 2 else NODE) for n in range(4)]
        start = now("10:30")
        four = board([*calls, waiting(9)])
        heard = hear_board(begun(NODE, SITE, None, start), quiet, start, is_alive=True)
        heard = hear_board(heard, four, start, is_alive=True)
        found[HALL] = lambda at: hall_scene(heard, at, look)
        return found

    def time(self, page: str, kind: str, *, pictures: int) -> Timed:
        """Draw so many pictures of one kind, after a few that nobody times."""
        make = self._kinds(page)[kind]
        laid_out, drawn = [], []
        for n in range(WARM_UP + pictures):
            began_s = time.thread_time()
            scene = make(n)
            laid_out_s = time.thread_time()
            # Other colours everywhere: nothing of the last picture can stay.
            self._window.show(scene, NIGHT if kind == "whole" and n % 2 else DAY)
            ended_s = time.thread_time()
            if n >= WARM_UP:
                laid_out.append((laid_out_s - began_s) * 1000)
                drawn.append((ended_s - laid_out_s) * 1000)
        return Timed(page=page, kind=kind, laid_out=laid_out, drawn=drawn)

    def close(self) -> None:
        """Give the glass back."""
        self._window.close()

    def _kinds(self, page: str) -> dict[str, Callable[[int], Scene]]:
        """Return what lays out the n-th picture of each kind."""
        lay_out = self.pages()[page]
        moments = now("10:42"), now("10:43")

        def whole(_: int) -> Scene:
            return lay_out(moments[0])

        def minute(n: int) -> Scene:
            return lay_out(moments[n % 2])

        def ring(n: int) -> Scene:
            """Return every other picture with a ring: what a thumb sees first."""
            scene = lay_out(moments[0])
            if n % 2 or not scene.targets:
                return scene
            ringed = Ring(rect=scene.targets[0].rect, role="pressed")
            return replace(scene, items=(*scene.items, ringed))

        def moving(n: int) -> Scene:
            """Return the pictures of a new call, 20 a second."""
            start = now("10:30")
            passed_ms = n * MOVING_MS % ARRIVAL_MS
            return lay_out(replace(start, uptime_ms=start.uptime_ms + passed_ms))

        return {"whole": whole, "minute": minute, "ring": ring, "moving": moving}


@contextmanager
def easel(width: int, height: int) -> Iterator[Easel]:
    """Have a glass for the time of the block."""
    made = Easel(width, height)
    try:
        yield made
    finally:
        made.close()


def p95(values: list[float]) -> float:
    """Return what one in twenty is above."""
    return statistics.quantiles(values, n=20)[18]


def _agent(view: View, look: Look) -> Callable[[Now], Scene]:
    at = now("10:42")
    terminal = Terminal(
        node=NODE,
        site=SITE,
        kept=Kept(board=busy_board(VISITS), heard_ms=at.uptime_ms),
        day=service_day(at.wall_ms, look.zone),
        is_connected=True,
    )
    terminal = replace(hear_slips(terminal, slips(8)), view=view, recount=12)
    return lambda moment: agent(terminal, moment, look)
