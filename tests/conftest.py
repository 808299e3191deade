"""What tests of several packages ask for; what is dear to make and only read is made once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pasperdus_collector.config import InfluxSettings
from pasperdus_collector.series.influx import InfluxServer
from support.browsing import Browsing, Opening
from support.conformance import fill
from support.copying import Copied, copy_all, projection_of
from support.influx import DATABASE, Influx1
from support.mosquitto import Mosquitto

SLOW_S = 10.0
BROWSER = "browse"
_browsing = Browsing()


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


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> None:
    """End the browser once the next test has no use for it.

    Playwright keeps an event loop in this thread for as long as its browser is there, and tests
    that run one of their own may come next.
    """
    if BROWSER not in getattr(nextitem, "fixturenames", ()):
        _browsing.close()


@pytest.fixture(name=BROWSER)
def browse_fixture() -> Iterator[Opening]:
    """Open tabs with this; at the end none of them may have had anything to complain of."""
    yield _browsing.tab
    assert _browsing.leave() == []


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    """A broker that anybody may use, to be killed and started again."""
    with Mosquitto(tmp_path / "broker") as running:
        yield running


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
