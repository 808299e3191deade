"""Routes of the course of a trial: weeks drawn, adaptations, roll-back, end, decision."""

import secrets
from collections.abc import Callable
from datetime import date
from pathlib import Path
from sqlite3 import Connection
from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import Field, StrictBool, StrictStr

from pasperdus_collector.api.preconditions import required_version
from pasperdus_collector.api.prototype_routes import Asked, IfMatch, prototype_answer
from pasperdus_collector.api.queries import Queries
from pasperdus_collector.api.register_shapes import NewBody, SignedBody, Text, Title
from pasperdus_collector.api.shapes import parse_instant
from pasperdus_collector.ledger import reading
from pasperdus_collector.register import course, weeks
from pasperdus_collector.register.course import Believed
from pasperdus_collector.register.records import Verdict
from pasperdus_collector.register.schedule import LAST_SEED
from pasperdus_collector.writer import Writer

_SEEDS = 10**9  # drawn by us: short enough to be read aloud


class AdaptationBody(SignedBody):
    """``POST …/adaptations``: from when on something else is tried."""

    at: StrictStr
    title: Title | None = None
    changed: Text


class EndBody(SignedBody):
    """``POST …/end``."""

    at: StrictStr


class RollbackBody(SignedBody):
    """``POST …/rollback``: unless told otherwise the baseline returns, but for drawn weeks."""

    at: StrictStr
    title: Title | None = None
    returns_to_baseline: StrictBool | None = None


class DecisionBody(NewBody):
    """``POST …/decision``; a reason is wanted where it departs from the advice."""

    decided: Verdict


class ScheduleBody(SignedBody):
    """``POST …/schedule``: weeks to draw; without ``seed`` the system draws one."""

    first_week: date
    pairs: Annotated[int, Field(strict=True)]
    seed: Annotated[int, Field(strict=True, ge=0, le=LAST_SEED)] | None = None


def routes(queries: Queries, ledger_path: Path, writer: Writer) -> APIRouter:
    """Return the routes under ``/api/v1/prototypes/{prototype}`` that move a trial on."""
    router = APIRouter(prefix="/api/v1/prototypes")

    def change(
        site: str,
        name: str,
        if_match: str | None,
        run: Callable[[Connection, Believed], None],
    ) -> JSONResponse:
        believed = Believed(site=site, prototype=name, version=required_version(if_match))
        writer.submit(lambda ledger: run(ledger.db, believed))
        with reading(ledger_path) as db:
            return prototype_answer(db, site, name, now_ms=queries.now_ms())

    @router.post("/{prototype}/schedule")
    def draw(
        prototype: str, asked: Asked, body: ScheduleBody, if_match: IfMatch = None
    ) -> JSONResponse:
        seed = secrets.randbelow(_SEEDS) if body.seed is None else body.seed
        return change(
            asked.site,
            prototype,
            if_match,
            lambda db, believed: weeks.draw_schedule(
                db,
                believed,
                first_week=body.first_week,
                pairs=body.pairs,
                seed=seed,
                signed=body.signed(queries.now_ms()),
            ),
        )

    @router.post("/{prototype}/adaptations")
    def adapt(
        prototype: str, asked: Asked, body: AdaptationBody, if_match: IfMatch = None
    ) -> JSONResponse:
        at_ms = parse_instant("at", body.at)
        return change(
            asked.site,
            prototype,
            if_match,
            lambda db, believed: course.adapt(
                db,
                believed,
                at_ms=at_ms,
                title=body.title,
                changed=body.changed,
                signed=body.signed(queries.now_ms()),
            ),
        )

    @router.post("/{prototype}/end")
    def end(prototype: str, asked: Asked, body: EndBody, if_match: IfMatch = None) -> JSONResponse:
        at_ms = parse_instant("at", body.at)
        return change(
            asked.site,
            prototype,
            if_match,
            lambda db, believed: course.end(
                db, believed, at_ms=at_ms, signed=body.signed(queries.now_ms())
            ),
        )

    @router.post("/{prototype}/rollback")
    def roll_back(
        prototype: str, asked: Asked, body: RollbackBody, if_match: IfMatch = None
    ) -> JSONResponse:
        at_ms = parse_instant("at", body.at)
        return change(
            asked.site,
            prototype,
            if_match,
            lambda db, believed: course.roll_back(
                db,
                believed,
                at_ms=at_ms,
                returns_to_baseline=body.returns_to_baseline,
                title=body.title,
                signed=body.signed(queries.now_ms()),
            ),
        )

    @router.post("/{prototype}/decision")
    def decide(
        prototype: str, asked: Asked, body: DecisionBody, if_match: IfMatch = None
    ) -> JSONResponse:
        return change(
            asked.site,
            prototype,
            if_match,
            lambda db, believed: course.decide(
                db,
                believed,
                decided=body.decided,
                why=body.why,
                signed=body.signed(queries.now_ms()),
            ),
        )

    return router
