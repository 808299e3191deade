"""Ledger and InfluxDB answer every question about the published series alike, number for number."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pasperdus_collector.buckets.flags import FEW
from pasperdus_collector.calendar.grid import BucketSize
from pasperdus_collector.config import InfluxSettings
from pasperdus_collector.ledger import reading
from pasperdus_collector.series import FleetQuery, Measure, SeriesQuery
from pasperdus_collector.series.embedded import EmbeddedRows
from pasperdus_collector.series.influx import InfluxRows, InfluxServer
from pasperdus_collector.series.reader import SeriesReader
from support.conformance import COLLECTOR, NOW
from support.copying import Copied
from support.influx import DATABASE
from support.questions import MEASURES, differences


@pytest.fixture(scope="module")
def influx_rows(copied: Copied) -> Iterator[InfluxRows]:
    server = InfluxServer(InfluxSettings(url=copied.influx.direct_url, bucket=DATABASE))
    yield InfluxRows(server)
    server.close()


@pytest.mark.parametrize("measure", MEASURES)
def test_every_question_is_answered_alike(
    copied: Copied, influx_rows: InfluxRows, measure: Measure
) -> None:
    with reading(copied.filling.path) as db:
        embedded = EmbeddedRows(db, now_ms=NOW, collector=COLLECTOR)

        found, known = differences(embedded, influx_rows, measure)

    assert not found, f"{len(found)} questions are answered otherwise, such as {found[:3]}"
    assert known > 0, "nothing is known of it: this compares nothing"


def test_both_tell_the_same_of_every_site(copied: Copied, influx_rows: InfluxRows) -> None:
    with reading(copied.filling.path) as db:
        cards = EmbeddedRows(db, now_ms=NOW, collector=COLLECTOR).cards()

    assert influx_rows.cards() == cards
    assert [card.site for card in cards] == ["cayenne", "default"]


@pytest.mark.parametrize("measure", ["passages_in", "passages_out", "occupancy", "stay_minutes"])
@pytest.mark.parametrize("bucket", ["1h", "1d", "1w"])
def test_the_fleet_is_answered_alike_and_as_its_sites_are(
    copied: Copied, influx_rows: InfluxRows, measure: Measure, bucket: BucketSize
) -> None:
    if measure == "stay_minutes" and bucket == "1h":
        bucket = "1mo"  # a stay is of whole days
    days = 86_400_000 * (21 if bucket != "1h" else 5)
    query = FleetQuery(measure=measure, bucket=bucket, start_ms=NOW - days, end_ms=NOW)
    with reading(copied.filling.path) as db:
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
    of_influx = SeriesReader(influx_rows, now_ms=NOW).read_fleet(query)

    assert of_ledger == of_influx
    assert [site.points for site in of_ledger] == alone
    # The days of this ledger have too few visits for a stay; both say so.
    assert any(point.value or point.flags & FEW for site in of_ledger for point in site.points)
