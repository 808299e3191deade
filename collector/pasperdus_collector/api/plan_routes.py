"""The route that plans: how many weeks a question needs at a site, before a trial or during it."""

from pathlib import Path
from typing import Any, get_args

from fastapi import APIRouter, Request

from pasperdus_collector.api.parameters import one_of, refuse_unknown
from pasperdus_collector.api.queries import Queries
from pasperdus_collector.ledger import reading
from pasperdus_collector.register.records import Design
from pasperdus_collector.registry import DEFAULT_SITE

DESIGNS: tuple[Design, ...] = get_args(Design)
_KNOWN = (
    *("site", "outcome", "delta", "design", "weeks", "question", "scale", "prototype"),
    "visitors",
)


def routes(queries: Queries, ledger: Path, *, collector: str) -> APIRouter:
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
        # scipy takes over a second to load: only who plans or compares pays for it.
        from pasperdus_collector.api.plan_shapes import plan_json
        from pasperdus_collector.comparison.planning import PlanQuery, plan

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
        with reading(ledger) as db:
            return plan_json(plan(db, query, now_ms=queries.now_ms(), collector=collector))

    return router
