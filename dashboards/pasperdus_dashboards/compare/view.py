"""Everything that the page says of one comparison, ready to be placed.

Sentences, tables and charts are those of the report: page and paper cannot say different things.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pasperdus_collector.analysis.result import Comparison
from pasperdus_collector.analysis.wording import answer_words, detail_words
from pasperdus_collector.register.records import Prototype
from pasperdus_dashboards.charts.arms import ARMS
from pasperdus_dashboards.charts.compared import is_gated, zone_of
from pasperdus_dashboards.charts.of_comparison import (
    EFFECT,
    OTHERWISE,
    SCORES,
    WEEKLY,
    Drawable,
    drawables,
)
from pasperdus_dashboards.charts.outcome_words import words_code
from pasperdus_dashboards.compare.guards import Guard, Pulse, guards
from pasperdus_dashboards.compare.limits import not_said
from pasperdus_dashboards.compare.tables import (
    effect_table,
    maps_table,
    otherwise_table,
    weeks_table,
)
from pasperdus_dashboards.report import parts
from pasperdus_dashboards.report.drawn import pictures
from pasperdus_dashboards.report.findings import findings_sections
from pasperdus_dashboards.report.first_page import first_page
from pasperdus_dashboards.report.method import method_section
from pasperdus_service.languages import Language

ADDRESSES = {
    EFFECT: "effet",
    OTHERWISE: "autrement",
    SCORES: "notes",
    WEEKLY: "semaines",
    ARMS[0]: "carte-reference",
    ARMS[1]: "carte-essai",
}
"""What the addresses of the charts end in, by their names."""

_OF_PLAN = frozenset({"changed_after_start", "ended_early"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonView:
    """One comparison in one language. Parts and sections are those of :mod:`..report.parts`.

    ``first`` is what the report's first page says. ``tables`` are by the address of their chart.
    """

    comparison: Comparison
    charts: dict[str, Drawable]
    first: dict[str, Any]
    is_gated: bool
    is_running: bool
    interval: str
    beside: list[str]
    not_said: list[str]
    guards: list[Guard]
    tables: dict[str, parts.Part]
    findings: list[dict[str, Any]]
    method: dict[str, Any]
    caveats: list[str]
    plan_changes: list[str]
    excluded: list[str]
    circumstances: list[str]
    recompute: str
    sha256: str


def comparison_view(
    comparison: Comparison, trial: Prototype, pulse: Pulse, language: Language
) -> ComparisonView:
    """Put a comparison into words; ``trial`` is what the register keeps of it."""
    code = words_code(language)
    words, more = answer_words(comparison.answer, code), detail_words(comparison, code)
    drawn = {ADDRESSES[name]: chart for name, chart in drawables(comparison, language).items()}
    named = pictures({name: path for name, path in ADDRESSES.items() if path in drawn})
    told = [
        (caveat.code, language.finish(sentence))
        for caveat, sentence in zip(comparison.details.caveats, more.caveats, strict=True)
    ]
    return ComparisonView(
        comparison=comparison,
        charts=drawn,
        first=first_page(comparison, words, more, named, language),
        is_gated=is_gated(comparison),
        is_running=comparison.answer.status in ("running", "planned"),
        interval="" if more.interval is None else language.capital(language.finish(more.interval)),
        beside=[language.finish(sentence) for sentence in words.beside],
        not_said=not_said(comparison, language),
        guards=guards(comparison, more, pulse, language),
        tables=_tables(comparison, language),
        findings=findings_sections(comparison, more, named, language),
        method=method_section(comparison, more, language),
        caveats=[sentence for code_, sentence in told if code_ not in _OF_PLAN],
        plan_changes=[sentence for code_, sentence in told if code_ in _OF_PLAN],
        excluded=_excluded(trial, language),
        circumstances=_circumstances(comparison, trial, language),
        recompute=language.finish(more.recompute),
        sha256=comparison.details.recompute.inputs_sha256,
    )


def _tables(comparison: Comparison, language: Language) -> dict[str, parts.Part]:
    wanted = {
        ADDRESSES[EFFECT]: effect_table(comparison, language),
        ADDRESSES[OTHERWISE]: otherwise_table(comparison, language),
        ADDRESSES[WEEKLY]: weeks_table(comparison, language),
        "cartes": maps_table(comparison, language),
    }
    return {name: table for name, table in wanted.items() if table is not None}


def _excluded(trial: Prototype, language: Language) -> list[str]:
    """Return the days that no comparison counts, each with why."""
    return [
        language.gettext(
            "%(first)s: %(reason)s", first=language.short_day(each.first_day), reason=each.reason
        )
        if each.first_day == each.last_day
        else language.gettext(
            "%(first)s to %(last)s: %(reason)s",
            first=language.short_day(each.first_day),
            last=language.short_day(each.last_day),
            reason=each.reason,
        )
        for each in trial.exclusions
    ]


def _circumstances(comparison: Comparison, trial: Prototype, language: Language) -> list[str]:
    zone = zone_of(comparison)
    return [
        language.gettext(
            "%(day)s: %(what)s",
            day=language.short_day(
                datetime.fromtimestamp(each.at_ms / 1000, UTC).astimezone(zone).date()
            ),
            what=each.text,
        )
        for each in sorted(trial.circumstances, key=lambda each: each.at_ms)
    ]
