"""The tables behind the first page: scores, hours, checks, other outcomes."""

from typing import Any

from babel.numbers import format_decimal

from pasperdus_collector.analysis.result import Comparison, Interval, Stratum
from pasperdus_collector.analysis.wording import MoreWords
from pasperdus_dashboards.charts.compared import arms_of, is_gated, shows_share
from pasperdus_dashboards.charts.outcome_words import bounds_written, change_written, size_written
from pasperdus_dashboards.report import parts
from pasperdus_dashboards.report.cells import cells_written
from pasperdus_dashboards.report.drawn import Pictures
from pasperdus_dashboards.report.first_page import arm_title
from pasperdus_dashboards.report.others import other_outcomes
from pasperdus_dashboards.report.typesetting import settable
from pasperdus_service.languages import Language

_UNKNOWN = "–"


def findings_sections(
    comparison: Comparison, more: MoreWords, drawn: Pictures, language: Language
) -> list[dict[str, Any]]:
    """Return the sections that have anything to show: none before a comparison can be made."""
    if not is_gated(comparison):
        return []
    sections = [
        (language.gettext("Scores"), _scores(comparison, more, drawn, language)),
        (language.gettext("Weekdays and hours"), _hours(comparison, drawn, language)),
        (
            language.gettext("Would another way of computing say the same?"),
            _checks(comparison, more, drawn, language),
        ),
        (language.gettext("Other outcomes"), other_outcomes(comparison, more, language)),
    ]
    return [parts.section(title, found) for title, found in sections if found]


def _scores(
    comparison: Comparison, more: MoreWords, drawn: Pictures, language: Language
) -> list[parts.Part]:
    answer, ordinal = comparison.answer, comparison.details.ordinal
    arms = [facts for facts in arms_of(comparison).values() if facts.ratings]
    if drawn.scores is None or not arms:
        return []
    found = [
        parts.picture(
            drawn.scores,
            alt=language.gettext(
                "The ratings of each period by score; the table below has the same figures."
            ),
            caption=language.gettext("Worst score on the left, best on the right."),
        ),
        parts.table(
            language.gettext("Ratings by score"),
            [" ", *(arm_title(facts, language) for facts in arms)],
            [
                *(
                    [
                        _score_name(score, answer.scale, language),
                        *(
                            f"{language.number(facts.by_score[score - 1])}"
                            f" ({language.percent(facts.by_score[score - 1] / facts.ratings)})"
                            for facts in arms
                        ),
                    ]
                    for score in range(1, answer.scale + 1)
                ),
                [
                    language.gettext("All"),
                    *(language.number(facts.ratings) for facts in arms),
                ],
                [
                    language.gettext("Satisfied, with its interval"),
                    *(_share_within(facts.share, facts.share_interval, language) for facts in arms),
                ],
                [
                    language.gettext("Satisfaction index (0 to 100)"),
                    *(_number(facts.index, language) for facts in arms),
                ],
                [
                    language.gettext("Worth so many independent ratings"),
                    *(_number(facts.independent, language) for facts in arms),
                ],
                [
                    language.gettext("Left out: in a group with another period"),
                    *(language.number(facts.straddling) for facts in arms),
                ],
            ],
        ),
    ]
    if ordinal is not None:
        if more.superiority is not None:
            found.append(parts.paragraph(settable(more.superiority, language)))
        rows = [
            [
                language.gettext("Score %(score)s or better", score=cut + 2),
                change_written(change, "share", language),
            ]
            for cut, change in enumerate(ordinal.cuts)
        ]
        rows.append(
            [
                language.gettext("Satisfaction index"),
                _within(
                    change_written(ordinal.index_difference, "index", language),
                    _bounds(ordinal.index_interval, "index", language),
                ),
            ]
        )
        if ordinal.odds_ratio is not None and ordinal.odds_interval is not None:
            rows.append(
                [
                    language.gettext("Odds of a better score, as a ratio"),
                    _within(
                        _ratio(ordinal.odds_ratio, language),
                        _ratios(ordinal.odds_interval, language),
                    ),
                ]
            )
        found.append(
            parts.table(
                language.gettext("The whole distribution"),
                [" ", language.gettext("Change")],
                rows,
                note=language.gettext("Between brackets: the interval, where there is one."),
            )
        )
    return found


def _hours(comparison: Comparison, drawn: Pictures, language: Language) -> list[parts.Part]:
    arms = arms_of(comparison)
    found: list[parts.Part] = []
    if drawn.map_of:
        alt = (
            language.gettext("The share satisfied by weekday and time of day; ratings below it.")
            if shows_share(comparison)
            else language.gettext("Entries by weekday and time of day.")
        )
        found.append(
            parts.pictures(
                [
                    parts.picture(svg, title=arm_title(facts, language), alt=alt)
                    for arm, facts in arms.items()
                    if (svg := drawn.map_of.get(arm)) is not None
                ]
            )
        )
        found.append(parts.paragraph(alt))
    strata = comparison.details.strata
    if strata:
        found.append(
            parts.table(
                language.gettext("What is compared with what"),
                [
                    language.gettext("Weekdays and hours"),
                    language.gettext("Weight"),
                    language.gettext("Baseline"),
                    language.gettext("Prototype"),
                    language.gettext("Change"),
                ],
                [_stratum_row(stratum, comparison, language) for stratum in strata],
                note=language.gettext(
                    "Share satisfied and number of ratings. A single line is small and moves by "
                    "chance: only the weighed sum of all is judged."
                ),
                is_wide=True,
            )
        )
    return found


