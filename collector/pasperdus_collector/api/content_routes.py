"""Routes of what people write for the screens.

Whoever changes or removes something names the version that they read (``If-Match``): two editors
never overwrite one another.
"""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from fastapi.responses import JSONResponse, Response

from pasperdus_collector.api.contents import Contents, content_json
from pasperdus_collector.api.preconditions import required_version
from pasperdus_collector.api.register_shapes import OfSite
from pasperdus_collector.reception.content import Kind, SiteDay
from pasperdus_collector.reception.content_store import Stored

Asked = Annotated[OfSite, Query()]
IfMatch = Annotated[str | None, Header()]


class OfKind(OfSite):
    """``GET content/{kind}``: of which site, and valid on which day."""

    on: SiteDay | None = None


class OfAnyKind(OfKind):
    """``GET content``: of one kind, or of all."""

    kind: Kind | None = None


def routes(contents: Contents) -> APIRouter:
    """Return the routes under ``/api/v1/content``."""
    router = APIRouter(prefix="/api/v1/content")

    @router.get("")
    def every_content(asked: Annotated[OfAnyKind, Query()]) -> list[dict[str, Any]]:
        found = contents.all(asked.site, kind=asked.kind, on=asked.on)
        return [content_json(asked.site, each) for each in found]

    @router.get("/{kind}")
    def contents_of_kind(kind: Kind, asked: Annotated[OfKind, Query()]) -> list[dict[str, Any]]:
        found = contents.all(asked.site, kind=kind, on=asked.on)
        return [content_json(asked.site, each) for each in found]

    @router.post("/{kind}")
    def new_content(kind: Kind, asked: Asked, body: dict[str, Any]) -> JSONResponse:
        added = contents.add(asked.site, kind, body)
        return _answer(asked.site, added, HTTPStatus.CREATED)

    @router.get("/{kind}/{name}")
    def one_content(kind: Kind, name: str, asked: Asked) -> JSONResponse:
        return _answer(asked.site, contents.one(asked.site, kind, name))

    @router.patch("/{kind}/{name}")
    def change_content(
        kind: Kind, name: str, asked: Asked, body: dict[str, Any], if_match: IfMatch = None
    ) -> JSONResponse:
        version = required_version(if_match)
        return _answer(asked.site, contents.change(asked.site, kind, name, body, version=version))

    @router.delete("/{kind}/{name}")
    def remove_content(kind: Kind, name: str, asked: Asked, if_match: IfMatch = None) -> Response:
        contents.remove(asked.site, kind, name, version=required_version(if_match))
        return Response(status_code=HTTPStatus.NO_CONTENT)

    return router


def _answer(site: str, stored: Stored, status: HTTPStatus = HTTPStatus.OK) -> JSONResponse:
    headers = {"ETag": f'"{stored.version}"'}
    if status == HTTPStatus.CREATED:
        content = stored.content
        headers["Location"] = f"/api/v1/content/{content.kind}/{content.name}?site={site}"
    return JSONResponse(content_json(site, stored), status_code=status.value, headers=headers)
