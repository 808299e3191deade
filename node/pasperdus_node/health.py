"""How the node itself is: heartbeat and status."""

import shutil
from importlib.metadata import version
from pathlib import Path

from pasperdus_contract.messages import Heartbeat, NodeStatus, Screen
from pasperdus_node.clock import Clock
from pasperdus_node.outbox import Outbox

HEARTBEAT_S = 30.0
_THERMAL = Path("/sys/class/thermal/thermal_zone0/temp")  # millidegrees
_MEGABYTE = 1_000_000


def heartbeat(
    outbox: Outbox,
    clock: Clock,
    *,
    sensors: dict[str, str],
    lost: int,
    directory: Path,
    screen: Screen = None,
) -> Heartbeat:
    """Say how the node is now.

    ``lost`` counts the events that could not be kept since the start; ``directory`` is on the disk
    that holds the outbox.
    """
    extent = outbox.epoch_record(outbox.epoch)
    count, oldest_wall = outbox.pending()
    return Heartbeat(
        epoch=outbox.epoch,
        first=extent.first if extent else None,
        head=extent.head if extent else None,
        pending=count,
        oldest_pending_wall=oldest_wall,
        closed=outbox.closed_epochs(),
        lost=lost,
        sent=clock.read().moment(clock.boot),
        sensors=sensors,
        battery=None,
        temperature_c=_temperature_c(),
        disk_free_mb=shutil.disk_usage(directory).free // _MEGABYTE,
        version=version("pasperdus"),
        screen=screen,
    )


def status(outbox: Outbox, *, is_online: bool, screen: Screen = None) -> NodeStatus:
    """Say whether the node is there; the broker says ``offline`` for a node that died."""
    return NodeStatus(
        state="online" if is_online else "offline",
        epoch=outbox.epoch,
        version=version("pasperdus"),
        screen=screen,
    )


def _temperature_c() -> float | None:
    try:
        return int(_THERMAL.read_text(encoding="ascii")) / 1000
    except (OSError, ValueError):
        return None  # no such sensor on this machine
