"""The projection: copies what changed of the published series into InfluxDB.

The ledger notes each changed day in the transaction that changes it; the note is deleted once the
server has said that it has the rows, and only if the day did not change again meanwhile. A row is
written whole, always with the same tags at the same time, so that it replaces the one before:
whoever is killed anywhere just writes the same rows again.
"""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import structlog

from pasperdus_collector.errors import CollectorError
from pasperdus_collector.ledger import Ledger, reading
from pasperdus_collector.series.changes import (
    ChangedSite,
    Changes,
    changed_rows,
    forget,
    read_changes,
)
from pasperdus_collector.series.embedded import EmbeddedRows
from pasperdus_collector.series.influx import InfluxError, InfluxServer
from pasperdus_collector.series.line_protocol import card_line, line_maker, unknown
from pasperdus_collector.series.periods import period_lines
from pasperdus_collector.series.published import PublishedRows

DAYS_TOGETHER = 16  # days of sites read in one view: some ten thousand rows, a few megabytes
LINES_TOGETHER = 5_000  # in one request, as InfluxDB recommends
FIRST_PAUSE_S = 1.0  # after a failure; doubled with each further one
LONGEST_PAUSE_S = 60.0
STOP_WAIT_S = 2.0  # then the thread is left behind: it may be ended anywhere

Submit = Callable[[Callable[[Ledger], None]], None]
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Lag:
    """How far InfluxDB is behind the ledger; ``oldest_s`` is the age of the oldest change."""

    waiting: int
    oldest_s: float | None
    succeeded_at_ms: int | None
    error: str | None


class Projection:
    """Copies changes of the ledger at ``path`` to ``server``, in a thread of its own.

    ``submit`` runs a change in the ledger's writing thread, in a transaction. Times are told by
    ``now_ms``, in milliseconds since 1970 UTC.
    """

    def __init__(
        self,
        server: InfluxServer,
        *,
        path: Path,
        collector: str,
        submit: Submit,
        every_s: float,
        first_pause_s: float = FIRST_PAUSE_S,
        now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self._server = server
        self._path = path
        self._collector = collector
        self._submit = submit
        self._every_s = every_s
        self._now_ms = now_ms
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._undeleted: set[str] = set()
        self._first_pause_s = self._pause_s = first_pause_s
        self._succeeded_at_ms: int | None = None
        self._error: str | None = None
        self.waiting = 0
        """Changed days that InfluxDB does not have yet."""
        self.oldest_at_ms: int | None = None
        """When the oldest change of these was made."""
        self.failures = 0
        """Attempts that failed since the start."""
        self.written = 0
        """Rows that InfluxDB took since the start."""
        self.is_up = True
        """Whether the last attempt went well."""

    def lag(self) -> Lag:
        """Return how far InfluxDB is behind."""
        oldest_at_ms = self.oldest_at_ms
        oldest_s = None if oldest_at_ms is None else (self._now_ms() - oldest_at_ms) / 1000
        return Lag(self.waiting, oldest_s, self._succeeded_at_ms, self._error)

    def start(self) -> None:
        """Start the thread."""
        self._thread = threading.Thread(target=self._run, name="projection", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread, before the writer's; a request that hangs is not waited for."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(STOP_WAIT_S)
        self._server.close()

    def copy_once(self) -> bool:
        """Copy the first changes that wait; return whether others do.

        Raises :class:`InfluxError` when the server does not take them: they wait on.
        """
        with reading(self._path) as db:
            changes = read_changes(db, days=DAYS_TOGETHER)
            self.waiting, self.oldest_at_ms = changes.waiting, changes.oldest_at_ms
            rows = EmbeddedRows(db, now_ms=self._now_ms(), collector=self._collector)
            lines = list(published_lines(changes, rows)) if changes.sites or changes.days else []
            lines += period_lines(
                db,
                (each.site for each in changes.sites),
                collector=self._collector,
                now_ms=self._now_ms(),
            )
        for site in changes.sites:
            if site.is_rebuilt or site.periods_changed:
                self._delete(site)
        for first in range(0, len(lines), LINES_TOGETHER):
            together = lines[first : first + LINES_TOGETHER]
            self._server.write(together)
            self.written += len(together)
        if changes.sites or changes.days:
            self._submit(lambda ledger: forget(ledger.db, changes.sites, changes.days))
        self.waiting -= len(changes.days)
        if not self.waiting:
            self.oldest_at_ms = None
        return self.waiting > 0

    def _delete(self, site: ChangedSite) -> None:
        tags = {"collector": self._collector, "site": site.site}
        try:
            if site.is_rebuilt:
                self._server.delete(tags)
            else:
                self._server.delete_periods(tags)
        except InfluxError as error:
            if not error.is_refused:
                raise
            if site.site in self._undeleted:
                return
            self._undeleted.add(site.site)
            log.warning(
                "InfluxDB does not delete: points of series or trial periods that this site no "
                "longer has stay there; to be rid of them, empty the bucket and run "
                "pasperdus-collector project --rebuild",
                site=site.site,
                reason=str(error),
            )
        else:
            self._undeleted.discard(site.site)

    # -- the thread -----------------------------------------------------------------------------

    def _run(self) -> None:
        pause_s = 0.0
        while not self._stop.wait(pause_s):
            began_s = time.monotonic()
            try:
                has_more = self.copy_once()
            except (CollectorError, sqlite3.Error) as error:
                pause_s = self._failed(error, log.warning)
            except Exception as error:  # noqa: BLE001 (told with its traceback, and tried again)
                pause_s = self._failed(error, log.exception)
            else:
                self._succeeded()
                # Half of the time is left to those who count, however much there is to copy.
                pause_s = time.monotonic() - began_s if has_more else self._every_s

    def _failed(self, error: Exception, tell: Callable[..., Any]) -> float:
        if self._stop.is_set():
            return 0.0
        self.failures += 1
        if self.is_up:
            tell(
                "InfluxDB does not get the series; changes wait in the ledger",
                waiting=self.waiting,
                reason=str(error) or repr(error),
            )
        self.is_up, self._error = False, str(error)
        pause_s, self._pause_s = self._pause_s, min(2 * self._pause_s, LONGEST_PAUSE_S)
        return pause_s

    def _succeeded(self) -> None:
        if not self.is_up:
            log.info("InfluxDB gets the series again", waiting=self.waiting)
        self.is_up, self._error, self._pause_s = True, None, self._first_pause_s
        self._succeeded_at_ms = self._now_ms()


def published_lines(changes: Changes, rows: PublishedRows) -> Iterator[str]:
    """Yield cards and rows as lines.

    A card comes with every day of its site: an older day may tell since when it was heard of.
    Buckets of which nothing is known are written too: something may have been, before a late anchor
    dated its events anew.
    """
    cards = {card.site: card for card in rows.cards()}
    told = {each.site for each in changes.sites} | {each.site for each in changes.days}
    for name in sorted(told & cards.keys()):
        yield card_line(cards[name])
    in_order = sorted(changes.days, key=lambda each: (each.site, each.day))
    for site_name, days in groupby(in_order, key=lambda each: each.site):
        if site_name not in cards:
            continue
        for question in changed_rows(cards[site_name], list(days)):
            make, found = line_maker(question), rows.rows(question)
            nothing = unknown(question.group)
            for edge in question.edges[:-1]:
                yield make(edge, found.get(edge, nothing))
