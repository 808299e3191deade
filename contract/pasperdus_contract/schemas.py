"""JSON Schema of the contract, for other tools: ``python -m pasperdus_contract.schemas DIRECTORY``.

A test compares the files under ``docs/contract/schemas`` with what this module makes.
"""

import json
import sys
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from pasperdus_contract.board import Board
from pasperdus_contract.events import AnyEvent
from pasperdus_contract.messages import (
    Ack,
    Batch,
    CollectorStatus,
    Heartbeat,
    NodeStatus,
    Rejection,
)
from pasperdus_contract.slips import Slips

_DOCUMENTS: dict[str, TypeAdapter[object]] = {
    "batch": TypeAdapter(Batch),
    "event": TypeAdapter(AnyEvent),
    "ack": TypeAdapter(Ack),
    "rejection": TypeAdapter(Rejection),
    "heartbeat": TypeAdapter(Heartbeat),
    "node-status": TypeAdapter(NodeStatus),
    "collector-status": TypeAdapter(CollectorStatus),
    "board": TypeAdapter(Board),
    "slips": TypeAdapter(Slips),
}


def documents() -> dict[str, str]:
    """Return the text of each schema file by its name."""
    return {
        f"{name}.schema.json": json.dumps(
            {
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                "title": f"Pas perdus, contract version 1: {name}",
                **_with_constants_required(adapter.json_schema(by_alias=True)),
            },
            indent=2,
            ensure_ascii=False,
        )
        + "\n"
        for name, adapter in _DOCUMENTS.items()
    }


def _with_constants_required(schema: dict[str, Any]) -> dict[str, Any]:
    """``schema`` and ``kind`` have defaults for whoever writes Python; on the wire they are due."""
    for part in (schema, *schema.get("$defs", {}).values()):
        due = [name for name, field in part.get("properties", {}).items() if "const" in field]
        required = part.get("required", [])
        if missing := [name for name in due if name not in required]:
            part["required"] = [*missing, *required]
    return schema


def main(arguments: list[str]) -> int:
    """Write every schema into the directory named on the command line."""
    if len(arguments) != 1:
        print("usage: python -m pasperdus_contract.schemas DIRECTORY", file=sys.stderr)
        return 2
    directory = Path(arguments[0])
    directory.mkdir(parents=True, exist_ok=True)
    for name, text in documents().items():
        (directory / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
