"""Routes of recipes: a prototype as another site can try it, and a new prototype made from one."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from pasperdus_collector.api.prototype_routes import Asked, prototype_answer
from pasperdus_collector.api.recipe_shapes import Trial
from pasperdus_collector.api.registering import Registering


def routes(
    registering: Registering, recipe_told: Callable[[str, str], dict[str, Any]]
) -> APIRouter:
    """Return ``/api/v1/prototypes/{prototype}/recipe`` and ``/api/v1/recipes``.

    ``recipe_told`` answers for a site and a prototype.
    """
    router = APIRouter(prefix="/api/v1")

    @router.get("/prototypes/{prototype}/recipe")
    def one_recipe(prototype: str, asked: Asked) -> dict[str, Any]:
        return recipe_told(asked.site, prototype)

    @router.post("/recipes")
    def try_recipe(asked: Asked, body: Trial) -> JSONResponse:
        return prototype_answer(registering.try_recipe(asked.site, body), status=HTTPStatus.CREATED)

    return router
