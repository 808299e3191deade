"""What was counted at a site on runs of local days: published rows as columns."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np

from pasperdus_collector.analysis.inputs import Bools, Floats, Ints
from pasperdus_collector.calendar.grid import midnight
from pasperdus_collector.comparison.opened import clock_hours
from pasperdus_collector.errors import unknown_name
from pasperdus_collector.series.card import SiteCard
from pasperdus_collector.series.embedded import EmbeddedRows
from pasperdus_collector.series.published import (
    OCCUPANCY,
    PASSAGES,
    RATINGS,
    STAY,
    TALLIES,
    Group,
    RowQuestion,
    Scope,
    Values,
)
from pasperdus_contract.fields import QUARTER_MS

JOINED_DAYS = 14
"""Days between two runs up to which they are read as one: it costs less than a second question."""

_COUNTS = (
    *("ins", "ins_valid", "outs", "outs_valid", "coverage"),
    *("calibrated", "ins_corrected", "outs_corrected"),
)
_STAY = ("visits", "area", "raw_area", "misses", "area_variance", "flags")
_OCCUPANCY = ("people", "error", "quarters", "flags")


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Passages of a site by hour or day: persons as counted and as corrected, NaN where unknown.

    ``starts`` and ``ends`` are milliseconds, ``hour`` the clock's (of days 0). ``coverage`` is that
    of the doors. ``calibrated`` says of which rows corrected counts are known.
    """

    day: Ints
    hour: Ints
    starts: Ints
    ends: Ints
    ins: Floats
    outs: Floats
    ins_corrected: Floats
    outs_corrected: Floats
    coverage: Floats
    calibrated: Bools


