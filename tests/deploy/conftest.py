"""A broker with the shipped configuration, shared by a module's tests."""

from collections.abc import Iterator

import pytest

from support.shipped_broker import Broker, running


@pytest.fixture(scope="module")
def running_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    with running(tmp_path_factory.mktemp("mosquitto")) as broker:
        yield broker


@pytest.fixture
def broker(running_broker: Broker) -> Iterator[Broker]:
    yield running_broker
    running_broker.hang_up()
    assert running_broker.process.poll() is None, "mosquitto died"
