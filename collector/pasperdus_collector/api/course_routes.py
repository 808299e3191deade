"""Routes of the course of a trial: weeks drawn, adaptations, roll-back, end, decision."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from pasperdus_collector.api.course_shapes import (
    AdaptationBody,
    DecisionBody,
    EndBody,
    RollbackBody,
    ScheduleBody,
)
from pasperdus_collector.api.preconditions import required_version
from pasperdus_collector.api.prototype_routes import Asked, IfMatch, prototype_answer
from pasperdus_collector.api.registering import Registering


def routes(registering: Registering) -> APIRouter:
    """Return the routes under ``/api/v1/prototypes/{prototype}`` that move a trial on."""
    router = APIRouter(prefix="/api/v1/prototypes/{prototype}")

    @router.post("/schedule")
    def draw(
        prototype: str, asked: Asked, body: ScheduleBody, if_match: IfMatch = None
    ) -> JSONResponse:
        version = required_version(if_match)
        return prototype_answer(registering.draw(asked.site, prototype, body, version=version))

    @router.post("/adaptations")
    def adapt(
        prototype: str, asked: Asked, body: AdaptationBody, if_match: IfMatch = None
    ) -> JSONResponse:
        version = required_version(if_match)
        return prototype_answer(registering.adapt(asked.site, prototype, body, version=version))

    @router.post("/end")
    def end(prototype: str, asked: Asked, body: EndBody, if_match: IfMatch = None) -> JSONResponse:
        version = required_version(if_match)
        return prototype_answer(registering.end(asked.site, prototype, body, version=version))

    @router.post("/rollback")
    def roll_back(
        prototype: str, asked: Asked, body: RollbackBody, if_match: IfMatch = None
    ) -> JSONResponse:
        version = required_version(if_match)
        return prototype_answer(registering.roll_back(asked.site, prototype, body, version=version))

    @router.post("/decision")
    def decide(
        prototype: str, asked: Asked, body: DecisionBody, if_match: IfMatch = None
    ) -> JSONResponse:
        version = required_version(if_match)
        return prototype_answer(registering.decide(asked.site, prototype, body, version=version))

    return router
