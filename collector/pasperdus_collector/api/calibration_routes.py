"""Routes of calibrations: a person's count beside the sensor's, which corrects what it counts.

A change of them alters every corrected count since, so the site's days are built anew with it.
"""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Response
from fastapi import Path as InPath
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, StrictInt, StrictStr

from pasperdus_collector.api.calibrations import Calibrations, factor
from pasperdus_collector.api.shapes import instant, parse_instant
from pasperdus_collector.buckets.calibrations import Entry, Kept
from pasperdus_collector.calendar.grid import LAST_MS
from pasperdus_collector.errors import QueryError, fault
from pasperdus_contract.fields import MAX_SEQ, Name

MAX_COUNT = 1_000_000  # people, by hand, in one session
_PRECISION = 4

Counted = Annotated[StrictInt, Field(ge=0, le=MAX_COUNT)]


class NewCalibration(BaseModel):
    """``POST``: what the sensor and a person counted over the same time."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    node: Name
    line: Name
    start: StrictStr = Field(alias="from")
    by_sensor_in: Counted
    by_hand_in: Counted
    by_sensor_out: Counted
    by_hand_out: Counted

    def as_entry(self) -> Entry:
        """Return it as the ledger takes it. Raises :class:`QueryError` for an unreadable time."""
        return Entry(
            node=self.node,
            line=self.line,
            from_ms=_believable("from", self.start),
            by_sensor_in=self.by_sensor_in,
            by_hand_in=self.by_hand_in,
            by_sensor_out=self.by_sensor_out,
            by_hand_out=self.by_hand_out,
        )


def routes(calibrations: Calibrations) -> APIRouter:
    """Return the routes under ``/api/v1/sites/{site}/calibrations``."""
    router = APIRouter(prefix="/api/v1/sites/{site}/calibrations")

    @router.get("")
    def every_calibration(site: str) -> list[dict[str, Any]]:
        return [calibration_json(kept) for kept in calibrations.all(site)]

    @router.post("")
    def new_calibration(site: str, body: NewCalibration) -> JSONResponse:
        kept = calibrations.add(site, body.as_entry())
        return JSONResponse(
            calibration_json(kept),
            status_code=HTTPStatus.CREATED,
            headers={"Location": f"/api/v1/sites/{site}/calibrations/{kept.id}"},
        )

    @router.delete("/{calibration}", status_code=HTTPStatus.NO_CONTENT)
    def take_back(site: str, calibration: Annotated[int, InPath(ge=1, le=MAX_SEQ)]) -> Response:
        calibrations.remove(site, calibration)
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
        "by_sensor_in": entry.by_sensor_in,
        "by_hand_in": entry.by_hand_in,
        "by_sensor_out": entry.by_sensor_out,
        "by_hand_out": entry.by_hand_out,
        "factor_in": _factor(entry.by_sensor_in, entry.by_hand_in),
        "factor_out": _factor(entry.by_sensor_out, entry.by_hand_out),
    }


def _factor(by_sensor: int, by_hand: int) -> dict[str, float]:
    found = factor(by_sensor=by_sensor, by_hand=by_hand)
    return {"value": round(found.value, _PRECISION), "error": round(found.error, _PRECISION)}


def _believable(name: str, text: str) -> int:
    at_ms = parse_instant(name, text)
    if not 0 <= at_ms < LAST_MS:
        raise QueryError(
            f"{name}: {text!r} is not in the years 1970 to 2999",
            fault(name, "year-out-of-range", first=1970, last=2999),
        )
    return at_ms
