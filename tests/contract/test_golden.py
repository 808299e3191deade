"""Messages that were agreed once: this release reads them, and writes them again the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from pasperdus_contract import codec, events, messages
from pasperdus_contract.board import Board
from pasperdus_contract.slips import Slips

GOLDEN = Path(__file__).parent / "golden" / "v1"
FILES = sorted(GOLDEN.glob("*.json"))
DECODERS: dict[str, Callable[[bytes], messages.Envelope]] = {
    "batch": codec.decode_batch,
    "ack": codec.decode_answer,
    "rejection": codec.decode_answer,
    "heartbeat": lambda payload: codec.decode(messages.Heartbeat, payload),
    "node-status": lambda payload: codec.decode(messages.NodeStatus, payload),
    "collector-status": lambda payload: codec.decode(messages.CollectorStatus, payload),
    "board": lambda payload: codec.decode(Board, payload),
    "slips": lambda payload: codec.decode(Slips, payload),
}


def golden(name: str) -> bytes:
    return (GOLDEN / f"{name}.json").read_bytes().removesuffix(b"\n")


def message_type(file: Path) -> str:
    (found,) = (name for name in DECODERS if file.stem.startswith(name))
    return found


def test_no_golden_message_was_ever_edited() -> None:
    sums = "".join(f"{sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in FILES)

    assert sums == (GOLDEN / "SHA256SUMS").read_text(), "add messages, never edit one"


def test_every_type_of_message_and_every_kind_of_event_is_there() -> None:
    # "every" was every one of the day: kinds that came later have batches of their own.
    batches = (golden(name) for name in ("batch-every-kind", "batch-with-undo"))
    kinds = {event["kind"] for batch in batches for event in json.loads(batch)["events"]}

    assert {message_type(file) for file in FILES} == set(DECODERS)
    assert kinds == events.KINDS


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_golden_message_is_read_and_written_again_the_same(file: Path) -> None:
    payload = file.read_bytes()

    message = DECODERS[message_type(file)](payload)

    assert json.loads(codec.encode(message)) == json.loads(payload)


@pytest.mark.parametrize("name", ["batch-every-kind", "batch-of-one", "batch-with-undo"])
def test_every_golden_event_is_understood_and_encoded_to_the_same_bytes(name: str) -> None:
    batch = codec.decode_batch(golden(name))

    for raw, decoded in zip(batch.events, codec.decode_events(batch), strict=True):
        assert isinstance(decoded, codec.GoodEvent)
        assert type(decoded.event).model_fields["kind"].default == raw["kind"]
        assert codec.encode_event(decoded.event) == compact(raw)
        assert codec.decode_event(decoded.body) == decoded.event


@pytest.mark.parametrize("name", ["batch-every-kind", "batch-partly-bad", "batch-with-undo"])
def test_a_batch_of_stored_bodies_has_the_agreed_bytes(name: str) -> None:
    batch = codec.decode_batch(golden(name))

    payload = codec.encode_batch(
        node=batch.node,
        epoch=batch.epoch,
        first=batch.first,
        head=batch.head,
        boot=batch.boot,
        sent=batch.sent,
        bodies=[compact(raw) for raw in batch.events],
    )

    assert payload == golden(name)


def test_what_a_newer_node_adds_is_kept_and_its_new_kind_is_set_aside_whole() -> None:
    batch = codec.decode_batch(golden("batch-from-a-newer-node"))
    passage, gesture = codec.decode_events(batch)

    assert isinstance(passage, codec.GoodEvent)
    assert passage.event.model_extra == {"height_cm": 171, "beam": {"a_ms": 41, "b_ms": 67}}
    assert json.loads(passage.body) == batch.events[0]
    assert isinstance(gesture, codec.BadEvent)
    assert gesture.reason == "kind: 'gesture' is not known here"
    assert json.loads(gesture.body) == batch.events[1]


def test_a_bad_event_costs_its_neighbours_nothing() -> None:
    first, *bad = codec.decode_events(codec.decode_batch(golden("batch-partly-bad")))

    assert isinstance(first, codec.GoodEvent)
    assert [event.reason for event in bad if isinstance(event, codec.BadEvent)] == [
        "rating.value: 9 is not in 1..5",
        "passage.line: 'Porte' does not match ^[a-z0-9-]{1,40}$",
    ]


def compact(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
