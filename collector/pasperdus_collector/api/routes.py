"""The routes under ``/api/v1`` and beside it."""

from http import HTTPStatus
from typing import Annotated, Any, get_args

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse, StreamingResponse

from pasperdus_collector.api.changes import Changes
from pasperdus_collector.api.live_feed import MAX_STREAMS, LiveFeed
from pasperdus_collector.api.metrics import Metrics
from pasperdus_collector.api.problems import problem
from pasperdus_collector.api.queries import Queries
from pasperdus_collector.api.shapes import (
    NewSite,
    SiteChange,
    counters_json,
    node_json,
    parse_instant,
    series_json,
    site_json,
)
from pasperdus_collector.errors import PreconditionError, QueryError
from pasperdus_collector.registry import DEFAULT_SITE, Site
from pasperdus_collector.series import BucketSize, Measure, SeriesQuery
from pasperdus_collector.writer import Writer

_VERSION_DIGITS = 18
_LATER_MEASURES = ("stay_minutes", "wait_minutes")


def api(queries: Queries, changes: Changes) -> APIRouter:
    """Return the routes under ``/api/v1``."""
    router = APIRouter(prefix="/api/v1")
    feed = LiveFeed(queries, changes)

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
            lines=[line.as_role() for line in body.lines],
            version=_version(if_match),
        )
        return _site_answer(changed)

    @router.get("/nodes")
    def nodes() -> list[dict[str, Any]]:
        return [node_json(node) for node in queries.nodes()]

    @router.get("/series")
    def series(
        request: Request,
        measure: str,
        start: Annotated[str, Query(alias="from")],
        end: Annotated[str, Query(alias="to")],
        bucket: str,
        site: str = DEFAULT_SITE,
        zone: str | None = None,
        question: str | None = None,
        scale: int | None = None,
        what: str | None = None,
    ) -> dict[str, Any]:
        _refuse_unknown(
            request,
            {"measure", "from", "to", "bucket", "site", "zone", "question", "scale", "what"},
        )
        query = SeriesQuery(
            site=site,
            measure=_measure(measure),
            bucket=_bucket(bucket),
            start_ms=parse_instant("from", start),
            end_ms=parse_instant("to", end),
            zone=zone,
            question=question,
            scale=scale,
            what=what,
        )
        return series_json(queries.series(query))

    @router.get("/counters")
    def counters() -> dict[str, Any]:
        return counters_json(queries.counters())

    @router.get("/live")
    def live(request: Request, site: str = DEFAULT_SITE) -> Response:
        _refuse_unknown(request, {"site"})
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


def probes(queries: Queries, writer: Writer) -> APIRouter:
    """Return ``/healthz``, ``/readyz`` and ``/metrics``."""
    router = APIRouter()
    metrics = Metrics(queries, writer)

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


def _version(if_match: str | None) -> int | None:
    if if_match is None or if_match == "*":
        return None
    text = if_match.removeprefix("W/").strip('"')
    if not (text.isascii() and text.isdecimal() and len(text) <= _VERSION_DIGITS):
        raise PreconditionError(f"If-Match {if_match!r} is no version of a site; read it again")
    return int(text)


def _measure(name: str) -> Measure:
    offered: tuple[Measure, ...] = get_args(Measure)
    for measure in offered:
        if measure == name:
            return measure
    if name in _LATER_MEASURES:
        raise QueryError(f"measure {name!r} is not in this release")
    raise QueryError(f"measure {name!r} is not one of {', '.join(offered)}")


def _bucket(name: str) -> BucketSize:
    offered: tuple[BucketSize, ...] = get_args(BucketSize)
    for bucket in offered:
        if bucket == name:
            return bucket
    raise QueryError(f"bucket {name!r} is not one of {', '.join(offered)}")


def _refuse_unknown(request: Request, known: set[str]) -> None:
    unknown = sorted(set(request.query_params) - known)
    if unknown:
        raise QueryError(f"unknown parameter {unknown[0]!r}; known are {', '.join(sorted(known))}")
