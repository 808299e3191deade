"""A town hall with counted weeks and an annexe, and pages on both."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from pasperdus_collector.calendar.grid import midnight
from pasperdus_contract.fields import QUARTER_MS
from support.pages import Site
from support.reception import reception
from support.trials import FIRST_MONDAY, settle, simulate
from support.trials import Site as Town

TOWN = Town(weeks="AAAAAAAABBBBBBBB", effects={"B": 0.1}, seed=3)
ANNEXE = Town(site="annexe", title="Mairie annexe", weeks="A" * 16, seed=4, question="sourire")
STRIKE = FIRST_MONDAY + timedelta(days=16)


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger with sixteen weeks of two sites, a strike in one, and nothing registered."""
    path = tmp_path_factory.mktemp("prototypes") / "ledger.db"
    trial = simulate(path, TOWN, control=ANNEXE, is_registered=False)
    with reception(path) as place:
        with place.ledger.transaction():
            first = midnight(STRIKE, TOWN.zone)
            place.ledger.db.execute(
                "UPDATE passage_quarters SET ins = ins / 10 WHERE quarter >= ? AND quarter < ?",
                (first, first + 96),
            )
            place.ledger.db.execute("UPDATE sites SET days_are_due = 1")
        settle(place.ledger, trial.now_ms)
    return path


@pytest.fixture
def pages(counted: Path, tmp_path: Path) -> Iterator[Site]:
    """The pages the day before the ninth week begins, on a ledger of the test's own."""
    path = tmp_path / "ledger.db"
    path.write_bytes(counted.read_bytes())
    with reception(path) as place:
        site = Site(place)
        site.now_ms = day_ms(55)
        yield site


def day_ms(day: int) -> int:
    """Return noon of a day, counted from the first Monday."""
    return midnight(FIRST_MONDAY + timedelta(days=day), TOWN.zone) * QUARTER_MS + 12 * 3_600_000
