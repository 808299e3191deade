"""What is dear to make and only ever read: made once for all tests that ask for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pasperdus_collector.config import InfluxSettings
from pasperdus_collector.series.influx import InfluxServer
from support.conformance import fill
from support.copying import Copied, copy_all, projection_of
from support.influx import DATABASE, Influx1

SLOW_S = 10.0


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let the slow tests come first, the longest before all, where two processes share them out.

    Else the longest would begin last, and one process would wait for the other. The slow ones wait
    for real processes more than they compute, so they also go well beside the others.
    """
    if hasattr(config, "workerinput"):
        items.sort(key=_duration_s, reverse=True)


def _duration_s(item: pytest.Item) -> float:
    """Return for how long a test is said to take, roughly; 0 when it is not slow."""
    slow = item.get_closest_marker("slow")
    return 0.0 if slow is None else float(slow.kwargs.get("about_s", SLOW_S))


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
