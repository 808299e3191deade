"""How nodes and their sensors were over the last days, as routes and pages ask for it."""

from collections.abc import Callable
from pathlib import Path

from pasperdus_collector.buckets.line_gaps import LineGap, read_line_gaps
from pasperdus_collector.errors import QueryError
from pasperdus_collector.ledger import reading
from pasperdus_collector.node_history import KEPT_DAYS, NodeQuarter, read_node_history
from pasperdus_collector.registry import site_id_of

KEPT_MS = KEPT_DAYS * 86_400_000


class NodeHistory:
    """Reads from a view of the ledger, at most fourteen days back; any thread."""

    def __init__(self, ledger_path: Path, *, now_ms: Callable[[], int]) -> None:
        self._path = ledger_path
        self._now_ms = now_ms

    def quarters(
        self, node: str, *, start_ms: int | None = None, end_ms: int | None = None
    ) -> list[NodeQuarter]:
        """Return a node's quarter-hours of ``[start_ms, end_ms)``: all that are kept, unless told.

        Raises :class:`NotFoundError` for an unknown node, :class:`QueryError` for a time that ends
        before it begins.
        """
        now_ms = self._now_ms()
        first = now_ms - KEPT_MS if start_ms is None else start_ms
        end = now_ms + 1 if end_ms is None else end_ms
        if end <= first:
            raise QueryError("to: is not after from; give the later time as to")
        with reading(self._path) as db:
            return read_node_history(db, node, max(first, now_ms - KEPT_MS), end)

    def gaps(self, site: str) -> list[LineGap]:
        """Return when the sensors of a site's lines failed in the last fourteen days.

        Raises :class:`NotFoundError` for an unknown site.
        """
        now_ms = self._now_ms()
        with reading(self._path) as db:
            return read_line_gaps(
                db, site_id_of(db, site), start_ms=now_ms - KEPT_MS, now_ms=now_ms
            )
