"""``GET unusual``: days that somebody may want to exclude, told without a look at ratings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pasperdus_collector.api.queries import Queries
from pasperdus_collector.calendar.grid import midnight
from pasperdus_collector.ledger import Ledger
from support.asking import client_of
from support.trials import FIRST_MONDAY, Site, settle, simulate
from support.web import Client
from support.writing import Desk

SITE = Site(weeks="AAAAAABBBBBB", ratings_a_day=10, visitors_a_day=120)
STRIKE = FIRST_MONDAY + timedelta(days=16)  # a Wednesday of the baseline


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    path: Path = tmp_path_factory.mktemp("unusual") / "ledger.db"
    trial = simulate(path, SITE)
    with closing(Ledger(path, quarantine_max=100, now_ms=lambda: trial.now_ms)) as ledger:
        with ledger.transaction():
            first = midnight(STRIKE, SITE.zone)
            ledger.db.execute(
                "UPDATE passage_quarters SET ins = ins / 10 WHERE quarter >= ? AND quarter < ?",
                (first, first + 96),
            )
            ledger.db.execute("UPDATE sites SET days_are_due = 1")
        settle(ledger, trial.now_ms)
    desk = Desk(path)
    desk.start()
    queries = Queries(path, desk.writer, now_ms=lambda: trial.now_ms)
    yield client_of(desk, queries)
    desk.stop()


def asked(client: Client, **params: str) -> Any:
    return client.get("/api/v1/unusual", params={"site": "mairie", **params})


def test_a_day_on_which_hardly_anybody_came_is_proposed_and_no_other(client: Client) -> None:
    told = asked(client, prototype="pupitre").json()

    (day,) = told["baseline"]["days"]
    assert day["day"] == STRIKE.isoformat()
    assert day["direction"] == "fewer"
    assert day["entries"] < 0.3 * day["expected"]
    assert day["probability"] < 0.01
    assert told["prototype"]["days"] == []
    assert told["baseline"]["days_judged"] == 30


def test_nothing_about_ratings_is_told(client: Client) -> None:
    assert "rating" not in asked(client, prototype="pupitre").text
    assert "satisf" not in asked(client, prototype="pupitre").text


def test_a_day_once_excluded_is_not_proposed_again(client: Client) -> None:
    read = client.get("/api/v1/prototypes/pupitre", params={"site": "mairie"})
    excluded = {
        "exclusions": [
            {
                "first_day": STRIKE.isoformat(),
                "last_day": STRIKE.isoformat(),
                "reason": "grève",
            }
        ],
        "by": "équipe",
        "why": "grève des transports",
    }
    changed = client.patch(
        "/api/v1/prototypes/pupitre",
        params={"site": "mairie"},
        json=excluded,
        headers={"If-Match": read.headers["ETag"]},
    )
    assert changed.status_code == 200, changed.text

    assert asked(client, prototype="pupitre").json()["baseline"]["days"] == []


def test_a_prototype_must_be_named(client: Client) -> None:
    found = asked(client)

    assert found.status_code == 400
    assert "name a prototype" in found.json()["detail"]
