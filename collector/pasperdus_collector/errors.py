"""Errors of the collector; the text says what, where and what to do."""

from collections.abc import Iterable

MOST_NAMES = 20  # told of those that are known


class CollectorError(Exception):
    """Base of the collector's errors."""


class LedgerError(CollectorError):
    """The ledger cannot be opened or written."""


class QueryError(CollectorError, ValueError):
    """A question that cannot be answered as asked; the text tells how to ask."""


class NotFoundError(QueryError):
    """Nothing has that name."""


class PreconditionError(CollectorError):
    """Somebody else changed it meanwhile."""


def unknown_name(what: str, known: Iterable[str]) -> NotFoundError:
    """Return the error of a name that nothing has; ``what`` says so, ``known`` are those there."""
    listed = sorted(known)
    told = ", ".join(listed[:MOST_NAMES])
    more = f" and {len(listed) - MOST_NAMES} more" if len(listed) > MOST_NAMES else ""
    return NotFoundError(f"{what}; known are {told or 'none yet'}{more}")
