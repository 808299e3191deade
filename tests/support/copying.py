"""The projection driven by hand: copy all that changed, and compare both sources."""

from __future__ import annotations

from dataclasses import dataclass

from pasperdus_collector.config import InfluxSettings
from pasperdus_collector.ledger import reading
from pasperdus_collector.series.embedded import EmbeddedRows
from pasperdus_collector.series.influx import InfluxRows, InfluxServer
from pasperdus_collector.series.projection import Projection
from support.conformance import COLLECTOR, Filling
from support.influx import DATABASE, Influx1
from support.questions import differences


@dataclass(frozen=True, slots=True)
class Copied:
    """A ledger, and the InfluxDB that the projection copied it to."""

    filling: Filling
    influx: Influx1


def projection_of(filling: Filling, server: InfluxServer) -> Projection:
    return Projection(
        server,
        path=filling.path,
        collector=COLLECTOR,
        submit=filling.change,
        every_s=0.01,
        first_pause_s=0.01,
        now_ms=lambda: filling.clock.now_ms,
    )


def copy_all(projection: Projection) -> None:
    while projection.copy_once():
        pass


def unlike(filling: Filling, influx: Influx1) -> list[str]:
    """Return how both sources differ now."""
    server = InfluxServer(InfluxSettings(url=influx.direct_url, bucket=DATABASE))
    now_ms = filling.clock.now_ms
    with reading(filling.path) as db:
        embedded = EmbeddedRows(db, now_ms=now_ms, collector=COLLECTOR)
        found: list[str] = []
        for measure in ("passages_in", "occupancy", "ratings", "tallies"):
            more, known = differences(embedded, InfluxRows(server), measure, now_ms=now_ms)
            assert known, measure
            found += more
    server.close()
    return found
