"""Routes of periods: from when to when something was tried, or is compared with."""

import sqlite3
from http import HTTPStatus
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from pasperdus_collector.api.preconditions import required_version
from pasperdus_collector.api.prototype_routes import Asked, IfMatch
from pasperdus_collector.api.queries import Queries
from pasperdus_collector.api.register_shapes import NewPeriod, PeriodChange, record_json
from pasperdus_collector.errors import QueryError
from pasperdus_collector.ledger import Ledger, reading
from pasperdus_collector.register import plan, store
from pasperdus_collector.writer import Writer


def routes(queries: Queries, ledger_path: Path, writer: Writer) -> APIRouter:
    """Return the routes under ``/api/v1/periods``."""
    router = APIRouter(prefix="/api/v1/periods")

    def answer(site: str, name: str, status: HTTPStatus = HTTPStatus.OK) -> JSONResponse:
        with reading(ledger_path) as db:
            found = store.read_period(db, site, name)
        headers = {"ETag": f'"{found.version}"'}
        if status == HTTPStatus.CREATED:
            headers["Location"] = f"/api/v1/periods/{name}?site={site}"
        return JSONResponse(record_json(found), status_code=status.value, headers=headers)

    @router.get("")
    def periods(asked: Asked) -> list[dict[str, Any]]:
        with reading(ledger_path) as db:
            return [record_json(each) for each in store.read_periods(db, asked.site)]

    @router.post("")
    def new_period(asked: Asked, body: NewPeriod) -> JSONResponse:
        if body.kind == "prototype" and body.prototype is None:
            raise QueryError(
                "prototype: is missing, and a period of kind prototype is of one; name it, or "
                "write kind baseline"
            )
        signed = body.signed(queries.now_ms())

        def run(ledger: Ledger) -> None:
            step = _latest_step(ledger.db, asked.site, body) if body.step is None else body.step
            plan.register_period(ledger.db, body.as_period(asked.site, step=step), signed)

        writer.submit(run)
        return answer(asked.site, body.period, HTTPStatus.CREATED)

    @router.get("/{period}")
    def one_period(period: str, asked: Asked) -> JSONResponse:
        return answer(asked.site, period)

    @router.patch("/{period}")
    def change_period(
        period: str, asked: Asked, body: PeriodChange, if_match: IfMatch = None
    ) -> JSONResponse:
        version, changes = required_version(if_match), body.changes()
        signed = body.signed(queries.now_ms())
        writer.submit(
            lambda ledger: plan.change_period(
                ledger.db, asked.site, period, changes, version=version, signed=signed
            )
        )
        return answer(asked.site, period)

    return router


def _latest_step(db: sqlite3.Connection, site: str, body: NewPeriod) -> int:
    """Return the step that a prototype is at: a period without one is of the same thing again."""
    return max(
        (
            each.step
            for each in store.read_periods(db, site)
            if each.prototype == body.prototype and each.kind == body.kind == "prototype"
        ),
        default=1,
    )
