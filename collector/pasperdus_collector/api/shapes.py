"""What the API takes and gives, to the letter of the contract; times in ISO 8601 with offset."""

import unicodedata
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from pasperdus_collector.api.queries import AllCounters, Counters, Live
from pasperdus_collector.api.written import undrawable, undrawable_fault
from pasperdus_collector.buckets.flags import names as flag_names
from pasperdus_collector.errors import FieldError, QueryError, fault
from pasperdus_collector.node_state import NodeState
from pasperdus_collector.registry import DEFAULT_TIME_ZONE, LineRole, Site, ZoneTitle
from pasperdus_collector.series import UNITS, FleetQuery, Point, Series, SiteSeries
from pasperdus_contract.fields import Name

TITLE_MAX = 80
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _drawn(title: str) -> str:
    """Refuse what a screen of the site would have to show and cannot."""
    composed = unicodedata.normalize("NFC", title)
    words, found = undrawable(composed), undrawable_fault(composed)
    if words is not None and found is not None:
        raise FieldError(words, found)
    return composed


_Title = Annotated[str, Field(min_length=1, max_length=TITLE_MAX), AfterValidator(_drawn)]
"""What people read on pages, boards and terminals."""


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class NewSite(_Body):
    """``POST sites``."""

    site: Name
    title: _Title
    time_zone: str = DEFAULT_TIME_ZONE


class LineChange(_Body):
    """The role of one line: ``outer`` lines make the site's footfall and occupancy."""

    node: Name
    line: Name
    role: str = Field(pattern="^(outer|inner)$")

    def as_role(self) -> LineRole:
        """Return it as the registry takes it."""
        return LineRole(node=self.node, line=self.line, role=self.role)


class ZoneChange(_Body):
    """What people shall read in place of a zone's name: on pages, boards and terminals."""

    zone: Name
    title: _Title

    def as_title(self) -> ZoneTitle:
        """Return it as the registry takes it."""
        return ZoneTitle(zone=self.zone, title=self.title)


class SiteChange(_Body):
    """``PATCH sites/{site}``: only what is given changes."""

    title: _Title | None = None
    time_zone: str | None = None
    agents: int | None = Field(default=None, ge=0, le=10_000)
    lines: list[LineChange] = Field(default_factory=list)
    zones: list[ZoneChange] = Field(default_factory=list)


def instant(at_ms: int | None) -> str | None:
    """Return ``2026-03-02T00:00:00Z``, with milliseconds only where there are any."""
    if at_ms is None:
        return None
    at = _EPOCH + timedelta(milliseconds=at_ms)  # a float loses the last millisecond of 9999
    precision = "milliseconds" if at_ms % 1000 else "seconds"
    return at.isoformat(timespec=precision).replace("+00:00", "Z")


def parse_instant(name: str, text: str) -> int:
    """Return milliseconds since 1970 UTC.

    Raises :class:`QueryError` for anything but an ISO 8601 time with offset.
    """
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise QueryError(
            f"{name}: {text!r} is no time with offset; write 2026-03-02T00:00:00Z "
            "(a + in an address is written %2B)",
            fault(name, "not-an-instant", sent=text),
        )
    try:
        return round(at.timestamp() * 1000)
    except OverflowError:
        raise QueryError(
            f"{name}: {text!r} is out of range",
            fault(name, "year-out-of-range", first=1970, last=2999),
        ) from None


def series_json(series: Series) -> dict[str, Any]:
    """Return ``GET series``."""
    query = series.query
    answer: dict[str, Any] = {
        "site": query.site,
        "zone": query.zone,
        "measure": query.measure,
        "bucket": query.bucket,
        "unit": series.unit,
        "points": [point_json(point) for point in series.points],
    }
    if query.line is not None:
        answer["line"] = query.line
    if query.masks:
        answer["masks"] = sorted(query.masks)
    # Of passages only where agents are told apart: the contract has no such field otherwise.
    if query.measure in ("occupancy", "stay_minutes") or series.excludes_staff:
        answer["excludes_staff"] = series.excludes_staff
    if series.question is not None:
        answer |= {"question": series.question, "scale": series.scale}
    return answer


def fleet_json(query: FleetQuery, sites: list[SiteSeries]) -> dict[str, Any]:
    """Return ``GET fleet``."""
    return {
        "measure": query.measure,
        "bucket": query.bucket,
        "unit": UNITS[query.measure],
        "sites": [
            {
                "collector": site.collector,
                "site": site.site,
                "title": site.title,
                "time_zone": site.time_zone,
                "points": [point_json(point) for point in site.points],
            }
            for site in sites
        ],
    }


def point_json(point: Point) -> dict[str, Any]:
    """Return one point: the contract's three fields, and what else is known of this one."""
    told: dict[str, Any] = {
        "start": instant(point.start_ms),
        "value": point.value,
        "coverage": point.coverage,
    }
    for name in ("corrected", "low", "high", "raw"):
        value = getattr(point, name)
        if value is not None:
            told[name] = value
    if point.flags:
        told["flags"] = flag_names(point.flags)
    return told


def site_json(site: Site) -> dict[str, Any]:
    """Return one of ``GET sites``."""
    return {
        "site": site.site,
        "title": site.title,
        "time_zone": site.time_zone,
        "agents": site.agents,
        "version": site.version,
        "zones": [
            {
                "zone": zone.zone,
                "title": zone.title,
                "lines": [
                    {"node": line.node, "line": line.line, "role": line.role} for line in zone.lines
                ],
                "boxes": [
                    {"node": box.node, "question": box.question, "scale": box.scale}
                    for box in zone.boxes
                ],
            }
            for zone in site.zones
        ],
    }


def node_json(node: NodeState) -> dict[str, Any]:
    """Return one of ``GET nodes``."""
    return {
        "node": node.node,
        "site": node.site,
        "zone": node.zone,
        "state": node.state,
        "state_since": instant(node.state_at),
        "last_heartbeat": instant(node.heartbeat_at),
        "last_event": instant(node.event_at),
        "pending": node.pending,
        "oldest_pending": instant(node.oldest_pending_at),
        "lost": node.lost,
        "sensors": node.sensors,
        "clock_synced": node.is_synced,
        "battery": node.battery,
        "temperature_c": node.temperature_c,
        "disk_free_mb": node.disk_free_mb,
        "version": node.version,
        "screen": node.screen,
        "missing": [
            {"epoch": gap.epoch, "first": gap.first, "last": gap.last} for gap in node.missing
        ],
        "undated": node.undated,
    }


def live_json(live: Live) -> dict[str, Any]:
    """Return one event of ``GET live``."""
    return {
        "site": live.site,
        "at": instant(live.at_ms),
        "day_start": instant(live.day_start_ms),
        "passages_in": live.passages_in,
        "passages_out": live.passages_out,
        "occupancy": live.occupancy,
        "last_event": instant(live.event_at),
    }


def counters_json(counters: AllCounters) -> dict[str, Any]:
    """Return ``GET counters``."""
    return {
        **_counters(counters.total),
        "unparseable": counters.unparseable,
        "unknown_node": counters.unknown_node,
        "nodes": {name: _counters(each) for name, each in counters.nodes.items()},
    }


def _counters(counters: Counters) -> dict[str, int]:
    return {
        "received": counters.received,
        "stored": counters.stored,
        "duplicate": counters.duplicate,
        "quarantined": counters.quarantined,
    }
