"""How the comparison was made, in plain words: for whoever wants to contradict it."""

from typing import Any

from pasperdus_collector.analysis.result import Comparison
from pasperdus_collector.analysis.wording import MoreWords, outcome_label
from pasperdus_collector.release import K
from pasperdus_contract.events import SATISFIED_FROM
from pasperdus_dashboards.charts.outcome_words import size_written, words_code
from pasperdus_dashboards.report import parts
from pasperdus_dashboards.today.rating_words import satisfied_means
from pasperdus_service.languages import Language

_OF_RATINGS = ("satisfied", "index")


def method_section(comparison: Comparison, more: MoreWords, language: Language) -> dict[str, Any]:
    """Return the section on method."""
    told = [
        _question(comparison, language),
        *_measured(comparison, language),
        _design(comparison, language),
        *_uncertainty(comparison, more, language),
        _declared(comparison, language),
    ]
    return parts.section(
        language.gettext("How the comparison was made"),
        [parts.paragraph(text) for text in told],
    )


def _declared(comparison: Comparison, language: Language) -> str:
    late = ("changed_after_start", "not_declared")
    if any(each.code in late for each in comparison.details.caveats):
        return language.gettext(
            "The conclusion is the first line that applies of a table fixed in advance; nobody "
            "chooses its words. Not everything was laid down before the trial began: what was "
            "decided later is listed among the things to know."
        )
    return language.gettext(
        "The conclusion is the first line that applies of a table fixed in advance; nobody "
        "chooses its words. The smallest change that matters, the question and the planned end "
        "were laid down before the trial began; whatever was changed later is listed below."
    )


def _question(comparison: Comparison, language: Language) -> str:
    answer = comparison.answer
    return language.gettext(
        "One outcome was declared in advance: %(outcome)s. A change of less than %(delta)s was "
        "said to be too small to matter.",
        outcome=outcome_label(answer.outcome, words_code(language)),
        delta=size_written(answer.delta, answer.unit, language),
    )


def _measured(comparison: Comparison, language: Language) -> list[str]:
    answer = comparison.answer
    if answer.outcome not in _OF_RATINGS:
        return [
            language.gettext(
                "Sensors recognise nobody: they count passages and time them. Days on which a "
                "sensor was silent are gaps, never zeros."
            )
        ]
    told = [
        language.gettext(
            "Ratings are presses of a button by people on their way out, who gave their opinion "
            "of their own accord: nothing is known of the others. %(satisfied)s",
            satisfied=satisfied_means(answer.scale, language)
            if answer.scale in SATISFIED_FROM
            else "",
        ),
        language.gettext(
            "So that nobody can be singled out, ratings are only ever used in groups of at least "
            "%(least)s. A group that reaches over the edge of a period belongs to neither.",
            least=K,
        ),
    ]
    if comparison.details.strata:
        told.append(
            language.gettext(
                "Monday mornings are compared with Monday mornings: the share satisfied is "
                "compared within each weekday and time of day, and the differences are weighed by "
                "how many people came in at that time during the baseline."
            )
        )
    return told


def _design(comparison: Comparison, language: Language) -> str:
    design = comparison.answer.design
    if design == "randomised":
        return language.gettext(
            "Weeks with and without the prototype were drawn by lot in pairs, so that season, "
            "weather and habits fall on both sides by chance alone: the strongest design."
        )
    if design == "control":
        return language.gettext(
            "The same dates were compared at a site where nothing was changed: what changed there "
            "as well is not put down to the prototype."
        )
    return language.gettext(
        "A plain before/after: whatever else changed at the same time may explain the difference. "
        "A return to the former state for some weeks, or weeks drawn by lot, would tell more."
    )


def _uncertainty(comparison: Comparison, more: MoreWords, language: Language) -> list[str]:
    effect = comparison.answer.effect
    if effect is None or more.interval is None:
        return []
    if comparison.answer.outcome == "passages_in" and effect.clusters != "pairs":
        resemble = language.gettext(
            "Entries were followed day by day; weekdays, holidays, trend and opening hours were "
            "taken out before the step between the periods was measured. Of several margins of "
            "error the widest is used."
        )
        return [resemble, _interval(more.interval, language)]
    resemble = {
        "weeks": language.gettext(
            "Ratings or counts of one week resemble one another, so that a thousand of them are "
            "not worth a thousand independent answers. The uncertainty is therefore measured from "
            "week to week: each week is left out in turn, and what that changes is what chance can "
            "do."
        ),
        "days": language.gettext(
            "There are too few weeks to measure how much they differ: days are left out in turn "
            "instead, which may make the interval too narrow."
        ),
        "pairs": language.gettext(
            "Within each pair of weeks the lot decided which had the prototype: the interval holds "
            "the changes that other draws of the lot would not contradict."
        ),
    }[effect.clusters]
    return [resemble, _interval(more.interval, language)]


def _interval(interval: str, language: Language) -> str:
    return language.gettext("Interval shown: %(interval)s.", interval=interval)
