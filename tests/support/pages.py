"""The pages on a real ledger, at a moment of the test's choosing, without a browser."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from threading import Lock, get_ident
from typing import Any, TypeVar

import httpx

from pasperdus_collector.api.changes import Changes
from pasperdus_collector.api.queries import Queries
from pasperdus_collector.config import Config
from pasperdus_collector.ledger import Ledger
from pasperdus_collector.web import build_web
from pasperdus_collector.writer import Writer
from support.reception import Reception, wall

TUESDAY = date(2026, 11, 24)


T = TypeVar("T")


class ListeningWriter(Writer):
    """Changes the ledger at once, in a transaction; hears the nodes: silence has its own test."""

    def __init__(self, ledger: Ledger, *, on_commit: Callable[[], None]) -> None:
        super().__init__(on_commit=on_commit)
        self._at_once = ledger
        self._owner = get_ident()
        self._one_by_one = Lock()
        self._tell = on_commit

    def submit(self, run: Callable[[Ledger], T]) -> T:
        with self._here() as ledger, ledger.transaction():
            done = run(ledger)
        self._tell()
        return done

    @contextmanager
    def _here(self) -> Iterator[Ledger]:
        """Give the ledger to its own thread, one of its own to a thread that answers a request."""
        if get_ident() == self._owner:
            yield self._at_once
            return
        with self._one_by_one:
            ledger = Ledger(self._at_once.path, quarantine_max=1_000)
            try:
                yield ledger
            finally:
                ledger.close()

    @property
    def is_listening(self) -> bool:
        return True


class Site:
    """A ledger to fill, and what its pages answer at ``now_ms``."""

    def __init__(self, place: Reception, *, writer: Writer | None = None) -> None:
        self.place = place
        self.now_ms = wall(TUESDAY, "14:37")
        path = place.ledger.path
        self.changes = changes = Changes()
        writer = writer or ListeningWriter(place.ledger, on_commit=changes.tell)
        self.queries = queries = Queries(path, writer, now_ms=lambda: self.now_ms)
        config = Config.model_validate(
            {
                "collector": {"name": "mairie"},
                "mqtt": {"url": "embedded:1883"},
                "ledger": {"path": str(path)},
                "http": {"auth": "none"},
                "enrolment": {"mode": "open"},
            }
        )
        self.web = build_web(config, queries, writer, changes)

    def get(self, address: str, *, method: str = "GET", **request: Any) -> httpx.Response:
        """Ask for one address."""

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.web)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as web:
                return await web.request(method, address, **request)

        return asyncio.run(ask())

    def post(
        self,
        address: str,
        fields: Mapping[str, str | list[str]],
        *,
        files: Mapping[str, tuple[str, bytes]] | None = None,
    ) -> httpx.Response:
        """Send one form, as a browser does."""
        return self.get(address, method="POST", data=dict(fields), files=files)

    def followed(self, answer: httpx.Response) -> httpx.Response:
        """Return the page that a change leads to."""
        assert answer.status_code == 303, answer.text
        return self.get(answer.headers["location"])

    def page(self, query: str = "") -> str:
        """Return the page's HTML, with typographic spaces as plain ones."""
        answer = self.get(f"/aujourdhui{query}")
        assert answer.status_code == 200, answer.text
        return plain(answer.text)


def plain(text: str) -> str:
    """Return a text with every kind of space as a plain one."""
    return text.replace("\u202f", " ").replace("\u00a0", " ")
