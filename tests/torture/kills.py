"""Kills a projection, or the server that it writes to, at random instants, again and again."""

from __future__ import annotations

import contextlib
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pasperdus_collector.config import InfluxSettings
from pasperdus_collector.ledger import reading
from pasperdus_collector.series.embedded import EmbeddedRows
from pasperdus_collector.series.influx import InfluxRows, InfluxServer
from support.conformance import COLLECTOR, NOW, fill
from support.influx import DATABASE, Influx1
from support.questions import MEASURES, differences
from torture.life import DONE, FINISH, READY

LONGEST_S = 0.6  # from a life's first moment to the kill
AWAY_S = 0.3  # for which a killed server stays away, at most
CATCH_UP_S = 120.0


@dataclass(slots=True)
class Report:
    """What a run did and found; ``behind`` counts kills while something was not copied yet."""

    seed: int
    of_projection: int = 0
    of_server: int = 0
    behind: int = 0
    known: int = 0
    differences: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        """Return it as a line."""
        return (
            f"seed {self.seed}: {self.of_projection} kills of the projection, {self.of_server} of "
            f"the server, {self.behind} of them with changes not copied yet; after catch-up "
            f"{self.known} values compared, {len(self.differences)} questions answered otherwise"
        )


def kill_at_random(directory: Path, *, instants: int, seed: int) -> Report:
    """Kill at so many instants, let it catch up, and compare every answer of both sources."""
    chance = random.Random(seed)
    report = Report(seed)
    ledger = directory / "ledger.db"
    fill(ledger).close()
    with Influx1(directory / "influx") as influx:
        killed = 0
        life_seed = seed
        while killed < instants:
            life_seed += 1
            with _life(ledger, influx, life_seed) as life:
                while True:
                    time.sleep(chance.random() * LONGEST_S)
                    killed += 1
                    report.behind += _is_behind(ledger)
                    if chance.random() < 0.5 or killed == instants:
                        life.send_signal(signal.SIGKILL)
                        report.of_projection += 1
                        break
                    influx.kill()
                    report.of_server += 1
                    time.sleep(chance.random() * AWAY_S)
                    influx.start()
        with _life(ledger, influx, life_seed + 1) as last:
            said, _ = last.communicate(f"{FINISH}\n", timeout=CATCH_UP_S)
            log = (directory / "lives.log").read_text()[-4000:]
            assert said.endswith(f"{DONE}\n"), f"{said}\n{log}"
        _compare(ledger, influx, report)
    return report


@contextlib.contextmanager
def _life(ledger: Path, influx: Influx1, seed: int) -> Iterator[subprocess.Popen[str]]:
    with (
        (ledger.parent / "lives.log").open("ab") as log,
        subprocess.Popen(
            [sys.executable, "-m", "torture.life", str(ledger), influx.url, str(seed)],
            cwd=Path(__file__).parents[1],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as process,
    ):
        try:
            assert process.stdout is not None
            said = process.stdout.readline()
            while said and said != f"{READY}\n":
                said = process.stdout.readline()
            assert said, f"seed {seed}: {(ledger.parent / 'lives.log').read_text()[-4000:]}"
            yield process
        finally:
            process.kill()


def _is_behind(ledger: Path) -> bool:
    try:
        with reading(ledger) as db:
            (days,) = db.execute("SELECT count(*) FROM changed_days").fetchone()
    except sqlite3.OperationalError:
        return False  # a transaction of the other process was just being undone
    return bool(days)


def _compare(ledger: Path, influx: Influx1, report: Report) -> None:
    server = InfluxServer(InfluxSettings(url=influx.direct_url, bucket=DATABASE))
    with reading(ledger) as db:
        embedded = EmbeddedRows(db, now_ms=NOW, collector=COLLECTOR)
        copied = InfluxRows(server)
        if embedded.cards() != copied.cards():
            report.differences.append("the cards differ")
        for measure in MEASURES:
            found, known = differences(embedded, copied, measure)
            report.differences += found
            report.known += known
    server.close()
