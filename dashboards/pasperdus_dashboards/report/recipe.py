"""The recipe sheet: one page from which another site can try the same, recipe enclosed.

The recipe itself (schema 1, ``collector/…/register/recipe.py``) travels inside the PDF as an
attached file, so that the sheet is all that has to be passed on.
"""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pasperdus_collector.analysis.outcomes import outcome_of
from pasperdus_collector.analysis.wording import TABLES, outcome_label
from pasperdus_collector.registry import DEFAULT_SITE
from pasperdus_dashboards.charts.outcome_words import size_written, words_code
from pasperdus_dashboards.report.typesetting import settable, typeset
from pasperdus_dashboards.shell.languages import languages
from pasperdus_dashboards.today.rating_words import satisfied_means
from pasperdus_service.languages import Language

MOST_STEPS = 8
_LONGEST_TITLE = 120
_LONGEST_HYPOTHESIS = 600
_LONGEST_RESULT = 400
_STEPS_TOGETHER = 1800  # characters of all steps: what has room on the page
_LONGEST_NAME = 60
_LONGEST_SLUG = 40
_UNNAMEABLE = re.compile("[^a-z0-9]+")
_UNDATED_MS = 0
"""A recipe has no date: nothing of it tells when it was tried, or printed."""


def recipe_pdf(recipe: Mapping[str, Any], language: Literal["fr", "en"]) -> bytes:
    """Return the sheet of a recipe as ``GET prototypes/{prototype}/recipe`` gives it.

    Raises :class:`~pasperdus_dashboards.errors.DashboardsError`.
    """
    spoken = languages()[language]
    title = settable(recipe["title"], spoken, most=_LONGEST_TITLE)
    steps = recipe["steps"]
    sheet = {
        "sheet": {
            "title": spoken.gettext("Recipe sheet: %(title)s", title=title),
            "author": "Pas perdus",
            "description": spoken.gettext("One page from which another site can try the same."),
            "lang": spoken.code,
            "foot": spoken.gettext(
                "Pas perdus · the recipe is attached to this file (recipe.json)"
            ),
            "numbered": False,
        },
        "kicker": spoken.gettext("Recipe sheet"),
        "passed-on": spoken.gettext("To pass on, to change, to try"),
        "title": title,
        "why-heading": spoken.gettext("What we hope for"),
        "why": settable(recipe["hypothesis"], spoken, most=_LONGEST_HYPOTHESIS),
        "steps-heading": spoken.gettext("What to change"),
        "steps": _steps(steps, spoken),
        "steps-more": spoken.ngettext(
            "and %(count)s more step, in the attached recipe",
            "and %(count)s more steps, in the attached recipe",
            len(steps) - MOST_STEPS,
        )
        if len(steps) > MOST_STEPS
        else "",
        "measure-heading": spoken.gettext("How to know whether it is better"),
        "measure": _measure(recipe, spoken),
        "watch-heading": spoken.gettext("Keep still meanwhile, or note the day"),
        "watch": _watch(recipe["watch"], spoken),
        "result-heading": spoken.gettext("What came of it where it was tried"),
        "result": _result(recipe.get("result"), spoken),
        "import-heading": spoken.gettext("Trying it at your site"),
        "import": [
            spoken.gettext("Take recipe.json out of this file: it is among its attachments."),
            spoken.gettext(
                "Send it to your collector; change first the prototype's name, the site and the "
                "Monday on which you begin, which is the next one here:"
            ),
        ],
        "command": command(recipe["title"], spoken),
        "import-after": spoken.gettext(
            "Then register your own baseline. The planner says how many weeks your site needs: "
            "it may be more than here."
        ),
        "recipe": json.dumps(recipe, ensure_ascii=False, indent=1),
        "attached": spoken.gettext("The recipe, for a collector to import"),
    }
    return typeset("recipe", {"recipe": sheet}, at_ms=_UNDATED_MS)


