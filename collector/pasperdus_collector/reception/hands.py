"""The tokens that each terminal of a site hands out today, dealt anew with each service day.

A terminal that appears during the day gets half of what the fullest hand has free; a token that
somebody holds stays in the hand that it came from.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from pasperdus_collector.calendar.grid import service_date
from pasperdus_collector.reception.queue import open_visits
from pasperdus_contract.board import MAX_TERMINALS
from pasperdus_contract.fields import QUARTER_MS
from pasperdus_contract.tokens import deal, join

DAY_MS = 86_400_000
HEARD_WITHIN_MS = 14 * DAY_MS  # a terminal that is silent for longer is dealt no tokens

Hands = dict[str, list[str]]
"""Tokens by the name of the node that hands them out."""


def terminals(db: sqlite3.Connection, site_id: int, now_ms: int) -> list[tuple[str, str]]:
    """Return name and title of each terminal of a site that was heard of lately, by name.

    The title is that of its zone, or its own name where terminals share a zone's title. Of more
    than a board holds, those that were heard of last: by whole days, so that terminals that all
    work do not take turns with each message.
    """
    found = db.execute(
        "SELECT name, title FROM (SELECT nodes.name AS name, zones.title AS title, "
        "max(coalesce(heartbeat_at, 0), coalesce(state_at, 0)) AS heard_at "
        "FROM nodes JOIN zones ON zones.id = nodes.zone_id "
        "WHERE zones.site_id = ?1 AND screen = 'agent') WHERE heard_at >= ?2 - ?3 "
        "ORDER BY (?2 - heard_at) / ?4, name LIMIT ?5",
        (site_id, now_ms, HEARD_WITHIN_MS, DAY_MS, MAX_TERMINALS),
    ).fetchall()
    found.sort()
    titles = Counter(title for _, title in found)
    return [(node, title if titles[title] == 1 else node) for node, title in found]


def hands(db: sqlite3.Connection, site_id: int, day: date) -> Hands:
    """Return what was dealt for a service day; nothing before its first deal."""
    return {
        node: json.loads(tokens)
        for node, tokens in db.execute(
            "SELECT nodes.name, tokens FROM token_hands JOIN nodes ON nodes.id = node_id "
            "WHERE site_id = ? AND day = ? ORDER BY nodes.name",
            (site_id, day.isoformat()),
        )
    }


def is_to_be_dealt(db: sqlite3.Connection, site_id: int, now_ms: int) -> bool:
    """Tell whether :func:`deal_today` would change anything."""
    _, before, after = _dealing(db, site_id, now_ms)
    return after != before


def deal_today(db: sqlite3.Connection, site_id: int, now_ms: int) -> bool:
    """Deal to all terminals on a new service day, and to those that came during one.

    Within the caller's transaction; return whether anything changed.
    """
    day, before, after = _dealing(db, site_id, now_ms)
    if after == before:
        return False
    db.execute("DELETE FROM token_hands WHERE site_id = ? AND day < ?", (site_id, day.isoformat()))
    db.executemany(
        "INSERT INTO token_hands (site_id, day, node_id, tokens) "
        "VALUES (?, ?, (SELECT id FROM nodes WHERE name = ?), ?) "
        "ON CONFLICT (site_id, day, node_id) DO UPDATE SET tokens = excluded.tokens",
        [(site_id, day.isoformat(), node, json.dumps(hand)) for node, hand in after.items()],
    )
    return True


def _dealing(db: sqlite3.Connection, site_id: int, now_ms: int) -> tuple[date, Hands, Hands]:
    """Return the service day, its hands as they are, and as they should be."""
    site, zone_key = db.execute(
        "SELECT name, time_zone FROM sites WHERE id = ?", (site_id,)
    ).fetchone()
    zone = ZoneInfo(zone_key)
    day = service_date(now_ms // QUARTER_MS, zone)
    before = hands(db, site_id, day)
    present = [node for node, _ in terminals(db, site_id, now_ms)]
    if not before:
        return day, before, deal(site, day, present) if present else {}
    waiting = [node for node in present if not before.get(node)]
    gone = [node for node, hand in before.items() if hand and node not in present]
    if not waiting and not (gone and present):
        return day, before, before
    visits = open_visits(db, site_id, now_ms=now_ms, zone=zone)
    held = frozenset(visit.token for visit in visits)
    return day, before, _joined(_given_back(before, gone, present, held), waiting, held)


def _given_back(
    before: Hands, gone: Sequence[str], present: Sequence[str], held: frozenset[str]
) -> Hands:
    """Share what those that are no terminals any more have free, to the smallest hands first."""
    after = {node: list(hand) for node, hand in before.items()}
    staying = [node for node in present if after.get(node)]
    for node in gone if staying else ():
        for token in [token for token in after[node] if token not in held]:
            after[node].remove(token)
            min((after[other] for other in staying), key=len).append(token)
    return after


def _joined(before: Mapping[str, list[str]], waiting: Sequence[str], held: frozenset[str]) -> Hands:
    """Let terminals join one by one; one whose hand stayed empty asks again."""
    after = {node: hand for node, hand in before.items() if node not in waiting}
    for node in waiting:
        after = join(after, node, in_use=held)
    return after
