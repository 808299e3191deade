"""Who is there: sites, their zones, the nodes in them, and what each node watches.

In mode ``open`` an unknown node is enrolled into site ``default``, zone = node name; lines, rating
boxes and sensors make themselves known by their first event.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import available_timezones

from pasperdus_collector.errors import (
    NotFoundError,
    PreconditionError,
    QueryError,
    fault,
    unknown_name,
)

DEFAULT_SITE = "default"
DEMO_SITE = "demonstration"
"""Of the demonstration node: nothing of it is counted with anything real."""

DEFAULT_TIME_ZONE = "Europe/Paris"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A counted line; only ``outer`` ones make the site's footfall and occupancy."""

    node: str
    line: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rating box."""

    node: str
    question: str
    scale: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A place in a site."""

    zone: str
    title: str
    lines: list[Line]
    boxes: list[Box]


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A building; ``agents`` is how many say that they work there."""

    site: str
    title: str
    time_zone: str
    agents: int
    version: int
    zones: list[Zone]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRole:
    """A change of role asked for one line."""

    node: str
    line: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneTitle:
    """What people shall read in place of a zone's name."""

    zone: str
    title: str


class Registry:
    """Writes through the ledger's one writing connection, within its transactions."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._nodes: dict[str, int] = {}
        self._watched: dict[tuple[str | int, ...], int] = {}

    def forget(self) -> None:
        """Drop remembered ids: a rolled back transaction may have taken them back."""
        self._nodes.clear()
        self._watched.clear()

    def node(self, name: str) -> int | None:
        """Return the id of an enrolled node."""
        if name not in self._nodes:
            row = self._db.execute("SELECT id FROM nodes WHERE name = ?", (name,)).fetchone()
            if row is None:
                return None
            self._nodes[name] = row[0]
        return self._nodes[name]

    def enrol(
        self,
        name: str,
        now_ms: int,
        *,
        site: str = DEFAULT_SITE,
        title: str | None = None,
        zone_title: str | None = None,
        time_zone: str = DEFAULT_TIME_ZONE,
    ) -> int:
        """Enrol a node into a site, in a zone of its own name; what is there already stays.

        Titles are those names unless told; they and ``time_zone`` are for what is new.
        """
        self._db.execute(
            "INSERT INTO sites (name, title, time_zone) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            (site, title or site, time_zone),
        )
        self._db.execute(
            "INSERT INTO zones (site_id, name, title) SELECT id, ?, ? FROM sites WHERE name = ? "
            "ON CONFLICT DO NOTHING",
            (name, zone_title or name, site),
        )
        self._db.execute(
            "INSERT INTO nodes (name, zone_id, enrolled_at) "
            "SELECT ?, zones.id, ? FROM zones JOIN sites ON sites.id = zones.site_id "
            "WHERE sites.name = ? AND zones.name = ? ON CONFLICT DO NOTHING",
            (name, now_ms, site, name),
        )
        node_id = self.node(name)
        if node_id is None:
            raise AssertionError(f"node {name} is missing right after its enrolment")
        return node_id

    def is_of_site(self, node_id: int, site: str) -> bool:
        """Tell whether a node belongs to a site now."""
        row = self._db.execute("SELECT id FROM sites WHERE name = ?", (site,)).fetchone()
        return row is not None and self.site_of(node_id) == row[0]

    def site_of(self, node_id: int) -> int:
        """Return the site that a node belongs to now."""
        (site_id,) = self._db.execute(
            "SELECT zones.site_id FROM nodes JOIN zones ON zones.id = nodes.zone_id "
            "WHERE nodes.id = ?",
            (node_id,),
        ).fetchone()
        return int(site_id)

    def line(self, node_id: int, name: str) -> int:
        """Return the id of a line, known from now on."""
        return self._known("lines", node_id, {"name": name})

    def box(self, node_id: int, question: str, scale: int) -> int:
        """Return the id of a rating box, known from now on."""
        return self._known("boxes", node_id, {"question": question, "scale": scale})

    def sensor(self, node_id: int, name: str) -> int:
        """Return the id of whatever tells coverage under ``name``."""
        return self._known("sensors", node_id, {"name": name})

    def _known(self, table: str, node_id: int, key: dict[str, str | int]) -> int:
        memo = (table, node_id, *key.values())
        if memo not in self._watched:
            columns = ("node_id", *key)
            values = (node_id, *key.values())
            marks = ", ".join("?" for _ in values)
            where = " AND ".join(f"{column} = ?" for column in columns)
            # Table and column names are the three literals above.
            self._db.execute(
                f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks}) "  # noqa: S608
                "ON CONFLICT DO NOTHING",
                values,
            )
            row = self._db.execute(f"SELECT id FROM {table} WHERE {where}", values).fetchone()  # noqa: S608
            self._watched[memo] = row[0]
        return self._watched[memo]

    def create_site(self, *, name: str, title: str, time_zone: str) -> None:
        """Add a site.

        Raises :class:`PreconditionError` when the name is taken, :class:`QueryError` for an
        unknown time zone.
        """
        _check_time_zone(time_zone)
        added = self._db.execute(
            "INSERT INTO sites (name, title, time_zone) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            (name, title, time_zone),
        )
        if added.rowcount == 0:
            raise PreconditionError(
                f"there is a site {name!r} already; PATCH it to change it",
                fault("site", "name-taken", name=name),
            )

    def change_site(
        self,
        name: str,
        *,
        title: str | None,
        time_zone: str | None,
        agents: int | None = None,
        lines: list[LineRole],
        zones: Sequence[ZoneTitle] = (),
        version: int | None,
    ) -> int:
        """Change what is given; return the site's id.

        Raises :class:`NotFoundError` for a name that is not there, :class:`PreconditionError`
        when ``version`` is given and somebody changed the site since.
        """
        row = self._db.execute("SELECT id, version FROM sites WHERE name = ?", (name,)).fetchone()
        if row is None:
            raise _no_site(self._db, name)
        site_id, current = row
        if version is not None and version != current:
            raise PreconditionError(
                f"site {name!r} is at version {current}, not {version}; read it again first",
                fault("", "changed-meanwhile"),
            )
        if time_zone is not None:
            _check_time_zone(time_zone)
        self._db.execute(
            "UPDATE sites SET title = coalesce(?, title), time_zone = coalesce(?, time_zone), "
            "agents = coalesce(?, agents), version = version + 1 WHERE id = ?",
            (title, time_zone, agents, site_id),
        )
        for n, change in enumerate(lines):
            changed = self._db.execute(
                "UPDATE lines SET role = ? WHERE name = ? AND node_id IN "
                "(SELECT nodes.id FROM nodes JOIN zones ON zones.id = nodes.zone_id "
                " WHERE nodes.name = ? AND zones.site_id = ?)",
                (change.role, change.line, change.node, site_id),
            )
            if changed.rowcount == 0:
                raise NotFoundError(
                    f"site {name!r} knows no line {change.line!r} of node {change.node!r}; a line "
                    "is known from its first event",
                    fault(f"lines.{n}.line", "no-such-line", line=change.line),
                )
        for n, zone in enumerate(zones):
            named = self._db.execute(
                "UPDATE zones SET title = ? WHERE site_id = ? AND name = ?",
                (zone.title, site_id, zone.zone),
            )
            if named.rowcount == 0:
                known = self._db.execute("SELECT name FROM zones WHERE site_id = ?", (site_id,))
                raise unknown_name(
                    f"site {name!r} has no zone {zone.zone!r}",
                    (each for (each,) in known),
                    fault(f"zones.{n}.zone", "no-such-zone", name=zone.zone),
                )
        return int(site_id)


def site_id_of(db: sqlite3.Connection, name: str) -> int:
    """Return a site's id. Raises :class:`NotFoundError`."""
    row = db.execute("SELECT id FROM sites WHERE name = ?", (name,)).fetchone()
    if row is None:
        raise _no_site(db, name)
    return int(row[0])


