"""The pages and everything that they load, for the collector to mount."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse

from pasperdus_collector.api.changes import Changes
from pasperdus_collector.api.queries import Queries
from pasperdus_dashboards.statics import statics
from pasperdus_dashboards.today_page import PAGE, TodayPage

_READING = ["GET", "HEAD"]


def pages(queries: Queries, changes: Changes) -> APIRouter:
    """Return the routes of all pages; they ask ``queries``, as the API does."""
    router = APIRouter(include_in_schema=False)
    today = TodayPage(queries, changes)
    router.add_api_route(PAGE, today.page, methods=_READING)
    router.add_api_route(f"{PAGE}/en-direct", today.live_parts, methods=_READING)
    router.add_api_route(f"{PAGE}/graphique.{{form}}", today.chart, methods=_READING)
    router.add_api_route(f"{PAGE}/semaines.{{form}}", today.past_chart, methods=_READING)
    router.add_api_route("/", _home, methods=_READING)
    router.include_router(statics())
    return router


def _home(request: Request) -> RedirectResponse:
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"{PAGE}{query}")
