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
from pydantic_core import from_json, to_json

from pasperdus_contract.events import EVENT, EVENTS, KINDS, AnyEvent
from pasperdus_contract.fields import MAX_SEQ, Moment, WireModel
from pasperdus_contract.messages import SCHEMA, Ack, Batch, Envelope, Rejection

MAX_PAYLOAD_BYTES = 65_536
MAX_DEPTH = 8  # of one event; ours reach 2
# An ack may have to name 500 events one by one, each with two numbers of 19 digits and a reason.
MAX_REASON_BYTES = 80  # as written inside a JSON string
MAX_SHOWN = 24  # characters of a wrong value inside a reason
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
    if type(schema) is not int:  # neither true nor 1.0
        raise NotABatchError(f"schema: {_shown(schema)} is not a whole number")
    if schema != SCHEMA:
        raise NotABatchError(f"{UNKNOWN_SCHEMA} {_shown(schema)}", is_unknown_schema=True)
    try:
        batch = Batch.model_validate(parsed, by_alias=True, by_name=False)
    except ValidationError as error:
        raise NotABatchError(_reason(error)) from None
    for position, event in enumerate(batch.events):
        seq = event.get("seq")
        if type(seq) is not int or not 1 <= seq <= MAX_SEQ:
            raise NotABatchError(f"events.{position}.seq: {_shown(seq)} is not in 1..2^63-1")
    return batch


def decode_events(batch: Batch) -> list[GoodEvent | BadEvent]:
    """Check each event of ``batch`` on its own, in order.

    The common case, all valid, is one call into the validator.
    """
    bodies = [to_json(event).decode() for event in batch.events]
    flaws = [
        _flaw(event) if _needs_a_look(body) else ""
        for event, body in zip(batch.events, bodies, strict=True)
    ]
    if not any(flaws):
        try:
            events = EVENTS.validate_python(batch.events, by_alias=True, by_name=False)
        except ValidationError:
            pass
        else:
            return [
                GoodEvent(seq=event.seq, event=event, body=body)
                for event, body in zip(events, bodies, strict=True)
            ]
    return [
        _checked(event, body, flaw)
        for event, body, flaw in zip(batch.events, bodies, flaws, strict=True)
    ]


def decode_event(body: str | bytes) -> AnyEvent:
    """Return one stored event.

    Raises ``pydantic.ValidationError`` when it follows no known kind.
    """
    return EVENT.validate_json(body, by_alias=True, by_name=False)


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
        return model.model_validate(parsed, by_alias=True, by_name=False)
    except ValidationError as error:
        raise WireError(_reason(error)) from None


def decode(model: type[M], payload: bytes) -> M:
    """Return a heartbeat or status. Raises :class:`WireError`."""
    try:
        return model.model_validate(_parse(payload), by_alias=True, by_name=False)
    except ValidationError as error:
        raise WireError(_reason(error)) from None


def fingerprint(payload: bytes) -> str:
    """Return how a rejection names ``payload``: its SHA-256 in hexadecimal."""
    return sha256(payload).hexdigest()


def brief_reason(reason: str) -> str:
    """Return ``reason``, cut where 500 of its length would not fit into one ack."""
    if _json_bytes(reason) <= MAX_REASON_BYTES:
        return reason
    kept = reason[:MAX_REASON_BYTES]
    while _json_bytes(kept) > MAX_REASON_BYTES - len("..."):
        kept = kept[:-1]
    return f"{kept}..."


def _json_bytes(text: str) -> int:
    """Return the most bytes that ``text`` takes inside a JSON string, however it is escaped."""
    return len(json.dumps(text)) - len('""')


def _parse(payload: bytes) -> Any:
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise UnparseableError(
            f"a message of {len(payload)} bytes; the limit is {MAX_PAYLOAD_BYTES}"
        )
    try:
        return from_json(payload, allow_inf_nan=False)
    except ValueError as error:
        raise UnparseableError(f"not JSON: {error}") from None


def _checked(raw: dict[str, Any], body: str, flaw: str) -> GoodEvent | BadEvent:
    seq = raw["seq"]
    if flaw:
        # JSON has no infinity: the text of a bad event stays JSON with the word in quotes.
        legible = to_json(raw, inf_nan_mode="strings").decode()
        return BadEvent(seq=seq, reason=flaw, body=legible)
    kind = raw.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        fault = "is missing" if "kind" not in raw else f"{_shown(kind)} is not known here"
        return BadEvent(seq=seq, reason=brief_reason(f"kind: {fault}"), body=body)
    try:
        event = EVENT.validate_python(raw, by_alias=True, by_name=False)
    except ValidationError as error:
        return BadEvent(seq=seq, reason=_reason(error), body=body)
    return GoodEvent(seq=seq, event=event, body=body)


def _needs_a_look(body: str) -> bool:
    """Tell cheaply that ``body`` may hold a flaw: most events have one or two brackets."""
    return body.count("{") + body.count("[") > MAX_DEPTH or "Infinity" in body


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


_FAULTS = {
    "bool_type": "{shown} is not true or false",
    "dict_type": "{shown} is not an object",
    "finite_number": "{shown} is not finite",
    "float_type": "{shown} is not a number",
    "greater_than_equal": "{shown} is less than {ge}",
    "int_type": "{shown} is not a whole number",
    "less_than_equal": "{shown} is more than {le}",
    "list_type": "{shown} is not a list",
    "literal_error": "{shown} is not {expected}",
    "missing": "is missing",
    "model_type": "{shown} is not an object",
    "string_pattern_mismatch": "{shown} does not match {pattern}",
    "string_too_long": "longer than {max_length} characters",
    "string_type": "{shown} is not a string",
    "too_long": "more than {max_length}",
    "tuple_type": "{shown} is not a list",
}
_FAULTS_OF_OURS = frozenset(("rating_value", "coverage_span", "coverage_ok", "epoch_order"))


def _reason(error: ValidationError) -> str:
    """Return the first fault as ``where: what``."""
    fault = error.errors(include_url=False)[0]
    where = ".".join(str(part) for part in fault["loc"])
    if fault["type"] in _FAULTS_OF_OURS:  # these say where themselves, below ``loc``
        return brief_reason(f"{where}.{fault['msg']}" if where else fault["msg"])
    words = _FAULTS.get(fault["type"], fault["msg"].replace("{", "{{").replace("}", "}}"))
    what = words.format(shown=_shown(fault["input"]), **fault.get("ctx", {}))
    return brief_reason(f"{where}: {what}" if where else what)


def _shown(value: object) -> str:
    """Return a wrong value as a reader of JSON would write it, cut short."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, int) and value.bit_length() > 128:
        return "a huge number"
    shown = repr(value) if isinstance(value, str) else to_json(value).decode()
    return shown if len(shown) <= MAX_SHOWN else f"{shown[: MAX_SHOWN - 3]}..."
