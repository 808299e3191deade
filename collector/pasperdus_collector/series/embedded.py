"""Published rows from the ledger's own buckets: the default, with nothing else to install."""

import json
import sqlite3
from bisect import bisect_right
from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from operator import itemgetter
from zoneinfo import ZoneInfo

from pasperdus_collector.buckets.day_rows import (
    LINE,
    OCCUPANCY_DAYS,
    PASSAGE_DAYS,
    RATING_DAYS,
    STAY_DAYS,
    TALLY_DAYS,
    WAIT_DAYS,
    WHOLE_SITE,
    ZONE,
    Key,
    Table,
    tallied,
)
from pasperdus_collector.buckets.day_rows import services as known_services
from pasperdus_collector.buckets.days import read_days
from pasperdus_collector.buckets.visits import waits
from pasperdus_collector.buckets.watched import Line, WatchedSite, read_watched_site
from pasperdus_collector.buckets.window import Window
from pasperdus_collector.calendar.grid import local_date, midnight
from pasperdus_collector.series.card import LineCard, SiteCard
from pasperdus_collector.series.combine import Part, combine
from pasperdus_collector.series.published import FleetQuestion, RowQuestion, Values
from pasperdus_collector.series.reader import SeriesReader
from pasperdus_contract.fields import QUARTER_MS

_TABLES: dict[str, Table] = {
    "passages": PASSAGE_DAYS,
    "occupancy": OCCUPANCY_DAYS,
    "stay": STAY_DAYS,
    "ratings": RATING_DAYS,
    "tallies": TALLY_DAYS,
    "waits": WAIT_DAYS,
}


