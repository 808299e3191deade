"""What is wrong with a file of past counts, and what to do, in the words of whoever sent it."""

from collections.abc import Mapping
from dataclasses import dataclass

from pasperdus_collector.past_counts.faults import Fault
from pasperdus_service.languages import Language

_QUARTERS = "_quarters"
_DAY_QUARTERS = 96
_HOUR_QUARTERS = 4
_QUARTER_MINUTES = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultWords:
    """One problem: the line of the file, what is wrong there and what to do."""

    line: str
    what: str
    remedy: str


def fault_words(fault: Fault, language: Language) -> FaultWords:
    """Return a problem in words."""
    what, remedy = _WORDS[fault.reason]
    values = {name: _told(name, value, language) for name, value in fault.values.items()}
    return FaultWords(
        line=language.number(fault.line),
        what=language.gettext(what, **values),
        remedy=language.gettext(remedy),
    )


def span(quarters: int, language: Language) -> str:
    """Return a span of time given in quarter-hours."""
    if quarters % _DAY_QUARTERS == 0:
        return language.ngettext("one day", "%(count)s days", quarters // _DAY_QUARTERS)
    if quarters % _HOUR_QUARTERS == 0:
        return language.ngettext("one hour", "%(count)s hours", quarters // _HOUR_QUARTERS)
    return language.gettext("%(count)s minutes", count=language.number(quarters * _QUARTER_MINUTES))


def reasons() -> frozenset[str]:
    """Return every reason that has words."""
    return frozenset(_WORDS)


def _told(name: str, value: object, language: Language) -> str:
    if isinstance(value, int):
        return span(value, language) if name.endswith(_QUARTERS) else language.number(value)
    return str(value)


def _(message: str) -> str:
    """Mark a message for the catalogues; it is translated when somebody reads it."""
    return message


_CUT = _("Cut the file by years.")
_NAME_COLUMNS = _(
    "Name the columns time, in and, where exits were counted, out, with semicolons or commas "
    "between."
)
_SAVE_AS = _("Save the file as “CSV UTF-8”.")
_EMPTY_CELL = _("Correct it, or leave the cell empty.")
_YEAR = _("Correct the year.")
_WITH_OFFSETS = _("Write such times with their offset, as in 2025-10-26T02:30+01:00.")

_WORDS: Mapping[str, tuple[str, str]] = {
    # -- the file ---------------------------------------------------------------------------------
    "file-too-large": (_("The file has %(bytes)s bytes; %(most)s are the most."), _CUT),
    "too-many-lines": (
        _("The file has %(lines)s lines; %(most)s are the most."),
        _("Remove the empty ones."),
    ),
    "too-many-rows": (_("There are more than %(most)s rows."), _CUT),
    "heading-too-long": (
        _("The first line is longer than %(most)s bytes."),
        _("Begin with the names of the columns."),
    ),
    "not-utf-8": (_("This is not text in UTF-8."), _SAVE_AS),
    "not-csv": (_("This is not CSV (%(error)s)."), _SAVE_AS),
    "no-header": (_("No column is named “%(lacking)s”: there is no header."), _NAME_COLUMNS),
    "no-column": (_("No column is named “%(lacking)s”: there is %(found)s."), _NAME_COLUMNS),
    "two-columns": (
        _("The columns “%(first)s” and “%(second)s” are for the same."),
        _("Leave one of them out, or give it another name."),
    ),
    "no-rows": (_("There is no row below the header."), _("Give at least two rows of counts.")),
    "no-counts": (_("No row has its counts."), _("Give at least one count.")),
    # -- a row ------------------------------------------------------------------------------------
    "wrong-width": (
        _("%(cells)s cells stand below a header of %(width)s."),
        _("Give every row as many cells as the header has, empty ones where nothing is known."),
    ),
    "no-time": (_("“%(cell)s” is not a time."), _("Write it like 2025-03-01 08:30.")),
    "unknown-year": (_("“%(cell)s” is not in the years from 1970 on."), _YEAR),
    "before-1970": (_("“%(cell)s” is before 1970."), _YEAR),
    "off-the-quarter": (
        _("“%(cell)s” is not a whole quarter of an hour."),
        _("Give rows that begin at :00, :15, :30 or :45."),
    ),
    "no-offset": (
        _("“%(cell)s” does not say which clock it was read on."),
        _("Say above whether the times are those of the site or UTC."),
    ),
    "time-came-twice": (
        _("“%(cell)s” came twice that night (%(zone)s)."),
        _WITH_OFFSETS,
    ),
    "time-never-came": (
        _("“%(cell)s” never came (%(zone)s): clocks were put forward."),
        _("Leave the row out."),
    ),
    "in-the-future": (_("“%(cell)s” is in the future."), _("Correct the time.")),
    "same-time": (
        _("“%(cell)s” is the same time as line %(other_line)s."),
        _("Leave one of them out."),
    ),
    "out-of-order": (
        _("“%(cell)s” is earlier than line %(other_line)s."),
        _("Sort the rows by time."),
    ),
    "no-count": (
        _("“%(cell)s” is not a count."),
        _("Write a whole number, or nothing where nothing was counted."),
    ),
    "below-zero": (_("“%(cell)s” is below zero."), _EMPTY_CELL),
    "not-whole": (
        _("“%(cell)s” is not a whole number."),
        _("Write whole numbers, without point or comma."),
    ),
    "too-many-digits": (_("“%(cell)s” is more than anybody counts."), _EMPTY_CELL),
    "too-many-persons": (
        _("%(count)s people one way are more than anybody counts in that time (%(most)s)."),
        _EMPTY_CELL,
    ),
    # -- the steps --------------------------------------------------------------------------------
    "one-row": (
        _("One row alone does not tell how long it lasts."),
        _("Give at least two rows, one with empty cells if need be."),
    ),
    "step-too-long": (
        _("Rows are %(step_quarters)s apart."),
        _("Give counts by the day or by a shorter step."),
    ),
    "off-the-steps": (
        _("%(when)s is not in step with the other rows, which are %(step_quarters)s apart."),
        _("Correct the time: all rows of a file last equally long."),
    ),
    "rows-overlap": (
        _("%(when)s begins before the row above it ends."),
        _("Leave one of the two out."),
    ),
    "step-not-over": (
        _("This row is not over yet: it ends in the future."),
        _("Leave the row out, or import the file later."),
    ),
    "too-many-years": (_("This is more than %(years)s years after the first row."), _CUT),
    "imported-already": (
        _("From here on, the import “%(title)s” is about the same time."),
        _("Remove that import first, or leave these rows out."),
    ),
}
