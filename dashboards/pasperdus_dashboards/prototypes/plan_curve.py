"""The planner's curve, as a picture and for the browser to draw."""

from http import HTTPStatus
from typing import get_args

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from pasperdus_collector.api.parameters import one_of
from pasperdus_collector.comparison.plan_query import PlanQuery
from pasperdus_collector.register.records import Design
from pasperdus_dashboards.charts.style import Size, Theme
from pasperdus_dashboards.prototypes.addresses import PLAN
from pasperdus_dashboards.prototypes.desk import Desk
from pasperdus_dashboards.prototypes.planner import plan_view
from pasperdus_dashboards.shell.figures import ChartForm


def curve_routes(desk: Desk) -> APIRouter:
    """Return the route of the curve."""
    router = APIRouter()

    @router.api_route(f"{PLAN}.{{form}}", methods=["GET", "HEAD"])
    def curve(
        request: Request,
        form: ChartForm,
        outcome: str = "satisfied",
        design: str = "before_after",
        delta: float | None = None,
        question: str | None = None,
        scale: int | None = None,
        visitors: float | None = None,
        size: Size = "wide",
        theme: Theme = "light",
        v: str = "",
    ) -> Response:
        visit = desk.shell.visit(request, PLAN)
        designs_there: tuple[Design, ...] = get_args(Design)
        query = PlanQuery(
            site="" if visit.site is None else visit.site.site,
            outcome=outcome,
            design=one_of("design", design, designs_there),
            delta=delta,
            question=question,
            scale=scale,
            visitors=visitors,
        )
        view = plan_view(desk.plan, query, visit.language)
        if view is None or view.chart is None:
            raise HTTPException(HTTPStatus.NOT_FOUND, "there is no curve to draw of this")
        return desk.figures.answer(
            view.chart, form, visit.language, size=size, theme=theme, asked=v
        )

    return router
