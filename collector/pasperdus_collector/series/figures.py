"""How each measure is read off published rows (pure): which fields, and what points they make."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pasperdus_collector.buckets.flags import PROVISIONAL, UNBRIDGED
from pasperdus_collector.series import Measure, Point
from pasperdus_collector.series.published import (
    OCCUPANCY,
    PASSAGES,
    PULSES,
    RATINGS,
    STAY,
    TALLIES,
    WAITS,
    Group,
    Values,
)
from pasperdus_contract.fields import QUARTER_MS

_new = tuple.__new__  # of a NamedTuple, a third of the time of its own
PERSONS = 2  # decimals shown of persons and minutes
SHARE = 4
_WITHOUT_BOUNDS = PROVISIONAL | UNBRIDGED
"""Of occupancy: by how much the counts drifted is not known, at least in a part of the bucket."""

Made = Callable[[int, Values, int], Point]
"""Makes a point of its start (ms), the wanted fields, and the scale of a question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measure: its group, the fields it needs, and how a point is made of them."""

    group: Group
    fields: tuple[str, ...]
    made: Made
    why_coarse: str = "every bucket"
    why_whole: str | None = None
    """Why it cannot be asked of a zone."""

    def narrow(self, rows: Mapping[int, Values]) -> dict[int, Values]:
        """Return the wanted fields of whole rows."""
        names = list(self.group.fields)
        places = [names.index(name) for name in self.fields]
        return {edge: tuple(row[place] for place in places) for edge, row in rows.items()}

    def points(
        self,
        series: Sequence[Mapping[int, Values]],
        edges: Sequence[int],
        scale: int,
        *,
        tallied: range = range(0),
    ) -> list[Point]:
        """Return a point a bucket; several series add up, which only tallies do.

        ``tallied`` are the quarters in which somebody could tally: there, no tally means none.
        """
        if self.group is TALLIES:
            return _tally_points(series, edges, tallied)
        rows = series[0] if series else {}
        made, get = self.made, rows.get
        return [
            Point(edge * QUARTER_MS, None, 0.0)
            if (row := get(edge)) is None
            else made(edge * QUARTER_MS, row, scale)
            for edge in edges[:-1]
        ]


def figure_of(measure: Measure) -> Figure:
    """Return how a measure is read."""
    return _FIGURES[measure]


def _passage_point(start_ms: int, row: Values, _scale: int) -> Point:
    counted, valid, coverage, flags, calibrated, corrected, error = row
    if not valid:
        return _unknown(start_ms, coverage, flags)
    if not calibrated:
        return _new(Point, (start_ms, counted, coverage, None, None, None, None, flags))
    low, high = _bounds(corrected, error)
    known = round(corrected, PERSONS)
    return _new(Point, (start_ms, counted, coverage, known, low, high, None, flags))


def _occupancy_point(start_ms: int, row: Values, _scale: int) -> Point:
    people, raw, error, valid, coverage, flags = row
    if not valid:
        return _unknown(start_ms, coverage, flags)
    low, high = (None, None) if int(flags) & _WITHOUT_BOUNDS else _bounds(people, error)
    return _new(Point, (start_ms, people, coverage, None, low, high, raw, flags))


def _stay_point(start_ms: int, row: Values, _scale: int) -> Point:
    minutes, raw, error, valid, coverage, flags = row
    if not valid:
        return _unknown(start_ms, coverage, flags)
    low, high = _bounds(minutes, error)
    value, counted = round(minutes, PERSONS), round(raw, PERSONS)
    return _new(Point, (start_ms, value, coverage, None, low, high, counted, flags))


def _wait_point(start_ms: int, row: Values, _scale: int) -> Point:
    median, low, high, valid, flags = row
    if not valid:
        return _unknown(start_ms, 1.0, flags)
    bounds = round(low, PERSONS), round(high, PERSONS)
    return _new(Point, (start_ms, round(median, PERSONS), 1.0, None, *bounds, None, flags))


def _ratings_point(start_ms: int, row: Values, scale: int) -> Point:
    coverage, valid = row[5], row[6]
    value = list(row[:scale]) if valid else None
    return _new(Point, (start_ms, value, coverage, None, None, None, None, 0))


def _satisfied_point(start_ms: int, row: Values, _scale: int) -> Point:
    ratings, satisfied, coverage = row
    value = round(satisfied / ratings, SHARE) if ratings else None
    return _new(Point, (start_ms, value, coverage, None, None, None, None, 0))


def _index_point(start_ms: int, row: Values, _scale: int) -> Point:
    ratings, index, coverage = row
    value = round(index, PERSONS) if ratings else None
    return _new(Point, (start_ms, value, coverage, None, None, None, None, 0))


def _pulse_point(start_ms: int, row: Values, _scale: int) -> Point:
    *scores, valid = row
    return Point(start_ms, [int(score) for score in scores] if valid else None, float(valid))


def _unknown(start_ms: int, coverage: float, flags: float) -> Point:
    return _new(Point, (start_ms, None, coverage, None, None, None, None, flags))


def _bounds(estimate: float, error: float) -> tuple[float, float]:
    low = estimate - error
    return round(low, PERSONS) if low > 0 else 0.0, round(estimate + error, PERSONS)


def _tally_points(
    series: Sequence[Mapping[int, Values]], edges: Sequence[int], tallied: range
) -> list[Point]:
    """Sum tallies: nothing can fail to tally, so zero means none wherever somebody could."""
    totals: dict[int, int | float] = {}
    for rows in series:
        for edge, row in rows.items():
            totals[edge] = totals.get(edge, 0) + row[0]
    since, until = (tallied.start, tallied.stop) if series else (0, 0)
    return [
        _new(Point, (edge * QUARTER_MS, totals.get(edge, 0), 1.0, None, None, None, None, 0))
        if edge < until and end > since
        else _new(Point, (edge * QUARTER_MS, None, 0.0, None, None, None, None, 0))
        for edge, end in pairwise(edges)
    ]


def _tallied(start_ms: int, row: Values, _scale: int) -> Point:
    return Point(start_ms, row[0], 1.0)


def _passages(way: str) -> Figure:
    return Figure(
        group=PASSAGES,
        fields=(
            *(way, f"{way}_valid", "coverage", "flags", "calibrated"),
            *(f"{way}_corrected", f"{way}_error"),
        ),
        made=_passage_point,
    )


def _waits(what: str, first: str) -> Figure:
    return Figure(
        group=WAITS,
        fields=(first, f"{what}_low", f"{what}_high", f"{what}_valid", "flags"),
        made=_wait_point,
        why_coarse="waiting and service times are of whole days",
        why_whole="waiting and service times are of a whole site or a service",
    )


_RELEASED = "ratings are released for a whole site, so that nobody can be singled out"
_BY_HOUR = "ratings are released by the hour"

_FIGURES: dict[Measure, Figure] = {
    "passages_in": _passages("ins"),
    "passages_out": _passages("outs"),
    "occupancy": Figure(
        group=OCCUPANCY,
        fields=("people", "raw", "error", "valid", "coverage", "flags"),
        made=_occupancy_point,
        why_whole="occupancy is of a whole site",
    ),
    "stay_minutes": Figure(
        group=STAY,
        fields=("minutes", "raw_minutes", "error", "valid", "coverage", "flags"),
        made=_stay_point,
        why_coarse="the stay is worked out of whole days",
        why_whole="the stay is of a whole site",
    ),
    "wait_minutes": _waits("wait", "wait"),
    "service_minutes": _waits("service", "service_time"),
    "ratings": Figure(
        group=RATINGS,
        fields=("s1", "s2", "s3", "s4", "s5", "coverage", "valid"),
        made=_ratings_point,
        why_coarse=_BY_HOUR,
        why_whole=_RELEASED,
    ),
    "satisfied": Figure(
        group=RATINGS,
        fields=("ratings", "satisfied", "coverage"),
        made=_satisfied_point,
        why_coarse=_BY_HOUR,
        why_whole=_RELEASED,
    ),
    "index": Figure(
        group=RATINGS,
        fields=("ratings", "index", "coverage"),
        made=_index_point,
        why_coarse=_BY_HOUR,
        why_whole=_RELEASED,
    ),
    "tallies": Figure(group=TALLIES, fields=("tallies",), made=_tallied),
    "pulse": Figure(
        group=PULSES,
        fields=("p1", "p2", "p3", "p4", "p5", "valid"),
        made=_pulse_point,
        why_coarse="pulses are pooled over whole months",
        why_whole="the pulse is of a whole site, never of a desk",
    ),
}
