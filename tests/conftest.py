"""What is dear to make and only ever read: made once for all tests that ask for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pasperdus_collector.config import InfluxSettings
from pasperdus_collector.series.influx import InfluxServer
from support.conformance import fill
from support.copying import Copied, copy_all, projection_of
from support.influx import DATABASE, Influx1


@pytest.fixture(scope="session")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copied]:
    """A ledger with something of everything in it, and the InfluxDB that it was copied to."""
    directory = tmp_path_factory.mktemp("copied")
    filling = fill(directory / "ledger.db")
    with Influx1(directory / "influx") as influx:
        projection = projection_of(
            filling, InfluxServer(InfluxSettings(url=influx.url, bucket=DATABASE))
        )
        copy_all(projection)
        yield Copied(filling, influx)
        projection.stop()
    filling.close()
