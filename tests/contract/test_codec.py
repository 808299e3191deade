"""What the codec takes, what it refuses, and how it says so."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pasperdus_contract import codec
from pasperdus_contract.codec import BadEvent, GoodEvent, NotABatchError, UnparseableError
from pasperdus_contract.events import EVENT, MAX_COVERAGE_MS
from pasperdus_contract.fields import MAX_SEQ, MAX_UPTIME_MS, MAX_WALL_MS
from pasperdus_contract.messages import MAX_EVENTS, Ack, Heartbeat, Rejection
from support.wire import COVERAGE, EPOCH, HEARTBEAT, PASSAGE, RATING, SENT, TIMES, batch_of, written


def checked(event: dict[str, Any]) -> GoodEvent | BadEvent:
    (found,) = codec.decode_events(codec.decode_batch(written(batch_of(event))))
    return found


def reason_of(event: dict[str, Any]) -> str:
    found = checked(event)
    assert isinstance(found, BadEvent)
    assert found.seq == 41
    assert json.loads(found.body) == event
    return found.reason


# Limits


def test_a_message_of_64_kib_is_taken_and_one_byte_more_is_not() -> None:
    payload = written(batch_of(PASSAGE))
    at_the_limit = payload + b" " * (64 * 1024 - len(payload))

    assert codec.decode_batch(at_the_limit).events == [PASSAGE]
    with pytest.raises(UnparseableError, match="a message of 65537 bytes; the limit is 65536"):
        codec.decode_batch(at_the_limit + b" ")


def test_a_batch_of_500_events_is_taken_and_one_more_is_not() -> None:
    events = [{"seq": seq} for seq in range(1, 502)]

    assert len(codec.decode_batch(written(batch_of(*events[:500]))).events) == 500
    with pytest.raises(NotABatchError, match=r"^events: more than 500$"):
        codec.decode_batch(written(batch_of(*events)))


def test_an_empty_batch_is_a_batch() -> None:
    assert codec.decode_events(codec.decode_batch(written(batch_of()))) == []


@pytest.mark.parametrize(("levels", "is_good"), [(codec.MAX_DEPTH - 1, True), (8, False)])
def test_an_event_may_hold_a_few_levels_of_extra_fields(levels: int, is_good: bool) -> None:
    for opening, closing in ("[]", ('{"a":', "}")):
        inner = opening * levels + ("1" if opening != "[" else "") + closing * levels
        found = checked({**PASSAGE, "extra": json.loads(inner)})

        assert isinstance(found, GoodEvent) is is_good
        assert json.loads(found.body)["extra"] == json.loads(inner)
        if isinstance(found, BadEvent):
            assert found.reason == "nested deeper than 8"


def test_many_brackets_are_not_depth() -> None:
    assert isinstance(checked({**PASSAGE, "extra": [[], [], [{}], "[[[[[["] * 9}), GoodEvent)


# Payloads that are no JSON of ours


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b" ",
        b"\xef\xbb\xbf" + written(batch_of()),
        b"\xff\xfe",
        b'"\xed\xa0\x80"',
        rb'{"schema":1,"node":"\ud800"}',
        rb'{"schema":1,"node":"\udc00\ud800"}',
        b'{"schema":NaN}',
        b'{"schema":Infinity}',
        b'{"schema":-Infinity}',
        b'{"schema":1' + b"0" * 5000 + b"}",
        b"[" * 60_000,
        b"[" * 30_000 + b"]" * 30_000,
        b"[" * 10**6 + b"]" * 10**6,
        b'{"a":' * 10_000,
        b'{"schema":1}{}',
        b'{"schema":01}',
        b'{"schema":1,}',
        b"{'schema':1}",
        b'"\x00"',
        written(batch_of())[:-1],
    ],
    ids=lambda payload: repr(payload[:24]),
)
def test_what_is_no_json_is_unparseable(payload: bytes) -> None:
    with pytest.raises(UnparseableError) as refused:
        codec.decode_batch(payload)

    assert len(str(refused.value)) <= 120


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"null", "a batch is a JSON object"),
        (b"[]", "a batch is a JSON object"),
        (b'"online"', "a batch is a JSON object"),
        (b"{}", "schema: null is not a whole number"),
        (b'{"schema":true}', "schema: true is not a whole number"),
        (b'{"schema":1.0}', "schema: 1.0 is not a whole number"),
        (b'{"schema":"1"}', "schema: '1' is not a whole number"),
        (b'{"schema":{}}', "schema: an object is not a whole number"),
        (b'{"schema":1}', "node: is missing"),
        (written(batch_of(node="Entrance 1")), "node: 'Entrance 1' does not match ^[a-z0-9-]"),
        (written(batch_of(node="a" * 60_000)), "node: 'aaaaaaaaaaaaaaaaaaaa... does not match"),
        (written(batch_of(epoch=EPOCH.upper())), "epoch: '9F86D081884C7D659A2F... does not"),
        (written(batch_of(first=9, head=8)), "first: 9 is after head 8"),
        (written(batch_of(first="9")), "first: '9' is not a whole number"),
        (written(batch_of(head=MAX_SEQ + 1)), f"head: {MAX_SEQ + 1} is more than {MAX_SEQ}"),
        (written(batch_of(head=10**4000)), "head: a huge number is more than"),
        (written(batch_of(sent=None)), "sent: null is not an object"),
        (written(batch_of(sent={**SENT, "synced": 1})), "sent.synced: 1 is not true or false"),
        (written(batch_of(events={})), "events: an object is not a list"),
        (written(batch_of(1)), "events.0: 1 is not an object"),
        (written(batch_of({})), "events.0.seq: null is not in 1..2^63-1"),
        (written(batch_of(PASSAGE, {"seq": "9"})), "events.1.seq: '9' is not in 1..2^63-1"),
        (written(batch_of({"seq": True})), "events.0.seq: true is not in"),
        (written(batch_of({"seq": 1.0})), "events.0.seq: 1.0 is not in"),
        (written(batch_of({"seq": 0})), "events.0.seq: 0 is not in"),
        (written(batch_of({"seq": -1})), "events.0.seq: -1 is not in"),
        (written(batch_of({"seq": 2**63})), "events.0.seq: 9223372036854775808 is not in"),
        (written(batch_of({"seq": 10**4000})), "events.0.seq: a huge number is not in"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_batch_is_told_where_and_why(payload: bytes, reason: str) -> None:
    with pytest.raises(NotABatchError) as refused:
        codec.decode_batch(payload)

    assert str(refused.value).startswith(reason)
    assert len(str(refused.value)) <= codec.MAX_REASON_BYTES
    assert not refused.value.is_unknown_schema


@pytest.mark.parametrize("schema", [0, 2, -1, 10**4000])
def test_a_schema_of_another_release_is_told_apart(schema: int) -> None:
    with pytest.raises(NotABatchError) as refused:
        codec.decode_batch(written({"schema": schema, "of": "a shape unknown today"}))

    assert refused.value.is_unknown_schema
    assert str(refused.value).startswith(f"{codec.UNKNOWN_SCHEMA} ")
    assert len(str(refused.value)) <= codec.MAX_REASON_BYTES


def test_of_duplicate_keys_the_last_one_counts() -> None:
    payload = written(batch_of(RATING)).replace(b'"value":4', b'"value":9,"value":2')
    payload = payload.replace(b'"node":"entrance-1"', b'"node":7,"node":"entrance-1"')

    (event,) = codec.decode_events(codec.decode_batch(payload))

    assert isinstance(event, GoodEvent)
    assert json.loads(event.body)["value"] == 2


# Events, one by one


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ({**RATING, "value": 9}, "rating.value: 9 is not in 1..5"),
        ({**RATING, "value": 0}, "rating.value: 0 is not in 1..5"),
        ({**RATING, "value": 3, "scale": 2}, "rating.value: 3 is not in 1..2"),
        ({**RATING, "value": "4"}, "rating.value: '4' is not a whole number"),
        ({**RATING, "value": True}, "rating.value: true is not a whole number"),
        ({**RATING, "value": 4.0}, "rating.value: 4.0 is not a whole number"),
        ({**RATING, "value": None}, "rating.value: null is not a whole number"),
        ({**RATING, "value": 10**50}, "rating.value: 10000000000000000000000000000000000000000"),
        ({**RATING, "scale": 6}, "rating.scale: 6 is more than 5"),
        ({**RATING, "scale": 1}, "rating.scale: 1 is less than 2"),
        ({**RATING, "flags": ["staff"]}, "rating.flags.0: 'staff' is not 'burst'"),
        ({**RATING, "flags": "burst"}, "rating.flags: 'burst' is not a list"),
        ({**RATING, "synced": "true"}, "rating.synced: 'true' is not true or false"),
        ({**RATING, "synced": 1}, "rating.synced: 1 is not true or false"),
        ({**RATING, "wall": 1.5}, "rating.wall: 1.5 is not a whole number"),
        ({**RATING, "wall": -1}, "rating.wall: -1 is less than 0"),
        ({**RATING, "wall": MAX_WALL_MS + 1}, f"rating.wall: {MAX_WALL_MS + 1} is more than"),
        ({**RATING, "uptime": MAX_UPTIME_MS + 1}, f"rating.uptime: {MAX_UPTIME_MS + 1} is more"),
        ({**RATING, "question": "à l'accueil"}, 'rating.question: "à l\'accueil" does not match'),
        ({**RATING, "question": "accueil\n"}, r"rating.question: 'accueil\n' does not match"),
        ({**PASSAGE, "direction": "up"}, "passage.direction: 'up' is not 'in' or 'out'"),
        ({**COVERAGE, "ok_ms": 900_001}, "coverage.ok_ms: 900001 is more than the 900000 ms"),
        ({**COVERAGE, "to": -1}, "coverage.to: -1 is less than 0"),
        ({**COVERAGE, "from": 900_001}, "coverage.to: 900000 is not within a day after from"),
        ({**COVERAGE, "to": MAX_COVERAGE_MS + 1}, "coverage.to: 86400001 is not within a day"),
        ({"seq": 41, "kind": "passage"}, "passage.wall: is missing"),
        ({"seq": 41}, "kind: is missing"),
        ({"seq": 41, "kind": None}, "kind: null is not known here"),
        ({"seq": 41, "kind": []}, "kind: a list is not known here"),
        ({"seq": 41, "kind": {}}, "kind: an object is not known here"),
        ({"seq": 41, "kind": "gesture"}, "kind: 'gesture' is not known here"),
        ({"seq": 41, "kind": "PASSAGE"}, "kind: 'PASSAGE' is not known here"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_bad_event_is_told_where_and_why(event: dict[str, Any], reason: str) -> None:
    assert reason_of(event).startswith(reason)


def test_a_field_is_read_under_its_wire_name_only() -> None:
    renamed = {("from_" if key == "from" else key): value for key, value in COVERAGE.items()}

    assert reason_of(renamed) == "coverage.from: is missing"
    both = checked({**COVERAGE, "from_": "something else"})
    assert isinstance(both, GoodEvent)
    assert both.event.model_extra == {"from_": "something else"}


@pytest.mark.parametrize("number", ["1e400", "-1e400"])
def test_a_number_without_end_sets_its_event_aside_as_json(number: str) -> None:
    event = written(PASSAGE)[:-1] + b',"extra":{"deep":[' + number.encode() + b"]}}"
    payload = written(batch_of(RATING)).replace(written(RATING), event)

    (found,) = codec.decode_events(codec.decode_batch(payload))

    assert isinstance(found, BadEvent)
    assert found.reason == "a number is not finite"
    kept = json.loads(found.body, parse_constant=pytest.fail)
    assert kept["extra"]["deep"] == [number[: -len("1e400")] + "Infinity"]


def test_the_word_infinity_in_a_text_is_only_a_word() -> None:
    assert isinstance(checked({**PASSAGE, "extra": "Infinity"}), GoodEvent)


def test_absent_null_and_default_are_the_same_event() -> None:
    said = {"seq": 41, **TIMES, "kind": "tally", "what": "phone", "category": None}
    unsaid = {key: value for key, value in said.items() if key != "category"}

    assert EVENT.validate_python(said) == EVENT.validate_python(unsaid)
    assert EVENT.validate_python(PASSAGE) == EVENT.validate_python({**PASSAGE, "flags": []})


def test_flags_are_a_set() -> None:
    one = EVENT.validate_python({**PASSAGE, "flags": ["staff", "ambiguous", "staff"]})

    assert one == EVENT.validate_python({**PASSAGE, "flags": ["ambiguous", "staff"]})


# Answers


WORST_TEXTS = ["\x00" * 99, '"' * 99, "\\" * 99, "é" * 99, "😀" * 99, "Z" * 60_000, "\u2028" * 99]


@pytest.mark.parametrize("text", WORST_TEXTS, ids=lambda text: ascii(text[0]))
def test_an_ack_that_names_500_bad_events_fits_into_one_message(text: str) -> None:
    text = text[: 60_000 // MAX_EVENTS] if len(text) > 1000 else text
    worst_of_all = codec.brief_reason(text * 600)
    for bad in (
        {"kind": text},
        {**RATING, "question": text},
        {**RATING, "value": text},
        {**RATING, "value": 10**4000},
    ):
        reason = reason_of({**bad, "seq": 41})
        for said in (reason, worst_of_all):
            ack = Ack(
                collector="c" * 40,
                epoch=EPOCH,
                quarantined=[(seq, seq, said) for seq in range(MAX_SEQ - MAX_EVENTS, MAX_SEQ)],
            )
            for payload in (codec.encode(ack), json.dumps(ack.model_dump(by_alias=True)).encode()):
                assert len(payload) <= codec.MAX_PAYLOAD_BYTES
                assert codec.decode_answer(payload) == ack


def test_a_reason_that_fits_is_not_touched_and_a_longer_one_says_that_it_goes_on() -> None:
    fits = "x" * codec.MAX_REASON_BYTES

    assert codec.brief_reason(fits) == fits
    assert codec.brief_reason(fits + "x") == "x" * (codec.MAX_REASON_BYTES - 3) + "..."


def test_an_answer_is_an_ack_or_a_rejection() -> None:
    ack = Ack(collector="mairie", epoch=EPOCH, stored=[(1, 2)], quarantined=[(3, 3, "why")])
    rejection = Rejection(
        collector="mairie", rejected="why", payload=codec.fingerprint(b"the payload")
    )

    assert codec.decode_answer(codec.encode(ack)) == ack
    assert codec.decode_answer(codec.encode(rejection)) == rejection


@pytest.mark.parametrize(
    "answer",
    [
        {"schema": True, "collector": "mairie", "epoch": EPOCH},
        {"schema": 1.0, "collector": "mairie", "epoch": EPOCH},
        {"schema": 1, "collector": "mairie", "epoch": EPOCH, "stored": [["1", "2"]]},
        {"schema": 1, "collector": "mairie", "epoch": EPOCH, "stored": [[1, True]]},
        {"schema": 1, "collector": "mairie", "epoch": EPOCH, "stored": [[1, 2, 3]]},
        {"schema": 1, "collector": "mairie", "epoch": EPOCH, "stored": [[0, 2]]},
        {"schema": 1, "collector": "mairie", "rejected": "why", "payload": "beef"},
        {"schema": 1, "collector": "mairie", "rejected": None, "payload": "0" * 64},
        [],
    ],
)
def test_an_answer_of_another_shape_is_refused(answer: Any) -> None:
    with pytest.raises(codec.WireError):
        codec.decode_answer(written(answer))


# Heartbeat and status


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"schema": 2}, "schema: 2 is not 1"),
        ({"schema": 1.0}, "schema: 1.0 is not a whole number"),
        ({"battery": "50"}, "battery: '50' is not a whole number"),
        ({"battery": True}, "battery: true is not a whole number"),
        ({"battery": 101}, "battery: 101 is more than 100"),
        ({"temperature_c": "51"}, "temperature_c: '51' is not a number"),
        ({"pending": -1}, "pending: -1 is less than 0"),
        ({"first": 0}, "first: 0 is less than 1"),
        ({"version": "v" * 41}, "version: longer than 40 characters"),
        ({"sensors": {"Door": "ok"}}, "sensors.Door.[key]: 'Door' does not match"),
        ({"closed": [{"epoch": EPOCH, "first": 1, "head": 1}] * 17}, "closed: more than 16"),
    ],
    ids=str,
)
def test_a_bad_heartbeat_is_told_where_and_why(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(codec.WireError) as refused:
        codec.decode(Heartbeat, written({**HEARTBEAT, **changes}))

    assert str(refused.value).startswith(reason)


def test_a_temperature_without_end_is_refused() -> None:
    payload = written(HEARTBEAT).replace(b'"temperature_c":null', b'"temperature_c":1e400')

    with pytest.raises(codec.WireError, match="temperature_c: Infinity is not finite"):
        codec.decode(Heartbeat, payload)
