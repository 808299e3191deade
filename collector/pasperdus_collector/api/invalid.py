"""What is wrong with the form of a request, told as everything else is: where, what, what to do."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pasperdus_collector.errors import Fault, FieldError, QueryError

_SHOWN = 60  # characters of what was sent

Detail = Mapping[str, Any]
"""One of pydantic's errors: ``type``, ``loc``, ``msg``, ``input`` and maybe ``ctx``."""


def told(details: Sequence[Detail], own: Callable[[Detail], str | None] = lambda _: None) -> str:
    """Return all faults of one request in one line; ``own`` words go before the usual ones."""
    return "; ".join(f"{_path(each) or 'body'}: {own(each) or _usual(each)}" for each in details)


def refusal(
    details: Sequence[Detail],
    own: Callable[[Detail], str | None] = lambda _: None,
    own_fault: Callable[[Detail], Fault | None] = lambda _: None,
) -> QueryError:
    """Return the error of what was sent, with a fault for each detail.

    ``own`` words and faults go before the usual ones; those faults begin at the detail's field.
    """
    faults = ((own_fault(each) or _fault(each)).within(_path(each)) for each in details)
    return QueryError(told(details, own), *faults)


def pydantic_reasons() -> frozenset[str]:
    """Return every reason that a fault of pydantic's may give."""
    return frozenset({*(_reason(each) for each in _SAID), _NOT_FORESEEN})


def _fault(detail: Detail) -> Fault:
    limits = detail.get("ctx", {})
    if isinstance(found := limits.get("error"), FieldError):
        return found.fault
    sent = detail.get("input")
    shown = {"sent": str(sent)[:_SHOWN]} if isinstance(sent, str | int | float) else {}
    reason = _reason(detail["type"]) if detail["type"] in _SAID else _NOT_FORESEEN
    return Fault("", reason, {**limits, **shown})


def _reason(of_type: str) -> str:
    return of_type.replace("_", "-")


def _usual(detail: Detail) -> str:
    say = _SAID.get(detail["type"])
    return str(detail["msg"]) if say is None else say(_shown(detail), detail.get("ctx", {}))


def _path(detail: Detail) -> str:
    """Return ``closures.0.last_day``; the first part only says address, header or body."""
    if detail["type"] == "json_invalid":  # its second part counts characters
        return ""
    return ".".join(str(part) for part in detail["loc"][1:] if part != "[key]")


def _shown(detail: Detail) -> str:
    text = repr(detail.get("input"))
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _one_of(sent: str, limits: Mapping[str, Any]) -> str:
    offered = str(limits["expected"]).replace(" or ", ", ").replace("'", "")
    return f"{sent} is not one of {offered}; write one of these"


def _number(kind: str) -> Callable[[str, Mapping[str, Any]], str]:
    return lambda sent, _: f"{sent} is not {kind}; write digits, such as 3"


def _bound(words: str, limit: str) -> Callable[[str, Mapping[str, Any]], str]:
    return lambda sent, limits: f"{sent} is not {words} {limits[limit]}; write a number that is"


def _not_a(kind: str, remedy: str) -> Callable[[str, Mapping[str, Any]], str]:
    return lambda sent, _: f"{sent} is not {kind}; {remedy}"


_object = _not_a("an object", 'write one with names, such as {"title": "Annexe"}')
_list = _not_a("a list", "write its parts between [ and ]")
_date = _not_a("a date", "write one like 2026-03-02")
_truth = _not_a("a yes or no", "write true or false")
_whole = _number("a whole number")
_decimal = _number("a number")

_NOT_FORESEEN = "not-understood"
_SAID: dict[str, Callable[[str, Mapping[str, Any]], str]] = {
    "missing": lambda _sent, _: "is missing; give it",
    "extra_forbidden": lambda _sent, _: "nothing here has that name; check how it is written",
    "literal_error": _one_of,
    "enum": _one_of,
    "string_pattern_mismatch": lambda sent, limits: (
        f"{sent} does not fit the pattern {limits['pattern']}; write it as that says"
    ),
    "string_too_short": lambda sent, limits: (
        f"{sent} is too short; write at least {limits['min_length']} characters"
    ),
    "string_too_long": lambda sent, limits: (
        f"{sent} is too long; write at most {limits['max_length']} characters"
    ),
    "too_short": lambda _sent, limits: (
        f"{limits['actual_length']} parts are too few; give at least {limits['min_length']}"
    ),
    "too_long": lambda _sent, limits: (
        f"{limits['actual_length']} parts are too many; give at most {limits['max_length']}"
    ),
    "string_type": _not_a("text", "write it between quotation marks"),
    "string_unicode": _not_a("valid text", "send UTF-8"),
    "int_parsing": _whole,
    "int_parsing_size": _whole,
    "int_type": _whole,
    "int_from_float": _whole,
    "float_parsing": _decimal,
    "float_type": _decimal,
    "finite_number": _decimal,
    "greater_than": _bound("more than", "gt"),
    "greater_than_equal": _bound("at least", "ge"),
    "less_than": _bound("less than", "lt"),
    "less_than_equal": _bound("at most", "le"),
    "bool_parsing": _truth,
    "bool_type": _truth,
    "date_type": _date,
    "date_parsing": _date,
    "date_from_datetime_parsing": _date,
    "date_from_datetime_inexact": _date,
    "dict_type": _object,
    "model_type": _object,
    "model_attributes_type": _object,
    "list_type": _list,
    "tuple_type": _list,
    "value_error": lambda _sent, limits: str(limits["error"]),
    "json_invalid": lambda _sent, limits: (
        f"it is no JSON ({limits['error']}); send one object in UTF-8"
    ),
}
