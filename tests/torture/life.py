"""One life of a collector's core whose projection is at work: ``python -m torture.life``.

It opens a ledger, changes something in it at random again and again and copies all the while, until
it is killed or told on its input to finish. Its clock stands still.
"""

from __future__ import annotations

import queue
import random
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import date, timedelta
from pathlib import Path

from pasperdus_collector.buckets.days import close_days, rebuild_site
from pasperdus_collector.config import InfluxSettings
from pasperdus_collector.ledger import Ledger
from pasperdus_collector.registry import LineRole
from pasperdus_collector.series.influx import InfluxServer
from pasperdus_collector.series.projection import Projection
from support.collecting import HOUR, MINUTE
from support.conformance import (
    AWAY,
    COLLECTOR,
    FIRST_DAY,
    HOME,
    NOW,
    PARIS,
    Event,
    Filling,
    event_at,
    midnight_ms,
)
from support.influx import DATABASE

READY, DONE = "ready", "done"
FINISH = "finish"


class Life:
    """The ledger's thread, which is the main one, and the projection's beside it."""

    def __init__(self, ledger: Path, url: str, seed: int) -> None:
        self._random = random.Random(seed)
        self._seed = seed
        self._filling = Filling(ledger, seed=seed, now_ms=NOW)
        self._commands: queue.Queue[tuple[Callable[[Ledger], None], Future[None]]] = queue.Queue()
        self._finish = threading.Event()
        self._are_days_left = True
        self.projection = Projection(
            InfluxServer(InfluxSettings(url=url, bucket=DATABASE)),
            path=ledger,
            collector=COLLECTOR,
            submit=self._submit,
            every_s=0.01,
            first_pause_s=0.02,
            now_ms=lambda: NOW,
        )

    def live(self) -> None:
        """Work until the input says to finish, then until InfluxDB has everything."""
        threading.Thread(target=self._listen, daemon=True).start()
        self.projection.start()
        print(READY, flush=True)
        while not self._finish.is_set():
            self._random.choice(CHANGES)(self._filling, self._random)
            self._obey(self._random.random() * 0.05)
        while self._is_behind():
            self._obey(0.01)
        self.projection.stop()
        self._filling.close()
        print(DONE, flush=True)

    def _is_behind(self) -> bool:
        changed = (
            "SELECT (SELECT count(*) FROM changed_sites) + (SELECT count(*) FROM changed_days)"
        )
        (days,) = self._filling.ledger.db.execute(changed).fetchone()
        return bool(days) or self._are_days_left

    def _obey(self, for_s: float) -> None:
        """Run what the projection submits, and build days that are over, as the writer does."""
        self._filling.change(self._close_days)
        try:
            run, done = self._commands.get(timeout=for_s)
        except queue.Empty:
            return
        try:
            self._filling.change(run)
        except Exception as error:  # noqa: BLE001 (raised again where it was asked)
            done.set_exception(error)
        else:
            done.set_result(None)

    def _close_days(self, ledger: Ledger) -> None:
        self._are_days_left = close_days(ledger.db, NOW)

    def _submit(self, run: Callable[[Ledger], None]) -> None:
        done: Future[None] = Future()
        self._commands.put((run, done))
        done.result()

    def _listen(self) -> None:
        if FINISH in sys.stdin.readline():
            self._finish.set()


# -- what changes ---------------------------------------------------------------------------------


def _count_more(filling: Filling, chance: random.Random) -> None:
    """Late events of a day, in an epoch of their own: passages, tallies, macarons, a recount."""
    day = FIRST_DAY + timedelta(days=chance.randrange(20))
    start = midnight_ms(day, PARIS)
    node, line = chance.choice(
        [("entrance-1", "door"), ("counter-1", "side"), ("guyane-1", "door")]
    )
    events: list[Event] = []
    for _ in range(chance.randrange(1, 20)):
        at = start + 8 * HOUR + chance.randrange(9 * HOUR)
        direction = chance.choice(["in", "out"])
        events.append(event_at(at, kind="passage", line=line, direction=direction))
    if node == "counter-1":
        at = start + 9 * HOUR
        visit = chance.randbytes(8).hex()
        events.append(event_at(at, kind="tally", what="phone"))
        events.append(event_at(at, kind="adjust", occupancy=chance.randrange(5)))
        for action, minute in (("wait", 1), ("call", 12), ("done", 15)):
            told: Event = {"kind": "token", "visit": visit, "token": "red-disc", "action": action}
            events.append(event_at(at + minute * MINUTE, **told))
    events.sort(key=lambda each: int(each["wall"]))
    filling.deliver(node, events, at=NOW, epoch=chance.randbytes(16).hex())


def _date_anew(filling: Filling, chance: random.Random) -> None:
    """A node with a wrong clock tells of a morning; its next message dates it a week earlier."""
    day = date(2026, 3, 28) + timedelta(days=chance.randrange(6))
    boot = {"boot": chance.randbytes(4).hex(), "epoch": chance.randbytes(16).hex()}
    for is_synced in (False, True):
        booted = midnight_ms(day, PARIS) - (7 * 24 * HOUR if is_synced else 0)
        events = [
            event_at(
                booted + (8 + is_synced) * HOUR + n * MINUTE,
                booted=booted,
                synced=is_synced,
                kind="passage",
                line="door",
                direction="in",
            )
            for n in range(10)
        ]
        at = booted + 10 * HOUR
        filling.deliver("entrance-1", events, at=at, synced=is_synced, booted=booted, **boot)
    filling.date_anew()


def _rebuild(filling: Filling, chance: random.Random) -> None:
    site = chance.choice([HOME, AWAY])

    def rebuild(ledger: Ledger) -> None:
        (site_id,) = ledger.db.execute("SELECT id FROM sites WHERE name = ?", (site,)).fetchone()
        rebuild_site(ledger.db, site_id)

    filling.change(rebuild)


def _reconfigure(filling: Filling, chance: random.Random) -> None:
    """Another time zone, title or role of a line: the card changes, and points move with it."""

    def change(ledger: Ledger) -> None:
        site = chance.choice([HOME, AWAY])
        time_zones = {HOME: ["Europe/Paris"], AWAY: ["America/Cayenne", "America/Martinique"]}
        roles = [LineRole(node="counter-1", line="side", role=chance.choice(["inner", "outer"]))]
        ledger.registry.change_site(
            site,
            title=f"Mairie {chance.randrange(100)}",
            time_zone=chance.choice(time_zones[site]),
            agents=None,
            lines=roles if site == HOME else [],
            version=None,
        )

    filling.change(change)


CHANGES: Sequence[Callable[[Filling, random.Random], None]] = (
    *(_count_more,) * 6,
    *(_date_anew,) * 2,
    _rebuild,
    _reconfigure,
)


if __name__ == "__main__":
    Life(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])).live()
