"""Feeds a building's door counts into a simulated node, edge by edge, on driven time.

Every crossing is a sequence of beam interruptions; the node's own code counts it, its outbox keeps
it. The next one begins only after the node has answered that this one is recorded.

The node may be killed at any instant. Then three things are needed to go on exactly:

- *whether the crossing was recorded*: the outbox's totals row was written in the same commit as
  the event;
- *what time it is*: if the outbox holds an event that came after our last answer, the interrupted
  step took place and its end is the time; if not, the step has left no trace and the time is
  that of the last answer. So time never goes back behind a recorded event;
- *clear beams*: the new process finds its pins high, which is blocked, until we say otherwise.

One read-only connection to the outbox stays open throughout: as long as it does, a killed writer's
commit is either there for everybody or for nobody.
"""

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

from pasperdus_contract.fields import QUARTER_MS
from pasperdus_demo.control_line import ControlLine, PinMove, connect
from pasperdus_demo.door_counts import SLOT_MS, HalfHour
from pasperdus_demo.errors import BrokenControlError, ReplayError
from pasperdus_demo.past import DOOR
from pasperdus_demo.replay_plan import PlannedCrossing, plan_half_hour
from pasperdus_demo.walks import SETTLED_MS, SHORTEST_GAP_MS, BeamPins

NODE_TIMEOUT_S = 30.0  # for a killed node to be back
DRAIN_TIMEOUT_S = 120.0
AFTERMATH_MS = 60_000  # simulated time after the last half-hour

_LEAD_MS = 30_000  # simulated time before the first half-hour
_FIRST_UPTIME_MS = 60_000
_HEALTHY_WITHIN = 10  # simulated seconds
_POLL_S = 0.02


