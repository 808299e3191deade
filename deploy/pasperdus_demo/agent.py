"""The simulated agent at the reception terminal: hands macarons out, calls, and takes them back.

Everything is done by touching the terminal's screen (:mod:`thumb`), page by page, as a person
would. What visitors need comes as errands; between them the agent tidies up, reads messages, and
goes back to the first page.
"""

import queue
import re
import time
from pathlib import Path
from random import Random

from pasperdus_contract.visits import Action
from pasperdus_demo.background import Background
from pasperdus_demo.errands import Errand
from pasperdus_demo.errors import BrokenControlError, ControlError
from pasperdus_demo.past import REPEATED_QUESTION
from pasperdus_demo.thumb import Sight, Thumb
from pasperdus_node.terminal.actions import Act, ChooseService, Count, Go, Open, Page, name

MESSAGE_AFTER_S = 20.0  # of the lamp's being lit: long enough to be seen
HOME_AFTER_S = 3.0  # without an errand
REFUSALS = 12  # of errands in a row: then something is wrong with the terminal

_TOKENS, _SERVICES = name(Go(Page.TOKENS)), name(Open("services"))
_POLL_S = 0.25
_RETRY_S = 0.2
_VISIT = re.compile(r"[0-9a-f]{16}")


class Agent(Background):
    """Works at the terminal behind ``socket``; hand errands to :meth:`tell`."""

    def __init__(self, socket: Path, *, services: tuple[str, ...], seed: int) -> None:
        super().__init__("agent")
        self._thumb = Thumb(socket, pause=self.pause)
        self._services = services
        self._rng = Random(f"{seed}/agent")  # noqa: S311 (a simulation, seeded on purpose)
        self._asked: queue.SimpleQueue[Errand] = queue.SimpleQueue()
        self._visits: dict[int, str] = {}
        """The visit of each visitor who holds a macaron, by the visitor's number."""
        self._service: str | None = None
        self._refusals = 0
        self._last_s = time.monotonic()
        self._lit_s: float | None = None
        self._is_home = False

    def tell(self, errand: Errand) -> None:
        """Hand over something to do; it is done in its turn."""
        self._asked.put(errand)

    def work(self) -> None:
        """Do what comes, one after the other, once there are macarons to hand out."""
        try:
            self._work()
        finally:
            self._thumb.close()

    def _work(self) -> None:
        has_begun = False
        while not self.is_over:
            errand = self._next() if has_begun else None
            try:
                if has_begun:
                    self._attend(errand)
                else:
                    has_begun = bool(_cells(self._thumb.touch(_TOKENS)))
            except BrokenControlError:
                # The node was killed, or has not started yet. What was asked for is not done.
                self._service = None
                self.pause(_RETRY_S)
            except ControlError as error:
                self._refusals += 1
                if self._refusals >= REFUSALS:
                    raise ControlError(f"agent: nothing can be done any more; {error}") from error
            else:
                self._refusals = 0

    def _next(self) -> Errand | None:
        try:
            return self._asked.get(timeout=_POLL_S)
        except queue.Empty:
            return None

    def _attend(self, errand: Errand | None) -> None:
        if errand is None:
            self._rest()
            return
        self._last_s, self._is_home = time.monotonic(), False
        visit = self._visits.get(errand.visitor)
        match errand.kind:
            case "give":
                self._give(errand.visitor)
            case "question":
                self._count_question()
            case "close":
                # Should this fail, it is a macaron of nobody, and tidied up later.
                self._visits.pop(errand.visitor, None)
                if visit is not None:
                    self._step(visit, "done", "left")
            case "park" | "call" | "serve" if visit is not None:
                self._step(visit, errand.kind)

    # -- errands --------------------------------------------------------------------------------

    def _give(self, visitor: int) -> None:
        """Hand out a free macaron; where none is left, the visitor waits without."""
        seen = self._thumb.touch(_TOKENS)
        service = self._rng.choice(self._services)
        if service != self._service and _SERVICES in seen.targets:
            self._thumb.touch(_SERVICES)
            self._thumb.touch(name(ChooseService(service)))
            self._service = service
            seen = self._thumb.touch(_TOKENS)
        free = [place for place, cell in enumerate(_cells(seen)) if cell.startswith("give:")]
        if not free:
            return
        place = self._rng.choice(free)
        seen = self._thumb.touch(_cells(seen)[place])
        visit = _visit(_cells(seen)[place])
        if visit is not None:
            self._visits[visitor] = visit

    def _step(self, visit: str, *actions: Action) -> None:
        """Take the first of these steps that makes sense for a macaron; perhaps none does.

        Somebody at another terminal may have done something with it meanwhile.
        """
        seen = self._thumb.touch(_TOKENS)
        wanted = [name(Act(visit, action)) for action in actions]
        if not any(target in seen.targets for target in wanted):
            cell = next((cell for cell in _cells(seen) if _visit(cell) == visit), None)
            if cell is None:
                return
            # A tap on one that waits would call: its sheet is behind a long press.
            seen = self._thumb.touch(cell, is_held=cell.startswith("act:"))
        for target in wanted:
            if target in seen.targets:
                self._thumb.touch(target)
                return

    def _count_question(self) -> None:
        """Count a question that many have asked before, under one of its categories."""
        self._thumb.touch(name(Go(Page.MORE)))
        seen = self._thumb.touch(name(Go(Page.TALLIES)))
        opened = name(Open(REPEATED_QUESTION))
        if opened in seen.targets:  # the site's categories have come
            seen = self._thumb.touch(opened)
        counts = [each for each in seen.targets if each.startswith(name(Count(REPEATED_QUESTION)))]
        self._thumb.touch(self._rng.choice(counts))

    # -- between errands ------------------------------------------------------------------------

    def _rest(self) -> None:
        now_s = time.monotonic()
        if now_s - self._last_s < HOME_AFTER_S:
            return
        if not self._is_home:
            self._tidy()
            self._thumb.touch(name(Go(Page.HOME)))
            self._is_home = True
        if not self._thumb.look().is_lamp_lit:
            self._lit_s = None
        elif self._lit_s is None:
            self._lit_s = now_s
        elif now_s - self._lit_s >= MESSAGE_AFTER_S:
            self._take_message()

    def _tidy(self) -> None:
        """Take back the macarons of those who have gone while the terminal was away."""
        known = set(self._visits.values())
        for cell in _cells(self._thumb.touch(_TOKENS)):
            visit = _visit(cell)
            if visit is not None and visit not in known:
                self._step(visit, "done", "left")

    def _take_message(self) -> None:
        self._is_home = False
        self._thumb.touch(name(Go(Page.MORE)))
        seen = self._thumb.touch(name(Go(Page.MESSAGES)))
        takes = [each for each in seen.targets if each.startswith("take:")]
        if takes:
            self._thumb.touch(takes[0])
        self._last_s = time.monotonic()


def _cells(seen: Sight) -> list[str]:
    """Return the targets of the macarons on their page: one each, always in the same order."""
    return [
        target
        for target in seen.targets
        if target.startswith("give:") or _visit(target) is not None
    ]


def _visit(target: str) -> str | None:
    """Return the visit that a macaron's target names."""
    kind, _, rest = target.partition(":")
    visit = rest.partition(":")[0]
    return visit if kind in ("act", "open") and _VISIT.fullmatch(visit) else None
