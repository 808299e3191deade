"""A collector at a moment of the test's choosing: its clock, its ledger, its pages and its API.

Nothing happens by itself: time passes when :meth:`Collector.pass_time` says so.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from pasperdus_collector.buckets.days import close_days, pass_time
from pasperdus_collector.ingest import Ingest
from pasperdus_collector.ledger import Ledger
from pasperdus_collector.pulse_release import release_pulses
from pasperdus_collector.release import release
from pasperdus_collector.writer import Writer
from pasperdus_contract.fields import QUARTER_MS
from support.pages import Site
from support.reception import Reception
from support.web import Client

T = TypeVar("T")
MOST_DAYS = 500  # built in one go


class MomentWriter(Writer):
    """Makes changes one after another on a thread of its own, by the test's clock."""

    def __init__(self, path: Path, *, now_ms: Callable[[], int]) -> None:
        super().__init__(on_commit=self._tell)
        self.tell_commits: Callable[[], None] = lambda: None
        self.hears_nodes = True
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="writer")
        self.ledger = self._pool.submit(
            lambda: Ledger(path, quarantine_max=100, now_ms=now_ms)
        ).result()

    @property
    def is_alive(self) -> bool:
        return True

    @property
    def is_listening(self) -> bool:
        return self.hears_nodes

    def submit(self, run: Callable[[Ledger], T]) -> T:
        """Make a change in a transaction."""

        def change() -> T:
            with self.ledger.transaction():
                return run(self.ledger)

        return self.run(change)

    def run(self, work: Callable[[], T]) -> T:
        """Do what has transactions of its own."""
        result = self._pool.submit(work).result()
        self._tell()
        return result

    def close(self) -> None:
        self._pool.submit(self.ledger.close).result()
        self._pool.shutdown()

    def _tell(self) -> None:
        self.tell_commits()


class Collector:
    """A collector at ``now_ms``; ``site.web`` are its pages and its API."""

    def __init__(self, path: Path, now_ms: int) -> None:
        self._now_ms = now_ms
        self._writer = MomentWriter(path, now_ms=lambda: self._now_ms)
        ledger = self._writer.ledger
        place = Reception(ledger, Ingest(ledger, collector="mairie", enrols_unknown=True))
        self.site = Site(place, writer=self._writer)
        self.site.now_ms = now_ms
        self._writer.tell_commits = self.site.changes.tell
        self._client = Client(self.site.web, base_url="http://127.0.0.1:8000")
        # An open browser has an event loop in the test's thread: requests need one of their own.
        self._asking = ThreadPoolExecutor(max_workers=1, thread_name_prefix="asking")

    @property
    def now_ms(self) -> int:
        return self._now_ms

    def tell(self, fill: Callable[[Reception], None]) -> None:
        """Let nodes tell something, through ingest."""
        self._writer.run(lambda: fill(self.site.place))

    def write(self, change: Callable[[Ledger], None]) -> None:
        """Change the ledger itself."""
        self._writer.run(lambda: change(self._writer.ledger))

    def pass_time(self, to_ms: int) -> None:
        """Go to a later moment, and do what a collector does by then: blocks and days close."""
        before, self._now_ms = self._now_ms, to_ms
        self.site.now_ms = to_ms

        def catch_up() -> None:
            ledger = self._writer.ledger
            with ledger.transaction():
                while release(ledger.db, to_ms):
                    pass
                release_pulses(ledger.db, to_ms)
                pass_time(ledger.db, before // QUARTER_MS, to_ms)
                while close_days(ledger.db, to_ms, limit=MOST_DAYS):
                    pass

        self._writer.run(catch_up)

    def ask(
        self, method: str, path: str, body: dict[str, Any] | None = None, *, version: int = 0
    ) -> Any:
        """Ask the API for something, which must be done; ``version`` is what was read."""
        headers = {"If-Match": f'"{version}"'} if version else {}
        answer = self._asking.submit(
            self._client.request, method, f"/api/v1/{path}", json=body, headers=headers
        ).result()
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def lose_broker(self) -> None:
        """Let the broker be away."""
        self._writer.hears_nodes = False

    def close(self) -> None:
        self._asking.shutdown()
        self._writer.close()
