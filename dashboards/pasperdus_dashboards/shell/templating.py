"""Templates, one environment a language, and the addresses that keep language and site."""

from collections.abc import Callable
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import jinja2
from fastapi import Request
from fastapi.responses import HTMLResponse

from pasperdus_dashboards.shell.languages import languages
from pasperdus_dashboards.shell.statics import asset_address
from pasperdus_service.languages import DEFAULT, Language

TEMPLATES = Path(__file__).parent.parent / "templates"


def render(
    name: str, language: Language, *, status: HTTPStatus = HTTPStatus.OK, **context: Any
) -> HTMLResponse:
    """Return one page or part of one; it is never kept by a cache."""
    template = _environment(language.code).get_template(name)
    html = template.render(language=language, languages=languages().values(), **context)
    return HTMLResponse(html, status_code=status, headers={"Cache-Control": "no-store"})


def addresses(page: str, language: Language, site: str | None) -> Callable[..., str]:
    """Return what writes addresses, by default of this page; the default language is not said."""

    def address(path: str = page, **changed: str) -> str:
        query = {"site": site, "lang": language.code} | changed
        kept = {
            name: value
            for name, value in query.items()
            if value is not None and (name, value) != ("lang", DEFAULT)
        }
        return f"{path}?{urlencode(kept)}" if kept else path

    return address


def same_page(request: Request, page: str, *, site: str | None) -> Callable[[str], str]:
    """Return what writes the address of this very page in another language.

    An answer to a form has no address that could be asked again: ``page`` stands for it.
    """
    said = {"lang", "done", "undo", "site"}
    named = [] if site is None else [("site", site)]
    kept = [(name, value) for name, value in request.query_params.multi_items() if name not in said]
    path = request.url.path
    if request.method not in ("GET", "HEAD"):
        path, kept = page, []
    kept = named + kept

    def same(code: str) -> str:
        query = [*kept, *([] if code == DEFAULT else [("lang", code)])]
        return f"{path}?{urlencode(query)}" if query else path

    return same


@cache
def _environment(code: str) -> jinja2.Environment:
    language = languages()[code]
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals["_"] = language.gettext
    environment.globals["ngettext"] = language.ngettext
    environment.globals["asset"] = asset_address
    return environment
