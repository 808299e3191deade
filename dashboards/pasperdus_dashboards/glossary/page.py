"""The page *Glossaire*: every term, where help on other pages links to."""

from fastapi import APIRouter, Request, Response

from pasperdus_dashboards.glossary.terms import terms
from pasperdus_dashboards.shell.navigation import GLOSSARY
from pasperdus_dashboards.shell.visit import Shell


def glossary_routes(shell: Shell) -> APIRouter:
    """Return the page; it needs no site."""
    router = APIRouter()

    @router.api_route(GLOSSARY, methods=["GET", "HEAD"])
    def page(request: Request) -> Response:
        visit = shell.visit(request, GLOSSARY)
        return visit.render("glossary/page.html", terms=terms(visit.language))

    return router
