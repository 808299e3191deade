"""Routes of prototypes: registered, read, changed, and the log of it all.

Whoever changes one names the version that they read (``If-Match``): two editors never overwrite one
another. Every change is logged.
"""

from http import HTTPStatus
from pathlib import Path
from sqlite3 import Connection
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from fastapi.responses import JSONResponse

from pasperdus_collector.api.calibration_routes import calibration_json
from pasperdus_collector.api.preconditions import required_version
from pasperdus_collector.api.queries import Queries
from pasperdus_collector.api.register_shapes import (
    NewPrototype,
    OfSite,
    PrototypeChange,
    entry_json,
    record_json,
)
from pasperdus_collector.buckets.calibrations import Kept
from pasperdus_collector.ledger import Ledger, reading
from pasperdus_collector.register import plan, store
from pasperdus_collector.register.calibrated import LineCalibrations, read_line_calibrations
from pasperdus_collector.register.records import Prototype
from pasperdus_collector.writer import Writer

IfMatch = Annotated[str | None, Header()]
Asked = Annotated[OfSite, Query()]


def routes(queries: Queries, ledger_path: Path, writer: Writer) -> APIRouter:
    """Return the routes under ``/api/v1/prototypes``."""
    router = APIRouter(prefix="/api/v1/prototypes")

    def answer(site: str, name: str, status: HTTPStatus = HTTPStatus.OK) -> JSONResponse:
        with reading(ledger_path) as db:
            return prototype_answer(db, site, name, now_ms=queries.now_ms(), status=status)

    @router.get("")
    def prototypes(asked: Asked) -> list[dict[str, Any]]:
        with reading(ledger_path) as db:
            found = store.read_prototypes(db, asked.site, now_ms=queries.now_ms())
            return [record_json(each) for each in found]

    @router.post("")
    def new_prototype(asked: Asked, body: NewPrototype) -> JSONResponse:
        now_ms = queries.now_ms()
        wanted = body.as_prototype(asked.site, now_ms)
        signed = body.signed(now_ms)
        writer.submit(lambda ledger: plan.register_prototype(ledger.db, wanted, signed))
        return answer(asked.site, body.prototype, HTTPStatus.CREATED)

    @router.get("/{prototype}")
    def one_prototype(prototype: str, asked: Asked) -> JSONResponse:
        return answer(asked.site, prototype)

    @router.patch("/{prototype}")
    def change_prototype(
        prototype: str, asked: Asked, body: PrototypeChange, if_match: IfMatch = None
    ) -> JSONResponse:
        version, signed = required_version(if_match), body.signed(queries.now_ms())

        def run(ledger: Ledger) -> None:
            before = store.read_prototype(ledger.db, asked.site, prototype)
            plan.change_prototype(
                ledger.db,
                asked.site,
                prototype,
                body.changes(before, signed.at_ms),
                version=version,
                signed=signed,
            )

        writer.submit(run)
        return answer(asked.site, prototype)

    @router.get("/{prototype}/log")
    def log(prototype: str, asked: Asked) -> list[dict[str, Any]]:
        with reading(ledger_path) as db:
            store.read_prototype(db, asked.site, prototype)  # an unknown name is told as such
            return [entry_json(each) for each in store.read_log(db, asked.site, prototype)]

    return router


def prototype_answer(
    db: Connection, site: str, name: str, *, now_ms: int, status: HTTPStatus = HTTPStatus.OK
) -> JSONResponse:
    """Return a prototype, with the calibrations of its site and the ETag of its version."""
    found = store.read_prototype(db, site, name, now_ms=now_ms)
    calibrations = read_line_calibrations(
        db, site, started_at_ms=found.started_at_ms, now_ms=now_ms
    )
    return JSONResponse(
        _whole_json(found, calibrations),
        status_code=status.value,
        headers={"ETag": f'"{found.version}"'}
        | (
            {"Location": f"/api/v1/prototypes/{name}?site={site}"}
            if status == HTTPStatus.CREATED
            else {}
        ),
    )


def _whole_json(prototype: Prototype, calibrations: list[LineCalibrations]) -> dict[str, Any]:
    return {
        **record_json(prototype),
        "calibrations": [
            {
                "node": each.node,
                "line": each.line,
                "at_start": _maybe_json(each.at_start),
                "now": _maybe_json(each.now),
                "has_changed": each.has_changed,
            }
            for each in calibrations
        ],
    }


def _maybe_json(kept: Kept | None) -> dict[str, Any] | None:
    return None if kept is None else calibration_json(kept)
