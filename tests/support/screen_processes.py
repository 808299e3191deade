"""Reception terminals and public screens as real processes, touched where a thumb would touch them.

Each has SDL's dummy driver, a clock that only the test moves, and perhaps a :class:`Cable` between
it and the broker that the test can cut.
"""

from __future__ import annotations

import json
import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from pasperdus_contract import visits
from pasperdus_node.reception.parts import BOARD_FILE
from pasperdus_node.terminal.actions import (
    Act,
    ChooseService,
    Count,
    Give,
    Go,
    Open,
    Page,
    Switch,
    Undo,
)
from pasperdus_node.terminal.actions import name as named
from pasperdus_node.terminal.pointing import GUARD_MS
from support.mosquitto import LOOPBACK, free_port
from support.processes import NodeProcess

START_UPTIME_MS = 10_000
"""Of each node when its simulation begins."""
TOUCH_TRIES = 5  # a board may come between a thumb's setting out and its arrival, each time anew
MOST_PARTS = 6  # of the list of those who wait
SERVICES = Open("services")  # the button that leads to the choice of a service
TRANSFER = Open("transfer")
CHUNK = 65_536


class Cable:
    """Carries bytes between nodes and a broker on this machine until it is cut."""

    def __init__(self, broker_port: int) -> None:
        self.port = free_port()
        self._broker_port = broker_port
        self._listening: socket.socket | None = None
        self._ends: list[socket.socket] = []
        self._lock = threading.Lock()

    @property
    def is_cut(self) -> bool:
        """Whether nothing gets through."""
        return self._listening is None

    @property
    def url(self) -> str:
        """What a node behind this cable calls the broker."""
        return f"mqtt://{LOOPBACK}:{self.port}"

    def mend(self) -> None:
        """Carry bytes from now on."""
        listening = socket.create_server((LOOPBACK, self.port), backlog=8)
        self._listening = listening
        threading.Thread(target=self._accept, args=(listening,), daemon=True).start()

    def cut(self) -> None:
        """End every connection and refuse new ones."""
        with self._lock:
            if self._listening is not None:
                _end(self._listening)
                self._listening = None
            for end in self._ends:
                _end(end)
            self._ends.clear()

    def __enter__(self) -> Self:
        self.mend()
        return self

    def __exit__(self, *_: object) -> None:
        self.cut()

    def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                near, _ = listening.accept()
                far = socket.create_connection((LOOPBACK, self._broker_port))
            except OSError:
                return  # it was cut
            with self._lock:
                is_whole = self._listening is listening
                if is_whole:
                    self._ends += [near, far]
            if not is_whole:
                _end(near)
                _end(far)
                return
            for source, sink in ((near, far), (far, near)):
                source.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                threading.Thread(target=_carry, args=(source, sink), daemon=True).start()


def _carry(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):  # one of the ends is gone: so is the other now
        while part := source.recv(CHUNK):
            sink.sendall(part)
    _end(source)
    _end(sink)


