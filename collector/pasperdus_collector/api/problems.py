"""Errors as RFC 9457 problem details: what, where, what to do; never a stack trace."""

from collections.abc import Callable
from http import HTTPStatus

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from pasperdus_collector.api.invalid import told
from pasperdus_collector.errors import LedgerError, NotFoundError, PreconditionError, QueryError
from pasperdus_collector.series.influx import InfluxError

log = structlog.get_logger()


ErrorPage = Callable[[Request, HTTPStatus], Response | None]
"""Returns a page for people in place of a problem; None where a program asked."""


def problem(request: Request, status: HTTPStatus, detail: str) -> Response:
    """Return one problem, or the page that tells people of it."""
    error_page: ErrorPage | None = getattr(request.app.state, "error_page", None)
    page = None if error_page is None else error_page(request, status)
    if page is not None:
        return page
    return JSONResponse(
        {
            "type": "about:blank",
            "title": status.phrase,
            "status": status.value,
            "detail": detail,
            "instance": request.url.path,
        },
        status_code=status.value,
        media_type="application/problem+json",
    )


def install(app: FastAPI, error_page: ErrorPage | None = None) -> None:
    """Answer every error of ``app`` as a problem, or as ``error_page`` where it has one."""
    app.state.error_page = error_page

    @app.exception_handler(NotFoundError)
    def not_found(request: Request, error: NotFoundError) -> Response:
        return problem(request, HTTPStatus.NOT_FOUND, str(error))

    @app.exception_handler(QueryError)
    def bad_query(request: Request, error: QueryError) -> Response:
        return problem(request, HTTPStatus.BAD_REQUEST, str(error))

    @app.exception_handler(PreconditionError)
    def changed_meanwhile(request: Request, error: PreconditionError) -> Response:
        is_creation = request.method == "POST" and "if-match" not in request.headers
        status = HTTPStatus.CONFLICT if is_creation else HTTPStatus.PRECONDITION_FAILED
        return problem(request, status, str(error))

    @app.exception_handler(LedgerError)
    def cannot_write(request: Request, error: LedgerError) -> Response:
        return problem(request, HTTPStatus.SERVICE_UNAVAILABLE, str(error))

    @app.exception_handler(InfluxError)
    def no_shared_series(request: Request, error: InfluxError) -> Response:
        return problem(request, HTTPStatus.SERVICE_UNAVAILABLE, str(error))

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> Response:
        return problem(request, HTTPStatus.BAD_REQUEST, told(error.errors()))

    @app.exception_handler(HTTPException)
    def refused(request: Request, error: HTTPException) -> Response:
        status = HTTPStatus(error.status_code)
        answer = problem(request, status, str(error.detail))
        answer.headers.update(error.headers or {})
        return answer

    @app.exception_handler(Exception)
    def unforeseen(request: Request, error: Exception) -> Response:
        log.error("a request failed", path=request.url.path, exc_info=error)
        return problem(
            request,
            HTTPStatus.INTERNAL_SERVER_ERROR,
            "the collector failed to answer; its log says why. What nodes send is kept all the "
            "same",
        )
