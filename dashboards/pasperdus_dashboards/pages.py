"""The pages and everything that they load, for the collector to mount."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from pasperdus_collector.api.calendars import Calendars
from pasperdus_collector.api.calibrations import Calibrations
from pasperdus_collector.api.changes import Changes
from pasperdus_collector.api.compared import Comparisons
from pasperdus_collector.api.contents import Contents
from pasperdus_collector.api.desks_shown import DesksShown
from pasperdus_collector.api.imported import Imports
from pasperdus_collector.api.node_history import NodeHistory
from pasperdus_collector.api.planned import Plans
from pasperdus_collector.api.queries import Queries
from pasperdus_collector.api.registering import Registering
from pasperdus_collector.api.sheets import Sheets
from pasperdus_collector.api.slips import Slips
from pasperdus_collector.api.stored import Stored
from pasperdus_collector.demo_node.process import DemoNode
from pasperdus_collector.errors import RefusalError
from pasperdus_dashboards.compare.page import compare_routes
from pasperdus_dashboards.first_run.node_file import Contact
from pasperdus_dashboards.first_run.page import first_run_routes
from pasperdus_dashboards.fleet.routes import fleet_routes
from pasperdus_dashboards.glossary.page import glossary_routes
from pasperdus_dashboards.prototypes.desk import Desk
from pasperdus_dashboards.prototypes.routes import prototypes_routes
from pasperdus_dashboards.reception.page import reception_routes
from pasperdus_dashboards.shell.figures import Figures
from pasperdus_dashboards.shell.forms import Sent
from pasperdus_dashboards.shell.navigation import TODAY
from pasperdus_dashboards.shell.statics import statics
from pasperdus_dashboards.shell.visit import Shell
from pasperdus_dashboards.stored.import_page import import_routes
from pasperdus_dashboards.stored.page import stored_routes
from pasperdus_dashboards.today.page import today_routes


@dataclass(frozen=True, slots=True, kw_only=True)
class Desks:
    """Everything that the pages ask, as the API's routes do."""

    queries: Queries
    changes: Changes
    comparisons: Comparisons
    contents: Contents
    desks_shown: DesksShown
    slips: Slips
    sheets: Sheets
    stored: Stored
    imports: Imports
    history: NodeHistory
    calibrations: Calibrations
    calendars: Calendars
    registering: Registering
    plans: Plans
    demo_node: DemoNode | None
    """None where no process of ours may be started."""

    contact: Contact


def pages(desks: Desks) -> APIRouter:
    """Return the routes of all pages."""
    router = APIRouter(include_in_schema=False)
    shell = Shell(desks.queries)
    figures = Figures(now_ms=desks.queries.now_ms)
    router.include_router(today_routes(shell, figures, desks.queries, desks.changes))
    router.include_router(compare_routes(shell, figures, desks.comparisons))
    register = Desk(
        shell=shell,
        figures=figures,
        registering=desks.registering,
        plans=desks.plans,
        comparisons=desks.comparisons,
        contents=desks.contents,
    )
    router.include_router(prototypes_routes(register))
    router.include_router(stored_routes(shell, desks.queries, desks.stored))
    router.include_router(import_routes(shell, desks.imports))
    router.include_router(glossary_routes(shell))
    router.include_router(
        reception_routes(shell, desks.contents, desks.desks_shown, desks.slips, desks.sheets)
    )
    router.include_router(fleet_routes(shell, figures, desks.history, desks.calibrations))
    router.include_router(first_run_routes(shell, desks.calendars, desks.contact, desks.demo_node))
    router.include_router(_undoing(shell))
    router.add_api_route("/", _home, methods=["GET", "HEAD"])
    router.include_router(statics())
    return router


def _home(request: Request) -> RedirectResponse:
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"{TODAY}{query}")


def _undoing(shell: Shell) -> APIRouter:
    router = APIRouter()

    @router.post("/annuler")
    def undo(request: Request, sent: Sent) -> Response:
        try:
            back = shell.undoing.take_back(sent.text("word"))
        except RefusalError:
            back = None
        if back is None:
            return _too_late(shell, request)
        return RedirectResponse(f"{back}{'&' if '?' in back else '?'}done=undone", status_code=303)

    return router


def _too_late(shell: Shell, request: Request) -> HTMLResponse:
    visit = shell.visit(request, TODAY)
    return visit.not_found(
        visit.language.gettext(
            "It is too late to undo this: ten minutes have passed, it was undone already, or "
            "somebody changed the same thing meanwhile."
        ),
        back=visit.address(TODAY),
    )
