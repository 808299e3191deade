"""Local days stand as soon as their quarter-hours do: whatever happens, in whatever order."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pasperdus_collector.buckets import days
from pasperdus_collector.buckets.day_rows import PASSAGE_DAYS, DayMaker, Key, Table, keys
from pasperdus_collector.buckets.days import BUILT_TOGETHER, close_days
from pasperdus_collector.buckets.watched import read_watched_site
from pasperdus_collector.registry import LineRole
from pasperdus_collector.release import release
from support.collecting import (
    BOOTED,
    DAY,
    HOUR,
    MINUTE,
    MONDAY,
    QUARTER,
    Core,
    coverage,
    event,
    passage,
    rating,
)

FIRST = MONDAY // DAY + 719_163  # its ordinal
NOW = MONDAY + 400 * DAY  # long after every event: no day changes by itself any more
SITE = 1
SEEDS = range(6)

Rows = dict[tuple[str, Key, int], Any]


@pytest.fixture
def core(tmp_path: Path) -> Iterator[Core]:
    core = Core(tmp_path / "ledger.db", now_ms=lambda: NOW)
    yield core
    core.close()


def stored(core: Core) -> Rows:
    """Return every row of every table of days."""
    site = read_watched_site(core.ledger.db, SITE)
    return {
        (table.name, key, row[0]): row[1:]
        for table, key in keys(core.ledger.db, site)
        for row in core.rows(
            f"SELECT day, {_quoted(table)} FROM {table.name} WHERE "  # noqa: S608 (a test's own)
            + " AND ".join(f"{column} = ?" for column in table.key),
            *key,
        )
    }


def from_scratch(core: Core) -> Rows:
    """Return what these rows have to be, from the quarter-hours alone."""
    site = read_watched_site(core.ledger.db, SITE)
    maker = DayMaker(core.ledger.db, site, FIRST - 40, FIRST + 60, now_ms=NOW)
    return {
        (table.name, key, day): values
        for table, key in keys(core.ledger.db, site)
        for day, values in maker.rows(table, key).items()
    }


def settled(core: Core) -> Rows:
    """Let everything that is due be built, then return the rows."""
    while True:
        with core.ledger.transaction():
            if not close_days(core.ledger.db, NOW + 3 * DAY):
                break
    assert core.is_empty("open_days")
    return _told(stored(core))


def happening(rng: random.Random, seq: int) -> dict[str, Any]:
    at = MONDAY + rng.randrange(20) * DAY + rng.randrange(24 * 60) * MINUTE
    synced = rng.random() < 0.8
    match rng.choice(
        ["in", "out", "in", "rating", "tally", "token", "adjust", "coverage", "staff"]
    ):
        case "in" | "out" as way:
            line = rng.choice(["door", "side", "waiting"])
            return passage(seq, at, way, line=line, synced=synced)
        case "staff":
            return passage(seq, at, "in", flags=["staff"], synced=synced)
        case "rating":
            return rating(seq, at, rng.randint(1, 5), synced=synced)
        case "tally":
            return event(seq, at, synced=synced, kind="tally", what=rng.choice(["phone", "where"]))
        case "adjust":
            return event(seq, at, synced=synced, kind="adjust", occupancy=rng.randrange(30))
        case "token":
            return event(
                seq, at, synced=synced, kind="token", visit=f"{rng.randrange(30):016x}",
                token="red-star", action=rng.choice(["wait", "call", "done", "left"]),
                service=rng.choice(["accueil", "cni"]),
            )  # fmt: skip
    start = at // QUARTER * QUARTER
    length = rng.randint(1, 40) * QUARTER
    ok_ms = rng.choice([length, length, length // 2, 0])
    return coverage(seq, start, start + length, ok_ms=ok_ms, synced=synced)


@pytest.mark.parametrize("seed", SEEDS)
def test_days_are_what_their_quarter_hours_make_them(core: Core, seed: int) -> None:
    rng = random.Random(seed)
    seq = 0
    for _ in range(12):
        told = [happening(rng, seq := seq + 1) for _ in range(rng.randint(1, 25))]
        last = max(each["uptime"] for each in told) + BOOTED
        core.store(*told, at=max(last, MONDAY + 21 * DAY), booted=BOOTED)
        match rng.randrange(6):
            case 0:
                with core.ledger.transaction():
                    release(core.ledger.db, NOW)
            case 1:
                with core.ledger.transaction():
                    zone = rng.choice(["Europe/Paris", "America/Cayenne", "Asia/Kolkata"])
                    core.ledger.registry.change_site(
                        "default", title=None, time_zone=zone, lines=[], version=None
                    )
            case 2:
                lines = core.rows("SELECT name, role FROM lines")
                if lines:
                    name, role = rng.choice(lines)
                    with core.ledger.transaction():
                        other = LineRole(
                            node="entrance-1", line=name,
                            role="inner" if role == "outer" else "outer",
                        )  # fmt: skip
                        core.ledger.registry.change_site(
                            "default", title=None, time_zone=None, lines=[other], version=None
                        )
            case 3:
                with core.ledger.transaction():
                    close_days(core.ledger.db, NOW, limit=3)

    assert settled(core) == _told(from_scratch(core))


def asked(core: Core) -> dict[int, int | float]:
    """Return what a reader is told of entries, by day since the first one."""
    site = read_watched_site(core.ledger.db, SITE)
    found = days.read_days(
        core.ledger.db, site, PASSAGE_DAYS, (0, SITE), fields=("ins",), first_day=FIRST,
        end_day=FIRST + 90, now_ms=NOW,
    )  # fmt: skip
    return {day - FIRST: row[1] for day, row in found.items() if row[1]}


def test_a_reader_is_told_the_new_figure_before_and_after_the_day_is_built(core: Core) -> None:
    core.store(passage(1, MONDAY + 9 * HOUR))
    settled(core)
    core.store(passage(2, MONDAY + 10 * HOUR))

    assert stored(core)["passage_days", (0, SITE), FIRST][0] == 1
    assert asked(core) == {0: 2}

    settled(core)

    assert stored(core)["passage_days", (0, SITE), FIRST][0] == 2
    assert asked(core) == {0: 2}


def test_many_days_are_built_step_by_step_and_readable_at_once(core: Core) -> None:
    seqs = range(1, BUILT_TOGETHER + 22)
    core.store(*(passage(n, MONDAY + n * DAY) for n in seqs), at=MONDAY + 200 * DAY)
    everything = dict.fromkeys(seqs, 1)
    assert asked(core) == everything

    with core.ledger.transaction():
        assert close_days(core.ledger.db, NOW)
    assert core.rows("SELECT count(*) FROM open_days")[0][0] > 0
    assert asked(core) == everything

    settled(core)
    assert asked(core) == everything


def test_events_are_kept_even_when_their_days_cannot_be_opened(
    core: Core, monkeypatch: pytest.MonkeyPatch
) -> None:
    core.store(passage(1, MONDAY))
    settled(core)

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a fault in the series")

    monkeypatch.setattr(days, "tell_projection", fail)
    core.store(passage(2, MONDAY + MINUTE))
    assert core.counters() == (2, 2, 0, 0)

    monkeypatch.undo()

    assert settled(core) == _told(from_scratch(core))
    assert asked(core) == {0: 2}


def test_the_present_day_stays_open_until_the_night_is_over(tmp_path: Path) -> None:
    clock = [MONDAY + 12 * HOUR]
    core = Core(tmp_path / "ledger.db", now_ms=lambda: clock[0])
    core.store(passage(1, MONDAY + 9 * HOUR))

    def close(at: int) -> list[tuple[Any, ...]]:
        clock[0] = at
        with core.ledger.transaction():
            close_days(core.ledger.db, at)
        return core.rows("SELECT day - ? FROM open_days ORDER BY day", FIRST)

    assert close(MONDAY + 12 * HOUR) == [(0,), (1,)]
    assert close(MONDAY + DAY + 3 * HOUR) == [(0,), (1,)]  # 04:00 in Paris is 03:00 UTC
    assert close(MONDAY + DAY + 3 * HOUR + 5 * MINUTE) == [(1,)]
    assert close(MONDAY + 2 * DAY + 4 * HOUR) == []
    core.close()


def _quoted(table: Table) -> str:
    return ", ".join(f'"{name}"' for name in table.values)


def _told(rows: Rows) -> Rows:
    """Leave out rows that say that nothing is known."""
    return {
        key: tuple(round(value, 4) for value in values)
        for key, values in rows.items()
        if any(values)
    }
