"""From measured units to many sites (pure): every number here is a product, said as such."""

import math
from dataclasses import dataclass

OPEN_DAYS = 302  # a year: six days a week, less public holidays
HEARTBEAT_S = 30.0
COPY_EVERY_S = 10.0  # [influx] every_s, as shipped
SHARE_OF_A_PROCESSOR = 0.5
"""Of one, up to which a collector's process is filled in the busiest hour: the rest is for nodes
that come back after days, pages, reports."""

COLLECTORS_A_MACHINE = 3  # with four processors: the fourth is for broker and system
_DAY_S, _HOUR_S = 86_400, 3_600


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeUnits:
    """Measured of any node: its day without visitors, and its heartbeats' processor time."""

    idle_bytes_a_day: float
    heartbeat_collector_s: float
    heartbeat_broker_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteUnits:
    """Measured of one kind of site, on an open day."""

    name: str
    visitors: int
    nodes: int
    events: int
    events_without_visitors: int
    messages: int
    bytes_on_wire: int
    busiest_hour: float
    """The share of the day's messages in it."""

    message_collector_s: float
    message_broker_s: float
    raw_bytes: float
    kept_bytes: float
    points: int
    points_a_copy: float
    copy_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """So many sites of one kind."""

    sites: int
    nodes: int
    messages_s: float
    """From nodes to collectors in the busiest hour, heartbeats among them."""

    gigabytes_a_day: float
    events_a_day: int
    raw_gigabytes_a_year: float
    kept_gigabytes_a_year: float
    points_a_day: int
    points_sent_a_day: int
    processors: float
    """That the collectors keep busy in the busiest hour, the projection among them."""

    projection_share: float
    heartbeat_share: float
    broker_processors: float
    collectors: int
    machines: int


def extrapolate(
    site: SiteUnits, node: NodeUnits, sites: int, *, copy_every_s: float = COPY_EVERY_S
) -> Row:
    """Multiply; the projection copies what changed every ``copy_every_s``."""
    nodes = sites * site.nodes
    busiest = sites * site.messages * site.busiest_hour / _HOUR_S
    beats = nodes / HEARTBEAT_S
    # A site is copied once in each such time in which it told anything.
    told_in_time = 1 - math.exp(-site.messages * site.busiest_hour / _HOUR_S * copy_every_s)
    copying = sites * told_in_time / copy_every_s * site.copy_s
    beating = beats * node.heartbeat_collector_s
    processors = busiest * site.message_collector_s + beating + copying
    collectors = math.ceil(processors / SHARE_OF_A_PROCESSOR)
    a_year = site.events * OPEN_DAYS + site.events_without_visitors * (365 - OPEN_DAYS)
    return Row(
        sites=sites,
        nodes=nodes,
        messages_s=busiest + beats,
        gigabytes_a_day=(sites * site.bytes_on_wire + nodes * node.idle_bytes_a_day) / 1e9,
        events_a_day=sites * site.events,
        raw_gigabytes_a_year=sites * a_year * site.raw_bytes / site.events / 1e9,
        kept_gigabytes_a_year=sites * 365 * site.kept_bytes / 1e9,
        points_a_day=sites * site.points,
        points_sent_a_day=round(
            sites * min(site.messages, _DAY_S / copy_every_s) * site.points_a_copy
        ),
        processors=processors,
        projection_share=copying / processors,
        heartbeat_share=beating / processors,
        broker_processors=busiest * site.message_broker_s + beats * node.heartbeat_broker_s,
        collectors=collectors,
        machines=math.ceil(collectors / COLLECTORS_A_MACHINE),
    )
