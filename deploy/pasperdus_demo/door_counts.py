"""A file of door counts: how many came in and went out in each half-hour; an empty cell is missing.

``start,in,out`` with one row per half-hour, without gaps; starts in ISO 8601, UTC unless they have
an offset. A byte order mark and empty lines at the end are no harm.
"""

import csv
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pasperdus_demo.errors import DoorCountsError

SLOT = timedelta(minutes=30)
SLOT_MS = 1_800_000
COLUMNS = ["start", "in", "out"]
EARLIEST = datetime(1970, 1, 1, 0, 30, tzinfo=UTC)  # the replay begins a little before it
LATEST = datetime(2999, 12, 31, 23, 30, tzinfo=UTC)
MOST = 1_800  # one way through one door: somebody each second
MAX_DIGITS = 12  # more are not looked at: Python refuses to read thousands of them


@dataclass(frozen=True, slots=True, kw_only=True)
class HalfHour:
    """One row. Both counts are None when either was not measured: the door was out of service."""

    line: int
    start: datetime
    ins: int | None
    outs: int | None

    @property
    def is_missing(self) -> bool:
        """Whether nobody knows who passed."""
        return self.ins is None


def read_door_counts(path: Path) -> list[HalfHour]:
    """Read a file. Raises :class:`DoorCountsError` naming the line and what to do."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.reader(file))
    except FileNotFoundError as error:
        raise DoorCountsError(
            f"{path}: cannot be read: there is no such file; give the path of a CSV file"
        ) from error
    except OSError as error:
        raise DoorCountsError(
            f"{path}: cannot be read: {error.strerror}; give a CSV file that this user may read"
        ) from error
    except UnicodeDecodeError as error:
        raise DoorCountsError(f"{path}: is not UTF-8 text; save it as CSV in UTF-8") from error
    except csv.Error as error:
        raise DoorCountsError(f"{path}: is no CSV: {error}; save it as CSV in UTF-8") from error
    while rows and not "".join(rows[-1]).strip() and len(rows[-1]) <= 1:
        rows.pop()  # an empty line after the last row
    if not rows or rows[0] != COLUMNS:
        raise DoorCountsError(f"{path}:1: the first line must be {','.join(COLUMNS)}")
    slots: list[HalfHour] = []
    for line, row in enumerate(rows[1:], start=2):
        slot = _half_hour(path, line, row)
        if slots and slot.start != slots[-1].start + SLOT:
            raise DoorCountsError(
                f"{path}:{line}: {row[0]} does not follow {slots[-1].start:%Y-%m-%dT%H:%M:%S} by "
                "half an hour; give every half-hour a row, with empty cells where nothing was "
                "measured"
            )
        slots.append(slot)
    if not slots:
        raise DoorCountsError(f"{path}: holds no half-hour")
    return slots


def _half_hour(path: Path, line: int, row: list[str]) -> HalfHour:
    if len(row) != len(COLUMNS):
        raise DoorCountsError(f"{path}:{line}: {len(row)} cells; write start,in,out")
    try:
        start = datetime.fromisoformat(row[0].strip())
    except ValueError:
        raise DoorCountsError(
            f"{path}:{line}: {row[0]!r} is no time; write it like 2005-07-24T00:30:00"
        ) from None
    start = start.replace(tzinfo=start.tzinfo or UTC)
    if not EARLIEST <= start <= LATEST:  # compared before it is converted, which may overflow
        raise DoorCountsError(
            f"{path}:{line}: {row[0]} is not in the years 1970 to 2999; correct the year, and "
            "write times like 2005-07-24T00:30:00"
        )
    start = start.astimezone(UTC)
    if start.minute % 30 or start.second or start.microsecond:
        raise DoorCountsError(
            f"{path}:{line}: {row[0]} is not on a whole half-hour of UTC; give rows that "
            "start at :00 or :30"
        )
    ins, outs = (_count(path, line, cell) for cell in row[1:])
    if ins is None or outs is None:
        ins = outs = None
    return HalfHour(line=line, start=start, ins=ins, outs=outs)


def _count(path: Path, line: int, cell: str) -> int | None:
    digits = cell.strip()
    if not digits:
        return None
    if not (digits.isascii() and digits.isdecimal()):
        raise DoorCountsError(
            f"{path}:{line}: {cell!r} is no count; write a whole number, or nothing where "
            "nothing was measured"
        )
    if len(digits) > MAX_DIGITS or int(digits) > MOST:
        raise DoorCountsError(
            f"{path}:{line}: {cell[:MAX_DIGITS]}{'…' * (len(cell) > MAX_DIGITS)} people one way in "
            f"half an hour; no door lets more than {MOST} through: correct the count, or leave "
            "the cell empty"
        )
    return int(digits)
