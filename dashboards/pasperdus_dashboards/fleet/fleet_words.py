"""The whole fleet of a site, and each of its nodes, as the page *Parc* tells of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from babel.numbers import format_decimal

from pasperdus_collector.node_history import NodeQuarter
from pasperdus_collector.node_state import Missing, NodeState
from pasperdus_collector.registry import Site
from pasperdus_dashboards.fleet.history_words import clock_words
from pasperdus_dashboards.fleet.node_words import (
    NodeCard,
    has_late_events,
    node_card,
    outbox_words,
    place_of,
    sensor_name,
    sensor_state,
    troubled_line,
)
from pasperdus_service.languages import Language

_MB_IN_A_GB = 1000
_LEAST_GB_MB = 10_000  # less is told in MB


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeView:
    """One node: its state and troubles, and everything else that is known of it.

    ``known`` is what it said last of itself, under ``known_title``, where it does not answer now:
    empty while it does, and everything is among the ``facts``.
    """

    node: str
    place: str
    card: NodeCard
    facts: list[tuple[str, str]]
    known_title: str
    known: list[tuple[str, str]]
    missing: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetView:
    """The nodes of one site, those that need somebody first."""

    sentence: str
    nodes: list[NodeView]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Telling:
    node: NodeState
    latest: NodeQuarter | None
    language: Language
    zone: ZoneInfo
    day: date
    at_ms: int

    def moment(self, at_ms: int | None) -> str:
        if at_ms is None:
            return self.language.gettext("never")
        return self.language.moment(at_ms, self.zone, self.day)


def fleet_view(
    nodes: Sequence[NodeState],
    latest: Mapping[str, NodeQuarter],
    site: Site,
    language: Language,
    *,
    now_ms: int,
) -> FleetView:
    """Return the nodes of a site; ``latest`` has the last quarter-hour of each, where one is."""
    views = [
        node_view(node, latest.get(node.node), site, language, now_ms=now_ms)
        for node in nodes
        if node.site == site.site
    ]
    return FleetView(
        sentence=_sentence(views, nodes, site, language),
        nodes=sorted(views, key=lambda view: (view.card.is_fine, view.place.casefold())),
    )


def node_view(
    node: NodeState, latest: NodeQuarter | None, site: Site, language: Language, *, now_ms: int
) -> NodeView:
    """Return one node."""
    zone = ZoneInfo(site.time_zone)
    day = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(zone).date()
    telling = _Telling(
        node=node, latest=latest, language=language, zone=zone, day=day, at_ms=now_ms
    )
    is_present = node.state == "online"
    told = list(_told(telling))
    has_said = node.heartbeat_at is not None and not is_present
    return NodeView(
        node=node.node,
        place=place_of(node, site),
        card=node_card(node, site, language, day=day, at_ms=now_ms),
        facts=[*(told if is_present else []), *_facts(telling)],
        known_title=language.gettext(
            "Last known state, %(moment)s", moment=telling.moment(node.heartbeat_at)
        )
        if has_said
        else "",
        known=told if has_said else [],
        missing=[missing_words(each, language) for each in node.missing],
    )


def missing_words(gap: Missing, language: Language) -> str:
    """Return which events have not arrived, by their numbers."""
    return language.ngettext(
        "number %(first)s (%(count)s event)",
        "numbers %(first)s to %(last)s (%(count)s events)",
        gap.last - gap.first + 1,
        first=gap.first,
        last=gap.last,
    )


def _sentence(
    views: Sequence[NodeView], nodes: Sequence[NodeState], site: Site, language: Language
) -> str:
    if not views:
        return language.gettext("No node belongs to this site yet.")
    troubled = troubled_line([view.card for view in views], language)
    if troubled:
        return f"{troubled}."  # what waits is told where it waits
    first = language.ngettext(
        "The only node is working.", "All %(count)s nodes are working.", len(views)
    )
    pending = sum(node.pending or 0 for node in nodes if node.site == site.site)
    if pending:
        waiting = language.ngettext(
            "%(count)s event is waiting to be sent, nothing is lost.",
            "%(count)s events are waiting to be sent, nothing is lost.",
            pending,
        )
    else:
        waiting = language.gettext("No event waits in any of them.")
    return f"{first} {waiting}"


def _told(telling: _Telling) -> Iterator[tuple[str, str]]:
    """Yield what the node says of itself, which is over when it does not answer any more."""
    node, language = telling.node, telling.language
    gettext = language.gettext
    yield gettext("Sensors"), _sensors(telling)
    if not has_late_events(node, telling.at_ms):
        outbox = outbox_words(node, language, zone=telling.zone, day=telling.day)
        yield gettext("Outbox"), outbox
    if node.is_synced is not None:
        yield gettext("Clock"), _clock(telling)
    if node.heartbeat_at is not None:
        battery = gettext("mains") if node.battery is None else language.percent(node.battery / 100)
        yield gettext("Power or battery"), battery
    if node.temperature_c is not None:
        degrees = language.number(node.temperature_c)
        yield gettext("Temperature"), gettext("%(degrees)s °C", degrees=degrees)
    if node.disk_free_mb is not None:
        yield gettext("Free storage"), _storage(node.disk_free_mb, language)
    if node.version is not None:
        yield gettext("Version"), node.version


def _facts(telling: _Telling) -> Iterator[tuple[str, str]]:
    """Yield what is true whether it answers or not."""
    node, language = telling.node, telling.language
    gettext = language.gettext
    yield gettext("Last event"), telling.moment(node.event_at)
    yield gettext("Last sign of life"), telling.moment(_heard_at(node))
    yield (
        gettext("Missing events"),
        "; ".join(missing_words(each, language) for each in node.missing) or gettext("none"),
    )


def _sensors(telling: _Telling) -> str:
    language = telling.language
    if not telling.node.sensors:
        return language.gettext("none told")
    return ", ".join(
        language.gettext(
            "%(sensor)s: %(state)s",
            sensor=sensor_name(language, sensor),
            state=sensor_state(language, state),
        )
        for sensor, state in sorted(telling.node.sensors.items())
    )


def _clock(telling: _Telling) -> str:
    language = telling.language
    state = language.gettext("set") if telling.node.is_synced else language.gettext("not set")
    if telling.latest is None:
        return state
    return f"{state}, {clock_words(telling.latest.clock_ahead_ms, language)}"


def _storage(free_mb: int, language: Language) -> str:
    if free_mb < _LEAST_GB_MB:
        return language.gettext("%(free)s MB", free=language.number(free_mb))
    free_gb = format_decimal(free_mb / _MB_IN_A_GB, format="#,##0", locale=language.locale)
    return language.gettext("%(free)s GB", free=free_gb)


def _heard_at(node: NodeState) -> int | None:
    return max((at for at in (node.heartbeat_at, node.state_at) if at), default=None)
