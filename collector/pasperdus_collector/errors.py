"""Errors of the collector; the text says what, where and what to do.

What is refused also says so in parts, so that a form can tell it in the words of its reader, where
the error stands.
"""

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

MOST_NAMES = 20  # told of those that are known


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with what somebody sent.

    ``field`` is its path as the API names it, such as ``exclusions.0``, or empty for the whole;
    ``reason`` is a stable code such as ``not-after-start``. ``values`` is what words about it need:
    names, limits, days, texts by language, and instants in ms since 1970 UTC, which end in ``_ms``.
    What people typed may be among them, so that no trace shows them.
    """

    field: str
    reason: str
    values: Mapping[str, object] = dataclasses.field(default_factory=dict, repr=False)

    def within(self, path: str) -> "Fault":
        """Return the same of a part of something that lies at ``path``."""
        return dataclasses.replace(
            self, field=".".join(part for part in (path, self.field) if part)
        )


def fault(field: str, reason: str, **values: object) -> Fault:
    """Return a fault, as short as the line that raises it."""
    return Fault(field, reason, values)


class CollectorError(Exception):
    """Base of the collector's errors."""


class LedgerError(CollectorError):
    """The ledger cannot be opened or written."""


class RefusalError(CollectorError):
    """What somebody asked for cannot be done as it is; ``faults`` say the same to forms."""

    def __init__(self, text: str, *faults: Fault) -> None:
        super().__init__(text)
        self.faults = faults


class QueryError(RefusalError, ValueError):
    """A question that cannot be answered as asked; the text tells how to ask."""


class NotFoundError(QueryError):
    """Nothing has that name."""


class PreconditionError(RefusalError):
    """Somebody else changed it meanwhile."""


class FieldError(ValueError):
    """What a form of ours refuses while pydantic reads it; the fault's path begins at that form."""

    def __init__(self, text: str, found: Fault) -> None:
        super().__init__(text)
        self.fault = found


def unknown_name(what: str, known: Iterable[str], *faults: Fault) -> NotFoundError:
    """Return the error of a name that nothing has; ``what`` says so, ``known`` are those there."""
    listed = sorted(known)
    told = ", ".join(listed[:MOST_NAMES])
    more = f" and {len(listed) - MOST_NAMES} more" if len(listed) > MOST_NAMES else ""
    return NotFoundError(f"{what}; known are {told or 'none yet'}{more}", *faults)
