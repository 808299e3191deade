"""Parameters of addresses, read the same way by every route."""

from collections.abc import Collection
from typing import TypeVar, get_args

from fastapi import Request

from pasperdus_collector.api.queries import Source
from pasperdus_collector.calendar.grid import BucketSize
from pasperdus_collector.calendar.masks import MASKS, Mask
from pasperdus_collector.errors import QueryError
from pasperdus_collector.series import Measure

MEASURES: tuple[Measure, ...] = get_args(Measure)
BUCKETS: tuple[BucketSize, ...] = get_args(BucketSize)
SOURCES: tuple[Source, ...] = get_args(Source)

T = TypeVar("T", bound=str)


def one_of(what: str, name: str, offered: tuple[T, ...]) -> T:
    """Return the one that has this name. Raises :class:`QueryError` for an unknown one."""
    for each in offered:
        if each == name:
            return each
    raise QueryError(f"{what} {name!r} is not one of {', '.join(offered)}")


def parse_masks(text: str) -> frozenset[Mask]:
    """Return the masks of a list with commas. Raises :class:`QueryError` for an unknown one."""
    return frozenset(one_of("mask", name, MASKS) for name in text.split(",") if text)


def refuse_unknown(request: Request, known: Collection[str]) -> None:
    """Raise :class:`QueryError` for a parameter that nobody reads: it may be a misspelt one.

    One that is given twice is refused too: only the last would be read.
    """
    given = [name for name, _ in request.query_params.multi_items()]
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise QueryError(f"unknown parameter {unknown[0]!r}; known are {', '.join(sorted(known))}")
    repeated = sorted(name for name in set(given) if given.count(name) > 1)
    if repeated:
        raise QueryError(f"parameter {repeated[0]!r} is given more than once; give it once")
