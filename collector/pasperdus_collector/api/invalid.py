"""What is wrong with the form of a request, told as everything else is: where, what, what to do."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

_SHOWN = 60  # characters of what was sent

Fault = Mapping[str, Any]
"""One of pydantic's errors: ``type``, ``loc``, ``msg``, ``input`` and maybe ``ctx``."""


def told(faults: Sequence[Fault], own: Callable[[Fault], str | None] = lambda _: None) -> str:
    """Return all faults of one request in one line; ``own`` words go before the usual ones."""
    return "; ".join(f"{_where(fault)}: {own(fault) or _usual(fault)}" for fault in faults)


def _usual(fault: Fault) -> str:
    say = _SAID.get(fault["type"])
    return str(fault["msg"]) if say is None else say(_shown(fault), fault.get("ctx", {}))


def _where(fault: Fault) -> str:
    """Return ``closures.0.last_day``; the first part only says address, header or body."""
    if fault["type"] == "json_invalid":  # its second part counts characters
        return "body"
    return ".".join(str(part) for part in fault["loc"][1:] if part != "[key]") or "body"


def _shown(fault: Fault) -> str:
    text = repr(fault.get("input"))
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
