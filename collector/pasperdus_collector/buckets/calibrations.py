"""Calibrations in the ledger: a person's counts beside a line's, entered, read and taken back."""

import sqlite3
from dataclasses import dataclass

from pasperdus_collector.buckets.correction import Calibration
from pasperdus_collector.errors import NotFoundError, PreconditionError, QueryError, fault
from pasperdus_contract.fields import QUARTER_MS

_COUNTS = "by_sensor_in, by_hand_in, by_sensor_out, by_hand_out"
_OF_SITE = (
    "FROM calibrations JOIN lines ON lines.id = line_id JOIN nodes ON nodes.id = node_id "
    "JOIN zones ON zones.id = zone_id WHERE site_id = ?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A calibration as a person enters it; ``from_ms`` in milliseconds since 1970 UTC."""

    node: str
    line: str
    from_ms: int
    by_sensor_in: int
    by_hand_in: int
    by_sensor_out: int
    by_hand_out: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A calibration in the ledger."""

    id: int
    entry: Entry


def read_calibrations(db: sqlite3.Connection, site_id: int) -> dict[int, list[Calibration]]:
    """Return a site's calibrations by line, oldest first.

    Each holds from the quarter-hour of its instant; of two in one quarter-hour the later one.
    """
    found: dict[int, list[Calibration]] = {}
    for line_id, from_at, *counts in db.execute(
        f"SELECT line_id, from_at, {_COUNTS} {_OF_SITE} ORDER BY line_id, from_at",
        (site_id,),
    ):
        found.setdefault(line_id, []).append(Calibration(from_at // QUARTER_MS, *counts))
    return found


def kept_calibrations(db: sqlite3.Connection, site_id: int) -> list[Kept]:
    """Return a site's calibrations as they were entered, by node, line and time."""
    return [
        Kept(
            id=row[0],
            entry=Entry(
                node=row[1],
                line=row[2],
                from_ms=row[3],
                by_sensor_in=row[4],
                by_hand_in=row[5],
                by_sensor_out=row[6],
                by_hand_out=row[7],
            ),
        )
        for row in db.execute(
            f"SELECT calibrations.id, nodes.name, lines.name, from_at, {_COUNTS} {_OF_SITE} "
            "ORDER BY nodes.name, lines.name, from_at",
            (site_id,),
        )
    ]


def add_calibration(
    db: sqlite3.Connection, site_id: int, entry: Entry, *, entered_at_ms: int
) -> int:
    """Add a calibration within the caller's transaction and return its id.

    Raises :class:`QueryError` where the sensor counted nobody, :class:`NotFoundError` for a line
    that the site does not know, :class:`PreconditionError` where it has one from that instant.
    """
    for direction, by_sensor in (("in", entry.by_sensor_in), ("out", entry.by_sensor_out)):
        if by_sensor < 1:
            raise QueryError(
                f"by_sensor_{direction}: the sensor counted {by_sensor}, and no factor makes "
                "anything of nobody; count on until people have passed both ways",
                fault(f"by_sensor_{direction}", "sensor-counted-nobody"),
            )
    line = db.execute(
        "SELECT lines.id FROM lines JOIN nodes ON nodes.id = node_id "
        "JOIN zones ON zones.id = zone_id WHERE site_id = ? AND nodes.name = ? AND lines.name = ?",
        (site_id, entry.node, entry.line),
    ).fetchone()
    if line is None:
        raise NotFoundError(
            f"this site knows no line {entry.line!r} of node {entry.node!r}; a line is known from "
            "its first event",
            fault("line", "no-such-line", line=entry.line),
        )
    added = db.execute(
        f"INSERT INTO calibrations (line_id, from_at, {_COUNTS}, entered_at) "  # noqa: S608 (the literal above)
        "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (line_id, from_at) DO NOTHING RETURNING id",
        (
            line[0],
            entry.from_ms,
            entry.by_sensor_in,
            entry.by_hand_in,
            entry.by_sensor_out,
            entry.by_hand_out,
            entered_at_ms,
        ),
    ).fetchone()
    if added is None:
        raise PreconditionError(
            f"line {entry.line!r} of node {entry.node!r} has a calibration from that instant "
            "already; delete it first, or give another time",
            fault("from", "calibrated-already", line=entry.line, from_ms=entry.from_ms),
        )
    return int(added[0])


def remove_calibration(db: sqlite3.Connection, site_id: int, calibration_id: int) -> None:
    """Take a calibration back within the caller's transaction.

    Raises :class:`NotFoundError` where the site has none of that id.
    """
    removed = db.execute(
        f"DELETE FROM calibrations WHERE id = ? AND id IN (SELECT calibrations.id {_OF_SITE})",  # noqa: S608 (the literal above)
        (calibration_id, site_id),
    )
    if removed.rowcount == 0:
        raise NotFoundError(
            f"this site has no calibration {calibration_id}; read them again",
            fault("", "no-such-calibration"),
        )
