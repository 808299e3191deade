"""JSON Schema of the contract, for other tools: ``python -m pasperdus_contract.schemas DIRECTORY``.

A test compares the files under ``docs/contract/schemas`` with what this module makes.
"""

import json
import sys
from pathlib import Path

from pydantic import TypeAdapter

from pasperdus_contract.events import AnyEvent
from pasperdus_contract.messages import (
    Ack,
    Batch,
    CollectorStatus,
    Heartbeat,
    NodeStatus,
    Rejection,
)

_DOCUMENTS: dict[str, TypeAdapter[object]] = {
    "batch": TypeAdapter(Batch),
    "event": TypeAdapter(AnyEvent),
    "ack": TypeAdapter(Ack),
    "rejection": TypeAdapter(Rejection),
    "heartbeat": TypeAdapter(Heartbeat),
    "node-status": TypeAdapter(NodeStatus),
    "collector-status": TypeAdapter(CollectorStatus),
}


def documents() -> dict[str, str]:
    """Return the text of each schema file by its name."""
    return {
        f"{name}.schema.json": json.dumps(
            {
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                "title": f"Pas perdus, contract version 1: {name}",
                **adapter.json_schema(by_alias=True),
            },
            indent=2,
            ensure_ascii=False,
        )
        + "\n"
        for name, adapter in _DOCUMENTS.items()
    }


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
