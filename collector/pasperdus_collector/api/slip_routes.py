"""Routes of phone slips: written, listed without what they say, withdrawn.

There are no accounts yet, so nobody is shown a text again, not even its author: it goes to the
terminal it was written for.
"""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse, Response

from pasperdus_collector.api.register_shapes import Body
from pasperdus_collector.api.shapes import instant
from pasperdus_collector.api.slips import Slips
from pasperdus_collector.reception.slips import SlipNote


class OfNode(Body):
    """``GET slips``: of one terminal, or of all."""

    node: str | None = None


def routes(slips: Slips) -> APIRouter:
    """Return the routes under ``/api/v1/slips``."""
    router = APIRouter(prefix="/api/v1/slips")

    @router.get("")
    def waiting(asked: Annotated[OfNode, Query()]) -> list[dict[str, Any]]:
        return [_json(note) for note in slips.waiting(asked.node)]

    @router.post("")
    def new_slip(body: dict[str, Any]) -> JSONResponse:
        note = slips.add(body)
        return JSONResponse(
            _json(note),
            status_code=HTTPStatus.CREATED.value,
            headers={"Location": f"/api/v1/slips/{note.id}"},
        )

    @router.get("/{slip}")
    def one_slip(slip: str) -> dict[str, Any]:
        return _json(slips.one(slip))

    @router.delete("/{slip}")
    def withdraw(slip: str) -> Response:
        slips.withdraw(slip)
        return Response(status_code=HTTPStatus.NO_CONTENT)

    return router


def _json(note: SlipNote) -> dict[str, Any]:
    """Say where and since when a slip waits; one that does not is no longer there at all."""
    return {
        "id": note.id,
        "node": note.node,
        "written_at": instant(note.written_at),
        "state": "waiting",
    }
