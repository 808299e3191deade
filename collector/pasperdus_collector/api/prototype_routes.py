"""Routes of prototypes: registered, read, changed, and the log of it all.

Whoever changes one names the version that they read (``If-Match``): two editors never overwrite one
another. Every change is logged.
"""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from fastapi.responses import JSONResponse

from pasperdus_collector.api.calibration_routes import calibration_json
from pasperdus_collector.api.preconditions import required_version
from pasperdus_collector.api.register_shapes import (
    NewPrototype,
    OfSite,
    PrototypeChange,
    entry_json,
    record_json,
)
from pasperdus_collector.api.registering import Registered, Registering
from pasperdus_collector.buckets.calibrations import Kept

IfMatch = Annotated[str | None, Header()]
Asked = Annotated[OfSite, Query()]


def routes(registering: Registering) -> APIRouter:
    """Return the routes under ``/api/v1/prototypes``."""
    router = APIRouter(prefix="/api/v1/prototypes")

    @router.get("")
    def prototypes(asked: Asked) -> list[dict[str, Any]]:
        return [record_json(each) for each in registering.prototypes(asked.site)]

    @router.post("")
    def new_prototype(asked: Asked, body: NewPrototype) -> JSONResponse:
        return prototype_answer(registering.register(asked.site, body), status=HTTPStatus.CREATED)

    @router.get("/{prototype}")
    def one_prototype(prototype: str, asked: Asked) -> JSONResponse:
        return prototype_answer(registering.one(asked.site, prototype))

    @router.patch("/{prototype}")
    def change_prototype(
        prototype: str, asked: Asked, body: PrototypeChange, if_match: IfMatch = None
    ) -> JSONResponse:
        version = required_version(if_match)
        return prototype_answer(registering.change(asked.site, prototype, body, version=version))

    @router.get("/{prototype}/log")
    def log(prototype: str, asked: Asked) -> list[dict[str, Any]]:
        return [entry_json(each) for each in registering.log(asked.site, prototype)]

    return router


def prototype_answer(registered: Registered, *, status: HTTPStatus = HTTPStatus.OK) -> JSONResponse:
    """Return a prototype, with the calibrations of its site and the ETag of its version."""
    found = registered.prototype
    headers = {"ETag": f'"{found.version}"'}
    if status == HTTPStatus.CREATED:
        headers["Location"] = f"/api/v1/prototypes/{found.prototype}?site={found.site}"
    return JSONResponse(_whole_json(registered), status_code=status.value, headers=headers)


def _whole_json(registered: Registered) -> dict[str, Any]:
    return {
        **record_json(registered.prototype),
        "calibrations": [
            {
                "node": each.node,
                "line": each.line,
                "at_start": _maybe_json(each.at_start),
                "now": _maybe_json(each.now),
                "has_changed": each.has_changed,
            }
            for each in registered.calibrations
        ],
    }


def _maybe_json(kept: Kept | None) -> dict[str, Any] | None:
    return None if kept is None else calibration_json(kept)
