"""The small vocabulary of the wire: names, keys and times, each with its bounds.

Bounds are chosen so that nothing that passes can overflow further on: a sequence number fits
SQLite's integer, a wall time fits ``datetime``.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StringConstraints
from pydantic.types import Strict

MAX_SEQ = 2**63 - 1
MAX_WALL_MS = 253_402_300_799_999  # 9999-12-31T23:59:59.999Z, the last instant of datetime
QUARTER_MS = 900_000  # coverage is told, and everything is counted, by the quarter-hour
MAX_UPTIME_MS = 100 * 366 * 86_400_000  # a century without a reboot

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,40}$")]
"""A node, site, zone, line, question, collector or code."""

Epoch = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
"""128 random bits in hexadecimal, new at each start of a node's process."""

Boot = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,64}$")]
"""The kernel's boot id: times of equal boots may be subtracted from each other."""

Seq = Annotated[int, Strict(), Field(ge=1, le=MAX_SEQ)]
WallMs = Annotated[int, Strict(), Field(ge=0, le=MAX_WALL_MS)]
"""Milliseconds since 1970-01-01T00:00:00Z, by the node's own clock, right or wrong."""

UptimeMs = Annotated[int, Strict(), Field(ge=0, le=MAX_UPTIME_MS)]
"""Milliseconds of ``CLOCK_BOOTTIME``."""

Count = Annotated[int, Strict(), Field(ge=0, le=MAX_SEQ)]
Flag = StrictBool


class WireModel(BaseModel):
    """Frozen; unknown extra fields are kept, so that a newer peer loses nothing here."""

    model_config = ConfigDict(extra="allow", frozen=True, populate_by_name=True)


class Moment(WireModel):
    """One reading of a node's clocks."""

    boot: Boot
    wall: WallMs
    uptime: UptimeMs
    synced: Flag
