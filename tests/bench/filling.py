"""Writes years of events straight into the real schema, as ingest would have left them.

Millions of events cannot all go through MQTT before each measurement. So this writes the same
rows: the JSON that a node sends, the quarter-hours that follow from it, release blocks, tokens.
``tests/collector/test_days_against_raw_events.py`` holds it to what ingest makes of the same
events. Keys are written in order; indexes of events are made once all are there.
"""

import json
import shutil
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from hashlib import md5
from pathlib import Path

from bench.years import LINE, QUESTION, SCALE, SiteDay, Years
from pasperdus_collector.buckets.waiting import Step, waits_of_visit
from pasperdus_collector.ledger import Ledger
from pasperdus_collector.release import HOUR_MS, Unreleased, close_blocks
from pasperdus_contract.fields import QUARTER_MS

BYTES_AN_EVENT = 290  # on disk while it is made: the row, its index entry, and sorting
CACHE_KB = 1_000_000
NODES = ("entrance", "hall", "lectern")
TOKEN = "blue-triangle"  # the only one: no figure depends on it
_BOOTED_BEFORE_MS = 60_000
_PASSAGE, _RATING, _COVERAGE = 0, 1, 2

_EventRow = tuple[int, int, str, int, int, str, str]


class DiskError(RuntimeError):
    """There is not room enough for what was asked."""


