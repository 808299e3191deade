"""The questions that both the API's routes and the pages ask, each from one view of the ledger."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pasperdus_collector.api.past import Week, read_past
from pasperdus_collector.api.today import Today, read_today
from pasperdus_collector.calendar.grid import start_of_day_ms
from pasperdus_collector.errors import QueryError, fault, unknown_name
from pasperdus_collector.ledger import reading, wall_ms
from pasperdus_collector.node_state import NodeState
from pasperdus_collector.node_states import read_nodes
from pasperdus_collector.registry import LineRole, Site, ZoneTitle, read_sites
from pasperdus_collector.series import FleetQuery, Measure, Series, SeriesQuery, SiteSeries
from pasperdus_collector.series.card import SiteCard
from pasperdus_collector.series.embedded import EmbeddedRows, EmbeddedSeries
from pasperdus_collector.series.published import PublishedRows
from pasperdus_collector.series.reader import SeriesReader
from pasperdus_collector.writer import Writer

Source = Literal["ledger", "shared"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """Lifetime totals; always received = stored + duplicate + quarantined."""

    received: int
    stored: int
    duplicate: int
    quarantined: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AllCounters:
    """The sums over all nodes, each node's own, and what belongs to none."""

    total: Counters
    nodes: dict[str, Counters]
    unparseable: int
    unknown_node: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """A site now: today's passages in the site's time, and people inside."""

    site: str
    at_ms: int
    day_start_ms: int
    passages_in: int | None
    passages_out: int | None
    occupancy: int | float | None
    event_at: int | None


