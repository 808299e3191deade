"""Routes of recipes: a prototype as another site can try it, and a new prototype made from one."""

from collections.abc import Callable
from dataclasses import asdict
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import Field, StrictStr, ValidationError

from pasperdus_collector.api.invalid import told
from pasperdus_collector.api.prototype_routes import Asked, prototype_answer
from pasperdus_collector.api.queries import Queries
from pasperdus_collector.api.register_shapes import (
    Body,
    Delta,
    NewBody,
    Outcome,
    Scale,
    Text,
    Title,
)
from pasperdus_collector.api.shapes import parse_instant
from pasperdus_collector.errors import QueryError
from pasperdus_collector.ledger import reading
from pasperdus_collector.register import plan
from pasperdus_collector.register.recipe import SCHEMA, Recipe, Step, prototype_from
from pasperdus_collector.register.records import CircumstanceKind, Design
from pasperdus_collector.register.rules import MOST_PERIODS
from pasperdus_collector.writer import Writer
from pasperdus_contract.fields import Name

MOST_WEEKS = 520


class _StepBody(Body):
    step: Annotated[int, Field(strict=True, ge=1, le=MOST_PERIODS)]
    title: Title
    changed: Text


class _ResultBody(Body):
    fr: Text
    en: Text


class RecipeBody(Body):
    """A recipe of schema 1, as it travels."""

    schema_: Annotated[Literal[1], Field(alias="schema")]
    title: Title
    hypothesis: Text
    steps: Annotated[list[_StepBody], Field(min_length=1, max_length=MOST_PERIODS)]
    design: Design
    outcome: Outcome
    question: Name | None
    scale: Scale | None
    delta: Delta
    weeks: Annotated[int, Field(strict=True, ge=1, le=MOST_WEEKS)] | None
    watch: Annotated[list[CircumstanceKind], Field(max_length=20)]
    result: _ResultBody | None = None

    def as_recipe(self) -> Recipe:
        """Return it as the register reads it."""
        return Recipe(
            title=self.title,
            hypothesis=self.hypothesis,
            steps=tuple(
                Step(step=each.step, title=each.title, changed=each.changed) for each in self.steps
            ),
            design=self.design,
            outcome=self.outcome,
            question=self.question,
            scale=self.scale,
            delta=self.delta,
            weeks=self.weeks,
            watch=tuple(self.watch),
            result=None if self.result is None else self.result.model_dump(),
        )


class Trial(NewBody):
    """``POST recipes``: the recipe, and what only the new site can say.

    ``question`` and ``scale`` take the place of the recipe's where that site asks another one.
    """

    recipe: dict[str, Any]
    prototype: Name
    planned_start: StrictStr
    control_site: Name | None = None
    question: Name | None = None
    scale: Scale | None = None


def routes(
    queries: Queries,
    ledger_path: Path,
    writer: Writer,
    recipe_told: Callable[[str, str], dict[str, Any]],
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
        recipe = parse_recipe(body.recipe)
        now_ms = queries.now_ms()
        wanted = prototype_from(
            recipe,
            site=asked.site,
            name=body.prototype,
            planned_start_ms=parse_instant("planned_start", body.planned_start),
            zone=ZoneInfo(queries.site(asked.site).time_zone),
            control_site=body.control_site,
            asked=None if body.question is None else (body.question, body.scale),
        )
        signed = body.signed(now_ms)
        writer.submit(lambda ledger: plan.register_prototype(ledger.db, wanted, signed))
        with reading(ledger_path) as db:
            return prototype_answer(
                db, asked.site, body.prototype, now_ms=now_ms, status=HTTPStatus.CREATED
            )

    return router


def recipe_json(recipe: Recipe) -> dict[str, Any]:
    """Return a recipe as it travels."""
    return {"schema": SCHEMA, **asdict(recipe)}


def parse_recipe(received: dict[str, Any]) -> Recipe:
    """Return the recipe of somebody's file.

    Raises :class:`QueryError` for another schema, for unknown keys and for what cannot be used.
    """
    schema = received.get("schema")
    if schema != SCHEMA or isinstance(schema, bool):
        newer = isinstance(schema, int) and schema > SCHEMA
        raise QueryError(
            f"recipe.schema: {schema!r} is not {SCHEMA}, which this release reads; "
            + ("upgrade pasperdus" if newer else "send a recipe as GET …/recipe gives it")
        )
    try:
        return RecipeBody.model_validate(received).as_recipe()
    except ValidationError as error:
        faults = [{**each, "loc": ("body", "recipe", *each["loc"])} for each in error.errors()]
        raise QueryError(told(faults)) from error
