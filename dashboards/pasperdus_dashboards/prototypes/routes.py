"""All pages of the register."""

from fastapi import APIRouter

from pasperdus_dashboards.prototypes.change_page import change_routes
from pasperdus_dashboards.prototypes.course_pages import course_routes
from pasperdus_dashboards.prototypes.desk import Desk
from pasperdus_dashboards.prototypes.leaving_out import leaving_out_routes
from pasperdus_dashboards.prototypes.list_page import list_routes
from pasperdus_dashboards.prototypes.new_page import new_routes
from pasperdus_dashboards.prototypes.period_pages import period_routes
from pasperdus_dashboards.prototypes.plan_curve import curve_routes
from pasperdus_dashboards.prototypes.recipe_pages import recipe_routes
from pasperdus_dashboards.prototypes.trial_page import trial_routes


def prototypes_routes(desk: Desk) -> APIRouter:
    """Return the routes under ``/prototypes``."""
    router = APIRouter()
    for routes in (
        list_routes,
        new_routes,
        curve_routes,
        recipe_routes,
        trial_routes,
        change_routes,
        period_routes,
        course_routes,
        leaving_out_routes,
    ):
        router.include_router(routes(desk))
    return router