def command(title: str, language: Language) -> str:
    """Return what is typed to import the recipe: it begins next Monday, and needs no more than
    Python and curl. No line is so long that it would break on paper.
    """
    by = json.dumps(language.gettext("your name"), ensure_ascii=False)
    return "\n".join(
        (
            "python3 -c 'import datetime as d, json",
            "today = d.datetime.now().replace(hour=0, minute=0, second=0, microsecond=0)",
            "monday = (today + d.timedelta(days=7 - today.weekday())).astimezone()",
            'told = {"recipe": json.load(open("recipe.json", encoding="utf-8")),',
            f'"prototype": "{slug(title)}", "planned_start": monday.isoformat(), "by": {by}}}',
            "print(json.dumps(told))' > trial.json",
            "curl -H 'Content-Type: application/json' -d @trial.json \\",
            f"'http://127.0.0.1:8000/api/v1/recipes?site={DEFAULT_SITE}'",
        )
    )


def slug(title: str) -> str:
    """Return a title as a name in the register: a to z, digits and hyphens."""
    letters = unicodedata.normalize("NFKD", title).lower()
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return _UNNAMEABLE.sub("-", plain).strip("-")[:_LONGEST_SLUG].strip("-") or "prototype"


def _steps(steps: Sequence[Mapping[str, Any]], language: Language) -> list[dict[str, str]]:
    shown = steps[:MOST_STEPS]
    room = _STEPS_TOGETHER // max(1, len(shown))
    return [
        {
            "title": settable(step["title"], language, most=_LONGEST_TITLE),
            "changed": settable(step["changed"], language, most=room),
        }
        for step in shown
    ]


def _measure(recipe: Mapping[str, Any], language: Language) -> list[list[str]]:
    """Return pairs of what is laid down and how."""
    unit = outcome_of(recipe["outcome"]).unit
    rows = [
        [
            language.gettext("Outcome"),
            settable(
                outcome_label(recipe["outcome"], words_code(language)),
                language,
                most=_LONGEST_NAME,
            ),
        ]
    ]
    if recipe["question"] is not None:
        asked = settable(recipe["question"], language, most=_LONGEST_NAME)
        if recipe["scale"] is not None:
            asked = language.gettext(
                "%(question)s, on a scale of %(scale)s. %(satisfied)s",
                question=asked,
                scale=recipe["scale"],
                satisfied=satisfied_means(recipe["scale"], language),
            )
        rows.append([language.gettext("Question"), asked])
    rows += [
        [
            language.gettext("Smallest change that matters"),
            size_written(recipe["delta"], unit, language),
        ],
        [
            language.gettext("Design"),
            {
                "randomised": language.gettext(
                    "weeks with and without it, drawn by lot in pairs by the collector"
                ),
                "control": language.gettext(
                    "before and after, beside a site where nothing is changed"
                ),
                "before_after": language.gettext("before and after"),
            }[recipe["design"]],
        ],
        [
            language.gettext("How long"),
            _weeks(recipe["weeks"], recipe["design"], language),
        ],
    ]
    return rows


def _weeks(weeks: int | None, design: str, language: Language) -> str:
    if weeks is None:
        return language.gettext("not laid down: ask the planner")
    if design == "randomised":
        return language.ngettext("%(count)s week in all", "%(count)s weeks in all", weeks)
    return language.ngettext(
        "%(count)s week with it, and as many before",
        "%(count)s weeks with it, and as many before",
        weeks,
    )


def _watch(kinds: Sequence[str], language: Language) -> str:
    """Return what disturbs such a trial: always the rating box, and what happened there."""
    table = TABLES[words_code(language)].circumstances
    named = dict.fromkeys(["button_moved", "hours_changed", "works", *kinds])
    return ", ".join(language.finish(table[kind]) for kind in named if kind in table)


def _result(result: Mapping[str, str] | None, language: Language) -> str | None:
    if result is None:
        return None
    return settable(result[language.code], language, most=_LONGEST_RESULT)