def _end(end: socket.socket) -> None:
    with suppress(OSError):  # it was never connected, or is gone already
        end.shutdown(socket.SHUT_RDWR)
    end.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What can be seen on a screen, and touched."""

    targets: tuple[str, ...]
    texts: tuple[str, ...]
    marks: tuple[str, ...]
    pending: int
    chimes: int

    @property
    def text(self) -> str:
        """All that is written, in the order in which it was drawn, with plain spaces."""
        return " ".join(" ".join(self.texts).split())


class ScreenNode(NodeProcess):
    """``pasperdus-node run`` with a screen; its time is told as the true one (ms since 1970).

    ``screen`` are lines of its ``[screen]``. ``wrong_ms`` is by how much its own clock is ahead,
    and not synchronised, from its first start on until :meth:`set_clock_right`.
    """

    def __init__(
        self,
        directory: Path,
        *,
        name: str,
        mqtt_url: str,
        begins_at: int,
        screen: str,
        wrong_ms: int = 0,
    ) -> None:
        self._screen = screen
        self._begins_at = begins_at
        self._wrong_ms = wrong_ms
        self._is_synced = wrong_ms == 0
        self._url = mqtt_url
        self.now_at = begins_at
        """The true time that its clock was moved to last."""
        super().__init__(directory, mqtt_url=mqtt_url, name=name, clock="driven")

    def configure(self, mqtt_url: str) -> None:
        self._config.write_text(
            f'[node]\nname = "{self.name}"\ncollector = "mairie"\n[mqtt]\nurl = "{mqtt_url}"\n'
            f'[outbox]\npath = "{self.outbox}"\n[gpio]\npin_factory = "mock"\n'
            f'[screen]\n{self._screen}\ndriver = "dummy"\ntheme = "day"\n'
            f'[simulation]\nsocket = "{self._socket}"\nclock = "driven"\n'
            # A program that is killed and comes back is no new boot of its machine.
            f'boot = "boot-of-{self.name}"\nsynced = {str(self._is_synced).lower()}\n'
        )

    def start(self) -> None:
        """Start it; it does nothing before :meth:`begin`."""
        self.configure(self._url)
        super().start()

    def begin(self) -> None:
        """Tell it the time: its screen lights up, and it looks for the broker."""
        self.drive(clock=self._clocks())

    def sight(self) -> Sight:
        """Look at it."""
        return _seen(self.drive())

    def move_to(self, at: int) -> Sight:
        """Let time pass until ``at``, and look at it."""
        self.now_at = at
        return _seen(self.drive(until=self._uptime(at)))

    def touch(self, target: str) -> Sight:
        """Touch the target of that name, and look at what came of it.

        What falls into the moment after a change does nothing: then look again and touch again.
        """
        for _ in range(TOUCH_TRIES - 1):
            try:
                return _seen(self.drive(touch=target))
            except AssertionError as error:
                if "moment after a change" not in str(error):
                    raise AssertionError(f"{self.name}: {error}") from None
            self.move_to(self.now_at + GUARD_MS + 1)
        return _seen(self.drive(touch=target))

    def set_clock_right(self) -> None:
        """Let its clock find the time, as NTP does once the network is there."""
        self._wrong_ms, self._is_synced = 0, True
        self.drive(clock=self._clocks(), synced=True)

    def wait_for(self, target: str) -> Sight:
        """Look until there is a target of that name; time stands still meanwhile."""

        def look() -> Sight | None:
            seen = self.sight()
            return seen if target in seen.targets else None

        try:
            return self.wait_until(look, f"target {target!r} on {self.name}")
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.name} has {self.sight()}") from None

    def kept_board(self) -> str | None:
        """Return the version of the board on its card: the last one that it has heard."""
        file = self.outbox.parent / BOARD_FILE
        return str(json.loads(file.read_text())["version"]) if file.exists() else None

    def recorded(self) -> int:
        """Return how many events it ever recorded: its sequence numbers have no gap."""
        with self._reading() as db:
            row = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'events'").fetchone()
        return 0 if row is None else int(row[0])

    def begun(self, *, after_seq: int) -> str | None:
        """Return the visit of the first ``wait`` after a seq, as its outbox or journal has it."""
        with self._reading() as db:
            bodies = db.execute(
                "SELECT seq, body FROM journal WHERE seq > ?1 "
                "UNION SELECT seq, body FROM events WHERE seq > ?1 ORDER BY seq",
                (after_seq,),
            ).fetchall()
        found = (json.loads(body) for _, body in bodies)
        return next((str(e["visit"]) for e in found if e.get("action") == "wait"), None)

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(f"{self.outbox.as_uri()}?mode=ro", uri=True)) as db:
            yield db

    def _clocks(self) -> dict[str, int]:
        return {"wall": self.now_at + self._wrong_ms, "uptime": self._uptime(self.now_at)}

    def _uptime(self, at: int) -> int:
        return START_UPTIME_MS + at - self._begins_at


class Thumb:
    """An agent at one terminal, who goes through its pages as people do."""

    def __init__(self, node: ScreenNode) -> None:
        self.node = node
        self._service: str | None = None
        self._used: dict[str, int] = {}
        self._page: Page | None = None

    def give(self, at: int, service: str | None) -> tuple[str, str]:
        """Hand out the free token that has rested longest; return its visit and its name."""
        sight = self._be_on(Page.TOKENS, at)
        if service != self._service:
            self.node.touch(named(SERVICES))
            self.node.touch(named(ChooseService(service)))
            sight = self._go(Page.TOKENS)
            self._service = service
        free = [target[5:] for target in sight.targets if target.startswith("give:")]
        assert free, f"{self.node.name} has no free token: {sight}"
        token = min(free, key=lambda each: self._used.get(each, 0))
        self._used[token] = at
        before = self.node.recorded()
        self._record(named(Give(token)))
        visit = self.node.begun(after_seq=before)
        assert visit is not None, f"{self.node.name} gave {token} and recorded no wait"
        return visit, token

    def step(
        self, at: int, visit: str, action: visits.Action, service: str | None, *, is_own: bool
    ) -> None:
        """Take a step with a visit; ``is_own`` tells whether this terminal handed its token out.

        A board that comes between look and touch may move things: then look again, as people do.
        """
        for is_last in (False, False, True):
            try:
                self._step(at, visit, action, service, is_own=is_own)
            except AssertionError as error:
                if is_last or "not on the screen now" not in str(error):
                    raise
                self.look_up()
            else:
                return

    def _step(
        self, at: int, visit: str, action: visits.Action, service: str | None, *, is_own: bool
    ) -> None:
        act = named(Act(visit, action, service))
        page = Page.TOKENS if is_own else Page.HOME
        sight = self._be_on(page, at)
        if act not in sight.targets:
            opened = self._open(visit, sight, is_own=is_own)
            if not any(target.startswith(f"act:{visit}:") for target in opened.targets):
                # A board that turned the service day led home meanwhile: an agent opens it again.
                self._open(visit, self._go(page), is_own=is_own)
            if action == "transfer":
                self.node.wait_for(named(TRANSFER))
                self.node.touch(named(TRANSFER))
            self.node.wait_for(act)
        self._record(act)

    def undo(self, at: int) -> None:
        """Take back the last tap."""
        self.node.move_to(at)
        self._record(named(Undo()))

    def count(self, what: str) -> None:
        """Count something that happened."""
        self._go(Page.MORE)
        self._go(Page.TALLIES)
        self._record(named(Count(what)))

    def open_visits(self) -> list[str]:
        """Return the visits on the home page, from its first part to its last."""
        sight = self._go(Page.HOME)
        found = [target for target in sight.targets if target.startswith("open:")]
        while "turn:1" in sight.targets:
            sight = self.node.touch("turn:1")
            found += [target for target in sight.targets if target.startswith("open:")]
        return found

    def look_up(self) -> None:
        """Forget which page is at hand: the screen was dark meanwhile."""
        self._page = None

    def hand(self) -> frozenset[str]:
        """Return the tokens that this terminal hands out, free or not: its own page has them."""
        return frozenset(self._go(Page.TOKENS).marks)

    def _be_on(self, page: Page, at: int) -> Sight:
        sight = self.node.move_to(at)
        return sight if self._page is page else self._go(page)

    def _go(self, page: Page) -> Sight:
        self._page = page
        return self.node.touch(named(Go(page)))

    def _open(self, visit: str, sight: Sight, *, is_own: bool) -> Sight:
        """Open the sheet of a visit, once a board has brought it."""
        opened = named(Open(visit))
        if not is_own:
            self.node.wait_until(lambda: self._leaf_to(opened), f"visit {visit} on its home page")
        elif opened not in sight.targets:
            self.node.touch(named(Switch("options")))
        self.node.wait_for(opened)
        return self.node.touch(opened)

    def _leaf_to(self, opened: str) -> bool | None:
        """Turn the parts of the list once from the first to the last; stop where it is."""
        sight = self.node.sight()
        if opened not in sight.targets:
            sight = self._go(Page.HOME)
        for _ in range(MOST_PARTS):
            if opened in sight.targets:
                return True
            if "turn:1" not in sight.targets:
                return None
            sight = self.node.touch("turn:1")
        return None

    def _record(self, target: str) -> None:
        before = self.node.recorded()
        sight = self.node.touch(target)
        recorded = self.node.recorded() - before
        assert recorded == 1, f"{self.node.name}: {target} recorded {recorded} events; {sight}"


def _seen(answer: dict[str, Any]) -> Sight:
    screen = answer["screen"]
    return Sight(
        targets=tuple(screen["targets"]),
        texts=tuple(screen["texts"]),
        marks=tuple(screen["marks"]),
        pending=screen["pending"],
        chimes=screen["chimes"],
    )
