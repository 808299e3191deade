"""The page that an elected member reads: what was tried, what came of it, how sure that is."""

import re
from typing import Any, Literal

from pasperdus_collector.analysis.outcomes import outcome_of
from pasperdus_collector.analysis.result import ArmFacts, Comparison
from pasperdus_collector.analysis.wording import MoreWords, Words, outcome_label
from pasperdus_dashboards.charts.compared import (
    arms_of,
    is_gated,
    local_day,
    shows_share,
    week_points,
    weekly_figure,
    weekly_kind,
    zone_of,
)
from pasperdus_dashboards.charts.outcome_words import words_code
from pasperdus_dashboards.charts.weekly import starts_above_zero
from pasperdus_dashboards.report import parts
from pasperdus_dashboards.report.drawn import Pictures
from pasperdus_dashboards.report.typesetting import settable
from pasperdus_service.languages import Language

MOST_CAVEATS = 5
_LONGEST_TITLE = 110
_LONGEST_CHANGE = 330
_LONGEST_CAVEAT = 260
_LONGEST_ARM = 60
_LONGEST_REASON = 260
_WITH_CAUSE = re.compile(r"(.+?)\s\((.+)\)", re.DOTALL)
_TALL = 46  # characters of a verdict that fit on one line in the largest type

Tone = Literal["better", "worse", "neutral"]


def first_page(
    comparison: Comparison, words: Words, more: MoreWords, drawn: Pictures, language: Language
) -> dict[str, Any]:
    """Return the first page as its template takes it."""
    answer = comparison.answer
    end = local_day(answer.data_end_ms - 1, zone_of(comparison))
    count = len(more.caveats)
    verdict, cause = _apart(words.verdict)
    return {
        "kicker": settable(answer.site_title, language, most=_LONGEST_TITLE),
        "dated": language.gettext("Figures up to %(day)s", day=language.short_day(end)),
        "title": settable(answer.title, language, most=_LONGEST_TITLE),
        "changed": settable(answer.changed, language, most=_LONGEST_CHANGE),
        "tone": tone_of(comparison),
        "verdict": settable(verdict, language),
        "verdict-tall": len(verdict) <= _TALL,
        "cause": "" if cause is None else settable(f"{language.capital(cause)}.", language),
        "effect": [] if words.effect is None else [settable(words.effect, language)],
        "beside": [
            settable(sentence, language, most=_LONGEST_REASON)
            for sentence in (words.design, words.warning)
            if sentence is not None
        ],
        "picture": None if drawn.effect is None else _effect(comparison, drawn.effect, language),
        "facts": facts_table(comparison, language),
        "weekly": _weekly(comparison, drawn.weekly, language),
        "caveats-heading": language.gettext("What to know before deciding"),
        "caveats": [
            settable(sentence, language, most=_LONGEST_CAVEAT)
            for sentence in more.caveats[:MOST_CAVEATS]
        ],
        "caveats-none": language.gettext("Nothing to report."),
        "caveats-count": count,
        "caveats-more": [
            language.ngettext(
                "and %(count)s other point, on the following pages",
                "and %(count)s other points, on the following pages",
                rest,
            )
            for rest in range(1, count + 1)
        ],
        "advice": ""
        if words.advice is None or not is_gated(comparison)
        else settable(words.advice, language),
        "advice-note": language.gettext(
            "A suggestion from the figures alone: people decide, and say why."
        ),
        "decided": []
        if words.override is None
        else [settable(words.override, language, most=_LONGEST_REASON)],
    }


def tone_of(comparison: Comparison) -> Tone:
    """Return whether the verdict is for the better; neutral where it is neither, or not known."""
    answer = comparison.answer
    if not is_gated(comparison) or outcome_of(answer.outcome).better == 0:
        return "neutral"
    if answer.verdict.code.startswith("better"):
        return "better"
    return "worse" if answer.verdict.code.startswith("worse") else "neutral"


def facts_table(comparison: Comparison, language: Language) -> parts.Part:
    """Return what stands beside each figure: weeks, ratings, response rate, unmatched share."""
    answer = comparison.answer
    arms = [*arms_of(comparison).values()]
    notes = ranges_told(comparison, language)
    rows = (
        []
        if notes
        else [
            [language.gettext("From"), *(_edge(comparison, facts, language, 0) for facts in arms)],
            [language.gettext("To"), *(_edge(comparison, facts, language, 1) for facts in arms)],
        ]
    )
    rows.append(
        [language.gettext("Full weeks"), *(language.number(facts.full_weeks) for facts in arms)]
    )
    if answer.question is not None:
        rows.append(
            [language.gettext("Ratings"), *(language.number(facts.ratings) for facts in arms)]
        )
        if is_gated(comparison):  # two shares side by side would be the comparison refused above
            rows.append(
                [language.gettext("Satisfied"), *(_share(facts.share, language) for facts in arms)]
            )
        rows.append(
            [
                language.gettext("Ratings per 100 exits"),
                *(_per_100(facts.response_rate, language) for facts in arms),
            ]
        )
    if is_gated(comparison):  # they may be what is compared
        rows.append(
            [language.gettext("Entries"), *(language.number(facts.entries) for facts in arms)]
        )
    rows.append(
        [
            language.gettext("Opening hours measured"),
            *(_share(_coverage(comparison, facts), language) for facts in arms),
        ]
    )
    if answer.unmatched_weight is not None and is_gated(comparison):
        rows.append(
            [
                language.gettext("Entries left unmatched"),
                language.percent(answer.unmatched_weight),
                "–",
            ]
        )
        notes.append(
            language.gettext(
                "The change compares like days with like: it may differ from the plain difference."
            )
        )
    return parts.table(
        language.gettext("What it rests on"),
        [" ", language.gettext("Baseline"), language.gettext("Prototype")],
        rows,
        note=" ".join(notes),
        is_wide=is_gated(comparison),
    )


