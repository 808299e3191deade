"""A recipe as it travels, and what else only the new site can say."""

from dataclasses import asdict
from typing import Annotated, Any, Literal

from pydantic import Field, StrictStr, ValidationError

from pasperdus_collector.analysis.outcomes import outcome_of
from pasperdus_collector.api.invalid import refusal
from pasperdus_collector.api.register_shapes import (
    Body,
    Delta,
    NewBody,
    Outcome,
    Scale,
    Text,
    Title,
)
from pasperdus_collector.api.written import unfit
from pasperdus_collector.errors import QueryError, fault
from pasperdus_collector.register.recipe import SCHEMA, Recipe, Step
from pasperdus_collector.register.records import CircumstanceKind, Design
from pasperdus_collector.register.rules import MOST_PERIODS, check_delta
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
            + ("upgrade pasperdus" if newer else "send a recipe as GET …/recipe gives it"),
            fault("recipe", "recipe-newer") if newer else fault("recipe", "no-recipe"),
        )
    try:
        recipe = RecipeBody.model_validate(received).as_recipe()
    except ValidationError as error:
        details = [{**each, "loc": ("body", "recipe", *each["loc"])} for each in error.errors()]
        raise refusal(details, own_fault=unfit) from error
    check_delta(outcome_of(recipe.outcome), recipe.delta)
    return recipe
