"""Past counts of a site, as routes and pages judge, keep and take them back."""

from dataclasses import dataclass
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

from pasperdus_collector.api.queries import Queries
from pasperdus_collector.ledger import reading
from pasperdus_collector.past_counts import store
from pasperdus_collector.past_counts.counts import PastCounts
from pasperdus_collector.past_counts.parse import parse
from pasperdus_collector.past_counts.store import Import
from pasperdus_collector.writer import Writer

LocalTimes: TypeAlias = Literal["site", "UTC"]
"""What times without an offset are told by: the clock on the site's wall, or UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An import that was kept just now (``imported_at`` in ms since 1970 UTC)."""

    id: int
    past: PastCounts
    imported_at: int


class Imports:
    """Judges files whole; keeps them in the writing thread."""

    def __init__(self, queries: Queries, ledger_path: Path, writer: Writer) -> None:
        self._queries = queries
        self._path = ledger_path
        self._writer = writer

    def all(self, site: str) -> list[Import]:
        """Return a site's imports by the time they are about. Raises :class:`NotFoundError`."""
        with reading(self._path) as db:
            return store.read_imports(db, site)

    def check(
        self,
        site: str,
        body: bytes,
        *,
        local_times: LocalTimes | None,
        delimiter: str | None = None,
    ) -> PastCounts:
        """Judge a file, and keep nothing.

        Raises :class:`PastCountsError` with its first problems, :class:`NotFoundError`.
        """
        past = self._parse(site, body, local_times, delimiter)
        with reading(self._path) as db:
            store.check_overlap(db, site, past)
        return past

    def keep(
        self,
        site: str,
        body: bytes,
        *,
        title: str,
        local_times: LocalTimes | None,
        delimiter: str | None = None,
    ) -> Kept:
        """Keep a file under a title. Raises as :meth:`check` does: then nothing is kept."""
        past = self._parse(site, body, local_times, delimiter)
        bundles = store.bundle(past)
        now_ms = self._queries.now_ms()
        import_id = self._writer.submit(
            lambda ledger: store.keep(ledger.db, site, past, bundles, title=title, now_ms=now_ms)
        )
        return Kept(id=import_id, past=past, imported_at=now_ms)

    def remove(self, site: str, import_id: int) -> None:
        """Take an import back with all that it brought. Raises :class:`NotFoundError`."""
        self._writer.submit(lambda ledger: store.remove(ledger.db, site, import_id))

    def _parse(
        self, site: str, body: bytes, local_times: LocalTimes | None, delimiter: str | None
    ) -> PastCounts:
        site_zone = ZoneInfo(self._queries.site(site).time_zone)
        local_zone: tzinfo | None = {"site": site_zone, "UTC": UTC, None: None}[local_times]
        return parse(
            body,
            now_ms=self._queries.now_ms(),
            site_zone=site_zone,
            local_zone=local_zone,
            delimiter=delimiter,
        )
