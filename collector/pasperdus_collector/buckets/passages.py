"""Passages of a site, zone or line by bucket: counted, corrected, how well watched (pure)."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pasperdus_collector.buckets.correction import Calibration, correct, half_width
from pasperdus_collector.buckets.flags import IMPORTED
from pasperdus_collector.buckets.precision import PRECISION

PassageValues = tuple[
    int, int, int, int, float, int, int, float, float, float, float, float, float, float, float
]
"""The fields of ``series.published.PASSAGES``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineCounts:
    """One line: entries and exits by quarter, and its calibrations, oldest first."""

    counts: Mapping[int, tuple[int, int]]
    calibrations: Sequence[Calibration] = ()


@dataclass(frozen=True, slots=True)
class Imported:
    """Past counts of one quarter, from a file; exits are None where it has entries only."""

    ins: int
    outs: int | None
    step: int = 1
    """How many quarters a count of the file spans: it was spread over them."""


@dataclass(slots=True)
class _Direction:
    """Sums of one direction; the corrected ones are linear in the counts."""

    counted: int = 0
    corrected: float = 0.0
    factor_error: float = 0.0
    chance_variance: float = 0.0

    def add(self, count: int, by_sensor: int, by_hand: int) -> None:
        more = correct(count, by_sensor=by_sensor, by_hand=by_hand)
        self.corrected += more.value
        self.factor_error += more.factor_error
        self.chance_variance += more.chance_variance

    def fields(self) -> tuple[float, float, float, float]:
        return (
            round(self.corrected, PRECISION),
            round(half_width(self.factor_error, self.chance_variance), PRECISION),
            round(self.factor_error, PRECISION),
            round(self.chance_variance, PRECISION),
        )


@dataclass(slots=True)
class _Bucket:
    ins: _Direction = field(default_factory=_Direction)
    outs: _Direction = field(default_factory=_Direction)
    covered: float = 0.0  # quarters
    flags: int = 0
    has_counts: bool = False
    has_outs: bool = True
    is_calibrated: bool = False
    lacks_calibration: bool = False


def passage_rows(
    lines: Iterable[LineCounts],
    shares: Mapping[int, float],
    edges: Sequence[int],
    imported: Mapping[int, Imported],
) -> dict[int, PassageValues]:
    """Return the known buckets by their first quarter.

    ``shares`` is the coverage by quarter; ``imported`` holds only quarters in which nothing was
    measured. Buckets lie between neighbouring ``edges``, in quarters.
    """
    lines = list(lines)
    buckets = _Buckets(edges)
    for line in lines:
        _add_line(line, buckets)
    for quarter, share in shares.items():
        if (into := buckets.at(quarter)) is not None:
            into.covered += share
    for quarter, found in imported.items():
        if (into := buckets.at(quarter)) is not None:
            _add_imported(into, found)
    return {edge: _values(into, length) for edge, length, into in buckets.closed(lines)}


class _Buckets:
    """The buckets of which anything is known."""

    def __init__(self, edges: Sequence[int]) -> None:
        self._edges = edges
        self._slots: dict[int, _Bucket] = {}

    def at(self, quarter: int) -> _Bucket | None:
        """Return the bucket that a quarter lies in; None outside of them all."""
        slot = bisect_right(self._edges, quarter) - 1
        if not 0 <= slot < len(self._edges) - 1:
            return None
        if slot not in self._slots:
            self._slots[slot] = _Bucket()
        return self._slots[slot]

    def closed(self, lines: Sequence[LineCounts]) -> Iterator[tuple[int, int, _Bucket]]:
        """Yield first quarter, length in quarters, and content."""
        for slot, into in sorted(self._slots.items()):
            edge = self._edges[slot]
            if not into.ins.counted + into.outs.counted:  # zero needs no correction
                into.is_calibrated = any(_is_in_force(line, edge) for line in lines)
            yield edge, self._edges[slot + 1] - edge, into


def _is_in_force(line: LineCounts, quarter: int) -> bool:
    return bool(line.calibrations) and line.calibrations[0].from_quarter <= quarter


def _add_line(line: LineCounts, buckets: _Buckets) -> None:
    starts = [calibration.from_quarter for calibration in line.calibrations]
    for quarter, (ins, outs) in line.counts.items():
        into = buckets.at(quarter)
        if into is None:
            continue
        into.has_counts = True
        into.ins.counted += ins
        into.outs.counted += outs
        in_force = bisect_right(starts, quarter) - 1
        if in_force < 0:
            into.lacks_calibration = into.lacks_calibration or ins + outs > 0
            continue
        calibration = line.calibrations[in_force]
        into.is_calibrated = True
        into.ins.add(ins, calibration.by_sensor_in, calibration.by_hand_in)
        into.outs.add(outs, calibration.by_sensor_out, calibration.by_hand_out)


def _add_imported(into: _Bucket, found: Imported) -> None:
    into.has_counts = True
    into.lacks_calibration = True
    into.flags |= IMPORTED
    into.covered += 1.0
    into.ins.counted += found.ins
    if found.outs is None:
        into.has_outs = False
    else:
        into.outs.counted += found.outs


def _values(bucket: _Bucket, quarters: int) -> PassageValues:
    coverage = round(bucket.covered / quarters, PRECISION)
    valid = int(bucket.has_counts or coverage > 0)
    outs_valid = int(bool(valid) and bucket.has_outs)
    calibrated = int(bucket.is_calibrated and not bucket.lacks_calibration)
    nothing = (0.0, 0.0, 0.0, 0.0)
    return (
        bucket.ins.counted,
        valid,
        bucket.outs.counted if outs_valid else 0,
        outs_valid,
        coverage,
        bucket.flags,
        calibrated,
        *(bucket.ins.fields() if calibrated else nothing),
        *(bucket.outs.fields() if calibrated else nothing),
    )