class Queries:
    """Reads on connections of its own, any thread; writes through the writer."""

    def __init__(
        self,
        ledger_path: Path,
        writer: Writer,
        *,
        collector: str = "",
        shared: PublishedRows | None = None,
        now_ms: Callable[[], int] = wall_ms,
    ) -> None:
        self._collector = collector
        self._shared = shared
        self._path = ledger_path
        self._writer = writer
        self.now_ms = now_ms

    def sites(self) -> list[Site]:
        """Return every site."""
        with reading(self._path) as db:
            return read_sites(db)

    def site(self, name: str) -> Site:
        """Return one site. Raises :class:`NotFoundError`."""
        sites = {site.site: site for site in self.sites()}
        if name not in sites:
            raise unknown_name(
                f"there is no site {name!r}", sites, fault("site", "no-such-site", name=name)
            )
        return sites[name]

    def create_site(self, *, name: str, title: str, time_zone: str) -> Site:
        """Add a site."""
        self._writer.submit(
            lambda ledger: ledger.registry.create_site(name=name, title=title, time_zone=time_zone)
        )
        return self.site(name)

    def change_site(
        self,
        name: str,
        *,
        title: str | None,
        time_zone: str | None,
        agents: int | None,
        lines: list[LineRole],
        zones: list[ZoneTitle],
        version: int | None,
    ) -> Site:
        """Change a site, the roles of its lines and the titles of its zones."""
        self._writer.submit(
            lambda ledger: ledger.registry.change_site(
                name,
                title=title,
                time_zone=time_zone,
                agents=agents,
                lines=lines,
                zones=zones,
                version=version,
            )
        )
        return self.site(name)

    def nodes(self) -> list[NodeState]:
        """Return how every node is."""
        with reading(self._path) as db:
            return read_nodes(db, self.now_ms())

    def series(self, query: SeriesQuery, *, source: Source = "ledger") -> Series:
        """Answer one question about a series: of this ledger, or of the shared InfluxDB."""
        if source == "shared":
            return SeriesReader(self._shared_rows(), now_ms=self.now_ms()).read(query)
        with reading(self._path) as db:
            return EmbeddedSeries(db, now_ms=self.now_ms(), collector=self._collector).read(query)

    def fleet(self, query: FleetQuery, *, source: Source = "ledger") -> list[SiteSeries]:
        """Answer one question about every site: of this ledger, or of all that share InfluxDB."""
        if source == "shared":
            return SeriesReader(self._shared_rows(), now_ms=self.now_ms()).read_fleet(query)
        with reading(self._path) as db:
            series = EmbeddedSeries(db, now_ms=self.now_ms(), collector=self._collector)
            return series.read_fleet(query)

    def _shared_rows(self) -> PublishedRows:
        if self._shared is None:
            raise QueryError(
                "no InfluxDB is shared: write an [influx] section into the configuration, or ask "
                "source=ledger"
            )
        return self._shared

    def card(self, name: str) -> SiteCard:
        """Return which series a site has. Raises :class:`NotFoundError`."""
        with reading(self._path) as db:
            rows = EmbeddedRows(db, now_ms=self.now_ms(), collector=self._collector)
            for card in rows.cards(name):
                return card
            raise unknown_name(
                f"there is no site {name!r}",
                (card.site for card in rows.cards()),
                fault("site", "no-such-site", name=name),
            )

    def live(self, name: str) -> Live:
        """Return a site now."""
        site = self.site(name)
        now_ms = self.now_ms()
        zone = ZoneInfo(site.time_zone)
        day_start_ms = start_of_day_ms(now_ms, zone)
        with reading(self._path) as db:
            series = EmbeddedSeries(db, now_ms=now_ms)

            def today(measure: Measure) -> int | None:
                found = series.read(
                    SeriesQuery(
                        site=name,
                        measure=measure,
                        bucket="1d",
                        start_ms=day_start_ms,
                        end_ms=now_ms + 1,
                    )
                )
                value = found.points[-1].value
                return value if isinstance(value, int) else None

            inside = (
                series.read(
                    SeriesQuery(
                        site=name,
                        measure="occupancy",
                        bucket="15m",
                        start_ms=now_ms,
                        end_ms=now_ms + 1,
                    )
                )
                .points[0]
                .value
            )
            return Live(
                site=name,
                at_ms=now_ms,
                day_start_ms=day_start_ms,
                passages_in=today("passages_in"),
                passages_out=today("passages_out"),
                occupancy=inside if isinstance(inside, int | float) else None,
                event_at=_last_event(db, name),
            )

    def past(self, name: str) -> list[Week]:
        """Return the finished weeks of a site's last nine months."""
        site = self.site(name)
        with reading(self._path) as db:
            return read_past(db, site, self.now_ms())

    def today(self, name: str) -> Today:
        """Return a site's day so far, compared with the usual one."""
        with reading(self._path) as db:
            sites = {site.site: site for site in read_sites(db)}
            if name in sites:
                return read_today(db, sites[name], self.now_ms())
        raise unknown_name(
            f"there is no site {name!r}", sites, fault("site", "no-such-site", name=name)
        )

    @property
    def trouble(self) -> str | None:
        """Why nodes cannot be heard now; None when they can.

        ``unconfirmed`` stands for a subscription that the broker has not confirmed yet.
        """
        if self._writer.is_listening:
            return None
        return self._writer.trouble or "unconfirmed"

    def counters(self) -> AllCounters:
        """Return what was ever received."""
        with reading(self._path) as db:
            nodes = {
                name: Counters(
                    received=received, stored=stored, duplicate=duplicate, quarantined=quarantined
                )
                for name, received, stored, duplicate, quarantined in db.execute(
                    "SELECT name, received, stored, duplicate, quarantined FROM nodes ORDER BY name"
                )
            }
            totals = dict(db.execute("SELECT name, total FROM totals").fetchall())
        return AllCounters(
            total=Counters(
                received=sum(each.received for each in nodes.values()),
                stored=sum(each.stored for each in nodes.values()),
                duplicate=sum(each.duplicate for each in nodes.values()),
                quarantined=sum(each.quarantined for each in nodes.values()),
            ),
            nodes=nodes,
            unparseable=totals.get("unparseable", 0),
            unknown_node=totals.get("unknown_node", 0),
        )


def _last_event(db: sqlite3.Connection, site: str) -> int | None:
    (latest,) = db.execute(
        "SELECT max(event_at) FROM nodes JOIN zones ON zones.id = nodes.zone_id "
        "JOIN sites ON sites.id = zones.site_id WHERE sites.name = ?",
        (site,),
    ).fetchone()
    return latest if latest is None else int(latest)
