"""What the nodes mean for the figures: doors that stopped telling, and the fleet in one line."""

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from pasperdus_collector.api.today import Today
from pasperdus_collector.node_state import NodeState
from pasperdus_collector.registry import Site
from pasperdus_dashboards.fleet.node_words import NodeCard, gone_since_ms, place_of, troubled_line
from pasperdus_service.languages import Language


def gone_doors(today: Today) -> list[NodeState]:
    """Return the nodes with an outer door that were there and do not answer any more."""
    doors = {node for node, _ in _outer_lines(today)}
    return [node for node in today.nodes if node.node in doors and gone_since_ms(node) is not None]


def stopped_notes(today: Today, language: Language, zone: ZoneInfo) -> Iterator[str]:
    """Say up to when the figures reach where a door does not answer."""
    gone = gone_doors(today)
    are_all_gone = len(gone) == len({node for node, _ in _outer_lines(today)})
    for node in gone:
        since_ms = gone_since_ms(node)
        if since_ms is None:
            continue
        since = language.moment(since_ms, zone, today.day)
        if are_all_gone:
            yield language.gettext(
                "The door's node (%(node)s) has not answered since %(since)s: these figures stop "
                "there.",
                node=place_of(node, today.site),
                since=since,
            )
        else:
            yield language.gettext(
                "The door's node (%(node)s) has not answered since %(since)s: what it has counted "
                "since then is missing here.",
                node=place_of(node, today.site),
                since=since,
            )


def door_trouble(gone: Sequence[NodeState], site: Site, language: Language) -> str:
    """Return the notice above the figures; empty when every door answers."""
    if not gone:
        return ""
    return language.ngettext(
        "A door's node does not answer: %(nodes)s.",
        "%(count)s doors' nodes do not answer: %(nodes)s.",
        len(gone),
        nodes=", ".join(place_of(node, site) for node in gone),
    )


def fleet_line(cards: Sequence[NodeCard], language: Language) -> str:
    """Return how the nodes are in a few words; empty without a node."""
    troubled = troubled_line(cards, language)
    if troubled:
        return troubled
    if cards:
        return language.ngettext("%(count)s node working", "%(count)s nodes working", len(cards))
    return ""


def fleet_sentence(today: Today, cards: Sequence[NodeCard], language: Language) -> str:
    """Return the sentence above the nodes; all is well only when every sensor says so."""
    if not cards:
        return language.gettext(
            "No node belongs to this site yet. Start one: it appears here within a minute."
        )
    line = fleet_line(cards, language)
    if any(not card.is_fine for card in cards):
        return f"{line}."
    told = {node.node: node.sensors for node in today.nodes}
    if any(state != "ok" for sensors in told.values() for state in sensors.values()):
        return language.gettext("%(nodes)s; a sensor is starting.", nodes=line)
    if not today.has_lines:
        return language.gettext("%(nodes)s, but no door sensor is known yet.", nodes=line)
    if any(line not in told.get(node, {}) for node, line in _outer_lines(today)):
        return language.gettext(
            "%(nodes)s, but a door sensor has not said yet how it is.", nodes=line
        )
    return language.gettext("All is well: no sensor is silent.")


def _outer_lines(today: Today) -> set[tuple[str, str]]:
    return {
        (line.node, line.line)
        for zone in today.site.zones
        for line in zone.lines
        if line.role == "outer"
    }
