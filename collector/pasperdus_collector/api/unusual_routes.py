"""The route that proposes unusual days for exclusion: by footfall, before anybody sees ratings."""

from datetime import date
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request

from pasperdus_collector.api.compared import Comparisons
from pasperdus_collector.api.parameters import refuse_unknown
from pasperdus_collector.api.unusual import unusual as proposed_days
from pasperdus_collector.errors import QueryError
from pasperdus_collector.registry import DEFAULT_SITE

if TYPE_CHECKING:
    from pasperdus_collector.analysis.unusual import Proposal

_KNOWN = ("site", "baseline", "prototype")
_PRECISION = 4


def routes(comparisons: Comparisons) -> APIRouter:
    """Return ``/api/v1/unusual``."""
    router = APIRouter(prefix="/api/v1")

    @router.get("/unusual")
    def unusual(
        request: Request,
        prototype: str | None = None,
        baseline: str | None = None,
        site: str = DEFAULT_SITE,
    ) -> dict[str, Any]:
        refuse_unknown(request, _KNOWN)
        if prototype is None:
            raise QueryError("prototype is missing; name a prototype, or some of its periods")
        found = comparisons.inputs(site, baseline, prototype)
        baseline_days, tried_days = proposed_days(found)
        return {
            "site": site,
            "baseline": _proposed(found.baseline.title, baseline_days),
            "prototype": _proposed(found.prototype.title, tried_days),
        }

    return router


def _proposed(title: str, proposal: "Proposal") -> dict[str, Any]:
    return {
        "title": title,
        "days_judged": proposal.days_judged,
        "days_unjudged": proposal.days_unjudged,
        "days": [
            {
                "day": date.fromordinal(each.day).isoformat(),
                "direction": each.direction,
                "first_hour": each.first_hour,
                "hours": each.hours,
                "entries": round(each.entries),
                "expected": round(each.expected, 1),
                "probability": round(each.probability, _PRECISION),
            }
            for each in proposal.days
        ],
    }
