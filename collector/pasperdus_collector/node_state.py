"""How one node is, as pages, the API and Home Assistant show it (pure)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """Events that a node recorded and that did not arrive: an inclusive range of one epoch."""

    epoch: str
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeState:
    """One node as pages and API show it; times in milliseconds since 1970 UTC."""

    node: str
    site: str
    zone: str
    state: str
    """``online``, ``offline`` (it said so, or its broker did), ``silent`` or ``unknown``."""

    state_at: int | None
    heartbeat_at: int | None
    event_at: int | None
    pending: int | None
    oldest_pending_at: int | None
    lost: int | None
    sensors: dict[str, str]
    is_synced: bool | None
    battery: int | None
    temperature_c: float | None
    disk_free_mb: int | None
    version: str | None
    screen: str | None
    """``agent`` or ``public``: what it shows on a screen, where it has one."""

    missing: list[Missing]
    undated: int
