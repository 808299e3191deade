"""The route of release blocks as they are, so that anybody can add them up again."""

from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from pasperdus_collector.api.parameters import refuse_unknown
from pasperdus_collector.api.queries import Queries
from pasperdus_collector.api.shapes import instant, parse_instant
from pasperdus_collector.errors import QueryError
from pasperdus_collector.ledger import reading
from pasperdus_collector.registry import DEFAULT_SITE
from pasperdus_collector.series.askable import why_not_then
from pasperdus_collector.series.released import ReleasedBlock, read_blocks

MAX_BLOCKS = 40_000  # of about a year at 1,500 ratings a day
_KNOWN = ("site", "from", "to", "question", "scale")


def routes(queries: Queries, ledger: Path) -> APIRouter:
    """Return ``/api/v1/blocks``."""
    router = APIRouter(prefix="/api/v1")

    @router.get("/blocks")
    def blocks(
        request: Request,
        start: Annotated[str, Query(alias="from")],
        end: Annotated[str, Query(alias="to")],
        site: str = DEFAULT_SITE,
        question: str | None = None,
        scale: int | None = None,
    ) -> dict[str, Any]:
        refuse_unknown(request, _KNOWN)
        start_ms, end_ms = parse_instant("from", start), parse_instant("to", end)
        reason = why_not_then(start_ms, end_ms)
        if reason is not None:
            raise QueryError(reason)
        queries.site(site)
        found: list[dict[str, Any]] = []
        with reading(ledger) as db:
            for block in read_blocks(
                db, site, start_ms=start_ms, end_ms=end_ms, question=question, scale=scale
            ):
                if len(found) == MAX_BLOCKS:
                    raise QueryError(
                        f"there are more than {MAX_BLOCKS} blocks; ask for a shorter time"
                    )
                found.append(_block_json(block))
        return {"site": site, "unit": "ratings by score, worst first", "blocks": found}

    return router


def _block_json(block: ReleasedBlock) -> dict[str, Any]:
    return {
        "question": block.question,
        "scale": block.scale,
        "from": instant(block.start_ms),
        "to": instant(block.end_ms),
        "value": list(block.counts[: block.scale]),
    }
