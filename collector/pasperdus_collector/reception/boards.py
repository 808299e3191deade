"""Gathers what a site's board is made of, from one view of the ledger."""

import sqlite3
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from pasperdus_collector.calendar.grid import service_date
from pasperdus_collector.pulse_release import MIN_AGENTS
from pasperdus_collector.reception.compose import Gathered, Terminal, compose
from pasperdus_collector.reception.content_store import shown
from pasperdus_collector.reception.hands import hands, terminals
from pasperdus_collector.reception.queue import heard, open_visits
from pasperdus_collector.registry import site_id_of
from pasperdus_contract.board import Board, Inside
from pasperdus_contract.fields import QUARTER_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteOfBoard:
    """What a board needs to know of its site."""

    id: int
    name: str
    title: str
    zone: ZoneInfo
    agents: int


def sites_with_screens(db: sqlite3.Connection) -> list[SiteOfBoard]:
    """Return the sites whose boards somebody may read."""
    return [
        _site(row)
        for row in db.execute(
            "SELECT id, name, title, time_zone, agents FROM sites WHERE id IN "
            "(SELECT zones.site_id FROM nodes JOIN zones ON zones.id = nodes.zone_id "
            " WHERE nodes.screen IS NOT NULL UNION SELECT site_id FROM contents) ORDER BY name"
        )
    ]


def site_named(db: sqlite3.Connection, name: str) -> SiteOfBoard:
    """Return any site. Raises :class:`NotFoundError`."""
    site_id = site_id_of(db, name)
    return _site(
        db.execute(
            "SELECT id, name, title, time_zone, agents FROM sites WHERE id = ?", (site_id,)
        ).fetchone()
    )


def board_of(
    db: sqlite3.Connection, site: SiteOfBoard, *, now_ms: int, inside: Inside | None
) -> Board:
    """Return the board of a site at ``now_ms`` (ms since 1970 UTC)."""
    day = service_date(now_ms // QUARTER_MS, site.zone)
    return compose(
        Gathered(
            site=site.name,
            title=site.title,
            time_zone=site.zone.key,
            day=day,
            now_ms=now_ms,
            asks_pulse=site.agents >= MIN_AGENTS,
            visits=open_visits(db, site.id, now_ms=now_ms, zone=site.zone),
            terminals=[
                Terminal(node=node, title=title) for node, title in terminals(db, site.id, now_ms)
            ],
            hands=hands(db, site.id, day),
            heard=heard(db, site.id),
            inside=inside,
            shown=shown(db, site.id, day),
        )
    )


def _site(row: tuple[int, str, str, str, int]) -> SiteOfBoard:
    site_id, name, title, time_zone, agents = row
    return SiteOfBoard(id=site_id, name=name, title=title, zone=ZoneInfo(time_zone), agents=agents)