class EmbeddedRows:
    """Answers from one consistent view of the ledger. Times come in: ``now_ms``."""

    def __init__(self, db: sqlite3.Connection, *, now_ms: int, collector: str = "") -> None:
        self._db = db
        self._now_ms = now_ms
        self._collector = collector
        self._sites: dict[str, WatchedSite] = {}
        self._windows: dict[tuple[str, int, int], Window] = {}

    def cards(self, site: str | None = None) -> list[SiteCard]:
        """Return the sites of this ledger, by name."""
        return [
            self._card(site_id, name, title, calendar)
            for site_id, name, title, calendar in self._db.execute(
                "SELECT id, name, title, calendar FROM sites WHERE ?1 IS NULL OR name = ?1 "
                "ORDER BY name",
                (site,),
            ).fetchall()
        ]

    def watched(self, site: str) -> WatchedSite:
        """Return what a site counts with; its card comes first."""
        return self._sites[site]

    def rows(self, question: RowQuestion) -> Mapping[int, Values]:
        """Return the known rows by the quarter at which their bucket begins."""
        site = self._sites[question.card.site]
        if question.group.name == "pulses":
            return _chosen(self._pulses(site, question), question)
        if question.bucket in ("15m", "1h"):
            found = self._from_quarters(site, question)
        elif question.bucket == "1d":
            found = self._from_days(site, question)
        elif question.group.name == "waits":
            edges_ms = [edge * QUARTER_MS for edge in question.edges]
            service = question.tags.get("service", "")
            by_slot = waits(self._db, site.id, edges_ms, service=service).get(service, {})
            found = {question.edges[slot]: values for slot, values in by_slot.items()}
        else:
            found = self._combined(site, question)
        return found if question.bucket == "1d" else _chosen(found, question)

    def fleet(self, question: FleetQuestion) -> list[Mapping[int, Values]]:
        """Return the known rows of each whole site."""
        return [
            self.rows(
                RowQuestion(
                    card=card,
                    group=question.group,
                    bucket=question.bucket,
                    scope="site",
                    tags={},
                    edges=edges,
                    fields=question.fields,
                )
            )
            for card, edges in zip(question.cards, question.edges, strict=True)
        ]

    # -- quarter-hours and hours ----------------------------------------------------------------

    def _from_quarters(self, site: WatchedSite, question: RowQuestion) -> Mapping[int, Values]:
        edges = question.edges
        span = (site.name, edges[0], edges[-1])
        if span not in self._windows:
            self._windows = {span: Window(self._db, site, edges[0], edges[-1], now_ms=self._now_ms)}
        window = self._windows[span]
        match question.group.name:
            case "passages" if question.scope == "site":
                return window.site_passages(edges)
            case "passages":
                return window.passages(_lines(site, question), edges)
            case "occupancy":
                return window.occupancy(edges)
            case "ratings":
                asked, scale = _question(question)
                return window.ratings(asked, scale, edges)
            case _:
                zone_id = _zone_id(site, question.tags["zone"])
                return window.tallies(zone_id, question.tags["what"], edges)

    # -- days, weeks, months --------------------------------------------------------------------

    def _from_days(self, site: WatchedSite, question: RowQuestion) -> Mapping[int, Values]:
        """Return rows of days, with the wanted fields only."""
        days = self._days(site, question, question.wanted)
        edges = question.edges
        first, end = _dates(edges[0], edges[-1], site.time_zone)
        if len(edges) - 1 == end - first:
            return {edges[day - first]: row[1:] for day, row in days.items()}
        # The date line swallowed a day: buckets and dates are not in step.
        starts = {_date(edge, site.time_zone): edge for edge in edges[:-1]}
        return {starts[day]: row[1:] for day, row in days.items() if day in starts}

    def _combined(self, site: WatchedSite, question: RowQuestion) -> Mapping[int, Values]:
        days = self._days(site, question, tuple(question.group.fields))
        scale = int(question.tags.get("scale", 0))
        rows: dict[int, Values] = {}
        for edge, end in pairwise(question.edges):
            parts: list[Part] = []
            for day in range(*_dates(edge, end, site.time_zone)):
                on, after = date.fromordinal(day), date.fromordinal(day + 1)
                length = midnight(after, site.time_zone) - midnight(on, site.time_zone)
                parts.append((length, days[day][1:] if day in days else None))
            row = combine(question.group, parts, scale=scale)
            if row is not None:
                rows[edge] = row
        return rows

    def _days(
        self, site: WatchedSite, question: RowQuestion, fields: tuple[str, ...]
    ) -> dict[int, Values]:
        first, end = _dates(question.edges[0], question.edges[-1], site.time_zone)
        return read_days(
            self._db,
            site,
            _TABLES[question.group.name],
            _key(site, question),
            fields=fields,
            first_day=first,
            end_day=end,
            now_ms=self._now_ms,
        )

    def _pulses(self, site: WatchedSite, question: RowQuestion) -> Mapping[int, Values]:
        edges = question.edges
        first, end = _dates(edges[0], edges[-1], site.time_zone)
        rows: dict[int, Values] = {}
        for last_day, *counts in self._db.execute(
            "SELECT last_day, p1, p2, p3, p4, p5 FROM pulse_blocks "
            "WHERE site_id = ? AND last_day >= ? AND last_day < ?",
            (site.id, first, end),
        ):
            quarter = midnight(date.fromordinal(last_day), site.time_zone)
            edge = edges[bisect_right(edges, quarter) - 1]
            before = rows.get(edge, (0,) * 6)
            rows[edge] = (*(a + b for a, b in zip(before[:5], counts, strict=True)), 1)
        return rows

    # -- who ------------------------------------------------------------------------------------

    def _card(self, site_id: int, name: str, title: str, calendar: str) -> SiteCard:
        site = self._sites[name] = read_watched_site(self._db, site_id)
        tallies = tuple(
            sorted((site.zones[zone_id], what) for zone_id, what in tallied(self._db, site_id))
        )
        return SiteCard(
            collector=self._collector,
            site=name,
            title=title,
            time_zone=site.time_zone.key,
            calendar=json.loads(calendar),
            zones=tuple(sorted(site.zones.values())),
            lines=tuple(
                LineCard(node=line.node, line=line.line, zone=line.zone, role=line.role)
                for line in site.lines
            ),
            questions=tuple(site.questions),
            tallies=tallies,
            tallied_from=_heard_from(self._db, site_id) if tallies else None,
            services=tuple(known_services(self._db, site_id)),
            excludes_staff=site.tells_staff,
        )


