"""The routes that tell what is stored, and what a privacy notice has to say of it."""

from typing import Any

from fastapi import APIRouter, Request

from pasperdus_collector.api.parameters import refuse_unknown
from pasperdus_collector.api.stored import Stored, privacy_json, stored_json
from pasperdus_collector.registry import DEFAULT_SITE


def routes(stored: Stored) -> APIRouter:
    """Return ``/api/v1/stored`` and ``/api/v1/privacy``."""
    router = APIRouter(prefix="/api/v1")

    @router.get("/stored")
    def inventory(request: Request) -> dict[str, Any]:
        refuse_unknown(request, ())
        return stored_json(stored.inventory())

    @router.get("/privacy")
    def privacy(request: Request, site: str = DEFAULT_SITE) -> dict[str, Any]:
        refuse_unknown(request, ("site",))
        return privacy_json(stored.notice(site))

    return router
