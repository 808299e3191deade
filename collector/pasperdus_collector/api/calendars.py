"""A site's calendar, as routes and pages ask for it."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from pasperdus_collector.calendar.grid import local_date
from pasperdus_collector.calendar.opening import SiteCalendar
from pasperdus_collector.ledger import Ledger, reading
from pasperdus_collector.site_calendar import StoredCalendar, read_calendar, write_calendar
from pasperdus_collector.writer import Writer


class Calendars:
    """Reads from a view of the ledger, writes in the writing thread."""

    def __init__(self, ledger_path: Path, writer: Writer, *, now_ms: Callable[[], int]) -> None:
        self._path = ledger_path
        self._writer = writer
        self._now_ms = now_ms

    def one(self, site: str) -> StoredCalendar:
        """Return a site's calendar. Raises :class:`NotFoundError`."""
        with reading(self._path) as db:
            return read_calendar(db, site)

    def change(self, site: str, calendar: SiteCalendar, *, version: int | None) -> StoredCalendar:
        """Put a calendar in place of a site's; return what is kept now.

        Raises :class:`NotFoundError`, and :class:`PreconditionError` when ``version`` is given and
        somebody changed the site since.
        """

        def put(ledger: Ledger) -> StoredCalendar:
            write_calendar(ledger.db, site, calendar, version=version)
            return read_calendar(ledger.db, site)

        return self._writer.submit(put)

    def today(self, zone: ZoneInfo) -> date:
        """Return the date where clocks show ``zone``."""
        return local_date(self._now_ms(), zone)
