"""Pages, API and probes as one application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware

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
    node_history_routes,
    period_routes,
    plan_routes,
    problems,
    prototype_routes,
    recipe_routes,
    series_routes,
    sheet_routes,
    slip_routes,
    stored_routes,
    unusual_routes,
)
from pasperdus_collector.api.calendars import Calendars
from pasperdus_collector.api.calibrations import Calibrations
from pasperdus_collector.api.changes import Changes
from pasperdus_collector.api.compared import Comparisons
from pasperdus_collector.api.contents import Contents
from pasperdus_collector.api.desks_shown import DesksShown
from pasperdus_collector.api.imported import Imports
from pasperdus_collector.api.live_feed import LiveFeed
from pasperdus_collector.api.metrics import Parts
from pasperdus_collector.api.node_history import NodeHistory
from pasperdus_collector.api.planned import Plans
from pasperdus_collector.api.queries import Queries
from pasperdus_collector.api.registering import Registering
from pasperdus_collector.api.routes import api, probes
from pasperdus_collector.api.sheets import Sheets
from pasperdus_collector.api.slips import Slips
from pasperdus_collector.api.stored import Stored
from pasperdus_collector.broker import EmbeddedBroker
from pasperdus_collector.config import Config
from pasperdus_collector.demo_node.process import DemoNode
from pasperdus_collector.home_assistant.announcer import Announcer
from pasperdus_collector.reception.publishing import Publishing
from pasperdus_collector.series.projection import Projection
from pasperdus_collector.writer import Writer
from pasperdus_dashboards.first_run.node_file import Contact
from pasperdus_dashboards.pages import Desks, pages
from pasperdus_dashboards.report.routes import report_routes
from pasperdus_dashboards.shell.failures import failure_page

LEAST_GZIPPED_BYTES = 1_000
GZIP_LEVEL = 5  # beyond it a Pi works longer than the network gains


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
    demo_node: DemoNode | None = None,
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
    # Pages, styles and specifications shrink to a quarter; streams of events stay as they are.
    web.add_middleware(GZipMiddleware, minimum_size=LEAST_GZIPPED_BYTES, compresslevel=GZIP_LEVEL)
    guard.install(
        web, ["127.0.0.1", "localhost", "[::1]", config.http.host, *config.http.allowed_hosts]
    )
    problems.install(web, failure_page)
    web.include_router(api(queries, feed))
    web.include_router(probes(queries, writer, parts))
    registering = Registering(config.ledger.path, writer, now_ms=queries.now_ms)
    for of_register in (prototype_routes, course_routes, period_routes):
        web.include_router(of_register.routes(registering))
    calendars = Calendars(config.ledger.path, writer, now_ms=queries.now_ms)
    web.include_router(calendar_routes.routes(calendars))
    calibrations = Calibrations(config.ledger.path, writer, now_ms=queries.now_ms)
    web.include_router(calibration_routes.routes(calibrations))
    history = NodeHistory(config.ledger.path, now_ms=queries.now_ms)
    web.include_router(node_history_routes.routes(history))
    contents = Contents(config.ledger.path, writer, now_ms=queries.now_ms)
    web.include_router(content_routes.routes(contents))
    imports = Imports(queries, config.ledger.path, writer)
    web.include_router(import_routes.routes(imports))
    stored = Stored(config, queries)
    web.include_router(stored_routes.routes(stored))
    sheets = Sheets(config.ledger.path, writer, now_ms=queries.now_ms)
    web.include_router(sheet_routes.routes(sheets))
    slips = Slips(config.ledger.path, writer, now_ms=queries.now_ms)
    web.include_router(slip_routes.routes(slips))
    for nouns_read in (series_routes, export_routes):
        web.include_router(nouns_read.routes(queries))
    for at_path in (block_routes, board_routes):
        web.include_router(at_path.routes(queries, config.ledger.path))
    plans = Plans(config.ledger.path, collector=config.collector.name, now_ms=queries.now_ms)
    web.include_router(plan_routes.routes(plans))
    comparisons = Comparisons(queries, config.ledger.path, collector=config.collector.name)
    for compared in (compare_routes, unusual_routes):
        web.include_router(compared.routes(comparisons))
    web.include_router(recipe_routes.routes(registering, comparisons.recipe))
    web.include_router(report_routes(comparisons))
    web.include_router(
        pages(
            Desks(
                queries=queries,
                changes=changes,
                comparisons=comparisons,
                contents=contents,
                desks_shown=DesksShown(config.ledger.path, now_ms=queries.now_ms),
                slips=slips,
                sheets=sheets,
                stored=stored,
                imports=imports,
                history=history,
                calibrations=calibrations,
                calendars=calendars,
                registering=registering,
                plans=plans,
                demo_node=demo_node,
                contact=Contact(collector=config.collector.name, mqtt=config.mqtt),
            )
        )
    )
    return web
