"""Ledger and InfluxDB answer every question about the published series alike, number for number."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from pasperdus_collector.calendar.grid import BucketSize
from pasperdus_collector.config import InfluxSettings
from pasperdus_collector.ledger import reading
from pasperdus_collector.series import FleetQuery, Measure, SeriesQuery
from pasperdus_collector.series.embedded import EmbeddedRows
from pasperdus_collector.series.influx import InfluxRows, InfluxServer
from pasperdus_collector.series.projection import Projection
from pasperdus_collector.series.reader import SeriesReader
from support.conformance import COLLECTOR, NOW, Filling, fill
from support.influx import DATABASE, Influx1
from support.questions import MEASURES, differences


@dataclass(frozen=True, slots=True)
class Both:
    """A ledger with something of everything in it, and the InfluxDB that it was copied to."""

    filling: Filling
    copied: InfluxRows


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    directory = tmp_path_factory.mktemp("conformance")
    filling = fill(directory / "ledger.db")
    with Influx1(directory / "influx") as influx:
        server = InfluxServer(InfluxSettings(url=influx.url, bucket=DATABASE))
        reader = InfluxServer(InfluxSettings(url=influx.direct_url, bucket=DATABASE))
        projection = Projection(
            server,
            path=filling.path,
            collector=COLLECTOR,
            submit=filling.change,
            every_s=1,
            now_ms=lambda: NOW,
        )
        while projection.copy_once():
            pass
        yield Both(filling, InfluxRows(reader))
        projection.stop()
        reader.close()
    filling.close()


@pytest.mark.parametrize("measure", MEASURES)
def test_every_question_is_answered_alike(both: Both, measure: Measure) -> None:
    with reading(both.filling.path) as db:
        embedded = EmbeddedRows(db, now_ms=NOW, collector=COLLECTOR)

        found, known = differences(embedded, both.copied, measure)

    assert not found, f"{len(found)} questions are answered otherwise, such as {found[:3]}"
    assert known > 0, "nothing is known of it: this compares nothing"


def test_both_tell_the_same_of_every_site(both: Both) -> None:
    with reading(both.filling.path) as db:
        cards = EmbeddedRows(db, now_ms=NOW, collector=COLLECTOR).cards()

    assert both.copied.cards() == cards
    assert [card.site for card in cards] == ["cayenne", "default"]


@pytest.mark.parametrize("measure", ["passages_in", "passages_out", "occupancy", "stay_minutes"])
@pytest.mark.parametrize("bucket", ["1h", "1d", "1w"])
def test_the_fleet_is_answered_alike_and_as_its_sites_are(
    both: Both, measure: Measure, bucket: BucketSize
) -> None:
    if measure == "stay_minutes" and bucket == "1h":
        bucket = "1mo"  # a stay is of whole days
    days = 86_400_000 * (21 if bucket != "1h" else 5)
    query = FleetQuery(measure=measure, bucket=bucket, start_ms=NOW - days, end_ms=NOW)
    with reading(both.filling.path) as db:
        ledger = SeriesReader(EmbeddedRows(db, now_ms=NOW, collector=COLLECTOR), now_ms=NOW)
        alone = [
            ledger.read(
                SeriesQuery(
                    site=card.site,
                    measure=measure,
                    bucket=bucket,
                    start_ms=query.start_ms,
                    end_ms=NOW,
                )
            ).points
            for card in ledger.cards()
        ]
        of_ledger = ledger.read_fleet(query)
    of_influx = SeriesReader(both.copied, now_ms=NOW).read_fleet(query)

    assert of_ledger == of_influx
    assert [site.points for site in of_ledger] == alone
    assert any(point.value for site in of_ledger for point in site.points)
