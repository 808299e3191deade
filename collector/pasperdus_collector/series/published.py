"""What leaves the ledger as series: groups of fields, one row per series and bucket.

Both implementations of :class:`PublishedRows` give the same rows, number for number. A value that
may be unknown has a ``…valid`` field beside it (0 or 1) and is then written as 0: InfluxDB keeps an
old field when a new point leaves it out, so unknown must be said. All values are numbers.

Each group and bucket size is a measurement of its own in InfluxDB, ``passages_1d``: coarse
questions stay short there. Tags are ``collector``, ``site``, ``scope`` and those of the scope.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from pasperdus_collector.calendar.grid import BucketSize
from pasperdus_collector.series.card import SiteCard

GroupName = Literal["passages", "occupancy", "stay", "ratings", "tallies", "waits", "pulses"]
Scope = Literal["site", "zone", "line", "question", "tally", "service"]
Values = tuple[int | float, ...]
"""The fields of one row in the order of its group."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A wide row: its fields with their types, the scopes it is published for, and the buckets."""

    name: GroupName
    fields: Mapping[str, type[int] | type[float]]
    scopes: Mapping[Scope, tuple[str, ...]]
    """Beside ``collector``, ``site`` and ``scope``, the tags of each scope."""

    buckets: tuple[BucketSize, ...]

    def measurement(self, bucket: BucketSize) -> str:
        """Return the name in InfluxDB."""
        return f"{self.name}_{bucket}"


_ALL: tuple[BucketSize, ...] = ("15m", "1h", "1d", "1w", "1mo")
_HOURS: tuple[BucketSize, ...] = ("1h", "1d", "1w", "1mo")
_DAYS: tuple[BucketSize, ...] = ("1d", "1w", "1mo")

PASSAGES = Group(
    name="passages",
    fields={
        "ins": int,
        "ins_valid": int,
        "outs": int,
        "outs_valid": int,
        "coverage": float,
        "flags": int,
        "calibrated": int,  # whether the corrected values are known
        "ins_corrected": float,
        "ins_error": float,  # half of a 95 % interval
        "ins_factor_error": float,  # standard error that adds up linearly
        "ins_chance_variance": float,  # variance that adds up
        "outs_corrected": float,
        "outs_error": float,
        "outs_factor_error": float,
        "outs_chance_variance": float,
    },
    scopes={"site": (), "zone": ("zone",), "line": ("zone", "node", "line")},
    buckets=_ALL,
)
OCCUPANCY = Group(
    name="occupancy",
    fields={
        "people": float,  # mean over the known quarter-hours, at their ends
        "raw": float,
        "error": float,  # half of a 95 % interval
        "quarters": int,  # known ones
        "valid": int,
        "coverage": float,
        "flags": int,
    },
    scopes={"site": ()},
    buckets=_ALL,
)
STAY = Group(
    name="stay",
    fields={
        "minutes": float,  # bridged
        "raw_minutes": float,
        "error": float,  # half of a 95 % interval
        "valid": int,
        "visits": int,  # entries of the days that count
        "area": float,  # person-minutes, bridged
        "raw_area": float,
        "misses": int,  # sum over the days of |entries - exits|
        "area_variance": float,
        "coverage": float,
        "flags": int,
    },
    scopes={"site": ()},
    buckets=_DAYS,
)
RATINGS = Group(
    name="ratings",
    fields={
        "s1": int,
        "s2": int,
        "s3": int,
        "s4": int,
        "s5": int,
        "ratings": int,
        "satisfied": int,  # how many of them
        "index": float,  # 0-100
        "coverage": float,
        "valid": int,
    },
    scopes={"question": ("question", "scale")},
    buckets=_HOURS,
)
TALLIES = Group(
    name="tallies",
    fields={"tallies": int},
    scopes={"tally": ("zone", "what")},
    buckets=_ALL,
)
WAITS = Group(
    name="waits",
    fields={
        "wait": float,  # median, minutes
        "wait_low": float,
        "wait_high": float,
        "wait_valid": int,
        "service_time": float,  # median, minutes
        "service_low": float,
        "service_high": float,
        "service_valid": int,
        "called": int,
        "left": int,  # before they were called
        "unclosed": int,  # of unknown length: never called nor ended, or by an unknown clock
        "flags": int,
    },
    scopes={"site": (), "service": ("service",)},
    buckets=_DAYS,
)
PULSES = Group(
    name="pulses",
    fields={"p1": int, "p2": int, "p3": int, "p4": int, "p5": int, "valid": int},
    scopes={"site": ()},
    buckets=_DAYS,
)
GROUPS: tuple[Group, ...] = (PASSAGES, OCCUPANCY, STAY, RATINGS, TALLIES, WAITS, PULSES)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowQuestion:
    """Which rows: one series of one group, buckets that begin in ``[edges[0], edges[-1])``.

    ``edges`` are quarters (since 1970 UTC): where each bucket begins and the last one ends.
    ``tags`` are those of the scope, such as ``{"zone": "hall"}``. ``fields`` are the wanted ones,
    in the order in which the values are to come; all of the group when empty.
    """

    card: SiteCard
    group: Group
    bucket: BucketSize
    scope: Scope
    tags: Mapping[str, str]
    edges: Sequence[int]
    fields: tuple[str, ...] = ()

    @property
    def wanted(self) -> tuple[str, ...]:
        """Return the fields of each row, in order."""
        return self.fields or tuple(self.group.fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetQuestion:
    """Which rows of whole sites: one group and bucket of every card, ``fields`` in their order.

    ``edges`` are the quarters between which each site's buckets lie, in the order of ``cards``.
    """

    cards: Sequence[SiteCard]
    group: Group
    bucket: BucketSize
    edges: Sequence[Sequence[int]]
    fields: tuple[str, ...]


class PublishedRows(Protocol):
    """Where published rows are read from: the ledger, or InfluxDB."""

    def cards(self, site: str | None = None) -> list[SiteCard]:
        """Return the sites that can be asked about, by collector and name, or those of one name."""

    def rows(self, question: RowQuestion) -> Mapping[int, Values]:
        """Return the known rows by the quarter at which their bucket begins."""

    def fleet(self, question: FleetQuestion) -> Sequence[Mapping[int, Values]]:
        """Return the known rows of each whole site, in the order of the cards."""
