"""Who waits, who is called and who is served at a site now, from the steps in the ledger.

A board shows one service day, from 04:00 to 04:00: what nobody closed is gone from it at night, and
stays unclosed in the figures.
"""

import json
import sqlite3
from collections import defaultdict
from zoneinfo import ZoneInfo

from pasperdus_collector.buckets.waiting import TRUSTED
from pasperdus_collector.calendar.grid import close, service_date
from pasperdus_contract.fields import QUARTER_MS
from pasperdus_contract.visits import Step, Visit, fold

_QUEUED = frozenset({"waiting", "parked"})


def open_visits(
    db: sqlite3.Connection, site_id: int, *, now_ms: int, zone: ZoneInfo
) -> list[Visit]:
    """Return the visits that nobody closed, of the service day at ``now_ms`` (ms since 1970 UTC).

    First who waits or is parked, then who is called or served; each by when their wait began. A
    step belongs to the day in which it was received, by the collector's clock: a terminal's own
    may be wrong. A late delivery of yesterday's steps shows nobody.
    """
    begins_ms = close(service_date(now_ms // QUARTER_MS, zone), zone) * QUARTER_MS
    by_visit: defaultdict[str, list[Step]] = defaultdict(list)
    for at, quality, noted_at, *rest in db.execute(
        "SELECT at, quality, noted_at, action, visit, token, service, nodes.name, epoch, seq "
        "FROM token_steps JOIN epochs ON epochs.id = epoch_id JOIN nodes ON nodes.id = node_id "
        "WHERE site_id = ?1 AND noted_at >= ?2 "
        # Whatever else happened to them, these are closed: by noon nearly all of them are.
        "AND visit NOT IN (SELECT visit FROM token_steps "
        "WHERE site_id = ?1 AND noted_at >= ?2 AND action IN ('done', 'left'))",
        (site_id, begins_ms),
    ):
        step = Step(noted_at if at is None else at, quality in TRUSTED, *rest)
        by_visit[step.visit].append(step)
    visits = (fold(steps) for steps in by_visit.values())
    return sorted(
        (
            visit
            for visit in visits
            if visit is not None and visit.state != "closed" and visit.since >= begins_ms
        ),
        key=_place,
    )


def heard(db: sqlite3.Connection, site_id: int) -> dict[str, int]:
    """Return the highest ``seq`` among the token and undo events that the ledger has of each node.

    Of a node's present outbox only: after its card was replaced, numbers begin at 1 again. Nodes
    without any are left out.
    """
    found: dict[str, int] = {}
    for node_id, node, running, heartbeat in db.execute(
        "SELECT nodes.id, nodes.name, running_epoch, heartbeat FROM nodes "
        "JOIN zones ON zones.id = nodes.zone_id WHERE zones.site_id = ? ORDER BY nodes.name",
        (site_id,),
    ).fetchall():
        names = _present_epochs(running, heartbeat)
        # Of a node that never said which are its own, all of them.
        alone = f"AND epoch IN ({', '.join('?' for _ in names)})" if names else ""
        (seq,) = db.execute(
            f"SELECT max(heard_seq) FROM epochs WHERE node_id = ? {alone}",  # noqa: S608 (marks only)
            (node_id, *names),
        ).fetchone()
        if seq is not None:
            found[node] = seq
    return found


def _present_epochs(running: str | None, heartbeat: str | None) -> list[str]:
    """Return the epochs that a node's outbox has had lately, as far as the node said so.

    A status comes first after a start, and tells the running epoch only.
    """
    said = json.loads(heartbeat) if heartbeat else {"closed": []}
    named = [said.get("epoch"), *(each["epoch"] for each in said["closed"]), running]
    return sorted({name for name in named if name is not None})


def _place(visit: Visit) -> tuple[bool, int, str]:
    return visit.state not in _QUEUED, visit.since, visit.visit
