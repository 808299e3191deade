"""A file of door counts: how many came in and went out in each half-hour; an empty cell is missing.

``start,in,out`` with one row per half-hour, without gaps, ISO 8601 starts read as UTC.
"""

import csv
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pasperdus_demo.errors import DoorCountsError

SLOT = timedelta(minutes=30)
SLOT_MS = 1_800_000
COLUMNS = ["start", "in", "out"]


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
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.reader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DoorCountsError(f"{path}: cannot be read: {error}") from error
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
        start = datetime.fromisoformat(row[0])
    except ValueError:
        raise DoorCountsError(
            f"{path}:{line}: {row[0]!r} is no time; write it like 2005-07-24T00:30:00"
        ) from None
    start = start.replace(tzinfo=UTC) if start.tzinfo is None else start.astimezone(UTC)
    if start.minute % 30 or start.second or start.microsecond:
        raise DoorCountsError(f"{path}:{line}: {row[0]} is not on a whole half-hour")
    ins, outs = (_count(path, line, cell) for cell in row[1:])
    if ins is None or outs is None:
        ins = outs = None
    return HalfHour(line=line, start=start, ins=ins, outs=outs)


def _count(path: Path, line: int, cell: str) -> int | None:
    if not cell.strip():
        return None
    if not cell.strip().isdecimal():
        raise DoorCountsError(
            f"{path}:{line}: {cell!r} is no count; write a whole number, or nothing where "
            "nothing was measured"
        )
    return int(cell)
