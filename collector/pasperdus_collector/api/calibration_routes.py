"""Routes of calibrations: a person's count beside the sensor's, which corrects what it counts.

A change of them alters every corrected count since, so the site's days are built anew with it.
"""

import sqlite3
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Response
from fastapi import Path as InPath
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, StrictInt, StrictStr

from pasperdus_collector.api.queries import Queries
from pasperdus_collector.api.shapes import instant, parse_instant
from pasperdus_collector.buckets.calibrations import (
    Entry,
    Kept,
    add_calibration,
    kept_calibrations,
    remove_calibration,
)
from pasperdus_collector.buckets.correction import correct, half_width
from pasperdus_collector.buckets.days import rebuild_site
from pasperdus_collector.errors import NotFoundError
from pasperdus_collector.ledger import Ledger, reading
from pasperdus_collector.writer import Writer
from pasperdus_contract.fields import MAX_SEQ, Name

MAX_COUNT = 1_000_000  # people, by hand, in one session
_PRECISION = 4

Counted = Annotated[StrictInt, Field(ge=0, le=MAX_COUNT)]


class NewCalibration(BaseModel):
    """``POST``: ``counted`` by the sensor and ``seen`` by a person, over the same time."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    node: Name
    line: Name
    start: StrictStr = Field(alias="from")
    counted_in: Counted
    seen_in: Counted
    counted_out: Counted
    seen_out: Counted

    def as_entry(self) -> Entry:
        """Return it as the ledger takes it. Raises :class:`QueryError` for an unreadable time."""
        return Entry(
            node=self.node,
            line=self.line,
            from_ms=parse_instant("from", self.start),
            counted_in=self.counted_in,
            seen_in=self.seen_in,
            counted_out=self.counted_out,
            seen_out=self.seen_out,
        )


def routes(queries: Queries, ledger_path: Path, writer: Writer) -> APIRouter:
    """Return the routes under ``/api/v1/sites/{site}/calibrations``."""
    router = APIRouter(prefix="/api/v1/sites/{site}/calibrations")

    @router.get("")
    def calibrations(site: str) -> list[dict[str, Any]]:
        with reading(ledger_path) as db:
            return [calibration_json(kept) for kept in kept_calibrations(db, _site_id(db, site))]

    @router.post("")
    def new_calibration(site: str, body: NewCalibration) -> JSONResponse:
        entry = body.as_entry()
        entered_at_ms = queries.now_ms()

        def enter(ledger: Ledger) -> int:
            site_id = _site_id(ledger.db, site)
            added = add_calibration(ledger.db, site_id, entry, entered_at_ms=entered_at_ms)
            rebuild_site(ledger.db, site_id)
            return added

        kept = Kept(id=writer.submit(enter), entry=entry)
        return JSONResponse(
            calibration_json(kept),
            status_code=HTTPStatus.CREATED,
            headers={"Location": f"/api/v1/sites/{site}/calibrations/{kept.id}"},
        )

    @router.delete("/{calibration}", status_code=HTTPStatus.NO_CONTENT)
    def take_back(site: str, calibration: Annotated[int, InPath(ge=1, le=MAX_SEQ)]) -> Response:
        def remove(ledger: Ledger) -> None:
            site_id = _site_id(ledger.db, site)
            remove_calibration(ledger.db, site_id, calibration)
            rebuild_site(ledger.db, site_id)

        writer.submit(remove)
        return Response(status_code=HTTPStatus.NO_CONTENT)

    return router


def calibration_json(kept: Kept) -> dict[str, Any]:
    """Return a calibration and the factors that it gives, with half of their 95 % intervals."""
    entry = kept.entry
    return {
        "id": kept.id,
        "node": entry.node,
        "line": entry.line,
        "from": instant(entry.from_ms),
        "counted_in": entry.counted_in,
        "seen_in": entry.seen_in,
        "counted_out": entry.counted_out,
        "seen_out": entry.seen_out,
        "factor_in": _factor(entry.counted_in, entry.seen_in),
        "factor_out": _factor(entry.counted_out, entry.seen_out),
    }


def _factor(counted: int, seen: int) -> dict[str, float]:
    one = correct(1, counted=counted, seen=seen)
    return {
        "value": round(one.value, _PRECISION),
        "error": round(half_width(one.factor_error, 0.0), _PRECISION),
    }


def _site_id(db: sqlite3.Connection, site: str) -> int:
    row = db.execute("SELECT id FROM sites WHERE name = ?", (site,)).fetchone()
    if row is None:
        raise NotFoundError(f"there is no site {site!r}")
    return int(row[0])
