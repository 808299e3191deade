"""The depth of the page, in plainer words than paper: other calculations and outcomes, method.

Paper is for whoever wants to check; the page is read by people who have never heard of a p-value.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pasperdus_collector.analysis.result import Comparison
from pasperdus_collector.analysis.wording import MoreWords
from pasperdus_dashboards.report import parts
from pasperdus_service.languages import Language

_UNKNOWN = "–"
_AS_HUNDRED = 100
_LATE = frozenset({"changed_after_start", "not_declared"})


def in_plain_words(comparison: Comparison, more: MoreWords, language: Language) -> MoreWords:
    """Return the sentences of the details, without those that need a lesson first."""
    ordinal = comparison.details.ordinal
    if more.superiority is None or ordinal is None:
        return more
    interval = ordinal.superiority_interval
    told = language.gettext(
        "Take one rating of each period at random: the one given with the prototype is the better "
        "of the two in %(share)s of cases (%(low)s to %(high)s), a tie counting half.",
        share=language.percent(ordinal.superiority),
        low=language.percent(interval.low),
        high=language.percent(interval.high),
    )
    return replace(more, superiority=told)


def apart(
    sections: Sequence[dict[str, Any]], comparison: Comparison, language: Language
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the sections that everybody reads, and those for whoever wants to know more."""
    others = language.gettext("Other outcomes")
    deeper = {language.gettext("Would another way of computing say the same?"), others}
    return (
        [each for each in sections if each["heading"] not in deeper],
        [
            _others(each, comparison, language) if each["heading"] == others else each
            for each in sections
            if each["heading"] in deeper
        ],
    )


def method_told(
    section: dict[str, Any], comparison: Comparison, language: Language
) -> dict[str, Any]:
    """Return the section on method; its last paragraph names a heading of this page."""
    heading = language.gettext("The plan, changed after the start")
    if any(each.code in _LATE for each in comparison.details.caveats):
        declared = language.gettext(
            "The conclusion is the first line that applies of a table fixed in advance; nobody "
            "chooses its words. Not everything was laid down before the trial began: what was "
            "decided later stands under “%(heading)s” and “%(caveats)s”.",
            heading=heading,
            caveats=language.gettext("What to know before deciding"),
        )
    else:
        declared = language.gettext(
            "The conclusion is the first line that applies of a table fixed in advance; nobody "
            "chooses its words. The smallest change that matters, the question and the planned end "
            "were laid down before the trial began; whatever was changed later stands under "
            "“%(heading)s”.",
            heading=heading,
        )
    return {**section, "parts": [*section["parts"][:-1], parts.paragraph(declared)]}


def _others(section: dict[str, Any], comparison: Comparison, language: Language) -> dict[str, Any]:
    """Return the other outcomes with what chance does, in words that need no lesson."""
    told = language.gettext(
        "These outcomes were not declared in advance: they are explored, and never decide. The "
        "more one looks at, the more often chance alone shows something: the last column says how "
        "often chance alone would show as much in one of them."
    )
    _, table = section["parts"]
    rows = [
        [*row[:-1], _by_chance(each.adjusted_p, language)]
        for row, each in zip(table["rows"], comparison.details.secondary, strict=True)
    ]
    head = [*table["head"][:-1], language.gettext("By chance alone")]
    return {
        **section,
        "parts": [
            parts.paragraph(told, leads=True),
            {**table, "head": head, "rows": rows, "stacks": True},
        ],
    }


def _by_chance(probability: float | None, language: Language) -> str:
    if probability is None:
        return _UNKNOWN
    times = round(probability * _AS_HUNDRED)
    if times == 0:
        return language.gettext("less than once in 100")
    return language.gettext("%(times)s in 100", times=times)
