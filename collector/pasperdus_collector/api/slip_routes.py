"""Routes of phone slips: written, listed without what they say, withdrawn.

There are no accounts yet, so nobody is shown a text again, not even its author: it goes to the
terminal it was written for.
"""

from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, StringConstraints

from pasperdus_collector.api.queries import Queries
from pasperdus_collector.api.register_shapes import Body
from pasperdus_collector.api.shapes import instant
from pasperdus_collector.api.written import read
from pasperdus_collector.ledger import reading
from pasperdus_collector.reception import slips
from pasperdus_collector.reception.slips import NewSlip, SlipNote
from pasperdus_collector.writer import Writer
from pasperdus_contract.board import CHARACTERS, Phone
from pasperdus_contract.fields import Name
from pasperdus_contract.slips import MAX_CALLER, MAX_SLIP_TEXT


def _line(most: int) -> StringConstraints:
    return StringConstraints(
        strip_whitespace=True, min_length=1, max_length=most, pattern=rf"^[{CHARACTERS}]+$"
    )


class SlipBody(BaseModel):
    """``POST slips``: for which terminal, who called, and what they want."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    node: Name
    caller: Annotated[str, _line(MAX_CALLER)] | None = None
    phone: Phone | None = None
    text: Annotated[str, _line(MAX_SLIP_TEXT)]


class OfNode(Body):
    """``GET slips``: of one terminal, or of all."""

    node: str | None = None


def routes(queries: Queries, ledger_path: Path, writer: Writer) -> APIRouter:
    """Return the routes under ``/api/v1/slips``."""
    router = APIRouter(prefix="/api/v1/slips")

    @router.get("")
    def waiting(asked: Annotated[OfNode, Query()]) -> list[dict[str, Any]]:
        with reading(ledger_path) as db:
            return [_json(note) for note in slips.notes(db, asked.node)]

    @router.post("")
    def new_slip(body: dict[str, Any]) -> JSONResponse:
        sent = read(SlipBody, body)
        slip = NewSlip(node=sent.node, caller=sent.caller, phone=sent.phone, text=sent.text)
        now_ms = queries.now_ms()
        note = writer.submit(lambda ledger: slips.add(ledger.db, slip, now_ms=now_ms))
        return JSONResponse(
            _json(note),
            status_code=HTTPStatus.CREATED.value,
            headers={"Location": f"/api/v1/slips/{note.id}"},
        )

    @router.get("/{slip}")
    def one_slip(slip: str) -> dict[str, Any]:
        with reading(ledger_path) as db:
            return _json(slips.note_of(db, slip))

    @router.delete("/{slip}")
    def withdraw(slip: str) -> Response:
        writer.submit(lambda ledger: slips.withdraw(ledger.db, slip))
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
