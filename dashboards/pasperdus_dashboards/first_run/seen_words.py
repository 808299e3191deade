"""What has been seen of a site's first node so far, while somebody waits for its first passage."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from pasperdus_collector.api.queries import Live
from pasperdus_collector.node_state import NodeState
from pasperdus_collector.registry import DEMO_SITE, Site
from pasperdus_dashboards.fleet.node_words import NodeCard, node_card
from pasperdus_service.languages import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenView:
    """``passages`` is empty until the first one; ``nodes`` are pairs of a name and its state."""

    sentence: str
    nodes: list[tuple[str, str]]
    passages: str
    has_node: bool
    has_passage: bool


def seen_view(
    site: Site | None,
    nodes: Sequence[NodeState],
    live: Live | None,
    language: Language,
    *,
    now_ms: int,
) -> SeenView:
    """Return what a site's nodes have told; ``live`` is None before there is a site."""
    lines = [] if site is None else [line for zone in site.zones for line in zone.lines]
    own = [] if site is None else [node for node in nodes if node.site == site.site]
    cards = [] if site is None else _cards(own, site, language, now_ms=now_ms)
    is_well = bool(own) and all(
        card.is_fine and node.state == "online" for card, node in zip(cards, own, strict=True)
    )
    return SeenView(
        sentence=_sentence(own, has_passage=bool(lines), is_well=is_well, language=language),
        nodes=[(card.node, card.state) for card in cards],
        passages=_passages(live, language) if lines and live is not None else "",
        has_node=bool(own),
        has_passage=bool(lines),
    )


def _cards(
    nodes: Sequence[NodeState], site: Site, language: Language, *, now_ms: int
) -> list[NodeCard]:
    zone = ZoneInfo(site.time_zone)
    day = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(zone).date()
    return [node_card(node, site, language, day=day, at_ms=now_ms) for node in nodes]


def _sentence(
    nodes: Sequence[NodeState], *, has_passage: bool, is_well: bool, language: Language
) -> str:
    if has_passage and is_well:
        return language.gettext("The first passage has been counted. Everything works.")
    if has_passage:
        return language.gettext("The first passage has been counted.")
    if not nodes:
        return language.gettext("No node has been heard yet. This page looks for it by itself.")
    if nodes[0].site == DEMO_SITE:
        return language.gettext("The demonstration node starts; its first visitor is on the way.")
    if len(nodes) == 1:
        return language.gettext(
            "Node “%(node)s” is there. Now walk through its door: the passage shows here at once.",
            node=nodes[0].node,
        )
    return language.gettext(
        "%(count)s nodes are there. Now walk through a door: the passage shows here at once.",
        count=language.number(len(nodes)),
    )


def _passages(live: Live, language: Language) -> str:
    entries = language.ngettext("%(count)s entry", "%(count)s entries", live.passages_in or 0)
    exits = language.ngettext("%(count)s exit", "%(count)s exits", live.passages_out or 0)
    return language.gettext("Today: %(entries)s, %(exits)s.", entries=entries, exits=exits)
