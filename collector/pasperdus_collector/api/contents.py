"""What people write for the screens, as routes and pages ask for it."""

import sqlite3
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pasperdus_collector.api.written import read
from pasperdus_collector.calendar.grid import service_date
from pasperdus_collector.errors import QueryError, fault
from pasperdus_collector.ledger import Ledger, reading
from pasperdus_collector.reception import content_store
from pasperdus_collector.reception.content import FORMS, Kind
from pasperdus_collector.reception.content_store import Stored
from pasperdus_collector.site_calendar import read_calendar
from pasperdus_collector.writer import Writer
from pasperdus_contract.fields import QUARTER_MS


class Contents:
    """Reads from a view of the ledger, writes in the writing thread; ``sent`` is parsed JSON."""

    def __init__(self, ledger_path: Path, writer: Writer, *, now_ms: Callable[[], int]) -> None:
        self._path = ledger_path
        self._writer = writer
        self._now_ms = now_ms

    def all(self, site: str, *, kind: Kind | None = None, on: date | None = None) -> list[Stored]:
        """Return contents by kind and in their order: all, or those valid on a day.

        Raises :class:`NotFoundError` for an unknown site.
        """
        with reading(self._path) as db:
            found = content_store.read_contents(db, site, kind)
        return [each for each in found if on is None or each.content.is_valid_on(on)]

    def one(self, site: str, kind: Kind, name: str) -> Stored:
        """Return one content. Raises :class:`NotFoundError`."""
        with reading(self._path) as db:
            return content_store.read_content(db, site, kind, name)

    def add(self, site: str, kind: Kind, sent: Mapping[str, Any]) -> Stored:
        """Add a content. Raises as :func:`written.read` and :func:`content_store.add` do."""
        content = read(FORMS[kind], sent)
        return self._writer.submit(
            lambda ledger: content_store.add(
                ledger.db, site, content, today=self._today(ledger, site)
            )
        )

    def change(
        self, site: str, kind: Kind, name: str, sent: Mapping[str, Any], *, version: int
    ) -> Stored:
        """Change the fields that are sent; of texts by language, the languages that are sent.

        Raises as :func:`written.read` and :func:`content_store.replace` do.
        """
        if sent.get("name", name) != name:
            raise QueryError(
                "name: a name stays, others refer to it; add a new one and remove this one",
                fault("name", "name-stays"),
            )
        with reading(self._path) as db:
            before = content_store.at_version(db, site, kind, name, version).content
        # That it is still the same is checked again where it is written.
        content = read(FORMS[kind], _merged(before.model_dump(mode="json"), sent))
        return self._writer.submit(
            lambda ledger: content_store.replace(
                ledger.db, site, content, version=version, today=self._today(ledger, site)
            )
        )

    def remove(self, site: str, kind: Kind, name: str, *, version: int) -> None:
        """Remove a content. Raises as :func:`content_store.remove` does."""
        self._writer.submit(
            lambda ledger: content_store.remove(
                ledger.db, site, kind, name, version=version, today=self._today(ledger, site)
            )
        )

    def today(self, site: str) -> date:
        """Return the service day of a site, on which contents are valid or not.

        Raises :class:`NotFoundError`.
        """
        with reading(self._path) as db:
            return self._day_of(db, site)

    def _today(self, ledger: Ledger, site: str) -> date:
        return self._day_of(ledger.db, site)

    def _day_of(self, db: sqlite3.Connection, site: str) -> date:
        zone = ZoneInfo(read_calendar(db, site).time_zone)
        return service_date(self._now_ms() // QUARTER_MS, zone)


def content_json(site: str, stored: Stored) -> dict[str, Any]:
    """Return a content as it is asked for over HTTP."""
    return {
        "site": site,
        "kind": stored.content.kind,
        **stored.content.model_dump(mode="json"),
        "version": stored.version,
    }


def _merged(before: Mapping[str, Any], sent: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields with those that are sent put in place; None takes a language away."""
    return {
        **before,
        **{
            name: _languages(before[name], each)
            if isinstance(each, Mapping) and isinstance(before.get(name), Mapping)
            else each
            for name, each in sent.items()
        },
    }


def _languages(before: Mapping[str, Any], sent: Mapping[str, Any]) -> dict[str, Any]:
    return {code: text for code, text in {**before, **sent}.items() if text is not None}