class EmbeddedSeries(SeriesReader):
    """Series from one consistent view of the ledger."""

    def __init__(self, db: sqlite3.Connection, *, now_ms: int, collector: str = "") -> None:
        super().__init__(EmbeddedRows(db, now_ms=now_ms, collector=collector), now_ms=now_ms)


# Each part looks at the first row of each series only, however long these are. Ratings are left
# out: what is known of these is released in blocks.
_HEARD_FROM = """
WITH RECURSIVE of_site (node_id) AS (
    SELECT nodes.id FROM nodes JOIN zones ON zones.id = zone_id WHERE site_id = ?),
tallied (node_id, what, category) AS (
    SELECT node_id, what, (SELECT min(category) FROM tally_quarters AS each
        WHERE each.node_id = kinds.node_id AND each.what = kinds.what)
    FROM tally_kinds AS kinds WHERE node_id IN of_site
    UNION ALL
    SELECT node_id, what, (SELECT min(category) FROM tally_quarters AS each
        WHERE each.node_id = tallied.node_id AND each.what = tallied.what
        AND each.category > tallied.category)
    FROM tallied WHERE category IS NOT NULL)
SELECT min(first) FROM (
    SELECT (SELECT min(quarter) FROM coverage_quarters WHERE sensor_id = sensors.id) AS first
    FROM sensors WHERE node_id IN of_site
    UNION ALL
    SELECT (SELECT min(quarter) FROM passage_quarters WHERE line_id = lines.id)
    FROM lines WHERE node_id IN of_site
    UNION ALL
    SELECT (SELECT min(quarter) FROM tally_quarters AS each WHERE each.node_id = tallied.node_id
        AND each.what = tallied.what AND each.category = tallied.category)
    FROM tallied WHERE category IS NOT NULL)
"""


def _heard_from(db: sqlite3.Connection, site_id: int) -> int | None:
    """Return the first quarter in which any node of a site counted, tallied or told it worked."""
    (quarter,) = db.execute(_HEARD_FROM, (site_id,)).fetchone()
    return None if quarter is None else int(quarter)


def _chosen(rows: Mapping[int, Values], question: RowQuestion) -> Mapping[int, Values]:
    """Return the wanted fields only."""
    if not question.fields:
        return rows
    places = [list(question.group.fields).index(name) for name in question.fields]
    if len(places) == 1:
        return {edge: (values[places[0]],) for edge, values in rows.items()}
    pick = itemgetter(*places)
    return {edge: pick(values) for edge, values in rows.items()}


def _dates(first: int, end: int, zone: ZoneInfo) -> tuple[int, int]:
    return _date(first, zone), _date(end, zone)


def _date(quarter: int, zone: ZoneInfo) -> int:
    return local_date(quarter * QUARTER_MS, zone).toordinal()


def _key(site: WatchedSite, question: RowQuestion) -> Key:
    tags = question.tags
    match question.scope:
        case "zone":
            return (ZONE, _zone_id(site, tags["zone"]))
        case "line":
            return (LINE, _lines(site, question)[0].id)
        case "question":
            return (site.id, *_question(question))
        case "tally":
            return (site.id, _zone_id(site, tags["zone"]), tags["what"])
        case "service":
            return (site.id, tags["service"])
        case _ if question.group.name == "passages":
            return (WHOLE_SITE, site.id)
        case _ if question.group.name == "waits":
            return (site.id, "")
        case _:
            return (site.id,)


def _lines(site: WatchedSite, question: RowQuestion) -> list[Line]:
    tags = question.tags
    if question.scope == "zone":
        return [line for line in site.lines if line.zone == tags["zone"]]
    return [line for line in site.lines if (line.node, line.line) == (tags["node"], tags["line"])]


def _question(question: RowQuestion) -> tuple[str, int]:
    return question.tags["question"], int(question.tags["scale"])


def _zone_id(site: WatchedSite, name: str) -> int:
    return next(zone_id for zone_id, zone in site.zones.items() if zone == name)
