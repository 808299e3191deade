"""Pages, API and probes as one application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from pasperdus_collector.api import (
    block_routes,
    board_routes,
    calendar_routes,
    calibration_routes,
    compare_routes,
    content_routes,
    course_routes,
    export_routes,
    guard,
    import_routes,
    period_routes,
    plan_routes,
    problems,
    prototype_routes,
    recipe_routes,
    series_routes,
    slip_routes,
    unusual_routes,
)
from pasperdus_collector.api.changes import Changes
from pasperdus_collector.api.compared import Comparisons
from pasperdus_collector.api.contents import Contents
from pasperdus_collector.api.live_feed import LiveFeed
from pasperdus_collector.api.metrics import Parts
from pasperdus_collector.api.queries import Queries
from pasperdus_collector.api.routes import api, probes
from pasperdus_collector.broker import EmbeddedBroker
from pasperdus_collector.config import Config
from pasperdus_collector.home_assistant.announcer import Announcer
from pasperdus_collector.reception.publishing import Publishing
from pasperdus_collector.series.projection import Projection
from pasperdus_collector.writer import Writer
from pasperdus_dashboards.pages import pages
from pasperdus_dashboards.report_routes import report_routes


def build_web(
    config: Config,
    queries: Queries,
    writer: Writer,
    changes: Changes,
    *,
    broker: EmbeddedBroker | None = None,
    publishing: Publishing | None = None,
    announcer: Announcer | None = None,
    projection: Projection | None = None,
) -> FastAPI:
    """Return pages, API and probes as one application."""
    feed = LiveFeed(queries, changes)
    parts = Parts(
        ledger=config.ledger.path,
        committed_at_s=lambda: changes.told_at_s,
        streams=lambda: feed.streams,
        broker=broker,
        publishing=publishing,
        announcer=announcer,
        projection=projection,
    )

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        changes.attach()
        yield

    web = FastAPI(
        title="Pas perdus", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan
    )
    guard.install(
        web, ["127.0.0.1", "localhost", "[::1]", config.http.host, *config.http.allowed_hosts]
    )
    problems.install(web)
    web.include_router(api(queries, feed))
    web.include_router(probes(queries, writer, parts))
    for nouns in (
        calendar_routes,
        calibration_routes,
        import_routes,
        prototype_routes,
        course_routes,
        period_routes,
        slip_routes,
    ):
        web.include_router(nouns.routes(queries, config.ledger.path, writer))
    contents = Contents(config.ledger.path, writer, now_ms=queries.now_ms)
    web.include_router(content_routes.routes(contents))
    for nouns_read in (series_routes, export_routes):
        web.include_router(nouns_read.routes(queries))
    for at_path in (block_routes, board_routes):
        web.include_router(at_path.routes(queries, config.ledger.path))
    web.include_router(
        plan_routes.routes(queries, config.ledger.path, collector=config.collector.name)
    )
    comparisons = Comparisons(queries, config.ledger.path, collector=config.collector.name)
    for compared in (compare_routes, unusual_routes):
        web.include_router(compared.routes(comparisons))
    web.include_router(
        recipe_routes.routes(queries, config.ledger.path, writer, comparisons.recipe)
    )
    web.include_router(report_routes(comparisons))
    web.include_router(pages(queries, changes))
    return web
