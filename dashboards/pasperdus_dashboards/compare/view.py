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
from pasperdus_dashboards.charts.compared import (
    arms_of,
    heat_cells,
    is_gated,
    local_day,
    shows_share,
    zone_of,
)
from pasperdus_dashboards.charts.of_comparison import (
    EFFECT,
    OTHERWISE,
    SCORES,
    WEEKLY,
    Drawable,
    drawables,
)
from pasperdus_dashboards.charts.outcome_words import words_code
from pasperdus_dashboards.compare.further import apart, in_plain_words, method_told
from pasperdus_dashboards.compare.guards import Guard, Pulse, guards
from pasperdus_dashboards.compare.limits import not_said, shown_from
from pasperdus_dashboards.compare.tables import (
    effect_table,
    maps_table,
    otherwise_table,
    weeks_table,
)
from pasperdus_dashboards.report import parts
from pasperdus_dashboards.report.drawn import pictures
from pasperdus_dashboards.report.findings import findings_sections
from pasperdus_dashboards.report.first_page import arm_title, first_page
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
    ``arms`` head the columns of both periods. ``further`` are sections for whoever wants to know
    more than ``findings``.
    """

    comparison: Comparison
    charts: dict[str, Drawable]
    first: dict[str, Any]
    arms: tuple[str, str]
    is_gated: bool
    is_running: bool
    interval: str
    beside: list[str]
    not_said: list[str]
    decided: str
    shown_from: str
    shades: str
    guards: list[Guard]
    tables: dict[str, parts.Part]
    findings: list[dict[str, Any]]
    further: list[dict[str, Any]]
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
    arms = _arms(comparison, language)
    first = first_page(comparison, words, more, named, language)
    first["facts"]["head"] = [" ", *arms]
    plainer = in_plain_words(comparison, more, language)
    findings, further = apart(
        findings_sections(comparison, plainer, named, language), comparison, language
    )
    return ComparisonView(
        comparison=comparison,
        charts=drawn,
        first=first,
        arms=arms,
        is_gated=is_gated(comparison),
        is_running=comparison.answer.status in ("running", "planned"),
        interval="" if more.interval is None else language.capital(language.finish(more.interval)),
        beside=[language.finish(sentence) for sentence in words.beside],
        not_said=not_said(comparison, language),
        decided=_decided(comparison, trial, language),
        shown_from=shown_from(comparison, language),
        shades=_shades(comparison, language),
        guards=guards(comparison, more, pulse, language),
        tables=_tables(comparison, language),
        findings=findings,
        further=further,
        method=method_told(method_section(comparison, more, language), comparison, language),
        caveats=[sentence for _, sentence in told],
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


def _arms(comparison: Comparison, language: Language) -> tuple[str, str]:
    before, during = (arm_title(facts, language) for facts in arms_of(comparison).values())
    return (
        language.gettext("Baseline: %(title)s", title=before),
        language.gettext("Prototype: %(title)s", title=during),
    )


def _decided(comparison: Comparison, trial: Prototype, language: Language) -> str:
    """Return who decided and when; empty while nobody has."""
    if trial.decision is None:
        return ""
    day = local_day(trial.decision.at_ms, zone_of(comparison))
    return language.gettext(
        "Decided by %(by)s on %(day)s.", by=trial.decision.by, day=language.short_day(day)
    )


def _shades(comparison: Comparison, language: Language) -> str:
    """Return what the shades of both maps mean; empty before they may be shown."""
    if not is_gated(comparison):
        return ""
    cells, _, _, _ = heat_cells(comparison, language)
    values = [cell.value for each in cells.values() for cell in each if cell.value is not None]
    if not values:
        return ""
    if shows_share(comparison):
        return language.gettext(
            "Stronger colour: higher share (%(low)s to %(high)s). Both maps have the same shades.",
            low=language.percent(min(values)),
            high=language.percent(max(values)),
        )
    return language.gettext(
        "Stronger colour: more entries (%(low)s to %(high)s). Both maps have the same shades.",
        low=language.number(min(values)),
        high=language.number(max(values)),
    )


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
