"""A site's calendar in the ledger, changed under the version of the site."""

import json
import sqlite3
from dataclasses import dataclass

from pasperdus_collector.calendar.opening import SiteCalendar
from pasperdus_collector.errors import NotFoundError, PreconditionError, fault


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCalendar:
    """A calendar, whose it is, and the version of the site that it came with."""

    site: str
    time_zone: str
    version: int
    calendar: SiteCalendar


def read_calendar(db: sqlite3.Connection, site: str) -> StoredCalendar:
    """Return a site's calendar. Raises :class:`NotFoundError`."""
    row = db.execute(
        "SELECT time_zone, version, calendar FROM sites WHERE name = ?", (site,)
    ).fetchone()
    if row is None:
        raise NotFoundError(f"there is no site {site!r}", fault("site", "no-such-site", name=site))
    time_zone, version, text = row
    return StoredCalendar(
        site=site,
        time_zone=time_zone,
        version=version,
        calendar=SiteCalendar.from_json(json.loads(text)),
    )


def write_calendar(
    db: sqlite3.Connection, site: str, calendar: SiteCalendar, *, version: int | None
) -> None:
    """Put a calendar in place of a site's, within a transaction; the ledger tells its readers.

    Raises :class:`NotFoundError` for a name that is not there, :class:`PreconditionError` when
    ``version`` is given and somebody changed the site since.
    """
    row = db.execute("SELECT id, version FROM sites WHERE name = ?", (site,)).fetchone()
    if row is None:
        raise NotFoundError(f"there is no site {site!r}", fault("site", "no-such-site", name=site))
    site_id, current = row
    if version is not None and version != current:
        raise PreconditionError(
            f"site {site!r} is at version {current}, not {version}; read it again first",
            fault("", "changed-meanwhile"),
        )
    db.execute(
        "UPDATE sites SET calendar = ?, version = version + 1 WHERE id = ?",
        (json.dumps(calendar.to_json(), ensure_ascii=False), site_id),
    )
