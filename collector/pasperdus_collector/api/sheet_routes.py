"""Routes of anomaly and improvement sheets: opened, read, changed, closed, opened again.

Whoever changes one names the version that they read (``If-Match``): two people never overwrite one
another.
"""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query
from fastapi.responses import JSONResponse, Response

from pasperdus_collector.api.preconditions import required_version
from pasperdus_collector.api.register_shapes import OfSite
from pasperdus_collector.api.sheets import Sheets, sheet_json
from pasperdus_collector.sheets.records import Sheet, SheetState

Asked = Annotated[OfSite, Query()]
IfMatch = Annotated[str | None, Header()]
Number = Annotated[int, Path(ge=1, le=10**9)]


class OfState(OfSite):
    """``GET sheets``: of which site, and in which state."""

    state: SheetState | None = None


def routes(sheets: Sheets) -> APIRouter:
    """Return the routes under ``/api/v1/sheets``."""
    router = APIRouter(prefix="/api/v1/sheets")

    def answer(sheet: Sheet, status: HTTPStatus = HTTPStatus.OK) -> JSONResponse:
        headers = {"ETag": f'"{sheet.version}"'}
        if status == HTTPStatus.CREATED:
            headers["Location"] = f"/api/v1/sheets/{sheet.number}?site={sheet.site}"
        told = sheet_json(sheet, sheets.today(sheet.site))
        return JSONResponse(told, status_code=status.value, headers=headers)

    @router.get("")
    def every_sheet(asked: Annotated[OfState, Query()]) -> list[dict[str, Any]]:
        today = sheets.today(asked.site)
        return [sheet_json(each, today) for each in sheets.all(asked.site, state=asked.state)]

    @router.post("")
    def new_sheet(asked: Asked, body: dict[str, Any]) -> JSONResponse:
        return answer(sheets.add(asked.site, body), HTTPStatus.CREATED)

    @router.get("/{number}")
    def one_sheet(number: Number, asked: Asked) -> JSONResponse:
        return answer(sheets.one(asked.site, number))

    @router.patch("/{number}")
    def change_sheet(
        number: Number, asked: Asked, body: dict[str, Any], if_match: IfMatch = None
    ) -> JSONResponse:
        version = required_version(if_match)
        return answer(sheets.change(asked.site, number, body, version=version))

    @router.delete("/{number}")
    def remove_sheet(number: Number, asked: Asked, if_match: IfMatch = None) -> Response:
        sheets.remove(asked.site, number, version=required_version(if_match))
        return Response(status_code=HTTPStatus.NO_CONTENT)

    return router
