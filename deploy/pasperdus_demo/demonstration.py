"""Runs the demonstration: processes up, address told, visitors walking, everything ended after."""

import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from pasperdus_demo.collector_api import CollectorApi
from pasperdus_demo.comparison import compare
from pasperdus_demo.door_counts import HalfHour, read_door_counts
from pasperdus_demo.errors import CollectorApiError
from pasperdus_demo.installation import COLLECTOR, NODES, Installation
from pasperdus_demo.live import MEAN_GAP_S, LiveVisitors
from pasperdus_demo.opening import calendar
from pasperdus_demo.past import ENTRANCE, ROOM_DOOR, WAITING_ROOM
from pasperdus_demo.processes import Processes, wait_until
from pasperdus_demo.replay import Replay
from pasperdus_demo.town import today_at

READY_TIMEOUT_S = 60.0
SHOWN_DIFFERENCES = 5

_SUPERVISE_EVERY_S = 0.2
_SHOWN_EVERY_SLOTS = 7 * 48
_SITE: dict[str, Any] = {"title": "Mairie de démonstration", "time_zone": "Europe/Paris"}
_ROLES: dict[str, Any] = {"lines": [{"node": WAITING_ROOM, "line": ROOM_DOOR, "role": "inner"}]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the command line asks for."""

    port: int
    has_history: bool
    for_s: float | None
    replay: Path | None
    is_check: bool
    seed: int
    directory: Path | None
    end: threading.Event = field(default_factory=threading.Event)
    """Set when everything is to end."""


def run(options: Options) -> int:
    """Run the demonstration; return the exit status.

    Ends by itself after a check only. Raises :class:`EndedError` once ``options.end`` is set, and
    :class:`DemoError` for what cannot go on.
    """
    if options.replay is not None:
        return _run_replay(options, options.replay)
    return _run_live(options)


def _run_live(options: Options) -> int:
    with _started(options, is_driven=False) as (installation, processes):
        started_ms = time.time_ns() // 1_000_000
        sockets = {node: installation.socket(node) for node in (ENTRANCE, WAITING_ROOM)}
        for node in NODES:
            _start_node(processes, installation, node)
        _welcome(installation, options)
        if options.has_history:
            processes.start(
                "history",
                "pasperdus_demo.history",
                *("--broker", installation.broker, "--collector", COLLECTOR),
                *("--directory", str(installation.directory)),
                *("--until", str(started_ms), "--seed", str(options.seed)),
                is_task=True,
            )
        town = today_at(started_ms, options.seed)
        visitors = LiveVisitors(
            town=town, started_ms=started_ms, sockets=sockets, seed=options.seed
        )
        description = _Description(installation, calendar(town.closures))
        with closing(visitors), closing(description):
            description.start()
            supervise_at_s = 0.0
            while True:
                now_s = time.monotonic()
                if now_s >= supervise_at_s:
                    supervise_at_s = now_s + _SUPERVISE_EVERY_S
                    processes.supervise()
                    if description.failure is not None:
                        raise description.failure
                time.sleep(visitors.tick())


def _run_replay(options: Options, path: Path) -> int:
    slots = read_door_counts(path)
    with _started(options, is_driven=True) as (installation, processes):
        api = CollectorApi(installation.address, meanwhile=processes.supervise)
        _start_node(processes, installation, ENTRANCE)
        print(f"seed {options.seed}, page {installation.address}", file=sys.stderr, flush=True)
        replay = Replay(
            slots,
            socket=installation.socket(ENTRANCE),
            outbox=installation.outbox(ENTRANCE),
            seed=options.seed,
            meanwhile=processes.supervise,
        )
        began_s = time.monotonic()
        with closing(replay):
            for done, slot in enumerate(replay.run(), start=1):
                if done % _SHOWN_EVERY_SLOTS == 0 or done == len(slots):
                    said = (
                        f"replay: {slot.start:%Y-%m-%d}, {done}/{len(slots)} half-hours, "
                        f"{time.monotonic() - began_s:.0f} s, "
                        f"node restarted {replay.restarts} times"
                    )
                    print(said, file=sys.stderr, flush=True)
            if options.is_check:
                return _check(slots, api)
            print("replay: done; the page stays open, Ctrl-C ends it", file=sys.stderr)
            while True:
                replay.stay()
                time.sleep(_SUPERVISE_EVERY_S)


def _check(slots: Sequence[HalfHour], api: CollectorApi) -> int:
    """Print the one line; say on standard error what differs."""
    outcome = compare(slots, api)
    for difference in outcome.differences[:SHOWN_DIFFERENCES]:
        print(f"different: {difference}", file=sys.stderr)
    counters = api.counters()
    if not counters.add_up:
        print(f"received is not stored + duplicate + quarantined: {counters}", file=sys.stderr)
    if counters.quarantined:
        print(f"{counters.quarantined} events were quarantined", file=sys.stderr)
    print(outcome.summary, flush=True)
    is_good = not outcome.differences and counters.add_up and not counters.quarantined
    return 0 if is_good else 1


@contextmanager
def _started(options: Options, *, is_driven: bool) -> Iterator[tuple[Installation, Processes]]:
    """Set everything up as far as a collector that answers; end it all afterwards."""
    with Installation(
        port=options.port, directory=options.directory, is_driven=is_driven
    ) as installation:
        processes = Processes(logs=installation.logs, end=options.end)
        nodes = [ENTRANCE] if is_driven else list(NODES)
        processes.on_change = lambda: installation.tell(processes.pids(), nodes)
        try:
            configuration = installation.write_collector()
            processes.start(
                "collector", "pasperdus_collector", "serve", "--config", str(configuration)
            )
            wait_until(
                CollectorApi(installation.address).is_ready,
                processes,
                timeout_s=READY_TIMEOUT_S,
                what="the collector answers",
            )
            yield installation, processes
        finally:
            processes.stop()


class _Description(threading.Thread):
    """Names the site, its hours and its inner line once they are known, beside everything else."""

    def __init__(self, installation: Installation, opening: dict[str, Any]) -> None:
        super().__init__(name="description", daemon=True)
        api = CollectorApi(installation.address)
        self._steps: Sequence[Callable[[], bool]] = (
            partial(api.describe_site, "default", _SITE),
            partial(api.put_calendar, "default", opening),
            partial(api.describe_site, "default", _ROLES),
        )
        self._is_over = threading.Event()
        self.failure: CollectorApiError | None = None

    def run(self) -> None:
        try:
            for is_done in self._steps:
                while not self._is_over.is_set() and not is_done():
                    self._is_over.wait(_SUPERVISE_EVERY_S)
        except CollectorApiError as error:
            self.failure = error  # raised by the main loop

    def close(self) -> None:
        """End the thread."""
        self._is_over.set()
        self.join()


def _start_node(processes: Processes, installation: Installation, node: str) -> None:
    configuration = installation.write_node(node)
    processes.start(node, "pasperdus_node", "run", "--config", str(configuration))


def _welcome(installation: Installation, options: Options) -> None:
    past = (
        "Neuf mois d'activité arrivent derrière, en moins d'une minute."
        if options.has_history
        else "Sans historique : la journée commence maintenant."
    )
    print(
        f"Pas perdus : {installation.address}\n"
        f"  Un hall de mairie simulé. Un visiteur entre toutes les {MEAN_GAP_S} secondes environ,\n"
        "  à toute heure, même la nuit et le dimanche, et ne reste que quelques minutes : plus\n"
        "  vite que dans la vraie vie, pour qu'il y ait toujours quelque chose à voir.\n"
        f"  {past}\n"
        f"  Graine : {options.seed}. Ctrl-C pour tout arrêter.",
        flush=True,
    )
