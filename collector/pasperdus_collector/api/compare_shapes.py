"""What ``GET compare`` answers: the result's records as JSON, and its sentences in each language.

Field names are those of :mod:`pasperdus_collector.analysis.result`, but that instants lose their
``_ms`` and are ISO 8601. Shares stay shares, 0 to 1. What is not a finite number is null.
"""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from math import isfinite
from typing import Any

from pasperdus_collector.analysis.result import (
    Answer,
    ArmFacts,
    Caveat,
    Comparison,
    Week,
)
from pasperdus_collector.analysis.words import Language
from pasperdus_collector.api.shapes import instant

LANGUAGES: tuple[Language, ...] = ("fr", "en")
_MS = "_ms"


def answer_json(answer: Answer, words: Mapping[Language, Any]) -> dict[str, Any]:
    """Return the first part; ``words`` are the sentences by language."""
    told: dict[str, Any] = _plain(answer)
    if answer.override is not None:
        told["override"] = dict(zip(("decided", "why"), answer.override, strict=True))
    return {**told, "words": _plain(words)}


def comparison_json(
    comparison: Comparison, words: Mapping[Language, Any], more_words: Mapping[Language, Any]
) -> dict[str, Any]:
    """Return all of it; ``more_words`` are the sentences of the details by language."""
    details = comparison.details
    told: dict[str, Any] = _plain(details)
    if details.mantel_haenszel is not None:
        odds_ratio, interval = details.mantel_haenszel
        told["mantel_haenszel"] = {"odds_ratio": _plain(odds_ratio), "interval": _plain(interval)}
    return {
        "answer": answer_json(comparison.answer, words),
        "details": {**told, "words": _plain(more_words)},
    }


def _plain(value: Any) -> Any:
    """Return a record as JSON has it: no number of a library, no NaN, no infinity."""
    if is_dataclass(value):
        return _record(value)
    match value:
        case None | str() | bool() | int():
            return value
        case float():  # numpy's own is one
            return float(value) if isfinite(value) else None
        case Mapping():
            return {str(key): _plain(each) for key, each in value.items()}
        case tuple() | list():
            return [_plain(each) for each in value]
        case _ if hasattr(value, "item"):  # another number of numpy
            return _plain(value.item())
        case _:
            raise TypeError(f"{value!r} has no form in JSON")


def _record(record: Any) -> dict[str, Any]:
    told = _fields(record)
    match record:
        case ArmFacts():
            told["ranges"] = [
                {"from": instant(start), "to": instant(end)} for start, end in record.ranges
            ]
        case Week():
            told["week"] = date.fromordinal(record.week).isoformat()
        case Caveat():
            told["figures"] = dict(_named(*each) for each in record.figures)
    return told


def _fields(record: Any) -> dict[str, Any]:
    return dict(_named(each.name, getattr(record, each.name)) for each in fields(record))


def _named(name: str, value: Any) -> tuple[str, Any]:
    """Return a field as it is shown: an instant under its plain name, in ISO 8601."""
    if name.endswith(_MS):
        return name.removesuffix(_MS), instant(None if value is None else int(value))
    return name, _plain(value)