class OutboxReader:
    """Reads a node's outbox beside the node: one connection, kept open (see above)."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)

    def last_seq(self) -> int:
        """Return the last sequence number ever recorded, 0 for none."""
        row = self._db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'events'").fetchone()
        return row[0] if row else 0

    def totals(self) -> dict[str, int]:
        """Return how often what was recorded, by name such as ``door.in``."""
        return dict(self._db.execute("SELECT name, total FROM totals").fetchall())

    def pending(self) -> int:
        """Return how many events no collector has acknowledged, those held aside included."""
        (count,) = self._db.execute("SELECT count(*) FROM events").fetchone()
        return int(count)

    def close(self) -> None:
        """Close the connection."""
        self._db.close()


class Replay:
    """Drives one node through a file. ``meanwhile`` is called often: it revives dead processes."""

    def __init__(
        self,
        slots: Sequence[HalfHour],
        *,
        socket: Path,
        outbox: Path,
        seed: int,
        meanwhile: Callable[[], None],
    ) -> None:
        self._slots = slots
        self._socket = socket
        self._outbox_path = outbox
        self._rng = Random(seed)  # noqa: S311 (a simulation, seeded on purpose)
        self._meanwhile = meanwhile
        self._pins = BeamPins()
        first_ms = round(slots[0].start.timestamp() * 1000)
        self._zero_ms = first_ms - _LEAD_MS - _FIRST_UPTIME_MS  # wall time of uptime 0
        self._now_ms = _FIRST_UPTIME_MS  # uptime that the node has confirmed
        self._seq = 0  # last event recorded by then
        self._totals: dict[str, int] = {}
        self._is_off = False
        self._is_well = False
        self._line: ControlLine | None = None
        self._reader: OutboxReader | None = None
        self.restarts = 0

    def run(self) -> Iterator[HalfHour]:
        """Feed everything and let the collector have it all; yield each half-hour once it is over.

        Raises :class:`ReplayError` when the node counts anything else than what was fed.
        """
        self._take_up()
        for slot in self._slots:
            self._meanwhile()
            self._live_through(slot)
            yield slot
        self._pass_time(self._now_ms + AFTERMATH_MS)
        self._wait_for_the_collector()

    def stay(self) -> None:
        """Let no simulated time pass; a node that was killed is given its time again."""
        self._meanwhile()
        self._step(until_ms=self._now_ms)

    def close(self) -> None:
        """Let go of the node."""
        if self._line is not None:
            self._line.close()
        if self._reader is not None:
            self._reader.close()

    # -- one half-hour --------------------------------------------------------------------------

    def _live_through(self, slot: HalfHour) -> None:
        start_ms = round(slot.start.timestamp() * 1000) - self._zero_ms
        end_ms = start_ms + SLOT_MS
        self._pass_time(start_ms)
        if slot.is_missing:
            self._set_out_of_service(is_off=True)
        for crossing in plan_half_hour(slot, self._rng):
            self._feed(crossing, slot, start_ms=start_ms, end_ms=end_ms)
        self._pass_time(end_ms)
        if slot.is_missing:
            self._set_out_of_service(is_off=False)

    def _feed(
        self, crossing: PlannedCrossing, slot: HalfHour, *, start_ms: int, end_ms: int
    ) -> None:
        """Walk someone through until that is recorded, once."""
        name = f"{DOOR}.{crossing.direction}"
        expected = {**self._totals, name: self._totals.get(name, 0) + 1}
        planned_ms = start_ms + crossing.after_ms
        self._pass_time(planned_ms - SHORTEST_GAP_MS)
        while self._totals != expected:
            self._wait_until_well()
            at_ms = max(planned_ms, self._now_ms + SHORTEST_GAP_MS)
            until_ms = at_ms + crossing.walk.duration_ms + SETTLED_MS
            if until_ms > end_ms:
                raise ReplayError(
                    f"line {slot.line}: a crossing was interrupted so often that it does not fit "
                    "into its half-hour any more"
                )
            before = self._totals
            moves = crossing.walk.moves(self._pins, crossing.direction, at_ms)
            answer = self._step(moves=moves, until_ms=until_ms)
            if self._totals not in (before, expected) or (answer and self._totals != expected):
                raise ReplayError(
                    f"line {slot.line}: after one {crossing.walk.name} {crossing.direction} the "
                    f"node's totals went from {before} to {self._totals}"
                )

    def _wait_until_well(self) -> None:
        for _ in range(_HEALTHY_WITHIN):
            if self._is_well:
                return
            self._step(until_ms=self._now_ms + 1_000)
        if not self._is_well:
            raise ReplayError(f"the beams are not well {_HEALTHY_WITHIN} s after they were cleared")

    def _pass_time(self, until_ms: int) -> None:
        """Go from quarter-hour to quarter-hour: a step holds one commit of the node at most."""
        while self._now_ms < until_ms:
            wall_ms = self._zero_ms + self._now_ms
            to_quarter_ms = QUARTER_MS - wall_ms % QUARTER_MS
            self._step(until_ms=min(until_ms, self._now_ms + to_quarter_ms))

    def _set_out_of_service(self, *, is_off: bool) -> None:
        self._is_off = is_off  # also what a new process of the node will be told
        self._step(out_of_service={DOOR: is_off}, until_ms=self._now_ms)

    # -- one request ----------------------------------------------------------------------------

    def _step(
        self,
        *,
        until_ms: int,
        moves: Sequence[PinMove] = (),
        out_of_service: dict[str, bool] | None = None,
    ) -> bool:
        """Ask the node for one step; False when it was killed meanwhile, and is back."""
        if self._line is None or self._reader is None:
            raise AssertionError("a step before the node was taken up")
        try:
            answer = self._line.ask(moves=moves, until_ms=until_ms, out_of_service=out_of_service)
        except BrokenControlError:
            self._take_up(until_ms)
            return False
        self._believe(answer, until_ms)
        return True

    def _take_up(self, attempted_ms: int | None = None) -> None:
        """Connect to a fresh process of the node and give it time, clear beams and service.

        ``attempted_ms`` is the end of the step that its predecessor did not answer.
        """
        if self._line is not None:
            self.restarts += 1
        while True:
            if self._line is not None:
                self._line.close()
            self._is_well = False
            # The end of the old connection proves that its process writes no more. We may still
            # reach that process's listening socket while it is torn down: then the loop turns.
            self._line = connect(self._socket, timeout_s=NODE_TIMEOUT_S, meanwhile=self._meanwhile)
            if self._reader is not None and self._reader.last_seq() != self._seq:
                self._seq = self._reader.last_seq()
                self._now_ms = self._now_ms if attempted_ms is None else attempted_ms
            attempted_ms = self._now_ms  # what follows takes no time
            try:
                self._greet()
            except BrokenControlError:
                continue
            return

    def _greet(self) -> None:
        """Tell a fresh process what it must know."""
        if self._line is None:
            raise AssertionError("a greeting without a connection")
        self._line.ask(clock=(self._zero_ms + self._now_ms, self._now_ms))
        self._line.ask()  # answered by the loop: the outbox is open now
        if self._reader is None:
            self._reader = OutboxReader(self._outbox_path)
        answer = self._line.ask(
            moves=self._pins.clear(self._now_ms), out_of_service={DOOR: self._is_off}
        )
        self._believe(answer, self._now_ms)

    def _believe(self, answer: dict[str, Any], now_ms: int) -> None:
        if self._reader is None:
            raise AssertionError("an answer before the outbox was opened")
        self._now_ms = now_ms
        self._seq = self._reader.last_seq()
        self._is_well = answer["health"][DOOR] == "ok"
        told: dict[str, int] = answer["totals"]
        # Somebody's passage, not the diagnosis beside it.
        self._totals = {name: told.get(name, 0) for name in (f"{DOOR}.in", f"{DOOR}.out")}

    def _wait_for_the_collector(self) -> None:
        if self._reader is None:
            raise AssertionError("the end before the beginning")
        deadline_s = time.monotonic() + DRAIN_TIMEOUT_S
        while pending := self._reader.pending():
            if time.monotonic() > deadline_s:
                raise ReplayError(
                    f"{pending} events are still in the outbox after {DRAIN_TIMEOUT_S:.0f} s"
                )
            self.stay()
            time.sleep(_POLL_S)
