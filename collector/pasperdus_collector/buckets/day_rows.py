"""One row per local day: which tables there are, what a site has in them, and how a row is made."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pasperdus_collector.buckets.stay import stay_of_a_day, stay_values
from pasperdus_collector.buckets.visits import waits
from pasperdus_collector.buckets.watched import WatchedSite
from pasperdus_collector.buckets.window import Window
from pasperdus_collector.calendar.grid import midnight
from pasperdus_contract.fields import QUARTER_MS

Values = tuple[int | float, ...]
WHOLE_SITE, ZONE, LINE = 0, 1, 2
"""``passage_days.scope``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of days: its key beside ``day``, and its values."""

    name: str
    key: tuple[str, ...]
    values: tuple[str, ...]


def _corrected(direction: str) -> tuple[str, ...]:
    parts = ("corrected", "error", "factor_error", "chance_variance")
    return tuple(f"{direction}_{part}" for part in parts)


PASSAGE_DAYS = Table(
    name="passage_days",
    key=("scope", "ref"),
    values=(
        *("ins", "ins_valid", "outs", "outs_valid", "coverage", "flags", "calibrated"),
        *_corrected("ins"),
        *_corrected("outs"),
    ),
)
OCCUPANCY_DAYS = Table(
    name="occupancy_days",
    key=("site_id",),
    values=("people", "raw", "error", "quarters", "valid", "coverage", "flags"),
)
STAY_DAYS = Table(
    name="stay_days",
    key=("site_id",),
    values=(
        *("minutes", "raw_minutes", "error", "valid", "visits", "area", "raw_area", "misses"),
        *("area_variance", "coverage", "flags"),
    ),
)
RATING_DAYS = Table(
    name="rating_days",
    key=("site_id", "question", "scale"),
    values=(*("s1", "s2", "s3", "s4", "s5", "ratings", "satisfied", "index", "coverage", "valid"),),
)
TALLY_DAYS = Table(name="tally_days", key=("site_id", "zone_id", "what"), values=("tallies",))
WAIT_DAYS = Table(
    name="wait_days",
    key=("site_id", "service"),
    values=(
        *("wait", "wait_low", "wait_high", "wait_valid"),
        *("service_time", "service_low", "service_high", "service_valid"),
        *("called", "left", "unclosed", "flags"),
    ),
)

Key = tuple[int | str, ...]


def keys(db: sqlite3.Connection, site: WatchedSite) -> Iterator[tuple[Table, Key]]:
    """Yield every series of days that a site has."""
    yield PASSAGE_DAYS, (WHOLE_SITE, site.id)
    for zone_id in site.zones:
        yield PASSAGE_DAYS, (ZONE, zone_id)
    for line in site.lines:
        yield PASSAGE_DAYS, (LINE, line.id)
    yield OCCUPANCY_DAYS, (site.id,)
    yield STAY_DAYS, (site.id,)
    for question, scale in site.questions:
        yield RATING_DAYS, (site.id, question, scale)
    for zone_id, what in tallied(db, site.id):
        yield TALLY_DAYS, (site.id, zone_id, what)
    for service in ("", *services(db, site.id)):
        yield WAIT_DAYS, (site.id, service)


def tallied(db: sqlite3.Connection, site_id: int) -> list[tuple[int, str]]:
    """Return pairs of zone and what was ever tallied there."""
    return db.execute(
        "SELECT DISTINCT zone_id, what FROM tally_kinds JOIN nodes ON nodes.id = node_id "
        "JOIN zones ON zones.id = zone_id WHERE site_id = ? ORDER BY zone_id, what",
        (site_id,),
    ).fetchall()


def services(db: sqlite3.Connection, site_id: int) -> list[str]:
    """Return the services that visitors ever waited for."""
    return [
        service
        for (service,) in db.execute(
            "SELECT service FROM services WHERE site_id = ? ORDER BY service", (site_id,)
        )
    ]


class DayMaker:
    """Makes the rows of consecutive days of one site; gathers only what is asked for."""

    def __init__(
        self,
        db: sqlite3.Connection,
        site: WatchedSite,
        first_day: int,
        end_day: int,
        *,
        now_ms: int,
    ) -> None:
        self._db = db
        self._site = site
        self.days = range(first_day, end_day)
        self._edges = [
            midnight(date.fromordinal(day), site.time_zone) for day in range(first_day, end_day + 1)
        ]
        self._window = Window(db, site, self._edges[0], self._edges[-1], now_ms=now_ms)
        self._waits: Mapping[str, Mapping[int, Values]] | None = None

    def rows(self, table: Table, key: Key) -> dict[int, Values]:
        """Return the known days of one series."""
        if table is STAY_DAYS:
            return self._stay()
        if table is WAIT_DAYS:
            return self._service_waits(str(key[1]))
        return self._by_day(self._by_edge(table, key, self._edges))

    def _by_edge(self, table: Table, key: Key, edges: Sequence[int]) -> dict[int, Values]:
        if table is PASSAGE_DAYS:
            scope, ref = key
            if scope == WHOLE_SITE:
                return dict(self._window.site_passages(edges))
            lines = [
                line
                for line in self._site.lines
                if ref == (line.zone_id if scope == ZONE else line.id)
            ]
            return dict(self._window.passages(lines, edges))
        if table is OCCUPANCY_DAYS:
            return dict(self._window.occupancy(edges))
        if table is RATING_DAYS:
            _, question, scale = key
            return dict(self._window.ratings(str(question), int(scale), edges))
        _, zone_id, what = key
        return dict(self._window.tallies(int(zone_id), str(what), edges))

    def _by_day(self, rows: dict[int, Values]) -> dict[int, Values]:
        return {
            day: rows[edge]
            for day, edge, end in zip(self.days, self._edges, self._edges[1:], strict=False)
            if edge in rows and edge < end  # a day that the date line swallowed has no row
        }

    def _stay(self) -> dict[int, Values]:
        covered = self._by_day(dict(self._window.site_passages(self._edges)))
        found: dict[int, Values] = {}
        for day in self.days:
            each = self._window.service_day(date.fromordinal(day))
            if each is not None:
                coverage = covered[day][4] if day in covered else 0.0
                if each.stay.visits or coverage:
                    found[day] = stay_values(stay_of_a_day(each.stay), coverage)
        return found

    def _service_waits(self, service: str) -> dict[int, Values]:
        if self._waits is None:
            edges_ms = [edge * QUARTER_MS for edge in self._edges]
            self._waits = waits(self._db, self._site.id, edges_ms)
        return {self.days[slot]: values for slot, values in self._waits.get(service, {}).items()}
