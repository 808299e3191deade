"""Bytes to model and back, within the limits of the contract.

Three things can be wrong with a payload, and each has its own consequence:

``UnparseableError``     it is no JSON, too large or too deep: refused, counted apart
``NotABatchError``       it is JSON, but no batch (``is_unknown_schema`` tells a newer contract)
``BadEvent``             one event is invalid: quarantined alone, with a reason
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import from_json

from pasperdus_contract.events import EVENT, EVENTS, KINDS, AnyEvent
from pasperdus_contract.fields import MAX_SEQ, Moment, WireModel
from pasperdus_contract.messages import SCHEMA, Ack, Batch, Envelope, Rejection

MAX_PAYLOAD_BYTES = 65_536
MAX_DEPTH = 8  # of one event; ours reach 2
UNKNOWN_SCHEMA = "unknown schema"  # how the reason of such a rejection begins


M = TypeVar("M", bound=Envelope)


class WireError(ValueError):
    """A payload that is not what its topic promises; the text says why."""


class UnparseableError(WireError):
    """Not JSON at all, or past the limits of size and depth."""


class NotABatchError(WireError):
    """JSON that is no batch of a schema known here."""

    def __init__(self, reason: str, *, is_unknown_schema: bool = False) -> None:
        """Keep whether a later release could read it."""
        super().__init__(reason)
        self.is_unknown_schema = is_unknown_schema


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodEvent:
    """A valid event, with its JSON in one canonical form."""

    seq: int
    event: AnyEvent
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BadEvent:
    """An event that can be named by its key but not understood."""

    seq: int
    reason: str
    body: str


def decode_batch(payload: bytes) -> Batch:
    """Return the batch, its events still unchecked.

    Raises :class:`UnparseableError` or :class:`NotABatchError`.
    """
    parsed = _parse(payload)
    if not isinstance(parsed, dict):
        raise NotABatchError(f"a batch is a JSON object, not {type(parsed).__name__}")
    schema = parsed.get("schema")
    if schema != SCHEMA or isinstance(schema, bool):
        if isinstance(schema, int) and not isinstance(schema, bool):
            raise NotABatchError(f"{UNKNOWN_SCHEMA} {schema}", is_unknown_schema=True)
        raise NotABatchError("schema: a batch names its schema as a whole number")
    try:
        batch = Batch.model_validate(parsed)
    except ValidationError as error:
        raise NotABatchError(_reason(error)) from None
    for position, event in enumerate(batch.events):
        seq = event.get("seq")
        if isinstance(seq, bool) or not isinstance(seq, int) or not 1 <= seq <= MAX_SEQ:
            raise NotABatchError(f"events.{position}.seq: {_brief(seq)} is not in 1..2^63-1")
    return batch


def decode_events(batch: Batch) -> list[GoodEvent | BadEvent]:
    """Check each event of ``batch`` on its own, in order.

    The common case, all valid, is one call into the validator.
    """
    flaws = [_flaw(event) for event in batch.events]
    if not any(flaws):
        try:
            events = EVENTS.validate_python(batch.events)
        except ValidationError:
            pass
        else:
            return [
                GoodEvent(seq=event.seq, event=event, body=_canonical(raw))
                for event, raw in zip(events, batch.events, strict=True)
            ]
    return [_checked(event, flaw) for event, flaw in zip(batch.events, flaws, strict=True)]


def decode_event(body: str | bytes) -> AnyEvent:
    """Return one stored event.

    Raises ``pydantic.ValidationError`` when it follows no known kind.
    """
    return EVENT.validate_json(body)


def encode_event(event: AnyEvent) -> bytes:
    """Return the final JSON of an event: these bytes are stored and sent, again and again."""
    return event.model_dump_json(by_alias=True, exclude_none=True).encode()


def encode_batch(
    *,
    node: str,
    epoch: str,
    first: int,
    head: int,
    boot: str,
    sent: Moment,
    bodies: Sequence[bytes],
) -> bytes:
    """Wrap the stored ``bodies`` of events, byte for byte, into one payload.

    ``first``, ``head`` and ``boot`` are those of ``epoch``; ``sent`` is now.
    """
    head_of_batch = json.dumps(
        {
            "schema": SCHEMA,
            "node": node,
            "epoch": epoch,
            "first": first,
            "head": head,
            "boot": boot,
            "sent": sent.model_dump(),
        },
        separators=(",", ":"),
    )
    return b"".join((head_of_batch[:-1].encode(), b',"events":[', b",".join(bodies), b"]}"))


def encode(message: WireModel) -> bytes:
    """Return the JSON of any message but a batch."""
    return message.model_dump_json(by_alias=True).encode()


def decode_answer(payload: bytes) -> Ack | Rejection:
    """Return what a collector answered. Raises :class:`WireError`."""
    parsed = _parse(payload)
    model = Rejection if isinstance(parsed, dict) and "rejected" in parsed else Ack
    try:
        return model.model_validate(parsed)
    except ValidationError as error:
        raise WireError(_reason(error)) from None


def decode(model: type[M], payload: bytes) -> M:
    """Return a heartbeat or status. Raises :class:`WireError`."""
    try:
        return model.model_validate(_parse(payload))
    except ValidationError as error:
        raise WireError(_reason(error)) from None


def fingerprint(payload: bytes) -> str:
    """Return how a rejection names ``payload``: its SHA-256 in hexadecimal."""
    return sha256(payload).hexdigest()


def _parse(payload: bytes) -> Any:
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise UnparseableError(
            f"a message of {len(payload)} bytes; the limit is {MAX_PAYLOAD_BYTES}"
        )
    try:
        return from_json(payload, allow_inf_nan=False)
    except ValueError as error:
        raise UnparseableError(f"not JSON: {error}") from None


def _checked(raw: dict[str, Any], flaw: str) -> GoodEvent | BadEvent:
    seq = raw["seq"]
    if flaw:
        return BadEvent(seq=seq, reason=flaw, body=json.dumps(raw, default=str))
    body = _canonical(raw)
    kind = raw.get("kind")
    if kind not in KINDS:
        return BadEvent(seq=seq, reason=f"kind: {_brief(kind)} is not known here", body=body)
    try:
        event = EVENT.validate_python(raw)
    except ValidationError as error:
        return BadEvent(seq=seq, reason=_reason(error), body=body)
    return GoodEvent(seq=seq, event=event, body=body)


def _canonical(raw: dict[str, Any]) -> str:
    return json.dumps(raw, ensure_ascii=False, separators=(",", ":"))


def _flaw(event: dict[str, Any]) -> str:
    """Tell what JSON allows and a ledger cannot keep: endless nesting, infinite numbers."""
    level: list[Any] = [event]
    for _ in range(MAX_DEPTH):
        deeper: list[Any] = []
        for container in level:
            for value in container.values() if isinstance(container, dict) else container:
                if isinstance(value, dict | list):
                    deeper.append(value)
                elif isinstance(value, float) and not math.isfinite(value):
                    return "a number is not finite"
        if not deeper:
            return ""
        level = deeper
    return f"nested deeper than {MAX_DEPTH}"


def _reason(error: ValidationError) -> str:
    """Return the first fault as ``where: what``, short enough for an ack of 500 of them."""
    fault = error.errors(include_url=False, include_context=False)[0]
    where = ".".join(str(part) for part in fault["loc"])
    what = fault["msg"]
    if fault["type"] in ("rating_value", "coverage_span", "coverage_ok", "epoch_order"):
        return f"{where}.{what}" if where else what
    shown = "" if fault["type"] == "missing" else f" ({_brief(fault['input'])})"
    return f"{where}: {what[0].lower()}{what[1:]}{shown}"


def _brief(value: object) -> str:
    shown = repr(value) if not isinstance(value, dict | list) else type(value).__name__
    return shown if len(shown) <= 40 else f"{shown[:37]}..."
