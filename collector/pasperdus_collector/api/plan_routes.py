"""The route that plans: how many weeks a question needs at a site, before a trial or during it."""

from typing import Any, get_args

from fastapi import APIRouter, Request

from pasperdus_collector.api.parameters import one_of, refuse_unknown
from pasperdus_collector.api.planned import Plans
from pasperdus_collector.comparison.plan_query import PlanQuery
from pasperdus_collector.register.records import Design
from pasperdus_collector.registry import DEFAULT_SITE

DESIGNS: tuple[Design, ...] = get_args(Design)
_KNOWN = (
    *("site", "outcome", "delta", "design", "weeks", "question", "scale", "prototype"),
    "visitors",
)


def routes(plans: Plans) -> APIRouter:
    """Return ``/api/v1/plan``."""
    router = APIRouter(prefix="/api/v1")

    @router.get("/plan")
    def plan_weeks(  # the parameters are documented in docs/planning.md
        request: Request,
        site: str = DEFAULT_SITE,
        outcome: str | None = None,
        delta: float | None = None,
        design: str | None = None,
        weeks: int | None = None,
        question: str | None = None,
        scale: int | None = None,
        prototype: str | None = None,
        visitors: float | None = None,
    ) -> dict[str, Any]:
        refuse_unknown(request, _KNOWN)
        from pasperdus_collector.api.plan_shapes import plan_json  # loads numpy

        query = PlanQuery(
            site=site,
            outcome=outcome,
            delta=delta,
            design=None if design is None else one_of("design", design, DESIGNS),
            weeks=weeks,
            question=question,
            scale=scale,
            prototype=prototype,
            visitors=visitors,
        )
        return plan_json(plans.plan(query))

    return router
