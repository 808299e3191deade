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
        return Point(start_ms, None, coverage, flags=int(flags))
    if not calibrated:  # nearly all of the hundred thousand points that a fleet asks for
        return _new(Point, (start_ms, counted, coverage, None, None, None, None, int(flags)))
    return Point(
        start_ms,
        counted,
        coverage,
        round(corrected, PERSONS),
        round(max(0.0, corrected - error), PERSONS),
        round(corrected + error, PERSONS),
        None,
        int(flags),
    )


def _occupancy_point(start_ms: int, row: Values, _scale: int) -> Point:
    people, raw, error, valid, coverage, flags = row
    if not valid:
        return Point(start_ms, None, coverage, flags=int(flags))
    low = high = None
    if not int(flags) & _WITHOUT_BOUNDS:
        low, high = round(max(0.0, people - error), PERSONS), round(people + error, PERSONS)
    return Point(
        start_ms,
        round(people, PERSONS),
        coverage,
        None,
        low,
        high,
        round(raw, PERSONS),
        int(flags),
    )


def _stay_point(start_ms: int, row: Values, _scale: int) -> Point:
    minutes, raw, error, valid, coverage, flags = row
    if not valid:
        return Point(start_ms, None, coverage, flags=int(flags))
    return Point(
        start_ms,
        round(minutes, PERSONS),
        coverage,
        None,
        round(max(0.0, minutes - error), PERSONS),
        round(minutes + error, PERSONS),
        round(raw, PERSONS),
        int(flags),
    )


def _wait_point(start_ms: int, row: Values, _scale: int) -> Point:
    median, low, high, valid, flags = row
    if not valid:
        return Point(start_ms, None, 1.0, flags=int(flags))
    return Point(
        start_ms,
        round(median, PERSONS),
        1.0,
        None,
        round(low, PERSONS),
        round(high, PERSONS),
        None,
        int(flags),
    )


def _ratings_point(start_ms: int, row: Values, scale: int) -> Point:
    *scores, coverage, valid = row
    value = [int(score) for score in scores[:scale]] if valid else None
    return Point(start_ms, value, coverage)


def _satisfied_point(start_ms: int, row: Values, _scale: int) -> Point:
    ratings, satisfied, coverage = row
    return Point(start_ms, round(satisfied / ratings, SHARE) if ratings else None, coverage)


def _index_point(start_ms: int, row: Values, _scale: int) -> Point:
    ratings, index, coverage = row
    return Point(start_ms, round(index, PERSONS) if ratings else None, coverage)


def _pulse_point(start_ms: int, row: Values, _scale: int) -> Point:
    *scores, valid = row
    return Point(start_ms, [int(score) for score in scores] if valid else None, float(valid))


def _tally_points(
    series: Sequence[Mapping[int, Values]], edges: Sequence[int], tallied: range
) -> list[Point]:
    """Sum tallies: nothing can fail to tally, so zero means none wherever somebody could."""
    points = []
    for edge, end in pairwise(edges):
        if series and edge < tallied.stop and end > tallied.start:
            total = sum(int(rows[edge][0]) for rows in series if edge in rows)
            points.append(Point(edge * QUARTER_MS, total, 1.0))
        else:
            points.append(Point(edge * QUARTER_MS, None, 0.0))
    return points


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
