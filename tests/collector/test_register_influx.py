"""Trial periods in InfluxDB: those of the register, each time it changes, and no others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pasperdus_collector.buckets.days import rebuild_site
from pasperdus_collector.calendar.grid import LAST_MS
from pasperdus_collector.config import InfluxSettings
from pasperdus_collector.ledger import Ledger
from pasperdus_collector.register import plan
from pasperdus_collector.register.course import Believed, adapt, end, roll_back
from pasperdus_collector.register.log import Signed
from pasperdus_collector.register.records import Period, Prototype
from pasperdus_collector.register.store import read_prototype, remove_period
from pasperdus_collector.series.influx import InfluxError, InfluxServer
from support.conformance import COLLECTOR, HOME, Filling, open_away
from support.copying import copy_all, projection_of
from support.influx import DATABASE, Influx1
from support.known_series import PERIODS as KNOWN
from support.known_series import at, lines

HERE = "cayenne"
ENDED = at("2026-03-20")
SIGNED = Signed(by="chef de projet", why="prévu", at_ms=at("2026-03-01"))
BENCHES = Prototype(
    site=HERE,
    prototype="bancs",
    title="Bancs",
    hypothesis="On attend mieux assis",
    changed="Des bancs",
    design="before_after",
    outcome="stay_minutes",
    question=None,
    scale=None,
    delta=5.0,
    planned_start_ms=at("2026-03-02"),
    planned_end_ms=at("2026-06-01"),
    control_site=None,
    baseline=("avant",),
    exclusions=(),
    circumstances=(),
    seed=None,
    decision=None,
    rolled_back_at_ms=None,
    started_at_ms=None,
    version=1,
)
BEFORE = Period(
    site=HERE,
    period="avant",
    prototype=None,
    kind="baseline",
    title='Chaises "d\'école"',
    step=1,
    changed="",
    start_ms=at("2026-01-05"),
    end_ms=at("2026-03-02"),
    pair=None,
    version=1,
)
TRIED = replace(
    BEFORE,
    period="bancs-1",
    prototype="bancs",
    kind="prototype",
    title="Bancs, face au guichet",
    start_ms=at("2026-03-02"),
    end_ms=None,
)


@pytest.fixture(scope="module")
def influx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Influx1]:
    with Influx1(tmp_path_factory.mktemp("influx")) as server:
        yield server


@pytest.fixture
def filling(tmp_path: Path, influx: Influx1) -> Iterator[Filling]:
    """A site with one trial, and another without any."""
    influx.query(f'DROP DATABASE "{DATABASE}"')
    influx.query(f'CREATE DATABASE "{DATABASE}"')
    filling = Filling(tmp_path / "ledger.db", now_ms=at("2026-04-01"))
    filling.change(open_away)
    filling.change(_open_home)
    filling.change(lambda ledger: plan.register_period(ledger.db, BEFORE, SIGNED))
    filling.change(lambda ledger: plan.register_prototype(ledger.db, BENCHES, SIGNED))
    filling.change(lambda ledger: plan.register_period(ledger.db, TRIED, SIGNED))
    yield filling
    filling.close()


def copy(filling: Filling, influx: Influx1) -> None:
    projection = projection_of(filling, _server(influx))
    copy_all(projection)
    projection.stop()


def found(influx: Influx1, *, site: str = HERE) -> list[tuple[Any, ...]]:
    """Return the published periods of a site by their starts."""
    answer = influx.query(
        "SELECT title, phase, ends_at, prototype FROM periods "  # noqa: S608 (a test's literal)
        f"WHERE collector = '{COLLECTOR}' AND site = '{site}'"
    )
    return [
        (row["time"], row["ends_at"], row["prototype"], row["title"], row["phase"])
        for rows in answer
        for row in rows.records()
    ]


FIRST = (BEFORE.start_ms, BEFORE.end_ms, "bancs", BEFORE.title, "référence")


def test_periods_are_published_in_the_form_that_the_dashboards_read(
    filling: Filling, influx: Influx1
) -> None:
    copy(filling, influx)

    # Of a period that lasts, the end is the planned one.
    running = (TRIED.start_ms, BENCHES.planned_end_ms, "bancs", TRIED.title, "essai")
    assert found(influx) == [FIRST, running]
    assert found(influx, site=HOME) == []
    known = [line for line in lines() if line.startswith("periods,")]
    assert len(known) == len(KNOWN)
    ours = influx.query("SHOW TAG KEYS FROM periods"), influx.query("SHOW FIELD KEYS FROM periods")
    tags, fields = ({row[0]: row[1:] for row in rows[0].values} for rows in ours)
    assert set(tags) == {"collector", "site", "prototype"}
    assert fields == {"title": ["string"], "phase": ["string"], "ends_at": ["integer"]}


def test_a_period_that_moves_or_goes_leaves_no_point_behind(
    filling: Filling, influx: Influx1
) -> None:
    copy(filling, influx)

    def move(ledger: Ledger) -> None:
        plan.change_period(
            ledger.db,
            HERE,
            "avant",
            {"start_ms": at("2026-01-12")},
            version=1,
            signed=SIGNED,
        )

    filling.change(move)
    copy(filling, influx)
    moved = (at("2026-01-12"), *FIRST[1:])
    assert [row[0] for row in found(influx)] == [moved[0], TRIED.start_ms]

    filling.change(lambda ledger: remove_period(ledger.db, HERE, "bancs-1"))
    copy(filling, influx)
    assert found(influx) == [moved]


def test_adaptation_end_and_return_are_seen(filling: Filling, influx: Influx1) -> None:
    def adapted(ledger: Ledger) -> None:
        at_ms = at("2026-03-16")
        adapt(ledger.db, _now(ledger), at_ms=at_ms, title="Bas", changed="x", signed=SIGNED)

    def back(ledger: Ledger) -> None:
        roll_back(
            ledger.db,
            _now(ledger),
            at_ms=at("2026-03-30"),
            returns_to_baseline=None,
            title=None,
            signed=SIGNED,
        )

    filling.change(adapted)
    filling.change(back)
    copy(filling, influx)

    assert found(influx) == [
        FIRST,
        (TRIED.start_ms, at("2026-03-16"), "bancs", TRIED.title, "essai"),
        (at("2026-03-16"), at("2026-03-30"), "bancs", "Bas", "adaptation"),
        # Nobody planned any end of what is usual.
        (at("2026-03-30"), LAST_MS, "bancs", BEFORE.title, "référence"),
    ]


def test_a_rebuild_writes_the_periods_again(filling: Filling, influx: Influx1) -> None:
    copy(filling, influx)
    before = found(influx)
    influx.query("DELETE FROM periods")

    filling.change(lambda ledger: rebuild_site(ledger.db, 1))
    copy(filling, influx)

    assert found(influx) == before


def test_who_is_killed_after_deleting_writes_the_periods_all_the_same(
    filling: Filling, influx: Influx1
) -> None:
    class Killed(InfluxServer):
        def write(self, _lines: Sequence[str]) -> None:
            raise InfluxError("killed")

    copy(filling, influx)
    before = found(influx)
    filling.change(lambda ledger: end(ledger.db, _now(ledger), at_ms=ENDED, signed=SIGNED))
    projection = projection_of(filling, Killed(_settings(influx)))
    with pytest.raises(InfluxError, match="killed"):
        projection.copy_once()
    projection.stop()
    assert found(influx) == []

    copy(filling, influx)

    assert found(influx) == [before[0], (before[1][0], ENDED, *before[1][2:])]


def test_a_change_of_the_register_deletes_periods_alone(filling: Filling) -> None:
    class Kept(InfluxServer):
        def __init__(self) -> None:
            self.told: list[str] = []

        def write(self, lines: Sequence[str]) -> None:
            self.told += [line.partition(",")[0] for line in lines]

        def delete(self, tags: Mapping[str, str]) -> None:
            self.told.append(f"delete all of {tags['site']}")

        def delete_periods(self, tags: Mapping[str, str]) -> None:
            self.told.append(f"delete periods of {tags['site']}")

        def close(self) -> None:
            pass

    server = Kept()
    projection = projection_of(filling, server)
    copy_all(projection)
    server.told.clear()

    filling.change(lambda ledger: end(ledger.db, _now(ledger), at_ms=ENDED, signed=SIGNED))
    copy_all(projection)

    assert server.told == ["delete periods of cayenne", "sites", "periods", "periods"]
    server.told.clear()
    filling.change(_rename)
    copy_all(projection)
    assert server.told == ["sites", "periods", "periods"]


def _now(ledger: Ledger) -> Believed:
    version = read_prototype(ledger.db, HERE, "bancs").version
    return Believed(site=HERE, prototype="bancs", version=version)


def _rename(ledger: Ledger) -> None:
    ledger.db.execute("UPDATE sites SET title = 'Annexe 2' WHERE name = ?", (HERE,))


def _open_home(ledger: Ledger) -> None:
    ledger.registry.create_site(name=HOME, title="Mairie", time_zone="Europe/Paris")


def _settings(influx: Influx1) -> InfluxSettings:
    return InfluxSettings(url=influx.url, bucket=DATABASE)


def _server(influx: Influx1) -> InfluxServer:
    return InfluxServer(_settings(influx))
