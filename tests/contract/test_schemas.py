"""The JSON Schema files for other tools: current, and true of the agreed messages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from pasperdus_contract import schemas
from support.wire import BOARD, COVERAGE, EPOCH, HEARTBEAT, PASSAGE, RATING, UNDO, batch_of

GOLDEN = Path(__file__).parent / "golden" / "v1"
PUBLISHED = Path(__file__).resolve().parents[2] / "docs" / "contract" / "schemas"


def validator(name: str) -> Any:
    schema = json.loads((PUBLISHED / f"{name}.schema.json").read_text())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def test_the_published_files_are_what_the_models_say() -> None:
    published = {file.name: file.read_text() for file in PUBLISHED.iterdir()}

    assert published == schemas.documents(), (
        "run: python -m pasperdus_contract.schemas docs/contract/schemas"
    )


def test_the_command_writes_the_files_and_nothing_else(tmp_path: Path) -> None:
    assert schemas.main([str(tmp_path / "made")]) == 0

    written = {file.name: file.read_text() for file in (tmp_path / "made").iterdir()}
    assert written == schemas.documents()
    assert schemas.main([]) == 2


@pytest.mark.parametrize("file", sorted(GOLDEN.glob("*.json")), ids=lambda file: file.stem)
def test_a_golden_message_follows_its_schema(file: Path) -> None:
    names = (name.removesuffix(".schema.json") for name in schemas.documents())
    (name,) = (name for name in names if file.stem.startswith(name))

    validator(name).validate(json.loads(file.read_text()))


def test_golden_events_follow_the_schema_of_events() -> None:
    check = validator("event")
    for name in ("batch-every-kind", "batch-with-undo"):
        for event in json.loads((GOLDEN / f"{name}.json").read_text())["events"]:
            check.validate(event)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("event", {**RATING, "value": 9}),
        ("event", {**RATING, "value": "4"}),
        ("event", {**RATING, "seq": 0}),
        ("event", {**PASSAGE, "kind": "gesture"}),
        ("event", {key: value for key, value in PASSAGE.items() if key != "kind"}),
        ("event", {**PASSAGE, "line": "Porte"}),
        ("event", {key: value for key, value in COVERAGE.items() if key != "from"}),
        ("batch", batch_of(schema=2)),
        ("batch", {key: value for key, value in batch_of().items() if key != "schema"}),
        ("batch", batch_of(*[PASSAGE] * 501)),
        ("ack", {"schema": 1, "collector": "mairie", "epoch": "beef"}),
        ("event", {**UNDO, "undone": {"epoch": EPOCH}}),
        ("event", {**UNDO, "undone": 41}),
        ("heartbeat", {**HEARTBEAT, "screen": "television"}),
        ("board", {**BOARD, "day": "23/11/2026"}),
        ("board", {**BOARD, "notices": [{"title": {"fr": "😀"}}]}),
        ("board", {**BOARD, "visits": [{"visit": "Marie", "token": "blue-star"}]}),
        ("slips", {"schema": 1, "slips": [{"id": "1", "written_at": 1, "text": "x" * 201}]}),
    ],
)
def test_a_bad_message_does_not(name: str, message: Any) -> None:
    assert not validator(name).is_valid(message)
