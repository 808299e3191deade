"""Routes of periods: from when to when something was tried, or is compared with."""

from http import HTTPStatus
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from pasperdus_collector.api.preconditions import required_version
from pasperdus_collector.api.prototype_routes import Asked, IfMatch
from pasperdus_collector.api.register_shapes import NewPeriod, PeriodChange, record_json
from pasperdus_collector.api.registering import Registering
from pasperdus_collector.register.records import Period


def routes(registering: Registering) -> APIRouter:
    """Return the routes under ``/api/v1/periods``."""
    router = APIRouter(prefix="/api/v1/periods")

    @router.get("")
    def periods(asked: Asked) -> list[dict[str, Any]]:
        return [record_json(each) for each in registering.periods(asked.site)]

    @router.post("")
    def new_period(asked: Asked, body: NewPeriod) -> JSONResponse:
        return _answer(registering.register_period(asked.site, body), HTTPStatus.CREATED)

    @router.get("/{period}")
    def one_period(period: str, asked: Asked) -> JSONResponse:
        return _answer(registering.period(asked.site, period))

    @router.patch("/{period}")
    def change_period(
        period: str, asked: Asked, body: PeriodChange, if_match: IfMatch = None
    ) -> JSONResponse:
        version = required_version(if_match)
        return _answer(registering.change_period(asked.site, period, body, version=version))

    return router


def _answer(found: Period, status: HTTPStatus = HTTPStatus.OK) -> JSONResponse:
    headers = {"ETag": f'"{found.version}"'}
    if status == HTTPStatus.CREATED:
        headers["Location"] = f"/api/v1/periods/{found.period}?site={found.site}"
    return JSONResponse(record_json(found), status_code=status.value, headers=headers)
