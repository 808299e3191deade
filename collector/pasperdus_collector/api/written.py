"""What people write for the screens, read from JSON; what is wrong is told in their words.

A text says how long it is and how much fits the screen, and a character that no screen can draw is
named: whoever pasted it from elsewhere may not see it.
"""

import json
import re
import unicodedata
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from pasperdus_collector.api.invalid import Detail, refusal
from pasperdus_collector.errors import Fault, QueryError, fault
from pasperdus_contract.board import CHARACTERS

F = TypeVar("F", bound=BaseModel)
_DRAWN = re.compile(f"[{CHARACTERS}]")
_UNNAMED = {"\n": "a line break", "\r": "a line break", "\t": "a tab"}
_PATTERNS = (  # by what a pattern begins with, in the contract
    (
        "^[a-z0-9-]",
        "is not a name; write 1 to 40 small letters without accents, digits or -",
        fault("", "not-a-name"),
    ),
    ("^([01][0-9]", "is not a time of day; write one like 09:30", fault("", "not-a-time")),
    (
        "^[0-9+ ()",
        "is not a telephone number; write digits, such as 01 23 45 67 89",
        fault("", "not-a-phone"),
    ),
)


def read(form: type[F], sent: Mapping[str, Any]) -> F:
    """Return what was sent as a form, its letters in their composed shape.

    Raises :class:`QueryError`, which names each field that is wrong, the limit and what to do.
    """
    try:
        json.dumps(sent, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise QueryError(
            "body: half a character is in it; send UTF-8", fault("", "half-a-character")
        ) from None
    try:
        return form.model_validate(_composed(sent))
    except ValidationError as error:
        details = [
            {**each, "loc": ("body", *each["loc"])} for each in error.errors(include_url=False)
        ]
        raise refusal(details, _on_screen, unfit) from None


def _composed(value: Any) -> Any:
    """Join accents that were sent apart from their letters, as some systems write them."""
    match value:
        case str():
            return unicodedata.normalize("NFC", value)
        case Mapping():
            return {name: _composed(each) for name, each in value.items()}
        case list():
            return [_composed(each) for each in value]
        case _:
            return value


def unfit(detail: Detail) -> Fault | None:
    """Return what is wrong with a text that does not fit its pattern, where we know that."""
    sent = detail.get("input")
    if not isinstance(sent, str) or detail["type"] != "string_pattern_mismatch":
        return None
    for beginning, _, found in _PATTERNS:
        if detail["ctx"]["pattern"].startswith(beginning):
            return found
    return undrawable_fault(sent.strip())


def undrawable_fault(text: str) -> Fault | None:
    """Return which character of a text no screen can draw; None when they can all."""
    for character in text:
        if not _DRAWN.fullmatch(character):
            is_seen = character.isprintable()
            code = f"U+{ord(character):04X}"
            return fault("", "undrawable", character=character if is_seen else code)
    return None


def _on_screen(detail: Detail) -> str | None:
    sent = detail.get("input")
    if not isinstance(sent, str):
        return None
    match detail["type"]:
        case "string_too_long":
            most = detail["ctx"]["max_length"]
            return f"{len(sent.strip())} characters, at most {most} fit the screen; shorten it"
        case "string_too_short":
            return "is empty; write something, or leave the field out"
        case "string_pattern_mismatch":
            return _unfit(sent, detail["ctx"]["pattern"])
        case _:
            return None


def _unfit(sent: str, pattern: str) -> str | None:
    for beginning, words, _ in _PATTERNS:
        if pattern.startswith(beginning):
            return f"{sent[:40]!r} {words}"
    return undrawable(sent.strip())


def undrawable(text: str) -> str | None:
    """Return in words which character of a text no screen can draw; None when they can all."""
    for character in text:
        if not _DRAWN.fullmatch(character):
            named = _UNNAMED.get(character) or unicodedata.name(character, "without a name").lower()
            return (
                f"the character U+{ord(character):04X} ({named}) is none that the screens can "
                "draw; write letters, digits and ordinary punctuation on one line"
            )
    return None
