"""What a comparison is computed from as JSON, and back: anybody can compute it again (pure).

The text is canonical: keys in order, no spaces, every number as short as it can be written exactly,
NaN as null. So equal inputs have equal texts, and the SHA-256 of a file of them names what a result
was computed from.
"""

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from hashlib import sha256
from math import isnan
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import numpy as np

from pasperdus_collector.analysis.inputs import (
    SCORES,
    BlockTable,
    Bools,
    Floats,
    Inputs,
    Ints,
)
from pasperdus_collector.comparison.inputs_check import check
from pasperdus_collector.errors import QueryError

SCHEMA = 1
_DTYPES: tuple[tuple[Any, type[np.generic]], ...] = (
    (Floats, np.float64),
    (Ints, np.int64),
    (Bools, np.bool_),
)


def to_text(inputs: Inputs) -> str:
    """Return the canonical text."""
    return json.dumps(
        {"schema": SCHEMA, "inputs": _plain(inputs)},
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
        allow_nan=False,
    )


def digest(text: str) -> str:
    """Return the SHA-256 of a text, in hexadecimal digits: that of a file which holds it."""
    return sha256(text.encode()).hexdigest()


def from_text(text: str) -> Inputs:
    """Return what :func:`to_text` wrote, number for number.

    Raises :class:`QueryError` for what is not such a text.
    """
    try:
        told = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _no_inputs(f"it is not JSON ({error})") from error
    missing = [
        name for name in ("schema", "inputs") if not isinstance(told, dict) or name not in told
    ]
    if missing:
        raise _no_inputs(f"it has no {missing[0]!r}")
    if told["schema"] != SCHEMA:
        raise QueryError(
            f"inputs of schema {told['schema']!r} cannot be read here, only {SCHEMA}; take the "
            "release that wrote them"
        )
    try:
        inputs: Inputs = _made(Inputs, told["inputs"])
        check(inputs)
    except (TypeError, ValueError, OverflowError, IndexError, RecursionError) as error:
        raise _no_inputs(str(error)) from error
    if json.loads(to_text(inputs)) != told:
        raise _no_inputs("it is not as it was written: something was added, cut or rounded")
    return inputs


def _no_inputs(why: str) -> QueryError:
    return QueryError(f"this is no file of inputs: {why}; write one with compare --inputs FILE")


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, np.ndarray):
        if value.dtype == np.float64:
            return [None if isnan(number) else number for number in value.tolist()]
        return value.tolist()
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return value


def _made(hint: Any, told: Any) -> Any:
    """Return what a type hint says, of what JSON told."""
    if hint in (Floats, Ints, Bools):
        return _array(hint, told)
    if is_dataclass(hint):
        return _record(hint, told)
    if get_origin(hint) is not None:
        return _composed(hint, told)
    if hint is float and type(told) is int:
        return float(told)
    if type(told) is not hint:
        raise ValueError(f"{told!r} is no {hint.__name__}")
    return told


def _composed(hint: Any, told: Any) -> Any:
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        (kind,) = (each for each in inner if each is not NoneType)
        return None if told is None else _made(kind, told)
    if origin is tuple:
        if not isinstance(told, list):
            raise TypeError(f"a list is expected, not {type(told).__name__}")
        kinds = inner[:1] * len(told) if inner[-1] is Ellipsis else inner
        if len(kinds) != len(told):
            raise ValueError(f"{len(kinds)} are expected, not {len(told)}")
        return tuple(_made(kind, each) for kind, each in zip(kinds, told, strict=True))
    if origin is Mapping:
        if not isinstance(told, dict):
            raise TypeError(f"an object is expected, not {type(told).__name__}")
        return {key: _made(inner[1], each) for key, each in told.items()}
    if told not in inner:  # of a Literal
        raise ValueError(f"{told!r} is not one of {', '.join(map(str, inner))}")
    return told


def _record(kind: Any, told: Any) -> Any:
    if not isinstance(told, dict):
        raise TypeError(f"an object is expected, not {type(told).__name__}")
    made = {}
    for name, hint in _hints(kind).items():
        if name not in told:
            raise ValueError(f"{name!r} is missing")
        try:
            made[name] = _made(hint, told[name])
        except (TypeError, ValueError, OverflowError) as error:
            raise ValueError(f"{name}: {error}") from error  # so that the whole way there is told
    if kind is BlockTable:  # JSON does not tell how wide an empty table is
        made |= {name: made[name].reshape(-1, SCORES) for name in ("counts", "bursts")}
    return kind(**made)


def _array(hint: Any, told: list[Any]) -> Any:
    dtype = next(kind for array, kind in _DTYPES if array == hint)
    if dtype is np.float64:
        return np.array([np.nan if each is None else each for each in told], dtype=dtype)
    return np.array(told, dtype=dtype)


@cache
def _hints(record: Any) -> dict[str, Any]:
    return get_type_hints(record)