def fill(path: Path, years: Years, *, announce: bool = False) -> int:
    """Make a ledger at ``path``, its days not yet built; return how many events it holds.

    Raises :class:`DiskError` when the disk has no room for it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    needed, free = years.events * BYTES_AN_EVENT, shutil.disk_usage(path.parent).free
    if needed > free:
        raise DiskError(
            f"{path.parent}: {years.events:,} events need about {needed / 1e9:.1f} GB, "
            f"{free / 1e9:.1f} GB are free; ask for fewer, or name another --directory"
        )
    Ledger(path, quarantine_max=1_000).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        # Nothing here has to outlive a power cut: it is made again.
        db.execute("PRAGMA journal_mode = OFF")
        db.execute("PRAGMA synchronous = OFF")
        db.execute(f"PRAGMA cache_size = -{CACHE_KB}")
        with _without_indexes(db, "events"):
            for site in range(years.sites):
                filling = _Filling(db, years, site)
                for month in years.months(site):
                    filling.write(month)
                filling.close()
                if announce:
                    print(f"\r  written: {site + 1}/{years.sites} sites", end="", flush=True)
        if announce:
            print()
        db.execute("PRAGMA journal_mode = WAL")
        (count,) = db.execute("SELECT sum(stored) FROM nodes").fetchone()
        return int(count)


@contextmanager
def _without_indexes(db: sqlite3.Connection, table: str) -> Iterator[None]:
    """Drop the indexes of a table for the block, and make them again as the schema has them."""
    indexes = db.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ? "
        "AND sql IS NOT NULL",
        (table,),
    ).fetchall()
    for name, _ in indexes:
        db.execute(f"DROP INDEX {name}")
    yield
    for _, sql in indexes:
        db.execute(sql)


class _Filling:
    """One site: its registry, and the rows of one month after another."""

    def __init__(self, db: sqlite3.Connection, years: Years, site: int) -> None:
        self._db = db
        self._years = years
        name = f"site-{site + 1:04d}"
        self._site_id = self._insert(
            "sites (name, title, time_zone, agents)",
            (name, f"Accueil {site + 1}", years.time_zone, 8),
        )
        self._nodes: dict[str, int] = {}
        for part in NODES:
            zone_id = self._insert("zones (site_id, name, title)", (self._site_id, part, part))
            self._nodes[part] = self._insert(
                "nodes (name, zone_id, enrolled_at)", (f"{name}-{part}", zone_id, years.start_ms)
            )
        door, hall = self._nodes["entrance"], self._nodes["hall"]
        self._line_id = self._insert("lines (node_id, name)", (door, LINE))
        self._box_id = self._insert("boxes (node_id, question, scale)", (hall, QUESTION, SCALE))
        self._sensors = {
            LINE: self._insert("sensors (node_id, name)", (door, LINE)),
            QUESTION: self._insert("sensors (node_id, name)", (hall, QUESTION)),
        }
        self._seqs = dict.fromkeys(self._nodes.values(), 0)
        self._ratings: list[Unreleased] = []
        self._epoch_id = self._booted_ms = 0

    def write(self, month: list[SiteDay]) -> None:
        """Write a month, in which each node is one process."""
        self._db.execute("BEGIN")
        self._write_node("entrance", LINE, month, [told for day in month for told in day.door])
        self._write_node("hall", QUESTION, month, [told for day in month for told in day.box])
        lectern = [told for day in month for told in day.lectern]
        self._write_node("lectern", "", month, lectern)
        self._db.execute("COMMIT")

    def close(self) -> None:
        """Close the release blocks, and what else is told once a site."""
        self._db.execute("BEGIN")
        released = 0
        self._ratings.sort(key=lambda rating: (rating.at, rating.epoch_id, rating.seq))
        for block in close_blocks(self._ratings, now_ms=self._years.end_ms + HOUR_MS):
            released += len(block)
            scores = [0] * 5
            for rating in block:
                scores[rating.value - 1] += 1
            last_hour = block[-1].at // HOUR_MS
            self._insert(
                "blocks (site_id, question, scale, first_hour, last_hour, closed_at, "
                "s1, s2, s3, s4, s5, burst1, burst2, burst3, burst4, burst5)",
                (
                    *(self._site_id, QUESTION, SCALE, block[0].at // HOUR_MS, last_hour),
                    *((last_hour + 1) * HOUR_MS, *scores, 0, 0, 0, 0, 0),
                ),
            )
        self._db.executemany(
            "INSERT INTO unreleased (epoch_id, seq, site_id, question, scale, at, value, is_burst) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, 0)",
            [
                (each.epoch_id, each.seq, self._site_id, QUESTION, SCALE, each.at, each.value)
                for each in self._ratings[released:]
            ],
        )
        self._db.executemany(
            "UPDATE nodes SET received = ?1, stored = ?1, event_at = ?2 WHERE id = ?3",
            [(seq, self._years.end_ms, node_id) for node_id, seq in self._seqs.items()],
        )
        self._db.execute("COMMIT")

    # -- one process of one node ------------------------------------------------------------------

    def _write_node(
        self, part: str, sensor: str, month: list[SiteDay], told: list[tuple[int, str, str]]
    ) -> None:
        node_id = self._nodes[part]
        if not told:
            return
        self._begin_epoch(node_id, month[0].day.start_ms, len(told))
        self._db.executemany(
            "INSERT INTO events (epoch_id, seq, kind, uptime, at, quality, body) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            self._event_rows(sensor, node_id, told),
        )
        first = self._seqs[node_id] + 1
        self._count_quarters(sensor, node_id, told)
        self._keep_what_series_need(first, told)
        self._seqs[node_id] += len(told)

    def _begin_epoch(self, node_id: int, started_ms: int, count: int) -> None:
        self._booted_ms = started_ms - _BOOTED_BEFORE_MS
        first, last = self._seqs[node_id] + 1, self._seqs[node_id] + count
        name = md5(f"{node_id}/{first}".encode(), usedforsecurity=False).hexdigest()
        boot_id = self._insert(
            "boots (node_id, boot, started_by, first)", (node_id, name, self._booted_ms, first)
        )
        self._epoch_id = self._insert(
            "epochs (node_id, epoch, boot_id, first, head, head_at, settled)",
            (node_id, name, boot_id, first, last, self._years.end_ms, last),
        )
        self._insert("ranges (epoch_id, first, last)", (self._epoch_id, first, last))

    def _event_rows(
        self, sensor: str, node_id: int, told: list[tuple[int, str, str]]
    ) -> Iterator[_EventRow]:
        epoch_id, booted_ms = self._epoch_id, self._booted_ms
        for seq, (at, kind, detail) in enumerate(told, start=self._seqs[node_id] + 1):
            uptime = at - booted_ms
            body = (
                f'{{"seq":{seq},"wall":{at},"uptime":{uptime},"synced":true,"kind":"{kind}",'
                f"{_fields(kind, sensor, detail, uptime)}}}"
            )
            yield epoch_id, seq, kind, uptime, at, "exact", body

    def _count_quarters(
        self, sensor: str, node_id: int, told: Iterable[tuple[int, str, str]]
    ) -> None:
        passages: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0])
        ratings: defaultdict[int, list[int]] = defaultdict(lambda: [0] * 5)
        tallies: defaultdict[tuple[str, int], int] = defaultdict(int)
        coverage = []
        for at, kind, detail in told:
            quarter = at // QUARTER_MS
            if kind == "passage":
                passages[quarter][detail == "out"] += 1
            elif kind == "coverage":
                ok_ms = QUARTER_MS if detail == "1" else 0
                coverage.append((self._sensors[sensor], quarter - 1, QUARTER_MS, ok_ms))
            elif kind == "rating":
                ratings[quarter][int(detail) - 1] += 1
            elif kind == "tally":
                tallies[detail, quarter] += 1
        self._db.executemany(
            "INSERT INTO passage_quarters (line_id, quarter, ins, outs) VALUES (?, ?, ?, ?)",
            [(self._line_id, quarter, *counts) for quarter, counts in passages.items()],
        )
        self._db.executemany(
            "INSERT INTO coverage_quarters (sensor_id, quarter, told_ms, ok_ms) "
            "VALUES (?, ?, ?, ?)",
            coverage,
        )
        self._db.executemany(
            "INSERT INTO rating_quarters (box_id, quarter, s1, s2, s3, s4, s5) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            [(self._box_id, quarter, *counts) for quarter, counts in ratings.items()],
        )
        self._db.executemany(
            "INSERT INTO tally_quarters (node_id, what, category, quarter, tallies) "
            "VALUES (?, ?, '', ?, ?)",
            [(node_id, what, quarter, count) for (what, quarter), count in tallies.items()],
        )

    def _keep_what_series_need(self, first: int, told: Iterable[tuple[int, str, str]]) -> None:
        tokens, pulses = [], []
        visits: defaultdict[str, list[Step]] = defaultdict(list)
        for seq, (at, kind, detail) in enumerate(told, start=first):
            if kind == "rating":
                self._ratings.append(Unreleased(self._epoch_id, seq, at, int(detail), False))
            elif kind == "token":
                visit, action, service = detail.split(" ")
                key = (self._epoch_id, seq, self._site_id)
                tokens.append((*key, visit, at, "exact", action, service or None, TOKEN, at))
                visits[visit].append(Step._make((at, action, service or None, "exact")))
            elif kind == "pulse":
                pulses.append((self._epoch_id, seq, self._site_id, at, int(detail)))
        self._db.executemany(
            "INSERT INTO token_steps (epoch_id, seq, site_id, visit, at, quality, action, service, "
            "token, noted_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            tokens,
        )
        self._db.executemany(
            "INSERT INTO token_waits (site_id, began_at, visit, n, service, outcome, waited_ms, "
            "served_ms, is_served) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (self._site_id, steps[0].at, visit, n, *wait)
                for visit, steps in visits.items()
                for n, wait in enumerate(waits_of_visit(steps))
            ],
        )
        self._db.executemany(
            "INSERT INTO pulses (epoch_id, seq, site_id, at, value) VALUES (?, ?, ?, ?, ?)", pulses
        )

    def _insert(self, into: str, values: tuple[object, ...]) -> int:
        marks = ", ".join("?" for _ in values)
        # Tables and columns are the literals of this module.
        added = self._db.execute(f"INSERT INTO {into} VALUES ({marks})", values)  # noqa: S608
        return int(added.lastrowid or 0)


def _fields(kind: str, sensor: str, detail: str, uptime: int) -> str:
    """Return a kind's own part of the JSON, in the contract's order."""
    if kind == "passage":
        return f'"line":"{sensor}","direction":"{detail}","flags":[]'
    if kind == "coverage":
        ok_ms = QUARTER_MS if detail == "1" else 0
        return f'"sensor":"{sensor}","from":{uptime - QUARTER_MS},"to":{uptime},"ok_ms":{ok_ms}'
    if kind == "rating":
        return f'"question":"{sensor}","value":{detail},"scale":{SCALE},"flags":[]'
    if kind == "token":
        visit, action, service = detail.split(" ")
        place = f',"service":{json.dumps(service)}' if service else ""
        return f'"visit":"{visit}","token":"{TOKEN}","action":"{action}"{place}'
    if kind == "tally":
        return f'"what":"{detail}"'
    return f'"value":{detail}'
