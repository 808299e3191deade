"""What every request passes first: who may ask, how much, and what browsers are told.

The pages have no accounts in this release and are served to this machine only. What is left to
keep out is a page elsewhere, open in a browser here, that asks in its visitor's name.
"""

import re
from http import HTTPStatus

from fastapi import FastAPI
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pasperdus_collector.api.problems import problem
from pasperdus_collector.past_counts.parse import MAX_BYTES as MAX_IMPORT_BYTES

MAX_BODY_BYTES = 65_536
_IMPORTS = re.compile(r"/api/v1/sites/[^/]+/imports")
_IMPORT_FORM = "/donnees/import"
_AROUND_BYTES = 16_384  # of a form around the file in it
_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_TOLD = {
    "Content-Security-Policy": (
        "default-src 'self'; object-src 'none'; frame-ancestors 'none'; base-uri 'none'; "
        "form-action 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


def install(web: FastAPI, hosts: list[str]) -> None:
    """Guard ``web``; it answers to ``hosts`` only."""
    web.add_middleware(_BodyLimits)
    web.add_middleware(_OwnPages)
    # A page elsewhere must not reach us under a name that it made resolve to this machine.
    web.add_middleware(TrustedHostMiddleware, allowed_hosts=hosts, www_redirect=False)


class _BodyLimits:
    """Lets no body through that is too large; files of past counts may be larger than forms."""

    def __init__(self, app: ASGIApp) -> None:
        self._usual = RequestBodyLimitMiddleware(app, max_body_size=MAX_BODY_BYTES)
        self._file = RequestBodyLimitMiddleware(app, max_body_size=MAX_IMPORT_BYTES)
        self._form = RequestBodyLimitMiddleware(app, max_body_size=MAX_IMPORT_BYTES + _AROUND_BYTES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        limited = self._usual
        if scope["type"] == "http" and scope["method"] == "POST":
            if _IMPORTS.fullmatch(scope["path"]):
                limited = self._file
            elif scope["path"] == _IMPORT_FORM:
                limited = self._form
        await limited(scope, receive, _told_as_others(scope, receive, send))


def _told_as_others(scope: Scope, receive: Receive, send: Send) -> Send:
    """Return what sends the limit's own refusal as every other one: a problem, or a page."""
    is_over = False

    async def tell(message: Message) -> None:
        nonlocal is_over
        if is_over:
            return
        if (
            message["type"] == "http.response.start"
            and message["status"] == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
            and Headers(raw=message["headers"]).get("content-type", "").startswith("text/plain")
        ):
            is_over = True
            refusal = problem(
                Request(scope),
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                "the body is larger than this address takes; send less at a time",
            )
            await refusal(scope, receive, send)
            return
        await send(message)

    return tell


class _OwnPages:
    """Refuses changes asked by pages that are not ours; tells browsers what ours may do."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        is_strange = headers.get("sec-fetch-site") in ("cross-site", "same-site")
        if scope["method"] not in _READING and (origin is not None or is_strange):
            own = f"{scope['scheme']}://{headers.get('host', '')}"
            if origin != own:
                refusal = problem(
                    Request(scope),
                    HTTPStatus.FORBIDDEN,
                    f"a page of {origin or 'another site'} may not change anything here; use "
                    f"a page of {own}",
                )
                await refusal(scope, receive, send)
                return

        async def tell(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer = MutableHeaders(scope=message)
                for name, value in _TOLD.items():
                    answer.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, tell)
