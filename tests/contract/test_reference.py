"""The reference for third parties names everything that the models have."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest
from pydantic import BaseModel

from pasperdus_contract import board, codec, events, fields, messages, slips

REFERENCE = Path(__file__).resolve().parents[2] / "docs" / "contract" / "README.md"
KINDS = get_args(get_args(events.AnyEvent)[0])
MESSAGES: dict[str, tuple[type[BaseModel], ...]] = {
    "Batch": (messages.Batch,),
    "Ack": (messages.Ack,),
    "Rejection": (messages.Rejection,),
    "Heartbeat": (messages.Heartbeat,),
    "Status": (messages.NodeStatus, messages.CollectorStatus),
    "Times": (fields.Moment,),
    "Board": (board.Board,),
    "Slips": (slips.Slips,),
}
COMMON = ("seq", "wall", "uptime", "synced", "kind")


def section(title: str) -> str:
    parts = re.split(r"(?m)^## (.+)$", REFERENCE.read_text(encoding="utf-8"))
    return dict(zip(parts[1::2], parts[2::2], strict=True))[title]


def rows(title: str) -> dict[str, str]:
    """Return what a section's tables say, by each word in backticks in the first column."""
    found = re.findall(r"(?m)^\| (`[^|]+) \|(.*)\|$", section(title))
    return {word: rest for first, rest in found for word in re.findall(r"`([^`]+)`", first)}


def wire_names(model: type[BaseModel]) -> set[str]:
    return {field.alias or name for name, field in model.model_fields.items()}


def words(annotation: Any) -> set[str]:
    """Return the values of every Literal inside an annotation."""
    if get_origin(annotation) is Literal:
        return set(get_args(annotation))
    return {word for part in get_args(annotation) for word in words(part)}


@pytest.mark.parametrize("model", KINDS, ids=lambda model: str(model.__name__))
def test_every_kind_is_named_with_its_fields_and_their_words(model: type[events.Event]) -> None:
    kind = model.model_fields["kind"].default
    said = set(re.findall(r"`([^`]+)`", rows("Kinds of events")[kind]))

    assert wire_names(model) - set(COMMON) <= said
    for name, field in model.model_fields.items():
        if name != "kind":
            assert words(field.annotation) <= said


def test_no_kind_is_named_that_is_not_there() -> None:
    assert set(rows("Kinds of events")) == events.KINDS | set(COMMON)


@pytest.mark.parametrize("title", MESSAGES)
def test_every_field_of_a_message_has_its_row_and_no_other_has(title: str) -> None:
    assert set(rows(title)) == set().union(*map(wire_names, MESSAGES[title]))


def test_fields_of_nested_objects_are_named() -> None:
    assert wire_names(messages.EpochExtent) <= set(re.findall(r"`(\w+)`", section("Heartbeat")))
    for title, module in (("Board", board), ("Slips", slips)):
        named = set(re.findall(r"`(\w+)`", section(title)))
        for model in vars(module).values():
            if isinstance(model, type) and issubclass(model, fields.WireModel):
                assert wire_names(model) - {"schema"} <= named, model.__name__


@pytest.mark.parametrize("model", [board.Board, slips.Slips])
def test_lengths_of_lists_are_those_of_the_code(model: type[BaseModel]) -> None:
    said = rows(model.__name__)
    for name, schema in model.model_json_schema()["properties"].items():
        if "maxItems" in schema:
            assert f"at most {schema['maxItems']}" in said[name], name


@pytest.mark.parametrize(
    "limit",
    [
        codec.MAX_PAYLOAD_BYTES,
        codec.MAX_DEPTH,
        codec.MAX_REASON_BYTES,
        messages.MAX_EVENTS,
        fields.MAX_WALL_MS,
        fields.MAX_UPTIME_MS,
    ],
)
def test_limits_are_those_of_the_code(limit: int) -> None:
    assert re.search(rf"(?m)^\|.*\| {limit}\b", section("Ground rules"))


def test_the_worked_example_is_answered_as_it_says() -> None:
    sent, answered = (
        found.encode()
        for found in re.findall(r"```json\n(.*?)```", section("A worked example"), re.DOTALL)
    )

    batch = codec.decode_batch(sent)
    answer = codec.decode_answer(answered)

    assert isinstance(answer, messages.Ack)
    assert (answer.epoch, answer.stored) == (batch.epoch, [(1, 2)])
    assert answer.quarantined == [
        (event.seq, event.seq, event.reason)
        for event in codec.decode_events(batch)
        if isinstance(event, codec.BadEvent)
    ]
    (ack,) = re.findall(r"```json\n(.*?)```", section("Ack"), re.DOTALL)
    assert json.loads(codec.encode(codec.decode_answer(ack.encode()))) == json.loads(ack)
