"""``GET board``: what the screens of a site show now, as it is published."""

from pathlib import Path

from fastapi import APIRouter, Request, Response

from pasperdus_collector.api.inside_now import InsideNow
from pasperdus_collector.api.parameters import refuse_unknown
from pasperdus_collector.api.queries import Queries
from pasperdus_collector.ledger import reading
from pasperdus_collector.reception.boards import board_of, site_named
from pasperdus_collector.registry import DEFAULT_SITE
from pasperdus_contract.codec import encode


def routes(queries: Queries, ledger_path: Path) -> APIRouter:
    """Return the route."""
    router = APIRouter(prefix="/api/v1")
    inside = InsideNow(queries)

    @router.get("/board")
    def board(request: Request, site: str = DEFAULT_SITE) -> Response:
        refuse_unknown(request, ["site"])
        with reading(ledger_path) as db:
            found = site_named(db, site)
            shown = board_of(db, found, now_ms=queries.now_ms(), inside=inside.read(site))
        return Response(encode(shown), media_type="application/json")

    return router
