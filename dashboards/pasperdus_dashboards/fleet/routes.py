"""Every address of the page *Parc*."""

from fastapi import APIRouter

from pasperdus_collector.api.calibrations import Calibrations
from pasperdus_collector.api.node_history import NodeHistory
from pasperdus_dashboards.fleet.counting import CountingPage
from pasperdus_dashboards.fleet.page import FleetPage
from pasperdus_dashboards.shell.figures import Figures
from pasperdus_dashboards.shell.visit import Shell


def fleet_routes(
    shell: Shell, figures: Figures, history: NodeHistory, calibrations: Calibrations
) -> APIRouter:
    """Return the routes under ``/parc``."""
    router = APIRouter()
    router.include_router(FleetPage(shell, figures, history, calibrations).routes())
    router.include_router(CountingPage(shell, calibrations).routes())
    return router
