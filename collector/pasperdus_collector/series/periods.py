"""Trial periods as points of the measurement ``periods``, for who shows them beside the series.

A period is one point for each prototype that it belongs to or is compared with. There is nothing in
it that the register's own pages do not tell.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pasperdus_collector.calendar.grid import LAST_MS
from pasperdus_collector.register.records import Period, Prototype
from pasperdus_collector.register.store import read_periods, read_prototypes
from pasperdus_collector.series.line_protocol import series_key

PERIODS = "periods"
PHASES = ("référence", "essai", "adaptation")
"""What a period is to a prototype: compared with, tried, tried after a change."""

_STRING_ESCAPES = str.maketrans({'"': r"\"", "\\": r"\\"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodPoint:
    """A period as published; of one that has no end, ``ends_at_ms`` is the planned one."""

    collector: str
    site: str
    prototype: str
    title: str
    phase: str
    start_ms: int
    ends_at_ms: int


def period_lines(
    db: sqlite3.Connection, sites: Iterable[str], *, collector: str, now_ms: int
) -> Iterator[str]:
    """Yield the points of these sites as lines, with times in seconds."""
    for site in sites:
        prototypes = read_prototypes(db, site, now_ms=now_ms)
        for point in period_points(prototypes, read_periods(db, site), collector=collector):
            yield _line(point)


def period_points(
    prototypes: Iterable[Prototype], periods: Iterable[Period], *, collector: str
) -> Iterator[PeriodPoint]:
    """Yield the points of one site; a baseline that no prototype names has none."""
    in_order = list(periods)
    for prototype in prototypes:
        for period in in_order:
            is_own = period.prototype == prototype.prototype
            if is_own or period.period in prototype.baseline:
                yield PeriodPoint(
                    collector=collector,
                    site=period.site,
                    prototype=prototype.prototype,
                    title=period.title,
                    phase=_phase(period, is_tried=is_own and period.kind == "prototype"),
                    start_ms=period.start_ms,
                    ends_at_ms=_end(period, prototype),
                )


def _phase(period: Period, *, is_tried: bool) -> str:
    if not is_tried:
        return PHASES[0]
    return PHASES[1] if period.step == 1 else PHASES[2]


def _end(period: Period, prototype: Prototype) -> int:
    """Return the end; of what lasts the planned one, or the end of all years that can be asked."""
    if period.end_ms is not None:
        return period.end_ms
    planned_ms = prototype.planned_end_ms
    if period.kind == "prototype" and planned_ms is not None and planned_ms > period.start_ms:
        return planned_ms
    return LAST_MS


def _line(point: PeriodPoint) -> str:
    start = series_key(
        PERIODS,
        {"collector": point.collector, "site": point.site, "prototype": point.prototype},
    )
    title = point.title.translate(_STRING_ESCAPES)
    return (
        f'{start} title="{title}",phase="{point.phase}",ends_at={point.ends_at_ms}i '
        f"{point.start_ms // 1000}"
    )
