"""The form that brings a recipe in from another site: the sheet, then what only this site knows."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from pasperdus_collector.api.recipe_shapes import parse_recipe
from pasperdus_collector.errors import QueryError, fault
from pasperdus_collector.register.recipe import Recipe
from pasperdus_dashboards.prototypes.naming import free_slug
from pasperdus_dashboards.shell.forms import SentForm, instant, whole_number

FIELDS = ("pasted", "sheet", "planned_start", "control_site", "asked", "by", "why")
NAMED = {"prototype": "planned_start", "question": "asked", "scale": "asked", "recipe": "pasted"}
_PDF = b"%PDF"


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A recipe that somebody passed on: as it travels, and as the register reads it."""

    told: Mapping[str, Any]
    recipe: Recipe

    @property
    def text(self) -> str:
        """Return it for the hidden field that carries it to the next page."""
        return json.dumps(self.told, ensure_ascii=False)


def received(sent: SentForm) -> Received:
    """Return the recipe of a form: its file, else what was pasted.

    Raises :class:`QueryError` for what is no recipe.
    """
    content = sent.files.get("sheet", b"") or sent.text("pasted").encode()
    if not content.strip():
        raise QueryError("recipe: is missing; choose a file", fault("sheet", "missing"))
    if content.startswith(_PDF):
        raise QueryError(
            "recipe: this is the sheet for people; send recipe.json, which is attached to it",
            fault("sheet", "recipe-is-sheet"),
        )
    try:
        told = json.loads(content)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise QueryError("recipe: it is no JSON object", fault("pasted", "no-recipe"))
    return Received(told=told, recipe=parse_recipe(told))


def trial_sent(
    sent: SentForm, found: Received, zone: ZoneInfo, taken: Collection[str]
) -> dict[str, Any]:
    """Return what was sent as ``POST recipes`` takes it."""
    question, _, scale = sent.text("asked").partition("|")
    start = sent.text("planned_start")
    body = {
        "recipe": dict(found.told),
        "prototype": free_slug(found.recipe.title, taken),
        "planned_start": (instant(start, zone) or start) if start else "",
        "control_site": sent.text("control_site"),
        "question": question,
        "scale": "" if (number := whole_number(scale)) is None else number,
        "by": sent.text("by"),
        "why": sent.text("why"),
    }
    return {name: value for name, value in body.items() if value != ""}
