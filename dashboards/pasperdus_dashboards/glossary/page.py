"""The page *Glossaire*: every term, where help on other pages links to."""

from collections.abc import Iterable

from fastapi import APIRouter, Request, Response

from pasperdus_dashboards.glossary.term import Term, letters
from pasperdus_dashboards.glossary.terms import terms
from pasperdus_dashboards.shell.navigation import GLOSSARY
from pasperdus_dashboards.shell.visit import Shell


def glossary_routes(shell: Shell) -> APIRouter:
    """Return the page; it needs no site."""
    router = APIRouter()

    @router.api_route(GLOSSARY, methods=["GET", "HEAD"])
    def page(request: Request) -> Response:
        visit = shell.visit(request, GLOSSARY)
        found = terms(visit.language)
        return visit.render("glossary/page.html", terms=found, alphabet=first_of_letters(found))

    return router


def first_of_letters(found: Iterable[Term]) -> list[tuple[str, str]]:
    """Return each letter with which a term begins, and the anchor of its first one."""
    first: dict[str, str] = {}
    for term in found:
        first.setdefault(letters(term.title)[0].upper(), term.anchor)
    return list(first.items())
