"""The log of the register: who changed what, when and why; it is only ever added to."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pasperdus_collector.register.records import LogEntry, Period, Prototype
from pasperdus_collector.registry import site_id_of

Changes = Mapping[str, tuple[object, object]]
_NO_CHANGE = frozenset({"site", "prototype", "period", "version", "started_at_ms"})
"""Fields that name a record, or follow from others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """Who asks for a change, why, and when; ``why`` may be empty before a trial begins."""

    by: str
    why: str
    at_ms: int


def differences(
    before: Prototype | Period | None, after: Prototype | Period | None
) -> dict[str, tuple[object, object]]:
    """Return each field that differs with both values; None is a record that is not there."""
    was, is_now = _plain(before), _plain(after)
    return {
        field: (was.get(field), is_now.get(field))
        for field in {**was, **is_now}
        if field not in _NO_CHANGE and was.get(field) != is_now.get(field)
    }


def add_entry(
    db: sqlite3.Connection,
    *,
    site_id: int,
    prototype_id: int | None,
    subject: str,
    signed: Signed,
    changes: Changes,
    after_start: bool,
) -> None:
    """Add an entry within the caller's transaction."""
    db.execute(
        "INSERT INTO register_log "
        "(site_id, prototype_id, subject, at, by, why, changes, after_start) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            site_id,
            prototype_id,
            subject,
            signed.at_ms,
            signed.by,
            signed.why,
            json.dumps(changes, ensure_ascii=False),
            after_start,
        ),
    )


def read_log(db: sqlite3.Connection, site: str, prototype: str) -> list[LogEntry]:
    """Return what concerns a prototype, in the order in which it happened.

    That is every change of it and of its periods, and what its baseline went through before any
    prototype named it. Of a prototype that is not there, nothing.
    """
    rows = db.execute(
        "SELECT log.at, subject, by, why, changes, after_start FROM register_log AS log "
        "JOIN prototypes ON prototypes.site_id = log.site_id "
        "WHERE prototypes.site_id = ? AND prototypes.name = ? AND (prototype_id = prototypes.id "
        " OR (prototype_id IS NULL AND subject IN (SELECT 'period ' || periods.name FROM baselines "
        "  JOIN periods ON periods.id = period_id WHERE baselines.prototype_id = prototypes.id))) "
        "ORDER BY log.id",
        (site_id_of(db, site), prototype),
    )
    return [
        LogEntry(
            at_ms=at,
            subject=subject,
            by=by,
            why=why,
            changes={field: (was, now) for field, (was, now) in json.loads(changes).items()},
            after_start=bool(after_start),
        )
        for at, subject, by, why, changes, after_start in rows
    ]


def _plain(record: Prototype | Period | None) -> dict[str, Any]:
    """Return a record as JSON keeps it: days as 2026-03-02, lists for tuples."""
    if record is None:
        return {}
    told: dict[str, Any] = json.loads(json.dumps(asdict(record), default=str))
    return told
