"""A site as its buckets see it: lines and rating boxes, where they are, and calibrations."""

import sqlite3
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from pasperdus_collector.buckets.calibrations import read_calibrations
from pasperdus_collector.buckets.correction import Calibration


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A counted line; only ``outer`` ones make the site's footfall and occupancy."""

    id: int
    node_id: int
    node: str
    line: str
    zone_id: int
    zone: str
    role: str
    tells_staff: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rating box."""

    node_id: int
    question: str
    scale: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedSite:
    """One site; ``zones`` by id, ``calibrations`` by line, oldest first."""

    id: int
    name: str
    time_zone: ZoneInfo
    zones: dict[int, str]
    lines: tuple[Line, ...]
    boxes: tuple[Box, ...]
    calibrations: dict[int, list[Calibration]]

    @property
    def outer_lines(self) -> list[Line]:
        """The lines through which one leaves the site."""
        return [line for line in self.lines if line.role == "outer"]

    @property
    def tells_staff(self) -> bool:
        """Whether agents are told apart at any door."""
        return any(line.tells_staff for line in self.outer_lines)

    @property
    def questions(self) -> list[tuple[str, int]]:
        """Pairs of question and scale."""
        return sorted({(box.question, box.scale) for box in self.boxes})

    def boxes_of(self, question: str, scale: int) -> list[Box]:
        """Return the boxes that ask one question."""
        return [box for box in self.boxes if (box.question, box.scale) == (question, scale)]


def read_watched_site(db: sqlite3.Connection, site_id: int) -> WatchedSite:
    """Return a site that is there."""
    name, time_zone = db.execute(
        "SELECT name, time_zone FROM sites WHERE id = ?", (site_id,)
    ).fetchone()
    return WatchedSite(
        id=site_id,
        name=name,
        time_zone=ZoneInfo(time_zone),
        zones=dict(
            db.execute("SELECT id, name FROM zones WHERE site_id = ? ORDER BY name", (site_id,))
        ),
        lines=tuple(
            Line(
                id=line_id,
                node_id=node_id,
                node=node,
                line=line,
                zone_id=zone_id,
                zone=zone,
                role=role,
                tells_staff=bool(tells_staff),
            )
            for line_id, node_id, node, line, zone_id, zone, role, tells_staff in db.execute(
                "SELECT lines.id, nodes.id, nodes.name, lines.name, zones.id, zones.name, role, "
                "tells_staff FROM lines JOIN nodes ON nodes.id = node_id "
                "JOIN zones ON zones.id = nodes.zone_id WHERE site_id = ? "
                "ORDER BY nodes.name, lines.name",
                (site_id,),
            )
        ),
        boxes=tuple(
            Box(node_id=node_id, question=question, scale=scale)
            for node_id, question, scale in db.execute(
                "SELECT node_id, question, scale FROM boxes JOIN nodes ON nodes.id = node_id "
                "JOIN zones ON zones.id = nodes.zone_id WHERE site_id = ? "
                "ORDER BY question, scale, node_id",
                (site_id,),
            )
        ),
        calibrations=read_calibrations(db, site_id),
    )
