"""Who waits, who is called and who is served at a site now, from the steps in the ledger.

A board shows one service day, from 04:00 to 04:00: what nobody closed is gone from it at night, and
stays unclosed in the figures.
"""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from pasperdus_collector.buckets.waiting import TRUSTED
from pasperdus_collector.calendar.grid import close, service_date
from pasperdus_contract.fields import QUARTER_MS
from pasperdus_contract.visits import QUEUED, Step, Visit, begun_by, fold

_BEGINS_A_WAIT = frozenset({"wait", "transfer"})


def open_visits(
    db: sqlite3.Connection, site_id: int, *, now_ms: int, zone: ZoneInfo
) -> list[Visit]:
    """Return the visits that nobody closed, of the service day at ``now_ms`` (ms since 1970 UTC).

    First who waits or is parked, then who is called or served; each by when their wait began, and
    those of one time as they were recorded. A step belongs to the day in which it was received, by
    the collector's clock: a terminal's own may be wrong. A late delivery of yesterday's steps shows
    nobody, also when no clock tells that they are yesterday's.
    """
    begins_ms = close(service_date(now_ms // QUARTER_MS, zone), zone) * QUARTER_MS
    by_visit: defaultdict[str, list[Step]] = defaultdict(list)
    begun_today: set[str] = set()
    for at, quality, noted_at, heard_at, *rest in db.execute(
        "SELECT at, quality, noted_at, (SELECT started_by FROM boots WHERE id = epochs.boot_id) + ("
        "SELECT uptime FROM events WHERE epoch_id = token_steps.epoch_id "
        "AND seq = token_steps.seq), action, visit, token, service, nodes.name, epoch, seq "
        "FROM token_steps JOIN epochs ON epochs.id = epoch_id JOIN nodes ON nodes.id = node_id "
        "WHERE site_id = ?1 AND noted_at >= ?2 "
        # Whatever else happened to them, these are closed: by noon nearly all of them are.
        "AND visit NOT IN (SELECT visit FROM token_steps "
        "WHERE site_id = ?1 AND noted_at >= ?2 AND action IN ('done', 'left'))",
        (site_id, begins_ms),
    ):
        step = Step(noted_at if at is None else at, quality in TRUSTED, *rest)
        by_visit[step.visit].append(step)
        if step.action in _BEGINS_A_WAIT and _is_of_today(step, heard_at, begins_ms):
            begun_today.add(step.visit)
    found = ((fold(steps), steps) for name, steps in by_visit.items() if name in begun_today)
    placed = [
        (_place(visit, steps), visit)
        for visit, steps in found
        if visit is not None and visit.state != "closed" and visit.since >= begins_ms
    ]
    return [visit for _, visit in sorted(placed, key=lambda each: each[0])]


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


def _is_of_today(step: Step, heard_at: int | None, begins_ms: int) -> bool:
    """Tell whether a step is known to be no older than the service day.

    ``heard_at`` is its time by when its boot was heard. Where no clock tells, and nothing was ever
    heard of the boot itself, the step may be of any day before: the upper bound of its time is when
    the next boot began.
    """
    if step.is_timed:
        return step.at >= begins_ms
    return heard_at is not None and min(step.at, heard_at) >= begins_ms


def _place(visit: Visit, steps: Sequence[Step]) -> tuple[bool, int, str, int, str]:
    """Return the sort key: of waits that began at one time, the key of the step that began it."""
    began = begun_by(steps)
    if began is None:
        raise AssertionError(f"visit {visit.visit} has begun by none of its steps")
    return visit.state not in QUEUED, visit.since, began.node, began.seq, began.epoch
