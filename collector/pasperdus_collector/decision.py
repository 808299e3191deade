"""What is to be done with a batch: gather → **pure decision** → apply.

:func:`decide` sees a batch and what the ledger knows of its keys, and says for each event whether
it is stored, a duplicate, or quarantined. The first content of a key wins for ever; another
content under the same key is a conflict, kept aside and never put in its place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from pydantic import ValidationError

from pasperdus_contract.codec import BadEvent, GoodEvent, decode_event
from pasperdus_contract.ranges import Range, compress, contains

CONFLICT = "conflict: this key was received before with other content"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the ledger knows of the keys of a batch.

    ``bodies`` lacks the stored events whose raw rows retention has deleted: a second content can
    then no longer be told from the first, and counts as a duplicate.
    """

    stored: Sequence[Range] = ()
    bodies: Mapping[int, str] = field(default_factory=dict)
    quarantined: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    """By sequence number: reasons by the digest of the body."""

    quarantine_room: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """An event to set aside."""

    seq: int
    digest: str
    reason: str
    body: str


@dataclass(slots=True, kw_only=True)
class Decision:
    """What to write, and what to answer."""

    store: list[GoodEvent] = field(default_factory=list)
    quarantine: list[Quarantined] = field(default_factory=list)
    duplicates: int = 0
    unanswered: int = 0
    """Invalid events for which the quarantine has no room."""

    stored_seqs: list[int] = field(default_factory=list)
    quarantined_seqs: list[tuple[int, str]] = field(default_factory=list)

    @property
    def received(self) -> int:
        """Always stored + duplicate + quarantined."""
        return len(self.store) + self.duplicates + len(self.quarantine)

    def answer(self) -> tuple[list[Range], list[tuple[int, int, str]]]:
        """Return the ranges of an ack: stored, and quarantined by reason."""
        reasons: dict[str, list[int]] = {}
        for seq, reason in self.quarantined_seqs:
            reasons.setdefault(reason, []).append(seq)
        return compress(self.stored_seqs), sorted(
            (first, last, reason)
            for reason, seqs in reasons.items()
            for first, last in compress(seqs)
        )


def decide(events: Sequence[GoodEvent | BadEvent], known: Known) -> Decision:
    """Say what becomes of each event of one batch."""
    decision = Decision()
    fresh: dict[int, str] = {}  # bodies stored by this very batch
    aside: dict[int, dict[str, str]] = {}  # reasons quarantined by this very batch
    room = known.quarantine_room
    for event in events:
        seq = event.seq
        is_stored = seq in fresh or contains(known.stored, seq)
        body = fresh.get(seq, known.bodies.get(seq))
        if is_stored and isinstance(event, GoodEvent) and _is_same(event, body):
            decision.duplicates += 1
            decision.stored_seqs.append(seq)
            continue
        is_known = is_stored or seq in known.quarantined or seq in aside
        if not is_known and isinstance(event, GoodEvent):
            fresh[seq] = event.body
            decision.store.append(event)
            decision.stored_seqs.append(seq)
            continue
        digest = sha256(event.body.encode("utf-8", "surrogatepass")).hexdigest()
        earlier = known.quarantined.get(seq, {}).get(digest) or aside.get(seq, {}).get(digest)
        if earlier is not None:
            decision.duplicates += 1
            decision.quarantined_seqs.append((seq, earlier))
            continue
        if room <= 0:
            decision.unanswered += 1
            continue
        room -= 1
        reason = event.reason if isinstance(event, BadEvent) and not is_known else CONFLICT
        aside.setdefault(seq, {})[digest] = reason
        decision.quarantine.append(
            Quarantined(seq=seq, digest=digest, reason=reason, body=event.body)
        )
        decision.quarantined_seqs.append((seq, reason))
    return decision


def _is_same(event: GoodEvent, body: str | None) -> bool:
    """Compare with the stored content: parsed, defaults filled in, order of keys ignored."""
    if body is None or body == event.body:
        return True
    try:
        return decode_event(body) == event.event
    except ValidationError:
        return False  # stored by a release that knew another form of this kind
