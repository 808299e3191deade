"""Which calibration of each line was in force when a trial began, and which is now."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from pasperdus_collector.buckets.calibrations import Kept, kept_calibrations
from pasperdus_collector.registry import site_id_of
from pasperdus_contract.fields import QUARTER_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class LineCalibrations:
    """A line's calibrations in force; None where there was none.

    ``has_changed``: another one came into force after the start, whatever is in force now.
    """

    node: str
    line: str
    at_start: Kept | None
    now: Kept | None
    has_changed: bool


def read_line_calibrations(
    db: sqlite3.Connection, site: str, *, started_at_ms: int | None, now_ms: int
) -> list[LineCalibrations]:
    """Return this of each line that the site knows; a trial that has not begun has no start."""
    site_id = site_id_of(db, site)
    lines = db.execute(
        "SELECT nodes.name, lines.name FROM lines JOIN nodes ON nodes.id = node_id "
        "JOIN zones ON zones.id = zone_id WHERE site_id = ? ORDER BY nodes.name, lines.name",
        (site_id,),
    ).fetchall()
    kept = kept_calibrations(db, site_id)
    found = []
    for node, line in lines:
        own = [each for each in kept if (each.entry.node, each.entry.line) == (node, line)]
        now = _in_force(own, now_ms)
        at_start = None if started_at_ms is None else _in_force(own, started_at_ms)
        found.append(
            LineCalibrations(
                node=node,
                line=line,
                at_start=at_start,
                now=now,
                has_changed=started_at_ms is not None and at_start != now,
            )
        )
    return found


def _in_force(in_order: Iterable[Kept], at_ms: int) -> Kept | None:
    """Return the last one that holds at an instant: each does from the quarter-hour of its own."""
    latest = None
    for each in in_order:
        if each.entry.from_ms // QUARTER_MS <= at_ms // QUARTER_MS:
            latest = each
    return latest
