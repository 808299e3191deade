"""A recipe: what another site needs to try the same, and nothing of who tried it first (pure).

It holds no date, no person and no rating of the first site. What was to be watched there is told by
its kind only: the words beside it may name somebody.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from pasperdus_collector.register.records import CircumstanceKind, Design, Period, Prototype

SCHEMA = 1
_WEEK_MS = 7 * 86_400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one step changed: the first, and each adaptation."""

    step: int
    title: str
    changed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """``weeks`` is the planned length; ``result`` what came of it, by language, once it is over."""

    title: str
    hypothesis: str
    steps: tuple[Step, ...]
    design: Design
    outcome: str
    question: str | None
    scale: int | None
    delta: float
    weeks: int | None
    watch: tuple[CircumstanceKind, ...]
    result: Mapping[str, str] | None


def recipe_of(prototype: Prototype, periods: Iterable[Period]) -> Recipe:
    """Return the recipe of a prototype; ``periods`` are those of its site."""
    steps = {1: Step(step=1, title=prototype.title, changed=prototype.changed)}
    for each in sorted(periods, key=lambda period: period.start_ms):
        is_own = each.prototype == prototype.prototype and each.kind == "prototype"
        if is_own and each.step not in steps:
            steps[each.step] = Step(step=each.step, title=each.title, changed=each.changed)
    end_ms = prototype.planned_end_ms
    weeks = (
        None if end_ms is None else max(1, round((end_ms - prototype.planned_start_ms) / _WEEK_MS))
    )
    return Recipe(
        title=prototype.title,
        hypothesis=prototype.hypothesis,
        steps=tuple(steps[step] for step in sorted(steps)),
        design=prototype.design,
        outcome=prototype.outcome,
        question=prototype.question,
        scale=prototype.scale,
        delta=prototype.delta,
        weeks=weeks,
        watch=tuple(sorted({each.kind for each in prototype.circumstances})),
        result=None,
    )


def prototype_from(
    recipe: Recipe,
    *,
    site: str,
    name: str,
    planned_start_ms: int,
    zone: ZoneInfo,
    control_site: str | None,
    asked: tuple[str, int | None] | None = None,
) -> Prototype:
    """Return a new prototype that tries what the recipe arrived at, all its steps at once.

    It is planned for as many weeks of the site's own calendar. ``asked`` are question and scale of
    the site where it asks others than the recipe.
    """
    question, scale = (recipe.question, recipe.scale) if asked is None else asked
    return Prototype(
        site=site,
        prototype=name,
        title=recipe.title,
        hypothesis=recipe.hypothesis,
        changed="\n".join(step.changed for step in recipe.steps),
        design=recipe.design,
        outcome=recipe.outcome,
        question=question,
        scale=scale,
        delta=recipe.delta,
        planned_start_ms=planned_start_ms,
        planned_end_ms=None
        if recipe.weeks is None
        else weeks_later(planned_start_ms, recipe.weeks, zone),
        control_site=control_site,
        baseline=(),
        exclusions=(),
        circumstances=(),
        seed=None,
        decision=None,
        rolled_back_at_ms=None,
        started_at_ms=None,
        version=1,
    )


def weeks_later(at_ms: int, weeks: int, zone: ZoneInfo) -> int:
    """Return the same time on the wall clock, weeks later."""
    local = datetime.fromtimestamp(at_ms / 1000, zone) + timedelta(weeks=weeks)
    return round(local.timestamp() * 1000)
