"""How many weeks a question needs, as JSON: the same for the API and the command."""

from typing import Any

from pasperdus_collector.analysis.outcomes import outcome_of
from pasperdus_collector.analysis.plan import WeeksPlan
from pasperdus_collector.analysis.plan_words import plan_words

_DIGITS = 4  # of changes and figures: a promise is no better known


def plan_json(plan: WeeksPlan) -> dict[str, Any]:
    """Return a plan with its sentences; changes are in ``unit``, 0.05 of a share is 5 points."""
    hint, left = plan.hint, plan.running
    return {
        "site": plan.site,
        "outcome": plan.outcome,
        "unit": outcome_of(plan.outcome).unit,
        "design": plan.design,
        "delta": plan.delta,
        "alpha": round(plan.terms.alpha, _DIGITS),
        "power": plan.terms.power,
        "weeks": plan.weeks,
        "detectable": _rounded(plan.detectable),
        "weeks_needed": plan.needed,
        "curve": [
            {"weeks": each.weeks, "detectable": _rounded(each.detectable)} for each in plan.curve
        ],
        "baseline": {
            "own_weeks": plan.own_weeks,
            **{
                name: {
                    "value": _rounded(figure.value),
                    "source": figure.source,
                    "own": round(figure.own, 2),
                }
                for name, figure in plan.figures.items()
            },
        },
        "hint": None
        if hint is None
        else {
            "twice_the_ratings": _rounded(hint.twice_the_ratings),
            "twice_the_weeks": _rounded(hint.twice_the_weeks),
            "more_days_help_more": hint.more_days_help_more,
        },
        "running": None
        if left is None
        else {
            "outlook": left.outlook,
            "baseline_weeks": left.baseline_weeks,
            "prototype_weeks": left.weeks,
            "weeks_to_end": left.to_end,
            "weeks_to_first_reading": left.to_first_reading,
            "weeks_to_detectable": left.to_detectable,
            "detectable_now": _rounded(left.now),
            "detectable_at_end": _rounded(left.at_end),
            "detectable_in_a_year": _rounded(left.in_a_year),
            "is_short_of_baseline": left.is_short_of_baseline,
        },
        "words": {language: _words(plan, language) for language in ("fr", "en")},
    }


def _words(plan: WeeksPlan, language: Any) -> dict[str, str | None]:
    words = plan_words(plan, language)
    return {name: getattr(words, name) for name in words.__dataclass_fields__}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, _DIGITS)
