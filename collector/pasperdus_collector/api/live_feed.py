"""The stream behind ``GET live``: one reading a site and change, however many pages are open."""

import asyncio
import json
from collections.abc import AsyncIterator

from fastapi import Request
from fastapi.concurrency import run_in_threadpool

from pasperdus_collector.api.changes import Changes
from pasperdus_collector.api.queries import Live, Queries
from pasperdus_collector.api.shapes import instant, live_json

AT_MOST_EVERY_S = 0.25
AT_LEAST_EVERY_S = 15.0  # a comment keeps proxies from closing a quiet connection
MAX_STREAMS = 200  # each holds a connection; a town hall opens a handful
_FRESH_MS = 5_000  # the day ends without any event


class LiveFeed:
    """Gives every open page the same readings."""

    def __init__(self, queries: Queries, changes: Changes) -> None:
        self._queries = queries
        self._changes = changes
        self._readings: dict[str, tuple[tuple[int, int], asyncio.Task[Live]]] = {}
        self.streams = 0
        """Pages that are being told."""

    @property
    def is_full(self) -> bool:
        """Whether no further page can be told."""
        return self.streams >= MAX_STREAMS

    async def events(self, request: Request, site: str) -> AsyncIterator[str]:
        """Yield the site's state now and after each change, as server-sent events."""
        last = ""
        generation = self._changes.generation
        self.streams += 1
        try:
            while not await request.is_disconnected():
                now = await self._now(site)
                body = live_json(now)
                at = body.pop("at")
                told = json.dumps(body)
                if told != last:
                    last = told
                    yield f"event: live\ndata: {json.dumps({**body, 'at': at})}\n\n"
                else:
                    yield f": {instant(now.at_ms)}\n\n"
                await self._changes.pause(AT_MOST_EVERY_S)
                generation = await self._changes.after(generation, AT_LEAST_EVERY_S)
        finally:
            self.streams -= 1

    async def _now(self, site: str) -> Live:
        state = (self._changes.generation, self._queries.now_ms() // _FRESH_MS)
        known = self._readings.get(site)
        if known is None or known[0] != state:
            known = (state, asyncio.create_task(run_in_threadpool(self._queries.live, site)))
            self._readings[site] = known
        # Shielded: a page that closes must not take the others' reading with it.
        return await asyncio.shield(known[1])
