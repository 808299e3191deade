"""What is stored, counted from a real ledger, and the facts of the privacy notice."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pasperdus_collector.config import Config
from pasperdus_collector.ledger import reading
from pasperdus_collector.registry import Site
from pasperdus_collector.stored import inventory
from pasperdus_collector.stored.inventory import Inventory, Stock, read_inventory
from pasperdus_collector.stored.notice import notice_of
from support.pages import TUESDAY
from support.reception import Reception, open_day, reception, wall

CONFIG: dict[str, Any] = {
    "collector": {"name": "mairie"},
    "mqtt": {"url": "embedded:1883"},
    "ledger": {"path": "ledger.db"},
    "http": {"auth": "none"},
    "enrolment": {"mode": "open"},
}
MAIRIE = Site(
    site="default", title="Mairie", time_zone="Europe/Paris", agents=4, version=1, zones=[]
)


def fill(place: Reception) -> None:
    open_day(place, TUESDAY, visitors=40)
    place.ratings("borne", [(wall(TUESDAY, "10:00") + n * 60_000, 4) for n in range(12)])
    place.release(wall(TUESDAY, "18:00"))


def counted(path: Path) -> Inventory:
    with reading(path) as db:
        return read_inventory(db)


def of(found: Inventory, kept: str) -> Stock:
    return next(stock for stock in found.stocks if stock.kept.kept == kept)


def test_rows_times_and_bytes_are_those_of_the_ledger(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with reception(path) as place:
        fill(place)

        found = counted(path)

    events = of(found, "events")
    assert {part.name: part.rows for part in events.parts} == {
        "coverage": 96,
        "passage": 80,
        "rating": 12,
    }
    assert events.rows == 96 + 80 + 12
    ratings = next(part for part in events.parts if part.name == "rating")
    assert (ratings.first_ms, ratings.last_ms) == (
        wall(TUESDAY, "10:00"),
        wall(TUESDAY, "10:11"),
    )
    assert of(found, "unreleased").rows == 0
    assert of(found, "slips").rows == 0
    assert of(found, "slips").first_ms is None
    blocks = of(found, "ratings")
    assert blocks.rows > 1
    sizes = [stock.size for stock in found.stocks]
    assert None not in sizes
    assert 0 < sum(size or 0 for size in sizes) <= found.size - found.free
    assert found.size % 4096 == 0


def test_of_very_many_events_the_kinds_are_dated_and_not_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ledger.db"
    with reception(path) as place:
        fill(place)
        exact = of(counted(path), "events")
        monkeypatch.setattr(inventory, "MOST_EVENTS_COUNTED", 100)
        monkeypatch.setattr(inventory, "MOST_BYTES_LOOKED_AT", 100)

        found = of(counted(path), "events")

    assert found.rows == exact.rows
    assert (found.first_ms, found.last_ms) == (exact.first_ms, exact.last_ms)
    assert {part.rows for part in found.parts} == {None}
    assert found.size is None


def test_only_what_is_configured_gets_anything() -> None:
    alone = notice_of(Config.model_validate(CONFIG), MAIRIE)
    shared = notice_of(
        Config.model_validate(
            {
                **CONFIG,
                "influx": {"url": "https://series.example", "bucket": "accueil"},
                "home_assistant": {},
            }
        ),
        MAIRIE,
    )
    ratings = next(kept for kept in alone.kept if kept.kept == "ratings")
    inside = next(kept for kept in alone.kept if kept.kept == "inside")

    assert alone.recipients(ratings) == ("pages",)
    assert shared.recipients(ratings) == ("pages", "influx")
    assert alone.recipients(inside) == ("pages", "screens")
    assert shared.recipients(inside) == ("pages", "screens", "influx", "home_assistant")
    assert shared.influx is not None
    assert (shared.influx.host, shared.influx.is_encrypted) == ("series.example", True)
    assert alone.broker.is_this_machine


def test_the_pulse_is_told_as_the_site_asks_it() -> None:
    config = Config.model_validate(CONFIG)
    many = Site(
        site="default", title="Mairie", time_zone="Europe/Paris", agents=5, version=1, zones=[]
    )

    assert not notice_of(config, MAIRIE).asks_pulse
    assert notice_of(config, many).asks_pulse


def test_a_slip_that_waits_is_counted_until_it_is_too_old(tmp_path: Path) -> None:
    from pasperdus_collector.reception import slips

    path = tmp_path / "ledger.db"
    now_ms = wall(TUESDAY, "14:00")
    with reception(path) as place:
        place.status("terminal-1", now_ms, screen="agent")
        with place.ledger.transaction():
            slips.add(
                place.ledger.db,
                slips.NewSlip(node="terminal-1", text="Rappeler la crèche."),
                now_ms=now_ms,
            )
        waiting = of(counted(path), "slips")
        days = waiting.kept.retention.days
        assert days is not None
        after_ms = now_ms + round(timedelta(days=days).total_seconds() * 1000)
        with place.ledger.transaction():
            slips.purge(place.ledger.db, after_ms - 1)
        still = of(counted(path), "slips")
        with place.ledger.transaction():
            slips.purge(place.ledger.db, after_ms)
        gone = of(counted(path), "slips")

    assert (waiting.rows, still.rows, gone.rows) == (1, 1, 0)
    assert waiting.kept.category == "personal"
