"""The outcomes that were not declared in advance: explored, never judged."""

from babel.numbers import format_decimal

from pasperdus_collector.analysis.outcomes import outcome_of
from pasperdus_collector.analysis.result import Comparison, Secondary
from pasperdus_collector.analysis.wording import MoreWords, measured, outcome_label
from pasperdus_dashboards.charts.outcome_words import bounds_written, change_written, words_code
from pasperdus_dashboards.report import parts
from pasperdus_dashboards.report.typesetting import settable
from pasperdus_service.languages import Language

_UNKNOWN = "–"
_LEAST_P = 0.001
_FEW = 20  # entries a day: of fewer one decimal is worth showing


def other_outcomes(comparison: Comparison, more: MoreWords, language: Language) -> list[parts.Part]:
    secondary = comparison.details.secondary
    if not secondary:
        return []
    code = words_code(language)
    rows = []
    for each in secondary:
        unit = unit_of(each.outcome)
        is_known = each.effect is not None and each.interval is not None
        rows.append(
            [
                settable(outcome_label(each.outcome, code), language),
                *(
                    _UNKNOWN if level is None else level_written(each, level, language)
                    for level in (each.baseline, each.prototype)
                ),
                change_written(each.effect, unit, language)
                if is_known and each.effect is not None
                else _UNKNOWN,
                bounds_written(each.interval.low, each.interval.high, unit, language)
                if is_known and each.interval
                else _UNKNOWN,
                _UNKNOWN if each.adjusted_p is None else _p_value(each.adjusted_p, language),
            ]
        )
    return [
        parts.paragraph(
            language.gettext(
                "These outcomes were not declared in advance: they are explored, and never decide. "
                "The more one looks at, the more often chance alone shows something; the last "
                "column takes that into account (Holm)."
            ),
            leads=True,
        ),
        parts.table(
            "",
            [
                language.gettext("Outcome"),
                language.gettext("Baseline"),
                language.gettext("Prototype"),
                language.gettext("Change"),
                language.gettext("Interval"),
                language.gettext("Adjusted p"),
            ],
            rows,
            note=" ".join(
                f"{settable(sentence, language)}."
                for each, sentence in zip(secondary, more.secondary, strict=True)
                if each.effect is None
            ),
            is_wide=True,
        ),
    ]


def level_written(row: Secondary, level: float, language: Language) -> str:
    """Return a figure of one period; both of a row have as many decimals."""
    if row.outcome != "passages_in":
        return measured(row.outcome, level, words_code(language))
    is_few = min(each for each in (row.baseline, row.prototype) if each is not None) < _FEW
    number = format_decimal(level, format="0.0" if is_few else "#,##0", locale=language.locale)
    return language.gettext("%(number)s a day", number=number)


def unit_of(outcome: str) -> str:
    if outcome in ("satisfied", "response_rate"):
        return "share"
    return outcome_of(outcome).unit


def _p_value(value: float, language: Language) -> str:
    if value < _LEAST_P:
        return f"< {format_decimal(_LEAST_P, format='0.000', locale=language.locale)}"
    return format_decimal(value, format="0.00", locale=language.locale)
