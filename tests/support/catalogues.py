"""What every catalogue of messages has to fulfil, whatever it translates."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from babel.messages.extract import extract_from_dir

from pasperdus_service.languages import read_catalogue

Message = str | tuple[str, ...]


def written_messages(
    package: Path, *, also: Collection[tuple[str, str]] = (), keywords: Collection[str]
) -> set[Message]:
    """Return every message of a package's code; ``also`` are other files and how to read them."""
    found = extract_from_dir(
        package,
        method_map=[("**.py", "python"), *also],
        keywords={**dict.fromkeys(keywords), "ngettext": (1, 2)},
    )
    return {message for _, _, message, _, _ in found}


def assert_translated(catalogues: Path, messages: set[Message]) -> None:
    """Every message has its French, and no translation is left over."""
    catalogue = {message.id: message for message in read_catalogue(catalogues, "fr") if message.id}

    assert set(catalogue) == messages
    for message in catalogue.values():
        assert not message.fuzzy, message.id
        strings = [message.string] if isinstance(message.string, str) else message.string
        assert strings, message.id
        assert all(strings), message.id
        assert list(message.check()) == []
