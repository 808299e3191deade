"""Arbitrary bytes, JSON and events through the codec; Hypothesis prints how to see it again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pasperdus_contract import codec
from pasperdus_contract.board import Board
from pasperdus_contract.codec import GoodEvent
from pasperdus_contract.events import EVENT, MAX_COVERAGE_MS, MAX_OCCUPANCY, AnyEvent
from pasperdus_contract.fields import MAX_SEQ, MAX_UPTIME_MS, MAX_WALL_MS, Moment
from pasperdus_contract.messages import Batch, CollectorStatus, Heartbeat, NodeStatus
from pasperdus_contract.slips import Slips
from support.wire import COVERAGE, EPOCH, PASSAGE, RATING, SENT, batch_of, written

MAX_REFUSAL = 120  # characters
GOLDEN = Path(__file__).parent / "golden" / "v1"

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
keys_of_ours = st.sampled_from(
    [
        *("schema", "node", "epoch", "sent", "events", "seq", "kind", "flags", "rating", "undone"),
        *("from", "from_", "site", "visits", "terminals", "desks", "phrases", "slips"),
    ]
)
near_events = st.fixed_dictionaries(
    {"seq": st.integers(min_value=1, max_value=MAX_SEQ)},
    optional={
        "kind": st.sampled_from(["passage", "rating", "coverage", "reason", "undo"]) | json_values,
        "wall": st.just(1) | json_values,
        "uptime": st.just(1) | json_values,
        "synced": st.just(True) | json_values,
        "line": st.just("door") | json_values,
        "direction": st.just("in") | json_values,
        "flags": json_values,
        "question": st.just("q") | json_values,
        "value": st.integers() | json_values,
        "scale": st.just(5) | json_values,
        "rating": json_values,
        "undone": json_values,
        "from": json_values,
    },
)


READERS: tuple[Callable[[bytes], object], ...] = (
    codec.decode_answer,
    lambda payload: codec.decode(Heartbeat, payload),
    lambda payload: codec.decode(NodeStatus, payload),
    lambda payload: codec.decode(CollectorStatus, payload),
    lambda payload: codec.decode(Board, payload),
    lambda payload: codec.decode(Slips, payload),
)


def survives(payload: bytes) -> None:
    """Only a WireError may come out, and every event gets a verdict."""
    for reads in READERS:
        refused_or_read(reads, payload)
    batch = refused_or_read(codec.decode_batch, payload)
    if not isinstance(batch, Batch):
        return
    found = codec.decode_events(batch)
    assert [event.seq for event in found] == [event["seq"] for event in batch.events]
    for event in found:
        json.loads(event.body.encode(), parse_constant=pytest.fail)
        if isinstance(event, GoodEvent):
            assert codec.decode_event(event.body) == event.event
        else:
            assert codec.brief_reason(event.reason) == event.reason


def refused_or_read(reads: Callable[[bytes], object], payload: bytes) -> object:
    try:
        return reads(payload)
    except codec.WireError as error:
        refusal = str(error)
    assert len(refusal) <= MAX_REFUSAL
    return None


@given(st.binary(max_size=300))
def test_no_bytes_can_raise_anything_but_a_wire_error(payload: bytes) -> None:
    survives(payload)


@given(json_values | st.dictionaries(keys_of_ours, json_values))
def test_no_json_can_raise_anything_but_a_wire_error(value: Any) -> None:
    survives(json.dumps(value).encode())


@given(st.lists(near_events, max_size=4), st.dictionaries(keys_of_ours, json_values, max_size=2))
def test_nothing_near_a_batch_can_raise_anything_but_a_wire_error(
    events: list[dict[str, Any]], changes: dict[str, Any]
) -> None:
    survives(json.dumps(batch_of(*events)).encode())
    survives(json.dumps({**batch_of(*events), **changes}).encode())


@given(st.data())
def test_no_cut_or_changed_byte_can_raise_anything_but_a_wire_error(data: st.DataObject) -> None:
    payload = bytearray(written(batch_of(PASSAGE, RATING, COVERAGE)))
    for _ in range(data.draw(st.integers(1, 4))):
        payload[data.draw(st.integers(0, len(payload) - 1))] = data.draw(st.integers(0, 255))
    survives(bytes(payload))
    survives(bytes(payload[: data.draw(st.integers(0, len(payload)))]))


@given(st.data())
def test_no_leaf_of_a_board_can_raise_anything_but_a_wire_error(data: st.DataObject) -> None:
    file = data.draw(st.sampled_from(["board-full", "slips-two"]))
    message = json.loads((GOLDEN / f"{file}.json").read_bytes())
    branch = message
    while isinstance(branch, dict | list) and branch:
        keys = range(len(branch)) if isinstance(branch, list) else sorted(branch)
        key = data.draw(st.sampled_from(keys))
        if not isinstance(branch[key], dict | list) or data.draw(st.booleans()):
            branch[key] = data.draw(json_values)
            break
        branch = branch[key]
    survives(json.dumps(message).encode())


# Round trip

names = st.from_regex(r"[a-z0-9-]{1,40}", fullmatch=True)
kinds = get_args(get_args(AnyEvent)[0])


def valid_events() -> st.SearchStrategy[dict[str, Any]]:
    """Every kind, from the contract in words rather than from the models."""
    common = {
        "seq": st.integers(1, MAX_SEQ),
        "wall": st.integers(0, MAX_WALL_MS),
        "uptime": st.integers(0, MAX_UPTIME_MS),
        "synced": st.booleans(),
    }
    spans = st.tuples(
        st.integers(0, MAX_UPTIME_MS - MAX_COVERAGE_MS), st.integers(0, MAX_COVERAGE_MS)
    )
    coverages = st.tuples(names, spans, st.floats(0, 1)).map(
        lambda drawn: {
            "sensor": drawn[0],
            "from": drawn[1][0],
            "to": sum(drawn[1]),
            "ok_ms": int(drawn[1][1] * drawn[2]),
        }
    )
    ratings = st.tuples(names, st.integers(2, 5), st.integers(0, 3)).map(
        lambda drawn: {"question": drawn[0], "scale": drawn[1], "value": 1 + drawn[2] % drawn[1]}
    )
    hexadecimal = {n: st.text("0123456789abcdef", min_size=n, max_size=n) for n in (16, 32)}
    key = {"epoch": hexadecimal[32], "seq": st.integers(1, MAX_SEQ)}
    shapes: dict[str, st.SearchStrategy[dict[str, Any]]] = {
        "passage": st.fixed_dictionaries(
            {"line": names, "direction": st.sampled_from(["in", "out"])},
            optional={"flags": st.lists(st.sampled_from(["ambiguous", "staff"]))},
        ),
        "uncounted": st.fixed_dictionaries(
            {"line": names, "why": st.sampled_from(["back", "unresolved", "undirected"])}
        ),
        "coverage": coverages,
        "detection": st.fixed_dictionaries({"sensor": names, "present": st.booleans()}),
        "rating": ratings,
        "reason": st.fixed_dictionaries({"rating": st.fixed_dictionaries(key), "code": names}),
        "token": st.fixed_dictionaries(
            {
                "visit": hexadecimal[16],
                "token": names,
                "action": st.sampled_from(
                    ["wait", "call", "recall", "serve", "done", "left", "transfer", "park"]
                ),
            },
            optional={"service": names | st.none()},
        ),
        "tally": st.fixed_dictionaries({"what": names}, optional={"category": names | st.none()}),
        "message": st.fixed_dictionaries({"id": names, "action": st.just("taken")}),
        "pulse": st.fixed_dictionaries({"value": st.integers(1, 5)}),
        "adjust": st.fixed_dictionaries({"occupancy": st.integers(0, MAX_OCCUPANCY)}),
        "undo": st.fixed_dictionaries({"undone": st.fixed_dictionaries(key)}),
        "health": st.fixed_dictionaries(
            {"part": names, "state": st.from_regex(r"[A-Za-z0-9_-]{1,40}", fullmatch=True)},
            optional={"detail": st.text(st.characters(exclude_categories=["Cs"]), max_size=200)},
        ),
    }
    assert len(shapes) == len(kinds)
    return st.one_of(
        [
            st.fixed_dictionaries({**common, "kind": st.just(kind), "of_kind": shape}).map(flat)
            for kind, shape in shapes.items()
        ]
    )


def flat(event: dict[str, Any]) -> dict[str, Any]:
    of_kind = event.pop("of_kind")
    return {**event, **of_kind}


@given(st.lists(valid_events(), max_size=8))
def test_every_valid_event_comes_back_as_it_was(raw: list[dict[str, Any]]) -> None:
    bodies = [codec.encode_event(EVENT.validate_python(event)) for event in raw]

    payload = codec.encode_batch(
        node="entrance-1",
        epoch=EPOCH,
        first=1,
        head=MAX_SEQ,
        boot="5b3c1e0a",
        sent=Moment.model_validate(SENT),
        bodies=bodies,
    )
    batch = codec.decode_batch(payload)
    found = codec.decode_events(batch)

    assert b",".join(bodies) in payload
    assert batch.sent == Moment.model_validate(SENT)
    for event, body, source in zip(found, bodies, raw, strict=True):
        assert isinstance(event, GoodEvent)
        assert event.event == EVENT.validate_python(source)
        assert codec.encode_event(event.event) == body
        assert json.loads(event.body) == json.loads(body)
        said = {key: value for key, value in source.items() if value is not None}
        if "flags" in said:
            said["flags"] = sorted(set(said["flags"]))
        assert {"flags": [], "detail": "", **json.loads(body)} == {
            "flags": [],
            "detail": "",
            **said,
        }
