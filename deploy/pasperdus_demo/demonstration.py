"""Runs the demonstration: processes up, address told, visitors walking, everything ended after."""

import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pasperdus_demo.agent import Agent
from pasperdus_demo.background import Background
from pasperdus_demo.colleague import Colleague
from pasperdus_demo.collector_api import CollectorApi
from pasperdus_demo.comparison import compare
from pasperdus_demo.description import Description
from pasperdus_demo.door_counts import HalfHour, read_door_counts
from pasperdus_demo.installation import COLLECTOR, NODES, WINDOWS, Installation
from pasperdus_demo.live import MEAN_GAP_S, LiveVisitors
from pasperdus_demo.opening import calendar
from pasperdus_demo.past import ENTRANCE, SECOND_TERMINAL, TERMINAL, WAITING_ROOM
from pasperdus_demo.processes import Processes, wait_until
from pasperdus_demo.reception_texts import services
from pasperdus_demo.replay import Replay
from pasperdus_demo.town import today_at
from pasperdus_demo.trial import entries

READY_TIMEOUT_S = 60.0
SHOWN_DIFFERENCES = 5

_SUPERVISE_EVERY_S = 0.2
_SHOWN_EVERY_SLOTS = 7 * 48
_NO_WINDOWS_SAID = (
    "  À l'accueil, un agent simulé remet des macarons, appelle et les reprend. Pour voir le\n"
    "  terminal et l'écran d'attente en fenêtres, et y toucher : script/demo --screens, sur un\n"
    "  bureau.\n"
)
_WINDOWS_SAID = (
    "  Deux fenêtres s'ouvrent : l'écran de la salle d'attente, et un terminal d'accueil qui est\n"
    "  à vous (la souris est le doigt). Un agent simulé travaille à un autre terminal : appelez\n"
    "  ses macarons ou remettez les vôtres. Une fenêtre que vous fermez reste fermée.\n"
)


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
    has_windows: bool = False
    """Whether screens are windows on this desktop."""
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
        for node in _nodes(options):
            is_window = options.has_windows and node in WINDOWS
            _start_node(processes, installation, node, may_end=is_window)
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
        agent = Agent(installation.socket(TERMINAL), services=services(), seed=options.seed)
        visitors = LiveVisitors(
            town=town,
            started_ms=started_ms,
            sockets=sockets,
            seed=options.seed,
            tell_agent=agent.tell,
        )
        beside: tuple[Background, ...] = (
            Description(
                CollectorApi(installation.address),
                calendar(town.closures),
                trial=entries(town) if options.has_history else (),
            ),
            Colleague(CollectorApi(installation.address), TERMINAL),
            agent,
        )
        with ExitStack() as ending:
            ending.callback(visitors.close)
            for each in beside:
                each.start()
                ending.callback(each.close)
            supervise_at_s = 0.0
            while True:
                now_s = time.monotonic()
                if now_s >= supervise_at_s:
                    supervise_at_s = now_s + _SUPERVISE_EVERY_S
                    processes.supervise()
                    for each in beside:
                        if each.failure is not None:
                            raise each.failure
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
        port=options.port,
        directory=options.directory,
        is_driven=is_driven,
        has_windows=options.has_windows,
    ) as installation:
        processes = Processes(logs=installation.logs, end=options.end)
        nodes = [ENTRANCE] if is_driven else _nodes(options)
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


def _nodes(options: Options) -> list[str]:
    return [*NODES, *([SECOND_TERMINAL] if options.has_windows else [])]


def _start_node(
    processes: Processes, installation: Installation, node: str, *, may_end: bool = False
) -> None:
    arguments = ("run", "--config", str(installation.write_node(node)))
    processes.start(node, "pasperdus_node", *arguments, may_end=may_end)


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
        f"{_WINDOWS_SAID if options.has_windows else _NO_WINDOWS_SAID}"
        f"  {past}\n"
        f"  Graine : {options.seed}. Ctrl-C pour tout arrêter.",
        flush=True,
    )