def read_sites(db: sqlite3.Connection) -> list[Site]:
    """Return every site with its zones, lines and boxes, by name; the demonstration's is last."""
    lines: dict[int, list[Line]] = {}
    boxes: dict[int, list[Box]] = {}
    for zone_id, node, line, role in db.execute(
        "SELECT nodes.zone_id, nodes.name, lines.name, lines.role FROM lines "
        "JOIN nodes ON nodes.id = lines.node_id ORDER BY nodes.name, lines.name"
    ):
        lines.setdefault(zone_id, []).append(Line(node=node, line=line, role=role))
    for zone_id, node, question, scale in db.execute(
        "SELECT nodes.zone_id, nodes.name, boxes.question, boxes.scale FROM boxes "
        "JOIN nodes ON nodes.id = boxes.node_id ORDER BY nodes.name, boxes.question, boxes.scale"
    ):
        boxes.setdefault(zone_id, []).append(Box(node=node, question=question, scale=scale))
    zones: dict[int, list[Zone]] = {}
    for zone_id, site_id, name, title in db.execute(
        "SELECT id, site_id, name, title FROM zones ORDER BY name"
    ):
        zones.setdefault(site_id, []).append(
            Zone(zone=name, title=title, lines=lines.get(zone_id, []), boxes=boxes.get(zone_id, []))
        )
    return [
        Site(
            site=name,
            title=title,
            time_zone=time_zone,
            agents=agents,
            version=version,
            zones=zones.get(site_id, []),
        )
        for site_id, name, title, time_zone, agents, version in db.execute(
            "SELECT id, name, title, time_zone, agents, version FROM sites ORDER BY name = ?, name",
            (DEMO_SITE,),
        )
    ]


def _no_site(db: sqlite3.Connection, name: str) -> NotFoundError:
    known = (site for (site,) in db.execute("SELECT name FROM sites"))
    return unknown_name(
        f"there is no site {name!r}", known, fault("site", "no-such-site", name=name)
    )


def _check_time_zone(name: str) -> None:
    # The machine's own time, or none, is of no place.
    if name not in available_timezones() - {"localtime", "Factory"}:
        raise QueryError(
            f"time_zone {name!r} is not known; write one like Europe/Paris",
            fault("time_zone", "no-such-time-zone", name=name),
        )
