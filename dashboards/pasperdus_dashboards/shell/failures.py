"""Pages for when something failed: what happened, what still works, what to do."""

from http import HTTPStatus

from fastapi import Request
from fastapi.responses import Response

from pasperdus_dashboards.shell.languages import languages
from pasperdus_dashboards.shell.navigation import navigation
from pasperdus_dashboards.shell.templating import addresses, render, same_page
from pasperdus_service.languages import DEFAULT, Language

_PROGRAMS = ("/api/", "/static/", "/metrics", "/healthz", "/readyz")


def failure_page(request: Request, status: HTTPStatus) -> Response | None:
    """Return the page of a failure; None where it was no person who asked.

    Nothing is read for it: the ledger itself may be what failed.
    """
    path = request.url.path
    if path.startswith(_PROGRAMS) or "text/html" not in request.headers.get("accept", ""):
        return None
    code = request.query_params.get("lang", DEFAULT)
    language = languages().get(code, languages()[DEFAULT])
    title, sentence = _told(status, language)
    return render(
        "shell/failure.html",
        language,
        status=status,
        title=title,
        sentence=sentence,
        sites=[],
        site=None,
        address=addresses(path, language, request.query_params.get("site")),
        navigation=navigation(language),
        here=path,
        same=same_page(request, path, site=None),
        root=path,
        done="",
        undo="",
    )


def _told(status: HTTPStatus, language: Language) -> tuple[str, str]:
    match status:
        case HTTPStatus.NOT_FOUND | HTTPStatus.METHOD_NOT_ALLOWED:
            return (
                language.gettext("This page does not exist"),
                language.gettext("Its address may be mistyped, or what it showed was removed."),
            )
        case HTTPStatus.FORBIDDEN:
            return (
                language.gettext("Refused"),
                language.gettext(
                    "A page from elsewhere tried to change something here. Nothing was changed."
                ),
            )
        case HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return (
                language.gettext("Too large"),
                language.gettext(
                    "What was sent is larger than this page takes. Nothing was changed. Go back in "
                    "your browser: what you typed is still there; shorten it."
                ),
            )
        case HTTPStatus.SERVICE_UNAVAILABLE:
            return (
                language.gettext("The record cannot be read now"),
                language.gettext(
                    "The collector's disk or file does not answer; its log says why. What the "
                    "nodes count stays in their own memory, nothing is lost. Try again in a minute."
                ),
            )
        case _ if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return (
                language.gettext("The collector failed to answer"),
                language.gettext(
                    "Its log says why. What the nodes send is kept all the same. Try again; if it "
                    "happens again, tell whoever looks after this machine."
                ),
            )
        case _:
            return (
                language.gettext("This cannot be shown as asked"),
                language.gettext(
                    "Something in the address of this page is wrong. Start again from its menu."
                ),
            )
