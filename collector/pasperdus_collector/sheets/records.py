"""A sheet: something that went wrong or could go better, as a record (pure)."""

from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias, get_args

SheetKind: TypeAlias = Literal["anomaly", "improvement"]
Action: TypeAlias = Literal["corrective", "preventive"]
SheetState: TypeAlias = Literal["open", "overdue", "closed"]
"""An overdue sheet is an open one whose day has passed."""
SHEET_KINDS: tuple[SheetKind, ...] = get_args(SheetKind)
ACTIONS: tuple[Action, ...] = get_args(Action)


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetText:
    """What people write on a sheet, and may change while it is open.

    ``owner`` is a function or a service, never a person; ``due`` is the last day on the site's
    calendar; ``outcome`` is what was done. None where nothing is decided or known yet.
    """

    kind: SheetKind
    what: str
    detail: str | None = None
    owner: str | None = None
    action: Action | None = None
    due: date | None = None
    outcome: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A sheet of a site, by its number; ``*_at_ms`` are milliseconds since 1970 UTC.

    ``closed_at_ms`` and ``closed_by`` (a function or a service) are None while it is open.
    """

    site: str
    number: int
    text: SheetText
    opened_at_ms: int
    closed_at_ms: int | None
    closed_by: str | None
    version: int

    @property
    def is_closed(self) -> bool:
        """Whether somebody said that it is dealt with."""
        return self.closed_at_ms is not None

    def is_overdue_on(self, day: date) -> bool:
        """Return whether it is open on a day after the one that it was to be done by."""
        return not self.is_closed and self.text.due is not None and self.text.due < day

    def state_on(self, day: date) -> SheetState:
        """Return what it is on a day of the site."""
        if self.is_closed:
            return "closed"
        return "overdue" if self.is_overdue_on(day) else "open"