class CountedSite:
    """One site's published rows in a ledger, on the runs of days that are asked for."""

    def __init__(self, db: sqlite3.Connection, site: str, *, now_ms: int, collector: str) -> None:
        """Raise :class:`~pasperdus_collector.errors.NotFoundError` for a site that is not there."""
        self.db = db
        self._rows = EmbeddedRows(db, now_ms=now_ms, collector=collector)
        cards = self._rows.cards(site)
        if not cards:
            known = (name for (name,) in db.execute("SELECT name FROM sites"))
            raise unknown_name(f"there is no site {site!r}", known)
        self.card: SiteCard = cards[0]
        self.watched = self._rows.watched(site)
        self.zone = ZoneInfo(self.card.time_zone)

    def hours(self, runs: Iterable[range], asked: tuple[str, int] | None) -> tuple[Counts, Floats]:
        """Return passages by clock hour, and the coverage of the boxes that ask a question."""
        counts: list[Counts] = []
        boxes: list[Floats] = []
        for days in runs:
            labels = [
                (day, *each)
                for day in days
                for each in clock_hours(date.fromordinal(day), self.zone)
            ]
            columns = np.array(labels, dtype=np.int64).reshape(-1, 4)
            edges = [*columns[:, 2].tolist(), int(columns[-1, 3])]
            counts.append(self._counts("1h", edges, columns[:, 0], columns[:, 1]))
            boxes.append(self._boxes(edges, asked))
        return _joined(counts), np.concatenate(boxes) if boxes else np.zeros(0)

    def days(self, runs: Iterable[range]) -> Counts:
        """Return passages by local day."""
        counts = []
        for days in runs:
            edges = self._midnights(days)
            day = np.array(days, dtype=np.int64)
            counts.append(self._counts("1d", edges, day, np.zeros_like(day)))
        return _joined(counts)

    def tallies(self, runs: Sequence[range]) -> dict[str, dict[int, int]]:
        """Return by what was tallied the sums of each day on which anything was."""
        found: dict[str, dict[int, int]] = {}
        for zone, what in self.card.tallies:
            sums = found.setdefault(what, {})
            tags = {"zone": zone, "what": what}
            for day, row in self._days(runs, TALLIES, "tally", tags, ("tallies",)).items():
                sums[day] = sums.get(day, 0) + int(row[0])
        return found

    @property
    def tallied_from_ms(self) -> int | None:
        """From when on somebody could tally; None while nobody ever did."""
        quarter = self.card.tallied_from
        return None if quarter is None else quarter * QUARTER_MS

    def stays(self, runs: Sequence[range]) -> dict[int, Values]:
        """Return by day what :func:`buckets.stay.pool_fields` pools, in its order."""
        return self._days(runs, STAY, "site", {}, _STAY)

    def occupancy(self, runs: Sequence[range]) -> dict[int, Values]:
        """Return by day people inside on average, the error of that, its quarter-hours, flags."""
        return self._days(runs, OCCUPANCY, "site", {}, _OCCUPANCY)

    def _counts(self, bucket: str, edges: list[int], day: Ints, hour: Ints) -> Counts:
        rows = self._rows.rows(
            RowQuestion(
                card=self.card,
                group=PASSAGES,
                bucket="1h" if bucket == "1h" else "1d",
                scope="site",
                tags={},
                edges=edges,
                fields=_COUNTS,
            )
        )
        nothing = (0,) * len(_COUNTS)
        table = np.array([rows.get(edge, nothing) for edge in edges[:-1]], dtype=np.float64)
        ins, ins_valid, outs, outs_valid, coverage, calibrated, ins_fixed, outs_fixed = (
            table.reshape(-1, len(_COUNTS)).T
        )
        bounds = np.array(edges, dtype=np.int64) * QUARTER_MS
        return Counts(
            day=day,
            hour=hour,
            starts=bounds[:-1],
            ends=bounds[1:],
            ins=_known(ins, ins_valid),
            outs=_known(outs, outs_valid),
            ins_corrected=_known(ins_fixed, ins_valid),
            outs_corrected=_known(outs_fixed, outs_valid),
            coverage=coverage.copy(),
            calibrated=calibrated > 0,
        )

    def _boxes(self, edges: list[int], asked: tuple[str, int] | None) -> Floats:
        shares = np.zeros(len(edges) - 1)
        if asked is None or asked not in self.card.questions:
            return shares
        question, scale = asked
        rows = self._rows.rows(
            RowQuestion(
                card=self.card,
                group=RATINGS,
                bucket="1h",
                scope="question",
                tags={"question": question, "scale": str(scale)},
                edges=edges,
                fields=("coverage",),
            )
        )
        for place, edge in enumerate(edges[:-1]):
            if (row := rows.get(edge)) is not None:
                shares[place] = row[0]
        return shares

    def _days(
        self,
        runs: Iterable[range],
        group: Group,
        scope: Scope,
        tags: Mapping[str, str],
        fields: tuple[str, ...],
    ) -> dict[int, Values]:
        found: dict[int, Values] = {}
        for days in runs:
            edges = self._midnights(days)
            rows = self._rows.rows(
                RowQuestion(
                    card=self.card,
                    group=group,
                    bucket="1d",
                    scope=scope,
                    tags=tags,
                    edges=edges,
                    fields=fields,
                )
            )
            found |= {
                day: rows[edge] for day, edge in zip(days, edges, strict=False) if edge in rows
            }
        return found

    def _midnights(self, days: range) -> list[int]:
        return [
            midnight(date.fromordinal(day), self.zone) for day in range(days.start, days.stop + 1)
        ]


def runs_of(days: Iterable[range]) -> list[range]:
    """Return the runs in which days are read: those that lie close together as one."""
    runs: list[range] = []
    for each in sorted((each for each in days if each), key=lambda each: each.start):
        if runs and each.start <= runs[-1].stop + JOINED_DAYS:
            runs[-1] = range(runs[-1].start, max(runs[-1].stop, each.stop))
        else:
            runs.append(each)
    return runs


def _known(values: Floats, valid: Floats) -> Floats:
    return np.where(valid > 0, values, np.nan)


def _joined(counts: Sequence[Counts]) -> Counts:
    def column(name: str) -> np.ndarray:
        parts = [getattr(each, name) for each in counts]
        return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)

    return Counts(**{name: column(name) for name in Counts.__dataclass_fields__})
