"""Series from the ledger's own buckets: the default, with nothing else to install."""

import sqlite3
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from pasperdus_collector.errors import NotFoundError, QueryError
from pasperdus_collector.series import UNITS, Point, Series, SeriesQuery, Value
from pasperdus_collector.series.coverage import CoverageReader, Watched
from pasperdus_collector.series.grid import boundaries
from pasperdus_collector.series.occupancy import CLOSE_HOUR, Quarter, Recount, occupancy
from pasperdus_contract.codec import decode_event
from pasperdus_contract.events import SATISFIED_FROM, Adjust, Passage
from pasperdus_contract.fields import QUARTER_MS

MAX_POINTS = 40_000  # more than a year of quarter-hours
LAST_MS = 32_503_680_000_000  # 3000-01-01: buckets around it are still in the calendar
_AT_LEAST_QUARTERS = {"15m": 1, "1h": 4, "1d": 92, "1w": 668, "1mo": 2684}
MAX_OCCUPANCY_QUARTERS = 200_000  # over five years; each is worked out whatever the bucket
HOUR_QUARTERS = 4


class EmbeddedSeries:
    """Answers from one consistent view of the ledger. Times come in: ``now_ms``."""

    def __init__(self, db: sqlite3.Connection, *, now_ms: int) -> None:
        self._db = db
        self._now_ms = now_ms
        self._coverage = CoverageReader(db, now_ms=now_ms)

    def read(self, query: SeriesQuery) -> Series:
        """Answer a question.

        Raises :class:`QueryError` when it cannot be asked so, :class:`NotFoundError` for a site
        or zone that is not there.
        """
        site_id, time_zone = self._site(query.site)
        zone_id = self._zone(site_id, query)
        if query.start_ms >= query.end_ms:
            raise QueryError("from must be before to")
        if query.start_ms < 0 or query.end_ms > LAST_MS:
            raise QueryError("from and to must be in the years 1970 to 2999")
        # Before they are made: all quarter-hours of a thousand years would not fit into memory.
        buckets = (query.end_ms - query.start_ms) // (_AT_LEAST_QUARTERS[query.bucket] * QUARTER_MS)
        if buckets > MAX_POINTS:
            raise QueryError(
                f"about {buckets} buckets are more than {MAX_POINTS}; ask for a shorter time or "
                "a coarser bucket"
            )
        edges = boundaries(query.bucket, query.start_ms, query.end_ms, ZoneInfo(time_zone))
        match query.measure:
            case "passages_in" | "passages_out":
                return self._passages(query, site_id, zone_id, edges)
            case "occupancy":
                return self._occupancy(query, site_id, ZoneInfo(time_zone), edges)
            case "ratings" | "satisfied" | "index":
                return self._ratings(query, site_id, edges)
            case "tallies":
                return self._tallies(query, site_id, zone_id, edges)

    # -- passages -------------------------------------------------------------------------------

    def _passages(
        self, query: SeriesQuery, site_id: int, zone_id: int | None, edges: list[int]
    ) -> Series:
        lines = self._lines(site_id, zone_id)
        column = "ins" if query.measure == "passages_in" else "outs"
        sums: list[int | None] = [None] * (len(edges) - 1)
        for line in lines:
            for quarter, counted in self._db.execute(
                f"SELECT quarter, {column} FROM passage_quarters "  # noqa: S608 (two literals)
                "WHERE line_id = ? AND quarter >= ? AND quarter < ?",
                (line.line_id, edges[0], edges[-1]),
            ):
                slot = bisect_right(edges, quarter) - 1
                sums[slot] = (sums[slot] or 0) + counted
        coverage = self._coverage.shares(lines, edges)
        points = [
            Point(edge * QUARTER_MS, 0 if value is None and share > 0 else value, share)
            for edge, value, share in zip(edges[:-1], sums, coverage, strict=True)
        ]
        return Series(query=query, unit=UNITS[query.measure], points=points)

    def _occupancy(
        self, query: SeriesQuery, site_id: int, time_zone: ZoneInfo, edges: list[int]
    ) -> Series:
        """Mean over the bucket's quarter-hours of the number inside at their ends."""
        if query.zone is not None:
            raise QueryError("occupancy is of a whole site; leave zone out")
        lines = self._lines(site_id, None)
        starts = [start for start in map(self._coverage.known_from, lines) if start is not None]
        last = min(edges[-1], self._now_ms // QUARTER_MS + 1)
        # Before the first line was heard of nobody counted.
        counts_from = min(starts, default=last)
        first = max(self._close_before(edges[0], time_zone), counts_from)
        quarters = range(first, max(first, last))
        if len(quarters) > MAX_OCCUPANCY_QUARTERS:
            raise QueryError("occupancy is worked out for five years at most; ask for less")
        nets = dict.fromkeys(quarters, 0)
        for line in lines:
            for quarter, ins, outs in self._db.execute(
                "SELECT quarter, ins, outs FROM passage_quarters "
                "WHERE line_id = ? AND quarter >= ? AND quarter < ?",
                (line.line_id, first, last),
            ):
                nets[quarter] += ins - outs
        gaps = self._coverage.gaps(lines, first, last)
        inside = occupancy(
            (Quarter(quarter, nets[quarter], quarter in gaps) for quarter in quarters),
            self._closes(quarters, time_zone),
            self._recounts(site_id, lines, first, last),
        )
        known: list[list[int]] = [[] for _ in edges[:-1]]
        for quarter, people in inside:
            if people is not None and quarter >= edges[0]:
                known[bisect_right(edges, quarter) - 1].append(people)
        coverage = self._coverage.shares(lines, edges)
        points = [
            Point(edge * QUARTER_MS, _mean(values), share)
            for edge, values, share in zip(edges[:-1], known, coverage, strict=True)
        ]
        return Series(query=query, unit=UNITS["occupancy"], points=points)

    def _recounts(
        self, site_id: int, lines: Sequence[Watched], first: int, last: int
    ) -> dict[int, Recount]:
        recounts: dict[int, Recount] = {}
        for at, body in self._db.execute(
            "SELECT at, body FROM events JOIN epochs ON epochs.id = epoch_id "
            "JOIN nodes ON nodes.id = epochs.node_id JOIN zones ON zones.id = nodes.zone_id "
            "WHERE kind = 'adjust' AND at >= ? AND at < ? AND zones.site_id = ? ORDER BY at",
            (first * QUARTER_MS, last * QUARTER_MS, site_id),
        ):
            event = decode_event(body)
            if isinstance(event, Adjust):
                net_after = self._net_between(lines, at, (at // QUARTER_MS + 1) * QUARTER_MS)
                recounts[at // QUARTER_MS] = Recount(event.occupancy, net_after)
        return recounts

    def _net_between(self, lines: Sequence[Watched], start_ms: int, end_ms: int) -> int:
        names = {(line.node_id, line.sensor) for line in lines}
        net = 0
        for node_id, body in self._db.execute(
            "SELECT epochs.node_id, body FROM events JOIN epochs ON epochs.id = epoch_id "
            "WHERE kind = 'passage' AND at > ? AND at < ?",
            (start_ms, end_ms),
        ):
            event = decode_event(body)
            if isinstance(event, Passage) and (node_id, event.line) in names:
                net += 1 if event.direction == "in" else -1
        return net

    def _closes(self, quarters: Sequence[int], time_zone: ZoneInfo) -> frozenset[int]:
        """Return the quarters that begin at the nightly close, once a local day."""
        if not quarters:
            return frozenset()
        closes = set()
        # The first quarter heard of is no close: people may have been inside already.
        close = self._close_before(quarters[0], time_zone)
        while close <= quarters[-1]:
            closes.add(close)
            close = self._close_before(close + 30 * HOUR_QUARTERS, time_zone)
        return frozenset(closes)

    @staticmethod
    def _close_before(quarter: int, time_zone: ZoneInfo) -> int:
        local = datetime.fromtimestamp(quarter * QUARTER_MS / 1000, UTC).astimezone(time_zone)
        close = local.replace(hour=CLOSE_HOUR, minute=0, second=0, microsecond=0)
        if close.timestamp() > local.timestamp():
            close = (close - timedelta(days=1)).replace(hour=CLOSE_HOUR)
        return int(close.timestamp() * 1000) // QUARTER_MS

    # -- ratings --------------------------------------------------------------------------------

    def _ratings(self, query: SeriesQuery, site_id: int, edges: list[int]) -> Series:
        """Sum the release blocks whose last hour begins in each bucket."""
        if query.zone is not None:
            raise QueryError(
                "ratings are released for a whole site, so that nobody can be singled out; "
                "leave zone out"
            )
        if query.bucket == "15m":
            raise QueryError("ratings are released by the hour; ask for bucket 1h or coarser")
        chosen = self._question(query, site_id)
        scores: list[list[int]] = []
        coverage = [0.0] * (len(edges) - 1)
        if chosen is not None:
            question, scale = chosen
            scores = [[0] * scale for _ in edges[:-1]]
            columns = ", ".join(f"s{n} + burst{n}" for n in range(1, scale + 1))
            for last_hour, *counts in self._db.execute(
                f"SELECT last_hour, {columns} FROM blocks "  # noqa: S608 (numbered columns)
                "WHERE site_id = ? AND question = ? AND scale = ? "
                "AND last_hour >= ? AND last_hour < ?",
                (
                    site_id,
                    question,
                    scale,
                    -(-edges[0] // HOUR_QUARTERS),
                    -(-edges[-1] // HOUR_QUARTERS),
                ),
            ):
                slot = bisect_right(edges, last_hour * HOUR_QUARTERS) - 1
                scores[slot] = [a + b for a, b in zip(scores[slot], counts, strict=True)]
            coverage = self._coverage.shares(self._boxes(site_id, question, scale), edges)
        points = [
            Point(
                edge * QUARTER_MS,
                _rating_value(query, scores[n] if scores else [], coverage[n]),
                coverage[n],
            )
            for n, edge in enumerate(edges[:-1])
        ]
        return Series(
            query=query,
            unit=UNITS[query.measure],
            points=points,
            question=chosen[0] if chosen else None,
            scale=chosen[1] if chosen else None,
        )

    def _question(self, query: SeriesQuery, site_id: int) -> tuple[str, int] | None:
        """Return the one question and scale that is asked for; None when there is none yet."""
        known = self._db.execute(
            "SELECT DISTINCT question, scale FROM boxes JOIN nodes ON nodes.id = boxes.node_id "
            "JOIN zones ON zones.id = nodes.zone_id WHERE site_id = ? ORDER BY question, scale",
            (site_id,),
        ).fetchall()
        chosen = [
            (question, scale)
            for question, scale in known
            if query.question in (None, question) and query.scale in (None, scale)
        ]
        if len(chosen) > 1:
            offered = ", ".join(f"question={question}&scale={scale}" for question, scale in chosen)
            raise QueryError(f"ratings of several questions cannot be added; choose {offered}")
        if not chosen and (query.question is not None or query.scale is not None):
            raise NotFoundError("no rating box of this site asks that question on that scale")
        return chosen[0] if chosen else None

    # -- tallies --------------------------------------------------------------------------------

    def _tallies(
        self, query: SeriesQuery, site_id: int, zone_id: int | None, edges: list[int]
    ) -> Series:
        """Sum tallies; there is nothing that could fail to tally, so zero means none."""
        sums = [0] * (len(edges) - 1)
        for quarter, tallies in self._db.execute(
            "SELECT quarter, tallies FROM tally_quarters JOIN nodes ON nodes.id = node_id "
            "JOIN zones ON zones.id = nodes.zone_id WHERE site_id = ?1 "
            "AND (?2 IS NULL OR zone_id = ?2) AND (?3 IS NULL OR what = ?3) "
            "AND quarter >= ?4 AND quarter < ?5",
            (site_id, zone_id, query.what, edges[0], edges[-1]),
        ):
            sums[bisect_right(edges, quarter) - 1] += tallies
        points = [
            Point(edge * QUARTER_MS, value, 1.0)
            for edge, value in zip(edges[:-1], sums, strict=True)
        ]
        return Series(query=query, unit=UNITS["tallies"], points=points)

    # -- who ------------------------------------------------------------------------------------

    def _site(self, name: str) -> tuple[int, str]:
        row = self._db.execute("SELECT id, time_zone FROM sites WHERE name = ?", (name,)).fetchone()
        if row is None:
            raise NotFoundError(f"there is no site {name!r}")
        return row[0], row[1]

    def _zone(self, site_id: int, query: SeriesQuery) -> int | None:
        if query.zone is None:
            return None
        row = self._db.execute(
            "SELECT id FROM zones WHERE site_id = ? AND name = ?", (site_id, query.zone)
        ).fetchone()
        if row is None:
            raise NotFoundError(f"site {query.site!r} has no zone {query.zone!r}")
        return int(row[0])

    def _lines(self, site_id: int, zone_id: int | None) -> list[Watched]:
        """Return a zone's lines, or of a whole site those through which one leaves it."""
        rows = self._db.execute(
            "SELECT lines.id, lines.name, nodes.id FROM lines JOIN nodes ON nodes.id = node_id "
            "JOIN zones ON zones.id = nodes.zone_id WHERE site_id = ?1 "
            "AND CASE WHEN ?2 IS NULL THEN role = 'outer' ELSE zone_id = ?2 END",
            (site_id, zone_id),
        )
        return [
            Watched(node_id=node_id, sensor=name, line_id=line_id)
            for line_id, name, node_id in rows
        ]

    def _boxes(self, site_id: int, question: str, scale: int) -> list[Watched]:
        rows = self._db.execute(
            "SELECT nodes.id FROM boxes JOIN nodes ON nodes.id = node_id "
            "JOIN zones ON zones.id = nodes.zone_id "
            "WHERE site_id = ? AND question = ? AND scale = ?",
            (site_id, question, scale),
        )
        return [Watched(node_id=node_id, sensor=question, line_id=None) for (node_id,) in rows]


def _mean(values: Iterable[int]) -> float | None:
    known = list(values)
    return round(sum(known) / len(known), 2) if known else None


def _rating_value(query: SeriesQuery, scores: list[int], coverage: float) -> Value:
    total = sum(scores)
    if total == 0:
        return scores if query.measure == "ratings" and scores and coverage > 0 else None
    scale = len(scores)
    match query.measure:
        case "satisfied":
            return round(sum(scores[SATISFIED_FROM[scale] - 1 :]) / total, 4)
        case "index":
            weighted = sum(100 * n * count for n, count in enumerate(scores))
            return round(weighted / ((scale - 1) * total), 2)
        case _:
            return scores
