"""A stretch of a site's quarter-hours, gathered once, and the rows of any bucket made from it.

What a bucket holds is decided in the pure modules beside; this one gathers for them. Every row of
the series comes from here: those of the day tables, and those of quarter-hours and hours that a
reader asks for.
"""

import sqlite3
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cached_property

from pasperdus_collector.buckets.coverage import Watch, gaps, read_watch, shares
from pasperdus_collector.buckets.inside import (
    Doors,
    OccupancyValues,
    ServiceDay,
    occupancy_rows,
    service_day,
)
from pasperdus_collector.buckets.occupancy import Presence, Recount
from pasperdus_collector.buckets.passages import (
    Imported,
    LineCounts,
    PassageValues,
    passage_rows,
)
from pasperdus_collector.buckets.ratings import RatingValues, rating_rows
from pasperdus_collector.buckets.watched import Line, WatchedSite
from pasperdus_collector.calendar.grid import close, service_date
from pasperdus_contract.codec import decode_event
from pasperdus_contract.events import Passage
from pasperdus_contract.fields import QUARTER_MS

_HOUR_QUARTERS = 4


class Window:
    """Quarters ``[first, end)`` of one site, and the service days that reach into them."""

    def __init__(
        self, db: sqlite3.Connection, site: WatchedSite, first: int, end: int, *, now_ms: int
    ) -> None:
        self._db = db
        self._site = site
        self._now_ms = now_ms
        self._first_day = service_date(first, site.time_zone)
        self._last_day = service_date(end - 1, site.time_zone)
        self._first = close(self._first_day, site.time_zone)
        self._end = close(self._last_day + timedelta(days=1), site.time_zone)
        self._watches: dict[int, Watch] = {}
        self._counts: dict[int, dict[int, tuple[int, int]]] = {}
        self._service_days: dict[date, ServiceDay | None] = {}

    # -- rows -----------------------------------------------------------------------------------

    def site_passages(self, edges: Sequence[int]) -> dict[int, PassageValues]:
        """Return the rows of the whole site: its outer lines, and what was imported."""
        return passage_rows(
            self._line_counts(self._site.outer_lines), self._outer_shares, edges, self._imported
        )

    def passages(self, lines: Sequence[Line], edges: Sequence[int]) -> dict[int, PassageValues]:
        """Return the rows of some lines together: a zone's, or one."""
        watched = shares([self._watch(line) for line in lines])
        return passage_rows(self._line_counts(lines), watched, edges, {})

    def occupancy(self, edges: Sequence[int]) -> dict[int, OccupancyValues]:
        """Return the rows of people inside."""
        presences: list[Presence] = []
        day = self._first_day
        while day <= self._last_day:
            found = self.service_day(day)
            if found is not None:
                presences.extend(found.presences)
            day += timedelta(days=1)
        return occupancy_rows(presences, self._covered_shares, edges)

    def service_day(self, day: date) -> ServiceDay | None:
        """Return one of the service days that lie in the window whole."""
        if day not in self._service_days:
            self._service_days[day] = service_day(
                self._doors, day, self._site.time_zone, now_ms=self._now_ms
            )
        return self._service_days[day]

    def ratings(self, question: str, scale: int, edges: Sequence[int]) -> dict[int, RatingValues]:
        """Return the rows of one question: blocks count in the bucket of their last hour."""
        blocks: dict[int, list[tuple[int, ...]]] = {}
        columns = ", ".join(f"s{n} + burst{n}" for n in range(1, 6))
        for last_hour, *counts in self._db.execute(
            f"SELECT last_hour, {columns} FROM blocks "  # noqa: S608 (numbered columns)
            "WHERE site_id = ? AND question = ? AND scale = ? AND last_hour >= ? AND last_hour < ?",
            (
                self._site.id,
                question,
                scale,
                -(-edges[0] // _HOUR_QUARTERS),
                -(-edges[-1] // _HOUR_QUARTERS),
            ),
        ):
            blocks.setdefault(last_hour * _HOUR_QUARTERS, []).append(tuple(counts))
        watches = [
            self._read_watch(box.node_id, question, None)
            for box in self._site.boxes_of(question, scale)
        ]
        return rating_rows(blocks, scale, shares(watches), edges)

    def tallies(self, zone_id: int, what: str, edges: Sequence[int]) -> dict[int, tuple[int]]:
        """Return the rows of one kind of tally in a zone; buckets without any are left out."""
        sums: dict[int, tuple[int]] = {}
        for quarter, tallies in self._db.execute(
            "SELECT quarter, sum(tallies) FROM tally_quarters JOIN nodes ON nodes.id = node_id "
            "WHERE zone_id = ? AND what = ? AND quarter >= ? AND quarter < ? "
            "GROUP BY quarter ORDER BY quarter",
            (zone_id, what, edges[0], edges[-1]),
        ):
            edge = edges[bisect_right(edges, quarter) - 1]
            sums[edge] = (sums.get(edge, (0,))[0] + tallies,)
        return sums

    # -- gather ---------------------------------------------------------------------------------

    def _line_counts(self, lines: Sequence[Line]) -> list[LineCounts]:
        return [
            LineCounts(
                counts=self._counts_of(line),
                calibrations=self._site.calibrations.get(line.id, ()),
            )
            for line in lines
        ]

    def _counts_of(self, line: Line) -> dict[int, tuple[int, int]]:
        if line.id not in self._counts:
            self._counts[line.id] = {
                quarter: (ins, outs)
                for quarter, ins, outs in self._db.execute(
                    "SELECT quarter, ins, outs FROM passage_quarters "
                    "WHERE line_id = ? AND quarter >= ? AND quarter < ?",
                    (line.id, self._first, self._end),
                )
            }
        return self._counts[line.id]

    def _watch(self, line: Line) -> Watch:
        if line.id not in self._watches:
            self._watches[line.id] = self._read_watch(line.node_id, line.line, line.id)
        return self._watches[line.id]

    def _read_watch(self, node_id: int, sensor: str, line_id: int | None) -> Watch:
        return read_watch(
            self._db,
            node_id=node_id,
            sensor=sensor,
            line_id=line_id,
            first=self._first,
            end=self._end,
        )

    @cached_property
    def _outer_shares(self) -> dict[int, float]:
        return shares([self._watch(line) for line in self._site.outer_lines])

    @cached_property
    def _covered_shares(self) -> dict[int, float]:
        return {**self._outer_shares, **dict.fromkeys(self._imported, 1.0)}

    @cached_property
    def _outer_counts(self) -> dict[int, tuple[int, int]]:
        sums: dict[int, tuple[int, int]] = {}
        for line in self._site.outer_lines:
            for quarter, (ins, outs) in self._counts_of(line).items():
                before = sums.get(quarter, (0, 0))
                sums[quarter] = (before[0] + ins, before[1] + outs)
        return sums

    @cached_property
    def _imported(self) -> dict[int, Imported]:
        """Imported counts of steps in no quarter of which anything was measured.

        A step was counted as a whole: beside a measured quarter its parts would count people twice.
        """
        steps: dict[tuple[int, int], dict[int, Imported]] = {}
        for quarter, ins, outs, first, step in self._db.execute(
            "SELECT quarter, imported_quarters.ins, imported_quarters.outs, first_quarter, "
            "step_quarters FROM imported_quarters JOIN imports ON imports.id = import_id "
            "WHERE imported_quarters.site_id = ? AND quarter >= ? AND quarter < ?",
            (self._site.id, self._first, self._end),
        ):
            begins = quarter - (quarter - first) % step
            steps.setdefault((begins, step), {})[quarter] = Imported(ins, outs, step)
        return {
            quarter: found
            for (begins, step), parts in steps.items()
            if not self._is_measured(begins, begins + step)
            for quarter, found in parts.items()
        }

    def _is_measured(self, first: int, end: int) -> bool:
        if any(
            quarter in self._outer_counts or quarter in self._outer_shares
            for quarter in range(max(first, self._first), min(end, self._end))
        ):
            return True
        if self._first <= first and end <= self._end:
            return False
        for line in self._site.outer_lines:  # a step that reaches out of the window
            (is_counted,) = self._db.execute(
                "SELECT EXISTS (SELECT 1 FROM passage_quarters "
                "WHERE line_id = ? AND quarter >= ? AND quarter < ?)",
                (line.id, first, end),
            ).fetchone()
            watch = read_watch(
                self._db,
                node_id=line.node_id,
                sensor=line.line,
                line_id=line.id,
                first=first,
                end=end,
            )
            if is_counted or any(watch.ok_ms.values()):
                return True
        return False

    @cached_property
    def _doors(self) -> Doors:
        watches = [self._watch(line) for line in self._site.outer_lines]
        measured = [watch.known_from for watch in watches if watch.known_from is not None]
        (imported_from,) = self._db.execute(
            "SELECT min(quarter) FROM imported_quarters WHERE site_id = ?", (self._site.id,)
        ).fetchone()
        known = measured if imported_from is None else [*measured, imported_from]
        return Doors(
            counts=self._outer_counts,
            gaps=gaps(watches, self._first, self._end, now_ms=self._now_ms),
            recounts=self._recounts(),
            imported=self._imported,
            known_from=min(known, default=None),
            measured_from=min(measured, default=None),
        )

    def _recounts(self) -> Mapping[int, Recount]:
        recounts: dict[int, Recount] = {}
        for at, people in self._db.execute(
            "SELECT at, people FROM recounts WHERE site_id = ? AND at >= ? AND at < ? ORDER BY at",
            (self._site.id, self._first * QUARTER_MS, self._end * QUARTER_MS),
        ):
            quarter = at // QUARTER_MS
            ins, outs = self._crossings_between(at, (quarter + 1) * QUARTER_MS)
            recounts[quarter] = Recount(people, ins, outs)
        return recounts

    def _crossings_between(self, start_ms: int, end_ms: int) -> tuple[int, int]:
        names = {(line.node_id, line.line) for line in self._site.outer_lines}
        ins = outs = 0
        for node_id, body in self._db.execute(
            "SELECT epochs.node_id, body FROM events JOIN epochs ON epochs.id = epoch_id "
            "WHERE kind = 'passage' AND at > ? AND at < ?",
            (start_ms, end_ms),
        ):
            event = decode_event(body)
            if isinstance(event, Passage) and (node_id, event.line) in names:
                if "staff" in event.flags:
                    continue
                ins += event.direction == "in"
                outs += event.direction == "out"
        return ins, outs
