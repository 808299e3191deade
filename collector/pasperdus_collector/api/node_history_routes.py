"""Routes of how nodes and their sensors were over the last days."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from pasperdus_collector.api.node_history import NodeHistory
from pasperdus_collector.api.parameters import refuse_unknown
from pasperdus_collector.api.shapes import instant, parse_instant
from pasperdus_collector.buckets.line_gaps import LineGap
from pasperdus_collector.node_history import NodeQuarter


def routes(history: NodeHistory) -> APIRouter:
    """Return ``nodes/{node}/history`` and ``sites/{site}/gaps``."""
    router = APIRouter(prefix="/api/v1")

    @router.get("/nodes/{node}/history")
    def of_node(
        request: Request,
        node: str,
        start: Annotated[str | None, Query(alias="from")] = None,
        end: Annotated[str | None, Query(alias="to")] = None,
    ) -> dict[str, Any]:
        refuse_unknown(request, {"from", "to"})
        quarters = history.quarters(
            node,
            start_ms=None if start is None else parse_instant("from", start),
            end_ms=None if end is None else parse_instant("to", end),
        )
        return {"node": node, "quarters": [_quarter_json(each) for each in quarters]}

    @router.get("/sites/{site}/gaps")
    def of_site(request: Request, site: str) -> dict[str, Any]:
        refuse_unknown(request, ())
        return {"site": site, "gaps": [_gap_json(each) for each in history.gaps(site)]}

    return router


def _quarter_json(quarter: NodeQuarter) -> dict[str, Any]:
    return {
        "start": instant(quarter.start_ms),
        "heartbeats": quarter.beats,
        "synced": quarter.synced,
        "pending": quarter.pending,
        "waited_ms": quarter.waited_ms,
        "clock_ahead_ms": quarter.clock_ahead_ms,
        "battery": quarter.battery,
        "temperature_c": quarter.temperature_c,
    }


def _gap_json(gap: LineGap) -> dict[str, Any]:
    return {
        "node": gap.node,
        "line": gap.line,
        "from": instant(gap.start_ms),
        "to": instant(gap.end_ms),
        "silent_ms": gap.silent_ms,
    }