def arm_title(facts: ArmFacts, language: Language) -> str:
    """Return a period's title as it can be set."""
    return settable(facts.title, language, most=_LONGEST_ARM)


def ranges_told(comparison: Comparison, language: Language) -> list[str]:
    """Return when each period was, in words; nothing where each has one first and one last day."""
    is_drawn = comparison.answer.design == "randomised"
    arms = arms_of(comparison)
    if not is_drawn and all(len(facts.ranges) <= 1 for facts in arms.values()):
        return []
    roles = {
        "baseline": language.gettext("Baseline"),
        "prototype": language.gettext("Prototype"),
    }
    told = []
    for arm, facts in arms.items():
        days = {
            "role": roles[arm],
            "first": _edge(comparison, facts, language, 0),
            "last": _edge(comparison, facts, language, 1),
        }
        if is_drawn:
            told.append(
                language.ngettext(
                    "%(role)s: %(count)s week drawn by lot between %(first)s and %(last)s.",
                    "%(role)s: %(count)s weeks drawn by lot between %(first)s and %(last)s.",
                    facts.weeks,
                    **days,
                )
            )
        elif len(facts.ranges) > 1:
            told.append(
                language.gettext(
                    "%(role)s: in %(times)s parts, from %(first)s to %(last)s.",
                    times=language.number(len(facts.ranges)),
                    **days,
                )
            )
        else:
            told.append(language.gettext("%(role)s: from %(first)s to %(last)s.", **days))
    return told


def _apart(verdict: str) -> tuple[str, str | None]:
    """Return a verdict, and the cause that stands between brackets at its end."""
    found = _WITH_CAUSE.fullmatch(verdict)
    return (verdict, None) if found is None else (found[1], found[2])


def _edge(comparison: Comparison, facts: ArmFacts, language: Language, edge: int) -> str:
    """Return the first (0) or the last (1) day of an arm."""
    if not facts.ranges:
        return "–"
    first_ms, end_ms = min(facts.ranges)[0], max(end for _, end in facts.ranges)
    at_ms = end_ms - 1 if edge else first_ms
    return language.short_day(local_day(at_ms, zone_of(comparison)))


def _coverage(comparison: Comparison, facts: ArmFacts) -> float:
    return facts.box_coverage if shows_share(comparison) else facts.door_coverage


def _share(share: float | None, language: Language) -> str:
    return "–" if share is None else language.percent(share)


def _per_100(rate: float | None, language: Language) -> str:
    return "–" if rate is None else language.number(rate * 100)


def _effect(comparison: Comparison, svg: str, language: Language) -> parts.Part:
    label = outcome_label(comparison.answer.outcome, words_code(language))
    return parts.picture(
        svg,
        title=language.gettext("%(outcome)s: the change", outcome=label),
        alt=language.gettext(
            "The change with its interval, beside the changes that are too small to matter; the "
            "sentence above says the same in words."
        ),
        caption=language.gettext(
            "The disc is the change observed; the bar, the changes that remain plausible."
        ),
    )


def _weekly(comparison: Comparison, svg: str | None, language: Language) -> parts.Part | None:
    figure = weekly_figure(comparison)
    if svg is None or figure is None:
        return None
    title = {
        "satisfied": language.gettext("Share satisfied, week by week"),
        "ratings": language.gettext("Ratings, week by week"),
        "entries": language.gettext("Entries, week by week"),
    }[figure]
    baseline, tried = (arm_title(facts, language) for facts in arms_of(comparison).values())
    caption = language.gettext(
        "Squares: baseline (%(baseline)s). Discs: prototype (%(prototype)s). Hollow: a week "
        "that is not whole. A gap in the line: nothing is known.",
        baseline=baseline,
        prototype=tried,
    )
    if starts_above_zero(week_points(comparison, language), weekly_kind(comparison)):
        caption += " " + language.gettext("The upright axis does not begin at zero.")
    return parts.picture(
        svg,
        title=title,
        alt=language.gettext(
            "The weekly figures of both periods, with gaps where nothing is known."
        ),
        caption=caption,
    )
