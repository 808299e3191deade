"""Rows of finer buckets combined into one of a coarser bucket (pure).

Shares and means are weighted by the length of what they are of; what is unknown weighs in a
coverage and in nothing else.
"""

from collections.abc import Callable, Sequence

from pasperdus_collector.buckets.correction import half_width
from pasperdus_collector.buckets.precision import PEOPLE, PRECISION
from pasperdus_collector.buckets.ratings import rating_values
from pasperdus_collector.buckets.stay import pool_fields, stay_values
from pasperdus_collector.series.published import (
    OCCUPANCY,
    PASSAGES,
    PULSES,
    RATINGS,
    STAY,
    TALLIES,
    Group,
    Values,
)

Part = tuple[int, Values | None]
"""How many quarters a finer bucket has, and its row; None where it is unknown."""


class Columns:
    """Fields of the known rows by name."""

    def __init__(self, group: Group, parts: Sequence[Part]) -> None:
        self.parts = parts
        self.known = [row for _, row in parts if row is not None]
        self._at = {name: n for n, name in enumerate(group.fields)}

    def sum(self, name: str) -> float:
        """Return the sum of a float field."""
        at = self._at[name]
        return sum(float(row[at]) for row in self.known)

    def total(self, name: str) -> int:
        """Return the sum of a whole field."""
        at = self._at[name]
        return sum(int(row[at]) for row in self.known)

    def bits(self, name: str) -> int:
        """Return every bit that is set in any row."""
        found = 0
        for row in self.known:
            found |= int(row[self._at[name]])
        return found

    def of(self, name: str) -> list[int | float]:
        """Return one field of every known row."""
        return [row[self._at[name]] for row in self.known]

    def mean_over_time(self, name: str) -> float:
        """Return a share of the whole time, unknown parts being zero."""
        at = self._at[name]
        length = sum(quarters for quarters, _ in self.parts)
        covered = sum(quarters * row[at] for quarters, row in self.parts if row is not None)
        return round(covered / length, PRECISION)

    def mean(self, name: str, weight: str) -> float:
        """Return the mean of people over another field."""
        weights = self.of(weight)
        total = sum(weights)
        weighted = sum(a * b for a, b in zip(self.of(name), weights, strict=True))
        return round(weighted / total, PEOPLE) if total else 0.0


def combine(group: Group, parts: Sequence[Part], *, scale: int = 0) -> Values | None:
    """Return the row of all parts together; None where every part is unknown.

    ``scale`` is that of the question, for ratings. Waits cannot be combined: a median of medians is
    none.
    """
    columns = Columns(group, parts)
    if not columns.known:
        return None
    if group is RATINGS:
        scores = [columns.total(f"s{n}") for n in range(1, 6)]
        return rating_values(scores, scale, columns.mean_over_time("coverage"))
    return _COMBINED[group.name](columns)


def _passages(columns: Columns) -> Values:
    ins_valid = int(any(columns.of("ins_valid")))
    has_outs = columns.of("outs_valid") == columns.of("ins_valid")
    outs_valid = int(bool(ins_valid) and has_outs)
    calibrated = columns.of("calibrated") == columns.of("ins_valid") and bool(ins_valid)
    values: list[int | float] = [
        columns.total("ins"),
        ins_valid,
        columns.total("outs") if outs_valid else 0,
        outs_valid,
        columns.mean_over_time("coverage"),
        columns.bits("flags"),
        int(calibrated),
    ]
    for way in ("ins", "outs"):
        factor_error = columns.sum(f"{way}_factor_error")
        variance = columns.sum(f"{way}_chance_variance")
        corrected = (
            columns.sum(f"{way}_corrected"),
            half_width(factor_error, variance),
            factor_error,
            variance,
        )
        values += [round(each, PRECISION) if calibrated else 0.0 for each in corrected]
    return tuple(values)


def _occupancy(columns: Columns) -> Values:
    return (
        columns.mean("people", "quarters"),
        columns.mean("raw", "quarters"),
        columns.mean("error", "quarters"),
        columns.total("quarters"),
        int(any(columns.of("valid"))),
        columns.mean_over_time("coverage"),
        columns.bits("flags"),
    )


def _stay(columns: Columns) -> Values:
    pooled = pool_fields(
        visits=columns.total("visits"),
        area=columns.sum("area"),
        raw_area=columns.sum("raw_area"),
        misses=columns.total("misses"),
        area_variance=columns.sum("area_variance"),
        flags=columns.bits("flags"),
    )
    return stay_values(pooled, columns.mean_over_time("coverage"))


def _tallies(columns: Columns) -> Values:
    return (columns.total("tallies"),)


def _pulses(columns: Columns) -> Values:
    return (
        *(columns.total(f"p{n}") for n in range(1, 6)),
        int(any(columns.of("valid"))),
    )


_COMBINED: dict[str, Callable[[Columns], Values]] = {
    PASSAGES.name: _passages,
    OCCUPANCY.name: _occupancy,
    STAY.name: _stay,
    TALLIES.name: _tallies,
    PULSES.name: _pulses,
}
