"""The routes of series: of one site, and of the whole fleet."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from pasperdus_collector.api.parameters import (
    BUCKETS,
    MEASURES,
    SOURCES,
    one_of,
    parse_masks,
    refuse_unknown,
)
from pasperdus_collector.api.queries import Queries
from pasperdus_collector.api.shapes import fleet_json, parse_instant, series_json
from pasperdus_collector.registry import DEFAULT_SITE
from pasperdus_collector.series import FleetQuery, SeriesQuery

_SERIES_PARAMETERS = {
    *("measure", "from", "to", "bucket", "site", "zone", "line", "question", "scale", "what"),
    *("service", "masks", "source", "collector"),
}


def routes(queries: Queries) -> APIRouter:
    """Return ``/api/v1/series`` and ``/api/v1/fleet``."""
    router = APIRouter(prefix="/api/v1")

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
        line: str | None = None,
        service: str | None = None,
        masks: str = "",
        source: str = "ledger",
        collector: str | None = None,
    ) -> dict[str, Any]:
        refuse_unknown(request, _SERIES_PARAMETERS)
        query = SeriesQuery(
            site=site,
            measure=one_of("measure", measure, MEASURES),
            bucket=one_of("bucket", bucket, BUCKETS),
            start_ms=parse_instant("from", start),
            end_ms=parse_instant("to", end),
            zone=zone,
            question=question,
            scale=scale,
            what=what,
            line=line,
            service=service,
            masks=parse_masks(masks),
            collector=collector,
        )
        return series_json(queries.series(query, source=one_of("source", source, SOURCES)))

    @router.get("/fleet")
    def fleet(
        request: Request,
        measure: str,
        start: Annotated[str, Query(alias="from")],
        end: Annotated[str, Query(alias="to")],
        bucket: str,
        source: str = "ledger",
        collector: str | None = None,
    ) -> dict[str, Any]:
        refuse_unknown(request, {"measure", "from", "to", "bucket", "source", "collector"})
        query = FleetQuery(
            measure=one_of("measure", measure, MEASURES),
            bucket=one_of("bucket", bucket, BUCKETS),
            start_ms=parse_instant("from", start),
            end_ms=parse_instant("to", end),
            collector=collector,
        )
        return fleet_json(query, queries.fleet(query, source=one_of("source", source, SOURCES)))

    return router
