"""How a node is, in words that say what happened, what still works and what to do."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote
from zoneinfo import ZoneInfo

from pasperdus_collector.node_state import NodeState
from pasperdus_collector.registry import DEMO_SITE, Site
from pasperdus_dashboards.shell.navigation import FLEET
from pasperdus_service.languages import Language

LITTLE_DISK_MB = 500
LOW_BATTERY_PERCENT = 20
SCREEN = "screen"  # what a node with a screen calls it among its sensors
LATE_PENDING_MS = 60_000  # younger events are merely on their way


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeCard:
    """One node as the page shows it; ``facts`` are pairs of a term and its value."""

    node: str
    place: str
    """The title of the zone in which it stands."""

    state: str
    is_fine: bool
    troubles: list[str]
    last_event: str
    facts: list[tuple[str, str]]

    @property
    def page(self) -> str:
        """The address of its own page."""
        return node_page(self.node)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Telling:
    node: NodeState
    language: Language
    zone: ZoneInfo
    day: date
    at_ms: int

    def moment(self, at_ms: int | None) -> str:
        if at_ms is None:
            return self.language.gettext("never")
        return self.language.moment(at_ms, self.zone, self.day)


def node_page(node: str) -> str:
    """Return the address of a node's own page."""
    return f"{FLEET}/noeuds/{quote(node, safe='')}"


def node_card(
    node: NodeState, site: Site, language: Language, *, day: date, at_ms: int
) -> NodeCard:
    """Return one node of a site in words."""
    zone = ZoneInfo(site.time_zone)
    told = _Telling(node=node, language=language, zone=zone, day=day, at_ms=at_ms)
    is_over = node.site == DEMO_SITE and node.state == "offline"  # stopped, as it should be
    troubles = [] if is_over else list(_troubles(told))
    return NodeCard(
        node=node.node,
        place=place_of(node, site),
        state=language.gettext("Demonstration, stopped")
        if is_over
        else _state(told, has_troubles=bool(troubles)),
        is_fine=not troubles,
        troubles=troubles,
        last_event=told.moment(node.event_at),
        facts=list(_facts(told)),
    )


def place_of(node: NodeState, site: Site) -> str:
    """Return the title of the zone in which a node stands."""
    return next((zone.title for zone in site.zones if zone.zone == node.zone), node.zone)


def troubled_line(cards: Sequence[NodeCard], language: Language) -> str:
    """Return how many nodes are in trouble; empty where none is."""
    troubled = sum(not card.is_fine for card in cards)
    if not troubled:
        return ""
    return language.ngettext(
        "%(count)s node of %(all)s needs a look",
        "%(count)s nodes of %(all)s need a look",
        troubled,
        all=language.number(len(cards)),
    )


def has_late_events(node: NodeState, at_ms: int) -> bool:
    """Tell whether events wait longer than their way takes: then they are a trouble of the node."""
    late = node.state != "online" or _is_late(node.oldest_pending_at, at_ms)
    return bool(node.pending) and late


def outbox_words(node: NodeState, language: Language, *, zone: ZoneInfo, day: date) -> str:
    """Return how many events wait in a node, and since when."""
    if node.pending is None:
        return language.gettext("not told yet")
    if not node.pending:
        return language.gettext("empty")
    waiting = language.ngettext(
        "%(count)s event waiting, nothing is lost",
        "%(count)s events waiting, nothing is lost",
        node.pending,
    )
    if node.oldest_pending_at is None or not node.is_synced:
        return waiting
    return language.gettext(
        "%(waiting)s (the oldest of %(moment)s)",
        waiting=waiting,
        moment=language.moment(node.oldest_pending_at, zone, day),
    )


def gone_since_ms(node: NodeState) -> int | None:
    """Return since when a node that was there does not answer; None while it does."""
    match node.state:
        case "silent":
            return _heard_at(node)
        case "offline":
            return node.state_at
        case _:
            return None


def _state(told: _Telling, *, has_troubles: bool) -> str:
    gettext = told.language.gettext
    match told.node.state:
        case "online":
            return gettext("Working, see below") if has_troubles else gettext("Working")
        case "silent":
            return gettext("Silent")
        case "offline":
            return gettext("Offline")
        case _:
            return gettext("Not heard of yet")


def _troubles(told: _Telling) -> Iterator[str]:
    yield from _presence_troubles(told)
    if told.node.state == "online":
        # Of a node that does not answer, what it last said of its parts may be long over.
        yield from _sensor_troubles(told)
        yield from _device_troubles(told)
    yield from _event_troubles(told)


def _presence_troubles(told: _Telling) -> Iterator[str]:
    node, gettext = told.node, told.language.gettext
    if node.state == "silent":
        yield gettext(
            "No sign of life since %(since)s. What it counts is kept in its own memory and will "
            "come by itself. Check its power and its network.",
            since=told.moment(gone_since_ms(node)),
        )
    elif node.state == "offline":
        yield gettext(
            "Disconnected since %(since)s. If it still works, it goes on counting and will send "
            "everything by itself. Check its power and its network.",
            since=told.moment(gone_since_ms(node)),
        )
    elif node.state != "online":
        yield gettext("This node has not said yet how it is: wait a minute, or restart it.")


