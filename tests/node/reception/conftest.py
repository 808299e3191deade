"""A terminal at work, on simulated pins, that hears its collector."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pasperdus_node.simulation.pins import SimulatedPins
from support.terminals import Desk, board, pins


@pytest.fixture
def mock_pins() -> Iterator[SimulatedPins]:
    with pins() as made:
        yield made


@pytest.fixture
def desk(tmp_path: Path, mock_pins: SimulatedPins) -> Iterator[Desk]:
    made = Desk(tmp_path)
    made.screen.hear_link(is_subscribed=True)
    made.hear(board())
    yield made
    made.stop()
