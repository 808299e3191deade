"""What happens to one message: gather → decide → apply, within the writer's transaction.

Everything that a node publishes comes through here. The answer is returned, not sent: it may only
leave after the commit.
"""

from dataclasses import dataclass

import structlog

from pasperdus_collector.dating import Dating
from pasperdus_collector.decision import Decision, decide
from pasperdus_collector.ledger import Ledger
from pasperdus_collector.node_history import note_quarter
from pasperdus_collector.node_states import NodeStates, named_epochs
from pasperdus_contract.codec import (
    NotABatchError,
    UnparseableError,
    WireError,
    decode,
    decode_batch,
    decode_events,
    encode,
    fingerprint,
)
from pasperdus_contract.messages import Ack, Batch, Heartbeat, NodeStatus, Rejection
from pasperdus_contract.topics import Channel, NodeTopic

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """One message as it arrived; the time is the collector's own (ms since 1970 UTC)."""

    topic: NodeTopic
    payload: bytes
    received_at: int


class Ingest:
    """Takes messages into a ledger, in its one writing thread."""

    def __init__(self, ledger: Ledger, *, collector: str, enrols_unknown: bool) -> None:
        self._ledger = ledger
        self._dating = Dating(ledger.db, ledger.registry)
        self._node_states = NodeStates(ledger.db)
        self._collector = collector
        self._enrols_unknown = enrols_unknown
        self.is_quarantine_full = False
        self.rejected = 0
        """Payloads answered with a rejection since the start."""

    def take(self, message: Inbound) -> bytes | None:
        """Write what a message brings; return the answer that may leave after the commit."""
        match message.topic.channel:
            case Channel.EVENTS:
                return self._take_events(message)
            case Channel.HEARTBEAT:
                self._take_heartbeat(message)
            case Channel.STATUS:
                self._take_status(message)
            case Channel.ACK | Channel.MESSAGES:
                pass  # ours, not theirs
        return None

    # -- batches --------------------------------------------------------------------------------

    def _take_events(self, message: Inbound) -> bytes | None:
        node_id = self._node(message, events=1)
        if node_id is None:
            return None
        try:
            batch = decode_batch(message.payload)
            if batch.node != message.topic.node:
                raise NotABatchError(
                    f"node: the payload is of {batch.node!r}, its topic of {message.topic.node!r}"
                )
            return self._take_batch(node_id, batch, message.received_at)
        except UnparseableError as error:
            self._ledger.add_total("unparseable", 1)
            return self._reject(message, str(error))
        except NotABatchError as error:
            return self._reject(message, str(error))

    def _take_batch(self, node_id: int, batch: Batch, received_at: int) -> bytes | None:
        sending = self._dating.note_sending(node_id, batch.sent, received_at)
        boot_id = self._dating.boot(node_id, batch.boot)
        epoch = self._ledger.epoch(node_id, batch.epoch, boot_id)
        if epoch.boot_id != boot_id:
            raise NotABatchError(f"boot: epoch {batch.epoch} was recorded in another boot")
        self._node_states.note_extent(epoch.id, batch.first, batch.head, received_at)

        events = decode_events(batch)
        known = self._ledger.known(epoch, [event.seq for event in events])
        decision = decide(events, known)
        dated = self._dating.date(epoch.id, boot_id, decision.store, sending)
        self._ledger.apply(epoch, decision, dated, received_at)

        self._watch_quarantine(batch.node, decision)
        stored, quarantined = decision.answer()
        if not stored and not quarantined and events:
            return None  # nothing can be kept: silence makes the node try again
        return encode(
            Ack(
                collector=self._collector,
                epoch=batch.epoch,
                stored=stored,
                quarantined=quarantined,
            )
        )

    def _reject(self, message: Inbound, reason: str) -> bytes:
        self.rejected += 1
        log.warning("payload rejected", node=message.topic.node, reason=reason)
        return encode(
            Rejection(
                collector=self._collector,
                rejected=reason,
                payload=fingerprint(message.payload),
            )
        )

    def _watch_quarantine(self, node: str, decision: Decision) -> None:
        for bad in decision.quarantine:
            log.warning("event quarantined", node=node, seq=bad.seq, reason=bad.reason)
        is_full = decision.unanswered > 0
        if is_full and not self.is_quarantine_full:
            log.error(
                "the quarantine is full: invalid events stay unanswered",
                node=node,
                unanswered=decision.unanswered,
            )
        if is_full or decision.quarantine:
            self.is_quarantine_full = is_full

    # -- how nodes are --------------------------------------------------------------------------

    def _take_heartbeat(self, message: Inbound) -> None:
        node_id = self._node(message, events=0)
        if node_id is None:
            return
        try:
            heartbeat = decode(Heartbeat, message.payload)
        except WireError as error:
            log.warning("heartbeat unreadable", node=message.topic.node, reason=str(error))
            return
        now_ms = message.received_at
        self._dating.note_sending(node_id, heartbeat.sent, now_ms)
        for name, first, head in named_epochs(heartbeat):
            epoch = self._ledger.epoch(node_id, name, None)
            self._node_states.note_extent(epoch.id, first, head, now_ms)
        self._node_states.note_heartbeat(node_id, heartbeat, message.payload, now_ms)
        note_quarter(self._ledger.db, node_id, heartbeat, now_ms)

    def _take_status(self, message: Inbound) -> None:
        if not message.payload:
            return  # a retained status was cleared
        node_id = self._node(message, events=0)
        if node_id is None:
            return
        try:
            status = decode(NodeStatus, message.payload)
        except WireError as error:
            log.warning("status unreadable", node=message.topic.node, reason=str(error))
            return
        if self._node_states.note_status(node_id, status, message.received_at):
            log.info("node changed state", node=message.topic.node, state=status.state)

    def _node(self, message: Inbound, *, events: int) -> int | None:
        name = message.topic.node
        node_id = self._ledger.registry.node(name)
        if node_id is None and self._enrols_unknown:
            node_id = self._ledger.registry.enrol(name, message.received_at)
            log.info("node enrolled", node=name)
        if node_id is None and events:
            self._ledger.add_total("unknown_node", events)
        return node_id
