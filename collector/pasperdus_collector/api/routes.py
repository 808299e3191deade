"""The routes under ``/api/v1`` and beside it."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse, StreamingResponse

from pasperdus_collector.api.live_feed import MAX_STREAMS, LiveFeed
from pasperdus_collector.api.metrics import Metrics, Parts
from pasperdus_collector.api.parameters import refuse_unknown
from pasperdus_collector.api.preconditions import believed_version
from pasperdus_collector.api.problems import problem
from pasperdus_collector.api.queries import Queries
from pasperdus_collector.api.shapes import (
    NewSite,
    SiteChange,
    counters_json,
    node_json,
    site_json,
)
from pasperdus_collector.registry import DEFAULT_SITE, Site
from pasperdus_collector.writer import Writer


def api(queries: Queries, feed: LiveFeed) -> APIRouter:
    """Return the routes under ``/api/v1``."""
    router = APIRouter(prefix="/api/v1")

    @router.get("/sites")
    def sites() -> list[dict[str, Any]]:
        return [site_json(site) for site in queries.sites()]

    @router.get("/sites/{site}")
    def one_site(site: str) -> JSONResponse:
        return _site_answer(queries.site(site))

    @router.post("/sites")
    def new_site(body: NewSite) -> JSONResponse:
        created = queries.create_site(name=body.site, title=body.title, time_zone=body.time_zone)
        answer = _site_answer(created, HTTPStatus.CREATED)
        answer.headers["Location"] = f"/api/v1/sites/{created.site}"
        return answer

    @router.patch("/sites/{site}")
    def change_site(
        site: str, body: SiteChange, if_match: Annotated[str | None, Header()] = None
    ) -> JSONResponse:
        changed = queries.change_site(
            site,
            title=body.title,
            time_zone=body.time_zone,
            agents=body.agents,
            lines=[line.as_role() for line in body.lines],
            zones=[zone.as_title() for zone in body.zones],
            version=believed_version(if_match),
        )
        return _site_answer(changed)

    @router.get("/nodes")
    def nodes() -> list[dict[str, Any]]:
        return [node_json(node) for node in queries.nodes()]

    @router.get("/counters")
    def counters() -> dict[str, Any]:
        return counters_json(queries.counters())

    @router.get("/live")
    def live(request: Request, site: str = DEFAULT_SITE) -> Response:
        refuse_unknown(request, {"site"})
        queries.live(site)  # a site that is not there is told before the stream begins
        if feed.is_full:
            why = f"{MAX_STREAMS} pages are open already; close some, or reload by hand"
            return problem(request, HTTPStatus.SERVICE_UNAVAILABLE, why)
        return StreamingResponse(
            feed.events(request, site),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    return router


def probes(queries: Queries, writer: Writer, parts: Parts) -> APIRouter:
    """Return ``/healthz``, ``/readyz`` and ``/metrics``."""
    router = APIRouter()
    metrics = Metrics(queries, writer, parts)

    @router.api_route("/healthz", methods=["GET", "HEAD"])
    def healthz(request: Request) -> Response:
        if writer.is_alive:
            return PlainTextResponse("ok\n")
        return problem(
            request, HTTPStatus.SERVICE_UNAVAILABLE, "the writing thread ended; restart the service"
        )

    @router.api_route("/readyz", methods=["GET", "HEAD"])
    def readyz(request: Request) -> Response:
        if writer.is_alive and writer.is_listening:
            return PlainTextResponse("ready\n")
        why = writer.trouble or "the broker has not confirmed the subscription to events yet"
        return problem(request, HTTPStatus.SERVICE_UNAVAILABLE, why)

    @router.get("/metrics")
    def scrape() -> Response:
        return Response(metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")

    return router


def _site_answer(site: Site, status: HTTPStatus = HTTPStatus.OK) -> JSONResponse:
    return JSONResponse(
        site_json(site), status_code=status.value, headers={"ETag": f'"{site.version}"'}
    )
