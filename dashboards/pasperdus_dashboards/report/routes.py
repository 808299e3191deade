"""The routes of documents: the report of a comparison, and the recipe sheet."""

import threading
from collections.abc import Callable
from hashlib import sha256
from http import HTTPStatus
from importlib.metadata import version
from typing import Annotated, Literal

import structlog
from fastapi import APIRouter, Header, Request, Response

from pasperdus_collector.api.compared import Comparisons
from pasperdus_collector.api.parameters import one_of, refuse_unknown
from pasperdus_collector.api.problems import problem
from pasperdus_collector.errors import QueryError
from pasperdus_collector.registry import DEFAULT_SITE
from pasperdus_dashboards.errors import DashboardsError

log = structlog.get_logger()

LANGUAGES: tuple[Literal["fr", "en"], ...] = ("fr", "en")
PATIENCE_S = 60.0
_TAG_CHARACTERS = 32


def report_routes(comparisons: Comparisons) -> APIRouter:
    """Return ``compare.pdf`` and ``prototypes/{prototype}/recipe.pdf`` under ``/api/v1``."""
    router = APIRouter(prefix="/api/v1")
    desk = _Desk()

    @router.get("/compare.pdf")
    def report(
        request: Request,
        prototype: str | None = None,
        baseline: str | None = None,
        site: str = DEFAULT_SITE,
        language: str = "fr",
        if_none_match: Annotated[str | None, Header()] = None,
    ) -> Response:
        refuse_unknown(request, ("site", "baseline", "prototype", "language"))
        if prototype is None:
            raise QueryError("prototype is missing; name a prototype, or some of its periods")
        spoken = one_of("language", language, LANGUAGES)
        gathered = comparisons.gather(site, baseline, prototype)

        def make() -> bytes:
            # Typst, Altair and scipy are loaded by whoever first asks for a document.
            from pasperdus_dashboards.report.report import pdf

            return pdf(gathered.compared(), spoken)

        name = f"pasperdus-{gathered.inputs.site}-{gathered.inputs.plan.prototype}-{spoken}.pdf"
        tag = _tag("report", spoken, gathered.sha256)
        return desk.answer(request, make, name=name, tag=tag, if_none_match=if_none_match)

    @router.get("/prototypes/{prototype}/recipe.pdf")
    def recipe_sheet(
        request: Request,
        prototype: str,
        site: str = DEFAULT_SITE,
        language: str = "fr",
        if_none_match: Annotated[str | None, Header()] = None,
    ) -> Response:
        refuse_unknown(request, ("site", "language"))
        spoken = one_of("language", language, LANGUAGES)
        recipe = comparisons.recipe(site, prototype)

        def make() -> bytes:
            from pasperdus_dashboards.report.recipe import recipe_pdf

            return recipe_pdf(recipe, spoken)

        return desk.answer(
            request,
            make,
            name=f"pasperdus-recipe-{prototype}-{spoken}.pdf",
            tag=_tag("recipe", spoken, repr(recipe)),
            if_none_match=if_none_match,
        )

    return router


class _Desk:
    """Makes one document at a time: each takes 150 MB for some seconds, on a Pi that counts."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def answer(
        self,
        request: Request,
        make: Callable[[], bytes],
        *,
        name: str,
        tag: str,
        if_none_match: str | None,
    ) -> Response:
        headers = {"ETag": f'"{tag}"', "Cache-Control": "private, no-cache"}
        if if_none_match is not None and tag in if_none_match:
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        if not self._lock.acquire(timeout=PATIENCE_S):
            return problem(
                request,
                HTTPStatus.SERVICE_UNAVAILABLE,
                "other documents are being made; ask again in a minute",
            )
        try:
            document = make()
        except DashboardsError as error:
            log.error("a document could not be made", name=name, error=str(error))
            return problem(request, HTTPStatus.SERVICE_UNAVAILABLE, f"no document: {error}")
        finally:
            self._lock.release()
        headers["Content-Disposition"] = f'inline; filename="{name}"'
        return Response(document, media_type="application/pdf", headers=headers)


def _tag(*parts: str) -> str:
    """Return the name of a document: the same figures, words and release make the same one."""
    told = "\n".join((version("pasperdus"), *parts))
    return sha256(told.encode()).hexdigest()[:_TAG_CHARACTERS]