def _checks(
    comparison: Comparison, more: MoreWords, drawn: Pictures, language: Language
) -> list[parts.Part]:
    found: list[parts.Part] = []
    if drawn.otherwise is not None:
        found.append(
            parts.picture(
                drawn.otherwise,
                alt=language.gettext(
                    "The main comparison above the same comparison made otherwise; the sentences "
                    "below say the same."
                ),
            )
        )
    told = [*more.sensitivity, *more.control]
    if told:
        found.append(parts.points([settable(sentence, language) for sentence in told]))
    intervals = _intervals(comparison, language)
    if intervals:
        found.append(
            parts.table(
                language.gettext("Intervals of the main comparison"),
                [" ", language.gettext("Change"), language.gettext("Interval")],
                intervals,
            )
        )
    found += _response(comparison, language)
    return found


def _intervals(comparison: Comparison, language: Language) -> list[list[str]]:
    answer, effect = comparison.answer, comparison.answer.effect
    if effect is None:
        return []
    kinds: list[tuple[str, Interval | None]] = [
        (language.gettext("Read once, at the planned end"), effect.fixed),
        (language.gettext("Read as often as one likes"), effect.always),
        (
            language.gettext("As if ratings of a week did not resemble one another"),
            effect.simple,
        ),
    ]
    change = change_written(effect.value, answer.unit, language)
    rows = [
        [label, change, _bounds(interval, answer.unit, language)]
        for label, interval in kinds
        if interval is not None
    ]
    mantel_haenszel = comparison.details.mantel_haenszel
    if mantel_haenszel is not None:
        ratio, interval = mantel_haenszel
        rows.append(
            [
                language.gettext("Odds ratio of being satisfied (Mantel–Haenszel)"),
                _ratio(ratio, language),
                _ratios(interval, language),
            ]
        )
    return rows


def _response(comparison: Comparison, language: Language) -> list[parts.Part]:
    response = comparison.answer.response
    if response is None:
        return []
    rows = [
        [
            language.gettext("Ratings per 100 exits"),
            _one_decimal(response.baseline * 100, language),
            _one_decimal(response.prototype * 100, language),
        ],
        [
            language.gettext("Share satisfied of all who left: what is possible"),
            *(
                f"{language.percent(low)} – {language.percent(high)}"
                for low, high in (response.worst_baseline, response.worst_prototype)
            ),
        ],
    ]
    ratio = language.gettext(
        "The rate changed by a factor of %(ratio)s (%(bounds)s).",
        ratio=_ratio(response.ratio, language),
        bounds=_ratios(response.ratio_interval, language),
    )
    note = [ratio]
    if response.tipping is not None:
        note.append(_tipping(response.tipping, language))
    return [
        parts.table(
            language.gettext("Do as many people answer?"),
            [" ", language.gettext("Baseline"), language.gettext("Prototype")],
            rows,
            note=" ".join(note),
        )
    ]


def _tipping(tipping: float, language: Language) -> str:
    """Return what would have to be true of those who answer in one period only."""
    points = size_written(round(tipping, 2), "share", language)
    if tipping < 0:
        return language.gettext(
            "The difference would vanish if those who answer in one period only were more "
            "satisfied by %(points)s than the others.",
            points=points,
        )
    return language.gettext(
        "The difference would vanish if those who answer in one period only were less "
        "satisfied by %(points)s than the others.",
        points=points,
    )


def _stratum_row(stratum: Stratum, comparison: Comparison, language: Language) -> list[str]:
    # Strata hold every hour of the day; those in which nobody ever comes are not worth naming.
    known = {(cell.weekday, cell.first_hour) for cell in comparison.details.cells}
    named = [cell for cell in stratum.cells if cell in known] or stratum.cells
    before = _share_of(stratum.baseline_satisfied, stratum.baseline_ratings)
    after = _share_of(stratum.prototype_satisfied, stratum.prototype_ratings)
    return [
        cells_written(named, language),
        language.percent(stratum.weight),
        _share_and_count(before, stratum.baseline_ratings, language),
        _share_and_count(after, stratum.prototype_ratings, language),
        _UNKNOWN
        if before is None or after is None
        else change_written(after - before, "share", language),
    ]


def _score_name(score: int, scale: int, language: Language) -> str:
    if score == 1:
        return language.gettext("Score %(score)s (worst)", score=score)
    if score == scale:
        return language.gettext("Score %(score)s (best)", score=score)
    return language.gettext("Score %(score)s", score=score)


def _share_of(satisfied: int, ratings: int) -> float | None:
    return satisfied / ratings if ratings else None


def _share_and_count(share: float | None, ratings: int, language: Language) -> str:
    return _UNKNOWN if share is None else f"{language.percent(share)} ({language.number(ratings)})"


def _share_within(share: float | None, interval: Interval | None, language: Language) -> str:
    if share is None or interval is None:
        return _UNKNOWN
    return language.gettext(
        "%(share)s (%(low)s to %(high)s)",
        share=language.percent(share),
        low=language.number(interval.low * 100),
        high=language.number(interval.high * 100),
    )


def _within(change: str, bounds: str) -> str:
    return f"{change} ({bounds})"


def _bounds(interval: Interval, unit: str, language: Language) -> str:
    return bounds_written(interval.low, interval.high, unit, language)


def _number(value: float | None, language: Language) -> str:
    return _UNKNOWN if value is None else language.number(value)


def _one_decimal(value: float, language: Language) -> str:
    return format_decimal(value, format="#,##0.0", locale=language.locale)


def _ratio(value: float, language: Language) -> str:
    return format_decimal(value, format="0.00", locale=language.locale)


def _ratios(interval: Interval, language: Language) -> str:
    return language.gettext(
        "%(low)s to %(high)s",
        low=_ratio(interval.low, language),
        high=_ratio(interval.high, language),
    )
