"""Sends what is pending, oldest first, until this node's collector says that it has it.

A bounded number of batches is in flight. A batch is sent again when its answer is late, with
back-off, and at once when the broker comes back or the collector's instance changes. An answer
may name part of a batch: the rest goes on being sent. A batch that the collector rejects is
halved until the bad row stands alone; that row is held aside and the others go on. An outbox
that cannot be written (a full disk) costs nothing here: what was acked is sent again later.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog

from pasperdus_contract.codec import (
    MAX_PAYLOAD_BYTES,
    UNKNOWN_SCHEMA,
    WireError,
    decode,
    decode_answer,
    encode_batch,
    fingerprint,
)
from pasperdus_contract.messages import MAX_EVENTS, Ack, CollectorStatus, Rejection
from pasperdus_contract.ranges import Range, contains
from pasperdus_node.clock import Clock
from pasperdus_node.errors import OutboxError
from pasperdus_node.outbox import Outbox, Row

IN_FLIGHT = 8
FIRST_ANSWER_S = 2.0
LAST_ANSWER_S = 60.0
REMEMBERED = 4  # payloads of one batch whose rejection we would still recognise
ENVELOPE_BYTES = 1_024  # of a batch around its events, generously

log = structlog.get_logger()


@dataclass(slots=True, kw_only=True, eq=False)
class _Flight:
    """A batch that waits for its answer, or for its turn to be sent."""

    epoch: str
    rows: list[Row]
    wait_s: float = FIRST_ANSWER_S
    again_at_s: float = 0.0
    is_sent: bool = False
    sent_as: deque[str] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    """Fingerprints of the payloads that held exactly these rows."""


Send = Callable[[bytes], bool]
"""Hands a payload to the connection; False when there is none."""


class Publisher:
    """Moves rows from the outbox to the collector. Times are seconds of one monotonic clock."""

    def __init__(
        self, outbox: Outbox, clock: Clock, *, node: str, collector: str, send: Send
    ) -> None:
        self._outbox = outbox
        self._clock = clock
        self._node = node
        self._collector = collector
        self._send = send
        self._flights: deque[_Flight] = deque()
        self._handed_out = 0  # the last seq that was put into a flight
        self._instance: str | None = None
        self._is_outbox_failing = False
        self.held: list[tuple[int, str]] = []
        """Rows held aside since the owner last looked, with the collector's reason."""

    @property
    def deadline_s(self) -> float | None:
        """When the next answer is overdue."""
        return min((f.again_at_s for f in self._flights if f.is_sent), default=None)

    def pump(self, now_s: float) -> None:
        """Send what is due: overdue batches first, then new ones while there is room."""
        unanswered = sum(flight.is_sent for flight in self._flights)
        for flight in self._flights:
            if flight.is_sent:
                is_due = now_s >= flight.again_at_s
            else:  # the halves of a rejected batch may be more than there is room for
                is_due = unanswered < IN_FLIGHT
                unanswered += is_due
            if is_due and not self._launch(flight, now_s):
                return
        while len(self._flights) < IN_FLIGHT:
            found = self._outbox.pending_after(
                self._handed_out, most=MAX_EVENTS, most_bytes=MAX_PAYLOAD_BYTES - ENVELOPE_BYTES
            )
            if found is None:
                return
            self._handed_out = found.rows[-1].seq
            flight = _Flight(epoch=found.epoch, rows=list(found.rows))
            self._flights.append(flight)
            if not self._launch(flight, now_s):
                return

    def resend(self, now_s: float) -> None:
        """Send everything again: the broker came back, or the collector started anew."""
        for flight in self._flights:
            flight.is_sent = False
            flight.wait_s = FIRST_ANSWER_S
        self.pump(now_s)

    def take_status(self, payload: bytes, now_s: float, *, is_retained: bool = False) -> None:
        """Follow the collector's retained status.

        A collector that was away missed what was sent meanwhile, also when it comes back as the
        same instance. One whose status was there before us, retained, has missed nothing: the
        owner sends everything again when it has subscribed.
        """
        try:
            status = decode(CollectorStatus, payload)
        except WireError as error:
            log.warning("collector status is unreadable", reason=str(error))
            return
        instance = status.instance if status.state == "online" else None
        is_back = instance is not None and instance != self._instance
        self._instance = instance
        if is_back and not is_retained:
            self.resend(now_s)

    def take_answer(self, payload: bytes, now_s: float) -> None:
        """Let go of what our collector has; isolate what it rejects."""
        try:
            answer = decode_answer(payload)
        except WireError as error:
            log.warning("answer is unreadable", reason=str(error))
            return
        if answer.collector != self._collector:
            log.warning("answer of another collector", collector=answer.collector)
            return
        try:
            if isinstance(answer, Ack):
                self._let_go(answer)
            else:
                self._isolate(answer)
        except OutboxError as error:
            if not self._is_outbox_failing:
                self._is_outbox_failing = True
                log.error("answers cannot be kept", reason=str(error))
            return  # the batch is sent again when its answer is overdue
        if self._is_outbox_failing:
            self._is_outbox_failing = False
            log.info("answers are kept again")
        self.pump(now_s)

    def _launch(self, flight: _Flight, now_s: float) -> bool:
        epoch = self._outbox.epoch_record(flight.epoch)
        if epoch is None:
            raise AssertionError(f"rows of epoch {flight.epoch} without the epoch itself")
        payload = encode_batch(
            node=self._node,
            epoch=epoch.epoch,
            first=epoch.first,
            head=epoch.head,
            boot=epoch.boot,
            sent=self._clock.read().moment(self._clock.boot),
            bodies=[row.body for row in flight.rows],
        )
        if not self._send(payload):
            flight.is_sent = False
            return False
        if flight.is_sent:  # this is a repetition: the answer was late
            flight.wait_s = min(2 * flight.wait_s, LAST_ANSWER_S)
        flight.is_sent = True
        flight.again_at_s = now_s + flight.wait_s
        flight.sent_as.append(fingerprint(payload))
        return True

    def _let_go(self, ack: Ack) -> None:
        for first, last, reason in ack.quarantined:
            log.warning("events were quarantined", first=first, last=last, reason=reason)
        named = [*ack.stored, *((first, last) for first, last, _ in ack.quarantined)]
        self._outbox.forget(ack.epoch, named)
        for flight in self._flights:
            if flight.epoch != ack.epoch or not _reaches(named, flight):
                continue
            left = [row for row in flight.rows if not contains(named, row.seq)]
            if len(left) < len(flight.rows):
                flight.rows = left
                flight.sent_as.clear()  # a rejection of more rows says nothing about these
        self._flights = deque(flight for flight in self._flights if flight.rows)

    def _isolate(self, rejection: Rejection) -> None:
        flight = next((f for f in self._flights if rejection.payload in f.sent_as), None)
        if flight is None:
            return  # an answer to a batch that is gone or was already halved
        if rejection.rejected.startswith(UNKNOWN_SCHEMA):
            log.warning("the collector needs an upgrade", reason=rejection.rejected)
            return  # the late answer's back-off sends it again
        place = self._flights.index(flight)
        if len(flight.rows) == 1:
            row = flight.rows[0]
            self._outbox.hold(row.seq, rejection.rejected)
            log.error("row held aside", seq=row.seq, reason=rejection.rejected)
            self.held.append((row.seq, rejection.rejected))
            del self._flights[place]
        else:
            middle = len(flight.rows) // 2
            self._flights[place] = _Flight(epoch=flight.epoch, rows=flight.rows[:middle])
            self._flights.insert(place + 1, _Flight(epoch=flight.epoch, rows=flight.rows[middle:]))


def _reaches(ranges: Sequence[Range], flight: _Flight) -> bool:
    """Tell whether any of ``ranges`` touches the span of a flight: most acks name one batch."""
    low, high = flight.rows[0].seq, flight.rows[-1].seq
    return any(first <= high and last >= low for first, last in ranges)
