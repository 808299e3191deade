"""Calibrations as routes and pages ask for them: a person's count beside the sensor's."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pasperdus_collector.buckets.calibrations import (
    Entry,
    Kept,
    add_calibration,
    kept_calibrations,
    remove_calibration,
)
from pasperdus_collector.buckets.correction import correct, half_width
from pasperdus_collector.buckets.sensor_count import SensorCount, read_sensor_count
from pasperdus_collector.errors import QueryError, fault
from pasperdus_collector.ledger import Ledger, reading
from pasperdus_collector.registry import site_id_of
from pasperdus_collector.writer import Writer

LONGEST_COUNT_MS = 12 * 3_600_000  # a person who stands at a door


@dataclass(frozen=True, slots=True)
class Factor:
    """What a calibration makes of one person counted, and half of the 95 % interval of that."""

    value: float
    error: float


class Calibrations:
    """Reads from a view of the ledger, writes in the writing thread."""

    def __init__(self, ledger_path: Path, writer: Writer, *, now_ms: Callable[[], int]) -> None:
        self._path = ledger_path
        self._writer = writer
        self._now_ms = now_ms

    def all(self, site: str) -> list[Kept]:
        """Return a site's calibrations by node, line and time. Raises :class:`NotFoundError`."""
        with reading(self._path) as db:
            return kept_calibrations(db, site_id_of(db, site))

    def add(self, site: str, entry: Entry) -> Kept:
        """Add one. Raises as :func:`add_calibration` does, and for an unknown site."""
        entered_at_ms = self._now_ms()

        def enter(ledger: Ledger) -> int:
            site_id = site_id_of(ledger.db, site)
            return add_calibration(ledger.db, site_id, entry, entered_at_ms=entered_at_ms)

        return Kept(id=self._writer.submit(enter), entry=entry)

    def remove(self, site: str, calibration: int) -> Kept:
        """Take one back, and return it as it was. Raises :class:`NotFoundError`."""

        def take_back(ledger: Ledger) -> Kept:
            site_id = site_id_of(ledger.db, site)
            kept = {each.id: each for each in kept_calibrations(ledger.db, site_id)}
            remove_calibration(ledger.db, site_id, calibration)
            return kept[calibration]

        return self._writer.submit(take_back)

    def counted(
        self, site: str, *, node: str, line: str, start_ms: int, end_ms: int
    ) -> SensorCount:
        """Return what a line's sensor counted in ``[start_ms, end_ms)``.

        Raises :class:`NotFoundError` for an unknown site or line, :class:`QueryError` for a time
        that has not ended, ends before it begins, or is longer than anybody counts.
        """
        if not start_ms < end_ms <= self._now_ms():
            raise QueryError(
                "to: is not after from, or not over yet; count until then and ask again",
                fault("to", "not-after-start"),
            )
        if end_ms - start_ms > LONGEST_COUNT_MS:
            raise QueryError(
                "to: is more than twelve hours after from; begin a new count",
                fault("to", "longer-than-a-count"),
            )
        with reading(self._path) as db:
            site_id = site_id_of(db, site)
            return read_sensor_count(
                db, site_id, node=node, line=line, start_ms=start_ms, end_ms=end_ms
            )


def factor(*, by_sensor: int, by_hand: int) -> Factor:
    """Return by what a sensor's counts are multiplied. It must have counted somebody."""
    one = correct(1, by_sensor=by_sensor, by_hand=by_hand)
    return Factor(value=one.value, error=half_width(one.factor_error, 0.0))