def _event_troubles(told: _Telling) -> Iterator[str]:
    node, ngettext = told.node, told.language.ngettext
    if has_late_events(node, told.at_ms):
        waiting = outbox_words(node, told.language, zone=told.zone, day=told.day)
        yield told.language.gettext("Outbox: %(waiting)s.", waiting=waiting)
    if node.lost:
        yield ngettext(
            "%(count)s event could not be kept, its memory being full. Free some space on it.",
            "%(count)s events could not be kept, its memory being full. Free some space on it.",
            node.lost,
        )
    for gap in node.missing:
        yield ngettext(
            "%(count)s event has not arrived: number %(first)s. The counts of that time are too "
            "low until it comes.",
            "%(count)s events have not arrived: numbers %(first)s to %(last)s. The counts of that "
            "time are too low until they come.",
            gap.last - gap.first + 1,
            first=gap.first,
            last=gap.last,
        )
    if node.undated:
        yield ngettext(
            "%(count)s event cannot be dated: it is kept, but appears in no figure.",
            "%(count)s events cannot be dated: they are kept, but appear in no figure.",
            node.undated,
        )


def _device_troubles(told: _Telling) -> Iterator[str]:
    node, gettext = told.node, told.language.gettext
    if node.is_synced is False:
        yield gettext(
            "Its clock is not set. Times are approximate and will be corrected once it reaches a "
            "time server. Check that the network lets it do so (NTP)."
        )
    if node.disk_free_mb is not None and node.disk_free_mb < LITTLE_DISK_MB:
        yield gettext(
            "Its memory is nearly full: %(free)s MB left. Counting goes on; free some space soon.",
            free=told.language.number(node.disk_free_mb),
        )
    if node.battery is not None and node.battery < LOW_BATTERY_PERCENT:
        yield gettext(
            "Its battery is at %(level)s: plug it in.",
            level=told.language.percent(node.battery / 100),
        )


def _sensor_troubles(told: _Telling) -> Iterator[str]:
    gettext = told.language.gettext
    for sensor, state in sorted(told.node.sensors.items()):
        if sensor == SCREEN:
            if state not in ("ok", "starting"):
                yield gettext(
                    "The screen says “%(state)s”. Look at it, or restart the node.",
                    state=sensor_state(told.language, state),
                )
        elif state in ("blocked_A", "blocked_B"):
            yield gettext(
                "Sensor %(sensor)s: beam %(beam)s is blocked. Passages are not counted there. "
                "Remove what stands in front of it or clean it.",
                sensor=sensor,
                beam=state[-1],
            )
        elif state == "noisy":
            yield gettext(
                "Sensor %(sensor)s flickers. Passages are not counted there. Check its cable, its "
                "alignment and direct sunlight.",
                sensor=sensor,
            )
        elif state == "stuck":
            yield gettext(
                "Rating box %(sensor)s: a button stays pressed. The other buttons work. Free it.",
                sensor=sensor,
            )
        elif state not in ("ok", "starting"):
            yield gettext(
                "Sensor %(sensor)s says “%(state)s”. Look at it, or restart the node.",
                sensor=sensor,
                state=state,
            )


def _facts(told: _Telling) -> Iterator[tuple[str, str]]:
    node, gettext = told.node, told.language.gettext
    yield gettext("Last event"), told.moment(node.event_at)
    yield gettext("Last sign of life"), told.moment(_heard_at(node))
    if node.state != "online":
        return
    for sensor, state in sorted(node.sensors.items()):
        named = (
            gettext("Screen") if sensor == SCREEN else gettext("Sensor %(sensor)s", sensor=sensor)
        )
        yield named, sensor_state(told.language, state)
    if node.pending is not None and not has_late_events(node, told.at_ms):
        waiting = outbox_words(node, told.language, zone=told.zone, day=told.day)
        yield gettext("Outbox"), waiting
    if node.is_synced is not None:
        set_or_not = gettext("set") if node.is_synced else gettext("not set")
        yield gettext("Clock"), set_or_not
    if node.battery is not None:
        yield gettext("Battery"), told.language.percent(node.battery / 100)


def sensor_name(language: Language, sensor: str) -> str:
    """Return what a sensor is called: the screen of a node reports like one."""
    return language.gettext("Screen") if sensor == SCREEN else sensor


def sensor_state(language: Language, state: str) -> str:
    """Return how a sensor is, in a word or two; what a newer node says stays as it is."""
    match state:
        case "ok":
            return language.gettext("works")
        case "starting":
            return language.gettext("starts")
        case "blocked_A" | "blocked_B":
            return language.gettext("blocked")
        case "noisy":
            return language.gettext("flickers")
        case "stuck":
            return language.gettext("button pressed")
        case "failed":
            return language.gettext("broken")
        case _:
            return state


def _heard_at(node: NodeState) -> int | None:
    return max((at for at in (node.heartbeat_at, node.state_at) if at), default=None)


def _is_late(oldest_pending_at: int | None, at_ms: int) -> bool:
    return oldest_pending_at is not None and at_ms - oldest_pending_at > LATE_PENDING_MS
