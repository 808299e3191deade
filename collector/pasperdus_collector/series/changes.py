"""What changed and is not in InfluxDB yet: read from the ledger, and which rows it concerns."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

from pasperdus_collector.calendar.grid import BucketSize, boundaries, midnight
from pasperdus_collector.series.card import SiteCard
from pasperdus_collector.series.published import GROUPS, Group, RowQuestion, Scope
from pasperdus_contract.fields import QUARTER_MS

BUCKETS: tuple[BucketSize, ...] = get_args(BucketSize)
_FINE = ("15m", "1h")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedSite:
    """A site whose card changed; with ``is_rebuilt`` all its points are to be replaced.

    With ``periods_changed`` those of its trial periods are.
    """

    site_id: int
    site: str
    is_rebuilt: bool
    periods_changed: bool
    change: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedDay:
    """A local day (ordinal) of a site, of which the quarters ``[first, end)`` changed."""

    site_id: int
    site: str
    day: int
    first_quarter: int
    end_quarter: int
    change: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """The first changes that wait, and how many days do; ``oldest_at_ms`` of all that waits."""

    sites: Sequence[ChangedSite]
    days: Sequence[ChangedDay]
    waiting: int
    oldest_at_ms: int | None


def read_changes(db: sqlite3.Connection, *, days: int) -> Changes:
    """Return all changed sites, and at most so many days, in the order of their changes.

    Days of a site whose points are to be deleted first come only once that is done and noted:
    otherwise whoever is killed in between would delete again what nobody sends again.
    """
    waiting, oldest_day_at = db.execute(
        "SELECT count(*), min(changed_at) FROM changed_days"
    ).fetchone()
    (oldest_site_at,) = db.execute("SELECT min(changed_at) FROM changed_sites").fetchone()
    return Changes(
        sites=[
            ChangedSite(
                site_id=site_id,
                site=site,
                is_rebuilt=bool(is_rebuilt),
                periods_changed=bool(periods_changed),
                change=change,
            )
            for site_id, site, is_rebuilt, periods_changed, change in db.execute(
                "SELECT site_id, name, is_rebuilt, periods_changed, change FROM changed_sites "
                "JOIN sites ON sites.id = site_id ORDER BY change, site_id"
            )
        ],
        days=[
            ChangedDay(
                site_id=site_id,
                site=site,
                day=day,
                first_quarter=first,
                end_quarter=end,
                change=change,
            )
            for site_id, site, day, first, end, change in db.execute(
                "SELECT site_id, name, day, first_quarter, end_quarter, change FROM changed_days "
                "JOIN sites ON sites.id = site_id WHERE site_id NOT IN "
                "(SELECT site_id FROM changed_sites WHERE is_rebuilt = 1) "
                "ORDER BY change, site_id, day LIMIT ?",
                (days,),
            )
        ],
        waiting=waiting,
        oldest_at_ms=min(
            (at for at in (oldest_day_at, oldest_site_at) if at is not None), default=None
        ),
    )


def forget(
    db: sqlite3.Connection, sites: Iterable[ChangedSite], days: Iterable[ChangedDay]
) -> None:
    """Delete what the server has, unless it changed again since it was read."""
    db.executemany(
        "DELETE FROM changed_sites WHERE site_id = ? AND change = ?",
        [(each.site_id, each.change) for each in sites],
    )
    db.executemany(
        "DELETE FROM changed_days WHERE site_id = ? AND day = ? AND change = ?",
        [(each.site_id, each.day, each.change) for each in days],
    )


# -- which rows: computed from cards and changes, without a look at the ledger ------------------


def changed_rows(card: SiteCard, days: Sequence[ChangedDay]) -> Iterator[RowQuestion]:
    """Yield what to publish again of one site: every series, every bucket that a change touches."""
    zone = ZoneInfo(card.time_zone)
    touched = [(each.first_quarter, each.end_quarter) for each in days]
    whole = [_whole_day(each, zone) for each in days]
    for bucket in BUCKETS:
        # One stretch of time after the other: what its series have in common is then at hand.
        for edges in _runs(bucket, touched if bucket in _FINE else touched + whole, zone):
            for group, scope, tags in published_series(card):
                if bucket in group.buckets:
                    yield RowQuestion(
                        card=card, group=group, bucket=bucket, scope=scope, tags=tags, edges=edges
                    )


def published_series(card: SiteCard) -> Iterator[tuple[Group, Scope, dict[str, str]]]:
    """Yield every series of a site: its group, its scope, and the tags of that."""
    tags: dict[Scope, list[dict[str, str]]] = {
        "site": [{}],
        "zone": [{"zone": zone} for zone in card.zones],
        "line": [{"zone": each.zone, "node": each.node, "line": each.line} for each in card.lines],
        "question": [
            {"question": question, "scale": str(scale)} for question, scale in card.questions
        ],
        "tally": [{"zone": zone, "what": what} for zone, what in card.tallies],
        "service": [{"service": service} for service in card.services],
    }
    for group in GROUPS:
        for scope in group.scopes:
            for each in tags[scope]:
                yield group, scope, each


def _whole_day(changed: ChangedDay, zone: ZoneInfo) -> tuple[int, int]:
    on = date.fromordinal(changed.day)
    return midnight(on, zone), midnight(on + timedelta(days=1), zone)


def _runs(bucket: BucketSize, ranges: Iterable[tuple[int, int]], zone: ZoneInfo) -> list[list[int]]:
    """Return the edges of each unbroken run of buckets that the ranges of quarters touch."""
    runs: list[list[int]] = []
    for first, end in sorted(ranges):
        if first >= end:  # a day that the date line swallowed
            continue
        edges = boundaries(bucket, first * QUARTER_MS, end * QUARTER_MS, zone)
        if runs and edges[0] <= runs[-1][-1]:
            runs[-1] += [edge for edge in edges if edge > runs[-1][-1]]
        else:
            runs.append(edges)
    return runs
