"""The steps of each macaron, kept longer than raw rows live, and the waits that they tell.

A visit counts where it began to wait, whenever its other steps were; one whose ``wait`` never
arrived began nobody knows when, and is left out until it does. docs/waiting.md says the rest.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from pasperdus_collector.buckets.waiting import Step, Wait, WaitValues, wait_values, waits_of_visit
from pasperdus_contract import events

MAX_STEPS = 200  # of one visit; a real one has a handful
MAX_ENDS = 8  # steps that close a visit, kept beyond those: or it would stay open for ever
WHOLE_SITE = ""  # stands for all services together
_ENDS = frozenset({"done", "left"})


def note_step(
    db: sqlite3.Connection,
    *,
    epoch_id: int,
    seq: int,
    site_id: int,
    token: events.Token,
    at: int | None,
    quality: str,
    noted_at: int,
) -> None:
    """Keep a step; ``at`` is its corrected time in milliseconds, None when unknown.

    ``noted_at`` is when it was received, by the collector's own clock. Of a visit without end only
    :data:`MAX_STEPS` are looked at, and what closes it: the others are kept as events.
    """
    (steps,) = db.execute(
        "SELECT count(*) FROM token_steps WHERE site_id = ? AND visit = ?", (site_id, token.visit)
    ).fetchone()
    if steps >= MAX_STEPS + (MAX_ENDS if token.action in _ENDS else 0):
        return
    told_at = _began_at(db, site_id, token.visit)
    db.execute(
        "INSERT INTO token_steps (epoch_id, seq, site_id, visit, at, quality, action, service, "
        "token, noted_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(epoch_id, seq, site_id, token.visit, at, quality),
            *(token.action, token.service, token.token, noted_at),
        ),
    )
    _tell(db, site_id, token.visit, told_at)


def move_step(
    db: sqlite3.Connection, *, epoch_id: int, seq: int, at: int | None, quality: str
) -> None:
    """Give a step the time that it is dated anew with."""
    found = _visit_of(db, epoch_id, seq)
    if found is None:
        return  # one too many of its visit
    site_id, visit = found
    told_at = _began_at(db, site_id, visit)
    db.execute(
        "UPDATE token_steps SET at = ?, quality = ? WHERE epoch_id = ? AND seq = ?",
        (at, quality, epoch_id, seq),
    )
    _tell(db, site_id, visit, told_at)


def forget_step(db: sqlite3.Connection, *, epoch_id: int, seq: int) -> None:
    """Let go of a step that was taken back: what the others tell is told without it."""
    found = _visit_of(db, epoch_id, seq)
    if found is None:
        return  # one too many of its visit
    site_id, visit = found
    told_at = _began_at(db, site_id, visit)
    db.execute("DELETE FROM token_steps WHERE epoch_id = ? AND seq = ?", (epoch_id, seq))
    _tell(db, site_id, visit, told_at)


def waits(
    db: sqlite3.Connection, site_id: int, edges_ms: Sequence[int], *, service: str | None = None
) -> dict[str, dict[int, WaitValues]]:
    """Return the values of each bucket between two edges, by service and the bucket's index.

    :data:`WHOLE_SITE` has all services, and waits for none in particular; ``service`` asks for one
    of them only. Buckets without a visit are left out.
    """
    found: defaultdict[str, dict[int, WaitValues]] = defaultdict(dict)
    for bucket, (start_ms, end_ms) in enumerate(pairwise(edges_ms)):
        by_service: defaultdict[str, list[Wait]] = defaultdict(list)
        for row in db.execute(
            "SELECT service, outcome, waited_ms, served_ms, is_served FROM token_waits "
            "WHERE site_id = ? AND began_at >= ? AND began_at < ? ORDER BY began_at, visit, n",
            (site_id, start_ms, end_ms),
        ):
            wait = Wait._make(row)
            by_service[WHOLE_SITE].append(wait)
            if wait.service:
                by_service[wait.service].append(wait)
        for name, alike in by_service.items():
            if service is None or name == service:
                found[name][bucket] = wait_values(alike)
    return dict(found)


def _visit_of(db: sqlite3.Connection, epoch_id: int, seq: int) -> tuple[int, str] | None:
    found: tuple[int, str] | None = db.execute(
        "SELECT site_id, visit FROM token_steps WHERE epoch_id = ? AND seq = ?", (epoch_id, seq)
    ).fetchone()
    return found


def _began_at(db: sqlite3.Connection, site_id: int, visit: str) -> int | None:
    (began_at,) = db.execute(
        # Left to itself, SQLite looks for the earliest step of the whole site.
        "SELECT min(at) FROM token_steps INDEXED BY token_steps_of_visit "
        "WHERE site_id = ? AND visit = ? AND action = 'wait'",
        (site_id, visit),
    ).fetchone()
    return None if began_at is None else int(began_at)


def _tell(db: sqlite3.Connection, site_id: int, visit: str, told_at: int | None) -> None:
    """Put what the steps of a visit tell now in the place of what they told before."""
    if told_at is not None:
        db.execute(
            "DELETE FROM token_waits WHERE site_id = ? AND began_at = ? AND visit = ?",
            (site_id, told_at, visit),
        )
    began_at = _began_at(db, site_id, visit)
    if began_at is None:
        return
    steps = map(
        Step._make,
        db.execute(
            "SELECT at, action, service, quality FROM token_steps WHERE site_id = ? AND visit = ?",
            (site_id, visit),
        ),
    )
    db.executemany(
        "INSERT INTO token_waits (site_id, began_at, visit, n, service, outcome, waited_ms, "
        "served_ms, is_served) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [(site_id, began_at, visit, n, *wait) for n, wait in enumerate(waits_of_visit(steps))],
    )
