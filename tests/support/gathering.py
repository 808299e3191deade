"""A trial to ask for: what a comparison gathers of it, and what the ledger itself says."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from pasperdus_collector.analysis.inputs import Arm, Inputs
from pasperdus_collector.comparison.gather import gather
from pasperdus_collector.ledger import Ledger, reading
from pasperdus_collector.register.store import (
    read_periods,
    read_prototype,
    write_period,
    write_prototype,
)
from pasperdus_collector.series.released import ReleasedBlock, read_blocks
from pasperdus_contract.fields import QUARTER_MS
from support.trials import PROTOTYPE, Site, Trial

SITE = Site(
    weeks="AAABBB", ratings_a_day=30, visitors_a_day=60, effects={"B": 0.05}, bursts=0.2, seed=2
)


def ask(
    trial: Trial, baseline: str | None = None, tried: str = PROTOTYPE, **options: Any
) -> Inputs:
    now_ms = options.get("now_ms", trial.now_ms)
    with reading(trial.path) as db:
        return gather(db, trial.site.site, baseline, tried, now_ms=now_ms, collector="mairie")


def change(trial: Trial, **fields: Any) -> None:
    """Change the prototype's record, without the log."""
    with closing(Ledger(trial.path, quarantine_max=10)) as ledger, ledger.transaction():
        before = read_prototype(ledger.db, trial.site.site, PROTOTYPE)
        write_prototype(ledger.db, replace(before, **fields))


def change_period(trial: Trial, name: str, **fields: Any) -> None:
    with closing(Ledger(trial.path, quarantine_max=10)) as ledger, ledger.transaction():
        for each in read_periods(ledger.db, trial.site.site):
            if each.period == name:
                write_period(ledger.db, replace(each, **fields))


def raw(trial: Trial, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(trial.path)) as db:
        return db.execute(sql, parameters).fetchall()


def counted(trial: Trial, start_ms: int, end_ms: int, site: str = "mairie") -> tuple[int, int]:
    """Return entries and exits from the quarter-hours themselves."""
    ((ins, outs),) = raw(
        trial,
        "SELECT coalesce(sum(ins), 0), coalesce(sum(outs), 0) FROM passage_quarters "
        "JOIN lines ON lines.id = line_id JOIN nodes ON nodes.id = node_id "
        "WHERE nodes.name = ? AND quarter >= ? AND quarter < ?",
        f"{site}-porte",
        start_ms // QUARTER_MS,
        end_ms // QUARTER_MS,
    )
    return ins, outs


def released(trial: Trial, start_ms: int, end_ms: int) -> list[ReleasedBlock]:
    """Return the blocks that lie within."""
    with reading(trial.path) as db:
        found = read_blocks(db, trial.site.site, start_ms=0, end_ms=trial.now_ms)
        return [each for each in found if start_ms <= each.start_ms and each.end_ms <= end_ms]


def total(blocks: list[ReleasedBlock]) -> list[int]:
    return np.sum([each.counts for each in blocks], axis=0).tolist() if blocks else [0] * 5


def weeks(arm: Arm) -> list[tuple[str, int, bool]]:
    return [
        (date.fromordinal(each.week).isoformat(), each.open_days, each.is_full)
        for each in arm.weeks
    ]


def copied(trial: Trial, directory: Path) -> Trial:
    path = directory / "copy.db"
    with closing(sqlite3.connect(trial.path)) as source, closing(sqlite3.connect(path)) as copy:
        source.backup(copy)
    return replace(trial, path=path)
