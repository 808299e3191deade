"""The pages on a real ledger, at a moment of the test's choosing, without a browser."""

from __future__ import annotations

import asyncio
from datetime import date

import httpx

from pasperdus_collector.api.changes import Changes
from pasperdus_collector.api.queries import Queries
from pasperdus_collector.config import Config
from pasperdus_collector.web import build_web
from pasperdus_collector.writer import Writer
from support.reception import Reception, wall

TUESDAY = date(2026, 11, 24)


class ListeningWriter(Writer):
    """A writer that hears the nodes; the real one's silence has a test of its own."""

    @property
    def is_listening(self) -> bool:
        return True


class Site:
    """A ledger to fill, and what its pages answer at ``now_ms``."""

    def __init__(self, place: Reception, *, writer: Writer | None = None) -> None:
        self.place = place
        self.now_ms = wall(TUESDAY, "14:37")
        path = place.ledger.path
        changes = Changes()
        writer = writer or ListeningWriter(on_commit=changes.tell)
        queries = Queries(path, writer, now_ms=lambda: self.now_ms)
        config = Config.model_validate(
            {
                "collector": {"name": "mairie"},
                "mqtt": {"url": "embedded:1883"},
                "ledger": {"path": str(path)},
                "http": {"auth": "none"},
                "enrolment": {"mode": "open"},
            }
        )
        self._web = build_web(config, queries, writer, changes)

    def get(self, address: str, *, method: str = "GET") -> httpx.Response:
        """Ask for one address."""

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=self._web)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as web:
                return await web.request(method, address)

        return asyncio.run(ask())

    def page(self, query: str = "") -> str:
        """Return the page's HTML, with typographic spaces as plain ones."""
        answer = self.get(f"/aujourdhui{query}")
        assert answer.status_code == 200, answer.text
        return plain(answer.text)


def plain(text: str) -> str:
    """Return a text with every kind of space as a plain one."""
    return text.replace("\u202f", " ").replace("\u00a0", " ")
