"""Errors of the collector; the text says what, where and what to do."""


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
