"""The report of a comparison as PDF."""

from typing import Any, Literal

from pasperdus_collector.analysis.result import Comparison
from pasperdus_collector.analysis.wording import MoreWords, answer_words, detail_words
from pasperdus_dashboards.charts.compared import local_day, zone_of
from pasperdus_dashboards.report import parts
from pasperdus_dashboards.report.drawn import draw
from pasperdus_dashboards.report.findings import findings_sections
from pasperdus_dashboards.report.first_page import first_page
from pasperdus_dashboards.report.method import method_section
from pasperdus_dashboards.report.typesetting import settable, typeset
from pasperdus_dashboards.shell.languages import languages
from pasperdus_service.languages import Language

_LONGEST_SENTENCE = 700
_LONGEST_TITLE = 160
_OF_PLAN = frozenset({"changed_after_start", "ended_early"})


def pdf(comparison: Comparison, language: Literal["fr", "en"]) -> bytes:
    """Return the report: one page to decide upon, then method, tables, caveats, how to recompute.

    Takes about two seconds, most of them in a child process that draws the charts. Raises
    :class:`~pasperdus_dashboards.errors.DashboardsError`.
    """
    spoken = languages()[language]
    words, more = answer_words(comparison.answer, language), detail_words(comparison, language)
    drawn = draw(comparison, spoken)
    report = {
        "sheet": _sheet(comparison, spoken),
        "first": first_page(comparison, words, more, drawn, spoken),
        "sections": [
            method_section(comparison, more, spoken),
            *findings_sections(comparison, more, drawn, spoken),
            *_register_sections(comparison, more, spoken),
            _recompute_section(comparison, more, spoken),
        ],
    }
    return typeset("report", {"report": report}, at_ms=comparison.answer.data_end_ms)


def _sheet(comparison: Comparison, language: Language) -> dict[str, Any]:
    answer = comparison.answer
    title = settable(answer.title, language, most=_LONGEST_TITLE)
    site = settable(answer.site_title, language, most=_LONGEST_TITLE)
    day = language.short_day(local_day(answer.data_end_ms - 1, zone_of(comparison)))
    return {
        "title": language.gettext("Report of a trial: %(title)s", title=title),
        "author": site,
        "description": language.gettext("%(site)s, figures up to %(day)s", site=site, day=day),
        "lang": language.code,
        "foot": f"Pas perdus · {site} · {title}",
        "numbered": True,
    }


def _register_sections(
    comparison: Comparison, more: MoreWords, language: Language
) -> list[dict[str, Any]]:
    """Return all caveats, and what was changed of the plan once the trial ran."""
    told = [
        (caveat.code, settable(sentence, language, most=_LONGEST_SENTENCE))
        for caveat, sentence in zip(comparison.details.caveats, more.caveats, strict=True)
    ]
    caveats = [sentence for code, sentence in told if code not in _OF_PLAN]
    changes = [sentence for code, sentence in told if code in _OF_PLAN]
    nothing = language.gettext("Nothing to report.")
    unchanged = language.gettext("The plan is the one that was laid down before the start.")
    answer = comparison.answer
    trial = (
        [
            parts.paragraph(
                language.gettext(
                    "What was expected: %(hypothesis)s",
                    hypothesis=settable(answer.hypothesis, language, most=_LONGEST_SENTENCE),
                )
            )
        ]
        if answer.hypothesis
        else []
    )
    if answer.changed:
        trial.append(
            parts.paragraph(
                language.gettext(
                    "What was changed: %(changed)s",
                    changed=settable(answer.changed, language, most=2 * _LONGEST_SENTENCE),
                )
            )
        )
    return [
        parts.section(
            language.gettext("Everything to know before deciding"),
            [parts.points(caveats, is_numbered=True) if caveats else parts.paragraph(nothing)],
        ),
        parts.section(
            language.gettext("The trial as it was declared"),
            [
                *trial,
                parts.heading(language.gettext("Changed after the start")),
                parts.points(changes) if changes else parts.paragraph(unchanged),
            ],
        ),
    ]


def _recompute_section(
    comparison: Comparison, more: MoreWords, language: Language
) -> dict[str, Any]:
    answer, recompute = comparison.answer, comparison.details.recompute
    names = f"{answer.site} {answer.prototype} {answer.prototype}"
    lines = [
        f"pasperdus-collector compare {names} --config collector.toml --inputs inputs.json",
        "pasperdus-collector recompute inputs.json --json",
        f"GET /api/v1/compare?site={answer.site}&prototype={answer.prototype}&inputs=true",
        "",
        f"pasperdus {recompute.version}, alpha {recompute.alpha:g}"
        + ("" if recompute.seed is None else f", seed {recompute.seed}"),
        f"sha256 inputs.json {recompute.inputs_sha256}",
    ]
    return parts.section(
        language.gettext("Computing it again"),
        [
            parts.paragraph(
                language.gettext(
                    "Everything in this report follows from published figures: whoever has them "
                    "and the same version gets the same report, to the last digit."
                )
            ),
            parts.paragraph(settable(more.recompute, language)),
            parts.code("\n".join(lines)),
        ],
        is_together=True,
    )
