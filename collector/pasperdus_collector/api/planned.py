"""How many weeks a question needs, as routes and pages ask for it."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from pasperdus_collector.comparison.plan_query import PlanQuery
from pasperdus_collector.ledger import reading

if TYPE_CHECKING:
    from pasperdus_collector.analysis.plan import WeeksPlan


class Plans:
    """Reads from a view of the ledger."""

    def __init__(self, ledger_path: Path, *, collector: str, now_ms: Callable[[], int]) -> None:
        self._path = ledger_path
        self._collector = collector
        self._now_ms = now_ms

    def plan(self, query: PlanQuery) -> "WeeksPlan":
        """Return how many weeks a question needs at a site.

        Raises :class:`NotFoundError` for names that are not there, :class:`QueryError` for what
        cannot be planned so.
        """
        # scipy takes over a second to load: only who plans or compares pays for it.
        from pasperdus_collector.comparison.planning import plan

        with reading(self._path) as db:
            return plan(db, query, now_ms=self._now_ms(), collector=self._collector)
