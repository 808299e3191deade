"""What InfluxDB has while hours and a night go by, ticked as the writing thread does."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from pasperdus_collector.buckets.days import close_days, pass_time
from pasperdus_collector.calendar.grid import BucketSize
from pasperdus_collector.config import InfluxSettings
from pasperdus_collector.ledger import reading
from pasperdus_collector.registry import LineRole
from pasperdus_collector.series import Measure, SeriesQuery
from pasperdus_collector.series.embedded import EmbeddedRows
from pasperdus_collector.series.influx import InfluxRows, InfluxServer
from pasperdus_collector.series.projection import Projection
from pasperdus_collector.series.reader import SeriesReader
from support.collecting import DAY, HOUR, MINUTE, MONDAY, QUARTER, Core, coverage, event, passage
from support.influx import DATABASE, Influx1

NINE = MONDAY + 9 * HOUR
MEASURES: tuple[Measure, ...] = ("passages_in", "passages_out", "occupancy", "stay_minutes")
BUCKETS: tuple[BucketSize, ...] = ("15m", "1h", "1d", "1w")


class Hours:
    """A ledger whose clock is moved by hand, copied to a real InfluxDB at each tick."""

    def __init__(self, directory: Path, influx: Influx1) -> None:
        self.now_ms = NINE
        self.core = Core(directory / "ledger.db", now_ms=lambda: self.now_ms)
        self._quarter = -1
        self._seq = 0
        self._reader = InfluxServer(InfluxSettings(url=influx.direct_url, bucket=DATABASE))
        self.projection = Projection(
            InfluxServer(InfluxSettings(url=influx.url, bucket=DATABASE)),
            path=self.core.path,
            collector="mairie",
            submit=self._submit,
            every_s=1,
            now_ms=lambda: self.now_ms,
        )

    def tell(self, at: int, kind: str, **fields: Any) -> None:
        self._seq += 1
        told = (
            passage(self._seq, at, kind)
            if kind in ("in", "out")
            else event(self._seq, at, kind=kind, **fields)
        )
        self.core.store(told, at=self.now_ms)

    def open_since(self, at: int) -> None:
        """Tell that the door was watched since then: so a close lies before what comes."""
        self._seq += 1
        self.core.store(coverage(self._seq, at, self.now_ms), at=self.now_ms)
        self.tell(self.now_ms, "in")
        self.tick()

    def pass_until(self, at: int, *, is_alive: bool = True) -> None:
        """Let quarter-hours go by, each told of by the door, and copy after each."""
        while self.now_ms < at:
            start = self.now_ms // QUARTER * QUARTER
            self.now_ms = start + QUARTER
            if is_alive:
                self._seq += 1
                self.core.store(coverage(self._seq, start, self.now_ms), at=self.now_ms)
            self.tick()

    def tick(self) -> None:
        """Do what the writer does from time to time, and let everything be copied."""
        with self.core.ledger.transaction():
            if self.now_ms // QUARTER > self._quarter:
                pass_time(self.core.ledger.db, self._quarter, self.now_ms)
                self._quarter = self.now_ms // QUARTER
        are_left = True
        while are_left:
            with self.core.ledger.transaction():
                are_left = close_days(self.core.ledger.db, self.now_ms)
        while self.projection.copy_once():
            pass

    def unlike(self) -> list[str]:
        """Return where both answer otherwise, of what is known."""
        found = []
        known = 0
        with reading(self.core.path) as db:
            rows = EmbeddedRows(db, now_ms=self.now_ms, collector="mairie")
            ledger = SeriesReader(rows, now_ms=self.now_ms)
            copied = SeriesReader(InfluxRows(self._reader), now_ms=self.now_ms)
            for measure, bucket in product(MEASURES, BUCKETS):
                if measure == "stay_minutes" and bucket in ("15m", "1h"):
                    continue  # it is of whole days
                query = SeriesQuery(
                    site="default",
                    measure=measure,
                    bucket=bucket,
                    start_ms=MONDAY - DAY,
                    end_ms=MONDAY + 3 * DAY,
                )
                here, there = ledger.read(query).points, copied.read(query).points
                known += sum(point.value is not None for point in here)
                found += [
                    f"{measure} {bucket}: {a} {b}"
                    for a, b in zip(here, there, strict=True)
                    if a != b
                ]
        assert known, "nothing is known: this compares nothing"
        return found

    def close(self) -> None:
        self.projection.stop()
        self._reader.close()
        self.core.close()

    def _submit(self, change: object) -> None:
        assert callable(change)
        with self.core.ledger.transaction():
            change(self.core.ledger)


@pytest.fixture
def hours(tmp_path: Path) -> Iterator[Hours]:
    with Influx1(tmp_path / "influx") as influx:
        hours = Hours(tmp_path, influx)
        hours.open_since(MONDAY - 12 * HOUR)
        yield hours
        hours.close()


def test_the_night_takes_drift_out_of_both(hours: Hours) -> None:
    for n in range(6):
        hours.tell(hours.now_ms - MINUTE, "in")
        hours.pass_until(NINE + n * HOUR)
        hours.tell(hours.now_ms - MINUTE, "out") if n % 2 else None
    hours.pass_until(MONDAY + DAY + 8 * HOUR)

    assert hours.unlike() == []


def test_a_door_that_dies_leaves_the_same_gap_in_both(hours: Hours) -> None:
    hours.pass_until(NINE + 2 * HOUR)
    hours.pass_until(NINE + 5 * HOUR, is_alive=False)

    assert hours.unlike() == []

    hours.pass_until(MONDAY + DAY + 5 * HOUR, is_alive=False)

    assert hours.unlike() == []


def test_the_present_day_survives_what_changes_every_day(hours: Hours) -> None:
    hours.pass_until(NINE + 3 * HOUR)
    for role in ("inner", "outer"):
        with hours.core.ledger.transaction():
            hours.core.ledger.registry.change_site(
                "default", title=None, time_zone=None, version=None,
                lines=[LineRole(node="entrance-1", line="door", role=role)],
            )  # fmt: skip
        hours.tick()

    assert hours.unlike() == []


def test_what_comes_late_changes_what_a_recount_bridged(hours: Hours) -> None:
    hours.pass_until(NINE + HOUR)
    hours.tell(hours.now_ms - MINUTE, "in")
    hours.tell(hours.now_ms - MINUTE, "adjust", occupancy=5)
    hours.pass_until(NINE + 3 * HOUR)
    hours.tell(NINE + HOUR // 2, "in")
    hours.tick()

    assert hours.unlike() == []
