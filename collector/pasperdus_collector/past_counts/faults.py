"""What is wrong with a file of past counts: where, what, and what to do."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pasperdus_collector.errors import QueryError

MAX_TOLD = 20
_QUARTERS = "_quarters"
_DAY_QUARTERS = 96
_HOUR_QUARTERS = 4

FAULTS: Mapping[str, tuple[str, str]] = {
    # the file
    "file-too-large": ("%(bytes)s bytes are more than %(most)s", "cut the file by years"),
    "too-many-lines": ("%(lines)s lines are more than %(most)s", "remove the empty ones"),
    "too-many-rows": ("there are more than %(most)s rows", "cut the file by years"),
    "heading-too-long": (
        "the first line is longer than %(most)s bytes",
        "begin with the columns' names",
    ),
    "not-utf-8": ("this is not UTF-8 text", "save the file as CSV UTF-8"),
    "not-csv": ("this is no CSV: %(error)s", "save the file as CSV UTF-8"),
    "no-header": (
        "no column is named %(lacking)s: there is no header",
        "name the columns time, in and, where they were counted, out; part them by ; or ,",
    ),
    "no-column": (
        "no column is named %(lacking)s: there is %(found)s",
        "name the columns time, in and, where they were counted, out; part them by ; or ,",
    ),
    "two-columns": (
        "the columns %(first)s and %(second)s are for the same",
        "leave one of them out, or give it another name",
    ),
    "no-rows": ("there is no row below the header", "give at least two rows of counts"),
    "no-counts": ("no row has its counts", "give at least one count"),
    # a row
    "wrong-width": (
        "%(cells)s cells stand below a header of %(width)s",
        "give every row as many cells as the header has, empty ones where nothing is known",
    ),
    "no-time": ("%(cell)r is no time", "write it like 2025-03-01T08:30:00+01:00"),
    "unknown-year": ("%(cell)s is not in the years from 1970 on", "correct the year"),
    "before-1970": ("%(cell)s is before 1970", "correct the year"),
    "off-the-quarter": (
        "%(cell)s is not a whole quarter of an hour",
        "give rows that begin at :00, :15, :30 or :45",
    ),
    "no-offset": (
        "%(cell)s has no offset from UTC",
        (
            "write offsets as in 2025-03-01T08:30:00+01:00, or say by time_zone=site or "
            "time_zone=UTC what all such times are"
        ),
    ),
    "time-came-twice": (
        "%(cell)s came twice that night in %(zone)s",
        "write times with their offsets, as in 2025-10-26T02:30:00+01:00",
    ),
    "time-never-came": (
        "%(cell)s never came in %(zone)s: clocks were put forward",
        "leave the row out, or write times with their offsets",
    ),
    "in-the-future": ("%(cell)s is in the future", "correct the time"),
    "same-time": (
        "%(cell)s is the same time as line %(other_line)s",
        "leave one of them out",
    ),
    "out-of-order": ("%(cell)s is earlier than line %(other_line)s", "sort the rows by time"),
    "no-count": (
        "%(cell)s is no count",
        "write a whole number, digits only, or nothing where nothing was counted",
    ),
    "below-zero": ("%(cell)s is below zero", "correct it, or leave the cell empty"),
    "not-whole": (
        "%(cell)s is not a whole number",
        "write whole numbers, without point or comma",
    ),
    "too-many-digits": (
        "%(cell)s is more than anybody counts",
        "correct it, or leave the cell empty",
    ),
    "too-many-persons": (
        "%(count)s persons one way are more than anybody counts in that time: the most is %(most)s",
        "correct it, or leave the cell empty",
    ),
    # the steps
    "one-row": (
        "one row alone does not tell how long it lasts",
        "give at least two rows, one with empty cells if need be",
    ),
    "step-too-long": (
        "rows are %(step_quarters)s apart",
        (
            "give counts by the day or by a shorter step; nobody knows how longer ones were spread "
            "over their days"
        ),
    ),
    "off-the-steps": (
        "%(when)s is not a whole number of steps of %(step_quarters)s away from the other rows",
        "correct the time; all rows of a file last equally long",
    ),
    "rows-overlap": (
        "%(when)s begins before the row above it ends",
        "leave one of the two out",
    ),
    "step-not-over": (
        "this step is not over yet: it ends in the future",
        "leave the row out, or import the file once it is over",
    ),
    "too-many-years": (
        "this is more than %(years)s years after the first row",
        "cut the file by years",
    ),
    "imported-already": (
        "from here on, import %(id)s (%(title)s) is about the same time",
        "delete that import first, or leave these rows out",
    ),
}
"""What each reason means and what to do about it, in English; pages translate these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One problem, at a line of the file (the header is line 1).

    ``reason`` is a key of :data:`FAULTS`; of its ``values``, those whose names end in ``_quarters``
    are spans of time in quarter-hours.
    """

    line: int
    reason: str
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def what(self) -> str:
        """What is wrong, in English."""
        return FAULTS[self.reason][0] % {
            name: _span(value) if name.endswith(_QUARTERS) and isinstance(value, int) else value
            for name, value in self.values.items()
        }

    @property
    def remedy(self) -> str:
        """What to do about it, in English."""
        return FAULTS[self.reason][1]


class PastCountsError(QueryError):
    """A file that was refused whole; ``problems`` are the first of ``count``."""

    def __init__(self, problems: list[Fault], count: int) -> None:
        self.problems = problems
        self.count = count
        counted = "1 problem" if count == 1 else f"{count} problems"
        listed = f"; the first {len(problems)} are listed" if count > len(problems) else ""
        first = problems[0]
        super().__init__(
            f"{counted} in the file{listed}; nothing was imported. First, line {first.line}: "
            f"{first.what}; {first.remedy}"
        )


@dataclass(slots=True)
class Faults:
    """Collects problems in the order of the lines; keeps the first, counts all."""

    kept: list[Fault] = field(default_factory=list)
    count: int = 0

    def add(self, line: int, reason: str, /, **values: object) -> None:
        """Note one problem."""
        self.count += 1
        if len(self.kept) < MAX_TOLD:
            self.kept.append(Fault(line=line, reason=reason, values=values))

    def check(self, *others: "Faults") -> None:
        """Raise :class:`PastCountsError` when there are problems, here or in ``others``."""
        together = sorted(
            (fault for each in (self, *others) for fault in each.kept),
            key=lambda fault: (fault.line, fault.what),
        )
        if together:
            count = self.count + sum(each.count for each in others)
            raise PastCountsError(together[:MAX_TOLD], count)


def refuse(line: int, reason: str, /, **values: object) -> PastCountsError:
    """Return the error of a file that cannot be read any further."""
    return PastCountsError([Fault(line=line, reason=reason, values=values)], 1)


def _span(quarters: int) -> str:
    if quarters % _DAY_QUARTERS == 0:
        days = quarters // _DAY_QUARTERS
        return "a day" if days == 1 else f"{days} days"
    if quarters % _HOUR_QUARTERS == 0:
        hours = quarters // _HOUR_QUARTERS
        return "an hour" if hours == 1 else f"{hours} hours"
    return f"{15 * quarters} minutes"
