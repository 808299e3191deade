"""How a sheet changes: its text while it is open, closed with an outcome, opened again (pure)."""

from dataclasses import replace

from pasperdus_collector.errors import QueryError, fault
from pasperdus_collector.sheets.records import Sheet, SheetText


def with_text(sheet: Sheet, text: SheetText) -> Sheet:
    """Return an open sheet with another text.

    Raises :class:`QueryError` for one that is closed: who closed it did not agree to other words.
    """
    if sheet.is_closed and text != sheet.text:
        raise QueryError(
            f"state: sheet {sheet.number} is closed; open it again (state open) to change it",
            fault("state", "sheet-is-closed", number=sheet.number),
        )
    return replace(sheet, text=text)


def closed(sheet: Sheet, *, by: str | None, now_ms: int) -> Sheet:
    """Return an open sheet as closed by somebody now.

    Raises :class:`QueryError` without a name or an outcome, or for one that is closed already.
    """
    if sheet.is_closed:
        raise QueryError(
            f"state: sheet {sheet.number} is closed already; there is nothing to do",
            fault("state", "sheet-is-closed", number=sheet.number),
        )
    if by is None:
        raise QueryError(
            "by: is missing; say which function or service closes the sheet", fault("by", "missing")
        )
    if sheet.text.outcome is None:
        raise QueryError(
            "outcome: is missing; say what was done, or why nothing was, to close the sheet",
            fault("outcome", "missing"),
        )
    return replace(sheet, closed_at_ms=now_ms, closed_by=by)


def opened(sheet: Sheet) -> Sheet:
    """Return a sheet as open: its outcome so far stays, to be gone on with."""
    return replace(sheet, closed_at_ms=None, closed_by=None)
